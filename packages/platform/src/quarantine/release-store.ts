// The SQL of a release: whose turn it is, its next decisions, and carrying a chunk of them out (release_batch,
// migrations/0007_quarantine.sql).
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { ANCHOR } from '../messages/lanes.ts';
import type { HeldAction, HeldRights } from './quarantine.ts';

export interface RunningRelease {
  readonly userId: Eui;
  readonly lane: number;
  readonly submission: Buffer;
  readonly day: string;
  readonly sequence: bigint;
  readonly rate: number | undefined;
}

interface ReleaseRow {
  user_id: string;
  lane: number;
  submission: Buffer;
  day: string;
  sequence: string;
  rate: number | null;
}

/**
 * Locks the release that has waited longest and may go on, for this transaction: no other process carries out a chunk of
 * it meanwhile. Undefined when there is none.
 */
export async function lockNextRelease(client: pg.PoolClient): Promise<RunningRelease | undefined> {
  const { rows } = await client.query<ReleaseRow>(
    `select r.user_id, u.lane, r.submission, r.day::text, r.sequence::text, r.rate
     from release r join user_id u on u.user_id = r.user_id
     where r.state = 'running' and r.next_at <= clock_timestamp()
     order by r.next_at limit 1
     for update of r skip locked`,
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const { lane, submission, day } = row;
  return {
    userId: requireEui(row.user_id),
    lane,
    submission,
    day,
    sequence: BigInt(row.sequence),
    rate: row.rate ?? undefined,
  };
}

/** Milliseconds until a paced release may go on; undefined when none runs. */
export async function nextReleaseIn(pool: pg.Pool): Promise<number | undefined> {
  const { rows } = await pool.query<{ wait: number | null }>(
    `select (extract(epoch from min(next_at) - clock_timestamp()) * 1000)::float8 as wait
     from release where state = 'running'`,
  );
  const wait = rows[0]?.wait ?? undefined;
  return wait === undefined ? undefined : Math.max(0, wait);
}

export interface Decision extends HeldRights {
  readonly day: string;
  readonly sequence: bigint;
  readonly action: HeldAction;
  readonly heldAt: Date;
  readonly size: number;
}

interface DecisionRow {
  day: string;
  sequence: string;
  action: HeldAction;
  held_at: Date;
  direction: Decision['direction'];
  command_variant: number | null;
  srv: string | null;
  target: string;
  signer: string | null;
  size: number;
}

/** The decisions after the release's cursor, in order of position. */
export async function readNextDecisions(
  client: pg.Pool | pg.PoolClient,
  release: RunningRelease,
  most: number,
): Promise<Decision[]> {
  const { rows } = await client.query<DecisionRow>({
    name: 'next-decisions',
    text: `select day::text, sequence::text, action, held_at, direction, command_variant, srv, target, signer::text, size
           from next_decisions($1, $2, $3, $4, $5)`,
    values: [release.userId, release.submission, release.day, release.sequence, most],
  });
  return rows.map((row) => ({
    userId: release.userId,
    day: row.day,
    sequence: BigInt(row.sequence),
    action: row.action,
    heldAt: row.held_at,
    direction: row.direction,
    commandVariant: row.command_variant ?? undefined,
    srv: row.srv ?? undefined,
    target: requireEui(row.target),
    signer: row.signer === null ? undefined : BigInt(row.signer),
    size: row.size,
  }));
}

/** A decision that cannot be carried out, and why. */
export interface RefusedDecision {
  readonly decision: Decision;
  readonly code: string;
  readonly detail: string;
}

export interface ReleasedChunk {
  readonly sent: number;
  readonly refused: number;
  readonly isDone: boolean;
  /** The streams that got something. */
  readonly directions: readonly ('southbound' | 'northbound')[];
}

/** Rejects with the driver's error; its code is DIRECTORY_MOVED when the rights must be judged again. */
export async function releaseBatch(
  client: pg.PoolClient,
  release: RunningRelease,
  options: {
    readonly directoryVersion: bigint;
    readonly to: Decision;
    readonly refused: readonly RefusedDecision[];
    readonly now?: Date | undefined;
  },
): Promise<ReleasedChunk> {
  const { directoryVersion, to, refused, now } = options;
  const { rows } = await client.query<{ sent: string; refused: string; is_done: boolean; directions: string | null }>({
    name: 'release-batch',
    text: `select sent::text, refused::text, is_done, array_to_string(directions, ',') as directions
           from release_batch($1, $2, $3, $4, $5, $6, $7, $8, $9::date[], $10::bigint[], $11::text[], $12::text[])`,
    values: [
      ANCHOR,
      release.lane,
      directoryVersion,
      now ?? null,
      release.userId,
      release.submission,
      to.day,
      to.sequence,
      refused.map(({ decision }) => decision.day),
      refused.map(({ decision }) => decision.sequence.toString()),
      refused.map(({ code }) => code),
      refused.map(({ detail }) => detail),
    ],
  });
  const [row] = rows;
  if (row === undefined) throw new Error('release_batch returned no row');
  return {
    sent: Number(row.sent),
    refused: Number(row.refused),
    isDone: row.is_done,
    directions: (row.directions?.split(',') ?? []) as ReleasedChunk['directions'],
  };
}
