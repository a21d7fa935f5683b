import { alpha, beta, type TestPortal } from './testing-portal.ts';

// Titles of a meter, for the tests of the pages of the audit trail, and for their pictures.

/** Two meters whose import supplier is alpha, and one that is none of alpha's. */
export async function findMeters({ database }: TestPortal): Promise<{ own: string; second: string; other: string }> {
  const responsible = (how: string) =>
    `exists (select from responsibility r where r.device = d.device and r.user_id = $1 and ${how}
               and r.valid_from <= now() and now() < r.valid_to)`;
  const { rows } = await database.pool.query<{ own: string; second: string; other: string }>(
    `select upper(replace(min(d.device::text) filter (where ${responsible("r.role = 'IS'")}), ':', '-')) as own,
            upper(replace(max(d.device::text) filter (where ${responsible("r.role = 'IS'")}), ':', '-')) as second,
            upper(replace(min(d.device::text) filter (where not ${responsible('true')}), ':', '-')) as other
     from device d where d.kind = 'ESME'`,
    [alpha],
  );
  const [found] = rows;
  if (!found?.own || !found.other || found.own === found.second) throw new Error('the network has no such meters');
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

/**
 * What befell a meter of alpha's: some messages on each day of a month, far more nine days ago; and in the last hours a
 * burst of beta's with the alerts that it caused, a cleared log with its alert, one of alpha's own requests, and an alert
 * that nothing explains.
 */
export async function recordStory({ database }: TestPortal, device: string): Promise<void> {
  const { pool } = database;
  await pool.query(`update user_role set valid_from = '-infinity'`);
  await pool.query(
    `do $$ declare day date; begin
       for day in select d::date from generate_series(now() at time zone 'UTC' - interval '40 days',
                                                      now() at time zone 'UTC' - interval '1 day', interval '1 day') d loop
         execute format('create table if not exists message_log_%s partition of message_log for values from (%L) to (%L)',
                        to_char(day, 'YYYYMMDD'), day, day + 1);
       end loop;
     end $$`,
  );
  await pool.query(
    `with days as (
       select n, date_trunc('day', now()) - n * interval '1 day' as at from generate_series(1, 38) n
     ), made(sender, at, kind, srv, code) as (
       select case when i % 3 = 0 then $1::macaddr8 else $2::macaddr8 end, at + interval '6 hours' + i * interval '41 minutes' + k.after,
              k.kind, (array['4.1.1', '4.8.1', '6.2.1'])[i % 3 + 1], k.code
       from days, generate_series(1, 3 + n * 7 % 4) i,
            (values (interval '0', 'service_request', 'I99'), (interval '5 seconds', 'response', 'I0')) k(after, kind, code)
       union all select $2::macaddr8, at + interval '14 hours' + i * interval '11 seconds', 'service_request', '6.5', 'I99'
         from days, generate_series(1, 60) i where n = 9
       union all select $1::macaddr8, at + interval '14 hours' + i * interval '19 seconds', 'device_alert', null, '8085'
         from days, generate_series(1, 34) i where n = 9
       union all select $1::macaddr8, at + interval '17 hours', 'device_alert', null, '8F3F' from days where n % 6 = 1
       union all select $2::macaddr8, now() - interval '100 minutes' + i * interval '7 seconds', 'service_request', '6.5', 'I99'
         from generate_series(1, 24) i
       union all select $2::macaddr8, now() - interval '100 minutes' + i * interval '7 seconds' + interval '3 seconds', 'response', '6.5',
                        case when i % 8 = 0 then 'E21' else 'I0' end from generate_series(1, 24) i
       union all select $1::macaddr8, now() - interval '96 minutes' + i * interval '13 seconds', 'device_alert', null, '8085'
         from generate_series(1, 9) i
       union all select $2::macaddr8, now() - interval '61 minutes', 'service_request', '3.3', 'I99'
       union all select $2::macaddr8, now() - interval '61 minutes' + interval '4 seconds', 'response', '3.3', 'I0'
       union all select $1::macaddr8, now() - interval '60 minutes', 'device_alert', null, '8F52'
       union all select $1::macaddr8, now() - interval '30 minutes', 'service_request', '4.1.1', 'I99'
       union all select $1::macaddr8, now() - interval '30 minutes' + interval '6 seconds', 'response', '4.1.1', 'I0'
       union all select $1::macaddr8, now() - interval '9 minutes', 'device_alert', null, '8F3F'
     )
     insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, command_variant, originator,
                              target, counter, srv, code, size, sha256, repetition)
     select sender, (at at time zone 'UTC')::date, 8000000 + row_number() over (order by at), at,
            (case when kind = 'service_request' then 'southbound' else 'northbound' end)::message_direction,
            kind::message_kind, 'passed', case when kind = 'service_request' then 1 end, sender, $3::macaddr8,
            8000000 + row_number() over (order by at), srv, code, 1900, sha256(kind::bytea), row_number() over (order by at)
     from made`,
    [alpha, beta, device],
  );
  await pool.query('analyze message_log');
}
