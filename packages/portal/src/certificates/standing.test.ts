import { expect, test } from 'vitest';
import { standingOf } from './standing.ts';

const now = Date.parse('2026-11-22T12:00:00Z');
const dates = { notBefore: '2026-01-01T00:00:00Z', notAfter: '2027-06-01T00:00:00Z' };

test.each([
  [dates, 'passed', 'Valid'],
  [{ ...dates, notAfter: '2027-01-21T11:00:00Z' }, 'warned', 'Expires in 59 days'],
  [{ ...dates, notAfter: '2026-11-23T13:00:00Z' }, 'warned', 'Expires in 1 day'],
  [{ ...dates, notAfter: '2026-11-22T12:00:00Z' }, 'warned', 'Expires today'],
  [{ ...dates, notAfter: '2026-11-22T11:59:59Z' }, 'refused', 'Expired'],
  [{ ...dates, notBefore: '2026-12-01T00:00:00Z' }, 'warned', 'Not valid yet'],
  [{ ...dates, notAfter: '2020-01-01T00:00:00Z', revokedAt: '2019-01-01T00:00:00Z' }, 'deleted', 'Revoked'],
])('%j', (certificate, mark, word) => {
  expect(standingOf(certificate, now)).toEqual({ mark, word });
});
