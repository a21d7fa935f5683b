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
  timestamptzArray,
} from '../foundation/database/binary.ts';
import { inTransaction } from '../foundation/database/index.ts';
import { ANCHOR } from './lanes.ts';
import type { NewMessage, Reason, RecordOutcome, ValueBreach, Verdict } from './message.ts';

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
      $20::bigint[], $21::text[], $22::text[], $23::boolean[], $24::text[], $25::text[], $26::timestamptz[],
      $27::integer[], $28::macaddr8[],
      $29::integer[], $30::bigint[], $31::boolean[],
      $32::integer[], $33::bigint[], $34::integer[], $35::numeric[], $36::boolean[], $37::text[])`,
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
  const pairs = pairsOf(messages);
  const breaches = breachesOf(messages);
  const headers = messages.map(({ header }) => header);
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
      bigintArray(messages.map((message) => message.signer)),
      textArray(headers.map((header) => header.schemaVersion)),
      textArray(unlessAbsent(headers.map((header) => header.serviceReference))),
      booleanArray(unlessAbsent(headers.map((header) => header.firstInSequence))),
      textArray(unlessAbsent(headers.map((header) => header.preceding))),
      textArray(unlessAbsent(headers.map((header) => header.responseId))),
      timestamptzArray(unlessAbsent(headers.map((header) => header.respondedAt))),
      integerArray(deviceItems),
      macaddr8Array(devices),
      integerArray(pairs.items),
      bigintArray(pairs.thresholds),
      booleanArray(pairs.shared),
      integerArray(breaches.map(({ item }) => item)),
      bigintArray(breaches.map(({ breach }) => breach.limitId)),
      integerArray(breaches.map(({ breach }) => breach.version)),
      breaches.map(({ breach }) => breach.bound),
      booleanArray(breaches.map(({ breach }) => breach.verdict === 'deleted')),
      textArray(breaches.map(({ breach }) => breach.words)),
    ],
  });
  const row = result.rows[0];
  if (row === undefined) throw new Error('record_batch returned no row');
  return { outcomes: readOutcomes(row, messages.length), laneTime: row.lane_time };
}

/** Nothing, when no message has such a field: an array of nulls would be laid out, sent and unnested for nothing. */
function unlessAbsent<T>(values: readonly (T | undefined)[]): readonly (T | undefined)[] {
  return values.some((value) => value !== undefined) ? values : [];
}

/** Which message counts for which threshold, in the order of the messages, a message's own thresholds first. */
function pairsOf(messages: readonly NewMessage[]): { items: number[]; thresholds: bigint[]; shared: boolean[] } {
  const items: number[] = [];
  const thresholds: bigint[] = [];
  const shared: boolean[] = [];
  messages.forEach(({ counted }, index) => {
    for (const id of counted.own) {
      items.push(index + 1);
      thresholds.push(id);
      shared.push(false);
    }
    for (const id of counted.shared) {
      items.push(index + 1);
      thresholds.push(id);
      shared.push(true);
    }
  });
  return { items, thresholds, shared };
}

function breachesOf(messages: readonly NewMessage[]): { item: number; breach: ValueBreach }[] {
  return messages.flatMap(({ breach }, index) => (breach === undefined ? [] : [{ item: index + 1, breach }]));
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
