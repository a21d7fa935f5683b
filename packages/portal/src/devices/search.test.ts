import { expect, test } from 'vitest';
import { readWanted } from './search.ts';

test.each([
  [' 00-db-12-34-56-78-00-02 ', { kind: 'device', device: '00-DB-12-34-56-78-00-02' }],
  ['10 0000 0000 001', { kind: 'point', mpxn: '1000000000001' }],
  ['2000000001', { kind: 'point', mpxn: '2000000001' }],
  ['12345', undefined],
  ['00-DB-12', undefined],
  ['meter 7', undefined],
  ['', undefined],
])('%s', (text, wanted) => {
  expect(readWanted(text)).toEqual(wanted);
});
