import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Findings } from '../findings.ts';
import { hour } from '../testing/adt.ts';
import { knownAttribute, limitRows, limitsOf, readRowsOfLimits } from '../testing/limits.ts';
import { readLimits } from './read.ts';
import { writeLimits } from './write.ts';

test('limits are read in one form', async () => {
  const file = await limitsOf(
    'limit,UpdateDebt.Rate,-007.50,+5.0,2026-12-24T01:00:00+01:00,,SR-1',
    'limit,TopUp/UTRN-1,,500,,,',
    'limit,A,0.10,,,,',
  );
  const open = { from: undefined, to: undefined, reference: '' };
  expect(file).toEqual({
    reference: '',
    limits: [
      {
        line: 2,
        attribute: 'UpdateDebt.Rate',
        minimum: '-7.5',
        maximum: '5',
        ...open,
        from: hour(0),
        reference: 'SR-1',
      },
      { line: 3, attribute: 'TopUp/UTRN-1', minimum: undefined, maximum: '500', ...open },
      { line: 4, attribute: 'A', minimum: '0.1', maximum: undefined, ...open },
    ],
  });
});

test('none is the empty set, alone and with nothing else in it', async () => {
  expect(await limitsOf('none,,,,,,SR-2')).toEqual({ limits: [], reference: 'SR-2' });
  expect((await readRowsOfLimits('none,A,,0,,,')).faults).toEqual(['2:attribute unused', '2:maximum unused']);
  expect((await readRowsOfLimits('none,,,,,,', 'limit,A,0,,,,')).faults).toEqual(['2 none']);
  expect((await readRowsOfLimits('none,,,,,,', 'none,,,,,,')).faults).toEqual(['2 none', '3 none']);
  expect((await readRowsOfLimits()).faults).toEqual(['1 empty']);
});

describe('cells', () => {
  test.each([
    ['limit,,1,2,,,', ['2:attribute attribute']],
    ['limit,A B,1,2,,,', ['2:attribute attribute']],
    [`limit,${'a'.repeat(201)},1,2,,,`, ['2:attribute attribute']],
    [`limit,${'a'.repeat(200)},1,2,,,`, ['2:attribute attribute-unknown']],
    ['limit,a,1,2,,,', ['2:attribute attribute-unknown']],
    ['limit,A,1e3,2,,,', ['2:minimum decimal']],
    ['limit,A,1,2.,,,', ['2:maximum decimal']],
    [`limit,A,,${'1'.repeat(41)},,,`, ['2:maximum decimal']],
    ['limit,A,,,,,', ['2:minimum limit-absent']],
    ['limit,A,2,1,,,', ['2:minimum limit-order']],
    ['limit,A,-1,-1.01,,,', ['2:minimum limit-order']],
    ['limit,A,1,2,tomorrow,,', ['2:from instant']],
    [`limit,A,1,2,${hour(2)},${hour(2)},`, ['2:to span']],
    ['limit,A,1,2,,,two words', ['2:reference text']],
    [
      'limit,B,x,y,x,x,\u200b',
      [
        '2:attribute attribute-unknown',
        '2:minimum decimal',
        '2:maximum decimal',
        '2:from instant',
        '2:to instant',
        '2:reference text',
      ],
    ],
  ])('%s', async (row, faults) => {
    const { file, faults: found } = await readRowsOfLimits(row);
    expect(found).toEqual(faults);
    expect(file).toBeUndefined();
  });

  // the nearest floating point number of both is the same
  test('minimum and maximum are compared exactly', async () => {
    const [low, high] = ['0.1000000000000000000000000000000000001', '0.1000000000000000000000000000000000002'];
    expect((await readRowsOfLimits(`limit,A,${high},${low},,,`)).faults).toEqual(['2:minimum limit-order']);
    await limitsOf(`limit,A,${low},${high},,,`);
    await limitsOf(`limit,A,${low},${low}0,,,`);
  });

  test('a number that a spreadsheet rewrote is told as such', async () => {
    const { findings } = await readRowsOfLimits('limit,A,1E-05,,,,');
    expect(findings.faults[0]?.message).toContain('spreadsheet');
  });
});

describe('the rows of one attribute', () => {
  const limit = (from: string, to: string, attribute = 'A') => `limit,${attribute},,1,${from},${to},`;

  test.each<[string, string[], string[]]>([
    ['the same twice', [limit('', ''), limit('', '')], ['3 overlap']],
    ['one after the other', [limit('', hour(1)), limit(hour(1), hour(2)), limit(hour(2), '')], []],
    ['an hour too much', [limit(hour(1), ''), limit('', hour(2))], ['3 overlap']],
    ['another attribute', [limit('', ''), limit('', '', 'UpdateDebt.Rate')], []],
    ['one with a fault', [limit('', '').replace(',1,', ',x,'), limit('', '')], ['2:maximum decimal']],
  ])('%s', async (_, rows, faults) => {
    expect((await readRowsOfLimits(...rows)).faults).toEqual(faults);
  });

  test('an overlap names both lines', async () => {
    const { findings } = await readRowsOfLimits(limit('', hour(5)), limit('', '', 'TopUp/UTRN-1'), limit(hour(4), ''));
    expect(findings.faults[0]?.message).toBe('A is set for the same time by line 2 and line 4');
  });

  test('overlap exactly when at some instant two hold', async () => {
    const at = fc.option(fc.integer({ min: 1, max: 6 }));
    const pair = fc.tuple(at, at).filter(([from, to]) => from === null || to === null || from < to);
    const property = fc.asyncProperty(fc.array(pair, { minLength: 1, maxLength: 4 }), async (list) => {
      const rows = list.map(([from, to]) => limit(from === null ? '' : hour(from), to === null ? '' : hour(to)));
      const holding = Array.from(
        { length: 8 },
        (_, now) => list.filter(([from, to]) => (from ?? 0) <= now && now < (to ?? 9)).length,
      );
      const { faults } = await readRowsOfLimits(...rows);
      expect(faults.length > 0).toBe(Math.max(...holding) > 1);
    });
    await fc.assert(property, { numRuns: 300 });
  });
});

test('10,000 rows are taken, and no more', async () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
  const rows = Array.from({ length: 10_001 }, (_, index) => `limit,A,,1,${at(index)},${at(index + 1)},`);
  expect((await limitsOf(...rows.slice(1))).limits).toHaveLength(10_000);
  expect((await readRowsOfLimits(...rows)).faults).toEqual(['10002 rows']);
});

test('what is written is read as the same, and again', async () => {
  const withoutLines = (text: string): unknown =>
    JSON.parse(text, (key, value) => (key === 'line' ? undefined : value));
  const property = fc.asyncProperty(limitRows, async (rows) => {
    const file = await limitsOf(...rows);
    const again = await readLimits(await writeLimits(file, knownAttribute), knownAttribute, new Findings());
    expect(withoutLines(JSON.stringify(again))).toEqual(withoutLines(JSON.stringify(file)));
  });
  await fc.assert(property, { numRuns: 200 });
});

test('what would not be taken is not written, and what a spreadsheet would run is guarded', async () => {
  const file = await limitsOf('limit,A,-5,,,,');
  const [limit] = file.limits;
  if (limit === undefined) throw new Error('no limit');
  await expect(writeLimits({ ...file, limits: [limit, limit] }, knownAttribute)).rejects.toMatchObject({
    code: 'files.write',
  });
  const bytes = await writeLimits({ ...file, limits: [{ ...limit, reference: '=1+1' }] }, knownAttribute);
  expect(Buffer.from(bytes).toString()).toContain("limit,A,-5,,,,'=1+1\r\n");
});
