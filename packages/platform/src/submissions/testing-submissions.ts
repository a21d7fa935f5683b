/** An API with signed files, officers of the simulator's authority, and a worker that is run by hand. */

import { execFile } from 'node:child_process';
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SubmissionLife } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import { readCertificates, signDetached } from '@penstock/files/signature';
import { type Credential, OPERATOR_ID, openPki, type Pki, subjectsOf, USERS } from '@penstock/simulator';
import type pg from 'pg';
import { systemClock } from '../foundation/clock.ts';
import { loadConfig } from '../foundation/config.ts';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import { readFileSigner } from '../foundation/file-signer.ts';
import { createHttpServer } from '../foundation/http/server.ts';
import { oneRow, runImport } from '../foundation/import.ts';
import { createLog } from '../foundation/log.ts';
import { testAuthor } from '../foundation/testing-author.ts';
import { machineOf } from '../foundation/testing-machine.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { officersImporter } from '../parties/officers-import.ts';
import { Reports } from '../quarantine/report.ts';
import { quarantineRoutes } from '../quarantine/routes.ts';
import { insertQuarantineWorld, userA, userB } from '../quarantine/testing-quarantine.ts';
import { waysRoutes } from '../ways/routes.ts';
import { submissionDocumentRoutes } from './documents-routes.ts';
import type { PaceLimits } from './pace.ts';
import { submissionRoutes } from './routes.ts';
import { TrustFiles } from './trust.ts';
import { SubmissionWorker } from './worker.ts';

export { userA, userB };
export const operatorId = OPERATOR_ID;
/** Largest file of the tests. */
export const MOST_BYTES = 3 * 1024 * 1024;

/** Of all files of a User. */
export const MOST_KEPT_BYTES = 4 * 1024 * 1024;
export const SIGNATURE_DAYS = 14;
/** Of files that no officer signed. */
export const UNSIGNED = { days: 30, mostBytes: 64 * 1024 };

const log = createLog({ level: 'silent' });

export interface Problem {
  readonly status: number;
  readonly json: Partial<SubmissionLife> & { readonly code?: string; readonly detail?: string };
}

/** An answer of any other route. */
export interface Answer<Body extends object> {
  readonly status: number;
  readonly json: Body & { readonly code?: string; readonly detail?: string };
}

export interface SubmissionWorld {
  readonly database: TestDatabase;
  readonly pki: Pki;
  /** A signature by an officer of a User ID, the first or the second. */
  sign(file: string | Buffer, userId?: Eui, officer?: 0 | 1, at?: Date): Buffer;
  post(file: string | Buffer, signature: Buffer, options?: { as?: string; query?: string }): Promise<Problem>;
  get(path: string, as?: string): Promise<Problem>;
  /** A call that changes something. */
  call<Body extends object>(path: string, body: object, as?: string): Promise<Answer<Body>>;
  /** Posts it, works on everything, and returns what became of it. */
  submit(file: string | Buffer, signature: Buffer, as?: string): Promise<Partial<SubmissionLife>>;
  readonly worker: SubmissionWorker;
  /** Another process's worker. */
  workerOf(pool: pg.Pool): SubmissionWorker;
  readonly address: string;
  close(): Promise<void>;
}

async function registerOfficers(pool: pg.Pool, pki: Pki): Promise<void> {
  for (const userId of [userA, userB, operatorId]) {
    const officers = pki.users.get(userId)?.officers ?? [];
    for (const [index, { certificate }] of officers.entries()) {
      const row = {
        user_id: userId,
        name: `Officer ${index + 1}`,
        email: `officer-${index + 1}@example.org`,
        certificate,
      };
      await runImport(pool, officersImporter, testAuthor, (columns) => oneRow(columns, row));
    }
  }
}

