-- What devices do a day, summed up: by it erratic devices are found (audit-trail/erratic.ts).

-- How many titles a device had on each of 30 days, and how many alerts it sent to a User: one row each, however many days,
-- since a device has few messages a day and a row a day would take a fourth of what its messages take. It follows the log
-- (sum_up_activity). A title counts on the day on which it was recorded, as it stands in the list of titles.
create table device_activity (
  device macaddr8 not null,
  user_id macaddr8 not null,     -- who was sent the alerts; zeros: the titles, of all Users
  day date not null,             -- UTC day of the last of the counts
  busy_on date,                  -- the last day that had enough to be erratic
  counts integer[] not null check (cardinality(counts) = 30),
  primary key (device, user_id)
) with (fillfactor = 80);
create index device_activity_busy on device_activity (user_id, busy_on) where busy_on is not null;
create index device_activity_day on device_activity (day);

-- How far each lane is summed up: all messages and releases up to the sequence, and none after it.
create table activity_cursor (
  user_id macaddr8 not null,     -- the lane's anchor
  lane smallint not null,
  sequence bigint not null default 0,
  day date not null default '-infinity',  -- no message to come is of an earlier day
  time timestamptz not null default '-infinity',  -- no message summed up is later
  primary key (user_id, lane)
);

-- What was released of late, for those who follow.
create index release_span_put on release_span (stream_day, user_id);

-- 30 counts that end with one day, as those that end with a later one.
create function counts_until(in_counts integer[], in_last date, in_day date) returns integer[]
language sql immutable parallel safe
return case
  when in_day = in_last then in_counts
  when in_day - in_last >= 30 then array_fill(0, array[30])
  else in_counts[in_day - in_last + 1 : 30] || array_fill(0, array[in_day - in_last]) end;

-- The counts that end with in_last, or with in_day when that is later, with so many more on in_day.
create function add_to_day(in_counts integer[], in_last date, in_day date, in_count integer) returns integer[]
language plpgsql immutable parallel safe
as $$
declare
  last constant date := greatest(in_last, in_day);
  place constant integer := 30 - (last - in_day);
  counts integer[] := counts_until(in_counts, in_last, last);
begin
  if place > 0 then
    counts[place] := counts[place] + in_count;
  end if;
  return counts;
end
$$;

-- The named devices of a span of sequences, by the block ranges: its other index would be read whole.
create function named_between(in_first date, in_last date, in_after bigint, in_until bigint)
returns table (user_id macaddr8, day date, sequence bigint, device macaddr8)
language sql stable rows 10000
set enable_seqscan = off
set enable_indexscan = off
set jit = off
begin atomic
  select n.user_id, n.day, n.sequence, n.device from named_device n
  where n.day >= in_first and n.day <= in_last and n.sequence > in_after and n.sequence <= in_until;
end;

