import { requireEui } from '@penstock/duis';
import { expect, test } from 'vitest';
import { type DayCount, USUAL_DAYS, WINDOW_DAYS } from './erratic.ts';
import { listErratic, pageOf, type SeenDevice } from './erratic-list.ts';

const own = requireEui('90-B3-D5-1F-30-01-00-00');
const other = requireEui('90-B3-D5-1F-30-02-00-00');
const today = '2026-11-22';
const days = (usual: number, last: number): number[] => [...Array<number>(WINDOW_DAYS - 1).fill(usual), last];
const seen = (number: number, changes: Partial<SeenDevice> = {}): SeenDevice => ({
  device: requireEui(`00-DB-12-34-56-78-00-${String(number).padStart(2, '0')}`),
  kind: 'ESME',
  titles: days(1, 1),
  alerts: new Map(),
  why: { basis: 'responsible', role: 'IS', userId: own },
  ...changes,
});

test('alerts to each User ID and titles are judged by themselves, and the worst says how bad a device is', () => {
  const erratic = seen(1, {
    titles: [undefined, ...days(2, 40).slice(1)],
    alerts: new Map([
      [own, days(50, 90)],
      [other, days(0, 9)],
    ]),
  });
  const [found, ...rest] = listErratic([erratic, seen(2)], [], today);
  expect(rest).toEqual([]);
  expect(found).toEqual({
    device: erratic.device,
    kind: 'ESME',
    score: 21.9,
    finding: '40 requests and responses today; usual 2 a day.',
    measures: [{ what: 'titles', basis: 'rise', day: today, count: 40, usual: 2, since: today }],
    days: { first: '2026-10-24', titles: [null, ...days(2, 40).slice(1)], alerts: days(50, 99) },
    why: erratic.why,
  });
  const alerting = seen(3, { alerts: new Map([[own, days(1, 90)]]), titles: days(2, 40) });
  expect(listErratic([alerting], [], today)[0]).toMatchObject({
    score: 62.9,
    finding: '90 alerts today; usual 1 a day. 40 requests and responses today; usual 2 a day.',
    measures: [{ what: 'alerts', userId: own }, { what: 'titles' }],
  });
});

test('what is usual for a kind is that of devices of the kind, and of alerts to the same User ID', () => {
  const peers = Array.from({ length: 20 }, (_, number) => seen(number, { titles: days(30, 0) }));
  const busy = seen(50, { titles: days(2, 40) });
  expect(listErratic([busy], peers, today)).toEqual([]);
  expect(listErratic([{ ...busy, kind: 'GSME' }], peers, today)).toHaveLength(1);
  // in the last two days they may do what they want
  const lately = peers.map((one) => ({ ...one, titles: [...Array<DayCount>(USUAL_DAYS).fill(1), 90, 90] }));
  expect(listErratic([busy], lately, today)).toMatchObject([{ measures: [{ usual: 2, ofKind: 1 }] }]);
  const alerting = seen(51, { alerts: new Map([[own, days(0, 40)]]) });
  const toOther = peers.map((one) => ({ ...one, alerts: new Map([[other, days(30, 30)]]) }));
  // it never alerted before, though it was there: its titles tell
  expect(listErratic([alerting], toOther, today)).toMatchObject([
    { measures: [{ basis: 'rise', usual: 0, ofKind: 0 }] },
  ]);
  const isNew = { ...alerting, titles: days(0, 0) };
  expect(listErratic([isNew], [], today)).toEqual([]);
  const silent = peers.map((one) => ({ ...one, titles: days(0, 0) }));
  expect(listErratic([isNew], silent, today)).toMatchObject([{ measures: [{ basis: 'above_kind', ofKind: 0 }] }]);
});

test('pages go on where the last one ended, also among those that are alike', () => {
  const devices = Array.from({ length: 7 }, (_, number) => seen(number, { titles: days(2, number < 5 ? 40 : 90) }));
  const list = listErratic(devices, [], today);
  expect(list.map(({ device }) => device.slice(-1))).toEqual(['5', '6', '0', '1', '2', '3', '4']);
  const first = pageOf(list, { limit: 3 });
  const second = pageOf(list, { limit: 3, cursor: first.cursor });
  const third = pageOf(list, { limit: 3, cursor: second.cursor });
  expect([...first.items, ...second.items, ...third.items]).toEqual(list);
  expect(third.cursor).toBeUndefined();
  // one that is no longer erratic leaves nothing out
  expect(pageOf(list.slice(3), { limit: 3, cursor: first.cursor }).items).toEqual(second.items);
});