/** The certificates of a folder, to be made once: they take longer than a database. */
export async function testPki(now = new Date()): Promise<{ readonly pki: Pki; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'penstock-submissions-'));
  const pki = await openPki(join(folder, 'pki'), subjectsOf(USERS), now);
  return { pki, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** What the authority's revocation list says from now on, as `openssl ca` writes it: who of the officers is revoked. */
export async function renewRevocationList(pki: Pki, revoked: readonly Credential[] = []): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'penstock-list-'));
  const at = (name: string): string => join(folder, name);
  try {
    // openssl's own database: one line a certificate, of which it takes the date and the serial number
    const now = `${new Date().toISOString().slice(2, 19).replace(/[-T:]/g, '')}Z`;
    const lines = revoked.map(({ certificate }) => {
      const { serialNumber } = new X509Certificate(certificate);
      return ['R', '491231235959Z', now, serialNumber, 'unknown', '/CN=officer'].join('\t');
    });
    await writeFile(at('index'), lines.map((line) => `${line}\n`).join(''));
    await writeFile(at('number'), '01\n');
    await writeFile(
      at('config'),
      `[ca]\ndefault_ca=x\n[x]\ndatabase=${at('index')}\ndefault_md=sha256\ncrlnumber=${at('number')}\n` +
        'default_crl_days=30\n[e]\nauthorityKeyIdentifier=keyid\n',
    );
    const authority = pki.fileAuthorityFile;
    const by = ['-cert', authority, '-keyfile', authority.replace(/pem$/, 'key')];
    const list = ['ca', '-config', at('config'), ...by, '-gencrl', '-crlexts', 'e', '-out', at('list')];
    await promisify(execFile)('openssl', list);
    await rename(at('list'), pki.revocationListFile);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export async function submissionWorld(
  pki: Pki,
  settings: { releaseRate?: number; pace?: PaceLimits; longestRequest?: number } = {},
): Promise<SubmissionWorld> {
  const database = await testDatabase();
  const { pool } = database;
  await insertQuarantineWorld(pool);
  await pool.query(`insert into user_id (user_id, party_id) values ($1, 'P')`, [operatorId]);
  await registerOfficers(pool, pki);
  const operator = pki.users.get(operatorId)?.signing;
  const environment = {
    PENSTOCK_FILES_TRUST_ANCHORS: pki.fileAuthorityFile,
    PENSTOCK_FILES_REVOCATION_LISTS: pki.revocationListFile,
    PENSTOCK_OPERATOR_SIGNING_KEY_FILE: operator?.keyFile,
    PENSTOCK_OPERATOR_SIGNING_CERTIFICATE_FILE: operator?.certificateFile,
  };
  const config = loadConfig({ environment, workingFolder: '/' });
  const trust = new TrustFiles(config);
  const signer = readFileSigner(config);
  const workerOf = (of: pg.Pool) =>
    new SubmissionWorker({
      pool: of,
      trust,
      log,
      operatorId,
      releaseRate: settings.releaseRate,
      signatureDays: SIGNATURE_DAYS,
      unsigned: UNSIGNED,
      applied: async () => undefined,
    });
  const worker = workerOf(pool);
  const api = await createHttpServer({
    log,
    version: '0',
    ...(settings.longestRequest === undefined ? {} : { longestRequest: settings.longestRequest }),
    routes: [
      submissionRoutes({
        ...(settings.pace === undefined ? {} : { pace: settings.pace }),
        pool,
        clock: systemClock,
        log,
        operatorId,
        trust,
        mostBytes: MOST_BYTES,
        mostKeptBytes: MOST_KEPT_BYTES,
      }),
      submissionDocumentRoutes({ pool, clock: systemClock, signer }),
      waysRoutes({ pool, clock: systemClock, operatorId }),
      quarantineRoutes({ pool, reports: new Reports(pool), operatorId, desk: undefined, clock: systemClock, signer }),
    ],
  });
  const viewers: Readonly<Record<string, Viewer>> = {
    a: { kind: 'user', userIds: [userA], machine: machineOf('of A', 'aro') },
    b: { kind: 'user', userIds: [userB], machine: machineOf('of B', 'aro') },
    operator: {
      kind: 'operator',
      userId: operatorId,
      machine: machineOf('of the Operator', 'security', 'so that it is tested'),
    },
    planner: { kind: 'operator', userId: operatorId, machine: machineOf('of the Operator', 'change_manager') },
  };
  const front = createServer((request, response) =>
    api.handle(request, response, () => viewers[String(request.headers['x-as'])]),
  );
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;

  const answerOf = async (answer: Response): Promise<Problem> => ({
    status: answer.status,
    json: (await answer.json()) as Problem['json'],
  });
  const world: SubmissionWorld = {
    database,
    pki,
    worker,
    workerOf,
    address,
    sign(file, userId = userA, officer = 0, at = new Date()) {
      const credential = pki.users.get(requireEui(userId))?.officers[officer];
      const [certificate] = readCertificates(Buffer.from(credential?.certificate ?? ''));
      if (credential === undefined || certificate === undefined) throw new Error('no officer');
      return signDetached({
        digest: createHash('sha256').update(file).digest(),
        key: createPrivateKey(credential.key),
        certificate,
        chain: [],
        signingTime: at,
      });
    },
    async post(file, signature, { as = 'a', query = '' } = {}) {
      const form = new FormData();
      form.set('file', new Blob([new Uint8Array(Buffer.from(file))]), 'file.csv');
      form.set('signature', new Blob([new Uint8Array(signature)]), 'file.p7s');
      return answerOf(
        await fetch(`${address}/api/v1/submissions?${query}`, { method: 'POST', body: form, headers: { 'x-as': as } }),
      );
    },
    async get(path, as = 'a') {
      return answerOf(await fetch(`${address}/api/v1${path}`, { headers: { 'x-as': as } }));
    },
    async call<Body extends object>(path: string, body: object, as = 'a') {
      const headers = { 'x-as': as, 'content-type': 'application/json' };
      const answer = await fetch(`${address}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      return { status: answer.status, json: (await answer.json()) as Answer<Body>['json'] };
    },
    async submit(file, signature, as = 'a') {
      const { status, json } = await world.post(file, signature, { as });
      if (status !== 202) throw new Error(`not received: ${JSON.stringify(json)}`);
      while (await worker.workOnNext());
      return (await world.get(`/submissions/${json.sha256}`, as)).json;
    },
    async close() {
      front.close();
      await api.close();
      await database.drop();
    },
  };
  return world;
}
