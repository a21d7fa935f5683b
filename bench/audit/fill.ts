/**
 * Fills a new database with rows of 92 days, as quickly as SQL makes them, into the partitions and indexes of the
 * product: each day is inserted in the order of its sequences while its indexes are there, so their pages are as full as
 * they would be. What the bodies and streams would take is left out.
 */
import { ensurePartitions } from '@penstock/platform/database';
import type pg from 'pg';
import { say } from '../harness/progress.ts';
import {
  ALERT_CODES,
  addDays,
  benchUsers,
  DAYS,
  ERRATIC_HOMES,
  ERRATIC_SHARE,
  EXCHANGES,
  FIRMWARE_A_DAY,
  FIRMWARE_SHARE,
  MOST_DEVICES,
  OPERATOR,
  RESPONSE_CODES,
  ROWS_A_HOME,
  SRVS,
  STEPS_AN_EXCHANGE,
} from './shape.ts';

export interface Filled {
  readonly rows: number;
  readonly homes: number;
  readonly seconds: number;
}

const CONNECTIONS = 2;
/** Choices by weight are tables of so many places. */
const PLACES = 10_000;

/** @param today the day after the last that is filled, YYYY-MM-DD */
export async function fill(pool: pg.Pool, { rows, today }: { rows: number; today: string }): Promise<Filled> {
  const started = performance.now();
  const homes = Math.max(200, Math.round(rows / ROWS_A_HOME));
  const firstDay = addDays(today, -DAYS);
  await ensurePartitions(pool, { today: firstDay, ahead: DAYS + 2 });
  await fillWorldOf(pool, homes, `${firstDay}T00:00:00Z`);
  const days = Array.from({ length: DAYS }, (_, index) => index);
  let filled = 0;
  let told = performance.now();
  const work = async (): Promise<void> => {
    const client = await pool.connect();
    try {
      await client.query(
        `set statement_timeout = 0; set work_mem = '512MB'; set enable_nestloop = off; set enable_mergejoin = off`,
      );
      for (let index = days.shift(); index !== undefined; index = days.shift()) {
        const from = Math.round((rows * index) / DAYS);
        const count = Math.round((rows * (index + 1)) / DAYS) - from;
        const made = await fillDay(client, { day: addDays(firstDay, index), index, count, homes, before: from * 2 });
        filled += made;
        if (performance.now() - told > 10_000) {
          told = performance.now();
          say(`${filled} of ${rows} rows, ${Math.round((filled * 1000) / (told - started))} a second`);
        }
      }
    } finally {
      client.release(true);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  await pool.query(`update lane set sequence = $1, time = $2`, [rows * 2, `${today}T00:00:00Z`]);
  await pool.query(`update replay_horizon set folded_to = $1`, [addDays(today, -2)]);
  await pool.query(`update sum_cursor c set sequence = l.sequence, time = l.time from lane l`);
  await pool.query('drop schema bench cascade');
  return { rows: filled, homes, seconds: (performance.now() - started) / 1000 };
}

/** Of 400,000 homes a statement takes longer than one of the platform may. */
async function fillWorldOf(pool: pg.Pool, homes: number, since: string): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query(`set statement_timeout = 0; set work_mem = '512MB'`);
    await fillWorld(client, homes, since);
  } finally {
    client.release(true);
  }
}

/** How many homes' devices get their packed responsibilities by one call. */
const HOMES_AT_ONCE = 20_000;

