import { importColumns } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { devicesImporter } from '../devices/devices-import.ts';
import { registrationsImporter } from '../devices/registrations-import.ts';
import { readCsvRows } from '../foundation/csv.ts';
import { ensurePartitions } from '../foundation/database/partitions.ts';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import { PenstockError } from '../foundation/errors.ts';
import { ImportRefused } from '../foundation/faults.ts';
import { runImport } from '../foundation/import.ts';
import { testAuthor } from '../foundation/testing-author.ts';
import { testRuns } from '../foundation/testing-runs.ts';
import { asTitleViewerOf } from '../foundation/viewing.ts';
import { testTitles } from './testing-titles.ts';

// Histories as they come about: files of devices that move between homes and of registrations that overlap and leave gaps,
// one after another. A file that would make two Users responsible at one time is refused whole; what each User sees of each
// device afterwards is compared with what the files that were taken say, instant by instant.

const HOUR = 3_600_000;
const users = [1, 2, 3].map((n) => requireEui(`90-B3-D5-1F-30-0${n}-00-00`));
const sender = requireEui('90-B3-D5-1F-30-09-00-00');
const eui = (n: number) => requireEui(`00-DB-12-34-56-78-00-0${n}`);
const hubs = [eui(1), eui(2)];
const kinds = new Map([
  [hubs[0], 'CHF'],
  [hubs[1], 'CHF'],
  [eui(3), 'ESME'],
  [eui(4), 'ESME'],
  [eui(5), 'GSME'],
  [eui(6), 'IHD'],
]) as ReadonlyMap<Eui, string>;
const devices = [...kinds.keys()];
const electricityPoints = ['1000000000001', '1000000000002'];
const gasPoint = '2000000001';

interface Placed {
  readonly device: Eui;
  readonly home: Eui | undefined;
  readonly point: string | undefined;
}
interface Registered {
  readonly point: string;
  readonly role: string;
  readonly user: number;
  /** Hours from the begin. */
  readonly from: number;
  readonly to: number;
}
type Step = { readonly devices: readonly Placed[] } | { readonly registrations: readonly Registered[] };

const pointsOf = (kind: string | undefined) =>
  kind === 'ESME' ? electricityPoints : kind === 'GSME' ? [gasPoint] : [];
// mostly one device: what it left and where it came to comes together
const aPlace = fc.constantFrom(eui(3), eui(3), eui(3), ...devices.slice(3)).chain((device) =>
  fc.record({
    device: fc.constant(device),
    home: fc.constantFrom(undefined, ...hubs, ...hubs),
    point: fc.constantFrom(undefined, ...pointsOf(kinds.get(device)), ...pointsOf(kinds.get(device))),
  }),
);
const hour = fc.constantFrom(-40, -25, -15, -5, 5);
const aRegistration = fc
  .constantFrom(...electricityPoints, gasPoint)
  .chain((point) =>
    fc.record({
      point: fc.constant(point),
      role: fc.constantFrom(...(point === gasPoint ? ['GS', 'GS', 'GT'] : ['IS', 'IS', 'ED'])),
      user: fc.nat({ max: 2 }),
      from: hour,
      to: fc.oneof(hour, fc.constant(Infinity)),
    }),
  )
  .filter(({ from, to }) => from < to);
const aStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      devices: fc.uniqueArray(aPlace, { minLength: 1, maxLength: 2, selector: ({ device }) => device }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ registrations: fc.array(aRegistration, { minLength: 1, maxLength: 2 }) }) },
);
const aHistory = fc.array(aStep, { minLength: 8, maxLength: 12, size: 'max' });
/** Each point has its supplier, so that who moves comes to somebody. */
const begun: readonly Step[] = [
  { devices: hubs.map((device) => ({ device, home: undefined, point: undefined })) },
  {
    registrations: [...electricityPoints, gasPoint].map((point, user) => {
      const role = point === gasPoint ? 'GS' : 'IS';
      return { point, role, user, from: -40, to: Infinity };
    }),
  },
];

/** What the files that were taken say. */
interface Known {
  readonly places: ReadonlyMap<Eui, Placed & { readonly since: number }>;
  readonly registrations: ReadonlyMap<string, Registered>;
}

const isMeter = (device: Eui) => /SME$/.test(kinds.get(device) ?? '');
/** By which roles of a registration for the point somebody is responsible for the device. */
const rolesAt = (device: Eui, point: string) =>
  point === gasPoint ? ['GS', ...(isMeter(device) ? ['GT'] : [])] : ['IS', ...(isMeter(device) ? ['ED'] : [])];

