import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../foundation/config.ts';
import { readOpener } from './keys.ts';
import { EmailKeys } from './testing-email.ts';

let keys: EmailKeys;
beforeAll(() => {
  keys = new EmailKeys();
  keys.officer('signs', 'root');
  keys.encrypting('other');
});
afterAll(() => keys.remove());

const read = (environment: Readonly<Record<string, string>>) =>
  readOpener(loadConfig({ environment: { ...keys.settings, ...environment }, workingFolder: '/' }));

test('the certificate is published as it stands, and nothing of the key', () => {
  const { pem, certificate } = read({});
  expect(pem).toBe(keys.text('operator.pem'));
  expect(certificate.fingerprint).toMatch(/^[0-9a-f]{64}$/);
});

test('a pair that cannot be used stops the start with its setting, and shows nothing of the key', () => {
  const secret = keys.text('signs.key').split('\n')[1] ?? '-';
  const signs = {
    PENSTOCK_EMAIL_KEY_FILE: keys.path('signs.key'),
    PENSTOCK_EMAIL_CERTIFICATE_FILE: keys.path('signs.pem'),
  };
  expect(() => read(signs)).toThrow(/email.certificate_file .*its keyUsage has no keyAgreement/);
  const swapped = { ...signs, PENSTOCK_EMAIL_CERTIFICATE_FILE: keys.path('other.pem') };
  expect(() => read(swapped)).toThrow(/email.key_file .*is not the key of the certificate/);
  const turned = { ...signs, PENSTOCK_EMAIL_CERTIFICATE_FILE: keys.path('signs.key') };
  expect(() => read(turned)).toThrow(/email.certificate_file/);
  for (const settings of [signs, swapped, turned]) expect(() => read(settings)).not.toThrow(secret);
});

test('a port asks for all that the server needs, and a relay for an address', () => {
  const load = (environment: Readonly<Record<string, string>>) => () => loadConfig({ environment, workingFolder: '/' });
  expect(load({ PENSTOCK_EMAIL_PORT: '25' })).toThrow(/email.address .*is needed/s);
  expect(load({ ...keys.settings, PENSTOCK_EMAIL_ADDRESS: 'x\r\nBcc: y' })).toThrow(/email.address/);
  expect(load({ PENSTOCK_EMAIL_RELAY: 'http://relay.example' })).toThrow(/email.relay/);
  expect(load({ PENSTOCK_EMAIL_RELAY: 'smtp://user:very-secret@' })).not.toThrow(/very-secret/);
});
