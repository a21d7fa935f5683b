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

-- ---------------------------------------------------------------- the log, summed up (distributed by user_id)

-- How many messages of one kind counted on a day, hour by hour, and in an hour, minute by minute: what counts over long
-- windows are made of: each User's, and of all Users of a lane under its anchor. Both follow the log (sum_up_log). 200
-- Users that send 40 kinds are 8,000 rows a day, and as many an hour, however many messages there are.
create table day_count (
  user_id macaddr8 not null,
  day date not null,
  direction message_direction not null,
  kind message_kind not null,
  srv text not null,             -- '': none
  hours bigint[] not null check (cardinality(hours) = 24),
  primary key (user_id, day, direction, kind, srv)
) partition by range (day);
create table hour_count (
  user_id macaddr8 not null,
  day date not null,
  hour smallint not null,        -- of the day, from 0
  direction message_direction not null,
  kind message_kind not null,
  srv text not null,
  minutes bigint[] not null check (cardinality(minutes) = 60),
  primary key (user_id, day, hour, direction, kind, srv)
) partition by range (day);

-- The last sequence of each minute in which something was recorded: where in the log a minute ends.
create table minute_end (
  user_id macaddr8 not null,     -- the lane's anchor
  lane smallint not null,
  day date not null,
  minute integer not null,       -- since 1970
  sequence bigint not null,
  primary key (user_id, lane, day, minute)
) partition by range (day);

-- How far each lane is summed up: all messages up to the sequence, and none after it. No later one is older than the time.
create table sum_cursor (
  user_id macaddr8 not null,     -- the lane's anchor
  lane smallint not null,
  sequence bigint not null default 0,
  time timestamptz not null default '-infinity',
  primary key (user_id, lane)
);
insert into sum_cursor (user_id, lane) select user_id, lane from lane;

-- How far each threshold was used, looked at now and then (usage_step): what a chart shows. No gate asks it.
create table threshold_usage (
  user_id macaddr8 not null,     -- the owner of the threshold
  threshold_id bigint not null,
  at timestamptz not null,
  count bigint not null,         -- in the window that ended then
  warning bigint,                -- in force then; null: none
  quarantine bigint,
  primary key (user_id, threshold_id, at)
);

-- What the log holds of each five minutes, of a User and (zeros) of all together: what passed and what did not, for the
-- eye. It follows the log with the sums above; kept for two days.
create table traffic_count (
  user_id macaddr8 not null,
  bucket timestamptz not null,   -- its begin
  kind text not null check (kind in ('requests', 'responses', 'alerts', 'held', 'refused')),
  count bigint not null,
  primary key (user_id, bucket, kind)
) with (fillfactor = 70);
create index traffic_count_bucket on traffic_count (bucket);

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
-- Of all Users together, for the Operator.
create index quarantine_event_newest on quarantine_event (event, user_id);
create index quarantine_event_growing on quarantine_event (user_id, threshold_id)
  where state in ('open', 'investigating');
-- What needs somebody, and what was resolved lately: neither grows with the years.
create index quarantine_event_unresolved on quarantine_event (user_id, event) where state <> 'resolved';
create index quarantine_event_resolved on quarantine_event (changed_at) where state = 'resolved';

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
  -- said apart from the bytes, which a viewer never reads; message_log may be gone before this day is
  is_deleted boolean not null generated always as (body is null) stored,
  primary key (user_id, day, sequence)
) partition by range (day);
alter table held_message alter column body set storage external;
create index held_message_event on held_message (user_id, event, day, sequence);
-- What a line of an action file names; without the event, see decisions-store.ts.
create index held_message_id on held_message (user_id, message_id);
create index held_message_sha256 on held_message (user_id, sha256);

-- ---------------------------------------------------------------- the second wall

-- Definitions and counts of a User's own thresholds, and those of all Users for who may see the owner of zeros.
do $$ declare its text; begin
  foreach its in array array['threshold', 'threshold_count', 'threshold_bucket', 'threshold_warning',
                             'day_count', 'hour_count', 'threshold_usage', 'traffic_count', 'quarantine_event',
                             'held_message'] loop
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
grant select on threshold, threshold_version, threshold_bound, threshold_count, threshold_bucket, threshold_warning,
                day_count, hour_count, threshold_usage, traffic_count, quarantine_event
  to penstock_viewer;
-- nobody's record: when minutes ended
grant select on minute_end, sum_cursor to penstock_viewer;
-- never the bytes
grant select (user_id, day, sequence, event, held_at, direction, kind, command_variant, srv, originator, target,
              counter, message_id, version, count, bound, window_from, words, size, sha256, is_deleted)
  on held_message to penstock_viewer;

