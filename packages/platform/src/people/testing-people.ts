import { createHmac, randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { PersonRole } from '@penstock/api';
import { requireEui } from '@penstock/duis';
import { hashPassword, symmetricEncrypt } from 'better-auth/crypto';
import type pg from 'pg';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import { createHttpServer, type HttpApp } from '../foundation/http/server.ts';
import { createLog } from '../foundation/log.ts';
import { createPeople } from './index.ts';
import { type Provider, Providers } from './providers.ts';
import { PEER_HEADER } from './sign-in-guards.ts';

// The room's server for tests, people for it, and a browser for them: it keeps cookies and says from where it calls, as
// a real one does.

export const testSecret = 'a secret of the tests, which is long enough';
export const testPassword = 'correct horse battery';

export const testAlpha = '90-B3-D5-1F-30-01-00-00';
export const testBeta = '90-B3-D5-1F-30-02-00-00';
export const testOperatorId = requireEui('90-B3-D5-1F-30-00-00-02');

/** For whom a test's browser says that it calls, as a proxy would. */
export const testForwarded = '203.0.113.10';

export interface PeopleServer {
  readonly database: TestDatabase;
  /** http://HOST:PORT */
  readonly address: string;
  /** Puts the room's clock so many milliseconds ahead of the real one. */
  setAhead(milliseconds: number): void;
  stop(): Promise<void>;
}

/** A database with the Parties A (Alpha) and B (Beta), one User ID each, and the room's own routes in front of it. */
export async function startPeopleServer({
  admitsDemonstration = true,
  host = '127.0.0.1',
  routes = [],
  providers = [],
  trustedProxies = [],
}: {
  admitsDemonstration?: boolean;
  host?: string;
  routes?: readonly ((app: HttpApp) => void)[];
  providers?: readonly Provider[];
  trustedProxies?: readonly string[];
} = {}): Promise<PeopleServer> {
  const database = await testDatabase();
  await database.pool.query(
    `insert into party (party_id, name, kind) values ('A', 'Alpha', 'large_supplier'), ('B', 'Beta', 'small_supplier')`,
  );
  await database.pool.query(`insert into user_id (user_id, party_id) values ($1, 'A'), ($2, 'B')`, [
    testAlpha,
    testBeta,
  ]);
  const log = createLog({ level: 'error' });
  let ahead = 0;
  let address = '';
  const people = createPeople({
    pool: database.pool,
    clock: { now: () => new Date(Date.now() + ahead) },
    log,
    secret: testSecret,
    operatorId: testOperatorId,
    admitsDemonstration,
    providers: new Providers(providers),
    origins: () => [address],
  });
  const server = await createHttpServer({
    log,
    version: '0',
    sessions: people.sessions,
    routes: [...people.routes, ...routes],
    trustedProxies,
  });
  address = `http://${host}:${(await server.listen({ host, port: 0 })).port}`;
  return {
    database,
    address,
    setAhead: (milliseconds) => {
      ahead = milliseconds;
    },
    stop: async () => {
      await server.close();
      await database.drop();
    },
  };
}

export interface TestPerson {
  readonly personId: string;
  readonly email: string;
  /** Of the second factor, as the authenticator app has it. */
  readonly totpSecret: string;
}

/** Puts a person with password and second factor where sign-in finds it. Scrypt takes some 50 ms. */
export async function addPerson(
  pool: pg.Pool,
  {
    name,
    roles,
    isEnrolled = true,
  }: { name: string; roles: Readonly<Record<string, PersonRole>>; isEnrolled?: boolean },
): Promise<TestPerson> {
  const personId = randomBytes(12).toString('hex');
  const email = `${name}@people.example`;
  const totpSecret = randomBytes(16).toString('hex');
  await pool.query('insert into person (person_id, email, name) values ($1, $2, $3)', [personId, email, name]);
  await pool.query(
    `insert into sign_in."user" ("id", "name", "email", "emailVerified", "twoFactorEnabled") values ($1, $2, $3, true, $4)`,
    [personId, name, email, isEnrolled],
  );
  await pool.query(
    `insert into sign_in."account" ("id", "accountId", "providerId", "userId", "password", "updatedAt")
     values ($1, $1, 'credential', $1, $2, now())`,
    [personId, await hashPassword(testPassword)],
  );
  if (isEnrolled) {
    await pool.query(
      `insert into sign_in."twoFactor" ("id", "secret", "backupCodes", "userId", "verified") values ($1, $2, '', $1, true)`,
      [personId, await symmetricEncrypt({ key: testSecret, data: totpSecret })],
    );
  }
  for (const [acting, role] of Object.entries(roles)) {
    await pool.query('insert into person_role (person_id, acting, role) values ($1, $2, $3)', [personId, acting, role]);
  }
  return { personId, email, totpSecret };
}

/** The code of an authenticator app (RFC 6238), `steps` of 30 s from now. */
export function codeOf(totpSecret: string, steps = 0): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const digest = createHmac('sha1', totpSecret).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 0xf;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** The secret that stands in the address which an authenticator app reads (base32, RFC 4648). */
export function readTotpSecret(uri: unknown): string {
  const letters = new URL(String(uri)).searchParams.get('secret') ?? '';
  const bits = Array.from(letters.replaceAll('=', ''), (letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  ).join('');
  const bytes = bits.match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2))).toString('latin1');
}

export interface Answer {
  readonly status: number;
  readonly json: Record<string, unknown>;
  readonly text: string;
  readonly headers: Headers;
}

export class TestBrowser {
  readonly #address: string;
  readonly cookies = new Map<string, string>();
  constructor(address: string) {
    this.#address = address;
  }

  async call(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await fetch(this.#address + path, {
      method,
      redirect: 'manual',
      headers: {
        origin: this.#address,
        // what a caller says of its own address counts for nothing, unless it is a proxy that is trusted
        [PEER_HEADER]: '203.0.113.9',
        'x-forwarded-for': testForwarded,
        ...(this.cookies.size === 0
          ? {}
          : { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '' || /max-age=0/i.test(cookie)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const text = await answer.text();
    const isJson = /json/.test(answer.headers.get('content-type') ?? '') && text !== '' && text !== 'null';
    const json = isJson ? (JSON.parse(text) as Record<string, unknown>) : {};
    return { status: answer.status, json, text, headers: answer.headers };
  }

  password(email: string, password = testPassword): Promise<Answer> {
    return this.call('POST', '/api/auth/sign-in/email', { email, password });
  }
  code(code: string): Promise<Answer> {
    return this.call('POST', '/api/auth/two-factor/verify-totp', { code });
  }

  /** Password and code. A code is good once: of one that was used before, the next is tried, and then the one after it. */
  async signIn({ email, totpSecret }: TestPerson, steps = 0): Promise<void> {
    await this.password(email);
    let { status, json } = await this.code(codeOf(totpSecret, steps));
    for (let tries = 0; json.code === 'CODE_USED' && tries < 3; tries += 1) {
      // the next one is taken already, the one after it is not
      if (tries > 0) await pause(30_000 - (Date.now() % 30_000));
      ({ status, json } = await this.code(codeOf(totpSecret, 1)));
    }
    if (status !== 200) throw new Error(`the sign-in was answered with ${status} ${JSON.stringify(json)}`);
  }
}
