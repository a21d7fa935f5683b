-- Ways by which signed files come in: how each is used, from when; their outages; and how they fare.

-- ---------------------------------------------------------------- how each is used (reference)

-- One row a way, which is changed by whoever serves it.
create table way (
  way text primary key check (way in ('https', 'sftp', 'email', 'sharepoint')),
  -- what the platform's settings say of it, for guidance; null: they do not have it
  set_up jsonb,
  -- deliveries, receipts and reports by it
  succeeded_at timestamptz,
  failed_at timestamptz,
  failure text,                  -- what the last failure was
  failures integer not null default 0, -- since the last success
  -- what is no failure of the way: deliveries that were refused, and that their senders broke off
  refused bigint not null default 0,
  broken_off bigint not null default 0,
  -- the platform's own tries to reach it
  probed_at timestamptz,
  probe_fails_since timestamptz,
  probe_failure text,
  -- what came by it and is not a submission yet
  waiting integer not null default 0,
  oldest_waiting_at timestamptz
);
insert into way (way) values ('https'), ('sftp'), ('email'), ('sharepoint');

-- How all ways are used from an instant on. In force is the one with the latest instant that has come, and of two with
-- the same the later version; what is withdrawn never is. One that has come is never changed.
create table way_version (
  version integer primary key,
  effective_from timestamptz not null,
  set_at timestamptz not null,
  set_by text not null,
  reason text not null,
  withdrawn_at timestamptz,
  withdrawn_by text
);

create table way_use (
  version integer not null references way_version,
  way text not null references way,
  use text not null check (use in ('preferred', 'allowed', 'fallback', 'off')),
  depends_on text[] not null,    -- what stops it when it stops: an office suite, an internet line
  primary key (version, way)
);

insert into way_version (version, effective_from, set_at, set_by, reason)
values (1, '2000-01-01T00:00:00Z', '2000-01-01T00:00:00Z', 'Operator', 'As the platform comes.');
insert into way_use (version, way, use, depends_on)
values (1, 'https', 'preferred', '{}'), (1, 'sftp', 'allowed', '{}'), (1, 'email', 'fallback', '{}'),
       (1, 'sharepoint', 'off', '{}');

-- ---------------------------------------------------------------- outages (reference)

-- Declared by the Operator. Fallbacks are open while one of the preferred way has begun and is not ended.
create table way_outage (
  outage uuid primary key,
  way text not null references way,
  from_at timestamptz not null,
  reason text not null,
  expected_end timestamptz,
  declared_at timestamptz not null,
  declared_by text not null,
  ended_at timestamptz,
  ended_by text,
  ended_why text,
  changed_at timestamptz not null,
  begun_told_at timestamptz      -- of one that was announced: when all were told that it has begun
);
-- A way has one outage at a time.
create unique index way_outage_open on way_outage (way) where ended_at is null;
create index way_outage_declared on way_outage (declared_at, outage);

-- What was told of how to deliver, each time it had changed.
create table way_guidance (
  version integer primary key,
  made_at timestamptz not null,
  sha256 bytea not null,         -- of the sections as text
  sections jsonb not null
);

-- ---------------------------------------------------------------- outages that Users report (distributed by user_id)

-- Answered by the Operator, who declares the outage or says why not.
create table way_report (
  user_id macaddr8 not null,
  report uuid not null,
  way text not null,
  reported_at timestamptz not null,
  reported_by text not null,
  words text not null,           -- what the User sees
  state text not null default 'open' check (state in ('open', 'declared', 'dismissed')),
  outage uuid,                   -- that was declared
  answered_at timestamptz,
  answered_by text,
  answer text,
  changed_at timestamptz not null,
  primary key (user_id, report)
);
create index way_report_time on way_report (reported_at, report);
-- A User ID has one open report of a way.
create unique index way_report_open on way_report (user_id, way) where state = 'open';
alter table way_report enable row level security;
create policy own_record on way_report for select to penstock_viewer
  using (user_id = any ((select visible_user_ids())::macaddr8[]));
grant select on way_report to penstock_viewer;