-- ---------------------------------------------------------------- how it is counted

-- A window slides in steps of a second, or of a 1440th of its period when that is longer. With the buckets
-- [now - steps, now] a count covers at least the period, and at most the period and one step.
create function counter_bucket(in_time timestamptz, in_period_seconds bigint) returns bigint
language sql stable parallel safe
return (extract(epoch from in_time) * 1000000)::bigint * least(in_period_seconds, 1440)
       / (in_period_seconds * 1000000);

-- The first microsecond of a bucket.
create function bucket_start(in_bucket bigint, in_period_seconds bigint) returns timestamptz
language sql stable parallel safe
return timestamptz 'epoch' + interval '1 microsecond'
       * ((in_bucket * in_period_seconds * 1000000 + least(in_period_seconds, 1440) - 1)
          / least(in_period_seconds, 1440));

create function window_start(in_time timestamptz, in_period_seconds bigint) returns timestamptz
language sql stable parallel safe
return bucket_start(counter_bucket(in_time, in_period_seconds) - least(in_period_seconds, 1440), in_period_seconds);

-- Whether a row of the log counts for a threshold: the rule of thresholds/matching.ts, for counts made from the log.
-- What the platform itself wrote to a User has a reason, and nothing else that passed has one.
create function is_counted(
  in_services text[], in_threshold_direction text, in_direction message_direction, in_kind message_kind,
  in_verdict message_verdict, in_command_variant smallint, in_srv text, in_reason text
) returns boolean
language sql immutable parallel safe
return in_verdict in ('passed', 'warned') and in_reason is null
   and case in_direction
         when 'southbound' then in_threshold_direction in ('sent', 'processed') and in_command_variant is distinct from 4
         else in_threshold_direction in ('received', 'processed')
       end
   and case in_services[1]
         when 'all' then true
         when 'alerts' then in_kind in ('device_alert', 'dcc_alert')
         else coalesce(in_srv = any (in_services), false)
       end;

create function eui_words(in_eui macaddr8) returns text
language sql immutable parallel safe
return upper(replace(in_eui::text, ':', '-'));

create function iso_duration(in_seconds bigint) returns text
language sql stable parallel safe
set intervalstyle = 'iso_8601'
return make_interval(secs => in_seconds)::text;

-- The RequestID of a message; of what has none the ResponseID; '' of an alert whose counter stands for its bytes.
create function message_id(
  in_user macaddr8, in_originator macaddr8, in_target macaddr8, in_counter numeric, in_sha256 bytea
) returns text
language sql stable parallel safe
return case
  when in_originator is not null then eui_words(in_originator) || ':' || eui_words(in_target) || ':' || in_counter
  when in_counter = mod(('x' || encode(substr(in_sha256, 1, 8), 'hex'))::bit(64)::bigint + 18446744073709551616,
                        18446744073709551616) then ''
  else eui_words(in_target) || ':' || eui_words(in_user) || ':' || in_counter
end;

-- Brings the counters that are not good any more to lane time: closes their bucket, forgets the buckets that have left
-- the window, and takes the numbers that are in force. Returns how many those were. Called by screen_batch only, and
-- planned with its settings.
create function roll_counters(in_time timestamptz, in_owner macaddr8[], in_threshold bigint[]) returns bigint
language plpgsql
as $$
declare rolled bigint;
begin
  with stale as (
    select c.user_id, c.threshold_id, c.version, c.period_seconds, c.bucket, c.current, t.time, n.bucket as now_bucket,
           n.bucket - least(c.period_seconds, 1440) as oldest
    from unnest(in_owner, in_threshold) as w(owner, threshold_id)
    join threshold_count c on c.user_id = w.owner and c.threshold_id = w.threshold_id
    -- a counter of all Users may have seen a lane whose clock is ahead
    cross join lateral (select greatest(in_time, c.last_time) as time) as t
    cross join lateral (select counter_bucket(t.time, c.period_seconds) as bucket) as n
    where in_time >= c.good_until
  ), kept as (
    insert into threshold_bucket (user_id, threshold_id, bucket, count)
    select s.user_id, s.threshold_id, s.bucket, s.current from stale s
    where s.current > 0 and s.bucket < s.now_bucket and s.bucket >= s.oldest
  ), gone as (
    delete from threshold_bucket b using stale s
    where b.user_id = s.user_id and b.threshold_id = s.threshold_id and b.bucket < s.oldest
    returning b.user_id, b.threshold_id, b.count
  )
  update threshold_count c
  set closed = c.closed
               - coalesce((select sum(g.count) from gone g
                           where g.user_id = s.user_id and g.threshold_id = s.threshold_id), 0)
               + case when s.bucket < s.now_bucket and s.bucket >= s.oldest then s.current else 0 end,
      current = case when s.bucket < s.now_bucket then 0 else s.current end,
      bucket = s.now_bucket,
      warning = (b.numbers).warning,
      quarantine = (b.numbers).quarantine,
      good_until = least(bucket_start(s.now_bucket + 1, s.period_seconds), b.next_change),
      last_time = s.time
  from stale s
  cross join lateral (
    select (array_agg(b order by b.kind = 'exception' desc, b.valid_from desc)
              filter (where b.valid_from <= s.time and b.valid_to > s.time))[1] as numbers,
           least(min(b.valid_from) filter (where b.valid_from > s.time),
                 min(b.valid_to) filter (where b.valid_to > s.time)) as next_change
    from threshold_bound b
    where b.threshold_id = s.threshold_id and b.version = s.version
  ) as b
  where c.user_id = s.user_id and c.threshold_id = s.threshold_id;
  get diagnostics rolled = row_count;
  return rolled;
