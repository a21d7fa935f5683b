import { alpha, beta, type TestPortal } from './testing-portal.ts';

// Titles of a meter, for the tests of the pages of the audit trail, and for their pictures.

/** A meter whose import supplier is alpha, and one that is none of alpha's. */
export async function findMeters({ database }: TestPortal): Promise<{ own: string; other: string }> {
  const responsible = (how: string) =>
    `exists (select from responsibility r where r.device = d.device and r.user_id = $1 and ${how}
               and r.valid_from <= now() and now() < r.valid_to)`;
  const { rows } = await database.pool.query<{ own: string; other: string }>(
    `select upper(replace(min(d.device::text) filter (where ${responsible("r.role = 'IS'")}), ':', '-')) as own,
            upper(replace(min(d.device::text) filter (where not ${responsible('true')}), ':', '-')) as other
     from device d where d.kind = 'ESME'`,
    [alpha],
  );
  const [found] = rows;
  if (!found?.own || !found.other) throw new Error('the network has no such meters');
  return found;
}

/**
 * So many requests to the meter with their responses, within the last hours of today: of alpha and beta in turn. Every
 * fifth is an update of firmware, which names the meter in its body and gets no answer.
 */
export async function recordTitles({ database }: TestPortal, device: string, count: number): Promise<void> {
  const { pool } = database;
  await pool.query(`update user_role set valid_from = '-infinity'`);
  await pool.query(
    `with made as (
       select i, (case when i % 2 = 0 then $1 else $2 end)::macaddr8 as user_id, (now() at time zone 'UTC')::date as day,
              (array['4.1.1', '11.1', '7.4', '4.8.1', '6.2.1'])[i % 5 + 1] as srv,
              greatest(date_trunc('day', now() at time zone 'UTC') at time zone 'UTC',
                       now() - ($4 - i) * interval '97 seconds') as at
       from generate_series(1, $4::int) i
     ), messages as (
       insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, command_variant, originator,
                                target, counter, srv, code, size, sha256, repetition)
       select m.user_id, m.day, 7000000 + 2 * m.i + k.after, m.at + k.after * interval '4 seconds', k.direction, k.kind, 'passed', k.variant,
              m.user_id, case when m.srv = '11.1' then $1::macaddr8 else $3::macaddr8 end, m.i, m.srv, k.code, 1900,
              sha256((m.i || k.code)::bytea), k.after
       from made m, (values (0, 'southbound'::message_direction, 'service_request'::message_kind, 1, 'I99'),
                            (1, 'northbound', 'response', null, 'I0')) k(after, direction, kind, variant, code)
       where m.srv <> '11.1' or k.after = 0
       returning user_id, day, sequence, target
     )
     insert into named_device (user_id, day, sequence, device)
     select user_id, day, sequence, $3::macaddr8 from messages where target <> $3::macaddr8`,
    [alpha, beta, device, count],
  );
  await pool.query(
    `update message_log set code = 'E21' where sequence % 46 = 1 and kind = 'response' and sequence > 7000000`,
  );
  await pool.query('analyze message_log, named_device');
}

/**
 * Thirty days of activity of some devices of alpha's, as the platform sums them up: one that sends alerts since today, one
 * that everybody asks since some days, one that always had much, and others that do what they usually do.
 */
export async function addErratic({ database }: TestPortal): Promise<readonly string[]> {
  const days = (of: (day: number) => number) => Array.from({ length: 30 }, (_, day) => of(day));
  const seen: readonly (readonly ['alerts' | 'titles', number[]])[] = [
    ['alerts', days((day) => (day === 29 ? 412 : 2 + (day % 3)))],
    ['titles', days((day) => (day > 25 ? 96 - 7 * (day % 4) : day % 5))],
    ['titles', days((day) => (day === 28 ? 44 : 1))],
    ['titles', days((day) => 40 + (day % 7))],
  ];
  const { pool } = database;
  const { rows } = await pool.query<{ device: string }>(
    `select distinct d.device from device d join responsibility r using (device)
     where r.user_id = $1 and r.valid_from <= now() and now() < r.valid_to and d.kind in ('ESME', 'CHF')
     order by d.device limit $2`,
    [alpha, seen.length],
  );
  const devices = rows.map((row) => row.device);
  await pool.query(
    `insert into device_activity (device, user_id, day, busy_on, counts)
     select s.device, case s.what when 'alerts' then $1 else '00:00:00:00:00:00:00:00' end::macaddr8,
            (now() at time zone 'UTC')::date, (now() at time zone 'UTC')::date, s.counts
     from json_to_recordset($2) as s(device macaddr8, what text, counts integer[])
     on conflict (device, user_id) do update set day = excluded.day, busy_on = excluded.busy_on, counts = excluded.counts`,
    [alpha, JSON.stringify(seen.map(([what, counts], index) => ({ device: devices[index], what, counts })))],
  );
  return devices.map((device) => device.toUpperCase().replaceAll(':', '-'));
}
