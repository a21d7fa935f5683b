// Submissions as they are shown: to the User that they are of, and to the Operator. Behind both walls.
import type { ReceiptDocument, SubmissionDocument, SubmissionLife, Way } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { PenstockError } from '../foundation/errors.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import { withSecondOfficers } from './second-officer.ts';
import { readSteps } from './steps-store.ts';

interface SubmissionRow {
  user_id: string;
  sha256: string;
  size: string;
  received_at: Date;
  state: SubmissionDocument['state'];
  changed_at: Date;
  kind: SubmissionDocument['kind'] | null;
  reference: string;
  named_references: string[] | null;
  code: string | null;
  detail: string | null;
  fault_count: string;
}

const COLUMNS = `user_id, encode(sha256, 'hex') as sha256, size::text, received_at, state, changed_at, kind, reference,
  named_references, code, detail, fault_count::text`;

function toDocument(row: SubmissionRow): SubmissionDocument {
  return {
    userId: requireEui(row.user_id),
    sha256: row.sha256,
    size: Number(row.size),
    receivedAt: row.received_at.toISOString(),
    state: row.state,
    changedAt: row.changed_at.toISOString(),
    ...(row.kind === null ? {} : { kind: row.kind }),
    reference: row.reference,
    references: row.named_references ?? [row.reference],
    ...(row.code === null ? {} : { code: row.code }),
    ...(row.detail === null ? {} : { detail: row.detail }),
    faultCount: Number(row.fault_count),
  };
}

/** What the list of a User's files is narrowed to. */
export interface SubmissionConditions {
  /** One state, or several parted by commas. */
  readonly state?: string | undefined;
  /** Those that wait for a second officer and are among these files, or are none of them. */
  readonly approvals?: { readonly are: 'among' | 'others'; readonly files: readonly Buffer[] } | undefined;
}
export interface SubmissionQuery extends SubmissionConditions {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** A page, newest first. The cursor names the last one by time and hash. */
export async function listSubmissions(
  pool: pg.Pool,
  userId: Eui,
  { cursor, limit, state, approvals }: SubmissionQuery,
): Promise<{ items: SubmissionDocument[]; cursor: string | undefined }> {
  const [, at, sha256 = ''] = /^(\d{4}-[0-9T:.-]{12,24}Z) ([0-9a-f]{64})$/.exec(cursor ?? '') ?? [];
  if (cursor !== undefined && at === undefined) {
    throw new PenstockError('request.invalid', { detail: 'this is no cursor of this list', where: 'cursor' });
  }
  const { rows } = await asViewerOf(pool, [userId], (client) =>
    client.query<SubmissionRow & { at: string }>(
      `select ${COLUMNS}, to_char(received_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at from submission
       where user_id = $1
         and ($5::text[] is null or state = any ($5))
         and ($6::boolean is null or (state = 'awaiting_second_officer' and (sha256 = any ($7::bytea[])) = $6))
         and ($2::timestamptz is null or (received_at, sha256) < ($2::timestamptz, decode($3, 'hex')))
       order by received_at desc, sha256 desc limit $4`,
      [userId, at, sha256, limit + 1, state?.split(','), approvals && approvals.are === 'among', approvals?.files],
    ),
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: await withSecondOfficers(pool, userId, shown.map(toDocument)),
    cursor: rows.length > limit && last !== undefined ? `${last.at} ${last.sha256}` : undefined,
  };
}

interface SignatureRow {
  sha256: string;
  received_at: Date;
  verdict: 'valid' | 'refused' | null;
  code: string | null;
  detail: string | null;
  name: string | null;
  fingerprint: string | null;
}

interface FactsRow extends SubmissionRow {
  faults: SubmissionLife['faults'] | null;
  summary: SubmissionLife['summary'] | null;
  is_kept: boolean;
  unsigned_until: Date | null;
  delivery_count: string;
}

interface Facts {
  readonly facts: ReceiptDocument['submission'];
  readonly isKept: boolean;
  readonly keptUntil?: string;
  readonly deliveryCount: number;
}

/** What a receipt tells of a file, and a little more. @throws PenstockError 'request.not-found' */
async function readAll(client: pg.PoolClient, userId: Eui, sha256: string): Promise<Facts> {
  const found = await client.query<FactsRow>(
    `select ${COLUMNS}, faults, summary, upload is not null as is_kept, unsigned_until, delivery_count::text
     from submission where user_id = $1 and sha256 = decode($2, 'hex')`,
    [userId, sha256],
  );
  const [row] = found.rows;
  if (row === undefined) throw new PenstockError('request.not-found', { detail: 'there is no such submission' });
  const signatures = await client.query<SignatureRow>(
    `select encode(signature_sha256, 'hex') as sha256, received_at, verdict, code, detail, name,
            encode(fingerprint, 'hex') as fingerprint
     from submission_signature where user_id = $1 and sha256 = decode($2, 'hex') order by received_at`,
    [userId, sha256],
  );
  const deliveries = await client.query<DeliveryRow>(
    `select way, name, received_at, given_by from submission_delivery
     where user_id = $1 and sha256 = decode($2, 'hex') order by received_at limit 100`,
    [userId, sha256],
  );
  return {
    facts: {
      ...toDocument(row),
      isReferenceRaised: row.named_references === null,
      signatures: signatures.rows.map((signature) => ({
        sha256: signature.sha256,
        receivedAt: signature.received_at.toISOString(),
        ...(signature.verdict === null ? {} : { verdict: signature.verdict }),
        ...(signature.code === null ? {} : { code: signature.code }),
        ...(signature.detail === null ? {} : { detail: signature.detail }),
        ...(signature.name === null ? {} : { name: signature.name }),
        ...(signature.fingerprint === null ? {} : { fingerprint: signature.fingerprint }),
      })),
      deliveries: deliveries.rows.map(toDelivery),
      faults: row.faults ?? [],
      ...(row.summary === null ? {} : { summary: row.summary }),
    },
    isKept: row.is_kept,
    ...(row.unsigned_until === null ? {} : { keptUntil: row.unsigned_until.toISOString() }),
    deliveryCount: Number(row.delivery_count),
  };
}

interface DeliveryRow {
  way: Way;
  name: string | null;
  received_at: Date;
  given_by: string | null;
}

function toDelivery({ way, name, received_at, given_by }: DeliveryRow): SubmissionLife['deliveries'][number] {
  return {
    way,
    ...(name === null ? {} : { name }),
    receivedAt: received_at.toISOString(),
    ...(given_by === null ? {} : { by: given_by }),
  };
}

/** What a receipt tells of a file now, in the caller's transaction. */
export async function readFacts(client: pg.PoolClient, userId: Eui, sha256: string) {
  return (await readAll(client, userId, sha256)).facts;
}

/** One submission with all that is known of it. @throws PenstockError 'request.not-found' */
export async function readSubmission(pool: pg.Pool, userId: Eui, sha256: string): Promise<SubmissionLife> {
  const life = await asViewerOf(pool, [userId], async (client) => {
    const all = await readAll(client, userId, sha256);
    return { ...all, steps: await readSteps(client, userId, sha256) };
  });
  const { facts, ...more } = life;
  const [told] = await withSecondOfficers(pool, userId, [{ ...facts, ...more }]);
  if (told === undefined) throw new Error('a document of no document');
  return told;
}