/** Parties, User IDs, homes, their devices and who is responsible for them; and what is chosen from, by weight. */
async function fillWorld(client: pg.ClientBase, homes: number, since: string): Promise<void> {
  const users = benchUsers();
  const ids = users.map(({ userId }) => userId);
  await client.query(
    `insert into party (party_id, name, kind) select 'P' || n, 'Party ' || n, 'other' from generate_series(0, $1) n`,
    [users.length],
  );
  await client.query(
    `insert into user_id (user_id, party_id) select u, 'P' || n - 1 from unnest($1::macaddr8[]) with ordinality as i(u, n)`,
    [[OPERATOR, ...ids]],
  );
  const roles = users.flatMap(({ userId, roles: each }) => each.map((role) => [userId, role] as const));
  await client.query(`insert into user_role (user_id, role) select * from unnest($1::macaddr8[], $2::text[])`, [
    roles.map(([userId]) => userId),
    roles.map(([, role]) => role),
  ]);
  await client.query(`
    create schema bench;
    create unlogged table bench.share (chosen text, place integer, user_id macaddr8, primary key (chosen, place));
    create unlogged table bench.choice (chosen text, place integer, value text, primary key (chosen, place));
    create unlogged table bench.step (exchange integer, is_in_body boolean, direction message_direction, kind message_kind,
      verdict message_verdict, command_variant smallint, within float8, bytes integer);
    create unlogged table bench.home (home integer primary key, supplier macaddr8, gas macaddr8, before macaddr8,
      changed_at timestamptz, electricity_network macaddr8, gas_network macaddr8);
    -- EUI-64 of a device, scattered as those of many makers are
    create function bench.device(home integer, place integer) returns macaddr8 language sql immutable
      return ('00db' || lpad(to_hex((home::bigint * 8 + place) * 2654435761 & 281474976710655), 12, '0'))::macaddr8;`);
  for (const group of new Set(users.map((user) => user.group))) {
    const chosen = placesOf(users.filter((user) => user.group === group).map((user) => [user.userId, user.share]));
    await client.query(
      `insert into bench.share select $1, n - 1, v from unnest($2::macaddr8[]) with ordinality as i(v, n)`,
      [group, chosen],
    );
  }
  const choices = {
    srv: SRVS,
    response: RESPONSE_CODES,
    alert: ALERT_CODES,
    exchange: EXCHANGES.map((e, n) => [`${n}`, e.weight] as const),
  };
  for (const [name, weights] of Object.entries(choices)) {
    await client.query(
      `insert into bench.choice select $1, n - 1, v from unnest($2::text[]) with ordinality as i(v, n)`,
      [name, placesOf(weights)],
    );
  }
  const steps = EXCHANGES.flatMap((exchange, number) => exchange.steps.map((step) => ({ number, exchange, step })));
  await client.query(
    `insert into bench.step
     select e, b, d::message_direction, k::message_kind, v::message_verdict, c, w, y
     from unnest($1::integer[], $2::boolean[], $3::text[], $4::text[], $5::text[], $6::smallint[], $7::float8[], $8::integer[])
       as s(e, b, d, k, v, c, w, y)`,
    [
      steps.map(({ number }) => number),
      steps.map(({ exchange }) => exchange.concerns === 'body'),
      steps.map(({ step }) => step.direction),
      steps.map(({ step }) => step.kind),
      steps.map(({ step }) => step.verdict ?? 'passed'),
      steps.map(({ step }) => step.commandVariant ?? null),
      steps.map(({ step }) => step.within),
      steps.map(({ step }) => step.bytes),
    ],
  );
  // one home in twenty changed its electricity supplier within the days
  await client.query(
    `insert into bench.home
     select h.home, s.user_id, case when h.home % 10 < 7 then s.user_id else g.user_id end, p.user_id,
            case when h.home % 20 = 0 then $2::timestamptz + h.home % 90 * interval '1 day' end, e.user_id, t.user_id
     from (select home, (hashint4extended(home, 1) & 2147483647) % $3 as a, (hashint4extended(home, 2) & 2147483647) % $3 as b,
                  (hashint4extended(home, 3) & 2147483647) % $3 as c, (hashint4extended(home, 4) & 2147483647) % $3 as d
           from generate_series(0, $1::integer - 1) home) h
     join bench.share s on s.chosen = 'supplier' and s.place = h.a
     join bench.share g on g.chosen = 'supplier' and g.place = h.b
     join bench.share p on p.chosen = 'supplier' and p.place = h.c
     join bench.share e on e.chosen = 'electricity network' and e.place = h.d
     join bench.share t on t.chosen = 'gas network' and t.place = h.d`,
    [homes, since, PLACES],
  );
  await client.query('analyze bench.home, bench.share, bench.choice, bench.step');
  await client.query(
    `insert into device (device, kind, status, home, import_mpan, mprn)
     select bench.device(h.home, k.place), k.kind, 'Commissioned', bench.device(h.home, 2),
            case k.place when 0 then (1000000000000 + h.home)::text end, case k.place when 1 then (2000000000 + h.home)::text end
     from bench.home h
     cross join (values (0, 'ESME'), (1, 'GSME'), (2, 'CHF'), (3, 'GPF'), (4, 'PPMID')) as k(place, kind)
     where k.place <> 1 or h.home % 5 <> 0`,
  );
  await client.query(
    `insert into responsibility (device, role, user_id, valid_from, valid_to)
     select bench.device(h.home, k.place), k.role, r.user_id, r.valid_from, r.valid_to
     from bench.home h
     cross join (values (0, 'IS'), (1, 'GS'), (2, 'IS'), (2, 'GS'), (3, 'GS'), (4, 'IS'), (4, 'GS'), (0, 'ED'), (1, 'GT'))
       as k(place, role)
     cross join lateral (
       select h.supplier, coalesce(h.changed_at, '-infinity'), 'infinity'::timestamptz where k.role = 'IS'
       union all select h.before, '-infinity', h.changed_at where k.role = 'IS' and h.changed_at is not null
       union all select h.gas, '-infinity', 'infinity' where k.role = 'GS'
       union all select h.electricity_network, '-infinity', 'infinity' where k.role = 'ED'
       union all select h.gas_network, '-infinity', 'infinity' where k.role = 'GT'
     ) as r(user_id, valid_from, valid_to)
     where k.place <> 1 or h.home % 5 <> 0`,
  );
  for (let home = 0; home < homes; home += HOMES_AT_ONCE) {
    await client.query(
      `select refresh_responsible(array(select bench.device(h, p) from generate_series($1::integer, $2::integer) h,
                                                                       generate_series(0, 4) p))`,
      [home, Math.min(home + HOMES_AT_ONCE, homes) - 1],
    );
  }
}

