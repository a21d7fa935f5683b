-- Step 5 of the way of a message: what a batch does, in one transaction, under its lane's lock.

-- Records a batch of messages of one lane. All arrays have one element a message, except in_device_* (the devices
-- concerned), in_pair_* and in_breach_*, whose first says which message each element is of, from 1.
--
-- Returns one row. Messages that are not in exceptions got consecutive sequences from first_sequence on, in
-- their order. exceptions is a JSON array, one object a message that was not recorded as given:
--   {item, outcome: 'repeated', day, sequence, at, code, reason}  the same bytes were recorded before: same answer
--   {item, outcome: 'conflict', day, sequence}                    the RequestID was used before for other bytes
--   {item, outcome: 'replayed'}                                   the counter is not above what left the horizon
--
-- Raises PS001 when the directory (certificates, roles, User IDs) has moved since the batch was judged.
--
-- in_digest is the first 63 bits of each message's SHA-256. The caller must not put two requests with the same RequestID,
-- nor the same bytes twice, in a batch.
--
-- in_signer is the first 63 bits of the fingerprint of the certificate that signed each message. in_pair_* say which
-- message counts for which threshold (screen_batch). in_breach_* name the messages with a value outside a limit, each
-- once and without pairs: held, or deleted with notice. What becomes of them is in 0006_thresholds.sql.
--
-- in_service_reference, in_first_in_sequence, in_preceding, in_response_id and in_responded_at may be empty: then no
-- message of the batch has one.
create function record_batch(
  in_anchor macaddr8, in_lane smallint, in_directory_version bigint, in_now timestamptz,
  in_user macaddr8[], in_direction message_direction[], in_kind message_kind[], in_verdict message_verdict[],
  in_command_variant smallint[], in_originator macaddr8[], in_target macaddr8[], in_counter numeric[],
  in_srv text[], in_code text[], in_reason text[], in_digest bigint[], in_sha256 bytea[], in_body bytea[],
  in_rising boolean[], in_signer bigint[],
  in_schema_version text[], in_service_reference text[], in_first_in_sequence boolean[], in_preceding text[],
  in_response_id text[], in_responded_at timestamptz[],
  in_device_item integer[], in_device macaddr8[],
  in_pair_item integer[], in_pair_threshold bigint[], in_pair_shared boolean[],
  in_breach_item integer[], in_breach_limit bigint[], in_breach_version integer[], in_breach_bound numeric[],
  in_breach_deleted boolean[], in_breach_words text[],
  out lane_time timestamptz, out day date, out first_sequence bigint, out verdicts message_verdict[],
  out exceptions jsonb
)
language plpgsql
-- A plan made while a day is young must not become a scan of the whole day when it is old: the probes below
-- are index look-ups, always.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_bitmapscan = off
set enable_sort = off
set enable_incremental_sort = off
set enable_material = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
  last record;
  folded date;
  items constant integer := cardinality(in_user);
  next_sequence bigint;
  probed date;
  -- The sequence each message gets; 0: none, it is an exception.
  sequences bigint[] := array_fill(-1::bigint, array[items]);
  found record;
  breaches constant integer := cardinality(in_breach_item);
  held_item integer[];
  held_threshold bigint[];
  held_version integer[];
  held_count bigint[];
  held_bound bigint[];
  held_from timestamptz[];
  held integer;
  events numeric(20)[];