end
$$;

-- Counts a batch and judges it, at lane time, under the lane's lock. Pairs say which message counts for which threshold
-- (shared: one of all Users, whose owner is zeros), in the order of the messages, a message's own thresholds first;
-- only messages that are otherwise good have any. A message with sequence 0 is not recorded and not counted.
--
-- A message passes when, for each of its thresholds, the count with it does not exceed the number in force; else it is
-- held by the first that it exceeds, and is not counted. Above the warning it passes as 'warned'; the first in a window
-- is written to threshold_warning.
--
-- The usual batch exceeds nothing, and is counted by one update of one row a threshold (settings: those of record_batch,
-- its only caller; each setting of a function of its own would cost a microsecond a call).
create function screen_batch(
  in_time timestamptz, in_day date, in_sequence bigint[], in_user macaddr8[], in_verdict message_verdict[],
  in_pair_item integer[], in_pair_threshold bigint[], in_pair_shared boolean[],
  out verdicts message_verdict[],
  out item integer[], out threshold bigint[], out version integer[], out count bigint[], out bound bigint[],
  out window_from timestamptz[]
)
language plpgsql
as $$
declare
  everybody constant macaddr8 := '00:00:00:00:00:00:00:00';
  -- the batch's counters, everybody's last
  owners macaddr8[];
  thresholds bigint[];
  additions bigint[];
  first_shared integer;
  counted bigint;
  -- by counter
  counts bigint[];
  warnings bigint[];
  quarantines bigint[];
  versions integer[];
  starts timestamptz[];
  is_told boolean[];
  -- by pair
  pair_items integer[];
  pair_counters integer[];
  -- the first messages above a warning
  told_counters integer[];
  told_items integer[];
  told_counts bigint[];
  pair integer := 1;
  first_pair integer;
  judged integer;
  counter integer;
  breach integer;
