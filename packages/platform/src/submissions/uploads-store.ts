// The SQL of what comes in: bytes in pieces, and what makes them a submission.
//
// A User uploads one file at a time: it holds its row of submission_upload, which is deleted by the transaction that makes
// the upload a submission. So whoever takes the place of an upload, or cleans up after it, waits for that transaction, and
// knows then whether it was committed, though its connection was lost.
import type { Way } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { ReleaseStart } from '../quarantine/quarantine.ts';
import { addStep } from './receipts.ts';
import { storeReleaseStart } from './release-start-store.ts';
import { raisedReference, type SubmissionState } from './submission.ts';
import { HAS_UNJUDGED } from './submissions-store.ts';

/** A file may be signed anew when a signature was refused; nobody needs more tries than this. */
const MOST_SIGNATURES = 20;

/** Deliveries of one file that are written down; a client that goes wrong sends it a million times. */
const MOST_DELIVERIES = 100;

/** Files of a User in a day that nobody's signature was valid of: each leaves its hash, signatures and receipts for ever. */
const MOST_UNSIGNED_A_DAY = 1_000;

/**
 * An upload of which nothing came for so long gives way to another, as one whose process was killed: longer than a piece
 * takes at the slowest pace (pace.ts), which is 64 s.
 */
const STALLED = "interval '100 seconds'";

/** Of the chunk `c`: no submission refers to it. */
const IS_NO_SUBMISSION = 'not exists (select from submission s where s.user_id = c.user_id and s.upload = c.upload)';

interface UploadKey {
  readonly userId: Eui;
  readonly upload: string;
}

/**
 * Begins an upload and returns the bytes that are kept of the User's other files.
 * @throws PenstockError 'submissions.upload-under-way'
 */
export async function beginUpload(pool: pg.Pool, { userId, upload }: UploadKey): Promise<number> {
  return inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      `insert into submission_upload as u (user_id, upload, stored_at) values ($1, $2, clock_timestamp())
       on conflict (user_id) do update set upload = excluded.upload, stored_at = excluded.stored_at
       where u.stored_at < clock_timestamp() - ${STALLED}`,
      [userId, upload],
    );
    if (rowCount === 0) {
      throw new PenstockError('submissions.upload-under-way', { detail: `a file of ${userId} is being taken in` });
    }
    // of an upload whose place this one took
    await client.query(`delete from submission_chunk c where c.user_id = $1 and ${IS_NO_SUBMISSION}`, [userId]);
    const { rows } = await client.query<{ kept: string }>(
      'select coalesce(sum(size), 0) as kept from submission where user_id = $1 and upload is not null',
      [userId],
    );
    return Number(rows[0]?.kept ?? 0);
  });
}

function overtaken(): PenstockError {
  return new PenstockError('submissions.upload-under-way', {
    detail: 'it stood still, and another file took its place',
  });
}

/** @throws PenstockError 'submissions.upload-under-way' when another upload took its place */
export async function storeChunk(
  pool: pg.Pool,
  { userId, upload, number, bytes }: UploadKey & { number: number; bytes: Buffer },
): Promise<void> {
  const { rowCount } = await pool.query(
    `with ours as (
       update submission_upload set stored_at = clock_timestamp() where user_id = $1 and upload = $2 returning upload
     )
     insert into submission_chunk (user_id, upload, number, bytes) select $1, upload, $3, $4 from ours`,
    [userId, upload, number, bytes],
  );
  if (rowCount === 0) throw overtaken();
}

/** Drops what was stored of an upload, unless it has become a submission. */
export async function dropUpload(pool: pg.Pool, { userId, upload }: UploadKey): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query('delete from submission_upload where user_id = $1 and upload = $2', [userId, upload]);
    await client.query(
      `delete from submission_chunk c where c.user_id = $1 and c.upload = $2 and ${IS_NO_SUBMISSION}`,
      [userId, upload],
    );
  });
}

