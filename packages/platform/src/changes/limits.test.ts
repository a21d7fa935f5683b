import type { ChangeLimits, ChangeWindow } from '@penstock/api';
import { describe, expect, test } from 'vitest';
import { type LimitsVersion, type Measured, warningsOf } from './limits.ts';
import { expandWindows } from './windows.ts';
import { isWorkingDay, lastDayOfNotice, workingDaysBetween } from './working-days.ts';

const limits: ChangeLimits = {
  noticeWorkingDays: { planned_maintenance: 20, firmware: 5 },
  monthlyHours: 6,
  allowedFrom: '20:00',
  allowedTo: '08:00',
  mostAtOnce: 10,
  services: [],
};
const always: LimitsVersion[] = [{ version: 1, effectiveFrom: 0, limits }];
const spans = (...windows: ChangeWindow[]) => expandWindows(windows);
const planned: Measured = {
  kind: 'planned_maintenance',
  spans: spans({ from: '2026-12-10T22:00', to: '2026-12-11T02:00' }),
  toldAt: Date.parse('2026-11-02T12:00Z'),
  others: [],
};

describe('Working Days', () => {
  test('are Monday to Friday but the bank holidays of England and Wales', () => {
    expect(isWorkingDay('2026-12-24')).toBe(true);
    // Boxing Day is a Saturday then, and Monday stands in for it
    expect(['2026-12-25', '2026-12-26', '2026-12-27', '2026-12-28'].filter(isWorkingDay)).toEqual([]);
    expect(isWorkingDay('2026-12-29')).toBe(true);
    // an Easter Monday, and what is a holiday in Scotland alone
    expect(isWorkingDay('2026-04-06')).toBe(false);
    expect(isWorkingDay('2026-11-30')).toBe(true);
    expect(() => isWorkingDay('2099-01-05')).toThrow('not known');
  });

  test('are counted whole, between two days', () => {
    expect(lastDayOfNotice('2026-12-01', 20)).toBe('2026-11-02');
    expect(workingDaysBetween('2026-11-02', '2026-12-01')).toBe(20);
    expect(workingDaysBetween('2026-12-23', '2026-12-29')).toBe(1);
    expect(workingDaysBetween('2026-12-29', '2026-12-23')).toBe(0);
  });
});

describe('limits warn with the arithmetic', () => {
  test('nothing is said within them', () => {
    expect(warningsOf(always, planned)).toEqual([]);
    expect(warningsOf(always, { ...planned, spans: [] })).toEqual([]);
  });

  test('notice: by when, and what is left', () => {
    const late = { ...planned, toldAt: Date.parse('2026-11-22T12:00Z') };
    expect(warningsOf(always, late)).toEqual([
      {
        limit: 'notice',
        version: 1,
        words:
          'Planned Maintenance of 2026-12 is to be told 20 whole Working Days before 1 Dec 2026, so by 2 Nov 2026. From 22 Nov 2026 there are 6 Working Days.',
      },
    ]);
    const firmware = { ...planned, kind: 'firmware', toldAt: Date.parse('2026-12-08T12:00Z') } as const;
    expect(warningsOf(always, firmware).map(({ words }) => words)).toEqual([
      'This is to be told 5 whole Working Days before 10 Dec 2026, so by 2 Dec 2026. From 8 Dec 2026 there is 1 Working Day.',
    ]);
    // nobody said how long before a process changes it is to be told
    expect(warningsOf(always, { ...firmware, kind: 'process' })).toEqual([]);
    const after = { ...firmware, toldAt: Date.parse('2026-12-10T12:00Z') };
    expect(warningsOf(always, after)[0]?.words).toContain('there are no Working Day.');
  });

  test('hours of a month: what overlaps counts once, and a window over its end counts in both months', () => {
    const others = spans(
      { from: '2026-12-02T22:00', to: '2026-12-03T00:00' },
      { from: '2026-12-10T23:00', to: '2026-12-11T01:00' },
    );
    const more = spans(
      { from: '2026-12-10T22:00', to: '2026-12-11T02:30' },
      { from: '2026-12-31T23:00', to: '2027-01-01T01:00' },
    );
    const told = warningsOf(always, { ...planned, spans: more, others });
    expect(told.map(({ words }) => words)).toEqual([
      'Planned Maintenance of 2026-12: 4 h of others and 3 h 30 min that this adds make 7 h 30 min, 1 h 30 min more than the 6 h of a month. What overlaps counts once.',
    ]);
  });

  test('times of day: each that lies outside, in summer as in winter', () => {
    const day = { from: '2026-07-14T07:30', to: '2026-07-14T08:00' };
    const late = {
      from: '2026-07-16T19:30',
      to: '2026-07-16T20:30',
      repeat: { every: 'day' as const, until: '2026-07-19', interval: 1, except: [] },
    };
    const told = warningsOf(always, { ...planned, toldAt: 0, spans: spans(day, late) });
    expect(told.map(({ words }) => words)).toEqual([
      'Planned Maintenance lies between 20:00 and 08:00. Outside of that: 16 Jul 2026, 19:30 to 20:00 (0 h 30 min), 17 Jul 2026, 19:30 to 20:00 (0 h 30 min), 18 Jul 2026, 19:30 to 20:00 (0 h 30 min), and 1 more times; 2 h in all.',
    ]);
  });

  test('each is measured by what is in force then', () => {
    const later = {
      version: 2,
      effectiveFrom: Date.parse('2027-01-01T00:00Z'),
      limits: { ...limits, monthlyHours: 1 },
    };
    const both = spans(
      { from: '2026-12-10T22:00', to: '2026-12-11T00:00' },
      { from: '2027-01-10T22:00', to: '2027-01-11T00:00' },
    );
    const told = warningsOf([...always, later], { ...planned, spans: both });
    expect(told.map(({ limit, version }) => `${limit} ${version}`)).toEqual(['monthly_hours 2']);
    expect(told[0]?.words).toContain('Planned Maintenance of 2027-01: 0 h of others and 2 h');
  });
});