begin
  verdicts := in_verdict;
  select array_agg(w.owner), array_agg(w.threshold_id), array_agg(w.count) into owners, thresholds, additions
  from (
    select case when p.shared then everybody else in_user[p.item] end as owner, p.threshold_id, count(*) as count
    from unnest(in_pair_item, in_pair_threshold, in_pair_shared) as p(item, threshold_id, shared)
    where in_sequence[p.item] <> 0
    group by 1, 2 order by 1 desc, 2
  ) as w;
  if owners is null then
    return;
  end if;

  -- A User's counters are its lane's. Everybody's are taken last, in one order, by all lanes.
  first_shared := array_position(owners, everybody);
  if first_shared is not null then
    perform from threshold_count c
      where c.user_id = everybody and c.threshold_id = any (thresholds[first_shared:])
      order by c.threshold_id for update;
  end if;

  for attempt in 1 .. 2 loop
    update threshold_count c
    set current = c.current + j.count, last_time = greatest(c.last_time, in_time)
    from (
      select w.owner, w.threshold_id, w.count,
             bool_and(in_time < k.good_until
                      and k.closed + k.current + w.count
                          <= coalesce(least(k.warning, k.quarantine), 9223372036854775807)) over () as is_free
      from unnest(owners, thresholds, additions) as w(owner, threshold_id, count)
      join threshold_count k on k.user_id = w.owner and k.threshold_id = w.threshold_id
    ) as j
    where j.is_free and c.user_id = j.owner and c.threshold_id = j.threshold_id;
    get diagnostics counted = row_count;
    if counted = cardinality(owners) then
      return;
    elsif counted > 0 then
      raise exception 'a threshold has no counter';
    end if;
    exit when attempt = 2 or roll_counters(in_time, owners, thresholds) = 0;
  end loop;

  select array_agg(c.closed + c.current order by w.n), array_agg(c.warning order by w.n),
         array_agg(c.quarantine order by w.n), array_agg(c.version order by w.n),
         array_agg(window_start(greatest(c.last_time, in_time), c.period_seconds) order by w.n),
         array_agg(c.warned_at + make_interval(secs => c.period_seconds) > greatest(c.last_time, in_time) order by w.n)
    into counts, warnings, quarantines, versions, starts, is_told
  from unnest(owners, thresholds) with ordinality as w(owner, threshold_id, n)
  join threshold_count c on c.user_id = w.owner and c.threshold_id = w.threshold_id;
  if cardinality(counts) is distinct from cardinality(owners) then
    raise exception 'a threshold has no counter';
  end if;
  select array_agg(p.item order by p.n), array_agg(p.counter order by p.n) into pair_items, pair_counters
  from (
    select p.item, p.n, dense_rank() over (
             order by case when p.shared then everybody else in_user[p.item] end desc, p.threshold_id) as counter
    from unnest(in_pair_item, in_pair_threshold, in_pair_shared) with ordinality as p(item, threshold_id, shared, n)
    where in_sequence[p.item] <> 0
  ) as p;

  while pair <= cardinality(pair_items) loop
    judged := pair_items[pair];
    first_pair := pair;
    breach := null;
    while pair_items[pair] = judged loop
      if breach is null and counts[pair_counters[pair]] >= quarantines[pair_counters[pair]] then
        breach := pair_counters[pair];
      end if;
      pair := pair + 1;
    end loop;
    if breach is null then
      for n in first_pair .. pair - 1 loop
        counter := pair_counters[n];
        counts[counter] := counts[counter] + 1;
        if counts[counter] > warnings[counter] then
          verdicts[judged] := 'warned';
          if is_told[counter] is not true then
            is_told[counter] := true;
            told_counters := told_counters || counter;
            told_items := told_items || judged;
            told_counts := told_counts || counts[counter];
          end if;
        end if;
      end loop;
    else
      verdicts[judged] := 'held';
      item := item || judged;
      threshold := threshold || thresholds[breach];
      version := version || versions[breach];
      count := count || (counts[breach] + 1);
      bound := bound || quarantines[breach];
      window_from := window_from || starts[breach];
    end if;
  end loop;

  update threshold_count c
  set current = counts[w.n] - c.closed, last_time = greatest(c.last_time, in_time),
      warned_at = case when w.n = any (told_counters) then greatest(c.last_time, in_time) else c.warned_at end
  from unnest(owners, thresholds) with ordinality as w(owner, threshold_id, n)
  where c.user_id = w.owner and c.threshold_id = w.threshold_id and counts[w.n] > c.closed + c.current;
  if told_counters is not null then
    insert into threshold_warning (user_id, threshold_id, at, version, sender, day, sequence, count, warning)
    select c.user_id, c.threshold_id, c.warned_at, c.version, in_user[t.item], in_day, in_sequence[t.item], t.count,
           c.warning
    from unnest(told_counters, told_items, told_counts) as t(counter, item, count)
    join threshold_count c on c.user_id = owners[t.counter] and c.threshold_id = thresholds[t.counter];
  end if;
end
$$;

-- ---------------------------------------------------------------- counting from the log

-- Adds to the buckets of thresholds that have no counter yet what the log holds for them, after one sequence of each lane
-- and up to another. A message is put into its bucket of each period once, and messages of one bucket and kind are summed
-- up before thresholds are looked at: there are some hundred kinds, however long the period is.
create function count_from_log(
  in_owner macaddr8, in_threshold bigint[], in_lane smallint[], in_after bigint[], in_until bigint[]
) returns void
language plpgsql
-- a look-up in the primary key for each User: under the locks of the lanes a day must not be read as a whole
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
as $$
declare
  -- what all lanes have reached: no window of the thresholds will begin before its period
  reached constant timestamptz := (select min(l.time) from lane l where l.lane = any (in_lane) and l.time > '-infinity');
  periods constant bigint[] := array(
    select distinct t.period_seconds from threshold t where t.threshold_id = any (in_threshold));
  last_day constant date := (select max(l.time at time zone 'UTC')::date from lane l where l.lane = any (in_lane));
  first_day date;