/** So many places that each value has its share of them, at least one. */
function placesOf(weights: readonly (readonly [value: string, weight: number])[]): string[] {
  const all = weights.reduce((sum, [, weight]) => sum + weight, 0);
  const places = weights.flatMap(([value, weight]) =>
    Array<string>(Math.max(1, Math.round((weight * PLACES) / all))).fill(value),
  );
  const [[first] = ['']] = weights;
  return places.length > PLACES
    ? places.slice(-PLACES)
    : [...places, ...Array<string>(PLACES - places.length).fill(first)];
}

interface DayToFill {
  readonly day: string;
  readonly index: number;
  readonly count: number;
  readonly homes: number;
  /** The last sequence before the day. */
  readonly before: number;
}

/** @returns how many rows the day got */
async function fillDay(client: pg.PoolClient, { day, index, count, homes, before }: DayToFill): Promise<number> {
  await client.query('select setseed($1)', [(index + 1) / (DAYS + 1)]);
  const named = Math.min(MOST_DEVICES, homes, Math.ceil((count * FIRMWARE_SHARE) / FIRMWARE_A_DAY));
  const logged = await client.query(LOG_SQL, [
    day,
    Math.max(1, Math.round(count / STEPS_AN_EXCHANGE)),
    homes,
    before,
    ERRATIC_SHARE,
    Math.max(1, Math.floor(homes * ERRATIC_HOMES)),
    PLACES,
    OPERATOR,
    index % 7 === 3, // one day a week has the burst of a User
  ]);
  await client.query(NAMED_SQL, [day, OPERATOR, named, FIRMWARE_A_DAY, homes]);
  return logged.rowCount ?? 0;
}