-- Sums up the next messages of a lane, in_most sequences at most, and returns how many sequences those were; 0 when
-- another process is at it. It reads what is committed and locks nobody who records. A release takes its place on the
-- streams from the lane's sequences, so one cursor follows both.
create function sum_up_activity(in_anchor macaddr8, in_lane smallint, in_most bigint, in_busy integer) returns bigint
language plpgsql
-- look-ups by keys, whatever the statistics say
set enable_seqscan = off
-- nor joins in loops, where a key does not ask for them (lateral): of its own sub-queries the planner expects a few rows,
-- and 50,000 messages with 9,000 named devices took it 63 s, not 0.3
set enable_nestloop = off
set jit = off
as $$
declare
  reached record;
  head record;
  until bigint;
  first_day date;
  head_day date;
  span record;
  last_day date;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('penstock activity', 0)) then
    return 0;
  end if;
  select c.sequence, c.day into strict reached from activity_cursor c where c.user_id = in_anchor and c.lane = in_lane;
  select l.sequence, l.time into head from lane l where l.user_id = in_anchor and l.lane = in_lane;
  until := least(head.sequence, reached.sequence + in_most);
  if until is null or until = reached.sequence then
    return 0;
  end if;
  head_day := (head.time at time zone 'UTC')::date;
  first_day := case when isfinite(reached.day) then reached.day
                    else coalesce((select min(m.day) from message_log m), head_day) end;
  last_day := reached.day;
  for span in
    with logged as materialized (
      select f.*
      from user_id u
      cross join generate_series(first_day, head_day, interval '1 day') as d(day)
      cross join lateral (
        select l.user_id, l.day, l.sequence, l.target, l.kind, l.verdict in ('passed', 'warned') as is_passed
        from message_log l
        where l.user_id = u.user_id and l.day = d.day::date and l.sequence > reached.sequence and l.sequence <= until
        order by l.sequence offset 0
      ) as f
      where u.lane = in_lane
    ), named as materialized (
      select n.user_id, n.day, n.sequence, n.device from named_between(first_day, head_day, reached.sequence, until) as n
    ), released as materialized (
      select m.*
      from user_id u
      join release_span r on r.user_id = u.user_id and r.stream_day >= first_day and r.stream_day <= head_day
       and r.stream_sequence > reached.sequence and r.stream_sequence <= until
      cross join lateral (
        select d.sequence from held_decision d
        where d.user_id = r.user_id and d.day = r.day and d.submission = r.submission and d.action = 'process'
          and d.sequence > r.from_sequence and d.sequence <= r.to_sequence offset 0
      ) as h
      cross join lateral (
        select l.user_id, l.day, l.sequence, l.target, l.kind from message_log l
        where l.user_id = r.user_id and l.day = r.day and l.sequence = h.sequence and l.verdict = 'held' offset 0
      ) as m
      where u.lane = in_lane
    ), concerned as (
      select false as is_late, l.day, l.target as device, l.user_id, l.kind from logged l where l.is_passed
      union all
      select false, l.day, n.device, null, l.kind
      from named n join logged l on l.user_id = n.user_id and l.day = n.day and l.sequence = n.sequence
      where l.is_passed
      union all
      select true, r.day, r.target, r.user_id, r.kind from released r
      union all
      select true, r.day, n.device, null, r.kind
      from released r
      join (
        select d.* from (select day, min(sequence) as first, max(sequence) as last from released group by day) as p
        cross join lateral named_between(p.day, p.day, p.first - 1, p.last) as d
      ) as n on n.user_id = r.user_id and n.day = r.day and n.sequence = r.sequence
    ), counted as (
      select c.is_late, c.day, c.device, k.user_id, count(*)::integer as count
      from concerned c
      -- an alert is its receiver's, and of the device that sent it; a request for no device is to a User ID
      cross join lateral (
        select case when c.kind in ('device_alert', 'dcc_alert') then c.user_id
                    when c.kind in ('service_request', 'signed_pre_command', 'response', 'smets1_response') then in_anchor
               end as user_id
      ) as k
      where k.user_id is not null and not exists (select from user_id o where o.user_id = c.device)
      group by c.is_late, c.day, c.device, k.user_id
    )
    select c.is_late, c.day, array_agg(c.device) as devices, array_agg(c.user_id) as users, array_agg(c.count) as counts
    from counted c group by c.is_late, c.day order by c.is_late, c.day
  loop
    insert into device_activity as a (device, user_id, day, busy_on, counts)
    select n.device, n.user_id, span.day, case when n.count >= in_busy then span.day end,
           array_fill(0, array[29]) || n.count
    from unnest(span.devices, span.users, span.counts) as n(device, user_id, count)
    on conflict (device, user_id) do update
      set (day, busy_on, counts) = (
        select greatest(a.day, excluded.day),
               greatest(a.busy_on, case when c.counts[30 - (greatest(a.day, excluded.day) - excluded.day)] >= in_busy
                                        then excluded.day end),
               c.counts
        from add_to_day(a.counts, a.day, excluded.day, excluded.counts[30]) as c(counts));
    if not span.is_late then
      last_day := span.day;
    end if;
  end loop;
  update activity_cursor c
    set sequence = until, time = head.time, day = case when until = head.sequence then head_day else last_day end
    where c.user_id = in_anchor and c.lane = in_lane;
  return until - reached.sequence;
end
$$;

-- ---------------------------------------------------------------- the second wall

-- As titles (0013_titles.sql): penstock_titles owns the functions below, which work out anew what the viewer may see, and
-- viewers may do nothing else with these tables. Alerts are its own User IDs'.
alter table device_activity enable row level security;
create policy titles on device_activity for select to penstock_titles
  using (user_id = '00:00:00:00:00:00:00:00' or user_id = any ((select visible_user_ids())::macaddr8[]));
grant select on device_activity, activity_cursor to penstock_titles;
grant select (device, kind) on device to penstock_titles;

-- Up to when messages are summed up, in whole milliseconds: none that is counted is of this instant or later.
create function activity_until() returns timestamptz
language sql stable security definer set search_path from current
return (select date_trunc('milliseconds', max(c.time)) + interval '1 millisecond' from activity_cursor c);

-- The day with which the counts end: that of asking, or a later one to which the lanes are already.
create function activity_day() returns date
language sql stable
return (greatest(viewed_at(), case when isfinite(activity_until()) then activity_until() end) at time zone 'UTC')::date;

