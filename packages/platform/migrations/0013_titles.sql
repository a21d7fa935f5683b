-- Titles: what a responsible party sees of everybody's messages to and from its devices, and nothing more.

-- ---------------------------------------------------------------- the Operator's switches (reference)

-- Each from an instant on; the newest that has begun counts. Without a row: role, meters, shown.
--   sender             what a title says of who sent it: the User Role, or the Party
--   network_operators  whether they see titles: of no device, of the meters on their network, of the whole home
--   history            whether titles from before one's own responsibility are shown
create table title_switch (
  switch text not null,
  valid_from timestamptz not null,
  value text not null,
  author text not null,
  set_at timestamptz not null default clock_timestamp(),
  primary key (switch, valid_from),
  check ((switch = 'sender' and value in ('role', 'party'))
      or (switch = 'network_operators' and value in ('none', 'meters', 'home'))
      or (switch = 'history' and value in ('shown', 'hidden')))
);

create function title_switch_at(in_switch text, in_at timestamptz) returns text
language sql stable parallel safe
return coalesce(
  (select s.value from title_switch s
   where s.switch = in_switch and s.valid_from <= in_at order by s.valid_from desc limit 1),
  case in_switch when 'sender' then 'role' when 'network_operators' then 'meters' when 'history' then 'shown' end);

-- ---------------------------------------------------------------- network operators of a home (distributed by device)

-- The ED and GT of a home's metering points, beside its devices that are no meters: derived with `responsibility`, and
-- apart from it because it gives nobody a right to send. Two meters of a home may lie on two networks.
create table home_network (
  device macaddr8 not null,
  role text not null check (role in ('ED', 'GT')),
  user_id macaddr8 not null,
  valid_from timestamptz not null,
  valid_to timestamptz not null default 'infinity',
  primary key (device, role, user_id, valid_from),
  check (valid_from < valid_to)
);
-- As those of responsibility.
create index home_network_begins on home_network (valid_from);
create index home_network_ends on home_network (valid_to) where valid_to < 'infinity';

-- ---------------------------------------------------------------- who looked (distributed by user_id)

-- Each page of titles that somebody asked for, written before anything is read; of the list of erratic devices too.
--
-- Who was refused the titles of a device has one row a day for it, which counts how often. Whoever tries EUI-64s does not
-- fill the disk: of a User ID and day so many devices have a row (refuse_title_reading), the others one together.
create table title_reading (
  user_id macaddr8 not null,     -- by whose responsibility; of a refusal, by which User ID it was asked
  day date not null,             -- UTC day of reading
  reading_id uuid not null default gen_random_uuid(),
  read_at timestamptz not null,  -- of refusals, the first of the day
  device macaddr8,               -- null: a list of devices; of refusals, those without a row of their own
  what text not null,            -- what was asked for besides the device
  side text not null check (side in ('user', 'operator')), -- whose people and machines: a User is told of its own
  person_id text,                -- of a machine 'machine' and the SHA-256 of its certificate, in hex
  email text,                    -- of a machine as shown: 'machine' and the first 16 digits
  role text,
  is_refused boolean not null default false,
  times integer not null default 1,
  primary key (user_id, day, reading_id)
) partition by range (day);
create index title_reading_time on title_reading (user_id, side, read_at, reading_id);
create unique index title_reading_refused on title_reading (user_id, day, side, device, person_id) nulls not distinct
  where is_refused;

alter table title_reading enable row level security;
create policy own_record on title_reading for select to penstock_viewer
  using (user_id = any ((select visible_user_ids())::macaddr8[]) and side = 'user');
grant select on title_reading to penstock_viewer;

-- Counts that somebody was refused the titles of a device: for itself when it has a row that day, or when fewer than
-- in_most have; else with all others. (Of two at once each may find the last place: a row too many.)
create function refuse_title_reading(
  in_user macaddr8, in_at timestamptz, in_device macaddr8, in_what text, in_side text, in_person text, in_email text,
  in_role text, in_most integer
) returns void
language sql
begin atomic
  insert into title_reading (user_id, day, read_at, device, what, side, person_id, email, role, is_refused)
  select in_user, d.day, in_at, k.device, case when k.device is null then '' else in_what end, in_side, in_person,
         in_email, in_role, true
  from (select (in_at at time zone 'UTC')::date as day) d
  cross join lateral (
    select case when exists (select from title_reading r
                             where r.user_id = in_user and r.day = d.day and r.side = in_side and r.device = in_device
                               and r.person_id is not distinct from in_person and r.is_refused)
                  or (select count(*) from (select from title_reading r
                                            where r.user_id = in_user and r.day = d.day and r.is_refused
                                            limit in_most) r) < in_most
                then in_device end as device
  ) k
  on conflict (user_id, day, side, device, person_id) where is_refused do update set times = title_reading.times + 1;