begin
  if reached is null then
    return;
  end if;
  select min(window_start(reached, p.period) at time zone 'UTC')::date
    into first_day from unnest(periods) as p(period);
  insert into threshold_bucket as k (user_id, threshold_id, bucket, count)
  select in_owner, t.threshold_id, b.bucket, sum(b.count)
  from (
    select m.direction, m.kind, m.command_variant, m.srv, array_agg(m.buckets) as buckets, array_agg(m.count) as counts
    from (
      select l.direction, l.kind, l.command_variant, l.srv, count(*) as count,
             -- as text: arrays of arrays are one array
             (select string_agg(counter_bucket(l.recorded_at, p.period)::text, ' ' order by p.n)
              from unnest(periods) with ordinality as p(period, n)) as buckets
      from user_id u
      join unnest(in_lane, in_after, in_until) as w(lane, after, until) on w.lane = u.lane
      -- day by day, so that each is read from one sequence to the other, and not as a whole
      cross join generate_series(first_day, last_day, interval '1 day') as d(day)
      cross join lateral (
        select f.recorded_at, f.direction, f.kind, f.command_variant, f.srv
        from message_log f
        where f.user_id = u.user_id and f.day = d.day::date and f.sequence > w.after and f.sequence <= w.until
          and f.verdict in ('passed', 'warned') and f.reason is null
        offset 0
      ) as l
      where u.user_id = in_owner or in_owner = '00:00:00:00:00:00:00:00'
      group by 1, 2, 3, 4, 6
    ) as m
    group by 1, 2, 3, 4
  ) as kinds
  join threshold t
    on t.threshold_id = any (in_threshold)
   and is_counted(t.services, t.direction, kinds.direction, kinds.kind, 'passed', kinds.command_variant, kinds.srv, null)
  cross join lateral (
    select split_part(s.buckets, ' ', array_position(periods, t.period_seconds))::bigint as bucket, s.count
    from unnest(kinds.buckets, kinds.counts) as s(buckets, count)
  ) as b
  where b.bucket >= counter_bucket(reached, t.period_seconds) - least(t.period_seconds, 1440)
  group by 2, 3
  on conflict (user_id, threshold_id, bucket) do update set count = k.count + excluded.count;
end
$$;

-- The same for thresholds whose periods are whole days, from what the log was summed up to: their steps are whole minutes.
-- Returns for each lane the sequence after which the log itself is to be counted. A day of a country is 200 million
-- messages, and 1,000 rows of hour_count.
create function count_from_sums(
  in_owner macaddr8, in_threshold bigint[], out lanes smallint[], out sequences bigint[]
)
language plpgsql
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
as $$
declare
  -- no window of the thresholds will begin before its period
  reached constant timestamptz := (select min(l.time) from lane l where l.time > '-infinity');
  first_day constant date := (
    select min(window_start(reached, t.period_seconds) at time zone 'UTC')::date
    from threshold t where t.threshold_id = any (in_threshold));
begin
  -- one statement, one snapshot: the sums are those of the sequences
  with counted as (
    insert into threshold_bucket (user_id, threshold_id, bucket, count)
    select in_owner, t.threshold_id, b.bucket, sum(m.count)
    from (
      select (h.day + h.hour * interval '1 hour' + (n.place - 1) * interval '1 minute') at time zone 'UTC' as begin,
             h.direction, h.kind, h.srv, sum(n.count) as count
      from hour_count h
      cross join unnest(h.minutes) with ordinality as n(count, place)
      where h.day >= first_day and n.count > 0 and h.user_id in (
        select in_owner where in_owner <> '00:00:00:00:00:00:00:00'
        union
        select l.user_id from lane l where in_owner = '00:00:00:00:00:00:00:00')
      group by 1, 2, 3, 4
    ) as m
    join threshold t
      on t.threshold_id = any (in_threshold)
     and is_counted(t.services, t.direction, m.direction, m.kind, 'passed', null, nullif(m.srv, ''), null)
    cross join lateral (select counter_bucket(m.begin, t.period_seconds) as bucket) as b
    where b.bucket >= counter_bucket(reached, t.period_seconds) - least(t.period_seconds, 1440)
    group by 2, 3
  )
  select array_agg(c.lane), array_agg(c.sequence) into lanes, sequences from sum_cursor c;
end
$$;