/** Who is responsible for a device at an instant, in hours from the begin, in each role. */
function responsibleAt({ places, registrations }: Known, device: Eui, at: number): Map<string, Set<number>> {
  const own = places.get(device);
  const meters = isMeter(device)
    ? [own]
    : [...places.values()].filter((one) => isMeter(one.device) && own?.home !== undefined && one.home === own.home);
  const found = new Map<string, Set<number>>();
  for (const meter of meters) {
    if (own === undefined || meter?.point === undefined || at < own.since || at < meter.since) continue;
    for (const { point, role, user, from, to } of registrations.values()) {
      if (point !== meter.point || !rolesAt(device, point).includes(role) || at < from || at >= to) continue;
      found.set(role, (found.get(role) ?? new Set()).add(user));
    }
  }
  return found;
}

/** Whether what is known says one thing for each time. */
function isConsistent(known: Known): boolean {
  const all = [...known.registrations.values()];
  const overlap = all.some((one) =>
    all.some(
      (other) =>
        one !== other &&
        one.point === other.point &&
        one.role === other.role &&
        one.from < other.to &&
        other.from < one.to,
    ),
  );
  if (overlap) return false;
  const instants = [...all.map(({ from }) => from), ...[...known.places.values()].map(({ since }) => since)];
  return devices.every((device) =>
    instants.every((at) => [...responsibleAt(known, device, at).values()].every((of) => of.size < 2)),
  );
}

function after(known: Known, step: Step, at: number): Known | undefined {
  if ('devices' in step) {
    const places = new Map(known.places);
    for (const one of step.devices) {
      const before = places.get(one.device);
      const left = (was: string | undefined, is: string | undefined) => was !== undefined && was !== is;
      const hasMoved = left(before?.home, one.home) || left(before?.point, one.point);
      places.set(one.device, { ...one, since: hasMoved ? at : (before?.since ?? -Infinity) });
    }
    const next = { ...known, places };
    return isConsistent(next) ? next : undefined;
  }
  const registrations = new Map(known.registrations);
  const keyOf = ({ point, role, from }: Registered) => `${point} ${role} ${from}`;
  if (new Set(step.registrations.map(keyOf)).size < step.registrations.length) return undefined;
  for (const one of step.registrations) registrations.set(keyOf(one), one);
  const next = { ...known, registrations };
  return isConsistent(next) ? next : undefined;
}

let database: TestDatabase;
/** The hour from which the hours above are counted, and the last instant of which there are messages. */
let begin: number;
beforeAll(async () => {
  database = await testDatabase();
  const { pool } = database;
  begin = Math.floor((await databaseTime()) / HOUR) * HOUR;
  await ensurePartitions(pool, { today: new Date(begin - 48 * HOUR).toISOString().slice(0, 10), ahead: 4 });
  await pool.query(
    "insert into party (party_id, name, kind) select 'P' || n, 'Party ' || n, 'other' from generate_series(0, 3) n",
  );
  await pool.query(
    `insert into user_id (user_id, party_id) select u, 'P' || n - 1 from unnest($1::macaddr8[]) with ordinality as i(u, n)`,
    [[...users, sender]],
  );
  await pool.query(
    `insert into user_role (user_id, role) select u, r from unnest($1::macaddr8[]) u, unnest(array['IS', 'GS', 'ED', 'GT']) r`,
    [users],
  );
});
afterAll(() => database.drop());

const TABLES = [
  ...['message_log', 'title_reading', 'title_switch', 'responsibility', 'home_network', 'registration'],
  ...['metering_point_device', 'device'],
];

async function databaseTime(): Promise<number> {
  const { rows } = await database.pool.query<{ at: number }>(
    'select (extract(epoch from clock_timestamp()) * 1000)::float8 as at',
  );
  return rows[0]?.at ?? 0;
}

const iso = (hours: number) => new Date(begin + hours * HOUR).toISOString();

