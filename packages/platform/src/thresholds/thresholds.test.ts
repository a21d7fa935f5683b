import { parseDecimal } from '@penstock/duis';
import { describe, expect, test } from 'vitest';
import { type LimitInForce, type LimitSetting, planLimits } from './limits.ts';
import { planThresholds, type ThresholdInForce, type ThresholdSetting } from './thresholds.ts';

const from = new Date('2026-11-22T00:00:00Z');
const setting = (changes: Partial<ThresholdSetting> = {}): ThresholdSetting => ({
  services: ['all'],
  direction: 'sent',
  periodSeconds: 3_600,
  bounds: [{ kind: 'threshold', warning: 40n, quarantine: 50n, from: undefined, to: undefined }],
  ...changes,
});
const inForce = (thresholdId: bigint, changes: Partial<ThresholdSetting> = {}): ThresholdInForce => ({
  ...setting(changes),
  thresholdId,
  version: 3,
});

describe('planThresholds', () => {
  test('the same once more changes nothing, in whatever order its spans come', () => {
    const bounds = [
      { kind: 'threshold', warning: undefined, quarantine: 5n, from: undefined, to: from },
      { kind: 'exception', warning: 1n, quarantine: 9n, from, to: undefined },
    ] as const;
    const plan = planThresholds([inForce(1n, { bounds })], [setting({ bounds: bounds.toReversed() })]);
    expect(plan).toEqual({ added: [], changed: [], ended: [] });
  });

  test('other numbers are a version of the same threshold; another period is another threshold', () => {
    const higher = [{ kind: 'threshold', warning: 40n, quarantine: 51n, from: undefined, to: undefined }] as const;
    const changed = planThresholds([inForce(1n)], [setting({ bounds: higher })]);
    expect(changed).toEqual({ added: [], changed: [{ ...inForce(1n), version: 4, bounds: higher }], ended: [] });
    const other = setting({ periodSeconds: 60 });
    expect(planThresholds([inForce(1n)], [other])).toEqual({ added: [other], changed: [], ended: [inForce(1n)] });
  });

  test('what is not named ends', () => {
    expect(planThresholds([inForce(1n), inForce(2n, { direction: 'received' })], [])).toMatchObject({
      added: [],
      ended: [{ thresholdId: 1n }, { thresholdId: 2n }],
    });
  });
});

test('planLimits: a limit that is not changed stays what it is', () => {
  const limit = (maximum: string): LimitSetting => ({
    attribute: 'UpdateMeterBalance.CreditMode.AdjustMeterBalance',
    maximum: parseDecimal(maximum),
    from: undefined,
    to: undefined,
  });
  const known: LimitInForce[] = ['10', '20'].map((text, index) => ({
    ...limit(text),
    limitId: BigInt(index),
    version: 1,
  }));
  expect(planLimits(known, [limit('10'), limit('30')])).toEqual({ added: [limit('30')], ended: [known[1]] });
  expect(planLimits(known, [limit('20'), limit('10')])).toEqual({ added: [], ended: [] });
});