-- Opens the counters of thresholds whose buckets are counted, at the instant from which they are in force. Their
-- numbers come with the first message.
create function open_counters(in_owner macaddr8, in_threshold bigint[], in_time timestamptz) returns void
language plpgsql
as $$
begin
  insert into threshold_count (user_id, threshold_id, version, period_seconds, bucket, closed, current, good_until,
                               last_time)
  select in_owner, t.threshold_id, 0, t.period_seconds, n.bucket,
         coalesce(sum(b.count) filter (where b.bucket between n.bucket - least(t.period_seconds, 1440)
                                                      and n.bucket - 1), 0),
         coalesce(sum(b.count) filter (where b.bucket >= n.bucket), 0), '-infinity', in_time
  from threshold t
  cross join lateral (select counter_bucket(in_time, t.period_seconds) as bucket) as n
  left join threshold_bucket b on b.user_id = in_owner and b.threshold_id = t.threshold_id
  where t.threshold_id = any (in_threshold)
  group by t.threshold_id, n.bucket;
  delete from threshold_bucket b using threshold_count c
  where c.user_id = in_owner and c.threshold_id = any (in_threshold)
    and b.user_id = c.user_id and b.threshold_id = c.threshold_id
    and (b.bucket >= c.bucket or b.bucket < c.bucket - least(c.period_seconds, 1440));
end
$$;

-- ---------------------------------------------------------------- summing up the log

-- Sums up the next messages of a lane, in_most sequences at most, and returns how many sequences those were; 0 when
-- another process is at it. It reads what is committed and locks nobody who records.
create function sum_up_log(in_anchor macaddr8, in_lane smallint, in_most bigint) returns bigint
language plpgsql
-- look-ups in the primary key, whatever the statistics say: a day must not be read as a whole
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
as $$
declare
  reached record;
  head record;
  until bigint;
  first_day date;
  span record;
  today date;
  now_hour integer;
  now_minute integer;
  last_time timestamptz;
