import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { fileSigningKeyFault, type Officer, officerStandingAt } from './officers.ts';

const at = (hour: number) => new Date(Date.UTC(2026, 10, 22, hour));
const officer: Officer = {
  fingerprint: 'aa',
  key: undefined,
  name: 'Officer 1',
  email: 'officer-1@example.org',
  registeredAt: at(10),
  revokedAt: at(12),
};

test('an officer counts from its registration until its revocation is known', () => {
  expect([9, 10, 11, 12, 13].map((hour) => officerStandingAt(officer, at(hour)))).toEqual([
    'not-yet-registered',
    'registered',
    'registered',
    'revoked',
    'revoked',
  ]);
  expect(officerStandingAt(undefined, at(11))).toBe('unknown');
});

describe('keys that sign files', () => {
  test('RSA of 2048 bits, P-256 and P-384 are fit', () => {
    const fit = [
      generateKeyPairSync('rsa', { modulusLength: 2048 }),
      generateKeyPairSync('ec', { namedCurve: 'P-256' }),
      generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    ];
    expect(fit.map(({ publicKey }) => fileSigningKeyFault(publicKey))).toEqual([undefined, undefined, undefined]);
  });
  test('weaker and other keys are not', () => {
    expect(fileSigningKeyFault(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey)).toMatch(/1024/);
    expect(fileSigningKeyFault(generateKeyPairSync('ec', { namedCurve: 'P-224' }).publicKey)).toMatch(/secp224r1/);
    expect(fileSigningKeyFault(generateKeyPairSync('ed25519').publicKey)).toMatch(/ed25519/);
  });
});
