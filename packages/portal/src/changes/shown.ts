// What every view of the calendar is made of. Pure.
import type { ShownChange, ShownEvent } from './calendar-data.ts';
import { runsOf } from './layout.ts';
import { eventKindWords, titleOf } from './words.ts';

export interface ShownDays {
  readonly days: readonly string[];
  readonly changes: readonly ShownChange[];
  readonly events: readonly ShownEvent[];
  /** Bank holidays. */
  readonly holidays: ReadonlySet<string>;
  readonly today: string;
}

/** How a change looks: by whose it is, and how urgent. */
export function lookOf({ change }: ShownChange): 'outline' | 'emergency' | 'maintenance' | 'operator' | 'user' {
  if (change.see === 'outline') return 'outline';
  switch (change.content.statement.kind) {
    case 'emergency':
      return 'emergency';
    case 'planned_maintenance':
      return 'maintenance';
    case 'internal_system':
    case 'release':
      return 'operator';
    default:
      return 'user';
  }
}

/** On the classes of a bar: a draft and what is over look otherwise than what is to come. */
export function classOf(shown: ShownChange): string {
  const { change } = shown;
  const state = change.see === 'whole' ? change.state : 'shared';
  const stands = state === 'draft' ? 'draft' : state === 'cancelled' || state === 'backed_out' ? 'off' : 'on';
  return `penstock-bar-of penstock-look-${lookOf(shown)} penstock-stands-${stands}`;
}

export const eventName = ({ event }: ShownEvent): string => `${eventKindWords[event.kind]}: ${event.name}`;

/** What is planned around changes, by the number of the day. */
export function eventsByDay(events: readonly ShownEvent[], days: readonly string[]): ShownEvent[][] {
  const found: ShownEvent[][] = days.map(() => []);
  for (const event of events) {
    for (const { from, to } of runsOf(event, days)) {
      for (let day = from; day < to; day += 1) found[day]?.push(event);
    }
  }
  return found;
}

const isWeekend = (day: string) => [0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay());

/** The ground of a day: what is planned around changes, and whether anybody works. */
export function groundOf(day: string, events: readonly ShownEvent[], holidays: ReadonlySet<string>): string {
  const kinds = new Set(events.map(({ event }) => event.kind));
  return [
    isWeekend(day) || holidays.has(day) ? 'penstock-day-off' : '',
    ...(['freeze', 'rehearsal'] as const).map((kind) => (kinds.has(kind) ? `penstock-day-${kind}` : '')),
  ]
    .filter((name) => name !== '')
    .join(' ');
}

/** The time at which something begins on a day, or nothing where it goes on from before. */
const clock = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', hour: '2-digit', minute: '2-digit' });
export const clockOf = (instant: number): string => clock.format(instant);

export const nameOf = ({ change }: ShownChange): string => titleOf(change);