begin
  -- one at a time, whatever the lane: all add to the rows of the anchor
  if not pg_try_advisory_xact_lock(hashtextextended('penstock sums', 0)) then
    return 0;
  end if;
  select c.sequence, c.time into strict reached from sum_cursor c where c.user_id = in_anchor and c.lane = in_lane;
  select l.sequence, l.time into head from lane l where l.user_id = in_anchor and l.lane = in_lane;
  until := least(head.sequence, reached.sequence + in_most);
  if until is null or until = reached.sequence then
    return 0;
  end if;
  first_day := case when reached.time = '-infinity' then (select min(m.day) from message_log m)
                    else (reached.time at time zone 'UTC')::date end;
  for span in
    select r.minute, max(r.sequence) as sequence, max(r.time) as time,
           array_agg(r.user_id) as users, array_agg(r.direction) as directions, array_agg(r.kind) as kinds,
           array_agg(r.srv) as srvs, array_agg(r.count) as counts, array_agg(r.passed) as passed,
           array_agg(r.held) as held, array_agg(r.refused) as refused
    from (
      -- each User's, and all of them under the anchor
      select coalesce(m.user_id, in_anchor) as user_id, m.minute, m.direction, m.kind, m.srv, max(m.sequence) as sequence,
             max(m.recorded_at) as time, count(*) filter (where m.is_counted) as count,
             count(*) filter (where m.verdict in ('passed', 'warned')) as passed,
             count(*) filter (where m.verdict in ('held', 'deleted')) as held,
             count(*) filter (where m.verdict = 'refused') as refused
      from (
        select f.user_id, floor(extract(epoch from f.recorded_at) / 60)::integer as minute, f.direction, f.kind,
               coalesce(f.srv, '') as srv, f.sequence, f.recorded_at, f.verdict,
               is_counted('{all}', 'processed', f.direction, f.kind, f.verdict, f.command_variant, f.srv, f.reason)
        from user_id u
        cross join generate_series(first_day, (head.time at time zone 'UTC')::date, interval '1 day') as d(day)
        cross join lateral (
          select * from message_log l
          where l.user_id = u.user_id and l.day = d.day::date and l.sequence > reached.sequence and l.sequence <= until
          offset 0
        ) as f
        where u.lane = in_lane
      ) as m
      group by grouping sets ((m.user_id, m.minute, m.direction, m.kind, m.srv), (m.minute, m.direction, m.kind, m.srv))
    ) as r
    group by r.minute order by r.minute
  loop
    today := date 'epoch' + span.minute / 1440;
    now_hour := span.minute / 60 % 24;
    now_minute := span.minute % 60;
    insert into day_count as c (user_id, day, direction, kind, srv, hours)
    select n.user_id, today, n.direction, n.kind, n.srv,
           array_fill(0::bigint, array[now_hour]) || n.count || array_fill(0::bigint, array[23 - now_hour])
    from unnest(span.users, span.directions, span.kinds, span.srvs, span.counts) as n(user_id, direction, kind, srv, count)
    where n.count > 0
    on conflict (user_id, day, direction, kind, srv) do update
      set hours[now_hour + 1] = c.hours[now_hour + 1] + excluded.hours[now_hour + 1];
    insert into hour_count as c (user_id, day, hour, direction, kind, srv, minutes)
    select n.user_id, today, now_hour, n.direction, n.kind, n.srv,
           array_fill(0::bigint, array[now_minute]) || n.count || array_fill(0::bigint, array[59 - now_minute])
    from unnest(span.users, span.directions, span.kinds, span.srvs, span.counts) as n(user_id, direction, kind, srv, count)
    where n.count > 0
    on conflict (user_id, day, hour, direction, kind, srv) do update
      set minutes[now_minute + 1] = c.minutes[now_minute + 1] + excluded.minutes[now_minute + 1];
    with each as materialized (
      select n.user_id, k.kind, sum(k.count) as count
      from unnest(span.users, span.directions, span.kinds, span.passed, span.held, span.refused)
             as n(user_id, direction, kind, passed, held, refused)
      cross join lateral (values
        (case when n.direction = 'southbound' then 'requests'
              when n.kind in ('device_alert', 'dcc_alert') then 'alerts' else 'responses' end, n.passed),
        ('held', n.held), ('refused', n.refused)) as k(kind, count)
      where k.count > 0 and n.user_id <> in_anchor
      group by 1, 2
    )
    insert into traffic_count as c (user_id, bucket, kind, count)
    select o.user_id, to_timestamp(span.minute / 5 * 300), o.kind, o.count
    from (select user_id, kind, count from each
          union all select '00:00:00:00:00:00:00:00', kind, sum(count) from each group by kind) as o
    order by o.user_id, o.kind
    on conflict (user_id, bucket, kind) do update set count = c.count + excluded.count;
    insert into minute_end as e (user_id, lane, day, minute, sequence)
    values (in_anchor, in_lane, today, span.minute, span.sequence)
    on conflict (user_id, lane, day, minute) do update set sequence = excluded.sequence;
    last_time := span.time;
  end loop;
  update sum_cursor c
    set sequence = until,
        time = case when until = head.sequence then head.time else coalesce(last_time, reached.time) end
    where c.user_id = in_anchor and c.lane = in_lane;
  return until - reached.sequence;
end
$$;

-- The last sequence recorded before a minute since 1970, as far as the lane is summed up; null: none.
create function sequence_before(in_anchor macaddr8, in_lane smallint, in_minute integer) returns bigint
language sql stable
return (
  select e.sequence from minute_end e
  where e.user_id = in_anchor and e.lane = in_lane and e.day <= date 'epoch' + in_minute / 1440
    and e.minute < in_minute
  order by e.day desc, e.minute desc limit 1);

-- ---------------------------------------------------------------- what is held

-- Finds or opens the event of each held or deleted message (by threshold or by limit) and returns them in that order.
-- An event goes on as long as nobody decided on it and its threshold's period (a limit's: a day) has not passed since
-- its last message. Called by record_batch only.
create function quarantine_batch(
  in_time timestamptz, in_lane smallint, in_day date, in_sequence bigint[], in_user macaddr8[],
  in_direction message_direction[],
  in_item integer[], in_threshold bigint[], in_limit bigint[], in_version integer[], in_deleted boolean[]
) returns numeric[]
language plpgsql
as $$
declare
  events numeric(20)[] := array_fill(null::numeric, array[cardinality(in_item)]);
  cause record;
  opened numeric(20);
  place integer;
