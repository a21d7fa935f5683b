import { expect, test } from 'vitest';
import { compareLimits, limitWords } from '../limits/compare.ts';
import { adtOf, hour } from '../testing/adt.ts';
import { limitsOf } from '../testing/limits.ts';
import { compareAdt } from './compare.ts';
import { adtWords } from './words.ts';

const none = 'none,USER,,,,,,,,';

async function words(before: string[], after: string[], now = hour(0)): Promise<string[]> {
  return adtWords(compareAdt(await adtOf(...before), await adtOf(...after)), now);
}

test('a number says what it was, what it becomes, and in which period', async () => {
  const row = (quarantine: number, warning = '') => `threshold,USER,1.1.1,sent,P1D,${warning},${quarantine},,,`;
  expect(await words([row(500)], [row(800)])).toEqual(['1.1.1: quarantine 500 -> 800 a day']);
  expect(await words([row(500)], [row(500)])).toEqual([]);
  expect(await words([none], [row(800, '700')])).toEqual([
    '1.1.1: quarantine none -> 800 a day',
    '1.1.1: warning none -> 700 a day',
  ]);
  expect(await words([row(500, '400')], [none])).toEqual([
    '1.1.1: quarantine 500 -> none a day',
    '1.1.1: warning 400 -> none a day',
  ]);
});

test.each([
  ['threshold,USER,alerts,received,PT15M,,10,,,', 'alerts received: quarantine none -> 10 in 15 minutes'],
  ['threshold,USER,all,processed,PT36H,,10,,,', 'all services processed: quarantine none -> 10 in 1 day 12 hours'],
  ['threshold,USER,4.1.1 4.1.2,sent,PT1H,,10,,,', '4.1.1 4.1.2: quarantine none -> 10 an hour'],
])('%s', async (row, sentence) => {
  expect(await words([none], [row])).toEqual([sentence]);
});

test('each span is told with its instants, and what is over is not', async () => {
  const row = 'threshold,USER,all,sent,P1D,,100,,,';
  const exception = `exception,USER,all,sent,P1D,,200,${hour(3)},${hour(5)},`;
  const during = `all services: quarantine 100 -> 200 a day from ${hour(3).replace('.000', '')} until ${hour(5).replace('.000', '')}`;
  expect(await words([row], [row, exception])).toEqual([during]);
  expect(await words([row], [row, exception], hour(4))).toEqual([during.replace(/ from \S+/, '')]);
  expect(await words([row], [row, exception], hour(5))).toEqual([]);
  const cut = [row.replace('100,,', `100,,${hour(4)}`), row.replace('100,', `100,${hour(4)}`)];
  expect(await words([row], cut)).toEqual([]);
  expect(await words([row], [cut[0] ?? '', (cut[1] ?? '').replace('100', '150')])).toEqual([
    `all services: quarantine 100 -> 150 a day from ${hour(4).replace('.000', '')}`,
  ]);
});

test('limits say it the same way', async () => {
  const before = await limitsOf('limit,UpdateDebt.Rate,-5,5.5,,,');
  const after = await limitsOf('limit,UpdateDebt.Rate,-5,50,,,');
  expect(limitWords(compareLimits(before, after), hour(0))).toEqual(['UpdateDebt.Rate: maximum 5.5 -> 50']);
});
