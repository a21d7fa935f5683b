import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { provesSecondFactor, readProviders } from './providers.ts';
import { providerEntry } from './testing-provider.ts';

const folder = mkdtempSync(join(tmpdir(), 'penstock-providers-'));
afterAll(() => rmSync(folder, { recursive: true }));

const entry = `[[provider]]
id = "alpha"
name = "Alpha Energy"
issuer = "https://login.alpha.example"
client_id = "penstock"
client_secret_file = "alpha.secret"
speaks_for = ["A"]
email_domains = ["alpha.example"]
`;
function read(text: string, environment = {}) {
  const file = join(folder, 'providers.toml');
  writeFileSync(file, text);
  writeFileSync(join(folder, 'alpha.secret'), 'from a file\n');
  return readProviders(file, environment);
}

describe('the file of providers', () => {
  test('says for whom each speaks, with its secret from a file beside it or from the environment', () => {
    expect(read(entry).byId('alpha')).toMatchObject({ clientSecret: 'from a file', name: 'Alpha Energy' });
    const fromEnvironment = entry.replace('client_secret_file = "alpha.secret"', 'client_secret_variable = "SECRET"');
    expect(read(fromEnvironment, { SECRET: 'from there' }).byId('alpha')?.clientSecret).toBe('from there');
    expect(read(entry).ofEmail('Somebody@ALPHA.example')?.id).toBe('alpha');
    expect(read(entry).ofEmail('somebody@not-alpha.example')).toBeUndefined();
    expect(read(entry).ofEmail('somebody@alpha.example@evil.example')).toBeUndefined();
    expect(readProviders(undefined, {}).ofEmail('somebody@alpha.example')).toBeUndefined();
  });

  test.each([
    ['not TOML', 'provider = [', 'cannot be read as TOML'],
    ['a setting that is none', `${entry}password = "x"\n`, 'Unrecognized key'],
    ['an issuer without TLS', entry.replace('https:', 'http:'), 'issuer: must begin with https://'],
    ['no secret', entry.replace(/client_secret_file.*\n/, ''), 'needs either client_secret_file'],
    ['two secrets', `${entry}client_secret_variable = "X"\n`, 'needs either client_secret_file'],
    ['a secret that is not there', entry.replace('alpha.secret', 'none'), 'cannot be read'],
    ['an id twice', entry + entry.replace('alpha.example', 'beta.example'), 'id alpha stands there twice'],
    ['a domain twice', entry + entry.replace('"alpha"', '"beta"'), 'alpha.example stands there twice'],
    ['for nobody', entry.replace('["A"]', '[]'), 'speaks_for'],
  ])('is refused with %s', (_, text, detail) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code: 'config.invalid', detail: expect.stringContaining(detail) }),
    );
  });
});

test('a second factor is what the Operator said counts as one', () => {
  const provider = providerEntry('https://login.alpha.example', {
    id: 'alpha',
    secondFactor: { amr: new Set(['mfa', 'hwk']), acr: new Set(['gold']) },
  });
  const proves = (amr: unknown, acr?: unknown) => provesSecondFactor(provider, { amr, acr });
  expect([proves(['pwd', 'mfa']), proves(['hwk']), proves([], 'gold')]).toEqual([true, true, true]);
  expect([proves(undefined), proves('mfa'), proves(['pwd']), proves([], 'silver'), proves([], ['gold'])]).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
});
