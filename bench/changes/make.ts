/** Changes of a year, as a forward schedule of that size would have them: the same for each run. */
import type { CalendarEvent, ChangeFacts, ClashRules, Span } from '@penstock/platform/changes';
import { Calendar } from '@penstock/platform/changes';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.parse('2026-01-01T00:00Z');
const YEAR_DAYS = 365;

/** Numbers of a seed (mulberry32), in [0, 1). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const names = (what: string, count: number) => Array.from({ length: count }, (_, index) => `${what} ${index + 1}`);
const SERVICES = names('Service', 48);
const SRVS = names('4.1', 129).map((name) => name.replace(' ', '.'));
const INTERFACES = names('Interface', 24);
const MODELS = names('Maker Model', 200);
const REGIONS = names('Region', 14);
const USERS = Array.from(
  { length: 60 },
  (_, index) => `90-B3-D5-1F-30-${index.toString(16).padStart(2, '0').toUpperCase()}-00-00`,
);

/** Most take some hours of a night, some a day or two, one in a hundred a week; one in ten comes again each week of a quarter. */
function spansOf(random: () => number): Span[] {
  const kind = random();
  const begin = START + Math.floor(random() * YEAR_DAYS) * DAY + (18 + Math.floor(random() * 10)) * HOUR;
  const hours = kind < 0.92 ? 1 + Math.floor(random() * 6) : kind < 0.99 ? 12 + Math.floor(random() * 36) : 168;
  const times = kind < 0.1 ? 13 : 1;
  return Array.from({ length: times }, (_, index) => {
    const from = begin + index * 7 * DAY;
    return { from, to: from + hours * HOUR };
  });
}

export function makeChanges(count: number): ChangeFacts[] {
  const random = randomOf(20_261_122);
  const pick = (list: readonly string[], share: number, most: number): string[] =>
    random() >= share
      ? []
      : [
          ...new Set(
            Array.from(
              { length: 1 + Math.floor(random() * most) },
              () => list[Math.floor(random() * list.length)] ?? '',
            ),
          ),
        ];
  return Array.from({ length: count }, (_, index): ChangeFacts => {
    const isOperatorLed = random() < 0.3;
    return {
      change: `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`,
      owner: isOperatorLed ? undefined : USERS[Math.floor(random() * USERS.length)],
      keepsMaintenance: isOperatorLed,
      affected: {
        services: pick(SERVICES, 0.6, 2),
        srvs: pick(SRVS, 0.3, 4),
        interfaces: pick(INTERFACES, 0.3, 2),
        deviceModels: pick(MODELS, 0.2, 2),
        regions: pick(REGIONS, 0.2, 2),
        userIds: isOperatorLed ? pick(USERS, 0.3, 5) : [],
      },
      spans: spansOf(random),
    };
  });
}

/** Services in four layers of twelve, each needing one of the layer below; freezes, rehearsals, nightly maintenance windows. */
export function makeRules(): ClashRules {
  const services = SERVICES.map((name, index) => ({
    name,
    dependsOn: index < 12 ? [] : [SERVICES[index - 12] ?? ''],
  }));

  const event = (
    number: number,
    kind: CalendarEvent['kind'],
    day: number,
    hours: number,
    named: readonly string[] = [],
  ): CalendarEvent => ({
    event: `e${number}`,
    kind,
    name: `Event ${number}`,
    services: named,
    spans: [{ from: START + day * DAY, to: START + day * DAY + hours * HOUR }],
  });
  const maintenance: CalendarEvent = {
    ...event(0, 'maintenance', 0, 1, SERVICES.slice(0, 12)),
    spans: Array.from({ length: YEAR_DAYS }, (_, day) => ({
      from: START + day * DAY + 20 * HOUR,
      to: START + day * DAY + 32 * HOUR,
    })),
  };
  const closed = Array.from({ length: 12 }, (_, month) => [
    event(2 * month + 1, 'freeze', month * 30 + 5, 48, month % 2 === 0 ? [] : SERVICES.slice(month, month + 4)),
    event(2 * month + 2, 'rehearsal', month * 30 + 20, 6),
  ]);
  return { calendar: new Calendar([maintenance, ...closed.flat()]), mostAtOnce: 40, services };
}
