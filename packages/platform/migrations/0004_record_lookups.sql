-- The devices that one message names. named_device is keyed by device; asked by message, its rows lie together because a
-- day's rows come in the order of their sequences, so a few block ranges are enough and intake pays next to nothing.
create index named_device_sequence on named_device using brin (sequence) with (pages_per_range = 16, autosummarize = on);

-- When a message was taken: the first span of its User that reached it. The primary key leads with the direction,
-- whose equality is not leakproof, so under row-level security it would read all spans of the User's day.
create index delivery_reached on delivery (user_id, to_day, to_sequence);

-- Whether an EUI-64 is a User ID: a request that concerns no single device has the Operator's for its target.
create function is_user_id(in_eui macaddr8) returns boolean
language sql stable security definer set search_path from current
return exists (select from user_id u where u.user_id = in_eui);
revoke execute on function is_user_id from public;
grant execute on function is_user_id to penstock_viewer;

-- A page of a User's record, newest first: before (in_day, in_sequence), recorded from in_from to before in_to; of these
-- conditions, null does not count. It runs as the viewer, behind row-level security.
--
-- A day at a time and with one plan for all days: planned anew for each question over the partitions of three months, the
-- plan alone took 10 ms, and a User with none of what it asks for had all of its rows read (0.6 s for 230,000).
--
-- Under a condition, the newest rows are looked at one by one, which fills the page when what is asked for is not seldom.
-- When it does not, the condition that the fewest of them met is the one whose index is read from there on.
create function record_page(
  in_user macaddr8, in_from timestamptz, in_to timestamptz, in_day date, in_sequence bigint,
  in_srv text, in_kind message_kind, in_code text, in_device macaddr8, in_limit integer
) returns setof message_log
language plpgsql stable
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
  first constant date := (in_from at time zone 'UTC')::date;
  asked date := least(in_day, (in_to at time zone 'UTC')::date);
  -- sequences of the day that are still to come are below it
  below bigint := case when asked = in_day then in_sequence else 9223372036854775807 end;
  missing integer := in_limit;
  given integer;
  letter "char";
  has_condition constant boolean := in_srv is not null or in_kind is not null or in_code is not null;
  -- how many are looked at one by one: 2 ms, and a page of 100 is filled by what is one in twenty
  unseen integer := 2000;
  seen message_log;
  of_srv integer := 0;
  of_kind integer := 0;
  of_code integer := 0;
