-- What is known of the devices that a batch of messages targets, on the way of every message.
--
-- One row: the devices packed one after another (macaddr8; home, zeros: none; count of responsibilities; these: macaddr8
-- of the User ID, valid_from, valid_to, role padded to three), and their kinds and statuses in the same order.
--
-- A function for the settings: an inventory that was just imported has no statistics yet, and the plan made then read
-- all responsibilities for each device (460 us a message instead of 7).
create function find_devices(in_devices macaddr8[], out packed bytea, out words text)
language plpgsql stable
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
begin
  select string_agg(macaddr8_send(d.device) || coalesce(macaddr8_send(d.home), '\x0000000000000000')
                    || int4send(r.count::integer) || coalesce(r.packed, ''), ''::bytea),
         string_agg(d.kind || ' ' || d.status, ',')
    into packed, words
  from (select distinct unnest(in_devices) as device offset 0) as asked
  cross join lateral (
    select f.device, f.home, f.kind, f.status from device f where f.device = asked.device offset 0) as d
  cross join lateral (
    select count(*) as count,
           string_agg(macaddr8_send(s.user_id) || timestamptz_send(s.valid_from) || timestamptz_send(s.valid_to)
                      || textsend(rpad(s.role, 3)), ''::bytea) as packed
    from responsibility s where s.device = d.device) as r;
end
$$;
