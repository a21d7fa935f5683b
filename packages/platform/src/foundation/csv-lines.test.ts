import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csvLine } from './csv-lines.ts';

describe('a line of a CSV file', () => {
  test.each(['=1+1', '+44 20', '-2+3', '@SUM(A1)', '\t=1', '\r=1', '  =1', '-x'])(
    '%j does not begin as a formula',
    (text) => {
      expect(csvLine([text]).replace(/^"/, '')).toMatch(/^'/);
    },
  );

  test.each(['-12', '+3.5', '7', 'I99', '90-B3-D5-1F-30-01-00-00', '2026-11-22T08:30:00.000Z'])('%j stays', (text) => {
    expect(csvLine([text, undefined, 4])).toBe(`${text},,4\r\n`);
  });

  test('any texts read the same again, but for the apostrophe before what would be a formula', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 2 }), (cells) => {
        const [read = []] = parse(csvLine(cells), { relax_quotes: false }) as string[][];
        expect(read.map((cell, index) => (cell === `'${cells[index]}` ? cells[index] : cell))).toEqual(cells);
      }),
    );
  });
});
