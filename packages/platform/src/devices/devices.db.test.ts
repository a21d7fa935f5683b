import { type ImportKind, importColumns } from '@penstock/api';
import { requireEui } from '@penstock/duis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readCsvRows } from '../foundation/csv.ts';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import { PenstockError } from '../foundation/errors.ts';
import { ImportRefused } from '../foundation/faults.ts';
import { runImport } from '../foundation/import.ts';
import { testAuthor } from '../foundation/testing-author.ts';
import { partiesImporter, userIdsImporter } from '../parties/parties-import.ts';
import { findDevices } from './device-lookup.ts';
import { devicesImporter } from './devices-import.ts';
import { DEVICES_SQL, getDevice, listDevices } from './devices-store.ts';
import { registrationsImporter } from './registrations-import.ts';

const eui = (last: string) => requireEui(`00-DB-12-34-56-78-00-${last}`);
const hub = eui('01');
const electricityMeter = eui('02');
const gasMeter = eui('03');
const display = eui('04');
const alpha = requireEui('90-B3-D5-1F-30-01-00-00');
const beta = requireEui('90-B3-D5-1F-30-02-00-00');
const grid = requireEui('90-B3-D5-1F-30-03-00-00');
const operator = { kind: 'operator', userId: requireEui('90-B3-D5-1F-30-00-00-02') } as const;
const MPAN = '1000000000001';
const EXPORT = '1000000000002';
const MPRN = '2000000001';
const day = (text: string) => Date.parse(`${text}T00:00:00Z`);

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
  await bring('parties', 'A,Alpha,large_supplier', 'B,Beta,small_supplier', 'G,Grid,electricity_network_operator');
  await bring('user-ids', `${alpha},A,IS|GS|ES,,`, `${beta},B,IS|GS,,`, `${grid},G,ED,,`);
});
afterEach(() => database.drop());

async function* once(text: string) {
  yield Buffer.from(text);
}
async function bring(kind: Exclude<ImportKind, 'certificates' | 'officers'>, ...lines: string[]) {
  const source = () => once(`${importColumns[kind].join(',')}\n${lines.join('\n')}\n`);
  const { pool } = database;
  switch (kind) {
    case 'parties':
      return runImport(pool, partiesImporter, testAuthor, (columns, faults) => readCsvRows(source(), columns, faults));
    case 'user-ids':
      return runImport(pool, userIdsImporter, testAuthor, (columns, faults) => readCsvRows(source(), columns, faults));
    case 'devices':
      return runImport(pool, devicesImporter, testAuthor, (columns, faults) => readCsvRows(source(), columns, faults));
    case 'registrations':
      return runImport(pool, registrationsImporter, testAuthor, (columns, faults) =>
        readCsvRows(source(), columns, faults),
      );
  }
}
async function faultsOf(work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ImportRefused)) throw new Error('it was not refused', { cause: error });
  return error.faults.map(({ line, column, code }) => (column === undefined ? [line, code] : [line, column, code]));
}
const homeLines = [
  `${electricityMeter},ESME,Commissioned,${hub},${MPAN},${EXPORT},,Maker,M1,1.0,South,1`,
  `${hub},CHF,Commissioned,,,,,,,,,`,
  `${gasMeter},GSME,Commissioned,${hub},,,${MPRN},,,,,`,
  `${display},IHD,Pending,${hub},,,,,,,,`,
];
async function responsible(device: typeof hub) {
  const found = (await findDevices(database.pool, [device])).get(device);
  return found?.responsible
    .map(({ role, userId, validFrom, validTo }) => [role, userId, validFrom, validTo])
    .sort((one, other) => Number(one[2]) - Number(other[2]) || String(one[0]).localeCompare(String(other[0])));
}

