import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adtOf, adtRows, hour } from '../testing/adt.ts';
import { type AdtFile, type AdtThreshold, identityKey } from './adt-file.ts';
import { compareAdt, numbersOf } from './compare.ts';

const none = 'none,USER,,,,,,,,';
const daily = 'threshold,USER,all,sent,P1D,,100,,,';

async function compare(before: string[], after: string[]) {
  return compareAdt(await adtOf(...before), await adtOf(...after));
}

describe('one threshold', () => {
  const changed = (row: string): string[] => [row];
  test.each<[string, string[], string[], string, boolean]>([
    ['as it was', [daily], [daily], 'unchanged', false],
    ['new', [none], [daily], 'added', false],
    ['gone', [daily], [none], 'removed', true],
    ['higher', [daily], changed(daily.replace('100', '101')), 'changed', true],
    ['lower', [daily], changed(daily.replace('100', '99')), 'changed', false],
    ['with a warning', [daily], changed(daily.replace(',,100', ',90,100')), 'changed', false],
    ['with another reference', [daily], [`${daily}SR-1`], 'changed', false],
    ['beginning later', [daily], [daily.replace('100,', `100,${hour(1)}`)], 'changed', true],
    ['ending earlier', [daily], [daily.replace('100,,', `100,,${hour(1)}`)], 'changed', true],
    ['ending never', [daily.replace('100,,', `100,,${hour(1)}`)], [daily], 'changed', false],
    [
      'cut in two',
      [daily],
      [daily.replace('100,,', `100,,${hour(1)}`), daily.replace('100,', `100,${hour(1)}`)],
      'changed',
      false,
    ],
    [
      'with a higher exception',
      [daily],
      [daily, `exception,USER,all,sent,P1D,,200,${hour(1)},${hour(2)},`],
      'changed',
      true,
    ],
    [
      'with a lower exception',
      [daily],
      [daily, `exception,USER,all,sent,P1D,,50,${hour(1)},${hour(2)},`],
      'changed',
      false,
    ],
  ])('%s', async (_, before, after, kind, relaxes) => {
    const [only, ...others] = await compare(before, after);
    expect(others).toEqual([]);
    expect([only?.kind, only?.relaxes]).toEqual([kind, relaxes]);
    expect((only?.reasons.length ?? 0) > 0).toBe(relaxes);
    expect((only?.changes.length ?? 0) > 0).toBe(kind === 'changed');
  });

  test('a lower exception that goes relaxes', async () => {
    const exception = `exception,USER,all,sent,P1D,,50,${hour(1)},${hour(2)},`;
    const [only] = await compare([daily, exception], [daily]);
    expect(only?.reasons).toEqual([`from ${hour(1)} to ${hour(2)}: the quarantine number rises from 50 to 100`]);
    expect(only?.changes).toEqual([
      {
        item: 'exception',
        from: hour(1),
        to: hour(2),
        field: 'row',
        before: 'warning none, quarantine 50',
        after: undefined,
      },
    ]);
  });

  test('a shorter period, and fewer services, are another threshold', async () => {
    for (const other of [daily.replace('P1D', 'PT1H'), daily.replace('all', '4.1.1')]) {
      const differences = await compare([daily], [other]);
      expect(differences.map(({ kind, relaxes }) => [kind, relaxes])).toEqual([
        ['removed', true],
        ['added', false],
      ]);
    }
  });

  test('old and new values are told', async () => {
    const [only] = await compare([daily], [daily.replace('100,,', `120,,${hour(4)}`)]);
    expect(only?.changes).toEqual([
      { item: 'threshold', from: undefined, to: hour(4), field: 'to', before: undefined, after: hour(4) },
      { item: 'threshold', from: undefined, to: hour(4), field: 'quarantine', before: '100', after: '120' },
    ]);
    expect(only?.reasons).toEqual([
      `to ${hour(4)}: the quarantine number rises from 100 to 120`,
      `from ${hour(4)}: nothing is held any more, and what came after the first 100 was`,
    ]);
  });
});