/** Whether it was taken. */
async function bring(step: Step): Promise<boolean> {
  async function* file(columns: readonly string[], lines: readonly string[]) {
    yield Buffer.from(`${columns.join()}\n${lines.join('\n')}\n`);
  }
  const lineOf = ({ point, role, user, from, to }: Registered) =>
    [point, role, users[user], iso(from), to === Infinity ? '' : iso(to)].join();
  const { pool } = database;
  const work =
    'devices' in step
      ? runImport(pool, devicesImporter, testAuthor, (columns, faults) =>
          readCsvRows(file(importColumns.devices, step.devices.map(deviceLine)), columns, faults),
        )
      : runImport(pool, registrationsImporter, testAuthor, (columns, faults) =>
          readCsvRows(file(importColumns.registrations, step.registrations.map(lineOf)), columns, faults),
        );
  return work.then(
    () => true,
    (error: unknown) => {
      if (error instanceof ImportRefused) return false;
      throw error;
    },
  );
}

function deviceLine({ device, home, point }: Placed): string {
  const kind = kinds.get(device);
  const points = kind === 'GSME' ? ['', '', point ?? ''] : [point ?? '', '', ''];
  return [device, kind, 'Commissioned', home ?? '', ...points, '', '', '', '', ''].join();
}

async function recordMessages(times: readonly number[]): Promise<void> {
  await database.pool.query(
    `insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, originator, target, counter,
                              srv, code, size, sha256, repetition)
     select $1, (t.at at time zone 'UTC')::date, row_number() over (order by t.at, d), t.at, 'southbound', 'service_request', 'passed',
            $1, d, row_number() over (order by t.at, d), '4.1.1', 'I0', 1, sha256('x'), row_number() over (order by t.at, d)
     from unnest($2::timestamptz[]) as t(at) cross join unnest($3::macaddr8[]) d`,
    [sender, times.map((at) => new Date(at)), devices],
  );
}

test('whatever files come, overlaps are refused, and each sees of a device the time in which it was registered where it was', async () => {
  const { pool } = database;
  const had = { taken: 0, refused: 0, seen: 0, hidden: 0 };
  await fc.assert(
    fc.asyncProperty(fc.noBias(aHistory), fc.constantFrom('shown', 'hidden'), async (steps, history) => {
      for (const table of TABLES) await pool.query(`delete from ${table}`);
      for (const step of begun) expect(await bring(step)).toBe(true);
      let known: Known = {
        places: new Map(hubs.map((device) => [device, { device, home: device, point: undefined, since: -Infinity }])),
        registrations: new Map(),
      };
      for (const step of begun.slice(1)) known = after(known, step, 0) ?? known;
      const times = [-45, -30, -20, -10, -1].map((hours) => begin + hours * HOUR);
      for (const step of steps) {
        const before = await databaseTime();
        const next = after(known, step, (before - begin) / HOUR);
        expect(await bring(step), JSON.stringify(step)).toBe(next !== undefined);
        had[next === undefined ? 'refused' : 'taken'] += 1;
        known = next ?? known;
        // between two files, in whole milliseconds
        await pool.query('select pg_sleep(0.003)');
        times.push(Math.floor(await databaseTime()) - 1);
      }
      await recordMessages(times);
      const now = new Date(Math.ceil(await databaseTime()) + 1);
      const nowHours = (now.getTime() - begin) / HOUR;
      const titles = testTitles(pool, now, 3);
      await pool.query("insert into title_switch values ('history', $1, $2, 'x')", [
        new Date(begin - 99 * HOUR),
        history,
      ]);
      for (const [index, userId] of users.entries()) {
        for (const device of devices) {
          const isIts = (hours: number) =>
            [...responsibleAt(known, device, hours).values()].some((of) => of.has(index));
          const isNow = isIts(nowHours);
          const shown = times.filter((at) => isNow && (history === 'shown' || isIts((at - begin) / HOUR)));
          const expected = shown.map((at) => new Date(at).toISOString()).reverse();
          const listed = await titles
            .list({ kind: 'user', userIds: [userId] }, device, { limit: 99 })
            .catch((cause) => {
              expect(cause).toBeInstanceOf(PenstockError);
              return undefined;
            });
          expect(listed?.items.map(({ time }) => time)).toEqual(isNow ? expected : undefined);
          const behind = await asTitleViewerOf(pool, { userIds: [userId], device, now }, (client) =>
            client.query<{ at: Date }>(
              "select recorded_at as at from titles_between('-infinity', 'infinity') order by 1 desc",
            ),
          );
          expect(behind.rows.map(({ at }) => at.toISOString())).toEqual(expected);
          had.seen += shown.length;
          if (isNow) had.hidden += times.length - shown.length;
        }
      }
    }),
    testRuns(15),
  );
  for (const [what, count] of Object.entries(had)) expect([what, count > 5]).toEqual([what, true]);
});
