-- Thresholds, what they count, and what they held.
--
-- Definitions are small and everybody's (reference tables). Counts lie with their owner: a User's own with the User,
-- those across all Users with the owner of zeros, which is nobody's User ID. What is held lies with the User whose
-- message it is.

-- ---------------------------------------------------------------- what is counted, and against what

-- The identity of a threshold. Its numbers may change, its count goes on.
create table threshold (
  threshold_id bigint generated always as identity primary key,
  user_id macaddr8 not null,     -- the owner; zeros: one count over all Users
  services text[] not null check (cardinality(services) > 0),  -- {all}, {alerts}, or SRVs in order
  direction text not null check (direction in ('sent', 'received', 'processed')),
  period_seconds bigint not null check (period_seconds between 1 and 2678400),
  unique (user_id, services, direction, period_seconds)
);

-- Each application of a file that changed something of a threshold; the one in force has not ended. Versions are kept.
create table threshold_version (
  threshold_id bigint not null references threshold,
  version integer not null check (version > 0),
  -- lane time: every message recorded before it was judged by the version before, every later one by this
  set_at timestamptz not null,
  set_by_submission text,
  reference text not null,
  ended_at timestamptz,
  primary key (threshold_id, version)
);
create unique index threshold_version_in_force on threshold_version (threshold_id) where ended_at is null;

-- Its numbers in time. An exception wins over the threshold in its span; where no span is, nothing is held.
create table threshold_bound (
  threshold_id bigint not null,
  version integer not null,
  kind text not null check (kind in ('threshold', 'exception')),
  warning bigint check (warning >= 0),
  quarantine bigint not null check (quarantine >= 0),
  valid_from timestamptz not null,
  valid_to timestamptz not null,
  primary key (threshold_id, version, kind, valid_from),
  foreign key (threshold_id, version) references threshold_version,
  check (valid_from < valid_to),
  check (warning <= quarantine)
);

-- The smallest and the largest value of an attribute (packages/duis, values). A row is never changed but to end it.
create table attribute_limit (
  limit_id bigint generated always as identity primary key,
  attribute text not null,
  version integer not null check (version > 0),
  minimum numeric,
  maximum numeric,
  valid_from timestamptz not null,
  valid_to timestamptz not null,
  set_at timestamptz not null,
  set_by_submission text,
  reference text not null,
  ended_at timestamptz,
  check (valid_from < valid_to),
  check (minimum is not null or maximum is not null),
  check (minimum <= maximum)
);

-- ---------------------------------------------------------------- counts (distributed by their owner)

-- One row a threshold in force, changed once a batch. Room in its page keeps these updates off the index.
-- Changed under the lane's lock; those of all Users, which every lane changes, are locked in order of their ids.
create table threshold_count (
  user_id macaddr8 not null,     -- the owner
  threshold_id bigint not null,
  version integer not null,      -- in force
  period_seconds bigint not null,
  bucket bigint not null,        -- the current one, see counter_bucket
  closed bigint not null,        -- the sum of its rows of threshold_bucket
  current bigint not null,       -- in the current bucket
  warning bigint,                -- in force until good_until; null: none
  quarantine bigint,
  good_until timestamptz not null,  -- until then neither bucket nor numbers change
  last_time timestamptz not null,
  warned_at timestamptz,
  primary key (user_id, threshold_id)
) with (fillfactor = 50);

-- The buckets before the current one that are still in the window.
create table threshold_bucket (
  user_id macaddr8 not null,
  threshold_id bigint not null,
  bucket bigint not null,
  count bigint not null,
  primary key (user_id, threshold_id, bucket)
);

-- The first message above the warning, once a window.
create table threshold_warning (
  user_id macaddr8 not null,     -- the owner of the threshold
  threshold_id bigint not null,
  at timestamptz not null,
  version integer not null,
  sender macaddr8 not null,      -- whose message it was, at its position in that User's log
  day date not null,
  sequence bigint not null,
  count bigint not null,
  warning bigint not null,
  primary key (user_id, threshold_id, at)
);

-- ---------------------------------------------------------------- quarantine (distributed by user_id)

-- What was held of one User for one reason, until it stops for as long as the threshold's period.
create table quarantine_event (
  user_id macaddr8 not null,
  -- YYYYMMDD, lane (3 digits), the last 9 digits of the sequence of its first message: unique without any sequence
  event numeric(20) not null,
  detector text not null check (detector in ('user', 'all_users', 'value')),
  threshold_id bigint,
  threshold_version integer,     -- at the first message
  limit_id bigint,
  direction message_direction not null,
  words text not null,           -- which threshold, its number and its period
  first_at timestamptz not null,
  last_at timestamptz not null,
  held bigint not null default 0,
  deleted bigint not null default 0,
  state text not null default 'open' check (state in ('open', 'investigating', 'decided', 'resolved')),
  owner text,
  cause text,
  changed_at timestamptz not null,
  primary key (user_id, event),
  check ((detector = 'value') = (limit_id is not null)),
  check ((detector = 'value') = (threshold_id is null))
);
create index quarantine_event_growing on quarantine_event (user_id, threshold_id)
  where state in ('open', 'investigating');

-- A message that did not go out, with its bytes; also one that was deleted, without them. Never changed.
create table held_message (
  user_id macaddr8 not null,
  day date not null,             -- its position in message_log
  sequence bigint not null,
  event numeric(20) not null,
  held_at timestamptz not null,
  direction message_direction not null,
  kind message_kind not null,
  command_variant smallint,
  srv text,
  originator macaddr8,
  target macaddr8 not null,
  counter numeric(20) not null,
  message_id text not null,      -- the RequestID, or the ResponseID; '' of an alert that has none
  signer bigint,                 -- the first 63 bits of the fingerprint of the certificate that signed it
  version integer not null,      -- of the threshold or the limit
  count bigint,                  -- it would have been this one of its window; null: a value
  bound numeric not null,        -- what the count, or the value, exceeded
  window_from timestamptz,
  words text,                    -- of a value: which, and what is wrong with it
  size integer not null,
  sha256 bytea not null,
  body bytea,                    -- null: deleted
  primary key (user_id, day, sequence)
) partition by range (day);
alter table held_message alter column body set storage external;
create index held_message_event on held_message (user_id, event, day, sequence);

-- ---------------------------------------------------------------- the second wall

-- Definitions and counts of a User's own thresholds, and those of all Users for who may see the owner of zeros.
do $$ declare its text; begin
  foreach its in array array['threshold', 'threshold_count', 'threshold_warning', 'quarantine_event', 'held_message'] loop
    execute format('alter table %I enable row level security', its);
    execute format('create policy own_record on %I for select to penstock_viewer
                    using (user_id = any ((select visible_user_ids())::macaddr8[]))', its);
  end loop;
  foreach its in array array['threshold_version', 'threshold_bound'] loop
    execute format('alter table %I enable row level security', its);
    execute format('create policy of_own_threshold on %I for select to penstock_viewer
                    using (exists (select from threshold t where t.threshold_id = %I.threshold_id))', its, its);
  end loop;
end $$;
grant select on threshold, threshold_version, threshold_bound, threshold_count, threshold_warning, quarantine_event
  to penstock_viewer;
-- never the bytes
grant select (user_id, day, sequence, event, held_at, direction, kind, command_variant, srv, originator, target,
              counter, message_id, version, count, bound, window_from, words, size, sha256)
  on held_message to penstock_viewer;
