/** The SQL of recording: one call of record_batch (migrations/0002_record_batch.sql) a batch. */
import type pg from 'pg';
import {
  bigintArray,
  booleanArray,
  byteaArray,
  integerArray,
  macaddr8Array,
  numericArray,
  smallintArray,
  textArray,
} from '../foundation/database/binary.ts';
import { inTransaction } from '../foundation/database/index.ts';
import type { NewMessage, Reason, RecordOutcome, Verdict } from './message.ts';

/** Every lane's row is found by its anchor, a User ID of the lane's shard group; on one server it is all zeros. */
const ANCHOR = '00:00:00:00:00:00:00:00';

/** SQLSTATE of record_batch: the directory has moved since the batch was judged. */
export const DIRECTORY_MOVED = 'PS001';

const recordBatchQuery = {
  name: 'record_batch',
  text: `
    select lane_time, day::text, first_sequence::text, verdicts::text, exceptions
    from record_batch(
      $1, $2, $3, $4,
      $5::macaddr8[], $6::text[]::message_direction[], $7::text[]::message_kind[], $8::text[]::message_verdict[],
      $9::smallint[], $10::macaddr8[], $11::macaddr8[], $12::numeric[],
      $13::text[], $14::text[], $15::text[], $16::bigint[], $17::bytea[], $18::bytea[], $19::boolean[],
      $20::integer[], $21::macaddr8[])`,
};

interface RecordedException {
  readonly item: number;
  readonly outcome: 'repeated' | 'conflict' | 'replayed';
  readonly day: string;
  readonly sequence: string;
  readonly at: string;
  readonly code: string;
  readonly reason: Reason | null;
}

interface RecordedRow {
  readonly lane_time: Date;
  readonly day: string;
  readonly first_sequence: string;
  readonly verdicts: string;
  readonly exceptions: readonly RecordedException[];
}

export interface BatchResult {
  /** One a message, in the order of the batch. */
  readonly outcomes: readonly RecordOutcome[];
  /** The lane's time of the batch: the database's clock, never running back. */
  readonly laneTime: Date;
}

/**
 * Records messages of one lane in one transaction. `now` is undefined in production: the database's clock counts.
 * Rejects with the driver's error; its code is DIRECTORY_MOVED when the messages must be judged again.
 */
export async function recordBatch(
  client: pg.Pool | pg.PoolClient,
  lane: number,
  directoryVersion: bigint,
  messages: readonly NewMessage[],
  now?: Date,
): Promise<BatchResult> {
  const deviceItems: number[] = [];
  const devices: string[] = [];
  messages.forEach((message, index) => {
    for (const device of message.devices) {
      deviceItems.push(index + 1);
      devices.push(device);
    }
  });
  const result = await client.query<RecordedRow>({
    ...recordBatchQuery,
    values: [
      ANCHOR,
      lane,
      directoryVersion.toString(),
      now ?? null,
      macaddr8Array(messages.map((message) => message.userId)),
      textArray(messages.map((message) => message.direction)),
      textArray(messages.map((message) => message.kind)),
      textArray(messages.map((message) => message.verdict)),
      smallintArray(messages.map((message) => message.commandVariant)),
      macaddr8Array(messages.map((message) => message.originator)),
      macaddr8Array(messages.map((message) => message.target)),
      numericArray(messages.map((message) => message.counter)),
      textArray(messages.map((message) => message.srv)),
      textArray(messages.map((message) => message.code)),
      textArray(messages.map((message) => message.reason)),
      bigintArray(messages.map((message) => message.sha256.readBigUInt64BE(0) >> 1n)),
      byteaArray(messages.map((message) => message.sha256)),
      byteaArray(messages.map((message) => message.bytes)),
      booleanArray(messages.map((message) => message.rising)),
      integerArray(deviceItems),
      macaddr8Array(devices),
    ],
  });
  const row = result.rows[0];
  if (row === undefined) throw new Error('record_batch returned no row');
  return { outcomes: readOutcomes(row, messages.length), laneTime: row.lane_time };
}

function readOutcomes(row: RecordedRow, count: number): RecordOutcome[] {
  const exceptions = new Map(row.exceptions.map((exception) => [exception.item, exception]));
  const verdicts = row.verdicts.slice(1, -1).split(',');
  let sequence = BigInt(row.first_sequence);
  const outcomes: RecordOutcome[] = [];
  for (let index = 0; index < count; index++) {
    const exception = exceptions.get(index + 1);
    if (exception === undefined) {
      outcomes.push({
        outcome: 'recorded',
        position: { day: row.day, sequence: sequence++ },
        at: row.lane_time,
        verdict: verdicts[index] as Verdict,
      });
    } else {
      outcomes.push(readException(exception));
    }
  }
  return outcomes;
}

function readException(exception: RecordedException): RecordOutcome {
  if (exception.outcome === 'replayed') return { outcome: 'replayed' };
  const position = { day: exception.day, sequence: BigInt(exception.sequence) };
  if (exception.outcome === 'conflict') return { outcome: 'conflict', position };
  return {
    outcome: 'repeated',
    position,
    at: new Date(exception.at),
    code: exception.code,
    reason: exception.reason ?? undefined,
  };
}

/** Makes the rows of lanes that do not exist yet, one a lane from 0 on. */
export async function createLanes(client: pg.Pool | pg.PoolClient, lanes: number): Promise<void> {
  await client.query(
    `with wanted as (select $1::macaddr8 as anchor, n::smallint as lane from generate_series(0, $2::integer - 1) n),
          horizon as (insert into replay_horizon (user_id, lane) select anchor, lane from wanted on conflict do nothing)
     insert into lane (user_id, lane) select anchor, lane from wanted on conflict do nothing`,
    [ANCHOR, lanes],
  );
}

/**
 * Folds the RequestIDs of the days that leave the horizon (of every lane, all days before `horizonStart`, oldest first)
 * into highest_counter. Returns how many days of lanes were folded.
 */
export async function foldRequestIds(pool: pg.Pool, horizonStart: string): Promise<number> {
  const days = await pool.query<{ lane: number; day: string }>(
    `select h.lane, d::date::text as day
     from replay_horizon h, generate_series(h.folded_to + 1, $2::date - 1, interval '1 day') d
     where h.user_id = $1 and h.folded_to > '-infinity'
     order by d, h.lane`,
    [ANCHOR, horizonStart],
  );
  for (const { lane, day } of days.rows) {
    await inTransaction(pool, async (client) => {
      // a day of a country has hundreds of millions of rows, and nobody waits for this
      await client.query('set local statement_timeout = 0');
      await client.query('select fold_request_ids($1, $2, $3)', [ANCHOR, lane, day]);
    });
  }
  return days.rows.length;
}
