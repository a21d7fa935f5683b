import { expect, test } from 'vitest';
import { totpAt } from './totp.ts';

// RFC 6238, appendix B: the secret is '12345678901234567890', the last six of its eight digits
test.each([
  [59, '287082', 1],
  [1111111109, '081804', 1],
  [1111111111, '050471', 29],
  [1234567890, '005924', 30],
  [2000000000, '279037', 10],
])('the code at %i s after 1970 is %s', (seconds, code, left) => {
  expect(totpAt('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', seconds * 1_000)).toEqual({ code, seconds: left });
});
