import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hour } from '../testing/adt.ts';
import { limitRows, limitsOf } from '../testing/limits.ts';
import { compareLimits } from './compare.ts';
import type { LimitsFile } from './limits-file.ts';

const none = 'none,,,,,,';
const both = 'limit,A,-1,5,,,';

async function compare(before: string[], after: string[]) {
  return compareLimits(await limitsOf(...before), await limitsOf(...after));
}

describe('one attribute', () => {
  test.each<[string, string[], string[], string, boolean]>([
    ['as it was', [both], [both], 'unchanged', false],
    ['written otherwise', [both], ['limit,A,-1.0,05,,,'], 'unchanged', false],
    ['new', [none], [both], 'added', false],
    ['gone', [both], [none], 'removed', true],
    ['with a higher maximum', [both], ['limit,A,-1,5.0001,,,'], 'changed', true],
    ['with a lower maximum', [both], ['limit,A,-1,4.9999,,,'], 'changed', false],
    ['without a maximum', [both], ['limit,A,-1,,,,'], 'changed', true],
    ['with a maximum for the first time', ['limit,A,-1,,,,'], [both], 'changed', false],
    ['with a lower minimum', [both], ['limit,A,-1.5,5,,,'], 'changed', true],
    ['with a higher minimum', [both], ['limit,A,-0.5,5,,,'], 'changed', false],
    ['without a minimum', [both], ['limit,A,,5,,,'], 'changed', true],
    ['with a range elsewhere', [both], ['limit,A,10,15,,,'], 'changed', true],
    ['with another reference', [both], [`${both}SR-1`], 'changed', false],
    ['beginning later', [both], [`limit,A,-1,5,${hour(1)},,`], 'changed', true],
    ['ending earlier', [both], [`limit,A,-1,5,,${hour(1)},`], 'changed', true],
    ['ending never', [`limit,A,-1,5,,${hour(1)},`], [both], 'changed', false],
    ['cut in two', [both], [`limit,A,-1,5,,${hour(1)},`, `limit,A,-1,5,${hour(1)},,`], 'changed', false],
    ['raised for an hour', [both], [`limit,A,-1,5,,${hour(1)},`, `limit,A,-1,9,${hour(1)},,`], 'changed', true],
  ])('%s', async (_, before, after, kind, relaxes) => {
    const [only, ...others] = await compare(before, after);
    expect(others).toEqual([]);
    expect([only?.attribute, only?.kind, only?.relaxes]).toEqual(['A', kind, relaxes]);
    expect((only?.reasons.length ?? 0) > 0).toBe(relaxes);
    expect((only?.changes.length ?? 0) > 0).toBe(kind === 'changed');
  });

  test('old and new values are told, and when and why it relaxes', async () => {
    const [only] = await compare([both], [`limit,A,-2.5,9,,${hour(4)},`]);
    const where = { from: undefined, to: hour(4) };
    expect(only?.changes).toEqual([
      { ...where, field: 'to', before: undefined, after: hour(4) },
      { ...where, field: 'minimum', before: '-1', after: '-2.5' },
      { ...where, field: 'maximum', before: '5', after: '9' },
    ]);
    expect(only?.reasons).toEqual([
      `to ${hour(4)}: the minimum falls from -1 to -2.5`,
      `from ${hour(4)}: the minimum -1 is no more`,
      `to ${hour(4)}: the maximum rises from 5 to 9`,
      `from ${hour(4)}: the maximum 5 is no more`,
    ]);
  });
});

/** Whether a value in tenths passes at an instant, by looking at every row. */
function passes(file: LimitsFile, attribute: string, instant: string, tenths: number): boolean {
  return file.limits
    .filter((limit) => limit.attribute === attribute)
    .filter(({ from, to }) => (from === undefined || from <= instant) && (to === undefined || instant < to))
    .every(({ minimum, maximum }) => {
      const [low, high] = [minimum, maximum].map((limit) => limit && Math.round(10 * Number(limit)));
      return (typeof low !== 'number' || low <= tenths) && (typeof high !== 'number' || tenths <= high);
    });
}

test('it relaxes exactly when at some instant some value passes that was held', async () => {
  const instants = Array.from({ length: 10 }, (_, index) => hour(index));
  const values = Array.from({ length: 15 }, (_, index) => index - 7);
  const property = fc.asyncProperty(limitRows, limitRows, async (rowsBefore, rowsAfter) => {
    const [before, after] = [await limitsOf(...rowsBefore), await limitsOf(...rowsAfter)];
    for (const { attribute, relaxes } of compareLimits(before, after)) {
      const expected = instants.some((at) =>
        values.some((value) => passes(after, attribute, at, value) && !passes(before, attribute, at, value)),
      );
      expect([attribute, relaxes]).toEqual([attribute, expected]);
    }
  });
  await fc.assert(property, { numRuns: 500 });
});

test('every attribute is in the difference once, with all of its rows, and what is unchanged is equal', async () => {
  const property = fc.asyncProperty(limitRows, limitRows, async (rowsBefore, rowsAfter) => {
    const [before, after] = [await limitsOf(...rowsBefore), await limitsOf(...rowsAfter)];
    const differences = compareLimits(before, after);
    expect(new Set(differences.map(({ attribute }) => attribute)).size).toBe(differences.length);
    expect(differences.flatMap((one) => one.before).length).toBe(before.limits.length);
    expect(differences.flatMap((one) => one.after).length).toBe(after.limits.length);
    for (const one of differences.filter(({ kind }) => kind === 'unchanged')) {
      const contents = (rows: typeof one.before) => rows.map(({ line: _, ...rest }) => JSON.stringify(rest)).sort();
      expect(contents(one.after)).toEqual(contents(one.before));
    }
  });
  await fc.assert(property, { numRuns: 300 });
});

test('a file makes no difference to itself', async () => {
  const property = fc.asyncProperty(limitRows, async (rows) => {
    const file = await limitsOf(...rows);
    expect(compareLimits(file, file).filter(({ kind, relaxes }) => kind !== 'unchanged' || relaxes)).toEqual([]);
  });
  await fc.assert(property, { numRuns: 200 });
});

test('10,000 rows against 10,000 others of one attribute are compared', async () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
  const rows = (offset: number) =>
    Array.from(
      { length: 10_000 },
      (_, index) => `limit,A,${-index},0.${index + 1},${at(2 * index + offset)},${at(2 * index + 2)},`,
    );
  const [only] = await compare(rows(0), rows(1));
  expect(only?.changes.length).toBe(10_000);
  expect(only?.relaxes).toBe(true);
});
