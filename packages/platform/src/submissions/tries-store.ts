// The SQL of whose file is worked on, of tries that failed, and of files that wait for the Operator.
import type { StoppedSubmission } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import { refusalOf, type Submission, type SubmissionState } from './submission.ts';
import { changeState, OPEN_STATES } from './submissions-store.ts';

/** Longest words about a failure that are kept. */
const LONGEST_FAILURE = 500;

const IS_OPEN = `state in ('received', 'verified', 'checked')`;

/**
 * Of each User the file that is to be worked on next: the one that came first. One whose last try failed holds the User's
 * later files back while it pauses, because what is in force is what the later file sets; not so a file of decisions, which
 * rests on no other.
 */
export async function readNext(client: pg.PoolClient): Promise<Submission[]> {
  const { rows } = await client.query<{
    user_id: string;
    sha256: Buffer;
    upload: string;
    received_at: Date;
    reference: string;
  }>(
    `select user_id, sha256, upload, received_at, reference
     from (select distinct on (user_id) user_id, sha256, upload, received_at, reference, retry_at
           from submission
           where ${IS_OPEN} and upload is not null
             and (retry_at is null or retry_at <= clock_timestamp() or kind is distinct from 'actions')
           order by user_id, received_at, sha256) f
     where retry_at is null or retry_at <= clock_timestamp()`,
  );
  return rows.map(({ user_id, sha256, upload, received_at, reference }) => ({
    userId: requireEui(user_id),
    sha256,
    upload,
    receivedAt: received_at,
    reference,
  }));
}

export interface Try {
  /** With this one, since the file last was at rest. */
  readonly tries: number;
  /** Of the try before; undefined: it ended with its process, or there was none. */
  readonly failure: string | undefined;
}

/** Counts a try before it is begun, so that one which ends its process counts too; undefined: nothing is to be done. */
export async function beginTry(
  client: pg.PoolClient,
  { userId, sha256 }: Pick<Submission, 'userId' | 'sha256'>,
): Promise<Try | undefined> {
  const { rows } = await client.query<{ tries: number; failure: string | null }>(
    `update submission set tries = tries + 1, retry_at = null
     where user_id = $1 and sha256 = $2 and ${IS_OPEN} returning tries, failure`,
    [userId, sha256],
  );
  return rows[0] && { tries: rows[0].tries, failure: rows[0].failure ?? undefined };
}

/** A try that failed; the next one is begun after `pause` seconds. */
export async function endTry(
  client: pg.PoolClient,
  { userId, sha256 }: Pick<Submission, 'userId' | 'sha256'>,
  { failure, pause }: { readonly failure: string; readonly pause: number },
): Promise<void> {
  await client.query(
    `update submission set failure = $3, retry_at = clock_timestamp() + make_interval(secs => $4)
     where user_id = $1 and sha256 = $2 and ${IS_OPEN}`,
    [userId, sha256, failure.slice(0, LONGEST_FAILURE), pause],
  );
}

/** A file of which every try failed waits for the Operator from now on; false: somebody brought it to rest meanwhile. */
export function stopTrying(
  pool: pg.Pool,
  { userId, sha256 }: Pick<Submission, 'userId' | 'sha256'>,
  { failure, tries }: { readonly failure: string; readonly tries: number },
): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    await client.query(`update submission set failure = $3 where user_id = $1 and sha256 = $2 and ${IS_OPEN}`, [
      userId,
      sha256,
      failure.slice(0, LONGEST_FAILURE),
    ]);
    const refusal = refusalOf(
      'submissions.needs-operator',
      `it was tried ${tries} times; nothing of it was applied, and the Operator was told`,
    );
    return changeState(client, { userId, sha256 }, { state: 'needs_operator', refusal });
  });
}

/**
 * Tries a file again that waits for the Operator; it goes before all of its User that came later.
 * @throws PenstockError 'request.not-found', 'submissions.not-stopped'
 */
export async function tryAgain(
  pool: pg.Pool,
  { userId, sha256, by }: { readonly userId: Eui; readonly sha256: Buffer; readonly by: string },
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ state: SubmissionState }>(
      'select state from submission where user_id = $1 and sha256 = $2 for update',
      [userId, sha256],
    );
    const state = rows[0]?.state;
    if (state === undefined) throw new PenstockError('request.not-found', { detail: 'there is no such submission' });
    // twice is once
    if (OPEN_STATES.includes(state)) return;
    if (state !== 'needs_operator') throw new PenstockError('submissions.not-stopped', { detail: `it is ${state}` });
    await changeState(client, { userId, sha256 }, { state: 'received', by }, ['needs_operator']);
  });
}

/** Whether a file of the same kind that came after all valid signatures of this one was applied. */
export async function isSuperseded(client: pg.PoolClient, { userId, sha256 }: Submission): Promise<boolean> {
  const { rows } = await client.query(
    `select from submission s join submission o on o.user_id = s.user_id and o.kind = s.kind
     where s.user_id = $1 and s.sha256 = $2 and o.state = 'applied'
       and o.received_at > (select max(g.received_at) from submission_signature g
                            where g.user_id = $1 and g.sha256 = $2 and g.verdict = 'valid')
     limit 1`,
    [userId, sha256],
  );
  return rows.length > 0;
}

/** Files that wait for the Operator. */
export async function countStopped(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::integer as count from submission where state = 'needs_operator'`,
  );
  return rows[0]?.count ?? 0;
}

/** A page of them of all Users, the first that stopped first: for the Operator. */
export async function listStopped(
  pool: pg.Pool,
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<{ items: StoppedSubmission[]; cursor: string | undefined }> {
  const [, at, user, sha256 = ''] =
    /^(\d{4}-[0-9T:.-]{12,24}Z) ([0-9A-F-]{23}) ([0-9a-f]{64})$/.exec(cursor ?? '') ?? [];
  if (cursor !== undefined && at === undefined) {
    throw new PenstockError('request.invalid', { detail: 'this is no cursor of this list', where: 'cursor' });
  }
  const { rows } = await pool.query<StoppedRow>(
    `select user_id, encode(sha256, 'hex') as sha256, kind, reference, received_at, changed_at, failure,
            to_char(changed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at
     from submission
     where state = 'needs_operator'
       and ($1::timestamptz is null or (changed_at, user_id, sha256) > ($1::timestamptz, $2::macaddr8, decode($3, 'hex')))
     order by changed_at, user_id, sha256 limit $4`,
    [at, user, sha256, limit + 1],
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map((row) => ({
      userId: requireEui(row.user_id),
      sha256: row.sha256,
      ...(row.kind === null ? {} : { kind: row.kind }),
      reference: row.reference,
      receivedAt: row.received_at.toISOString(),
      stoppedAt: row.changed_at.toISOString(),
      ...(row.failure === null ? {} : { failure: row.failure }),
    })),
    cursor:
      rows.length > limit && last !== undefined ? `${last.at} ${requireEui(last.user_id)} ${last.sha256}` : undefined,
  };
}

interface StoppedRow {
  user_id: string;
  sha256: string;
  kind: StoppedSubmission['kind'] | null;
  reference: string;
  received_at: Date;
  changed_at: Date;
  failure: string | null;
  at: string;
}