begin
  select l.time, l.sequence into strict last from lane l
    where l.user_id = in_anchor and l.lane = in_lane for update;
  if (select v.version from directory_version v) is distinct from in_directory_version then
    raise exception 'the directory has moved' using errcode = 'PS001';
  end if;

  -- Read after the lock: now() is older than the lock, and several hosts mean several clocks.
  lane_time := greatest(coalesce(in_now, clock_timestamp()), last.time);
  day := (lane_time at time zone 'UTC')::date;
  exceptions := '[]';

  if last.time = '-infinity' then
    update replay_horizon h set folded_to = record_batch.day - 1
      where h.user_id = in_anchor and h.lane = in_lane and h.folded_to = '-infinity';
  end if;
  -- Read before the probes: a day may be folded meanwhile, then it is covered twice, never not at all.
  select h.folded_to into strict folded from replay_horizon h where h.user_id = in_anchor and h.lane = in_lane;

  -- A day at a time, by the whole RequestID, the batch outside, and in an order that only the unique key can give: the
  -- only plan is a look-up in that key for each message. (A young day has no statistics. Left to itself the planner
  -- began with the day's rows, or took the primary key and read all of the User's day: up to 8 ms a message at 40,000
  -- rows, against 25 us for all of this function.)
  for ahead in 0 .. record_batch.day - folded - 1 loop
    probed := record_batch.day - ahead;
    for found in
      select i.item, l.sequence, l.recorded_at, l.code, l.reason, l.sha256 = i.sha256 as same
      from unnest(in_user, in_direction, in_target, in_counter, in_digest, in_sha256)
             with ordinality as i(user_id, direction, target, counter, digest, sha256, item)
      cross join lateral (
        select m.sequence, m.recorded_at, m.code, m.reason, m.sha256 from message_log m
        where m.user_id = i.user_id and m.day = probed and m.target = i.target and m.counter = i.counter
          and (m.repetition = 0 or m.repetition = i.digest) and m.direction = i.direction
        order by m.repetition limit 2) l
    loop
      -- of a request whose bytes were refused and whose RequestID others took since, the first found counts
      if sequences[found.item] <> 0 then
        sequences[found.item] := 0;
        exceptions := exceptions || case when found.same
          then jsonb_build_object('item', found.item, 'outcome', 'repeated', 'day', probed,
                 'sequence', found.sequence::text, 'at', found.recorded_at, 'code', found.code, 'reason', found.reason)
          else jsonb_build_object('item', found.item, 'outcome', 'conflict', 'day', probed,
                 'sequence', found.sequence::text) end;
      end if;
    end loop;
  end loop;

  for found in
    select i.item
    from unnest(in_user, in_direction, in_target, in_counter, in_rising)
           with ordinality as i(user_id, direction, target, counter, rising, item)
    cross join lateral (
      select c.counter from highest_counter c where c.user_id = i.user_id and c.device = i.target
      offset 0) h
    where i.direction = 'southbound' and i.rising and i.counter <= h.counter
  loop
    if sequences[found.item] <> 0 then
      sequences[found.item] := 0;
      exceptions := exceptions || jsonb_build_object('item', found.item, 'outcome', 'replayed');
    end if;
  end loop;

  first_sequence := last.sequence + 1;
  next_sequence := last.sequence;
  for n in 1 .. items loop
    if sequences[n] <> 0 then
      next_sequence := next_sequence + 1;
      sequences[n] := next_sequence;
    end if;
  end loop;

  verdicts := in_verdict;
  if cardinality(in_pair_item) > 0 then
    select s.verdicts, s.item, s.threshold, s.version, s.count, s.bound, s.window_from
      into strict verdicts, held_item, held_threshold, held_version, held_count, held_bound, held_from
    from screen_batch(lane_time, day, sequences, in_user, in_verdict,
                      in_pair_item, in_pair_threshold, in_pair_shared) s;
  end if;
  for n in 1 .. breaches loop
    verdicts[in_breach_item[n]] := case when in_breach_deleted[n] then 'deleted' else 'held' end::message_verdict;
  end loop;

  insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, command_variant,
                           originator, target, counter, srv, code, reason, size, sha256, repetition,
                           schema_version, service_reference, first_in_sequence, preceding, response_id, responded_at)
  select i.user_id, record_batch.day, i.sequence, lane_time, i.direction, i.kind, i.verdict, i.command_variant,
         i.originator, i.target, i.counter, i.srv, i.code, i.reason, octet_length(i.body), i.sha256,
         case when i.direction = 'southbound' and i.verdict <> 'refused' then 0 else i.digest end,
         i.schema_version, i.service_reference, i.first_in_sequence, i.preceding, i.response_id, i.responded_at
  from unnest(in_user, sequences, in_direction, in_kind, verdicts, in_command_variant, in_originator, in_target,
              in_counter, in_srv, in_code, in_reason, in_digest, in_body, in_sha256,
              in_schema_version, in_service_reference, in_first_in_sequence, in_preceding, in_response_id,
              in_responded_at)
         as i(user_id, sequence, direction, kind, verdict, command_variant, originator, target,
              counter, srv, code, reason, digest, body, sha256,
              schema_version, service_reference, first_in_sequence, preceding, response_id, responded_at)
  where i.sequence <> 0;

  insert into named_device (user_id, day, sequence, device)
  select in_user[d.item], record_batch.day, sequences[d.item], d.device
  from unnest(in_device_item, in_device) as d(item, device)
  where sequences[d.item] <> 0 and d.device <> in_target[d.item];

  insert into stream (user_id, direction, day, sequence, message_day, message_sequence, kind, body)
  select i.user_id, i.direction, record_batch.day, i.sequence, record_batch.day, i.sequence, i.kind, i.body
  from unnest(in_user, sequences, in_direction, in_kind, verdicts, in_body)
         as i(user_id, sequence, direction, kind, verdict, body)
  where i.sequence <> 0 and i.verdict in ('passed', 'warned');

  if held_item is not null or breaches > 0 then
    held := coalesce(cardinality(held_item), 0);
    events := quarantine_batch(
      lane_time, in_lane, day, sequences, in_user, in_direction,
      held_item || in_breach_item,
      held_threshold || array_fill(null::bigint, array[breaches]),
      array_fill(null::bigint, array[held]) || in_breach_limit,
      held_version || in_breach_version,
      array_fill(false, array[held]) || in_breach_deleted);
    insert into held_message (user_id, day, sequence, event, held_at, direction, kind, command_variant, srv, originator,
                              target, counter, message_id, signer, version, count, bound, window_from, words,
                              size, sha256, body)
    select in_user[b.item], record_batch.day, sequences[b.item], b.event, lane_time, in_direction[b.item],
           in_kind[b.item], in_command_variant[b.item], in_srv[b.item], in_originator[b.item],
           in_target[b.item], in_counter[b.item],
           message_id(in_user[b.item], in_originator[b.item], in_target[b.item], in_counter[b.item], in_sha256[b.item]),
           in_signer[b.item], b.version, b.count, b.bound, b.window_from, b.words,
           octet_length(in_body[b.item]), in_sha256[b.item], case when not b.is_deleted then in_body[b.item] end
    from (
      select h.item, h.version, h.count, h.bound::numeric, h.window_from, null::text as words, false as is_deleted,
             events[h.place] as event
      from unnest(held_item, held_version, held_count, held_bound, held_from)
             with ordinality as h(item, version, count, bound, window_from, place)
      union all
      select v.item, v.version, null, v.bound, null, v.words, v.is_deleted,
             events[held + v.place]
      from unnest(in_breach_item, in_breach_version, in_breach_bound, in_breach_words, in_breach_deleted)
             with ordinality as v(item, version, bound, words, is_deleted, place)
    ) as b
    where sequences[b.item] <> 0;
  end if;

  update lane l set time = lane_time, sequence = next_sequence
    where l.user_id = in_anchor and l.lane = in_lane;
end
$$;

-- A day's RequestIDs leave the horizon: their highest counter a (User ID, device) stays. The day is closed
-- (lane time never runs back), so this needs no lock; both changes become visible together.
create function fold_request_ids(in_anchor macaddr8, in_lane smallint, in_day date) returns bigint
language plpgsql
as $$
declare folded bigint;
begin
  insert into highest_counter as h (user_id, device, counter)
  select l.user_id, l.target, max(l.counter)
  from message_log l join user_id u on u.user_id = l.user_id and u.lane = in_lane
  where l.day = in_day and l.direction = 'southbound' and l.repetition = 0
  group by l.user_id, l.target
  on conflict (user_id, device) do update set counter = greatest(h.counter, excluded.counter);
  get diagnostics folded = row_count;
  update replay_horizon set folded_to = in_day
    where user_id = in_anchor and lane = in_lane and folded_to < in_day;
  return folded;
end
$$;
