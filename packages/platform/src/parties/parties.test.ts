import { requireEui } from '@penstock/duis';
import { describe, expect, test } from 'vitest';
import { rolesAt, standingOf, type User } from './parties.ts';

const userId = requireEui('90-B3-D5-1F-30-01-00-00');

describe('parties', () => {
  test('a role counts from its first instant to the one before its end', () => {
    const user: User = {
      userId,
      partyId: 'A',
      partyName: 'A',
      status: 'active',
      roles: [
        { role: 'IS', validFrom: -Infinity, validTo: 100 },
        { role: 'IS', validFrom: 100, validTo: Infinity },
        { role: 'ES', validFrom: 100, validTo: 200 },
      ],
      delivery: 'pull',
      receiveUrl: undefined,
      risingCounters: true,
      lane: 0,
    };
    expect(rolesAt(user, 99)).toEqual(['IS']);
    expect(rolesAt(user, 100)).toEqual(['IS', 'ES']);
    expect(rolesAt(user, 200)).toEqual(['IS']);
  });

  test('a revocation outweighs validity, whatever this clock says of its moment', () => {
    const certificate = { userId, notBefore: 100, notAfter: 200, revokedAt: 150 };
    expect(standingOf(certificate, 99)).toBe('revoked');
    expect(standingOf(certificate, 149)).toBe('revoked');
    expect(standingOf(certificate, 300)).toBe('revoked');
    expect(standingOf({ ...certificate, revokedAt: undefined }, 99)).toBe('not-yet-valid');
    expect(standingOf({ ...certificate, revokedAt: undefined }, 100)).toBe('valid');
    expect(standingOf({ ...certificate, revokedAt: undefined }, 200)).toBe('valid');
    expect(standingOf({ ...certificate, revokedAt: undefined }, 201)).toBe('expired');
  });
});