end;

-- The key under which what a viewer may carry and not read is sealed: cursors, references of titles.
create table sealing_key (
  singleton boolean primary key default true check (singleton),
  key bytea not null
);

-- ---------------------------------------------------------------- the second wall

-- penstock_titles owns the functions that answer viewers, and reads the log behind row-level security: of the messages to
-- the device that the transaction names those that are titles, of the times of which the viewer may see them, and no others;
-- of those that name it in their body what messages_naming() gives, which holds the same by itself. So a question that forgot
-- its conditions is given only what may be seen. Viewers read as penstock_title_viewer, who may call those functions and read
-- nothing of the log: what shows the sender is not in what they answer.
--
-- The first wall is audit-trail/title-access.ts, which this one does not rest on: it works everything out again from
-- penstock.user_ids, penstock.viewed_at and penstock.title_device.
do $$ begin
  if not exists (select from pg_roles where rolname = 'penstock_titles') then
    create role penstock_titles nologin;
  end if;
  if not exists (select from pg_roles where rolname = 'penstock_title_viewer') then
    create role penstock_title_viewer nologin;
  end if;
end $$;
grant penstock_titles, penstock_title_viewer to current_user;
grant usage on schema penstock to penstock_titles, penstock_title_viewer;
grant select (user_id, day, sequence, recorded_at, direction, kind, verdict, target, srv, code) on message_log
  to penstock_titles;
grant select on responsibility, home_network, user_role, title_switch to penstock_titles;
grant select (user_id, party_id, status) on user_id to penstock_titles;
grant select (party_id, name, status) on party to penstock_titles;
grant select (key) on sealing_key to penstock_titles;
create policy titles on user_id for select to penstock_titles using (true);
create policy titles on party for select to penstock_titles using (true);

-- The instant of asking, as the platform's clock has it.
create function viewed_at() returns timestamptz
language sql stable parallel safe
return coalesce(nullif(current_setting('penstock.viewed_at', true), '')::timestamptz, statement_timestamp());

-- The viewer's responsibilities that let it see titles: of User IDs that are active, in roles that they have now. Agents
-- (RSA) see none.
create view title_responsibility as
select r.device, r.valid_from, r.valid_to
from (select device, role, user_id, valid_from, valid_to, role in ('ED', 'GT') as is_network, 'meters' as least
      from responsibility where role in ('IS', 'ES', 'GS', 'ED', 'GT')
      union all
      select device, role, user_id, valid_from, valid_to, true, 'home' from home_network) r
where r.user_id = any ((select visible_user_ids())::macaddr8[])
  and (select u.status = 'active' and p.status = 'active'
       from user_id u join party p on p.party_id = u.party_id where u.user_id = r.user_id)
  and coalesce((select bool_or(o.valid_from <= viewed_at() and viewed_at() < o.valid_to)
                from user_role o where o.user_id = r.user_id and o.role = r.role), false)
  and (not r.is_network or (select title_switch_at('network_operators', viewed_at())) in (r.least, 'home'));

-- The spans of time of which those responsibilities let it see titles of a device: if any of them holds now, all of these.
create view title_span as
select r.device, s.span, r.is_now
from (select device, valid_from, valid_to, valid_from <= viewed_at() and viewed_at() < valid_to as is_now
      from title_responsibility) r
cross join lateral (
  select tstzrange(r.valid_from, r.valid_to) as span
  union all
  select tstzrange(null, r.valid_to) where r.is_now and (select title_switch_at('history', viewed_at())) = 'shown') s;

-- Of which times the viewer may see titles of the device that the transaction names in penstock.title_device: of none
-- without a responsibility that holds now.
--
-- One device a transaction, so that this is worked out once, when the transaction begins, into penstock.title_times. (As a
-- condition of the rows, it was copied into the plan of every day: 2 ms a day of a question of 92.)
create function title_device() returns macaddr8
language sql stable parallel safe
return nullif(current_setting('penstock.title_device', true), '')::macaddr8;

-- It begins with whose times they are and of which device: for others, and of another, they are none.
create function title_times_of() returns text
language sql stable parallel safe
return concat(current_setting('penstock.user_ids', true), ' ', current_setting('penstock.title_device', true), '|');

