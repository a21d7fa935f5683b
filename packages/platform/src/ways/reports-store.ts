// What Users report of ways that fail, and what the Operator answers: an outage that is declared (outages-store.ts), or
// why not. A User sees its own, behind the second wall too.
import type { OutageReport, Way } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { type Author, recordChanges } from '../foundation/activity.ts';
import { authorOf } from '../foundation/author.ts';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import { tellOne } from './notices-store.ts';
import { readCursor } from './outages-store.ts';
import { nameOfWay } from './standing.ts';

interface ReportRow {
  user_id: string;
  report: string;
  way: Way;
  reported_at: Date;
  reported_by: string;
  words: string;
  state: OutageReport['state'];
  outage: string | null;
  answered_at: Date | null;
  answer: string | null;
}

function documentOf(row: ReportRow): OutageReport {
  return {
    report: row.report,
    userId: requireEui(row.user_id),
    way: row.way,
    reportedAt: row.reported_at.toISOString(),
    reportedBy: row.reported_by,
    words: row.words,
    state: row.state,
    ...(row.outage === null ? {} : { outage: row.outage }),
    ...(row.answered_at === null ? {} : { answeredAt: row.answered_at.toISOString() }),
    ...(row.answer === null ? {} : { answer: row.answer }),
  };
}

interface Acting {
  readonly viewer: Viewer;
  readonly author: Author;
  readonly now: Date;
}

/** @throws PenstockError 'ways.report-open', 'ways.outage-declared' */
export async function reportOutage(
  pool: pg.Pool,
  { report, userId, way, words }: { report: string; userId: Eui; way: Way; words: string },
  { viewer, author, now }: Acting,
): Promise<OutageReport> {
  return inTransaction(pool, async (client) => {
    const declared = await client.query(
      'select from way_outage where way = $1 and ended_at is null and from_at <= $2',
      [way, now],
    );
    if (declared.rowCount !== 0) throw new PenstockError('ways.outage-declared', { where: 'way' });
    const { rows } = await client.query<ReportRow>(
      `insert into way_report (user_id, report, way, reported_at, reported_by, words, changed_at)
       values ($1, $2, $3, $4, $5, $6, $4) on conflict (user_id, way) where state = 'open' do nothing returning *`,
      [userId, report, way, now, authorOf(viewer), words],
    );
    if (rows[0] === undefined) throw new PenstockError('ways.report-open', { where: 'way' });
    const detail = `${nameOfWay[way]}: ${words}`;
    await recordChanges(client, author, [{ what: 'outage-reported', acting: userId, detail }]);
    return documentOf(rows[0]);
  });
}

/** Says why no outage is declared, and tells the User. @throws PenstockError 'request.not-found', 'ways.report-answered' */
export async function dismissReport(
  pool: pg.Pool,
  { report, userId, answer }: { report: string; userId: Eui; answer: string },
  { viewer, author, now }: Acting,
): Promise<OutageReport> {
  return inTransaction(pool, async (client) => {
    const found = await client.query<ReportRow>(
      'select * from way_report where user_id = $1 and report = $2 for update',
      [userId, report],
    );
    const [row] = found.rows;
    if (row === undefined) throw new PenstockError('request.not-found', { detail: 'there is no such report' });
    if (row.state !== 'open') throw new PenstockError('ways.report-answered');
    const { rows } = await client.query<ReportRow>(
      `update way_report set state = 'dismissed', answered_at = $3, answered_by = $4, answer = $5, changed_at = $3
       where user_id = $1 and report = $2 returning *`,
      [userId, report, now, authorOf(viewer), answer],
    );
    const words = `What was reported of ${nameOfWay[row.way]} is answered, no outage is declared: ${answer}`;
    await tellOne(client, { way: row.way, words, userId });
    await recordChanges(client, author, [{ what: 'outage-report-answered', acting: userId, detail: words }]);
    return documentOf(rows[0] ?? row);
  });
}

const LIST_SQL = `
  select * from way_report
  where ($1::macaddr8[] is null or user_id = any ($1)) and ($2::text is null or state = $2)
    and ($3::timestamptz is null or (reported_at, report) < ($3, $4))
  order by reported_at desc, report desc limit $5`;

/** A page, newest first, of these User IDs or of all. */
export async function listReports(
  pool: pg.Pool,
  users: readonly Eui[] | 'all',
  query: { cursor?: string | undefined; limit: number; state?: OutageReport['state'] | undefined },
): Promise<{ items: OutageReport[]; cursor: string | undefined }> {
  const [at, id] = readCursor(query.cursor);
  const values = [users === 'all' ? null : users, query.state, at, id, query.limit + 1];
  const { rows } =
    users === 'all'
      ? await pool.query<ReportRow>(LIST_SQL, values)
      : await asViewerOf(pool, users, (client) => client.query<ReportRow>(LIST_SQL, values));
  const items = rows.slice(0, query.limit).map(documentOf);
  const last = items.at(-1);
  return {
    items,
    cursor: rows.length > query.limit && last !== undefined ? `${last.reportedAt}~${last.report}` : undefined,
  };
}
