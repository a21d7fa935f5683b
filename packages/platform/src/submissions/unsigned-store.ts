// The bytes of files that no officer signed. They are kept for some days, so that what was refused can be looked at and
// signed after all; a quota for each User ID bounds them, for anybody with a way in can send such files.
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { inTransaction } from '../foundation/database/index.ts';

export interface KeptUnsigned {
  /** 0: nothing is kept. */
  readonly days: number;
  /** Of all such files of a User ID. */
  readonly mostBytes: number;
}

interface FileKey {
  readonly userId: Eui;
  readonly sha256: Buffer;
}

/** Of the submission `s`. */
const IS_SIGNED = `exists (
  select from submission_signature g where g.user_id = s.user_id and g.sha256 = s.sha256 and g.verdict = 'valid')`;

/**
 * Of a file that is refused and whose row is locked: where nobody's signature is valid its bytes are dropped, or kept for
 * the days since it was refused first where its User's quota has room. One that does not fit pushes no other out.
 */
export async function settleUnsigned(
  client: pg.PoolClient,
  { userId, sha256 }: FileKey,
  { days, mostBytes }: KeptUnsigned = { days: 0, mostBytes: 0 },
): Promise<void> {
  const { rows } = await client.query<{ upload: string; size: string; kept: string }>(
    `select s.upload, s.size::text,
            (select coalesce(sum(o.size), 0) from submission o
             where o.user_id = $1 and o.sha256 <> $2 and o.unsigned_until is not null)::text as kept
     from submission s where s.user_id = $1 and s.sha256 = $2 and s.upload is not null and not ${IS_SIGNED}`,
    [userId, sha256],
  );
  const [file] = rows;
  if (file === undefined) return;
  if (days > 0 && Number(file.kept) + Number(file.size) <= mostBytes) {
    await client.query(
      `update submission set unsigned_until = coalesce(unsigned_until, clock_timestamp() + make_interval(days => $3))
       where user_id = $1 and sha256 = $2`,
      [userId, sha256, days],
    );
    return;
  }
  await client.query('delete from submission_chunk where user_id = $1 and upload = $2', [userId, file.upload]);
  await client.query('update submission set upload = null, unsigned_until = null where user_id = $1 and sha256 = $2', [
    userId,
    sha256,
  ]);
}

/** Files a transaction: the bytes of each may be hundreds of pieces. */
const DROPPED_AT_ONCE = 20;

/** Drops the bytes that were kept long enough; of how many files. One that is signed anew meanwhile is left alone. */
export async function dropUnsigned(pool: pg.Pool): Promise<number> {
  let dropped = 0;
  for (;;) {
    const some = await inTransaction(pool, async (client) => {
      const { rows } = await client.query<{ user_id: string; sha256: Buffer; upload: string }>(
        `select user_id, sha256, upload from submission
         where unsigned_until < clock_timestamp() and state = 'refused'
         order by unsigned_until limit $1 for update skip locked`,
        [DROPPED_AT_ONCE],
      );
      for (const { user_id, sha256, upload } of rows) {
        await client.query('delete from submission_chunk where user_id = $1 and upload = $2', [user_id, upload]);
        await client.query(
          'update submission set upload = null, unsigned_until = null where user_id = $1 and sha256 = $2',
          [user_id, sha256],
        );
      }
      return rows.length;
    });
    dropped += some;
    if (some < DROPPED_AT_ONCE) return dropped;
  }
}