describe('imports of devices and registrations', () => {
  test('a change of supplier moves the responsibility for every device of the home', async () => {
    expect(await bring('devices', ...homeLines)).toEqual({ kind: 'devices', rows: 4, changed: 4 });
    await bring(
      'registrations',
      `${MPAN},IS,${alpha},2020-01-01T00:00:00Z,`,
      `${MPAN},ED,${grid},2020-01-01T00:00:00Z,`,
      `${MPRN},GS,${alpha},2020-01-01T00:00:00Z,`,
    );
    const changed = await bring(
      'registrations',
      `${MPAN},IS,${alpha},2020-01-01T00:00:00Z,2026-11-22T00:00:00Z`,
      `${MPAN},IS,${beta},2026-11-22T00:00:00Z,`,
    );
    expect(changed).toMatchObject({ changed: 2 });
    const start = day('2020-01-01');
    const change = day('2026-11-22');
    expect(await responsible(electricityMeter)).toEqual([
      ['ED', grid, start, Infinity],
      ['IS', alpha, start, change],
      ['IS', beta, change, Infinity],
    ]);
    expect(await responsible(display)).toEqual([
      ['GS', alpha, start, Infinity],
      ['IS', alpha, start, change],
      ['IS', beta, change, Infinity],
    ]);
    expect(await responsible(gasMeter)).toEqual([['GS', alpha, start, Infinity]]);
    const known = (await findDevices(database.pool, [electricityMeter])).get(electricityMeter);
    expect(known).toMatchObject({ kind: 'ESME', status: 'Commissioned', home: hub });
    expect(known?.responsible).toHaveLength(3);
    expect(known?.responsible).toContainEqual({ role: 'IS', userId: alpha, validFrom: start, validTo: change });
    expect(known?.responsible).toContainEqual({ role: 'IS', userId: beta, validFrom: change, validTo: Infinity });
  });

  test('registrations that come before their devices count as soon as these are known', async () => {
    await bring('registrations', `${MPRN},GS,${beta},2026-01-01T00:00:00+01:00,`);
    await bring('devices', ...homeLines);
    expect(await responsible(gasMeter)).toEqual([['GS', beta, day('2026-01-01') - 3_600_000, Infinity]]);
  });

  test('a meter that moves home or loses its metering point takes its responsibilities along', async () => {
    await bring('devices', ...homeLines);
    await bring('registrations', `${MPRN},GS,${beta},2026-01-01T00:00:00Z,`);
    const second = eui('11');
    await bring(
      'devices',
      `${second},CHF,Commissioned,,,,,,,,,`,
      `${gasMeter},GSME,Commissioned,${second},,,${MPRN},,,,,`,
    );
    expect(await responsible(display)).toEqual([]);
    // from when it came, of the meter and of the devices that go by it; not from when the supplier was registered
    const moved = Number((await responsible(second))?.[0]?.[2]);
    expect(moved).toBeGreaterThan(day('2026-01-01'));
    expect(await responsible(gasMeter)).toEqual([['GS', beta, moved, Infinity]]);
    await bring('devices', `${gasMeter},GSME,Commissioned,${second},,,,,,,,`);
    expect(await responsible(gasMeter)).toEqual([]);
    expect(await responsible(second)).toEqual([]);
    await bring('registrations', `${MPRN},GS,${alpha},2025-01-01T00:00:00Z,2026-01-01T00:00:00Z`);
    expect(await responsible(gasMeter)).toEqual([]);
    // it may have been anywhere meanwhile: who was registered for a point before the meter came to it was not responsible
    await bring('devices', `${gasMeter},GSME,Commissioned,${second},,,${MPRN},,,,,`);
    expect(Number((await responsible(gasMeter))?.[0]?.[2])).toBeGreaterThan(moved);
    const came = Number((await responsible(second))?.[0]?.[2]);
    await bring('devices', `${gasMeter},GSME,Commissioned,,,,${MPRN},,,,,`);
    await bring('devices', `${gasMeter},GSME,Commissioned,${second},,,${MPRN},,,,,`);
    expect(Number((await responsible(second))?.[0]?.[2])).toBeGreaterThan(came);
  });

  test('importing the same again changes nothing', async () => {
    await bring('devices', ...homeLines);
    const registration = `${MPRN},GS,${beta},2026-01-01T00:00:00Z,`;
    await bring('registrations', registration);
    expect(await bring('devices', ...homeLines)).toMatchObject({ rows: 4, changed: 0 });
    expect(await bring('registrations', registration)).toMatchObject({ rows: 1, changed: 0 });
  });

  test('a time in which nobody is registered is told, and gives nobody a right', async () => {
    await bring('devices', ...homeLines);
    const first = `${MPRN},GS,${beta},2026-01-01T00:00:00Z,2026-03-01T00:00:00Z`;
    expect((await bring('registrations', first)).notes).toBeUndefined();
    const { notes } = await bring('registrations', `${MPRN},GS,${beta},2026-03-02T00:00:00Z,`);
    expect(notes).toEqual([
      { line: 2, message: `nobody is registered for ${MPRN} as GS from 2026-03-01T00:00:00Z to 2026-03-02T00:00:00Z` },
    ]);
    expect(await responsible(gasMeter)).toHaveLength(2);
  });

  test('every fault of devices is named at once', async () => {
    expect(
      await faultsOf(
        bring(
          'devices',
          'nonsense,ESME,Commissioned,,,,,,,,,',
          `${hub},CHF,Lost,${display},,,,,,,,`,
          `${electricityMeter},ESME,Pending,,12,,${MPRN},,,,,`,
          `${display},IHD,Pending,${gasMeter},,,,,,,,`,
          `${display},IHD,Pending,,,,,,,,,`,
          `${gasMeter},GSME,Pending,,,,,,,,`,
        ),
      ),
    ).toEqual([
      [2, 'device', 'import.value.invalid'],
      [3, 'status', 'import.value.invalid'],
      [3, 'home', 'import.home'],
      [4, 'import_mpan', 'import.mpxn'],
      [4, 'mprn', 'import.mpxn'],
      [5, 'home', 'import.home'],
      [6, 'device', 'import.duplicate'],
      [7, 'import.columns'],
    ]);
  });

  test('every fault of registrations is named at once, overlaps with what is known included', async () => {
    await bring('registrations', `${MPRN},GS,${beta},2026-01-01T00:00:00Z,`);
    expect(
      await faultsOf(
        bring(
          'registrations',
          `12,IS,${alpha},2026-01-01T00:00:00Z,`,
          `${MPAN},GS,${alpha},2026-01-01T00:00:00Z,`,
          `${MPAN},ED,${alpha},2026-01-01T00:00:00Z,`,
          `${MPAN},IS,${operator.userId},2026-01-01T00:00:00Z,`,
          `${MPAN},ES,${alpha},2026-02-30T00:00:00Z,2026-01-01`,
          `${MPAN},ES,${alpha},2026-02-02T00:00:00Z,2026-02-01T00:00:00Z`,
          `${MPRN},GS,${alpha},2025-01-01T00:00:00Z,2026-01-02T00:00:00Z`,
          `${EXPORT},ES,${alpha},2025-01-01T00:00:00Z,2025-07-01T00:00:00Z`,
          `${EXPORT},ES,${alpha},2025-06-01T00:00:00Z,`,
          `${EXPORT},ES,${alpha},2025-06-01T00:00:00Z,`,
        ),
      ),
    ).toEqual([
      [2, 'mpxn', 'import.value.invalid'],
      [3, 'role', 'import.registration.role'],
      [4, 'role', 'import.registration.user-role'],
      [5, 'user_id', 'import.unknown-user'],
      [6, 'valid_from', 'import.value.invalid'],
      [6, 'valid_to', 'import.value.invalid'],
      [7, 'valid_to', 'import.registration.span'],
      [8, 'valid_from', 'import.registration.overlap'],
      [10, 'valid_from', 'import.registration.overlap'],
      [11, 'valid_from', 'import.duplicate'],
    ]);
  });

  test('metering points that contradict each other are refused, from either side', async () => {
    await bring('devices', ...homeLines);
    const second = `${eui('12')},ESME,Commissioned,${hub},1000000000009,,,,,,,`;
    await bring(
      'registrations',
      `${MPAN},IS,${alpha},2020-01-01T00:00:00Z,`,
      `1000000000009,IS,${beta},2020-01-01T00:00:00Z,`,
    );
    expect(await faultsOf(bring('devices', second))).toEqual([[2, 'import.registration.contradiction']]);
    expect((await findDevices(database.pool, [eui('12')])).size).toBe(0);
    await bring('registrations', `1000000000009,IS,${alpha},2020-01-01T00:00:00Z,`);
    await bring('devices', second);
    expect(await faultsOf(bring('registrations', `1000000000009,IS,${beta},2020-01-01T00:00:00Z,`))).toEqual([
      [2, 'import.registration.contradiction'],
    ]);
    expect((await responsible(hub))?.map(([, userId]) => userId)).toEqual([alpha]);
  });
});

