import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Calendar, type CalendarEvent } from './calendar.ts';
import { ClashIndex } from './clash-index.ts';
import type { ChangeFacts, Clash, ClashRules } from './clashes.ts';
import { HOUR, londonDay, startOfDay } from './london.ts';
import { mergeSpans } from './windows.ts';

// The index against the plain account of what a clash is: hour by hour, each change with each other.

const START = Date.parse('2026-10-20T00:00Z');
const HOURS = 120;
const services = [
  { name: 'gateway', dependsOn: ['network'] },
  { name: 'portal', dependsOn: ['gateway'] },
  { name: 'network', dependsOn: ['portal'] },
  { name: 'files', dependsOn: [] },
];
const few = (...names: string[]) => fc.subarray(names, { maxLength: 2 });
const spansOf = fc
  .array(fc.tuple(fc.integer({ min: 0, max: HOURS - 9 }), fc.integer({ min: 1, max: 8 })), {
    minLength: 1,
    maxLength: 4,
  })
  .map((list) =>
    mergeSpans(list.map(([from, hours]) => ({ from: START + from * HOUR, to: START + (from + hours) * HOUR }))),
  );
const affectedOf = fc.record({
  services: few('gateway', 'portal', 'network', 'files'),
  srvs: few('4.1.1', '6.23'),
  interfaces: few('DUIS', 'duis', 'SFTP'),
  deviceModels: few('Maker M1', 'MAKER m1'),
  regions: few('North', 'South'),
  userIds: few('90-B3-D5-1F-30-01-00-00', '90-B3-D5-1F-30-02-00-00'),
});
const changesOf = fc
  .array(
    fc.record({
      owner: fc.constantFrom(undefined, '90-B3-D5-1F-30-01-00-00', '90-B3-D5-1F-30-03-00-00'),
      keepsMaintenance: fc.boolean(),
      affected: affectedOf,
      spans: spansOf,
    }),
    { maxLength: 14 },
  )
  .map((list) => list.map((facts, index): ChangeFacts => ({ ...facts, change: `c${(index * 7) % 15}` })));
const eventsOf = fc
  .array(
    fc.record({
      kind: fc.constantFrom('freeze', 'maintenance', 'rehearsal'),
      services: few('gateway', 'files'),
      spans: spansOf,
    }),
    {
      maxLength: 5,
    },
  )
  .map((list) => list.map((event, index): CalendarEvent => ({ ...event, event: `e${index}`, name: `event ${index}` })));

type Hours = ReadonlySet<number>;
/** The full hours from START that lie in spans. */
function hoursOf(spans: readonly { from: number; to: number }[]): Hours {
  return new Set(
    spans.flatMap(({ from, to }) =>
      Array.from({ length: (to - from) / HOUR }, (_, hour) => (from - START) / HOUR + hour),
    ),
  );
}
const both = (one: Hours, other: Hours): Hours => new Set([...one].filter((hour) => other.has(hour)));
const without = (one: Hours, other: Hours): Hours => new Set([...one].filter((hour) => !other.has(hour)));
const listOf = (hours: Hours) => [...hours].sort((one, other) => one - other).join();

const reaches = (from: string, to: string, seen: readonly string[] = []): boolean =>
  (services.find(({ name }) => name === from)?.dependsOn ?? []).some(
    (next) => next === to || (!seen.includes(next) && reaches(next, to, [...seen, next])),
  );

