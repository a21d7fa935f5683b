import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRowsOfAdt } from '../testing/adt.ts';
import { adtDirections } from './adt-file.ts';
import { type Counting, findExcess, MOST_COUNTING, MOST_PERIODS, MOST_THRESHOLDS } from './bounds.ts';

const SRVS = ['1.1.1', '4.1.1', '4.1.2', '4.10'];

/** How many of the thresholds count a message, by the words of docs/files.md. */
function countOf(thresholds: readonly Counting[], way: 'sent' | 'received', srv: string): number {
  const names = way === 'received' ? ['all', 'alerts', srv] : ['all', srv];
  return thresholds.filter(
    ({ services, direction }) =>
      (direction === way || direction === 'processed') && names.some((name) => services.includes(name)),
  ).length;
}

const counting = fc.record({
  services: fc.oneof(fc.constant(['all']), fc.constant(['alerts']), fc.subarray(SRVS, { minLength: 1 })),
  direction: fc.constantFrom(...adtDirections),
  periodSeconds: fc.integer({ min: 1, max: 10 }),
});

test('what is kept is within the bounds, and nothing is left out that would be within them', () => {
  fc.assert(
    fc.property(fc.array(counting, { maxLength: 120, size: 'max' }), (thresholds) => {
      const excess = new Set(findExcess(thresholds).map(({ threshold }) => threshold));
      const isWithin = (some: readonly Counting[]) =>
        new Set(some.map(({ periodSeconds }) => periodSeconds)).size <= MOST_PERIODS &&
        (['sent', 'received'] as const).every((way) => SRVS.every((srv) => countOf(some, way, srv) <= MOST_COUNTING));
      const kept: Counting[] = [];
      for (const threshold of thresholds) {
        expect(isWithin([...kept, threshold])).toBe(!excess.has(threshold));
        if (!excess.has(threshold)) kept.push(threshold);
      }
    }),
  );
});

describe('a file', () => {
  const rows = (count: number, row: (index: number) => string) => Array.from({ length: count }, (_, n) => row(n));

  test('has sixteen thresholds for one message and not seventeen, all and processed included', async () => {
    const sixteen = [
      ...rows(8, (n) => `threshold,USER,all,sent,PT${n + 1}H,,1,,,`),
      ...rows(8, (n) => `threshold,USER,4.1.1 4.1.2,processed,PT${n + 1}H,,1,,,`),
    ];
    expect((await readRowsOfAdt(...sixteen)).faults).toEqual([]);
    const more = await readRowsOfAdt(
      ...sixteen,
      'threshold,USER,4.1.2,sent,PT1H,,1,,,',
      'threshold,USER,4.10,sent,PT1H,,1,,,',
      'threshold,USER,4.1.2,received,PT1H,,1,,,',
    );
    expect(more.faults).toEqual(['18 counting']);
  });

  test('has eight periods and not nine, and another row of one of them is none', async () => {
    const { faults } = await readRowsOfAdt(
      ...rows(9, (n) => `threshold,USER,4.1.1,sent,PT${n + 1}M,,1,,,`),
      'threshold,USER,4.1.2,sent,PT60S,,1,,,',
    );
    expect(faults).toEqual(['10 periods']);
  });

  test('has a thousand thresholds and not one more; rows that follow each other are one', () => {
    const setting = { services: ['4.1.1'], direction: 'sent', periodSeconds: 60 } as const;
    const many = rows(MOST_THRESHOLDS + 1, (n) => `${n}.1`).map((srv) => ({ ...setting, services: [srv] }));
    expect(findExcess(many.slice(1))).toEqual([]);
    expect(findExcess(many)).toMatchObject([{ threshold: many.at(-1), code: 'files.thresholds' }]);
  });

  test('of ten thousand thresholds for all that is sent is told that it is too much', async () => {
    const { faults, findings } = await readRowsOfAdt(
      ...rows(10_000, (n) => `threshold,USER,all,sent,PT${n + 1}S,,1,,,`),
    );
    expect(findings.faultCount).toBe(10_000 - 8);
    expect(faults[0]).toBe('10 periods');
  });
});