create function work_out_title_times() returns text
language sql stable security definer set search_path from current
return title_times_of() || coalesce(
  (select range_agg(s.span) from title_span s where s.device = title_device() having bool_or(s.is_now)), '{}')::text;

create function title_times() returns tstzmultirange
language sql stable parallel safe
return (case when starts_with(current_setting('penstock.title_times', true), title_times_of())
             then split_part(current_setting('penstock.title_times', true), '|', 2) else '{}' end)::tstzmultirange;

-- When a held message that concerns the named device was put on its stream; null while it was not. It reads as the owner of
-- the tables: asked by a policy of message_log, as a reader of message_log it would ask itself. (In plpgsql, which keeps its
-- plan: a message that was held took 0.8 ms in SQL, and 0.1 so.)
create function title_released_at(in_user macaddr8, in_day date, in_sequence bigint) returns timestamptz
language plpgsql stable security definer
set search_path from current
set plan_cache_mode = force_generic_plan
as $$
begin
  return (
    select r.released_at from held_decision h
    join release_span r on r.user_id = h.user_id and r.submission = h.submission and r.day = h.day
    where h.user_id = in_user and h.day = in_day and h.sequence = in_sequence and h.action = 'process'
      and r.user_id = in_user and r.day = in_day and r.from_sequence < in_sequence and r.to_sequence >= in_sequence
      -- asked by itself, for a message of no device of the viewer's, it tells nothing
      and (exists (select from message_log m
                   where m.user_id = in_user and m.day = in_day and m.sequence = in_sequence and m.target = title_device())
        or exists (select from named_device m
                   where m.user_id = in_user and m.day = in_day and m.sequence = in_sequence
                     and m.device = title_device()))
    order by r.to_sequence limit 1);
end
$$;

-- The two that follow are asked for each row, by the functions of penstock_titles, and run as it.

-- The role under which a User most likely acts upon a device: one in which it is responsible for it, else the first that
-- it has. Always one of the six of the Users, or of the Operator's own two: a set of roles would tell Users apart.
create function title_sender_role(in_user macaddr8, in_device macaddr8, in_at timestamptz) returns text
language plpgsql stable
as $$
begin
  return (
    select o.role from user_role o
    where o.user_id = in_user and o.valid_from <= in_at and in_at < o.valid_to
    order by coalesce((select bool_or(r.valid_from <= in_at and in_at < r.valid_to)
                       from responsibility r
                       where r.device = in_device and r.role = o.role and r.user_id = in_user), false) desc,
             array_position(array['IS', 'ES', 'GS', 'ED', 'GT', 'RSA', 'OU', 'COS', 'OPERATOR'], o.role)
    limit 1);
end
$$;

-- Who sent it, where the Operator's switch shows Parties now and did at its time; else null.
create function title_sender_party(in_user macaddr8, in_at timestamptz) returns text
language plpgsql stable
as $$
begin
  if title_switch_at('sender', viewed_at()) <> 'party' or title_switch_at('sender', in_at) <> 'party' then
    return null;
  end if;
  return (select p.name from user_id u join party p on p.party_id = u.party_id where u.user_id = in_user);
end
$$;

-- What tells messages of several Users with one sequence apart. Under the key of the platform: who has it and not the key
-- cannot try the User IDs that there are.
create function title_tie(in_user macaddr8, in_sequence bigint, in_key bytea) returns bigint
language sql immutable parallel safe
return ('x' || left(encode(sha256(in_key || macaddr8_send(in_user) || int8send(in_sequence)), 'hex'), 16))::bit(64)::bigint;