-- Devices of the viewer that were busy on one of the two newest days.
create function busy_devices() returns setof macaddr8
language sql stable security definer
set search_path from current
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
begin atomic
  select b.device
  from (select distinct a.device from device_activity a
        where a.user_id = any (array['00:00:00:00:00:00:00:00'::macaddr8] || visible_user_ids())
          and a.busy_on >= activity_day() - 1) b
  -- `limit`: each is looked up by its key; pulled up into a join, all that the viewer ever had was read for each
  cross join lateral (
    select from title_responsibility c
    where c.device = b.device and c.valid_from <= viewed_at() and viewed_at() < c.valid_to limit 1) c;
end;

-- Of networks, which see devices of a home that are no meters, as responsibility_user.
create index home_network_user on home_network (user_id, device);

-- Devices of the viewer that come next to these by their EUI-64, in_each on either side: as a rule of their make and kind.
create function near_devices(in_devices macaddr8[], in_each integer) returns setof macaddr8
language sql stable security definer
set search_path from current
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
begin atomic
  select n.device
  from (
    select l.device from unnest(in_devices) as i(device) cross join unnest(visible_user_ids()) as u(user_id)
    cross join lateral (select r.device from responsibility r where r.user_id = u.user_id and r.device >= i.device
                        order by r.device limit in_each) l
    union
    select l.device from unnest(in_devices) as i(device) cross join unnest(visible_user_ids()) as u(user_id)
    cross join lateral (select r.device from responsibility r where r.user_id = u.user_id and r.device < i.device
                        order by r.device desc limit in_each) l
    union
    select l.device from unnest(in_devices) as i(device) cross join unnest(visible_user_ids()) as u(user_id)
    cross join lateral (select h.device from home_network h where h.user_id = u.user_id and h.device >= i.device
                        order by h.device limit in_each) l
    union
    select l.device from unnest(in_devices) as i(device) cross join unnest(visible_user_ids()) as u(user_id)
    cross join lateral (select h.device from home_network h where h.user_id = u.user_id and h.device < i.device
                        order by h.device desc limit in_each) l
  ) n
  -- `limit`: each is looked up by its key; pulled up into a join, all that the viewer ever had was read for each
  cross join lateral (
    select from title_responsibility c
    where c.device = n.device and c.valid_from <= viewed_at() and viewed_at() < c.valid_to limit 1) c;
end;

-- The counts of devices of the viewer on the 30 days that end with activity_day(): of titles (User ID zeros), null for a
-- day of which the viewer may not see all, and of alerts to each of its User IDs. A device without any has one row.
create function seen_activity(in_devices macaddr8[])
returns table (device macaddr8, kind text, user_id macaddr8, counts integer[])
language sql stable security definer
set search_path from current
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
begin atomic
  with asked as materialized (
    select activity_day() as day, activity_until() as until
  ), seen as materialized (
    -- of all at once: asked for each device by itself, 5,000 devices took longer than a question may
    select s.device, range_agg(s.span) as times
    from title_span s where s.device = any (in_devices) group by s.device having bool_or(s.is_now)
  ), rolled as (
    select n.device, d.kind, a.user_id, n.times, asked.day, asked.until,
           case when a.day > asked.day - 30 then counts_until(a.counts, a.day, asked.day)
                else array_fill(0, array[30]) end as counts
    from asked
    cross join seen n
    join device d on d.device = n.device
    left join device_activity a
      on a.device = n.device and a.user_id = any (array['00:00:00:00:00:00:00:00'::macaddr8] || visible_user_ids())
  )
  select r.device, r.kind, coalesce(r.user_id, '00:00:00:00:00:00:00:00'),
         case when r.user_id <> '00:00:00:00:00:00:00:00'
                or r.times @> tstzrange((r.day - 29) at time zone 'UTC', (r.day + 1) at time zone 'UTC') then r.counts
              else array(
                select case when r.times @> tstzrange(s.day at time zone 'UTC',
                                                      greatest(s.day at time zone 'UTC',
                                                               least((s.day + 1) at time zone 'UTC', r.until)))
                            then r.counts[s.place] end
                from (select p as place, r.day - 30 + p as day from generate_series(1, 30) as p) s
                order by s.place) end
  from rolled r;
end;

grant create on schema penstock to penstock_titles;
alter function activity_until owner to penstock_titles;
alter function busy_devices owner to penstock_titles;
alter function near_devices owner to penstock_titles;
alter function seen_activity owner to penstock_titles;
revoke create on schema penstock from penstock_titles;
revoke execute on function activity_until, busy_devices, near_devices, seen_activity from public;
grant execute on function activity_until, busy_devices, near_devices, seen_activity to penstock_titles, penstock_title_viewer;
