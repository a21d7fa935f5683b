// The REST API behind mutual TLS for tests of its client and of `penstock`, which runs as a process of its own beside files of
// those who ask.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { PenstockClient } from '@penstock/api';
import { requireEui } from '@penstock/duis';
import { Registry } from 'prom-client';
import { createApi } from './api.ts';
import { loadConfig } from './foundation/config.ts';
import { type TestDatabase, testDatabase } from './foundation/database/testing.ts';
import type { HttpServer } from './foundation/http/server.ts';
import { createLog } from './foundation/log.ts';
import { machineOf } from './foundation/testing-machine.ts';
import type { Viewer } from './foundation/viewer.ts';
import { type TestCertificate, testCertificate } from './parties/testing-certificates.ts';
import { Reports } from './quarantine/report.ts';

const operatorId = requireEui('90-B3-D5-1F-30-00-00-02');
export const alpha = requireEui('90-B3-D5-1F-30-01-00-00');
export const beta = requireEui('90-B3-D5-1F-30-02-00-00');

export const certificateOf = {
  operator: testCertificate({ userId: operatorId, serial: '01' }),
  manager: testCertificate({ userId: operatorId, serial: '05' }),
  desk: testCertificate({ userId: operatorId, serial: '06' }),
  alpha: testCertificate({ userId: alpha, serial: '02' }),
  beta: testCertificate({ userId: beta, serial: '07' }),
  unknown: testCertificate({ serial: '03' }),
  server: testCertificate({ serial: '04', issuer: 'server', serverName: 'localhost' }),
};
const fingerprintOf = (der: Uint8Array) => createHash('sha256').update(der).digest('hex');
const viewers = new Map<string, Viewer>([
  [
    fingerprintOf(certificateOf.operator.der),
    { kind: 'operator', userId: operatorId, machine: machineOf('of the Operator', 'operator_administrator') },
  ],
  [
    fingerprintOf(certificateOf.manager.der),
    { kind: 'operator', userId: operatorId, machine: machineOf('of the manager', 'change_manager') },
  ],
  [
    fingerprintOf(certificateOf.desk.der),
    { kind: 'operator', userId: operatorId, machine: machineOf('of the desk', 'service_desk') },
  ],
  [
    fingerprintOf(certificateOf.alpha.der),
    { kind: 'user', userIds: [alpha], machine: machineOf('of Alpha', 'user_administrator') },
  ],
  [
    fingerprintOf(certificateOf.beta.der),
    { kind: 'user', userIds: [beta], machine: machineOf('of Beta', 'user_administrator') },
  ],
]);
const keyOf = (certificate: TestCertificate) => certificate.privateKey.export({ type: 'pkcs8', format: 'pem' });

export class TestFront {
  readonly database: TestDatabase;
  /** Where `run` runs, with the certificates of those who ask. */
  readonly folder: string;
  readonly #api: HttpServer;
  readonly #front: Server;
  readonly #clients: PenstockClient[] = [];

  private constructor(database: TestDatabase, api: HttpServer, front: Server) {
    this.database = database;
    this.#api = api;
    this.#front = front;
    this.folder = mkdtempSync(join(tmpdir(), 'penstock-client-'));
    for (const [who, certificate] of Object.entries(certificateOf)) {
      writeFileSync(join(this.folder, `${who}.pem`), certificate.pem);
      writeFileSync(join(this.folder, `${who}.key`), keyOf(certificate));
    }
    writeFileSync(join(this.folder, 'ca.pem'), certificateOf.server.pem);
  }

  /** `asked` is called with each call before it is answered. */
  static async start(
    asked: (request: IncomingMessage, response: ServerResponse) => void = () => undefined,
  ): Promise<TestFront> {
    const database = await testDatabase();
    const api = await createApi({
      pool: database.pool,
      reports: new Reports(database.pool),
      clock: { now: () => new Date('2026-11-22T12:00:00Z') },
      log: createLog({ level: 'silent' }),
      operation: { checks: [], metrics: () => new Registry().metrics() },
      people: undefined,
      events: undefined,
      demonstration: undefined,
      portal: undefined,
      version: '0',
      config: loadConfig({ environment: {}, workingFolder: '/nowhere' }),
    });
    const { server } = certificateOf;
    const tls = { cert: server.pem, key: keyOf(server), requestCert: true, rejectUnauthorized: false };
    const front = createServer(tls, (request, response) => {
      asked(request, response);
      const peer = (request.socket as TLSSocket).getPeerX509Certificate();
      api.handle(request, response, () => peer && viewers.get(fingerprintOf(peer.raw)));
    });
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    return new TestFront(database, api, front);
  }

  /** Cuts every connection, and refuses new ones until `meanwhile` has ended. */
  async unreachable(meanwhile: () => Promise<void>): Promise<void> {
    const { port } = this.#front.address() as AddressInfo;
    const closed = once(this.#front, 'close');
    this.#front.close();
    this.#front.closeAllConnections();
    await closed;
    await meanwhile();
    await new Promise<void>((resolve) => this.#front.listen(port, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.close();
    this.#front.close();
    await this.#api.close();
    await this.database.drop();
    rmSync(this.folder, { recursive: true });
  }

  get #address(): string {
    return `https://localhost:${(this.#front.address() as AddressInfo).port}`;
  }

  clientOf(who: Exclude<keyof typeof certificateOf, 'server'>, authorities = certificateOf.server.pem): PenstockClient {
    const certificate = certificateOf[who];
    const asking = { certificate: certificate.pem, key: keyOf(certificate), authorities };
    const client = new PenstockClient({ address: this.#address, ...asking });
    this.#clients.push(client);
    return client;
  }

  /** `penstock` with the certificate of somebody, beside whose files it runs. */
  run(who: string, ...args: string[]) {
    const bin = join(import.meta.dirname, '../../../bin/penstock.cjs');
    const child = spawn(process.execPath, [bin, ...args], {
      cwd: this.folder,
      env: {
        PATH: process.env.PATH,
        PENSTOCK_SERVER: this.#address,
        PENSTOCK_CLIENT_CERTIFICATE: `${who}.pem`,
        PENSTOCK_CLIENT_KEY: `${who}.key`,
        PENSTOCK_CLIENT_CA: 'ca.pem',
      },
    });
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk) => {
      said.out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      said.err += chunk;
    });
    return { child, said, ended: once(child, 'close').then(([code]) => ({ code: code as number | null, ...said })) };
  }
}