describe('looking devices up', () => {
  test('thousands are found in one round trip, through indexes', async () => {
    const { pool } = database;
    await pool.query(
      `insert into device (device, kind, status)
       select ('00db0000' || lpad(to_hex(i), 8, '0'))::macaddr8, 'ESME', 'Commissioned' from generate_series(1, 20000) i`,
    );
    await pool.query(
      `insert into responsibility (device, role, user_id, valid_from)
       select device, role, '90b3d51f30010000', '2020-01-01' from device cross join unnest(array['IS', 'ED']) as r(role)`,
    );
    await pool.query('select refresh_responsible(array(select device from device))');
    const devices = Array.from({ length: 2_000 }, (_, index) =>
      requireEui(`00DB0000${(index * 11 + 1).toString(16).padStart(8, '0')}`),
    );
    const found = await findDevices(pool, [...devices, ...devices]);
    expect(found.size).toBe(devices.filter((_, index) => index * 11 + 1 <= 20_000).length);
    expect(found.get(devices[0] ?? hub)?.responsible.length).toBe(2);

    // an inventory that was just brought in has no statistics, and the look-ups are look-ups all the same
    await pool.query('select pg_stat_force_next_flush()');
    const read = await pool.query<{ relname: string; rows: string }>(
      `select relname, seq_tup_read as rows from pg_stat_user_tables where relname in ('device', 'responsibility')`,
    );
    const before = Object.fromEntries(read.rows.map((row) => [row.relname, Number(row.rows)]));
    const client = await pool.connect();
    await findDevices(client, devices);
    await client.query('select pg_stat_force_next_flush()');
    const after = await client.query<{ relname: string; rows: string }>(
      `select relname, seq_tup_read as rows from pg_stat_user_tables where relname in ('device', 'responsibility')`,
    );
    client.release();
    expect(Object.fromEntries(after.rows.map((row) => [row.relname, Number(row.rows)]))).toEqual(before);
  });

  test('a device is shown to the Operator and to who is responsible now, without its metering points', async () => {
    await bring('devices', ...homeLines);
    await bring('registrations', `${MPAN},IS,${alpha},2020-01-01T00:00:00Z,2026-11-22T00:00:00Z`);
    const { pool } = database;
    const before = new Date('2026-11-21T00:00:00Z');
    const after = new Date('2026-11-22T00:00:00Z');
    const viewer = { kind: 'user', userIds: [alpha] } as const;
    const shown = await getDevice(pool, viewer, electricityMeter, before);
    expect(shown).toMatchObject({ kind: 'ESME', home: hub, manufacturer: 'Maker', region: 'South', smets: '1' });
    expect(shown.importMpan).toBeUndefined();
    expect(shown.responsible).toEqual([
      { role: 'IS', userId: alpha, validFrom: '2020-01-01T00:00:00.000Z', validTo: '2026-11-22T00:00:00.000Z' },
    ]);
    const refused = [
      getDevice(pool, viewer, electricityMeter, after),
      getDevice(pool, viewer, gasMeter, before),
      getDevice(pool, viewer, eui('FF'), before),
    ];
    for (const result of await Promise.allSettled(refused)) {
      expect(result).toMatchObject({ status: 'rejected', reason: expect.any(PenstockError) });
      expect(result).toMatchObject({ reason: { code: 'request.not-found' } });
    }
    expect(await getDevice(pool, operator, electricityMeter, after)).toMatchObject({ importMpan: MPAN });
  });
});

