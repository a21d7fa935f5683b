/**
 * A gateway on a real database and a real TLS port, with two Users, the Operator and a home, for tests.
 */
import type { KeyObject } from 'node:crypto';
import { type IncomingHttpHeaders, STATUS_CODES } from 'node:http';
import { Agent, request } from 'node:https';
import {
  type Eui,
  requireEui,
  type SignatureArithmetic,
  type Signer,
  signMessage,
  verifyOnThreadPool,
  writeRequest,
} from '@penstock/duis';
import { Registry } from 'prom-client';
import { findDevices } from '../devices/device-lookup.ts';
import { type Clock, systemClock, utcDay } from '../foundation/clock.ts';
import { ensurePartitions } from '../foundation/database/index.ts';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import { createLog } from '../foundation/log.ts';
import { Committer } from '../messages/committer.ts';
import { readCertificateFor } from '../parties/certificates.ts';
import { type DirectoryReader, openDirectory } from '../parties/directory-reader.ts';
import { type TestCertificate, testCertificate } from '../parties/testing-certificates.ts';
import type { Screening } from '../thresholds/screening.ts';
import { loadScreening } from '../thresholds/screening-store.ts';
import { DeviceBatches } from './device-batches.ts';
import { Intake, type SchemaValidator } from './intake.ts';
import { IntakeMetrics } from './metrics.ts';
import { Returns } from './returns.ts';
import { type GatewayOptions, GatewayServer, type RouteHandler } from './server.ts';

export const operator = requireEui('90-B3-D5-1F-30-00-00-02');
/** Import supplier, responsible for the electricity meter of the home. */
export const supplier = requireEui('90-B3-D5-1F-30-01-00-00');
/** Gas supplier of the same home. */
export const gasSupplier = requireEui('90-B3-D5-1F-30-02-00-00');
const suspendedUser = requireEui('90-B3-D5-1F-30-03-00-00');
export const esme = requireEui('00-DB-12-34-56-78-90-A0');
export const withdrawnEsme = requireEui('00-DB-12-34-56-78-90-A1');

export interface Identity {
  readonly userId: Eui;
  readonly signing: TestCertificate;
  readonly transport: TestCertificate;
  readonly signer: Signer;
}

let serials = 0x1000;

/** A signing certificate, whose issuer is CN=Z1,OU=07, and a transport certificate. */
export function identity(userId: Eui, validity: { notBefore?: Date; notAfter?: Date } = {}): Identity {
  const serial = (serials++).toString(16).padStart(4, '0');
  const signing = testCertificate({ userId, serial, ...validity });
  const transport = testCertificate({ userId, serial: (serials++).toString(16).padStart(4, '0'), issuer: 'T1' });
  return { userId, signing, transport, signer: signerOf(signing.privateKey, serial) };
}

function signerOf(privateKey: KeyObject, serial: string): Signer {
  return { privateKey, issuer: 'CN=Z1,OU=07', serial: BigInt(`0x${serial}`).toString() };
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly bytes: Buffer;
}

export interface TestWorld {
  readonly database: TestDatabase;
  readonly directory: DirectoryReader<Screening>;
  readonly identities: {
    readonly operator: Identity;
    readonly supplier: Identity;
    readonly gasSupplier: Identity;
    readonly suspended: Identity;
  };
  /** Starts a gateway; several may run on the same database. */
  gateway(changes?: GatewayChanges): Promise<TestGateway>;
  register(identity: Identity): Promise<void>;
  close(): Promise<void>;
}

export interface GatewayChanges {
  readonly options?: Partial<GatewayOptions>;
  readonly arithmetic?: SignatureArithmetic;
  readonly schema?: SchemaValidator;
  readonly clock?: Clock;
  readonly mostWaiting?: number;
  readonly routes?: (returns: Returns) => ReadonlyMap<string, RouteHandler>;
}

export interface TestGateway {
  readonly port: number;
  readonly server: GatewayServer;
  readonly committer: Committer;
  /** penstock_gateway_answers_total by outcome. */
  outcomes(): Promise<Record<string, number>>;
  send(path: string, body: Uint8Array | string, options?: SendOptions): Promise<Reply>;
  stop(): Promise<void>;
}

export interface SendOptions {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly as?: Identity;
}

async function insertWorld(database: TestDatabase): Promise<void> {
  const { pool } = database;
  await ensurePartitions(pool, { today: utcDay(new Date()), ahead: 1 });
  await pool.query(
    `insert into party (party_id, name, kind) values ('P1', 'One', 'large_supplier'), ('OP', 'Operator', 'operator')`,
  );
  await pool.query(
    `insert into user_id (user_id, party_id, status) values
     ($1, 'OP', 'active'), ($2, 'P1', 'active'), ($3, 'P1', 'active'), ($4, 'P1', 'suspended')`,
    [operator, supplier, gasSupplier, suspendedUser],
  );
  await pool.query(
    `insert into user_role (user_id, role) values ($1, 'OPERATOR'), ($2, 'IS'), ($3, 'GS'), ($4, 'IS')`,
    [operator, supplier, gasSupplier, suspendedUser],
  );
  await pool.query(
    `insert into device (device, kind, status) values ($1, 'ESME', 'Commissioned'), ($2, 'ESME', 'Withdrawn')`,
    [esme, withdrawnEsme],
  );
  await pool.query(
    `insert into responsibility (device, role, user_id, valid_from) values
     ($1, 'IS', $3, '2020-01-01'), ($2, 'IS', $3, '2020-01-01')`,
    [esme, withdrawnEsme, supplier],
  );
  await pool.query('select refresh_responsible(array(select device from device))');
}

