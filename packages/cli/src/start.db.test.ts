import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { openDatabase, startEmbeddedPostgres } from '@penstock/platform/database';
import { createLog } from '@penstock/platform/log';
import { testDatabase } from '@penstock/platform/testing';
import type { World } from '@penstock/simulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Environment,
  findServer,
  Penstock,
  removeFolder,
  settingsOf,
  testFolder,
  testNetwork,
} from './testing-platform.ts';

// A start that cannot be: one line that names the setting, one that says what to do, exit code 1, and nothing left.

let folder: string;
let dataFolder: string;
let world: World;
let usual: Environment;
beforeAll(async () => {
  folder = testFolder();
  dataFolder = join(folder, 'data');
  world = await testNetwork(folder);
  usual = await settingsOf(world, { folder });
  writeFileSync(join(folder, 'nonsense'), 'nonsense');
  writeFileSync(join(folder, 'unknown.toml'), '[gateway]\nprot = 9443\n');
  mkdirSync(join(folder, 'empty'));
});
afterAll(() => removeFolder(folder));

interface Result {
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly stdout: string;
}

async function run(args: readonly string[], changes: Readonly<Record<string, string>> = {}): Promise<Result> {
  const penstock = new Penstock(args, { environment: { ...usual, ...changes }, folder });
  const { code } = await penstock.ended;
  return { code, lines: penstock.stderr.trim().split('\n'), stdout: penstock.stdout };
}

function expectRefusal({ code, lines }: Result, ...said: readonly (string | RegExp)[]): void {
  for (const text of said) expect(lines[0]).toMatch(text);
  expect(lines).toHaveLength(2);
  expect(code).toBe(1);
  expect(findServer(dataFolder)).toBeUndefined();
}

describe('a wrong configuration', () => {
  const cases: [string, () => Readonly<Record<string, string>>, string | RegExp][] = [
    [
      'no TLS key',
      () => ({ PENSTOCK_GATEWAY_TLS_KEY_FILE: '' }),
      'gateway.tls_key_file (PENSTOCK_GATEWAY_TLS_KEY_FILE): is needed',
    ],
    [
      'a TLS key that is not there',
      () => ({ PENSTOCK_GATEWAY_TLS_KEY_FILE: 'absent' }),
      /gateway\.tls_key_file \(PENSTOCK_GATEWAY_TLS_KEY_FILE\): the file .*\/absent cannot be read$/,
    ],
    [
      'a TLS key that is a folder',
      () => ({ PENSTOCK_GATEWAY_TLS_KEY_FILE: 'empty' }),
      'gateway.tls_key_file (PENSTOCK_GATEWAY_TLS_KEY_FILE): the file',
    ],
    [
      'a TLS key that is none',
      () => ({ PENSTOCK_GATEWAY_TLS_KEY_FILE: 'nonsense' }),
      'gateway.tls_key_file (PENSTOCK_GATEWAY_TLS_KEY_FILE): cannot be used as PEM',
    ],
    [
      'a TLS certificate that is none',
      () => ({ PENSTOCK_GATEWAY_TLS_CERTIFICATE_FILE: 'nonsense' }),
      'gateway.tls_certificate_file (PENSTOCK_GATEWAY_TLS_CERTIFICATE_FILE): cannot be used as PEM',
    ],
    [
      'a TLS key of another certificate',
      () => ({ PENSTOCK_GATEWAY_TLS_KEY_FILE: keyOfUser() }),
      'gateway.tls_key_file (PENSTOCK_GATEWAY_TLS_KEY_FILE): is not the key of the certificate',
    ],
    [
      'a key to push with that is none',
      () => ({
        PENSTOCK_DELIVERY_PUSH_KEY_FILE: 'nonsense',
        PENSTOCK_DELIVERY_PUSH_CERTIFICATE_FILE: world.pki.gateway.certificateFile,
      }),
      'delivery.push_key_file (PENSTOCK_DELIVERY_PUSH_KEY_FILE): cannot be used as PEM',
    ],
    [
      'a setting that there is none of',
      () => ({ PENSTOCK_GATEWAY_PROT: '1' }),
      'PENSTOCK_GATEWAY_PROT: there is no such setting',
    ],
    ['one in the file', () => ({ PENSTOCK_CONFIG: 'unknown.toml' }), 'gateway.prot: there is no such setting'],
    [
      'a file that is not there',
      () => ({ PENSTOCK_CONFIG: 'absent.toml' }),
      /the configuration file .*\/absent\.toml cannot be read$/,
    ],
    [
      'a folder of schema files without any',
      () => ({ PENSTOCK_DUIS_SCHEMA_FOLDER: 'empty' }),
      'duis.schema_folder: there is no schema file (.xsd)',
    ],
    [
      'a data folder that is a file',
      () => ({ PENSTOCK_DATA_FOLDER: 'nonsense' }),
      /data_folder \(PENSTOCK_DATA_FOLDER\): .*\/nonsense cannot be used: ENOTDIR/,
    ],
    [
      'an address that this machine does not have',
      () => ({ PENSTOCK_GATEWAY_HOST: '192.0.2.1' }),
      'gateway.host (PENSTOCK_GATEWAY_HOST): cannot listen on 192.0.2.1',
    ],
  ];
  test.each(cases)('%s', async (_name, changes, said) => {
    expectRefusal(await run(['start'], changes()), 'penstock: config.invalid: ', said);
  });

  function keyOfUser(): string {
    const [credentials] = world.pki.users.values();
    return credentials?.transport.keyFile ?? '';
  }
});

