// Releases as they are shown, and the switches of one.
import type { ReleaseDocument } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import type { Page } from './events-store.ts';
import { type ReleaseChange, type ReleaseStart, switched, wordsOfChange } from './quarantine.ts';

interface ReleaseRow {
  user_id: string;
  submission: string;
  state: ReleaseDocument['state'];
  rate: number | null;
  paused_by: string | null;
  decided: string;
  sent: string;
  deleted: string;
  refused: string;
  started_at: Date;
  ended_at: Date | null;
  switches: ReleaseDocument['switches'];
  at: string;
}

/** Switches of a release that are shown; all are kept. */
const SHOWN_SWITCHES = 20;

const COLUMNS = `user_id, encode(submission, 'hex') as submission, state, rate, paused_by, decided::text, sent::text, deleted::text,
  refused::text, started_at, ended_at, to_char(started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at,
  (select coalesce(jsonb_agg(jsonb_build_object(
            'at', to_char(s.switched_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
            'author', s.author, 'change', s.change) order by s.number), '[]')
   from (select * from release_switch w
         where w.user_id = release.user_id and w.submission = release.submission
         order by w.number desc limit ${SHOWN_SWITCHES}) s) as switches`;

function toRelease(row: ReleaseRow): ReleaseDocument {
  return {
    userId: requireEui(row.user_id),
    submission: row.submission,
    state: row.state,
    ...(row.rate === null ? {} : { rate: row.rate }),
    ...(row.paused_by === null ? {} : { pausedBy: row.paused_by }),
    switches: row.switches,
    decided: Number(row.decided),
    sent: Number(row.sent),
    deleted: Number(row.deleted),
    refused: Number(row.refused),
    startedAt: row.started_at.toISOString(),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at.toISOString() }),
  };
}

/** A page of a User's releases, newest first. */
export async function listReleases(
  pool: pg.Pool,
  userId: Eui,
  { cursor, limit, event }: { cursor?: string | undefined; limit: number; event?: string | undefined },
): Promise<Page<ReleaseDocument>> {
  const [, at, submission = ''] = /^(\d{4}-[0-9T:.-]{12,24}Z) ([0-9a-f]{64})$/.exec(cursor ?? '') ?? [];
  if (cursor !== undefined && at === undefined) {
    throw new PenstockError('request.invalid', { detail: 'this is no cursor of this list', where: 'cursor' });
  }
  const { rows } = await asViewerOf(pool, [userId], (client) =>
    client.query<ReleaseRow>(
      `select ${COLUMNS} from release
       where user_id = $1
         and ($2::timestamptz is null or (started_at, submission) < ($2::timestamptz, decode($3, 'hex')))
         and ($5::numeric is null or submission in (
               select e.submission from event_decision e where e.user_id = $1 and e.event = $5))
       order by release.started_at desc, release.submission desc limit $4`,
      [userId, at, submission, limit + 1, event],
    ),
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toRelease),
    cursor: rows.length > limit && last !== undefined ? `${last.at} ${last.submission}` : undefined,
  };
}

/** Begins the release of what a file decided, in the caller's transaction. */
export async function beginRelease(
  client: pg.PoolClient,
  options: { userId: Eui; submission: Buffer; start: ReleaseStart; decided: number },
): Promise<void> {
  const { userId, submission, start, decided } = options;
  const { pausedBy, rate } = start;
  await client.query(
    `insert into release (user_id, submission, state, paused_by, rate, next_at, decided, started_at)
     values ($1, $2, $3, $4, $5, clock_timestamp(), $6, clock_timestamp())`,
    [userId, submission, pausedBy === undefined ? 'running' : 'paused', pausedBy, rate?.perSecond, decided],
  );
  if (rate !== undefined)
    await recordSwitches(client, { userId, submission, author: rate.by }, [`rate ${rate.perSecond}`]);
  if (pausedBy !== undefined) await recordSwitches(client, { userId, submission, author: pausedBy }, ['paused']);
}

/** Writes down who switched a release; the caller holds the lock of its row. */
async function recordSwitches(
  client: pg.PoolClient,
  { userId, submission, author }: { userId: Eui; submission: Buffer; author: string },
  changes: readonly string[],
): Promise<void> {
  await client.query(
    `insert into release_switch (user_id, submission, number, switched_at, author, change)
     select $1, $2, (select count(*) from release_switch where user_id = $1 and submission = $2) + n, clock_timestamp(),
            $3, change
     from unnest($4::text[]) with ordinality as t(change, n)`,
    [userId, submission, author, changes],
  );
}

/**
 * Pauses a release, lets it go on, or sets its rate; it takes effect after the chunk under way, and who did it is
 * recorded. What the Operator paused only the Operator lets go on.
 * @throws PenstockError 'request.not-found', 'quarantine.release-done', 'quarantine.release-paused'
 */
export async function switchRelease(
  pool: pg.Pool,
  options: { userId: Eui; submission: string; author: string; change: ReleaseChange },
): Promise<ReleaseDocument> {
  const { userId, author, change } = options;
  const submission = Buffer.from(options.submission, 'hex');
  return inTransaction(pool, async (client) => {
    const found = await client.query<Pick<ReleaseRow, 'state' | 'rate' | 'paused_by'>>(
      'select state, rate, paused_by from release where user_id = $1 and submission = $2 for update',
      [userId, submission],
    );
    const [row] = found.rows;
    if (row === undefined) throw new PenstockError('request.not-found', { detail: 'there is no such release' });
    if (row.state === 'done') {
      throw new PenstockError('quarantine.release-done', { detail: 'everything in it was carried out' });
    }
    const before = { rate: row.rate, pausedBy: row.paused_by ?? undefined };
    const { rate, pausedBy } = switched(before, change, author);
    await client.query(
      `update release set state = $3, rate = $4, paused_by = $5, next_at = clock_timestamp()
       where user_id = $1 and submission = $2`,
      [userId, submission, pausedBy === undefined ? 'running' : 'paused', rate, pausedBy],
    );
    await recordSwitches(client, { userId, submission, author }, wordsOfChange(before, { rate, pausedBy }));
    const { rows } = await client.query<ReleaseRow>(
      `select ${COLUMNS} from release where user_id = $1 and submission = $2`,
      [userId, submission],
    );
    const [after] = rows;
    if (after === undefined) throw new Error('a release that was locked is gone');
    return toRelease(after);
  });
}