/** The number in force at an instant, by looking at every row. */
function limitAt(file: AdtFile, identity: string, instant: string): number {
  const isAt = ({ from, to }: { from: string | undefined; to: string | undefined }): boolean =>
    (from === undefined || from <= instant) && (to === undefined || instant < to);
  const its = file.thresholds.filter((threshold) => identityKey(threshold) === identity && isAt(threshold));
  const exceptions = its.flatMap((threshold) => threshold.exceptions.filter(isAt));
  return Math.min(...(exceptions.length > 0 ? exceptions : its).map(({ quarantine }) => quarantine));
}

test('the numbers of a threshold that is new or gone are told row by row', async () => {
  const exception = `exception,USER,all,sent,P1D,,200,${hour(1)},${hour(2)},`;
  const told = async (before: string[], after: string[]) => {
    const [difference] = await compare(before, after);
    if (difference === undefined) throw new Error('there is no difference');
    return numbersOf(difference).map((change) => [change.item, change.field, change.before, change.after]);
  };
  expect(await told([none], [daily, exception])).toEqual([
    ['threshold', 'row', undefined, 'warning none, quarantine 100'],
    ['exception', 'row', undefined, 'warning none, quarantine 200'],
  ]);
  expect(await told([daily], [none])).toEqual([['threshold', 'row', 'warning none, quarantine 100', undefined]]);
  expect(await told([daily], [daily.replace('100', '101')])).toEqual([['threshold', 'quarantine', '100', '101']]);
});

test('it relaxes exactly when at some instant more may pass', async () => {
  const property = fc.asyncProperty(adtRows, adtRows, async (rowsBefore, rowsAfter) => {
    const [before, after] = [await adtOf(...rowsBefore), await adtOf(...rowsAfter)];
    for (const { identity, relaxes } of compareAdt(before, after)) {
      const key = identityKey(identity);
      const instants = Array.from({ length: 10 }, (_, index) => hour(index));
      const expected = instants.some((instant) => limitAt(after, key, instant) > limitAt(before, key, instant));
      expect([key, relaxes]).toEqual([key, expected]);
    }
  });
  await fc.assert(property, { numRuns: 500 });
});

test('every threshold is in the difference once, and what is unchanged is equal', async () => {
  const content = ({ line: _line, exceptions, ...rest }: AdtThreshold) => ({
    ...rest,
    exceptions: exceptions.map(({ line: _exceptionLine, ...one }) => one),
  });
  const property = fc.asyncProperty(adtRows, adtRows, async (rowsBefore, rowsAfter) => {
    const [before, after] = [await adtOf(...rowsBefore), await adtOf(...rowsAfter)];
    const differences = compareAdt(before, after);
    expect(new Set(differences.map(({ identity }) => identityKey(identity))).size).toBe(differences.length);
    expect(differences.flatMap((one) => one.before).length).toBe(before.thresholds.length);
    expect(differences.flatMap((one) => one.after).length).toBe(after.thresholds.length);
    for (const one of differences) {
      if (one.kind === 'unchanged') {
        const bySpan = (list: readonly AdtThreshold[]) =>
          list.map(content).sort((a, b) => ((a.from ?? '') < (b.from ?? '') ? -1 : 1));
        expect(bySpan(one.after)).toEqual(bySpan(one.before));
      }
    }
  });
  await fc.assert(property, { numRuns: 300 });
});

test('a file makes no difference to itself', async () => {
  const property = fc.asyncProperty(adtRows, async (rows) => {
    const file = await adtOf(...rows);
    expect(compareAdt(file, file).filter(({ kind, relaxes }) => kind !== 'unchanged' || relaxes)).toEqual([]);
  });
  await fc.assert(property, { numRuns: 200 });
});

test('10,000 rows against 10,000 others of one threshold are compared within a second', async () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
  const rows = (offset: number) =>
    Array.from(
      { length: 10_000 },
      (_, index) => `threshold,USER,all,sent,P1D,,${index},${at(2 * index + offset)},${at(2 * index + 2)},`,
    );
  const [only] = await compare(rows(0), rows(1));
  expect(only?.changes.length).toBe(10_000);
});