-- What a title says of a message that concerns a device, or no row when the viewer may see none of it. `sequence` and `tie`
-- order titles and find one again; they never leave the platform but sealed. (The planner puts it in where it stands. What it
-- asks for is asked for by the policy of the log too: either holds by itself.)
create function title_of(
  in_device macaddr8, in_is_target boolean, in_times tstzmultirange, in_key bytea,
  in_user macaddr8, in_day date, in_sequence bigint, in_recorded_at timestamptz, in_direction message_direction,
  in_kind message_kind, in_verdict message_verdict, in_srv text, in_code text
) returns table (
  device macaddr8, day date, sequence bigint, tie bigint, recorded_at timestamptz, direction message_direction,
  kind message_kind, srv text, code text, is_target boolean, is_own boolean, released_at timestamptz, sender_role text,
  sender_party text
)
language sql stable
begin atomic
  select in_device, in_day, in_sequence, title_tie(in_user, in_sequence, in_key), in_recorded_at, in_direction, in_kind,
         in_srv, in_code, in_is_target, in_user = any ((select visible_user_ids())::macaddr8[]), r.released_at,
         title_sender_role(in_user, in_device, in_recorded_at),
         case when (select title_switch_at('sender', viewed_at())) = 'party'
              then title_sender_party(in_user, in_recorded_at) end
  from (select case in_verdict when 'held' then title_released_at(in_user, in_day, in_sequence) end as released_at
        offset 0) r
  where in_kind in ('service_request', 'signed_pre_command', 'response', 'smets1_response')
    and (in_verdict in ('passed', 'warned') or in_verdict = 'held' and r.released_at is not null)
    and in_times @> in_recorded_at;
end;

-- The times of a viewer, the kinds and the verdicts: which messages to the named device are titles that it may see.
create policy titles on message_log for select to penstock_titles
  using (target = title_device() and title_times() @> recorded_at
         and kind in ('service_request', 'signed_pre_command', 'response', 'smets1_response')
         and (verdict in ('passed', 'warned')
              or verdict = 'held' and title_released_at(user_id, day, sequence) is not null));

-- The same of the messages that name the device in their body, of the days of a span. It reads as the owner of the tables,
-- and penstock_titles may not read named_device: as a policy, which the plan of each day would look up for each row, it took
-- 1.7 times as long where a device is named often. (A statement a day, since one for all days comes back to the plan of each
-- day for each key: 4 ms for two keys and 92 days, and 0.4 so.)
create function messages_naming(in_first date, in_last date)
returns table (
  user_id macaddr8, day date, sequence bigint, recorded_at timestamptz, direction message_direction, kind message_kind,
  verdict message_verdict, srv text, code text
)
language plpgsql stable security definer rows 10
set search_path from current
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_bitmapscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
  asked_device constant macaddr8 := title_device();
  times constant tstzmultirange := title_times();
  named_users macaddr8[];
  named_days date[];
  named_sequences bigint[];
  asked date;
begin
  select array_agg(d.user_id), array_agg(d.day), array_agg(d.sequence) into named_users, named_days, named_sequences
  from named_device d where d.device = asked_device and d.day between in_first and in_last;
  for asked in select distinct n from unnest(named_days) as n loop
    return query
      select m.*
      from unnest(named_users, named_days, named_sequences) as n(user_id, day, sequence)
      cross join lateral (
        select o.user_id, o.day, o.sequence, o.recorded_at, o.direction, o.kind, o.verdict, o.srv, o.code
        from message_log o where o.day = asked and o.user_id = n.user_id and o.sequence = n.sequence offset 0) as m
      where n.day = asked and times @> m.recorded_at
        and m.kind in ('service_request', 'signed_pre_command', 'response', 'smets1_response')
        and (m.verdict in ('passed', 'warned')
             or m.verdict = 'held' and title_released_at(m.user_id, m.day, m.sequence) is not null);
  end loop;
end
$$;

create type device_title as (
  device macaddr8, day date, sequence bigint, tie bigint, recorded_at timestamptz, direction message_direction,
  kind message_kind, srv text, code text, is_target boolean, is_own boolean, released_at timestamptz, sender_role text,
  sender_party text
);

-- The titles of the named device on the days of a span, in any order.
create function titles_between(in_first date, in_last date) returns setof device_title
language plpgsql stable security definer
set search_path from current
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_bitmapscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
  asked_device constant macaddr8 := title_device();
  times constant tstzmultirange := title_times();
  key constant bytea := (select k.key from sealing_key k);
begin
  return query
    select t.* from (
      select m.target as device, true as is_target, m.user_id, m.day, m.sequence, m.recorded_at, m.direction, m.kind,
             m.verdict, m.srv, m.code
      from message_log m where m.target = asked_device and m.day between in_first and in_last
      union all
      select asked_device, false, m.* from messages_naming(in_first, in_last) as m
      offset 0
    ) as l
    cross join lateral title_of(
      l.device, l.is_target, times, key, l.user_id, l.day, l.sequence, l.recorded_at, l.direction, l.kind, l.verdict,
      l.srv, l.code) as t;
end
$$;

