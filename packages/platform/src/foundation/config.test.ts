import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeConfig, loadConfig, readConfiguredFile } from './config.ts';
import { configurationReference } from './config-reference.ts';
import { PenstockError } from './errors.ts';
import { settings } from './settings.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const load = (environment: Record<string, string> = {}, toml?: string) => {
  if (toml !== undefined) writeFileSync(join(folder, 'penstock.toml'), toml);
  return loadConfig({ environment, workingFolder: folder });
};

function refusal(environment: Record<string, string>, toml?: string): string {
  try {
    load(environment, toml);
  } catch (error) {
    if (error instanceof PenstockError && error.code === 'config.invalid') return error.detail ?? '';
    throw error;
  }
  return 'nothing was refused';
}

describe('where settings come from', () => {
  test('nothing at all gives the defaults, on loopback, with a database of its own', () => {
    const config = load();
    expect(config.dataFolder).toBe(join(folder, 'data'));
    expect(config.database.url).toBeUndefined();
    expect(config.gateway).toMatchObject({ host: '127.0.0.1', port: 8443, maxMessageBytes: 16_777_216 });
    expect(config.http).toEqual({ host: 'localhost', port: 8080, trustedProxies: [] });
    expect(config.messages).toEqual({ lanes: 1, replayHorizonDays: 2, streamDays: 2, logDays: 92 });
  });

  test('the environment wins over the file, section by section; an empty variable says nothing', () => {
    const environment = { PENSTOCK_GATEWAY_PORT: '9443', PENSTOCK_LOG_LEVEL: '', PATH: '/bin' };
    const config = load(environment, '[gateway]\nport = 1\nmutual_tls = "required"\n[log]\nlevel = "debug"\n');
    expect(config.gateway).toMatchObject({ port: 9443, mutualTls: 'required' });
    expect(config.log.level).toBe('debug');
  });

  test('variables of the tests and benches are no settings and are left alone', () => {
    expect(load({ PENSTOCK_DUIS_DATA: '/duis', PENSTOCK_TEST_SEED: '1', PENSTOCK_BENCH_X: '1' })).toEqual(load());
    expect(refusal({ PENSTOCK_DUIS_DATA_FOLDER: '/duis' })).toContain('PENSTOCK_DUIS_DATA_FOLDER: there is no such');
  });

  test('paths of the file start at its folder, those of the environment at the working folder', () => {
    mkdirSync(join(folder, 'etc'));
    const toml = 'data_folder = "../state"\n[gateway]\ntls_key_file = "key.pem"\ntls_certificate_file = "/tls/c.pem"\n';
    writeFileSync(join(folder, 'etc', 'penstock.toml'), toml);
    const environment = { PENSTOCK_CONFIG: 'etc/penstock.toml', PENSTOCK_DUIS_SCHEMA_FOLDER: 'xsd' };
    const config = load(environment);
    expect(config.dataFolder).toBe(join(folder, 'state'));
    expect(config.gateway.tlsKeyFile).toBe(join(folder, 'etc', 'key.pem'));
    expect(config.gateway.tlsCertificateFile).toBe('/tls/c.pem');
    expect(config.duis.schemaFolder).toBe(join(folder, 'xsd'));
  });

  test("the Operator's User ID is taken in either case and kept in upper case", () => {
    const config = load({ PENSTOCK_OPERATOR_USER_ID: '90-b3-d5-1f-30-00-00-0a' });
    expect(config.operator.userId).toBe('90-B3-D5-1F-30-00-00-0A');
  });
});

describe('a proxy in front of the portal', () => {
  const behind = { PENSTOCK_HTTP_PUBLIC_ADDRESS: 'https://portal.example', PENSTOCK_HTTP_HOST: '0.0.0.0' };

  test('its addresses are a list: in the environment with commas, in the file as TOML has lists', () => {
    const proxies = '10.0.0.5, 10.1.0.0/16,2001:db8::/32';
    expect(load({ ...behind, PENSTOCK_HTTP_TRUSTED_PROXIES: proxies }).http.trustedProxies).toEqual([
      '10.0.0.5',
      '10.1.0.0/16',
      '2001:db8::/32',
    ]);
    const toml = '[http]\npublic_address = "https://portal.example"\ntrusted_proxies = ["::1"]\n';
    expect(load({}, toml).http.trustedProxies).toEqual(['::1']);
  });

  test.each([
    '0.0.0.0/0',
    '::/0',
    'proxy.example',
    '10.0.0.5/33',
    '::1/129',
    '10.0.0.5/8/8',
    '10.0.0.5/x',
    'loopback',
    '10.0.0.5,,',
  ])('%s is refused', (proxies) =>
    expect(refusal({ ...behind, PENSTOCK_HTTP_TRUSTED_PROXIES: proxies })).toContain('http.trusted_proxies'),
  );

  test.each([[{ PENSTOCK_HTTP_HOST: '0.0.0.0' }], [{ PENSTOCK_HTTP_TRUSTED_PROXIES: '10.0.0.5' }]])(
    '%j without the address that people call',
    (environment) => {
      expect(refusal(environment)).toContain('http.public_address (PENSTOCK_HTTP_PUBLIC_ADDRESS): is needed');
      expect(load({ ...environment, PENSTOCK_HTTP_PUBLIC_ADDRESS: 'https://portal.example' })).toBeDefined();
    },
  );
});

