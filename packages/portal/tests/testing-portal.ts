import { execFileSync } from 'node:child_process';
import { chmodSync, createReadStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importKinds, type PersonRole } from '@penstock/api';
import { consoleAuthor, importFile, type Platform, type StartOptions, startPlatform } from '@penstock/platform';
import { loadConfig } from '@penstock/platform/config';
import { createLog } from '@penstock/platform/log';
import { type TestDatabase, testDatabase } from '@penstock/platform/testing';
import type { testCertificate } from '@penstock/platform/testing/certificates';
import { addPerson, codeOf, type TestPerson, testPassword, testSecret } from '@penstock/platform/testing/people';
import { type Pki, prepareWorld, USERS } from '@penstock/simulator';
import type { BrowserContext, Locator, Page } from 'playwright-core';

// A whole platform with the built pages, and real Chromium in front of it.

type Eui = NonNullable<Parameters<typeof testCertificate>[0]['userId']>;
export const alpha = '90-B3-D5-1F-30-01-00-00' as Eui;
export const beta = '90-B3-D5-1F-30-02-00-00' as Eui;

export interface TestPortal {
  /** http://localhost:PORT */
  readonly address: string;
  readonly database: TestDatabase;
  /** Of the Users and their officers. */
  readonly pki: Pki;
  readonly people: Readonly<Record<'analyst' | 'both' | 'desk' | 'planner', TestPerson>>;
  /** One more person; each signs in with codes of its own. */
  addPerson(name: string, roles: Readonly<Record<string, PersonRole>>, isEnrolled?: boolean): Promise<TestPerson>;
  stop(): Promise<void>;
}

export type Settings = Readonly<Record<string, string>>;

/**
 * Starts the platform on free ports, with a few homes, people in several roles, and `messages` in alpha's record.
 * `settings` are variables of the environment besides.
 */
export async function startTestPortal(
  messages: number,
  settings: Settings | ((pki: Pki) => Settings),
  demonstration: StartOptions['demonstration'],
): Promise<TestPortal> {
  execFileSync(process.execPath, [join(import.meta.dirname, '../build.ts')]);
  const folder = mkdtempSync(join(tmpdir(), 'penstock-portal-'));
  chmodSync(folder, 0o755);
  const database = await testDatabase();
  const world = await prepareWorld({
    folder,
    seed: 'portal',
    homes: 5,
    users: USERS.map((user) => ({ ...user, delivery: 'pull' as const })),
    receivePort: 0,
    now: new Date(),
  });
  const dataFolder = join(folder, 'data');
  mkdirSync(dataFolder);
  writeFileSync(join(dataFolder, 'secrets.toml'), `session_secret = "${testSecret}"\n`, { mode: 0o600 });
  const platform: Platform = await startPlatform({
    config: loadConfig({
      workingFolder: folder,
      environment: {
        ...(typeof settings === 'function' ? settings(world.pki) : settings),
        PENSTOCK_DATA_FOLDER: dataFolder,
        PENSTOCK_DATABASE_URL: database.url,
        PENSTOCK_HTTP_PORT: '0',
        PENSTOCK_GATEWAY_PORT: '0',
        PENSTOCK_GATEWAY_PROCESSES: '1',
        PENSTOCK_GATEWAY_TLS_KEY_FILE: world.pki.gateway.keyFile,
        PENSTOCK_GATEWAY_TLS_CERTIFICATE_FILE: world.pki.gateway.certificateFile,
        PENSTOCK_FILES_TRUST_ANCHORS: world.pki.fileAuthorityFile,
        PENSTOCK_FILES_REVOCATION_LISTS: world.pki.revocationListFile,
        PENSTOCK_OPERATOR_DESK: '+44 20 7946 0000, desk@operator.example',
      },
    }),
    log: createLog({ level: 'silent' }),
    demonstration,
    prepare: async (pool) => {
      for (const kind of importKinds) {
        await importFile(pool, kind, createReadStream(join(world.importFolder, `${kind}.csv`)), consoleAuthor());
      }
    },
  });
  const person: TestPortal['addPerson'] = (name, roles, isEnrolled = true) =>
    addPerson(database.pool, { name, roles, isEnrolled });
  const people = {
    analyst: await person('analyst', { [alpha]: 'analyst' }),
    both: await person('both', { [alpha]: 'aro', [beta]: 'read_only' }),
    desk: await person('desk', { operator: 'service_desk' }),
    planner: await person('planner', { operator: 'change_manager' }),
  };
  await recordMessages(database, messages);
  return {
    address: platform.addresses.http.replace('127.0.0.1', 'localhost'),
    database,
    pki: world.pki,
    people,
    addPerson: person,
    stop: async () => {
      await platform.stop();
      await database.drop();
      rmSync(folder, { recursive: true });
    },
  };
}

