// The entries of a timeline as they stand beside each other: an alert in one row with what most likely caused it. Pure.
import type { TimelineDocument, TimelineEntry } from '@penstock/api/schemas';
import { formatInstant, type Zone } from '../shared/time.ts';

export type MessagesEntry = Extract<TimelineEntry, { what: 'messages' }>;
export type AlertsEntry = Extract<TimelineEntry, { what: 'alerts' }>;
export type TimelineCause = AlertsEntry['causes'][number];

export interface TimelineRow {
  readonly messages: MessagesEntry | undefined;
  readonly alerts: AlertsEntry | undefined;
  /** How likely what was sent is the cause of the alert in the row; undefined: they are not in one row for that. */
  readonly joined: TimelineCause['likelihood'] | undefined;
}

/** Names an entry in an address: those of one kind do not begin at one instant with one code. */
export function idOf(entry: TimelineEntry): string {
  const at = Date.parse(entry.first).toString(36);
  return entry.what === 'messages' ? `m${at}` : `a${at}-${(entry.code ?? 'x').toLowerCase()}`;
}

const hasMoment = ({ first, last }: MessagesEntry, at: string) => first <= at && at <= last;

/** The entry in which a cause stands, among those that are loaded. */
export function entryOfCause(entries: readonly TimelineEntry[], cause: TimelineCause): MessagesEntry | undefined {
  return entries.find(
    (entry): entry is MessagesEntry => entry.what === 'messages' && hasMoment(entry, cause.recordedAt),
  );
}

/** The best of an alert's causes that stands in an entry. */
const causeIn = (alerts: AlertsEntry, messages: MessagesEntry): TimelineCause | undefined =>
  alerts.causes.find(({ recordedAt }) => hasMoment(messages, recordedAt));

/** The alerts that an entry may have caused, each with how likely. */
export function alertsOf(
  entries: readonly TimelineEntry[],
  messages: MessagesEntry,
): { alerts: AlertsEntry; likelihood: TimelineCause['likelihood'] }[] {
  return entries.flatMap((entry) => {
    const cause = entry.what === 'alerts' ? causeIn(entry, messages) : undefined;
    return cause === undefined || entry.what !== 'alerts' ? [] : [{ alerts: entry, likelihood: cause.likelihood }];
  });
}

/** Newest first, as given. An alert that stands next to one of its causes shares its row. */
export function rowsOf(entries: readonly TimelineEntry[]): TimelineRow[] {
  const rows: TimelineRow[] = [];
  for (let index = 0; index < entries.length; index += 1) {
    const [entry, next] = [entries[index], entries[index + 1]];
    if (entry === undefined) continue;
    const messages = entry.what === 'messages' ? entry : next?.what === 'messages' ? next : undefined;
    const alerts = entry.what === 'alerts' ? entry : next?.what === 'alerts' ? next : undefined;
    const cause = messages && alerts && causeIn(alerts, messages);
    if (cause !== undefined) index += 1;
    rows.push({
      messages: cause === undefined && entry !== messages ? undefined : messages,
      alerts: cause === undefined && entry !== alerts ? undefined : alerts,
      joined: cause?.likelihood,
    });
  }
  return rows;
}

/** The rows of each day of the reader's zone. */
export function daysOf(rows: readonly TimelineRow[], zone: Zone): { day: string; rows: TimelineRow[] }[] {
  const days: { day: string; rows: TimelineRow[] }[] = [];
  for (const row of rows) {
    const lasts = [row.messages?.last, row.alerts?.last].filter((at) => at !== undefined);
    const { day } = formatInstant(lasts.sort().at(-1) ?? '', zone);
    const shown = days.at(-1);
    if (shown?.day === day) shown.rows.push(row);
    else days.push({ day, rows: [row] });
  }
  return days;
}

export interface Unusual {
  readonly from: string;
  readonly what: 'messages' | 'alerts';
  readonly count: number;
  readonly usual: number | undefined;
}

/** The hours or days with far more than usual, the most recent first. */
export function unusualOf(activity: NonNullable<TimelineDocument['activity']>): Unusual[] {
  return activity.items.toReversed().flatMap(({ from, ...levels }) =>
    (['alerts', 'messages'] as const).flatMap((what): Unusual[] => {
      const { count, usual, isErratic } = levels[what];
      return isErratic ? [{ from, what, count, usual }] : [];
    }),
  );
}
