import { expect, test } from 'vitest';
import { formatPosition, parsePosition } from './message.ts';

test('positions are read as they are written', () => {
  const position = { day: '2028-02-29', sequence: 999_999_999_999_999_999n };
  expect(parsePosition(formatPosition(position))).toEqual(position);
});

test.each([
  '',
  '2026-11-22',
  '2026-11-22/',
  '2026-11-22/x',
  '2026-11-22/1 ',
  '2026-02-30/1',
  `2026-11-22/1${'0'.repeat(18)}`,
])('%j is no position', (text) => expect(parsePosition(text)).toBeUndefined());