/** Drops the uploads of which nothing came for an hour. */
export async function dropAbandonedUploads(pool: pg.Pool): Promise<number> {
  await pool.query(`delete from submission_upload where stored_at < clock_timestamp() - interval '1 hour'`);
  const { rowCount } = await pool.query(
    `delete from submission_chunk c
     where c.stored_at < clock_timestamp() - interval '1 hour' and ${IS_NO_SUBMISSION}
       and not exists (select from submission_upload u where u.user_id = c.user_id and u.upload = c.upload)`,
  );
  return rowCount ?? 0;
}

export interface Upload extends UploadKey {
  readonly sha256: Buffer;
  readonly size: number;
  readonly signature: Buffer;
  readonly signatureSha256: Buffer;
  readonly start: ReleaseStart;
  readonly way: Way;
  /** Who delivers it. */
  readonly by: string;
  readonly fileName: string | undefined;
}

/** The stored bytes are all there. */
async function isWhole(client: pg.PoolClient, { userId, upload }: UploadKey, size: number): Promise<boolean> {
  const { rows } = await client.query<{ size: string }>(
    'select coalesce(sum(octet_length(bytes)), 0) as size from submission_chunk where user_id = $1 and upload = $2',
    [userId, upload],
  );
  return Number(rows[0]?.size) === size;
}

/** Of a file that was received before: the new bytes take the place of those that are gone, or are dropped. */
async function keepOneUpload(client: pg.PoolClient, given: Upload, known: string | null): Promise<void> {
  const { userId, sha256, upload, size } = given;
  const hasBytes = known !== null && (await isWhole(client, { userId, upload: known }, size));
  const adopted = hasBytes
    ? undefined
    : await client.query(
        `update submission s set upload = $3
         where s.user_id = $1 and s.sha256 = $2
           and exists (select from submission_signature g
                       where g.user_id = s.user_id and g.sha256 = s.sha256 and g.verdict is distinct from 'refused')`,
        [userId, sha256, upload],
      );
  const gone = adopted?.rowCount === 1 ? known : upload;
  await client.query('delete from submission_chunk where user_id = $1 and upload = $2', [userId, gone]);
}

/**
 * Makes an upload a submission, or finds that it is one already: then its bytes are dropped unless those that were stored
 * are gone, and a signature that is new has it judged again unless it was applied. After the commit it goes on by itself.
 * @throws PenstockError 'submissions.too-many-signatures', 'submissions.too-many-unsigned',
 *   'submissions.upload-under-way'
 */
export async function receive(pool: pg.Pool, given: Upload): Promise<void> {
  const { userId, upload, sha256, size } = given;
  await inTransaction(pool, async (client) => {
    const ended = await client.query(
      'delete from submission_upload where user_id = $1 and upload = $2 returning clock_timestamp() as now',
      [userId, upload],
    );
    if (ended.rowCount === 0) throw overtaken();
    const receivedAt: Date = ended.rows[0].now;
    const reference = raisedReference({ sha256, receivedAt });
    const made = await client.query(
      `insert into submission (user_id, sha256, upload, size, received_at, state, changed_at, reference)
       values ($1, $2, $3, $4, $5, 'received', $5, $6) on conflict (user_id, sha256) do nothing`,
      [userId, sha256, upload, size, receivedAt, reference],
    );
    if (made.rowCount === 1) await requireFewUnsigned(client, userId);
    const { rows } = await client.query<{ state: SubmissionState; upload: string | null }>(
      'select state, upload from submission where user_id = $1 and sha256 = $2 for update',
      [userId, sha256],
    );
    const isApplied = rows[0]?.state === 'applied';
    if (!isApplied) await storeReleaseStart(client, given, given.start);
    const isReopened = !isApplied && (await sign(client, given, receivedAt));
    await storeDelivery(client, given, receivedAt);
    if (made.rowCount === 0) await keepOneUpload(client, given, rows[0]?.upload ?? null);
    if (made.rowCount === 1 || isReopened) {
      await addStep(client, { userId, sha256, state: 'received', by: given.by });
    }
  });
}

