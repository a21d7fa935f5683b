import { expect, test } from 'vitest';
import { readCsv } from './read-csv.ts';

test('cells are read as they were written: with commas, quotes, line ends and nothing in them', () => {
  expect(readCsv('a,b\r\n1,"x, ""y""\r\nz"\r\n,\r\n')).toEqual([
    ['a', 'b'],
    ['1', 'x, "y"\r\nz'],
    ['', ''],
  ]);
});

test('a last line needs no line end, and what is empty has no line', () => {
  expect(readCsv('a,b\n1,')).toEqual([
    ['a', 'b'],
    ['1', ''],
  ]);
  expect(readCsv('')).toEqual([]);
});
