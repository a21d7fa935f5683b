// Outages of ways as the Operator declares, changes and ends them. Each tells all Users in its own transaction; so does the
// beginning of one that was announced.
import { type OutageDocument, type postOutageSchema, wayNames } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import type { z } from 'zod';
import { type Author, recordChanges } from '../foundation/activity.ts';
import { authorOf, shownAuthor } from '../foundation/author.ts';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { instantWords, type Outage, wordsOfAnnounced, wordsOfEnd, wordsOfOutage } from './announcements.ts';
import { takeTurn, tellAll } from './notices-store.ts';
import { begin, meanwhileOf, nameOfWay, standingOf, type Way } from './standing.ts';
import { readFacts } from './ways-store.ts';

/** How long ago an outage may have begun, and how far ahead one may be announced. */
const MOST_DAYS = 31;
const DAY_MS = 24 * 3600 * 1000;

export interface OutageRow {
  outage: string;
  way: Way;
  from_at: Date;
  reason: string;
  expected_end: Date | null;
  declared_at: Date;
  declared_by: string;
  ended_at: Date | null;
  ended_by: string | null;
  ended_why: string | null;
}

export function outageOf(row: OutageRow): Outage {
  return {
    way: row.way,
    from: row.from_at,
    reason: row.reason,
    expectedEnd: row.expected_end ?? undefined,
    endedAt: row.ended_at ?? undefined,
  };
}

export function outageDocument(row: OutageRow, viewer: Viewer): OutageDocument {
  return {
    outage: row.outage,
    way: row.way,
    from: row.from_at.toISOString(),
    reason: row.reason,
    ...(row.expected_end === null ? {} : { expectedEnd: row.expected_end.toISOString() }),
    declaredAt: row.declared_at.toISOString(),
    declaredBy: shownAuthor(viewer, row.declared_by),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at.toISOString() }),
    ...(row.ended_by === null ? {} : { endedBy: shownAuthor(viewer, row.ended_by) }),
    ...(row.ended_why === null ? {} : { endedWhy: row.ended_why }),
  };
}

interface Acting {
  readonly viewer: Viewer;
  readonly author: Author;
  readonly now: Date;
  readonly operatorId: Eui;
}

function requireSpan(from: Date, expectedEnd: Date | undefined, now: Date): void {
  const invalid = (detail: string, where: string) => new PenstockError('request.invalid', { detail, where });
  if (Math.abs(from.getTime() - now.getTime()) > MOST_DAYS * DAY_MS) {
    throw invalid(`an outage begins at most ${MOST_DAYS} days before or after now`, 'from');
  }
  if (expectedEnd === undefined) return;
  if (expectedEnd <= from) throw invalid('it ends before it begins', 'expectedEnd');
  if (expectedEnd < now) throw invalid('it lies in the past', 'expectedEnd');
}

/**
 * Declares an outage, answers what Users reported of the way, and tells all of them what is open meanwhile.
 * @throws PenstockError 'request.invalid', 'ways.not-usable', 'ways.outage-declared'
 */
export async function declareOutage(
  pool: pg.Pool,
  wanted: z.infer<typeof postOutageSchema> & { readonly outage: string },
  { viewer, author, now, operatorId }: Acting,
): Promise<void> {
  const { way, outage, reason } = wanted;
  const from = wanted.from === undefined ? now : new Date(wanted.from);
  const expectedEnd = wanted.expectedEnd === undefined ? undefined : new Date(wanted.expectedEnd);
  requireSpan(from, expectedEnd, now);
  await inTransaction(pool, async (client) => {
    await takeTurn(client);
    const known = await readFacts(client, now);
    if (!known.some((one) => one.way === way && one.isSetUp)) {
      throw new PenstockError('ways.not-usable', {
        detail: `the settings do not have ${nameOfWay[way]}`,
        where: 'way',
      });
    }
    const { rowCount } = await client.query(
      `insert into way_outage (outage, way, from_at, reason, expected_end, declared_at, declared_by, changed_at)
       values ($1, $2, $3, $4, $5, $6, $7, $6) on conflict (way) where ended_at is null do nothing`,
      [outage, way, from, reason, expectedEnd, now, authorOf(viewer)],
    );
    if (rowCount === 0) {
      throw new PenstockError('ways.outage-declared', { detail: `of ${nameOfWay[way]}`, where: 'way' });
    }
    await client.query(
      `update way_report set state = 'declared', outage = $2, answered_at = $3, answered_by = $4,
                             answer = 'The outage is declared.', changed_at = $3
       where way = $1 and state = 'open'`,
      [way, outage, now, authorOf(viewer)],
    );
    const told = { way, from, reason, expectedEnd, endedAt: undefined };
    const begun = from > now ? undefined : outage;
    const words =
      begun === undefined
        ? wordsOfAnnounced(told)
        : wordsOfOutage(told, meanwhileOf(await readFacts(client, now), way));
    await tellAll(client, { way, words, operatorId, begun });
    await recordChanges(client, author, [{ what: 'outage-declared', acting: 'operator', detail: words }]);
  });
}