describe('a port that somebody listens on', () => {
  const server = createServer();
  let port: string;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = String((server.address() as AddressInfo).port);
  });
  afterAll(() => void server.close());

  test.each([
    ['start', 'gateway'],
    ['start', 'http'],
    ['demo', 'gateway'],
    ['demo', 'http'],
  ] as const)('penstock %s, %s.port', async (command, section) => {
    const variable = `PENSTOCK_${section.toUpperCase()}_PORT`;
    const result = await run(command === 'demo' ? ['demo', '--homes', '4'] : [command], { [variable]: port });
    expectRefusal(
      result,
      `penstock: config.invalid: ${section}.port (${variable}): cannot listen on 127.0.0.1 port ${port}: another process listens there`,
    );
  });

  test('penstock demo, the port of a receive service', async () => {
    const result = await run(['demo', '--homes', '4', '--receive-port', port]);
    expect(result.lines[0]).toMatch(new RegExp(`^simulator: .*EADDRINUSE.*${port}`));
    expectRefusal({ ...result, lines: result.lines.slice(1) }, 'penstock: demo.simulator-ended: ');
  });
});

test.each(['gateway', 'http', 'sftp', 'email'] as const)(
  'the demonstration listens on loopback only: %s.host',
  async (section) => {
    const variable = `PENSTOCK_${section.toUpperCase()}_HOST`;
    const changes = { [variable]: '0.0.0.0', PENSTOCK_HTTP_PUBLIC_ADDRESS: 'https://portal.example' };
    const result = await run(['demo'], changes);
    expectRefusal(
      result,
      `penstock: config.invalid: ${section}.host (${variable}): the demonstration does not listen on 0.0.0.0`,
    );
  },
);

test('the demonstration is for this machine alone: no proxy leads to it', async () => {
  const result = await run(['demo'], { PENSTOCK_HTTP_PUBLIC_ADDRESS: 'https://portal.example' });
  expectRefusal(result, 'penstock: config.invalid: http.public_address (PENSTOCK_HTTP_PUBLIC_ADDRESS): ');
});

test('the first administrator gets a link, while there is none; the only one gets one for a new sign-in', async () => {
  const database = await testDatabase();
  const invite = (email: string) =>
    run(['people', 'first-administrator', '--email', email], { PENSTOCK_DATABASE_URL: database.url });
  try {
    const { code, stdout } = await invite('first@people.example');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^http:\/\/localhost:\d+\/invitation#[\w-]{43}\nIt is good once, until 20\d\d-/);
    expectRefusal(await invite('nobody'), 'penstock: request.invalid: ');
    await database.pool.query(`insert into person (person_id, email, name) values ('a', 'a@people.example', 'A')`);
    await database.pool.query(`insert into person_role values ('a', 'operator', 'operator_administrator')`);
    expectRefusal(await invite('first@people.example'), 'penstock: people.administrator-exists: ');
    const again = (email: string) =>
      run(['people', 'reset', '--email', email], { PENSTOCK_DATABASE_URL: database.url });
    expect((await again('A@people.example')).stdout).toMatch(/^http:\/\/localhost:\d+\/invitation#[\w-]{43}\n/);
    const { rows } = await database.pool.query('select what, author, author_role from people_activity order by at');
    const by = { author: userInfo().username, author_role: 'console' };
    expect(rows).toEqual([
      { what: 'invited', ...by },
      { what: 'reset', ...by },
    ]);
  } finally {
    await database.drop();
  }
});

describe('a database that cannot be used', () => {
  const setting = 'database.url (PENSTOCK_DATABASE_URL)';
  const start = (url: string) => run(['start'], { PENSTOCK_DATABASE_URL: url });

  test('no address', async () => {
    expectRefusal(await start('mysql://x'), `penstock: config.invalid: ${setting}: must begin with postgres://`);
  });

  test.each(['127.0.0.1', 'localhost'])('nobody listens at %s', async (host) => {
    const result = await start(`postgres://penstock:hunter2@${host}:1/penstock`);
    expectRefusal(result, `penstock: database.unavailable: ${setting}: connect ECONNREFUSED`);
    expect(result.lines.join()).not.toContain('hunter2');
  });

  test('a wrong password, no such database, a role without rights, roles with too many', async () => {
    const server = await startEmbeddedPostgres({
      dataFolder: join(folder, 'other'),
      log: createLog({ level: 'warn' }),
    });
    const superuser = openDatabase({
      url: server.superuserUrl,
      poolSize: 1,
      applicationName: 'test',
      log: createLog({ level: 'warn' }),
    });
    const as = (role: string, database = 'postgres') => {
      const url = new URL(server.url);
      Object.assign(url, { username: role, password: 'hunter2', pathname: `/${database}` });
      return url.href;
    };
    try {
      await superuser.pool.query(`create role plain login password 'hunter2'`);
      await superuser.pool.query(`create role unbound login bypassrls password 'hunter2'`);
      const unavailable = `penstock: database.unavailable: ${setting}: `;
      const unsupported = `penstock: database.unsupported: ${setting}: `;
      expectRefusal(await start(as('nobody')), unavailable, 'password authentication failed');
      expectRefusal(await start(as('plain', 'absent')), unavailable, 'database "absent" does not exist');
      expectRefusal(await start(as('plain')), unsupported, /its role may not do what is needed \(permission denied/);
      for (const url of [as('unbound'), server.superuserUrl]) {
        expectRefusal(await start(url), unsupported, 'its role is a superuser or bypasses row-level security');
      }
    } finally {
      await superuser.close();
      await server.stop();
    }
  });

  test('one whose history is not ours', async () => {
    const database = await testDatabase();
    await database.pool.query(`insert into migration (number, name, sha256) values (9999, '9999_later.sql', '00')`);
    expectRefusal(
      await start(database.url),
      `penstock: database.history-changed: ${setting}: migration 9999_later.sql`,
    );
    await database.drop();
  });
});
