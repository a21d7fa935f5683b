-- Taking messages out of the streams: who is served next, what waits, what was held and what was lost.
--
-- Each function below is planned without seqscan, bitmap, hash and merge joins: every access to a stream is then a
-- descent of its primary key in key order, however stale the statistics are. A bitmap scan with a sort would read all
-- of the 1,500,000 messages that wait for one User in order to return the first one.

-- One row a stream, updated at each lease and each move: room in its page keeps these updates off the index.
alter table stream_cursor set (fillfactor = 50);

-- What the Operator and the User must know of a stream; never updated but to say when it ended.
create table service_event (
  user_id macaddr8 not null,
  direction message_direction not null,
  kind text not null check (kind in ('delivery_held', 'delivery_expired')),
  since timestamptz not null,    -- held: when the oldest waiting message was recorded; expired: begin of the lost day
  messages bigint not null,      -- held: how many waited when it was raised, counted to 10,000; expired: how many were lost
  raised_at timestamptz not null,
  ended_at timestamptz,
  primary key (user_id, direction, kind, since)
);
grant select on service_event to penstock_viewer;
alter table service_event enable row level security;
create policy own_record on service_event for select to penstock_viewer
  using (user_id = any ((select visible_user_ids())::macaddr8[]));

-- Leases streams that have something waiting to in_holder, the least recently served first, and returns how far each
-- was taken. Streams that are leased, are being leased by somebody else right now, or have failed and are not to be
-- tried yet, are left out. in_delivery: only Users with this mode of delivery; in_users: only these; null: all.
create function lease_streams(
  in_direction message_direction, in_delivery text, in_users macaddr8[], in_holder text,
  in_seconds double precision, in_most integer
) returns table (user_id macaddr8, day date, sequence bigint, receive_url text, failures integer)
language plpgsql
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_column
begin
  return query
  with next as materialized (
    select c.user_id, u.receive_url
    from stream_cursor c join user_id u on u.user_id = c.user_id
    where c.direction = in_direction
      and (in_delivery is null or u.delivery = in_delivery)
      and (in_users is null or c.user_id = any (in_users))
      and (c.leased_until is null or c.leased_until <= clock_timestamp())
      and (c.retry_at is null or c.retry_at <= clock_timestamp())
      and exists (
        select from stream s
        where s.user_id = c.user_id and s.direction = in_direction
          and s.day >= c.day and (s.day, s.sequence) > (c.day, c.sequence))
    order by c.moved_at, c.user_id
    limit in_most
    for update of c skip locked
  ), leased as (
    update stream_cursor c
    set leased_by = in_holder, leased_until = clock_timestamp() + make_interval(secs => in_seconds)
    from next n
    where c.user_id = n.user_id and c.direction = in_direction
    returning c.user_id, c.day, c.sequence, n.receive_url, c.failures, c.moved_at
  )
  select l.user_id, l.day, l.sequence, l.receive_url, l.failures from leased l order by l.moved_at, l.user_id;
end
$$;

-- The next messages of several streams of one direction, after the given positions: the first of each User in the
-- order given, then the second of each, and so on, at most in_each a User, in_most and in_bytes in all (but always
-- in_least, so that a message larger than in_bytes can leave). Returned a User at a time, each in stream order.
-- is_cut: something in reach was left out because of in_most or in_bytes.
create function read_streams(
  in_direction message_direction, in_users macaddr8[], in_days date[], in_sequences bigint[],
  in_each integer, in_most integer, in_bytes bigint, in_least integer
) returns table (user_id macaddr8, day date, sequence bigint, kind message_kind, body bytea, is_cut boolean)
language plpgsql
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
set work_mem = '32MB'
as $$
#variable_conflict use_column
begin
  return query
  with waiting as (
    select d.turn, d.user_id, s.*
    from unnest(in_users, in_days, in_sequences) with ordinality as d(user_id, day, sequence, turn)
    cross join lateral (
      select s.day, s.sequence, s.kind, s.body, row_number() over (order by s.day, s.sequence) as rank
      from stream s
      where s.user_id = d.user_id and s.direction = in_direction
        and s.day >= d.day and (s.day, s.sequence) > (d.day, d.sequence)
      order by s.day, s.sequence
      limit in_each
    ) s
  ), counted as (
    select w.*, row_number() over turns as place, sum(octet_length(w.body)) over turns as bytes
    from waiting w
    window turns as (order by w.rank, w.turn rows unbounded preceding)
  ), judged as (
    select c.*, c.place <= in_least or (c.place <= in_most and c.bytes <= in_bytes) as is_kept from counted c
  ), marked as (
    select j.*, bool_or(not j.is_kept) over () as is_cut from judged j
  )
  select m.user_id, m.day, m.sequence, m.kind, m.body, m.is_cut from marked m where m.is_kept order by m.turn, m.rank;