/** Tells all Users of outages that were announced and have begun since: what is open meanwhile is known only now. */
export async function tellBegun(pool: pg.Pool, { now, operatorId }: Pick<Acting, 'now' | 'operatorId'>): Promise<void> {
  const due = `declared_at < from_at and from_at <= $1 and ended_at is null and begun_told_at is null`;
  if ((await pool.query(`select from way_outage where ${due}`, [now])).rowCount === 0) return;
  await inTransaction(pool, async (client) => {
    await takeTurn(client);
    const { rows } = await client.query<OutageRow>(
      `update way_outage set begun_told_at = $1 where ${due} returning *`,
      [now],
    );
    for (const row of rows) {
      const words = wordsOfOutage(outageOf(row), meanwhileOf(await readFacts(client, now), row.way));
      await tellAll(client, { way: row.way, words, operatorId, begun: row.outage });
    }
  });
}

async function lockOpen(client: pg.PoolClient, outage: string): Promise<OutageRow> {
  await takeTurn(client);
  const { rows } = await client.query<OutageRow>('select * from way_outage where outage = $1', [outage]);
  const [row] = rows;
  if (row === undefined) throw new PenstockError('request.not-found', { detail: 'there is no such outage' });
  if (row.ended_at !== null) throw new PenstockError('ways.outage-ended', { detail: instantWords(row.ended_at) });
  return row;
}

/** Another expected end. @throws PenstockError 'request.not-found', 'request.invalid', 'ways.outage-ended' */
export async function changeOutage(
  pool: pg.Pool,
  { outage, expectedEnd }: { outage: string; expectedEnd: Date | undefined },
  { author, now, operatorId }: Acting,
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { way, from_at, expected_end } = await lockOpen(client, outage);
    if (expected_end?.getTime() === expectedEnd?.getTime()) return;
    requireSpan(from_at, expectedEnd, now);
    await client.query('update way_outage set expected_end = $2, changed_at = $3 where outage = $1', [
      outage,
      expectedEnd,
      now,
    ]);
    const until = expectedEnd === undefined ? 'is not known any more' : `is now ${instantWords(expectedEnd)}`;
    const words = `The expected end of the outage of ${nameOfWay[way]} ${until}.`;
    await tellAll(client, { way, words, operatorId });
    await recordChanges(client, author, [{ what: 'outage-changed', acting: 'operator', detail: words }]);
  });
}

/** Ends an outage, or calls one off that has not begun. @throws PenstockError 'request.not-found', 'ways.outage-ended' */
export async function endOutage(
  pool: pg.Pool,
  { outage, why }: { outage: string; why: string },
  { viewer, author, now, operatorId }: Acting,
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { way, from_at } = await lockOpen(client, outage);
    await client.query(
      'update way_outage set ended_at = $2, ended_by = $3, ended_why = $4, changed_at = $2 where outage = $1',
      [outage, now, authorOf(viewer), why],
    );
    const facts = await readFacts(client, now);
    const { preferred } = standingOf(way, facts);
    const fallbacks = facts.filter(({ use, isSetUp }) => use === 'fallback' && isSetUp).map((one) => one.way);
    const words =
      from_at > now
        ? `${begin(nameOfWay[way])}: the outage that was announced from ${instantWords(from_at)} is called off. ${why}`
        : `${wordsOfEnd({ way }, now, way === preferred ? fallbacks : [])} ${why}`;
    await tellAll(client, { way, words, operatorId });
    await recordChanges(client, author, [{ what: 'outage-ended', acting: 'operator', detail: words }]);
  });
}

/** A page, newest first. */
export async function listOutages(
  pool: pg.Pool,
  viewer: Viewer,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<{ items: OutageDocument[]; cursor: string | undefined }> {
  const [at, id] = readCursor(cursor);
  const { rows } = await pool.query<OutageRow>(
    `select * from way_outage where $1::timestamptz is null or (declared_at, outage) < ($1, $2)
     order by declared_at desc, outage desc limit $3`,
    [at, id, limit + 1],
  );
  const items = rows.slice(0, limit).map((row) => outageDocument(row, viewer));
  const last = items.at(-1);
  return { items, cursor: rows.length > limit && last !== undefined ? `${last.declaredAt}~${last.outage}` : undefined };
}

/** An instant and a name. @throws PenstockError 'request.invalid' */
export function readCursor(cursor: string | undefined): [string | undefined, string | undefined] {
  if (cursor === undefined) return [undefined, undefined];
  const [, at, id] = /^(\d{4}-[0-9T:.-]{12,24}Z)~([0-9a-f-]{36})$/.exec(cursor) ?? [];
  if (at === undefined || Number.isNaN(Date.parse(at))) {
    throw new PenstockError('request.invalid', { detail: 'this is no cursor of this list', where: 'cursor' });
  }
  return [at, id];
}

/** Not ended, or ended after an instant. */
export async function readLateOutages(pool: pg.Pool, endedAfter: Date): Promise<OutageRow[]> {
  const { rows } = await pool.query<OutageRow>(
    'select * from way_outage where ended_at is null or ended_at > $1 order by from_at, outage',
    [endedAfter],
  );
  return rows.sort((one, other) => wayNames.indexOf(one.way) - wayNames.indexOf(other.way));
}