export async function testWorld(): Promise<TestWorld> {
  const database = await testDatabase();
  await insertWorld(database);
  const register = async ({ userId, signing, transport }: Identity): Promise<void> => {
    for (const [purpose, certificate] of [
      ['signing', signing],
      ['transport', transport],
    ] as const) {
      const read = readCertificateFor(certificate.pem, purpose, userId);
      await database.pool.query(
        `insert into certificate (user_id, purpose, issuer, serial, fingerprint, der, not_before, not_after)
         values ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [userId, purpose, read.issuer, read.serial, read.fingerprint, read.der, read.notBefore, read.notAfter],
      );
    }
    await database.pool.query('update directory_version set version = version + 1');
  };
  const identities = {
    operator: identity(operator),
    supplier: identity(supplier),
    gasSupplier: identity(gasSupplier),
    suspended: identity(suspendedUser),
  };
  for (const one of Object.values(identities)) await register(one);
  const log = createLog({ level: 'silent' });
  const directory = await openDirectory({ pool: database.pool, log, readRules: loadScreening });
  const gateways: TestGateway[] = [];
  return {
    database,
    directory,
    identities,
    register,
    gateway: async (changes = {}) => {
      const started = await startGateway(database, directory, changes);
      gateways.push(started);
      return started;
    },
    close: async () => {
      for (const one of gateways) await one.stop();
      await directory.close();
      await database.drop();
    },
  };
}

async function startGateway(
  database: TestDatabase,
  directory: DirectoryReader<Screening>,
  changes: GatewayChanges,
): Promise<TestGateway> {
  const registry = new Registry();
  const clock = changes.clock ?? systemClock;
  const committer: Committer = new Committer(database.pool, {
    mostWaiting: changes.mostWaiting ?? 1_000,
    observer: {
      committed: (...args) => metrics.committed(...args),
      failed: (messages) => metrics.failed(messages),
      streamed: () => undefined,
    },
  });
  const metrics = new IntakeMetrics(registry, () => committer.waiting);
  const devices = new DeviceBatches((asked) => findDevices(database.pool, asked));
  const shared = { directory, committer, clock, operatorId: operator };
  const intake = new Intake({ ...shared, devices, metrics, arithmetic: changes.arithmetic, schema: changes.schema });
  const tls = testCertificate({ serial: '77' });
  const server = new GatewayServer(
    {
      host: '127.0.0.1',
      port: 0,
      tls: {
        key: Buffer.from(tls.privateKey.export({ type: 'pkcs8', format: 'pem' })),
        cert: Buffer.from(tls.pem),
      },
      requiresClientCertificate: false,
      maxMessageBytes: 1024 * 1024,
      headerTimeoutSeconds: 1,
      bodyTimeoutSeconds: 2,
      ...changes.options,
    },
    {
      ...shared,
      intake,
      metrics,
      log: createLog({ level: 'silent' }),
      isFull: () => committer.isFull,
      routes: changes.routes?.(new Returns({ ...shared, arithmetic: verifyOnThreadPool })) ?? new Map(),
      api: (_request, response) => response.writeHead(501, STATUS_CODES[501]).end(),
    },
  );
  const port = await server.start();
  const agents = new Map<Identity | undefined, Agent>();
  const agentOf = (as: Identity | undefined): Agent => {
    const known = agents.get(as);
    if (known !== undefined) return known;
    const credentials = as && {
      key: as.transport.privateKey.export({ type: 'pkcs8', format: 'pem' }),
      cert: as.transport.pem,
    };
    // the test's server certificate has no name to check
    const agent = new Agent({ keepAlive: true, rejectUnauthorized: false, ...credentials });
    agents.set(as, agent);
    return agent;
  };
  return {
    port,
    server,
    committer,
    outcomes: async () => {
      const metric = await registry.getSingleMetric('penstock_gateway_answers_total')?.get();
      const counted: Record<string, number> = {};
      for (const value of metric?.values ?? []) {
        const outcome = String(value.labels.outcome);
        counted[outcome] = (counted[outcome] ?? 0) + value.value;
      }
      return counted;
    },
    send: (path, body, options = {}) => send(port, path, body, options, agentOf(options.as)),
    stop: async () => {
      await server.stop();
      await committer.drained();
    },
  };
}

function send(
  port: number,
  path: string,
  body: Uint8Array | string,
  options: SendOptions,
  agent: Agent,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path,
        agent,
        method: options.method ?? 'POST',
        headers: { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(body), ...options.headers },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const bytes = Buffer.concat(chunks);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes.toString('utf8'), bytes });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

let counters = 1n;

export interface RequestChanges {
  readonly counter?: bigint;
  readonly originator?: Eui;
  readonly target?: Eui;
  readonly srv?: string;
  readonly commandVariant?: number;
  readonly body?: string;
  /** Changes the text before it is signed. */
  readonly edit?: (unsigned: string) => string;
}

/** A signed 4.1.1 of the supplier for its meter, unless changed. */
export function signedRequest(as: Identity, changes: RequestChanges = {}): Buffer {
  const unsigned = writeRequest(
    {
      requestId: {
        originator: changes.originator ?? as.userId,
        target: changes.target ?? esme,
        counter: changes.counter ?? counters++,
      },
      commandVariant: changes.commandVariant ?? 1,
      serviceReferenceVariant: changes.srv ?? '4.1.1',
    },
    { xml: changes.body ?? '<sr:ReadInstantaneousImportRegisters/>' },
  );
  return signMessage(changes.edit?.(unsigned) ?? unsigned, as.signer);
}
