// The whole REST API for tests, on a database of its own: Alpha and Beta with a User ID each, and the Operator. Machines call
// it as the gateway hands them over; people call its own address.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importColumns, personRoleSchema } from '@penstock/api';
import { parseEui, requireEui } from '@penstock/duis';
import { Registry } from 'prom-client';
import { createApi } from './api.ts';
import { Watch } from './delivery/wakeups.ts';
import { EventHub } from './events/hub.ts';
import { systemClock } from './foundation/clock.ts';
import { type Config, loadConfig } from './foundation/config.ts';
import { ensurePartitions } from './foundation/database/partitions.ts';
import { testDatabase } from './foundation/database/testing.ts';
import { createLog } from './foundation/log.ts';
import { machineOf } from './foundation/testing-machine.ts';
import type { Viewer } from './foundation/viewer.ts';
import { testCertificate } from './parties/testing-certificates.ts';
import { createPeople } from './people/index.ts';
import { Providers } from './people/providers.ts';
import { findStanding } from './people/standing.ts';
import { testSecret } from './people/testing-people.ts';
import { Reports } from './quarantine/report.ts';

export const alpha = requireEui('90-B3-D5-1F-30-01-00-00');
export const beta = requireEui('90-B3-D5-1F-30-02-00-00');
export const operatorId = requireEui('90-B3-D5-1F-30-00-00-02');
export const hub = '00-DB-12-34-56-78-00-01';
export const meter = '00-DB-12-34-56-78-00-02';

/**
 * Who the certificate of a machine says it is, by the name that a call of `call` has: an administrator of its side, or what
 * a role behind the name says (`alpha aro`, `operator security`, `alpha none`).
 */
export const viewers: Readonly<Record<string, Viewer | undefined>> = {
  nobody: undefined,
  alpha: { kind: 'user', userIds: [alpha], machine: machineOf(`of ${alpha}`, 'user_administrator') },
  beta: { kind: 'user', userIds: [beta], machine: machineOf(`of ${beta}`, 'user_administrator') },
  operator: { kind: 'operator', userId: operatorId, machine: machineOf('of the Operator', 'operator_administrator') },
};
/** A viewer by its name or its User ID, and the role that may stand behind it. */
function viewerNamed(text: string): Viewer | undefined {
  const [name = '', as] = text.split(' ');
  const userId = parseEui(name);
  const viewer: Viewer | undefined =
    userId === undefined
      ? viewers[name]
      : { kind: 'user', userIds: [userId], machine: machineOf(`of ${userId}`, 'user_administrator') };
  if (viewer?.machine === undefined || as === undefined) return viewer;
  const role = as === 'none' ? undefined : personRoleSchema.parse(as);
  return { ...viewer, machine: { ...viewer.machine, role } };
}
const now = new Date('2026-11-22T12:00:00Z');
/** What a machine of the Operator says of itself where a reason is asked. */
export const MACHINE_REASON = 'Ticket 4711 of the service desk';

export interface CallAnswer {
  readonly status: number;
  readonly json: Record<string, unknown>;
  readonly text: string;
}
export type TestApi = Awaited<ReturnType<typeof startTestApi>>;

/** The Operator signs: who may not have a receipt may not have its signature either. The files are read before the API starts. */
function configWithSigner(folder: string): Config {
  const { privateKey, pem } = testCertificate({ userId: operatorId, serial: '0C', signsDocuments: true });
  const key = join(folder, 'operator.key');
  const certificate = join(folder, 'operator.pem');
  writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(certificate, pem);
  const environment = {
    PENSTOCK_OPERATOR_SIGNING_KEY_FILE: key,
    PENSTOCK_OPERATOR_SIGNING_CERTIFICATE_FILE: certificate,
  };
  return loadConfig({ environment, workingFolder: '/nowhere' });
}

export async function startTestApi() {
  const database = await testDatabase();
  const { pool } = database;
  await ensurePartitions(pool, { today: '2026-11-21', ahead: 2 });
  const log = createLog({ level: 'silent' });
  let own = '';
  const people = createPeople({
    pool,
    clock: systemClock,
    log,
    secret: testSecret,
    operatorId,
    admitsDemonstration: true,
    providers: new Providers([]),
    origins: () => [own],
  });
  const folder = mkdtempSync(join(tmpdir(), 'penstock-api-'));
  const api = await createApi({
    pool,
    reports: new Reports(pool),
    clock: { now: () => now },
    log,
    people,
    events: new EventHub({
      pool,
      log,
      registry: new Registry(),
      operatorId,
      standing: (streams) => findStanding(pool, streams, systemClock.now()),
      watch: new Watch(() => () => undefined),
    }),
    demonstration: { state: () => ({ running: [] }), set: async () => undefined, rehearse: () => undefined },
    operation: { checks: [], metrics: () => new Registry().metrics() },
    portal: { files: undefined },
    version: '0',
    config: configWithSigner(folder),
  });
  rmSync(folder, { recursive: true });
  // As the gateway hands requests over, with who the peer's certificate says it is; here a header says it.
  const front = createServer((request, response) =>
    api.handle(request, response, () => viewerNamed(String(request.headers['x-as']))),
  );
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
  own = `http://127.0.0.1:${(await api.listen({ host: '127.0.0.1', port: 0 })).port}`;

  async function call(as: string, method: string, path: string, body?: object | string): Promise<CallAnswer> {
    const type = typeof body === 'string' ? 'text/csv' : 'application/json';
    const answer = await fetch(address + path, {
      method,
      headers: {
        'x-as': as,
        ...(/(service_desk|security)$/.test(as) ? { 'penstock-reason': MACHINE_REASON } : {}),
        ...(body === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = /json(;|$)/.test(answer.headers.get('content-type') ?? '');
    return { status: answer.status, json: isJson ? (JSON.parse(text) as Record<string, unknown>) : {}, text };
  }
  async function bring(kind: keyof typeof importColumns, ...lines: string[]): Promise<void> {
    const text = `${importColumns[kind].join(',')}\n${lines.join('\n')}\n`;
    const { status, json } = await call('operator', 'POST', `/api/v1/imports/${kind}`, text);
    if (status !== 200) throw new Error(`${kind} were not taken: ${JSON.stringify(json)}`);
  }

  await bring('parties', 'A,Alpha,large_supplier', 'B,Beta,small_supplier', 'O,Operator,operator');
  await bring('user-ids', `${alpha},A,IS|ES,,`, `${beta},B,IS,,`, `${operatorId},O,OPERATOR,,`);
  await bring('devices', `${hub},CHF,Commissioned,,,,,,,,,`, `${meter},ESME,Commissioned,${hub},1000000000001,,,,,,,`);
  await bring('registrations', `1000000000001,IS,${alpha},2020-01-01T00:00:00Z,`);
  await pool.query(
    `insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, originator, target,
                              counter, srv, code, size, sha256, repetition)
     select u, '2026-11-22', i, '2026-11-22T10:00:00Z', 'southbound', 'service_request', 'passed', u, $3, i, '4.1.1',
            'I99', 1900, sha256(''), 0
     from unnest(array[$1, $2]::macaddr8[]) with ordinality as users(u, i)`,
    [alpha, beta, meter],
  );
  return {
    database,
    accessRules: api.accessRules,
    /** Where machines call; the header `x-as` says which. */
    address,
    /** Where people call. */
    own,
    call,
    bring,
    stop: async () => {
      front.close();
      await api.close();
      await database.drop();
    },
  };
}