-- A page of the titles of the named device, newest first: after the title (in_at, in_sequence, in_tie) of in_last, and recorded
-- from in_from to before in_to. A parameter that is null does not count.
--
-- The order is that of the times, which no index has, so all of some days is read at a time: eight days first, then four
-- times as many as before, until the page is full. What a question takes is making a plan ready for each of the days, so
-- that is as little as can be: the rows as they lie (`offset 0`), once as target, and once, by their keys, of those that
-- name it. (92 days of a million rows: 2.8 ms; 7.5 in steps from two days on, with a day that names it by itself.)
--
-- It runs as penstock_titles, whose policies it stands behind.
create function device_titles(
  in_from timestamptz, in_to timestamptz, in_last date, in_at timestamptz, in_sequence bigint,
  in_tie bigint, in_direction message_direction, in_kind message_kind, in_srv text, in_code text, in_limit integer
) returns setof device_title
language plpgsql stable security definer
set search_path from current
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_bitmapscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
  asked_device constant macaddr8 := title_device();
  times constant tstzmultirange := title_times();
  key constant bytea := (select k.key from sealing_key k);
  first constant date := (in_from at time zone 'UTC')::date;
  asked date := in_last;
  oldest date;
  width integer := 8;
  missing integer := in_limit;
  given integer;
begin
  while asked >= first and missing > 0 loop
    oldest := greatest(first, asked - width + 1);
    return query
      select t.* from (
        select m.target as device, true as is_target, m.user_id, m.day, m.sequence, m.recorded_at, m.direction, m.kind,
               m.verdict, m.srv, m.code
        from message_log m where m.target = asked_device and m.day between oldest and asked
        union all
        select asked_device, false, m.* from messages_naming(oldest, asked) as m
        offset 0
      ) as l
      cross join lateral title_of(
        l.device, l.is_target, times, key, l.user_id, l.day, l.sequence, l.recorded_at, l.direction, l.kind, l.verdict,
        l.srv, l.code) as t
      where t.recorded_at >= in_from and t.recorded_at < in_to
        and (t.day < in_last or in_at is null or (t.recorded_at, t.sequence, t.tie) < (in_at, in_sequence, in_tie))
        and (in_direction is null or t.direction = in_direction)
        and (in_kind is null or t.kind = in_kind)
        and (in_srv is null or t.srv = in_srv)
        and (in_code is null or t.code = in_code)
      order by t.recorded_at desc, t.sequence desc, t.tie desc limit missing;
    get diagnostics given = row_count;
    missing := missing - given;
    asked := oldest - 1;
    width := width * 4;
  end loop;
end
$$;

-- How many titles of the named device the viewer may see, in each step of time that has any: those that lie in one of the
-- spans of the first wall, from in_starts to before in_ends.
create function device_title_counts(
  in_from timestamptz, in_to timestamptz, in_step interval, in_starts timestamptz[], in_ends timestamptz[]
) returns table (bucket timestamptz, count bigint)
language plpgsql stable security definer
set search_path from current
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_bitmapscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
  asked_device constant macaddr8 := title_device();
  asked date := (in_from at time zone 'UTC')::date;
  last constant date := (in_to at time zone 'UTC')::date;
  spans constant tstzmultirange :=
    (select range_agg(tstzrange(s.starts, s.ends)) from unnest(in_starts, in_ends) as s(starts, ends));
begin
  while asked <= last loop
    return query
      select date_bin(in_step, t.recorded_at, 'epoch'), count(*)
      from (
        select m.recorded_at from message_log m where m.target = asked_device and m.day = asked
        union all
        select m.recorded_at from messages_naming(asked, asked) as m
      ) as t
      where t.recorded_at >= in_from and t.recorded_at < in_to and spans @> t.recorded_at
      group by 1;
    asked := asked + 1;
  end loop;
end
$$;

grant create on schema penstock to penstock_titles;
alter view title_responsibility owner to penstock_titles;
alter view title_span owner to penstock_titles;
alter function work_out_title_times owner to penstock_titles;
alter function titles_between owner to penstock_titles;
alter function device_titles owner to penstock_titles;
alter function device_title_counts owner to penstock_titles;
revoke create on schema penstock from penstock_titles;
revoke execute on function work_out_title_times, title_released_at, title_sender_role, title_sender_party, messages_naming,
  titles_between, device_titles, device_title_counts from public;
grant execute on function title_released_at, title_sender_role, title_sender_party, messages_naming to penstock_titles;
grant execute on function work_out_title_times, titles_between, device_titles, device_title_counts to penstock_title_viewer;
grant select on title_switch to penstock_title_viewer;
