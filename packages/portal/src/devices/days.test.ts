import type { ErraticDevice } from '@penstock/api/schemas';
import { expect, test } from 'vitest';
import { daysInWords, daysOf, heightsOf } from './days.ts';

const device: ErraticDevice = {
  device: '00-DB-12-34-56-78-00-01',
  kind: 'ESME',
  score: 20,
  finding: '',
  measures: [{ what: 'titles', basis: 'rise', day: '2026-11-22', count: 40, since: '2026-11-22' }],
  days: { first: '2026-10-24', titles: [null, 2, 0, 5, 40], alerts: [0, 0, 0, 0, 1] },
  why: { basis: 'responsible', role: 'IS', userId: '90-B3-D5-1F-30-01-00-00' },
};

test('the bars are those of what the device is listed for, said in words too', () => {
  expect(daysInWords(daysOf(device))).toBe(
    'Requests and responses a day: 40 today, 5 yesterday, at most 2 on a day before',
  );
  const alerts = { ...device, measures: device.measures.map((one) => ({ ...one, what: 'alerts' as const })) };
  expect(daysInWords(daysOf(alerts))).toBe('Alerts a day: 1 today, 0 yesterday, at most 0 on a day before');
  expect(daysInWords({ name: 'Alerts', counts: [null, null, 3] })).toBe(
    'Alerts a day: 3 today, not shown yesterday, none of the days before is shown',
  );
});

test('the tallest bar is the busiest day, and the smallest can be seen', () => {
  expect(heightsOf([null, 0, 1, 500, 1000])).toEqual([null, 0, 0.04, 0.5, 1]);
  expect(heightsOf([0, 0])).toEqual([0, 0]);
});
