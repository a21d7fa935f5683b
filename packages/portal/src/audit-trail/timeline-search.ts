// Which part of a device's timeline is shown and what of it is open: in the address as text, in a call as the API wants it.
import { timelineSpans } from '@penstock/api/schemas';
import { z } from 'zod';
import type { Query } from '../api/call.ts';
import { titleSearchSchema } from './title-search.ts';

/** The page of a device: its titles, or `tab=timeline` with the fields of the timeline beside those of the titles. */
export const deviceSearchSchema = titleSearchSchema.extend({
  tab: z.enum(['timeline']).optional().catch(undefined),
  /** Days up to now. */
  span: z.enum(timelineSpans).optional().catch(undefined),
  /** The entries that are open, by their ids. */
  open: z
    .string()
    .regex(/^[a-z0-9.-]{1,200}$/)
    .optional()
    .catch(undefined),
});
export type DeviceSearch = z.output<typeof deviceSearchSchema>;

const DAY = 86_400_000;
export const USUAL_SPAN = '7';
export const spanWords: Readonly<Record<(typeof timelineSpans)[number], string>> = {
  1: '24 hours',
  7: '7 days',
  31: '31 days',
  92: '92 days',
};

/** What stands in the address as instants is shown; without any, the days up to now. */
export function timelineQueryOf({ user, from, to, span }: DeviceSearch, now: number): Query {
  const start = from ?? (to === undefined ? new Date(now - Number(span ?? USUAL_SPAN) * DAY).toISOString() : undefined);
  return { userId: user, from: start, to };
}

/** As much time again, before or after what is shown; nothing later than now. */
export function neighbours(shown: { from: string; to: string }, now: number) {
  const [from, to] = [Date.parse(shown.from), Date.parse(shown.to)];
  const length = to - from;
  const iso = (at: number) => new Date(at).toISOString();
  return {
    earlier: { from: iso(from - length), to: iso(from) },
    later: to + length / 2 < now ? { from: iso(to), to: iso(Math.min(now, to + length)) } : undefined,
  };
}

/** The ids of what is open. */
export const openIn = ({ open }: DeviceSearch): readonly string[] => open?.split('.') ?? [];

/** The newest eight stay open: an address has an end. */
export function toggled(open: readonly string[], id: string): string | undefined {
  const rest = open.filter((one) => one !== id);
  const now = rest.length < open.length ? rest : [...rest, id].slice(-8);
  return now.length === 0 ? undefined : now.join('.');
}
