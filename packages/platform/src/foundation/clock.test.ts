import { expect, test } from 'vitest';
import { addDays, utcDay } from './clock.ts';

test('a day is the UTC day, and days are counted across months and leap years', () => {
  expect(utcDay(new Date('2026-11-22T23:59:59.999Z'))).toBe('2026-11-22');
  expect(utcDay(new Date('2026-11-22T00:30:00+01:00'))).toBe('2026-11-21');
  expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
  expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
  expect(addDays('2026-03-29', 1)).toBe('2026-03-30');
  expect(addDays('2026-01-01', -92)).toBe('2025-10-01');
  expect(() => addDays('tomorrow', 1)).toThrow(RangeError);
});
