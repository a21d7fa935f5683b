// What the calendar shows: all changes of a time, what is planned around them, and the bank holidays.
import {
  bankHolidaysSchema,
  type ChangeView,
  type calendarEventSchema,
  calendarPageSchema,
  changePageSchema,
} from '@penstock/api/schemas';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { ask, type Caller, type Query } from '../api/call.ts';
import type { Span } from './lanes.ts';
import type { Timed } from './layout.ts';

/** Of one time; more are narrowed. */
const MOST_CHANGES = 2_000;
const PAGE = 200;

export interface ShownChange extends Timed {
  readonly change: ChangeView;
}
export type PlannedEvent = z.infer<typeof calendarEventSchema>;
export interface ShownEvent extends Timed {
  readonly event: PlannedEvent;
}

interface PageOf<Item> {
  readonly items: readonly Item[];
  readonly cursor?: string | undefined;
}
async function all<Item>(read: (cursor: string | undefined) => Promise<PageOf<Item>>, most: number): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined && items.length < most);
  return items;
}

const spansOf = (occurrences: readonly { from: string; to: string }[]): Span[] =>
  occurrences.map(({ from, to }) => ({ from: Date.parse(from), to: Date.parse(to) }));
const instant = (at: number) => new Date(at).toISOString();
const isDuring = ({ spans }: Timed, { from, to }: Span) => spans.some((span) => span.to > from && span.from < to);

/** In the order in which they begin; `isCut` when there are more than are shown. */
export const changesDuring = (caller: Caller, conditions: Query, span: Span) =>
  queryOptions({
    queryKey: ['changes', caller.acting, 'during', conditions, span],
    queryFn: async ({ signal }) => {
      const query = { ...conditions, from: instant(span.from), to: instant(span.to), limit: PAGE };
      const items = await all(
        (cursor) => ask(changePageSchema, '/changes', { caller, query: { ...query, cursor }, signal }),
        MOST_CHANGES,
      );
      const shown = items.map(
        (change): ShownChange => ({ key: change.change, spans: spansOf(change.occurrences), change }),
      );
      // between its first and its last time something that repeats may have none
      return { items: shown.filter((item) => isDuring(item, span)), isCut: items.length >= MOST_CHANGES };
    },
    meta: { live: { topics: ['changes'] } },
  });

const MOST_EVENTS = 1_000;
export const eventsDuring = (caller: Caller, span: Span) =>
  queryOptions({
    queryKey: ['change-calendar', caller.acting, 'during', span],
    queryFn: async ({ signal }) => {
      const query = { from: instant(span.from), limit: PAGE };
      const items = await all(
        (cursor) => ask(calendarPageSchema, '/changes/calendar', { caller, query: { ...query, cursor }, signal }),
        MOST_EVENTS,
      );
      const shown = items.map((event): ShownEvent => ({ key: event.event, spans: spansOf(event.occurrences), event }));
      return shown.filter((item) => isDuring(item, span));
    },
    meta: { live: { topics: ['changes'] } },
  });

export const holidaysOf = (caller: Caller, year: string) =>
  queryOptions({
    queryKey: ['bank-holidays', year],
    queryFn: ({ signal }) => ask(bankHolidaysSchema, `/changes/bank-holidays/${year}`, { caller, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
