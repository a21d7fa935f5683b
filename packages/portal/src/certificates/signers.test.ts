import type { OfficerDocument } from '@penstock/api/schemas';
import { expect, test } from 'vitest';
import { signersOf } from './signers.ts';

const now = Date.parse('2026-11-20T10:00:00Z');
const one = (name: string, more: Partial<OfficerDocument> = {}) =>
  ({
    name,
    email: `${name}@user.example`,
    notBefore: '2026-01-01T00:00:00Z',
    notAfter: '2027-01-01T00:00:00Z',
    ...more,
  }) as OfficerDocument;

test('an officer signs by a certificate that is valid now, and is one by one address', () => {
  const found = signersOf(
    [
      one('Zoe'),
      one('Ann', { email: 'Ann@user.example' }),
      one('Ann', { email: 'ann@USER.example' }),
      one('Gone', { revokedAt: '2026-11-01T00:00:00Z' }),
      one('Old', { notAfter: '2026-11-20T10:00:00Z' }),
      one('Next', { notBefore: '2026-11-21T00:00:00Z' }),
    ],
    now,
  );
  expect(found).toEqual([
    { name: 'Ann', email: 'ann@user.example' },
    { name: 'Zoe', email: 'zoe@user.example' },
  ]);
});
