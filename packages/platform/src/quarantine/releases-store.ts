// Releases as they are shown, and the switches of one.
import type { postReleaseSchema, ReleaseDocument } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import type { z } from 'zod';
import { PenstockError } from '../foundation/errors.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import type { Page } from './events-store.ts';

interface ReleaseRow {
  user_id: string;
  submission: string;
  state: ReleaseDocument['state'];
  rate: number | null;
  decided: string;
  sent: string;
  deleted: string;
  refused: string;
  started_at: Date;
  ended_at: Date | null;
  at: string;
}

const COLUMNS = `user_id, encode(submission, 'hex') as submission, state, rate, decided::text, sent::text, deleted::text,
  refused::text, started_at, ended_at, to_char(started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at`;

function toRelease(row: ReleaseRow): ReleaseDocument {
  return {
    userId: requireEui(row.user_id),
    submission: row.submission,
    state: row.state,
    ...(row.rate === null ? {} : { rate: row.rate }),
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
  { cursor, limit }: { cursor?: string | undefined; limit: number },
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
       order by release.started_at desc, release.submission desc limit $4`,
      [userId, at, submission, limit + 1],
    ),
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toRelease),
    cursor: rows.length > limit && last !== undefined ? `${last.at} ${last.submission}` : undefined,
  };
}

/**
 * Pauses a release, lets it go on, or sets its rate; it takes effect after the chunk under way.
 * @throws PenstockError 'request.not-found', 'quarantine.release-done'
 */
export async function switchRelease(
  pool: pg.Pool,
  options: { userId: Eui; submission: string; change: z.output<typeof postReleaseSchema> },
): Promise<ReleaseDocument> {
  const { userId, submission, change } = options;
  const { rows } = await pool.query<ReleaseRow>(
    `update release set state = coalesce($3, state), rate = case when $4 then $5 else rate end,
                        next_at = clock_timestamp()
     where user_id = $1 and submission = decode($2, 'hex') and state <> 'done'
     returning ${COLUMNS}`,
    [userId, submission, change.state, change.rate !== undefined, change.rate ?? null],
  );
  if (rows[0] !== undefined) return toRelease(rows[0]);
  const known = await pool.query("select from release where user_id = $1 and submission = decode($2, 'hex')", [
    userId,
    submission,
  ]);
  if (known.rowCount === 0) throw new PenstockError('request.not-found', { detail: 'there is no such release' });
  throw new PenstockError('quarantine.release-done', { detail: 'everything in it was carried out' });
}