begin
  for cause in
    select in_user[b.item] as user_id, in_direction[b.item] as direction, b.threshold_id, b.limit_id,
           min(b.version) as version, min(in_sequence[b.item]) as sequence,
           count(*) filter (where not b.is_deleted) as held, count(*) filter (where b.is_deleted) as deleted,
           array_agg(b.place) as places
    from unnest(in_item, in_threshold, in_limit, in_version, in_deleted)
           with ordinality as b(item, threshold_id, limit_id, version, is_deleted, place)
    where in_sequence[b.item] <> 0
    group by 1, 2, 3, 4 order by 1, 2, 3, 4
  loop
    update quarantine_event e
    set last_at = in_time, held = e.held + cause.held, deleted = e.deleted + cause.deleted
    where e.user_id = cause.user_id and e.state in ('open', 'investigating')
      and e.event = (
        select o.event from quarantine_event o
        where o.user_id = cause.user_id and o.state in ('open', 'investigating') and o.direction = cause.direction
          and o.threshold_id is not distinct from cause.threshold_id
          and o.limit_id is not distinct from cause.limit_id
          and o.last_at > in_time - coalesce(
                (select make_interval(secs => t.period_seconds) from threshold t
                 where t.threshold_id = cause.threshold_id), interval '1 day')
        order by o.last_at desc limit 1)
    returning e.event into opened;
    if not found then
      opened := to_char(in_day, 'YYYYMMDD')::numeric * 1000000000000 + in_lane * 1000000000::bigint
                + cause.sequence % 1000000000;
      insert into quarantine_event (user_id, event, detector, threshold_id, threshold_version, limit_id, direction,
                                    words, first_at, last_at, held, deleted, changed_at)
      select cause.user_id, opened, d.detector, cause.threshold_id,
             case when cause.limit_id is null then cause.version end, cause.limit_id, cause.direction, d.words,
             in_time, in_time, cause.held, cause.deleted, in_time
      from (
        select case when t.user_id = cause.user_id then 'user' else 'all_users' end as detector,
               threshold_words(t.threshold_id, c.version, c.quarantine) as words
        from threshold t
        join threshold_count c on c.user_id = t.user_id and c.threshold_id = t.threshold_id
        where t.threshold_id = cause.threshold_id
        union all
        select 'value', limit_words(l.limit_id) from attribute_limit l where l.limit_id = cause.limit_id
      ) as d;
    end if;
    foreach place in array cause.places loop
      events[place] := opened;
    end loop;
  end loop;
  return events;
end
$$;

-- ---------------------------------------------------------------- how far a threshold is used

-- How far a counter is used at an instant, not before its last message: it says what was counted when that came; what has
-- left the window since then is taken off here.
create function usage_at(in_owner macaddr8, in_threshold bigint, in_time timestamptz)
  returns table (window_from timestamptz, count bigint, warning bigint, quarantine bigint)
language sql stable
begin atomic
  select window_start(n.time, c.period_seconds),
         case when c.bucket >= o.bucket then c.current else 0 end + coalesce((
           select sum(k.count) from threshold_bucket k
           where k.user_id = c.user_id and k.threshold_id = c.threshold_id and k.bucket >= o.bucket), 0)::bigint,
         b.warning, b.quarantine
  from threshold_count c
  cross join lateral (select greatest(in_time, c.last_time) as time) as n
  cross join lateral (
    select counter_bucket(n.time, c.period_seconds) - least(c.period_seconds, 1440) as bucket) as o
  left join lateral (
    select b.warning, b.quarantine from threshold_bound b
    where b.threshold_id = c.threshold_id and b.version = c.version and b.valid_from <= n.time and b.valid_to > n.time
    order by b.kind = 'exception' desc, b.valid_from desc limit 1
  ) as b on true
  where c.user_id = in_owner and c.threshold_id = in_threshold;
end;

-- Seconds between two looks: whole minutes, some 288 in a period.
create function usage_step(in_period_seconds bigint) returns bigint
language sql immutable parallel safe
return greatest(60, in_period_seconds / 288 / 60 * 60);

-- For how long looks are kept: a day, or three periods; a threshold has some 1,440 at most.
create function usage_kept(in_period_seconds bigint) returns interval
language sql immutable parallel safe
return make_interval(secs => greatest(86400, 3 * in_period_seconds));

create function threshold_words(in_threshold bigint, in_version integer, in_quarantine bigint) returns text
language sql stable
return (
  select format('more than %s communications (%s) %s within %s%s: threshold %s version %s', in_quarantine,
                array_to_string(t.services, ' '), t.direction, iso_duration(t.period_seconds),
                case when t.user_id = macaddr8 '00:00:00:00:00:00:00:00' then ' by all Users together' else '' end,
                t.threshold_id, in_version)
  from threshold t where t.threshold_id = in_threshold);

create function limit_words(in_limit bigint) returns text
language sql stable
return (
  select format('%s %s: limit %s version %s', l.attribute,
                concat_ws(' or ', 'below ' || l.minimum, 'above ' || l.maximum), l.limit_id, l.version)
  from attribute_limit l where l.limit_id = in_limit);
