// The forward schedule as an iCalendar feed, for whoever has the link.
//
// What it does: a link acts for one User ID or the Operator, as the person or machine that made it; what is in the calendar is
// what they would be shown by the API now. What it does not: it keeps no rights. Somebody who is suspended, whose role or Party
// is, or whose certificate is revoked has no calendar with the next fetch.
//
// What always holds: whatever goes out is made from views (changes/sharing.ts), each is a use that the change's owner reads;
// and the number of an entry (SEQUENCE) and its time (DTSTAMP) come from what this reader was given before, never from edits.
import { createHash } from 'node:crypto';
import type { ChangeView } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import { listCalendar } from '../changes/calendar-store.ts';
import { listChanges } from '../changes/changes-store.ts';
import type { ChangeParts } from '../changes/parts.ts';
import { PenstockError } from '../foundation/errors.ts';
import { type Right, rightsOf, rightsOfMachine } from '../foundation/rights.ts';
import type { Viewer } from '../foundation/viewer.ts';
import type { People } from '../people/index.ts';
import { digestOf, entriesOf, type Given, isToCome, plannedEntriesOf } from './entries.ts';
import { writeCalendar } from './icalendar.ts';
import { countUse, findMachineRole, takeLink, type UsedLink } from './links-store.ts';

export interface FeedParts extends ChangeParts {
  readonly findPerson: People['findPerson'];
}

const DAY_MS = 24 * 60 * 60 * 1000;
const DAYS_BEFORE = 31;
const DAYS_AHEAD = 400;
/** Changes and planned events of a calendar, those that begin first: what reads calendars takes no more. */
const MOST_ITEMS = 2_000;
/** Entries: a change that repeats has up to 400. */
const MOST_ENTRIES = 10_000;

const gone = (detail: string) => new PenstockError('feeds.gone', { detail });

const mayFollow = (rights: ReadonlySet<Right>) => rights.has('feeds.change') && rights.has('changes.see');

/** As whom a link acts now. @throws PenstockError 'feeds.gone' */
async function viewerOfLink(parts: FeedParts, link: UsedLink): Promise<Viewer> {
  const { userId, side, personId, certificate } = link;
  const viewer = (as: Pick<Viewer, 'person' | 'machine'>): Viewer =>
    side === 'operator' ? { kind: 'operator', userId, ...as } : { kind: 'user', userIds: [userId], ...as };
  if (personId === undefined) {
    const role = await findMachineRole(parts, link);
    if (certificate === undefined || !mayFollow(rightsOfMachine(role))) {
      throw gone('the machine that made it is not registered any more, or may not see this');
    }
    return viewer({ machine: { certificate, role, reason: undefined } });
  }
  const person = await parts.findPerson(personId);
  const choice = person?.choices.find((each) => each.kind === side && each.userId === userId);
  if (person === undefined || choice === undefined || !mayFollow(rightsOf(choice.role))) {
    throw gone('who made it may not see this any more');
  }
  return viewer({ person: { personId, email: person.email, role: choice.role, reason: undefined } });
}

/** Of each change the number and time of what is given now: those of what was given before, where it is the same. */
async function noteGiven(
  { pool, now }: ChangeParts,
  reader: Eui,
  views: readonly ChangeView[],
): Promise<ReadonlyMap<string, Given>> {
  const { rows } = await pool.query<{ change: string; digest: Buffer; sequence: number; given_at: Date }>(
    'select change, digest, sequence, given_at from feed_item where user_id = $1 and change = any ($2::uuid[])',
    [reader, views.map(({ change }) => change)],
  );
  const known = new Map(rows.map((row) => [row.change, row]));
  const news = views
    .map((view) => ({ change: view.change, digest: digestOf(view), lastAt: endOf(view) }))
    .filter(({ change, digest }) => known.get(change)?.digest.equals(digest) !== true)
    .map((item) => ({ ...item, sequence: (known.get(item.change)?.sequence ?? -1) + 1 }));
  await pool.query(
    `insert into feed_item (user_id, change, digest, sequence, given_at, last_at)
     select $1, * from (select g.change, g.digest, g.sequence, $6::timestamptz, g.last_at
                        from unnest($2::uuid[], $3::bytea[], $4::integer[], $5::timestamptz[])
                               g (change, digest, sequence, last_at)) g
     on conflict (user_id, change) do update
     set digest = excluded.digest, sequence = excluded.sequence, given_at = excluded.given_at, last_at = excluded.last_at`,
    [
      reader,
      news.map(({ change }) => change),
      news.map(({ digest }) => digest),
      news.map(({ sequence }) => sequence),
      news.map(({ lastAt }) => lastAt),
      now(),
    ],
  );
  return new Map([
    ...rows.map((row) => [row.change, { sequence: row.sequence, givenAt: row.given_at }] as const),
    ...news.map(({ change, sequence }) => [change, { sequence, givenAt: now() }] as const),
  ]);
}
const endOf = ({ occurrences }: ChangeView) => occurrences.at(-1)?.to;

export interface Feed {
  readonly text: string;
  /** As a header has it, with its quotation marks. */
  readonly etag: string;
}

/** @throws PenstockError 'request.not-found', 'feeds.gone', 'feeds.too-often' */
export async function readFeed(parts: FeedParts, token: string): Promise<Feed> {
  const link = await takeLink(parts, token);
  const viewer = await viewerOfLink(parts, link);
  const now = parts.now().getTime();
  const from = new Date(now - DAYS_BEFORE * DAY_MS).toISOString();
  const to = new Date(now + DAYS_AHEAD * DAY_MS).toISOString();
  const { service, name, userId } = link;
  const found = await listChanges(parts, viewer, { from, to, service, limit: MOST_ITEMS, find: undefined }, 'feed');
  const views = found.items.filter(isToCome);
  const planned = await listCalendar(parts, viewer, { from, limit: MOST_ITEMS });
  const events = planned.items.filter(
    ({ services }) => service === undefined || services.length === 0 || services.includes(service),
  );
  const given = await noteGiven(parts, userId, views);
  const all = [
    ...views.flatMap((view) => {
      const its = given.get(view.change);
      return its === undefined ? [] : entriesOf(view, userId, its);
    }),
    ...events.flatMap((event) => plannedEntriesOf(event, userId)),
  ].sort((one, other) => one.from.getTime() - other.from.getTime() || (one.uid < other.uid ? -1 : 1));
  const isCut = all.length > MOST_ENTRIES || found.cursor !== undefined || planned.cursor !== undefined;
  const text = writeCalendar({
    name,
    description: [
      service === undefined ? 'The forward schedule of changes.' : `The forward schedule of changes to ${service}.`,
      ...(isCut ? ['It has more than a calendar takes: what comes later is in the portal.'] : []),
    ].join(' '),
    entries: all.slice(0, MOST_ENTRIES),
  });
  await countUse(parts, token);
  return { text, etag: `"${createHash('sha256').update(text).digest('base64url')}"` };
}

/** Longer than anything that was given stays in a calendar. */
const KEPT_DAYS = 92;

/** Forgets what was given of changes that are long over. */
export async function dropOldItems({ pool, now }: Pick<ChangeParts, 'pool' | 'now'>): Promise<void> {
  await pool.query('delete from feed_item where last_at < $1', [new Date(now().getTime() - KEPT_DAYS * DAY_MS)]);
}