describe('what is refused, with the name of the setting and of the variable', () => {
  test.each([
    [{ PENSTOCK_GATEWAY_PORT: 'eighty' }, 'gateway.port (PENSTOCK_GATEWAY_PORT)'],
    [{ PENSTOCK_GATEWAY_PORT: '65536' }, 'gateway.port (PENSTOCK_GATEWAY_PORT)'],
    [{ PENSTOCK_GATEWAY_PORT: '1.5' }, 'gateway.port (PENSTOCK_GATEWAY_PORT)'],
    [{ PENSTOCK_GATEWAY_MUTUAL_TLS: 'yes' }, 'gateway.mutual_tls (PENSTOCK_GATEWAY_MUTUAL_TLS)'],
    [{ PENSTOCK_OPERATOR_USER_ID: '90B3' }, 'operator.user_id (PENSTOCK_OPERATOR_USER_ID)'],
    [{ PENSTOCK_DATABASE_URL: 'mysql://x' }, 'database.url (PENSTOCK_DATABASE_URL)'],
    [{ PENSTOCK_DATABASE_URL: 'postgres://db:port/x' }, 'database.url (PENSTOCK_DATABASE_URL)'],
    [{ PENSTOCK_GATEWAY_TLS_KEY_FILE: 'k' }, 'gateway.tls_certificate_file (PENSTOCK_GATEWAY_TLS_CERTIFICATE_FILE)'],
    [{ PENSTOCK_DELIVERY_HOLD_DAYS: '3' }, 'messages.stream_days (PENSTOCK_MESSAGES_STREAM_DAYS)'],
    [{ PENSTOCK_MESSAGES_LOG_DAYS: '91' }, 'messages.log_days (PENSTOCK_MESSAGES_LOG_DAYS)'],
    [{ PENSTOCK_MESSAGES_LOG_DAYS: '91' }, "must be at least 92: a User's record is kept for three months"],
    [{ PENSTOCK_MESSAGES_LOG_DAYS: '92', PENSTOCK_MESSAGES_STREAM_DAYS: '93' }, 'messages.log_days'],
    [{ PENSTOCK_GATEWAY_PROT: '1' }, 'PENSTOCK_GATEWAY_PROT: there is no such setting'],
    [{ PENSTOCK_GATEWAY: '1' }, 'PENSTOCK_GATEWAY: there is no such setting'],
  ])('%o', (environment, expected) => expect(refusal(environment)).toContain(expected));

  test.each([
    ['[gateway]\nprot = 1', 'gateway.prot: there is no such setting'],
    ['[gatewy]\nport = 1', 'gatewy: there is no such setting'],
    ['gateway = 1', 'gateway: there is no such setting'],
    ['[gateway]\nport = "1"', 'gateway.port (PENSTOCK_GATEWAY_PORT)'],
    ['[gateway.port]\nx = 1', 'gateway.port (PENSTOCK_GATEWAY_PORT)'],
    ['[gateway\nport = 1', 'line 1, column 9: this is not TOML'],
  ])('%j', (toml, expected) => expect(refusal({}, toml)).toContain(expected));

  test('everything wrong is told at once, and no value of a secret', () => {
    const detail = refusal({ PENSTOCK_HTTP_PORT: 'x', PENSTOCK_LOG_LEVEL: 'loud', PENSTOCK_DATABASE_URL: 'hunter2' });
    expect(detail).toContain('http.port');
    expect(detail).toContain('log.level');
    expect(detail).toContain('database.url');
    expect(detail).not.toContain('hunter2');
  });

  test('a configuration file that was asked for and is not there', () => {
    expect(refusal({ PENSTOCK_CONFIG: 'missing.toml' })).toContain('missing.toml cannot be read');
  });

  test('a file that a setting names and that is missing, or was not named', () => {
    const config = load({ PENSTOCK_DELIVERY_PUSH_AUTHORITIES_FILE: 'ca.pem' });
    expect(() => readConfiguredFile(config, ['delivery', 'pushAuthoritiesFile'])).toThrow(
      /delivery.push_authorities_file \(PENSTOCK_DELIVERY_PUSH_AUTHORITIES_FILE\): the file .*ca.pem cannot be read/,
    );
    expect(() => readConfiguredFile(config, ['gateway', 'tlsKeyFile'])).toThrow(
      /PENSTOCK_GATEWAY_TLS_KEY_FILE.*is needed/,
    );
    writeFileSync(join(folder, 'ca.pem'), 'certificate');
    expect(readConfiguredFile(config, ['delivery', 'pushAuthoritiesFile']).toString()).toBe('certificate');
  });
});

test('what is in force can be shown without secrets', () => {
  const shown = describeConfig(load({ PENSTOCK_DATABASE_URL: 'postgres://penstock:hunter2@db/penstock' }));
  expect(JSON.stringify(shown)).not.toContain('hunter2');
  expect(shown).toContainEqual({ name: 'database.url', variable: 'PENSTOCK_DATABASE_URL', value: '"[redacted]"' });
  expect(shown).toContainEqual({ name: 'gateway.port', variable: 'PENSTOCK_GATEWAY_PORT', value: '8443' });
});

test('docs/configuration.md is current (node scripts/write-configuration-reference.ts writes it)', () => {
  const file = join(import.meta.dirname, '../../../../docs/configuration.md');
  expect(readFileSync(file, 'utf8')).toBe(configurationReference());
});

test('every setting has a description and a variable of its own', () => {
  expect(new Set(settings.map((setting) => setting.variable)).size).toBe(settings.length);
  for (const setting of settings) expect(setting.description).toMatch(/\.$/);
});