/**
 * Messages of alpha, ten a second up to now, the newest with the highest sequence: every tenth refused, with a reason
 * that a spreadsheet would take for a formula; the newest is the response to the newest request.
 */
async function recordMessages(database: TestDatabase, count: number): Promise<void> {
  await database.pool.query(
    `insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, command_variant, originator,
                              target, counter, srv, code, reason, size, sha256, repetition)
     select $1::macaddr8, (now() at time zone 'UTC')::date, i,
            greatest(date_trunc('day', now() at time zone 'UTC') at time zone 'UTC', now() - ($3 - i) * interval '100 ms'),
            'southbound', 'service_request', (case when i % 10 = 5 then 'refused' else 'passed' end)::message_verdict, 1,
            $1::macaddr8, ($2::text || to_hex(i % 7 + 2))::macaddr8, i, (array['4.1.1', '6.2.1', '4.8.1'])[i % 3 + 1],
            case when i % 10 = 5 then 'E5' else 'I99' end, case when i % 10 = 5 then '=HYPERLINK("x")' end, 1900, sha256(i::text::bytea),
            case when i % 10 = 5 then i else 0 end
     from generate_series(1, $3::int) as i`,
    [alpha, '00-DB-12-34-56-78-00-0', count],
  );
  await database.pool.query(
    `insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, originator, target, counter,
                              srv, code, size, sha256, repetition)
     select user_id, day, sequence + 1, now(), 'northbound', 'response', 'passed', originator, target, counter, srv, 'I0',
            2100, sha256('response'), 77
     from message_log where user_id = $1 and sequence = $2`,
    [alpha, count],
  );
  await database.pool.query('analyze message_log');
}

export const userAddress = (userId: string, path: string) =>
  `${path}${path.includes('?') ? '&' : '?'}for=${encodeURIComponent(userId)}`;

/**
 * Types the password and a code: of now, of so many steps of 30 s from now, since one is good once, or this one. Returns
 * the code.
 */
export async function signIn(
  page: Page | Locator,
  { email, totpSecret }: TestPerson,
  at: number | string = 0,
): Promise<string> {
  const code = typeof at === 'string' ? at : codeOf(totpSecret, at);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(testPassword);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('Six-digit code').fill(code);
  await page.getByRole('button', { name: 'Sign in' }).click();
  return code;
}

/** What the browser complained about: breaches of the policy, scripts that failed. What the API refuses is no fault. */
export function complaintsOf(context: BrowserContext): string[] {
  const complaints: string[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text());
    }
  });
  context.on('weberror', (error) => complaints.push(error.error().message));
  return complaints;
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds on the page as it stands, one line each. */
export async function findBarriers(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe);
  return page.evaluate(async (tags) => {
    const { run } = Reflect.get(globalThis, 'axe');
    const { violations } = await run(Reflect.get(globalThis, 'document'), {
      runOnly: tags,
      // else it collects every rule that is kept, and each element that keeps it
      resultTypes: ['violations'],
    });
    return violations.map(
      ({ id, nodes }: { id: string; nodes: { html: string }[] }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
    );
  }, rules);
}