begin
  while asked >= first and missing > 0 and in_device is null and not has_condition loop
    return query
      select l.* from message_log l
      where l.user_id = in_user and l.day = asked and l.sequence < below
        and l.recorded_at >= in_from and l.recorded_at < in_to
      order by l.sequence desc limit missing;
    get diagnostics given = row_count;
    missing := missing - given;
    asked := asked - 1;
    below := 9223372036854775807;
  end loop;

  while asked >= first and missing > 0 and in_device is not null loop
    return query
      select l.* from (
        select t.* from message_log t
        where t.target = in_device and t.day = asked and t.user_id = in_user
        union all
        -- `offset 0`: a young day has no statistics, and all of its messages might be read for each that names the device
        select m.* from named_device d
        cross join lateral (
          select * from message_log o
          where o.user_id = in_user and o.day = asked and o.sequence = d.sequence offset 0) m
        where d.device = in_device and d.day = asked and d.user_id = in_user
      ) as l
      where l.sequence < below and l.recorded_at >= in_from and l.recorded_at < in_to
        and (in_srv is null or l.srv = in_srv) and (in_kind is null or l.kind = in_kind)
        and (in_code is null or l.code = in_code)
      order by l.sequence desc limit missing;
    get diagnostics given = row_count;
    missing := missing - given;
    asked := asked - 1;
    below := 9223372036854775807;
  end loop;

  while asked >= first and missing > 0 and unseen > 0 loop
    for seen in
      select l.* from message_log l
      where l.user_id = in_user and l.day = asked and l.sequence < below
        and l.recorded_at >= in_from and l.recorded_at < in_to
      order by l.sequence desc limit unseen
    loop
      unseen := unseen - 1;
      below := seen.sequence;
      of_srv := of_srv + (seen.srv is not distinct from in_srv)::integer;
      of_kind := of_kind + (seen.kind is not distinct from in_kind)::integer;
      of_code := of_code + (seen.code is not distinct from in_code)::integer;
      if (in_srv is null or seen.srv = in_srv) and (in_kind is null or seen.kind = in_kind)
        and (in_code is null or seen.code = in_code) then
        return next seen;
        missing := missing - 1;
        exit when missing = 0;
      end if;
    end loop;
    -- a day that was read to its end is done with
    if missing > 0 and unseen > 0 then
      asked := asked - 1;
      below := 9223372036854775807;
    end if;
  end loop;

  -- `+ 0`: the primary key has the order, and would read all of the User's day for it
  if in_srv is not null and of_srv <= least(case when in_kind is not null then of_kind end,
                                            case when in_code is not null then of_code end, of_srv) then
    while asked >= first and missing > 0 loop
      return query
        select l.* from message_log l
        where l.user_id = in_user and l.day = asked and l.srv = in_srv and l.sequence + 0 < below
          and l.recorded_at >= in_from and l.recorded_at < in_to
          and (in_kind is null or l.kind = in_kind) and (in_code is null or l.code = in_code)
        order by l.sequence + 0 desc limit missing;
      get diagnostics given = row_count;
      missing := missing - given;
      asked := asked - 1;
      below := 9223372036854775807;
    end loop;
  elsif in_code is not null and (in_kind is null or of_code <= of_kind) then
    while asked >= first and missing > 0 loop
      return query
        select l.* from message_log l
        where l.user_id = in_user and l.day = asked and l.code = in_code and l.sequence + 0 < below
          and l.recorded_at >= in_from and l.recorded_at < in_to
          and (in_kind is null or l.kind = in_kind) and (in_srv is null or l.srv = in_srv)
        order by l.sequence + 0 desc limit missing;
      get diagnostics given = row_count;
      missing := missing - given;
      asked := asked - 1;
      below := 9223372036854775807;
    end loop;
  elsif in_kind is not null then
    letter := kind_letter(in_kind);
    while asked >= first and missing > 0 loop
      return query
        select l.* from message_log l
        where l.user_id = in_user and l.day = asked and l.kind_letter = letter and l.sequence + 0 < below
          and l.recorded_at >= in_from and l.recorded_at < in_to
          and (in_srv is null or l.srv = in_srv) and (in_code is null or l.code = in_code)
        order by l.sequence + 0 desc limit missing;
      get diagnostics given = row_count;
      missing := missing - given;
      asked := asked - 1;
      below := 9223372036854775807;
    end loop;
  end if;
end
$$;

-- How many alerts of a device a User has in its record, in each step of time that has any; a day at a time, as record_page.
create function device_alert_counts(
  in_user macaddr8, in_device macaddr8, in_from timestamptz, in_to timestamptz, in_step interval
) returns table (bucket timestamptz, count bigint)
language plpgsql stable
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
  asked date := (in_from at time zone 'UTC')::date;
  last constant date := (in_to at time zone 'UTC')::date;
begin
  while asked <= last loop
    return query
      select date_bin(in_step, l.recorded_at, 'epoch'), count(*) from (
        select t.recorded_at, t.kind from message_log t
        where t.target = in_device and t.day = asked and t.user_id = in_user
        union all
        select m.recorded_at, m.kind from named_device d
        cross join lateral (
          select * from message_log o
          where o.user_id = in_user and o.day = asked and o.sequence = d.sequence offset 0) m
        where d.device = in_device and d.day = asked and d.user_id = in_user
      ) as l
      where l.kind in ('device_alert', 'dcc_alert') and l.recorded_at >= in_from and l.recorded_at < in_to
      group by 1;
    asked := asked + 1;
  end loop;
end
$$;
