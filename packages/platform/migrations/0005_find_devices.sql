-- What is known of the devices that a batch of messages targets, on the way of every message.

-- Packs who is responsible for each device into its row (device.responsible): the spans, each macaddr8 of the User ID,
-- valid_from, valid_to, role padded to three; 27 bytes. To be called in the transaction that changed `responsibility`.
--
-- Gathering the spans for each message instead took two thirds of the look-up (devices/device-lookup.ts).
create function refresh_responsible(in_devices macaddr8[]) returns void
language sql
begin atomic
  update device d
  set responsible = coalesce(
    (select string_agg(macaddr8_send(s.user_id) || timestamptz_send(s.valid_from) || timestamptz_send(s.valid_to)
                       || textsend(rpad(s.role, 3)), ''::bytea order by s.role, s.valid_from)
     from responsibility s where s.device = d.device), '')
  where d.device = any (in_devices);
end;

-- One row: the devices packed one after another (macaddr8; home, zeros: none; bytes of the spans; the spans), and their
-- kinds and statuses in the same order, with a third word '1' for a device of the first generation. The list may repeat
-- devices: so do the answers.
--
-- A function for the settings: an inventory that was just imported has no statistics yet, and the plan made then read
-- all devices for each (460 us a message instead of 7).
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
                    || int4send(octet_length(d.responsible)) || d.responsible, ''::bytea),
         string_agg(d.kind || ' ' || d.status || case when d.is_smets1 then ' 1' else '' end, ',')
    into packed, words
  from unnest(in_devices) as asked(device)
  cross join lateral (
    select f.device, f.home, f.kind, f.status, f.responsible, f.is_smets1 from device f
    where f.device = asked.device offset 0) as d;
end
$$;