/** One line for each thing that is wrong, in no order. */
function told(changes: readonly ChangeFacts[], events: readonly CalendarEvent[], most: number): string[] {
  const lines: string[] = [];
  const hoursByChange = new Map(changes.map(({ change, spans }) => [change, hoursOf(spans)]));
  const hoursFor = ({ change }: ChangeFacts): Hours => hoursByChange.get(change) ?? new Set();
  for (const one of changes) {
    for (const other of changes) {
      const common = both(hoursFor(one), hoursFor(other));
      if (one.change >= other.change || common.size === 0) continue;
      const reasons: string[] = [];
      const lists = [
        ['service', (facts: ChangeFacts) => facts.affected.services],
        ['srv', (facts: ChangeFacts) => facts.affected.srvs],
        ['interface', (facts: ChangeFacts) => facts.affected.interfaces],
        ['device_model', (facts: ChangeFacts) => facts.affected.deviceModels],
        ['region', (facts: ChangeFacts) => facts.affected.regions],
        [
          'user',
          (facts: ChangeFacts) => [...(facts.owner === undefined ? [] : [facts.owner]), ...facts.affected.userIds],
        ],
      ] as const;
      for (const [dimension, of] of lists) {
        const theirs = of(other).map((value) => value.toLowerCase());
        for (const value of new Set(of(one).map((each) => each.toLowerCase()))) {
          if (theirs.includes(value)) reasons.push(`${dimension} ${value}`);
        }
      }
      for (const a of services) {
        for (const b of services) {
          const [x, y] = [one.affected.services, other.affected.services];
          const isShared = (x.includes(a.name) && y.includes(b.name)) || (y.includes(a.name) && x.includes(b.name));
          if (a !== b && isShared && reaches(a.name, b.name)) reasons.push(`dependency ${a.name} ${b.name}`);
        }
      }
      if (reasons.length > 0)
        lines.push(`${one.change} ${other.change} [${reasons.sort().join('; ')}] ${listOf(common)}`);
    }
    const its = hoursFor(one);
    for (const event of events.filter(({ kind }) => kind !== 'maintenance')) {
      const isConcerned =
        event.services.length === 0 || event.services.some((name) => one.affected.services.includes(name));
      const days = new Set(
        event.spans.flatMap(({ from, to }) =>
          [...hoursOf([{ from, to }])].map((hour) => londonDay(START + hour * HOUR)),
        ),
      );
      const closed =
        event.kind === 'freeze'
          ? both(its, hoursOf(event.spans))
          : new Set([...its].filter((hour) => days.has(londonDay(START + hour * HOUR))));
      if (isConcerned && closed.size > 0) lines.push(`${one.change} ${event.kind} ${event.event} ${listOf(closed)}`);
    }
    const windows = events.filter(({ kind }) => kind === 'maintenance');
    const outside = new Set<number>();
    for (const service of one.keepsMaintenance ? one.affected.services : []) {
      const open = windows.filter(({ services: named }) => named.length === 0 || named.includes(service));
      if (open.length > 0)
        for (const hour of without(its, hoursOf(open.flatMap(({ spans }) => spans)))) outside.add(hour);
    }
    if (outside.size > 0) lines.push(`${one.change} outside_maintenance ${listOf(outside)}`);
    const crowded = new Set(
      [...its].filter((hour) => changes.filter((each) => hoursFor(each).has(hour)).length > most),
    );
    if (crowded.size > 0) lines.push(`${one.change} too_many ${listOf(crowded)}`);
  }
  return lines.sort();
}

function lineOf(clash: Clash): string {
  const hours = listOf(hoursOf(clash.spans));
  if (clash.kind === 'change') {
    const reasons = clash.reasons.map(({ dimension, value, dependsOn }) =>
      [dimension, dependsOn === undefined ? value.toLowerCase() : value, dependsOn].filter(Boolean).join(' '),
    );
    return `${clash.changes.join(' ')} [${reasons.sort().join('; ')}] ${hours}`;
  }
  const event = clash.kind === 'too_many' || clash.event === undefined ? '' : `${clash.event.event} `;
  return `${clash.change} ${clash.kind} ${event}${hours}`;
}

const rulesOf = (events: readonly CalendarEvent[], mostAtOnce: number): ClashRules => ({
  calendar: new Calendar(events),
  mostAtOnce,
  services,
});

describe('clashes', () => {
  test('all that comparing each change with each other finds, of all and of each one', () => {
    fc.assert(
      fc.property(changesOf, eventsOf, fc.integer({ min: 1, max: 5 }), (changes, events, most) => {
        const index = new ClashIndex(rulesOf(events, most), changes);
        const all = index.all();
        expect(all.map(lineOf).sort()).toEqual(told(changes, events, most));
        for (const facts of changes) {
          const its = all.filter((clash) =>
            clash.kind === 'change' ? clash.changes.includes(facts.change) : clash.change === facts.change,
          );
          expect(index.of(facts)).toEqual(its);
        }
      }),
    );
  });

  test('an index that changes are put into and taken out of is as one made of those that are left', () => {
    fc.assert(
      fc.property(changesOf, changesOf, eventsOf, (before, after, events) => {
        const rules = rulesOf(events, 3);
        const index = new ClashIndex(rules, before);
        for (const facts of after) index.put(facts);
        const gone = before[0]?.change;
        if (gone !== undefined) index.remove(gone);
        const left = new Map([...before, ...after].map((facts) => [facts.change, facts]));
        left.delete(gone ?? '');
        expect(index.all()).toEqual(new ClashIndex(rules, [...left.values()]).all());
      }),
    );
  });

  test('what ends makes room for what begins then', () => {
    const affected = { services: ['files'], srvs: [], interfaces: [], deviceModels: [], regions: [], userIds: [] };
    const at = (change: string, from: number, to: number): ChangeFacts => ({
      change,
      owner: undefined,
      keepsMaintenance: true,
      affected,
      spans: [{ from: startOfDay('2026-11-22') + from * HOUR, to: startOfDay('2026-11-22') + to * HOUR }],
    });
    expect(new ClashIndex(rulesOf([], 1), [at('a', 1, 2), at('b', 2, 3)]).all()).toEqual([]);
    expect(new ClashIndex(rulesOf([], 1), [at('a', 1, 3), at('b', 2, 3)]).all()).toHaveLength(3);
  });
});
