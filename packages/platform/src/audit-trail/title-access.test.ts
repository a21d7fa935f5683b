import { requireEui } from '@penstock/duis';
import { expect, test } from 'vitest';
import { areAllShown, spanOf, switchAt, type TitleFacts, titleSpans } from './title-access.ts';

const mine = requireEui('90-B3-D5-1F-30-01-00-00');
const rival = requireEui('90-B3-D5-1F-30-02-00-00');
const day = 24 * 3_600_000;
const changed = 100 * day;
const facts = (changes: Partial<TitleFacts> = {}): TitleFacts => ({
  responsible: [
    { role: 'IS', userId: rival, validFrom: -Infinity, validTo: changed },
    { role: 'IS', userId: mine, validFrom: changed, validTo: Infinity },
  ],
  homeNetworks: [],
  viewers: new Map([
    [mine, { isActive: true, roles: [{ role: 'IS' as const, validFrom: -Infinity, validTo: Infinity }] }],
  ]),
  switches: [],
  now: changed + day,
  ...changes,
});

test('after a change of supplier the new one sees what came before as history, from midnight on', () => {
  expect(titleSpans(facts({ now: changed - 1 }))).toEqual([]);
  const spans = titleSpans(facts({ now: changed }));
  expect(spanOf(spans, changed)?.basis).toBe('responsible');
  expect(spanOf(spans, changed - 1)?.basis).toBe('history');
});

test('the former supplier sees nothing at all, also of its own time', () => {
  const former = facts({
    viewers: new Map([[rival, { isActive: true, roles: [{ role: 'IS', validFrom: -Infinity, validTo: Infinity }] }]]),
  });
  expect(titleSpans({ ...former, now: changed - 1 })).not.toEqual([]);
  expect(titleSpans(former)).toEqual([]);
});

test('history is hidden from the instant on from which the Operator hides it, whenever the titles were recorded', () => {
  const switches = [{ switch: 'history', value: 'hidden', validFrom: changed + 2 * day }] as const;
  expect(spanOf(titleSpans(facts({ switches })), changed - 1)).toBeDefined();
  const later = titleSpans(facts({ switches, now: changed + 2 * day }));
  expect(spanOf(later, changed - 1)).toBeUndefined();
  expect(spanOf(later, changed)?.basis).toBe('responsible');
});

test('nothing after the end of a responsibility, though the clock of the record runs ahead of this one', () => {
  const spans = titleSpans(
    facts({ responsible: [{ role: 'IS', userId: mine, validFrom: 0, validTo: changed }], now: changed - 1 }),
  );
  expect(spanOf(spans, changed - 1)).toBeDefined();
  expect(spanOf(spans, changed)).toBeUndefined();
});

test('an agent sees none; a network operator those of its meters, of a home where it is let, of none where it is not', () => {
  const held = (role: 'RSA' | 'ED') => ({
    viewers: new Map([[mine, { isActive: true, roles: [{ role, validFrom: -Infinity, validTo: Infinity }] }]]),
    responsible: [{ role, userId: mine, validFrom: 0, validTo: Infinity }] as const,
  });
  expect(titleSpans(facts(held('RSA')))).toEqual([]);
  const network = held('ED');
  const home = { ...network, responsible: [], homeNetworks: network.responsible };
  const says = (value: string) => ({ switches: [{ switch: 'network_operators' as const, value, validFrom: 0 }] });
  const sees = (changes: Partial<TitleFacts>) => titleSpans(facts(changes)).length > 0;
  expect([sees(network), sees({ ...network, ...says('none') }), sees({ ...network, ...says('home') })]).toEqual([
    true,
    false,
    true,
  ]);
  expect([sees(home), sees({ ...home, ...says('meters') }), sees({ ...home, ...says('home') })]).toEqual([
    false,
    false,
    true,
  ]);
});

test('the newest switch that has begun counts', () => {
  const switches = [
    { switch: 'sender', value: 'party', validFrom: 10 },
    { switch: 'sender', value: 'role', validFrom: 20 },
  ] as const;
  expect([9, 10, 19, 20].map((instant) => switchAt(switches, 'sender', instant))).toEqual([
    'role',
    'party',
    'party',
    'role',
  ]);
});

test('a time is shown whole when spans cover it without a gap, in whatever order they are', () => {
  const [own] = titleSpans(facts({ switches: [{ switch: 'history', value: 'hidden', validFrom: 0 }] }));
  if (own === undefined) throw new Error('there is no span');
  const spans = [
    { ...own, validFrom: 20, validTo: 30 },
    { ...own, validFrom: 10, validTo: 20 },
    { ...own, validFrom: 31, validTo: 40 },
  ];
  expect(areAllShown(spans, 10, 30)).toBe(true);
  expect(areAllShown(spans, 9, 12)).toBe(false);
  expect(areAllShown(spans, 10, 31)).toBe(false);
  expect(areAllShown(spans, 35, 40)).toBe(true);
  expect(areAllShown(spans, 50, 50)).toBe(true);
});
