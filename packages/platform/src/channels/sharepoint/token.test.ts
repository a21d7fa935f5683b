import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../foundation/config.ts';
import { GraphStandIn } from './testing-graph.ts';
import { readClientAuth, Tokens } from './token.ts';

const clientId = '6f1c2a3e-0000-4000-8000-000000000001';
let folder: string;
let service: GraphStandIn;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-token-'));
  for (const [name, kind] of [
    ['rsa', ['-newkey', 'rsa:2048']],
    ['ec', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']],
  ] as const) {
    const files = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.pem`)];
    execFileSync('openssl', ['req', '-x509', '-nodes', '-subj', '/CN=x', ...kind, ...files], { stdio: 'ignore' });
  }
  service = await new GraphStandIn({ clientId, certificate: readFileSync(join(folder, 'rsa.pem'), 'utf8') }).start();
});
afterAll(async () => {
  await service?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const settings = (name: string, other: Record<string, string | undefined> = {}) => ({
  PENSTOCK_SHAREPOINT_TENANT_ID: service.tenant,
  PENSTOCK_SHAREPOINT_CLIENT_ID: clientId,
  PENSTOCK_SHAREPOINT_DRIVE_ID: service.drive,
  PENSTOCK_SHAREPOINT_CLIENT_KEY_FILE: join(folder, `${name}.key`),
  PENSTOCK_SHAREPOINT_CLIENT_CERTIFICATE_FILE: join(folder, `${name}.pem`),
  PENSTOCK_SHAREPOINT_GRAPH_ORIGIN: service.origin,
  PENSTOCK_SHAREPOINT_LOGIN_ORIGIN: service.origin,
  ...other,
});
const configOf = (environment: Record<string, string | undefined>) => loadConfig({ environment, workingFolder: '/' });

async function tokensOf(name: string): Promise<Tokens> {
  return new Tokens({
    loginOrigin: service.origin,
    graphOrigin: service.origin,
    tenantId: service.tenant,
    clientId,
    auth: await readClientAuth(configOf(settings(name))),
    signal: new AbortController().signal,
    onPause: () => undefined,
  });
}

test('by a certificate a token is given, and kept until it is forgotten', async () => {
  const tokens = await tokensOf('rsa');
  const [one, two] = await Promise.all([tokens.get(), tokens.get()]);
  expect(one).toBe(two);
  tokens.forget('another');
  expect(await tokens.get()).toBe(one);
  tokens.forget(one);
  expect(await tokens.get()).not.toBe(one);
  expect(service.tokensGiven).toBe(2);
});

test('a token is renewed before its end', async () => {
  const tokens = await tokensOf('rsa');
  service.tokenSeconds = 0;
  const ended = await tokens.get();
  service.tokenSeconds = 3_599;
  const good = await tokens.get();
  expect(good).not.toBe(ended);
  expect(await tokens.get()).toBe(good);
});

test('a key that is no RSA key is refused by its setting', async () => {
  await expect(readClientAuth(configOf(settings('ec')))).rejects.toThrow(/sharepoint\.client_key_file/);
});

test.each([
  [{ PENSTOCK_SHAREPOINT_CLIENT_ID: undefined }, /sharepoint\.client_id/],
  [{ PENSTOCK_SHAREPOINT_DRIVE_ID: undefined }, /sharepoint\.drive_id/],
  [{ PENSTOCK_SHAREPOINT_DRIVE_ID: '../x' }, /sharepoint\.drive_id/],
  [{ PENSTOCK_SHAREPOINT_CLIENT_SECRET: 'as well as a key' }, /not both/],
  [
    { PENSTOCK_SHAREPOINT_CLIENT_KEY_FILE: undefined, PENSTOCK_SHAREPOINT_CLIENT_CERTIFICATE_FILE: undefined },
    /sharepoint\.client_key_file/,
  ],
  [{ PENSTOCK_SHAREPOINT_CLIENT_CERTIFICATE_FILE: undefined }, /sharepoint\.client_certificate_file/],
  [{ PENSTOCK_SHAREPOINT_GRAPH_ORIGIN: 'http://graph.example' }, /sharepoint\.graph_origin/],
  [{ PENSTOCK_SHAREPOINT_LOGIN_ORIGIN: 'https://login.example/path' }, /sharepoint\.login_origin/],
  [{ PENSTOCK_SHAREPOINT_ROOT_FOLDER: 'a/../b' }, /sharepoint\.root_folder/],
])('the settings %j are refused', (other, words) => {
  expect(() => configOf(settings('rsa', other))).toThrow(words);
});