describe('the devices of a home', () => {
  const at = new Date('2026-11-22T12:00:00Z');
  const list = async (
    viewer: Parameters<typeof listDevices>[1],
    asked: { mpxn?: string; home?: typeof hub },
    now = at,
  ) =>
    (await listDevices(database.pool, viewer, { mpxn: asked.mpxn, home: asked.home, now })).map(({ device }) => device);
  const of = (userId: typeof alpha) => ({ kind: 'user', userIds: [userId] }) as const;
  const inOrder = [hub, electricityMeter, gasMeter, display];

  beforeEach(async () => {
    await bring('devices', ...homeLines, `${eui('21')},CHF,Commissioned,,,,,,,,,`);
    await bring(
      'registrations',
      `${MPAN},IS,${alpha},2020-01-01T00:00:00Z,`,
      `${MPAN},ED,${grid},2020-01-01T00:00:00Z,`,
      `${MPRN},GS,${beta},2020-01-01T00:00:00Z,2027-01-01T00:00:00Z`,
    );
  });

  test('are found by each metering point and by the hub; a User gets those that it is responsible for now', async () => {
    for (const asked of [{ mpxn: MPAN }, { mpxn: EXPORT }, { mpxn: MPRN }, { home: hub }]) {
      expect(await list(operator, asked)).toEqual(inOrder);
    }
    expect(await list(of(alpha), { mpxn: MPAN })).toEqual([hub, electricityMeter, display]);
    expect(await list(of(alpha), { home: hub })).toEqual([hub, electricityMeter, display]);
    expect(await list(of(beta), { mpxn: MPRN })).toEqual([hub, gasMeter, display]);
    expect(await list(of(grid), { mpxn: MPAN })).toEqual([electricityMeter]);
    expect(await list(of(beta), { mpxn: MPRN }, new Date('2027-01-01T00:00:00Z'))).toEqual([]);
    const [gas] = await listDevices(database.pool, of(beta), { mpxn: MPRN, home: undefined, now: at });
    expect(gas?.responsible.map(({ userId }) => userId)).toEqual([beta]);
    expect(gas).not.toHaveProperty('mprn');
  });

  test('of another, of nobody and of no home are one and the same empty list, after the same statements', async () => {
    const statements: number[] = [];
    const ask = async (viewer: Parameters<typeof list>[0], asked: Parameters<typeof list>[1]) => {
      let count = 0;
      const counted = {
        query: (...all: unknown[]) => {
          count += 1;
          return Reflect.apply(database.pool.query, database.pool, all);
        },
      } as unknown as TestDatabase['pool'];
      const found = await listDevices(counted, viewer, { mpxn: asked.mpxn, home: asked.home, now: at });
      statements.push(count);
      return found;
    };
    // beta is responsible for the hub of this home by its gas, and learns nothing by the electricity's point
    expect(await ask(of(beta), { mpxn: MPAN })).toEqual([]);
    expect(await ask(of(beta), { mpxn: '1000000000099' })).toEqual([]);
    expect(await ask(of(grid), { mpxn: MPRN })).toEqual([]);
    expect(await ask(of(alpha), { home: eui('21') })).toEqual([]);
    expect(await ask(of(alpha), { home: eui('FF') })).toEqual([]);
    expect(await ask(of(alpha), { mpxn: MPAN })).not.toEqual([]);
    expect(new Set(statements).size).toBe(1);
  });

  test('are found by their indexes', async () => {
    const client = await database.pool.connect();
    try {
      await client.query('set enable_seqscan = off');
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain (costs off) ${DEVICES_SQL}`, [
        [hub],
        [hub],
      ]);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toMatch(/device_pkey/);
      expect(plan).toMatch(/device_home/);
    } finally {
      client.release(true);
    }
  });
});