/** $1 day, $2 exchanges, $3 homes, $4 last sequence, $5 and $6 erratic share and homes, $7 places, $8 Operator, $9 burst */
const LOG_SQL = `
  with drawn as materialized (
    select n, random() as of_home, random() as of_time, random() as of_device, random() as of_user,
           floor(random() * $7)::integer as exchange, floor(random() * $7)::integer as srv,
           floor(random() * $7)::integer as code, floor(random() * $7)::integer as other, random() as of_erratic
    from generate_series(1, $2::integer) n
  ), placed as materialized (
    select d.*,
           case when of_erratic < $5 then floor(of_home * $6)::bigint * 997 % $3 else floor(of_home * $3) end::integer as home,
           case when of_device < 0.48 then 0 when of_device < 0.84 then 1 when of_device < 0.90 then 2
                when of_device < 0.96 then 3 else 4 end as place,
           -- twice as busy in the hours after midnight; a burst of a fifth of the day within ten minutes
           86000 * case when $9 and of_user < 0.2 then 0.4 + of_time * 0.007
                        when of_time < 0.3 then of_time * 0.15 / 0.3 else 0.15 + (of_time - 0.3) * 0.85 / 0.7 end as second
    from drawn d
  ), met as (
    select p.n, p.second, p.code, p.srv, s.is_in_body, s.direction, s.kind, s.verdict, s.command_variant, s.within, s.bytes,
           bench.device(p.home, case when p.place = 1 and p.home % 5 = 0 then 0 else p.place end) as device,
           case when p.of_user < 0.8 then
                  case when p.place in (1, 3) then h.gas
                       when h.changed_at > $1::date + p.second * interval '1 second' then h.before else h.supplier end
                when p.of_user < 0.92 then case when p.place in (1, 3) then h.gas_network else h.electricity_network end
                else o.user_id end as user_id
    from placed p
    join bench.home h on h.home = p.home
    join bench.share o on o.chosen = 'other' and o.place = p.other
    join bench.choice e on e.chosen = 'exchange' and e.place = p.exchange
    join bench.step s on s.exchange = e.value::integer
  ), ordered as (
    select m.*, $1::date::timestamp at time zone 'UTC' + (m.second + t.later) * interval '1 second' as at,
           row_number() over (order by m.second + t.later) + $4::bigint as sequence
    from met m cross join lateral (select m.within * random() as later) t
  )
  insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, command_variant, originator,
                           target, counter, srv, code, reason, size, sha256, repetition, schema_version, response_id, responded_at)
  select f.user_id, $1::date, f.sequence, f.at, f.direction, f.kind, f.verdict, f.command_variant,
         case when f.kind not in ('device_alert', 'dcc_alert') then f.user_id end,
         case when f.is_in_body then $8::macaddr8 else f.device end,
         -- as the simulator counts: 65,536 a millisecond
         (extract(epoch from $1::date)::bigint * 1000 << 16) + f.n * 2 + (f.kind = 'signed_pre_command')::integer,
         case when f.kind not in ('device_alert', 'dcc_alert') then s.value end,
         case when f.direction = 'southbound' then case f.verdict when 'refused' then 'E5' else 'I99' end
              when f.kind = 'device_alert' then a.value
              when f.kind = 'dcc_alert' then 'N55'
              when f.kind in ('acknowledgement', 'pre_command') then 'I99'
              else r.value end,
         case f.verdict when 'refused' then 'duis.E5' end,
         f.bytes + f.n % 97, h.sha256,
         case when f.direction = 'southbound' and f.verdict <> 'refused' then 0
              else ('x' || encode(substring(h.sha256 for 8), 'hex'))::bit(64)::bigint & 9223372036854775807 end,
         '5.4', case when f.direction = 'northbound' then '' end,
         case when f.direction = 'northbound' then f.at - interval '1 second' end
  from ordered f
  cross join lateral (select sha256(int8send(f.sequence)) as sha256) h
  join bench.choice s on s.chosen = 'srv' and s.place = f.srv
  join bench.choice r on r.chosen = 'response' and r.place = f.code
  join bench.choice a on a.chosen = 'alert' and a.place = f.code
  order by f.sequence`;

/** The devices that messages of the day name. $1 day, $2 Operator, $3 devices a list, $4 lists, $5 homes */
const NAMED_SQL = `
  with lists as (
    select l.user_id, l.sequence, row_number() over (order by l.sequence) as list from message_log l
    where l.day = $1 and l.target = $2 and l.command_variant = 8 order by l.sequence limit $4
  )
  insert into named_device (user_id, day, sequence, device)
  select * from (
    -- a request to the Operator names one device of a home; so do half of its alerts
    select l.user_id, l.day, l.sequence, bench.device((l.sequence * 31 % $5)::integer, 0) from message_log l
    where l.day = $1 and l.target = $2 and (l.kind <> 'dcc_alert' or l.sequence % 2 = 0)
    union all
    select l.user_id, $1::date, l.sequence, bench.device(((l.list * 7919 + n * 3) % $5)::integer, 2)
    from lists l, generate_series(1, $3::integer) n
  ) as named(user_id, day, sequence, device)
  order by sequence`;
