// The SQL of what happened to a file: each state that it came into, with the receipt of those in which it stays.
import type { SubmissionLife } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import type { SubmissionState } from './submission.ts';

/** Those that are told; twenty signatures make fewer. */
const LISTED = 200;

interface StepRow {
  state: SubmissionState;
  at: Date;
  given_by: string | null;
  code: string | null;
  detail: string | null;
  receipt: string | null;
}

/** The latest last. */
export async function readSteps(client: pg.PoolClient, userId: Eui, sha256: string): Promise<SubmissionLife['steps']> {
  const { rows } = await client.query<StepRow>(
    `select state, at, given_by, code, detail, encode(sha256(receipt), 'hex') as receipt
     from submission_step where user_id = $1 and sha256 = decode($2, 'hex') order by at desc limit $3`,
    [userId, sha256, LISTED],
  );
  return rows.reverse().map((row) => ({
    state: row.state,
    at: row.at.toISOString(),
    ...(row.given_by === null ? {} : { by: row.given_by }),
    ...(row.code === null ? {} : { code: row.code }),
    ...(row.detail === null ? {} : { detail: row.detail }),
    ...(row.receipt === null ? {} : { receiptSha256: row.receipt }),
  }));
}

export interface Step {
  readonly userId: Eui;
  readonly sha256: Buffer;
  readonly state: SubmissionState;
  /** Undefined: the platform. */
  readonly by?: string | undefined;
  readonly code?: string | undefined;
  readonly detail?: string | undefined;
  readonly receipt?: Buffer | undefined;
}

export async function storeStep(client: pg.PoolClient, step: Step): Promise<void> {
  await client.query(
    `insert into submission_step (user_id, sha256, at, state, given_by, code, detail, receipt)
     select user_id, sha256, changed_at, $3, $4, $5, $6, $7 from submission where user_id = $1 and sha256 = $2`,
    [step.userId, step.sha256, step.state, step.by, step.code, step.detail, step.receipt],
  );
}

export interface ReceiptEntry {
  readonly state: SubmissionState;
  readonly sha256: string;
  readonly at: Date;
  readonly size: number;
  /** SHA-256 of the receipt. */
  readonly digest: Buffer;
}

/** The last receipts of the newest files of a User. */
export async function listReceiptEntries(client: pg.PoolClient, userId: Eui, limit: number): Promise<ReceiptEntry[]> {
  const { rows } = await client.query<ReceiptEntry>(
    `select p.state, encode(s.sha256, 'hex') as sha256, p.at, p.size, p.digest
     from (select sha256, received_at from submission
           where user_id = $1 order by received_at desc, sha256 desc limit $2) s
     cross join lateral (
       select t.state, t.at, octet_length(t.receipt) as size, sha256(t.receipt) as digest from submission_step t
       where t.user_id = $1 and t.sha256 = s.sha256 and t.receipt is not null order by t.at desc limit 1) p
     order by s.received_at desc, s.sha256 desc`,
    [userId, limit],
  );
  return rows;
}

/** The last receipt of a file, or the last of one state; undefined where there is none. */
export async function readLastReceipt(
  client: pg.PoolClient,
  { userId, sha256, state }: { userId: Eui; sha256: string; state?: SubmissionState | undefined },
): Promise<{ readonly state: SubmissionState; readonly at: Date; readonly bytes: Buffer } | undefined> {
  const { rows } = await client.query<{ state: SubmissionState; at: Date; bytes: Buffer }>(
    `select state, at, receipt as bytes from submission_step
     where user_id = $1 and sha256 = decode($2, 'hex') and receipt is not null and ($3::text is null or state = $3)
     order by at desc limit 1`,
    [userId, sha256, state],
  );
  return rows[0];
}