end
$$;

-- What waits in the streams of these Users (null: all) in one direction: how many, counted to in_most, and when the
-- oldest was recorded (null: nothing waits).
create function stream_backlog(in_direction message_direction, in_users macaddr8[], in_most integer)
returns table (user_id macaddr8, waiting bigint, oldest_at timestamptz)
language plpgsql stable
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_column
begin
  return query
  select c.user_id, w.waiting, o.recorded_at
  from stream_cursor c
  cross join lateral (
    select count(*) as waiting from (
      select from stream s
      where s.user_id = c.user_id and s.direction = in_direction
        and s.day >= c.day and (s.day, s.sequence) > (c.day, c.sequence)
      limit in_most
    ) counted
  ) w
  left join lateral (
    select l.recorded_at
    from (
      select s.message_day, s.message_sequence from stream s
      where s.user_id = c.user_id and s.direction = in_direction
        and s.day >= c.day and (s.day, s.sequence) > (c.day, c.sequence)
      order by s.day, s.sequence
      limit 1
    ) first
    join message_log l on l.user_id = c.user_id and l.day = first.message_day and l.sequence = first.message_sequence
  ) o on true
  where c.direction = in_direction and (in_users is null or c.user_id = any (in_users));
end
$$;

-- The streams that still need a day, and how many messages of it they wait for, counted to in_most (null: all).
create function untaken_of_day(in_day date, in_most integer)
returns table (user_id macaddr8, direction message_direction, messages bigint)
language plpgsql stable
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_column
begin
  return query
  select c.user_id, c.direction, w.messages
  from stream_cursor c
  cross join lateral (
    select count(*) as messages from (
      select from stream s
      where s.user_id = c.user_id and s.direction = c.direction
        and s.day = in_day and (s.day, s.sequence) > (c.day, c.sequence)
      limit in_most
    ) counted
  ) w
  where c.day <= in_day and w.messages > 0;
end
$$;

-- The streams of these Users (null: all) that need somebody: nothing of them was taken for days, delivery of them fails, or
-- what waits first has waited for longer than in_late. Whatever is true of a stream is in its one row.
create function streams_in_need(in_users macaddr8[], in_late interval)
returns table (
  user_id macaddr8, direction message_direction, is_held boolean, is_failing boolean, is_late boolean, oldest_at timestamptz
)
language sql stable
as $$
  select n.user_id, n.direction, bool_or(n.why = 'held'), bool_or(n.why = 'failing'), bool_or(n.why = 'late'),
         min(n.oldest_at)
  from (
    select e.user_id, e.direction, 'held' as why, null::timestamptz as oldest_at from service_event e
    where e.kind = 'delivery_held' and e.ended_at is null and (in_users is null or e.user_id = any (in_users))
    union all
    select c.user_id, c.direction, 'failing', null from stream_cursor c
    where c.failing_since is not null and (in_users is null or c.user_id = any (in_users))
    union all
    select b.user_id, d.direction, 'late', b.oldest_at
    from unnest(enum_range(null::message_direction)) as d(direction), stream_backlog(d.direction, in_users, 1) b
    where b.oldest_at < clock_timestamp() - in_late
  ) n
  group by n.user_id, n.direction
$$;
