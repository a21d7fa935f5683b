import { requireEui } from '@penstock/duis';
import { expect, test } from 'vitest';
import type { KnownDevice } from '../devices/devices.ts';
import { Directory } from '../parties/directory.ts';
import type { RegisteredCertificate, User } from '../parties/parties.ts';
import type { HeldRights } from '../quarantine/quarantine.ts';
import { judgeHeld } from './held-rights.ts';

const operatorId = requireEui('90-B3-D5-1F-30-00-00-02');
const supplier = requireEui('90-B3-D5-1F-30-01-00-00');
const meter = requireEui('00-DB-12-34-56-78-90-A0');
const always = { validFrom: -Infinity, validTo: Infinity };
const user: User = {
  userId: supplier,
  partyId: 'P',
  partyName: 'P',
  status: 'active',
  roles: [{ role: 'IS', ...always }],
  delivery: 'pull',
  receiveUrl: undefined,
  risingCounters: true,
  lane: 0,
};
const certificate = (userId = supplier, changes: Partial<RegisteredCertificate> = {}): RegisteredCertificate => ({
  userId,
  notBefore: 0,
  notAfter: 10_000,
  revokedAt: undefined,
  ...changes,
});
const device: KnownDevice = {
  kind: 'ESME',
  status: 'Commissioned',
  isSmets1: false,
  home: undefined,
  responsible: [{ role: 'IS', userId: supplier, ...always }],
};
/** The first 63 bits of the fingerprint. */
const SIGNER = BigInt('0xaaaaaaaaaaaaaaaa') >> 1n;
const held: HeldRights = {
  direction: 'southbound',
  userId: supplier,
  srv: '4.1.1',
  commandVariant: 1,
  target: meter,
  signer: SIGNER,
};

function codeOf(
  changes: Partial<HeldRights> = {},
  facts: { user?: User; registered?: RegisteredCertificate; device?: KnownDevice | undefined } = {},
): string | undefined {
  const registered = facts.registered ?? certificate();
  const entry = {
    purpose: 'signing',
    issuer: 'CN=Z1',
    serial: '1',
    fingerprint: 'aa'.repeat(32),
    key: undefined,
  } as const;
  const directory = new Directory(1n, [facts.user ?? user], [{ ...entry, registered }], undefined);
  const known = 'device' in facts ? facts.device : device;
  return judgeHeld({ ...held, ...changes }, { directory, device: known, operatorId, instant: 5_000 })?.code;
}

test('what was held may be sent while signer, role and responsibility hold', () => {
  expect(codeOf()).toBeUndefined();
  expect(codeOf({ target: operatorId }, { device: undefined })).toBeUndefined();
});

test('it may not when one of them has ended', () => {
  expect(codeOf({ signer: undefined })).toBe('gateway.signer-unknown');
  expect(codeOf({ signer: 1n })).toBe('gateway.signer-unknown');
  expect(codeOf({}, { registered: certificate(supplier, { revokedAt: 4_000 }) })).toBe('gateway.signer-not-valid');
  expect(codeOf({}, { registered: certificate(supplier, { notAfter: 4_000 }) })).toBe('gateway.signer-not-valid');
  expect(codeOf({}, { registered: certificate(operatorId) })).toBe('gateway.signer-not-originator');
  expect(codeOf({}, { user: { ...user, status: 'suspended' } })).toBe('gateway.user-suspended');
  expect(codeOf({}, { user: { ...user, roles: [] } })).toBe('gateway.no-role');
  expect(codeOf({ srv: '1.1.1' }, { user: { ...user, roles: [{ role: 'GT', ...always }] } })).toBe(
    'gateway.role-not-eligible',
  );
  expect(codeOf({}, { device: undefined })).toBe('gateway.device-unknown');
  expect(codeOf({}, { device: { ...device, responsible: [] } })).toBe('gateway.device-not-responsible');
  expect(codeOf({}, { device: { ...device, status: 'Withdrawn' } })).toBe('gateway.device-status');
});

test('what came from the network must be signed by the Operator', () => {
  expect(codeOf({ direction: 'northbound' })).toBe('gateway.signer-not-originator');
  expect(codeOf({ direction: 'northbound' }, { registered: certificate(operatorId) })).toBeUndefined();
});
