-- Incidents: what went wrong, who looks after it and by when, who may follow it, and which changes have to do with it.

-- ---------------------------------------------------------------- targets (reference)

-- Targets from an instant on. In force is the latest whose instant has come, of two with one instant the later version.
create table incident_targets (
  version integer primary key,
  effective_from timestamptz not null,
  set_at timestamptz not null,
  set_by text not null,
  reason text not null,
  targets jsonb not null
);
insert into incident_targets values (1, '2000-01-01T00:00:00Z', '2000-01-01T00:00:00Z', 'Operator', 'As the platform comes.',
  '{"categories": {"1": {"responseMinutes": 10, "resolutionMinutes": 240},
                   "2": {"responseMinutes": 20, "resolutionMinutes": 1440},
                   "3": {"responseMinutes": 45, "resolutionMinutes": 4320},
                   "4": {"responseMinutes": 180, "resolutionMinutes": 7200},
                   "5": {"responseMinutes": 1440, "resolutionMinutes": 14400}},
    "waitingSeconds": 30, "fetchedSeconds": 900}');

-- ---------------------------------------------------------------- incidents (distributed by user_id, whose they are)

create sequence incident_number start 100001;

-- Those that are the Operator's own are under its own User ID.
create table incident (
  user_id macaddr8 not null,
  incident text not null,
  cause text,                    -- what the platform saw: 'stream northbound', 'way sftp', 'quarantine <event>'
  event numeric(20),             -- of quarantine: one incident for ever
  is_standing boolean not null default false, -- what the platform saw is still so
  state text not null check (state in ('open', 'in_progress', 'resolved', 'closed')),
  category smallint not null check (category between 1 and 5),
  title text not null,
  words text,
  affected jsonb not null default '{"services": [], "srvs": [], "interfaces": [], "deviceModels": [], "regions": [], "userIds": []}',
  readers macaddr8[] not null default '{}', -- Interested Parties
  began_at timestamptz not null,
  opened_at timestamptz not null,
  opened_by text not null,
  counted_from timestamptz not null, -- targets count from here: the opening, or the last time that it was opened again
  respond_by timestamptz not null,
  resolve_by timestamptz not null,
  responded_at timestamptz,
  resolved_at timestamptz,
  response_missed_at timestamptz, -- when it was told that the target is missed
  resolution_missed_at timestamptz,
  closed_at timestamptz,
  closing text,                  -- why it came to be
  team text check (team in ('service_desk', 'security', 'change_manager')),
  person text,                   -- of the team, by address
  escalation integer not null default 0,
  repeats text,
  entry uuid,                    -- on the status page
  version integer not null default 1,
  updates integer not null default 0, -- rows of incident_update
  changed_at timestamptz not null default clock_timestamp(),
  primary key (user_id, incident)
);
create index incident_changed on incident (changed_at);
create index incident_number_of on incident (incident);
create index incident_opened on incident (opened_at, incident);
create index incident_readers on incident using gin (readers);
create index incident_open on incident (user_id) where state in ('open', 'in_progress');
-- One for each cause, whoever opens it.
create unique index incident_cause on incident (user_id, cause) where cause is not null and state <> 'closed';
create unique index incident_event on incident (user_id, event) where event is not null;
create index incident_standing on incident (cause) where is_standing;

-- What was done and said, in order; nothing of it is ever changed.
create table incident_update (
  user_id macaddr8 not null,     -- whose incident it is
  incident text not null,
  number integer not null,
  at timestamptz not null,
  kind text not null check (kind in ('opened', 'written', 'changed', 'moved', 'escalated', 'missed')),
  author text not null,          -- 'Platform', or as of changes
  audience text not null check (audience in ('operator', 'raiser', 'readers', 'everybody')),
  words text not null,
  primary key (user_id, incident, number)
);

-- Whether a change has to do with it, as somebody judged; each judgement is kept.
create table incident_verdict (
  user_id macaddr8 not null,     -- whose incident it is
  incident text not null,
  change uuid not null,
  at timestamptz not null,
  verdict text not null check (verdict in ('confirmed', 'dismissed')),
  author text not null,
  why text not null,
  primary key (user_id, incident, change, at)
);
create index incident_verdict_change on incident_verdict (change);

-- ---------------------------------------------------------------- the status page (reference)

-- What all Users are told of an incident: whose it is, and which, is not among it.
create table status_entry (
  entry uuid primary key,
  title text not null,
  impact text not null check (impact in ('information', 'degraded', 'outage')),
  services text[] not null,
  state text not null check (state in ('open', 'in_progress', 'resolved')),
  began_at timestamptz not null,
  resolved_at timestamptz,
  changed_at timestamptz not null
);
create index status_entry_changed on status_entry (changed_at);
create index status_entry_current on status_entry (began_at) where resolved_at is null;
create index status_entry_past on status_entry (resolved_at, entry) where resolved_at is not null;

create table status_update (
  entry uuid not null,
  number integer not null,
  at timestamptz not null,
  state text not null,
  words text not null,
  primary key (entry, number)
);

-- Who is told of each by notice (distributed by user_id).
create table status_subscription (
  user_id macaddr8 primary key,
  services text[] not null,      -- all, when there is none
  set_at timestamptz not null,
  set_by text not null
);
alter table status_subscription enable row level security;
create policy own_record on status_subscription for select to penstock_viewer
  using (user_id = any ((select visible_user_ids())::macaddr8[]));
grant select on status_subscription to penstock_viewer;

-- ---------------------------------------------------------------- the second wall

alter table incident enable row level security;
create policy own_record on incident for select to penstock_viewer
  using (user_id = any ((select visible_user_ids())::macaddr8[]) or readers && (select visible_user_ids())::macaddr8[]);
-- who of the Operator's people has it is the Operator's to know
grant select (user_id, incident, cause, event, is_standing, state, category, title, words, affected, readers, began_at, opened_at,
              opened_by, counted_from, respond_by, resolve_by, responded_at, resolved_at, response_missed_at,
              resolution_missed_at, closed_at, closing, team, escalation, repeats, entry, version, updates, changed_at)
  on incident to penstock_viewer;

alter table incident_update enable row level security;
create policy own_record on incident_update for select to penstock_viewer
  using (audience <> 'operator'
         and (user_id = any ((select visible_user_ids())::macaddr8[])
              or audience <> 'raiser' and exists (
                select from incident i where i.user_id = incident_update.user_id and i.incident = incident_update.incident)));
grant select on incident_update to penstock_viewer;
-- judgements name changes that their reader may not know of: they are read beside the changes that it sees
alter table incident_verdict enable row level security;
