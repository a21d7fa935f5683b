-- Changes: what is planned, by whom, who may see what of it, how it came about, and who used it.

-- ---------------------------------------------------------------- limits and calendar (reference)

-- Limits from an instant on. In force is the latest whose instant has come, of two with one instant the later version.
create table change_limits (
  version integer primary key,
  effective_from timestamptz not null,
  set_at timestamptz not null,
  set_by text not null,
  reason text not null,
  limits jsonb not null
);
insert into change_limits values (1, '2000-01-01T00:00:00Z', '2000-01-01T00:00:00Z', 'Operator', 'As the platform comes.',
  '{"noticeWorkingDays": {"planned_maintenance": 20}, "monthlyHours": 6, "allowedFrom": "20:00", "allowedTo": "08:00",
    "mostAtOnce": 10,
    "services": [{"name": "DUIS gateway", "dependsOn": ["Network interface", "Registration data"]},
                 {"name": "Network interface", "dependsOn": []},
                 {"name": "Registration data", "dependsOn": []},
                 {"name": "Self-Service Interface", "dependsOn": ["Registration data"]},
                 {"name": "Signed files", "dependsOn": []}]}');

-- Freezes, maintenance windows, rehearsals of disaster recovery: everybody's to see.
create table change_calendar (
  event uuid primary key,
  content jsonb not null,
  spans jsonb not null,          -- [[from, to], ...] in milliseconds
  first_at timestamptz not null,
  last_at timestamptz not null,
  set_at timestamptz not null,
  set_by text not null,
  withdrawn_at timestamptz,
  withdrawn_by text
);
create index change_calendar_first on change_calendar (first_at, event);

-- ---------------------------------------------------------------- changes (distributed by user_id, their owner's)

-- Operator-led ones are under the Operator's own User ID.
-- Spans, [[from, to], ...] in milliseconds, as times that overlaps are looked for by.
create function times_of(spans jsonb) returns tstzmultirange immutable strict parallel safe language sql as $$
  select coalesce(range_agg(tstzrange(to_timestamp((s ->> 0)::double precision / 1000), to_timestamp((s ->> 1)::double precision / 1000))),
                  '{}'::tstzmultirange)
  from jsonb_array_elements(spans) s
$$;

create table change (
  user_id macaddr8 not null,
  change uuid not null,
  state text not null check (state in ('template', 'draft', 'assessed', 'consulted', 'shared', 'scheduled', 'in_progress',
                                       'done', 'backed_out', 'cancelled')),
  version integer not null,
  sharing text not null check (sharing in ('operator', 'outline', 'everybody')),
  kind text not null,
  content jsonb not null,
  spans jsonb not null,
  first_at timestamptz not null, -- infinity: no window is said yet
  last_at timestamptz not null,
  told_at timestamptz,           -- when it was no draft any more
  changed_at timestamptz not null,
  changed_by text not null,
  times tstzmultirange not null generated always as (times_of(spans)) stored,
  primary key (user_id, change)
);
create index change_change on change (change);
create index change_first on change (first_at, change);
create index change_last on change (last_at);
create index change_changed on change (changed_at);

-- Each edit as it was; nothing of it is ever changed.
create table change_version (
  user_id macaddr8 not null,
  change uuid not null,
  version integer not null,
  state text not null,
  at timestamptz not null,
  author text not null,
  why text,
  content jsonb not null,
  primary key (user_id, change, version)
);

-- What others see of a change that is shared as an outline, while it is; written with it. Who has it is not theirs to read.
create table change_outline (
  user_id macaddr8 not null,
  change uuid not null,
  owner_kind text not null,
  size text not null,
  services text[] not null,
  spans jsonb not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (user_id, change)
);
create index change_outline_change on change_outline (change);
create index change_outline_first on change_outline (first_at, change);

-- Saves of what is no draft, and clashes that somebody was told of, until webhooks were told: taken by who tells them.
create table change_event (
  user_id macaddr8 not null,
  event uuid not null,
  change uuid not null,
  kind text not null check (kind in ('saved', 'clash')),
  version integer not null,
  at timestamptz not null default clock_timestamp(), -- saves take turns: the order in which they were
  primary key (user_id, event)
);
create index change_event_at on change_event (at, event);

-- Who of others than its owner used it, and for what. What is used again within five minutes is one use.
create table change_use (
  user_id macaddr8 not null,
  change uuid not null,
  day date not null,
  purpose text not null check (purpose in ('read', 'history', 'clashes', 'slots', 'schedule', 'feed', 'webhook', 'attachment',
                                            'consultation', 'mediation', 'traffic', 'incident')),
  reader text not null,          -- 'Operator', a User ID; '' of what was computed for somebody else's change
  first_at timestamptz not null,
  last_at timestamptz not null,
  times integer not null,        -- each of five minutes; `last_at` is when the last of them began
  primary key (user_id, change, day, purpose, reader)
);

-- ---------------------------------------------------------------- the second wall

alter table change_event enable row level security;
alter table change enable row level security;
create policy own_record on change for select to penstock_viewer
  using (user_id = any ((select visible_user_ids())::macaddr8[])
         or sharing = 'everybody' and state <> 'draft' and state <> 'template');
do $$ declare its text; begin
  foreach its in array array['change_version', 'change_use'] loop
    execute format('alter table %I enable row level security', its);
    execute format('create policy own_record on %I for select to penstock_viewer
                    using (user_id = any ((select visible_user_ids())::macaddr8[]))', its);
  end loop;
end $$;
grant select on change, change_version, change_use to penstock_viewer;
grant select (change, owner_kind, size, services, spans, first_at, last_at) on change_outline to penstock_viewer;