async function requireFewUnsigned(client: pg.PoolClient, userId: Eui): Promise<void> {
  const { rowCount } = await client.query(
    `select from submission
     where user_id = $1 and (upload is null or unsigned_until is not null) and received_at > clock_timestamp() - interval '1 day' limit $2`,
    [userId, MOST_UNSIGNED_A_DAY],
  );
  if (rowCount !== MOST_UNSIGNED_A_DAY) return;
  const detail = `${MOST_UNSIGNED_A_DAY} files of a day had no valid signature`;
  throw new PenstockError('submissions.too-many-unsigned', { detail });
}

type Signed = Pick<Upload, 'userId' | 'sha256' | 'signature' | 'signatureSha256'>;

/** Adds a signature to a file that is known, as `receive` does with the file's bytes. The same errors. */
export async function addSignature(
  pool: pg.Pool,
  given: Signed & Pick<Upload, 'way' | 'by' | 'fileName'>,
): Promise<void> {
  const { userId, sha256, by } = given;
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ state: SubmissionState; upload: string | null; now: Date }>(
      `select state, upload, clock_timestamp() as now from submission where user_id = $1 and sha256 = $2 for update`,
      [userId, sha256],
    );
    const [known] = rows;
    if (known === undefined) throw new PenstockError('request.not-found', { detail: 'there is no such submission' });
    if (known.upload === null) throw new PenstockError('submissions.bytes-gone', { where: 'sha256' });
    const isReopened = known.state !== 'applied' && (await sign(client, given, known.now));
    await storeDelivery(client, given, known.now);
    if (isReopened) await addStep(client, { userId, sha256, state: 'received', by });
  });
}

/** Writes down by which way it came; of a file that comes again and again the first are kept, and all are counted. */
async function storeDelivery(
  client: pg.PoolClient,
  given: Pick<Upload, 'userId' | 'sha256' | 'signatureSha256' | 'way' | 'by' | 'fileName'>,
  receivedAt: Date,
): Promise<void> {
  await client.query(
    `with counted as (
       update submission set delivery_count = delivery_count + 1 where user_id = $1 and sha256 = $2
       returning delivery_count
     )
     insert into submission_delivery (user_id, sha256, signature_sha256, way, name, received_at, given_by)
     select $1, $2, $3, $4, $5, $6, $7 from counted where delivery_count <= $8`,
    [
      given.userId,
      given.sha256,
      given.signatureSha256,
      given.way,
      given.fileName,
      receivedAt,
      given.by,
      MOST_DELIVERIES,
    ],
  );
}

/** Adds the signature when it is new, and has the file judged when there is one that was not; true: it was at rest. */
async function sign(client: pg.PoolClient, given: Signed, receivedAt: Date): Promise<boolean> {
  const { userId, sha256, signature, signatureSha256 } = given;
  const signed = await client.query(
    `insert into submission_signature (user_id, sha256, signature_sha256, signature, received_at)
     values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [userId, sha256, signatureSha256, signature, receivedAt],
  );
  const count = await client.query<{ count: number }>(
    'select count(*)::integer as count from submission_signature where user_id = $1 and sha256 = $2',
    [userId, sha256],
  );
  if (signed.rowCount === 1 && (count.rows[0]?.count ?? 0) > MOST_SIGNATURES) {
    throw new PenstockError('submissions.too-many-signatures', { detail: `${MOST_SIGNATURES} were received for it` });
  }
  const reopened = await client.query(
    `update submission s
     set state = 'received', changed_at = greatest($3, s.changed_at + interval '1 microsecond'),
         resumes_as = case when s.state in ('awaiting_second_officer', 'needs_operator', 'refused', 'withdrawn')
                           then s.state else s.resumes_as end,
         tries = 0, retry_at = null
     where s.user_id = $1 and s.sha256 = $2 and s.state <> 'received' and ${HAS_UNJUDGED}`,
    [userId, sha256, receivedAt],
  );
  return reopened.rowCount === 1;
}
