import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bankHolidaysFile, bankHolidaysText } from './bank-holidays.ts';

test('the bank holidays that the platform works with are those of the pinned package', () => {
  expect(readFileSync(bankHolidaysFile, 'utf8')).toBe(bankHolidaysText());
});
