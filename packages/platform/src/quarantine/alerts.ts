/**
 * The alert about a held message: a DCC Alert of the kind QuarantinedRequest, signed by the Operator, on the User's
 * northbound stream. One a held or deleted southbound message; what was held northbound was never a request of the User.
 *
 * Alerts are not counted and not screened.
 */
import { hash } from 'node:crypto';
import {
  type breaches,
  type Eui,
  parseRequestId,
  quarantinedRequest,
  requireEui,
  type Signer,
  signMessage,
  WRITTEN_SCHEMA_VERSION,
  writeDccAlert,
} from '@penstock/duis';
import type pg from 'pg';
import {
  bigintArray,
  byteaArray,
  macaddr8Array,
  numericArray,
  timestamptzArray,
} from '../foundation/database/binary.ts';
import { inTransaction } from '../foundation/database/index.ts';
import { ANCHOR } from '../messages/lanes.ts';

/** As many as are signed, at some 60 us each, and written within a lane's lock of some 10 ms. */
const MOST_ALERTS = 500;

export interface Alerter {
  readonly signer: Signer;
  readonly operatorId: Eui;
  /** Which of the 66 codes says that a request was quarantined is not public. */
  readonly alertCode: string;
}

/** A held message as its alert names it. */
export interface HeldRequest {
  readonly userId: Eui;
  readonly day: string;
  readonly sequence: bigint;
  readonly event: bigint;
  readonly detector: 'user' | 'all_users' | 'value';
  readonly messageId: string;
  readonly target: Eui;
  readonly heldAt: Date;
}

const breachOf: Readonly<Record<HeldRequest['detector'], (typeof breaches)[number]>> = {
  user: 'ADUserThresholdBreach',
  all_users: 'ADDCCThresholdBreach',
  value: 'ADAttributeLimitsBreach',
};

const DAY_MS = 86_400_000;
/** Bits of a counter for the sequence; the days since 1970 stand above them. */
const SEQUENCE_BITS = 48n;

/**
 * The counter of the alert's ResponseID: from the position of the held message, so that it is the same whoever writes it,
 * rises, and fits 64 bits until the year 2149.
 */
export function alertCounterOf({ day, sequence }: Pick<HeldRequest, 'day' | 'sequence'>): bigint {
  const days = BigInt(Date.parse(`${day}T00:00:00Z`) / DAY_MS);
  return (days << SEQUENCE_BITS) + sequence;
}

/** Writes and signs the alert about a held request. */
export function writeAlert(held: HeldRequest, { signer, operatorId, alertCode }: Alerter): Buffer {
  const requestId = parseRequestId(held.messageId);
  if (requestId === undefined) throw new RangeError(`${held.messageId} is no RequestID`);
  const text = writeDccAlert({
    responseId: { originator: operatorId, target: held.userId, counter: alertCounterOf(held) },
    responseDateTime: held.heldAt,
    alertCode,
    alert: quarantinedRequest(breachOf[held.detector], requestId, held.event),
  });
  return signMessage(text, signer);
}

interface HeldRow {
  user_id: string;
  day: string;
  sequence: string;
  event: string;
  detector: HeldRequest['detector'];
  message_id: string;
  target: string;
  held_at: Date;
}

/** In order of position; only of Users of the lane. */
const NEXT_SQL = `
  select h.user_id, h.day::text, h.sequence::text, h.event::text, q.detector, h.message_id, h.target, h.held_at
  from held_message h
  join quarantine_event q on q.user_id = h.user_id and q.event = h.event
  where h.direction = 'southbound' and h.day >= $1::date and (h.day, h.sequence) > ($1::date, $2::bigint)
    and h.user_id in (select u.user_id from user_id u where u.lane = $3)
  order by h.day, h.sequence limit ${MOST_ALERTS}`;

/**
 * Writes the next alerts of a lane. Returns the Users that got some; undefined when there is nothing to do, or another
 * process is at it.
 */
export async function writeNextAlerts(pool: pg.Pool, lane: number, alerter: Alerter): Promise<Eui[] | undefined> {
  return inTransaction(pool, async (client) => {
    const cursor = await client.query<{ day: string; sequence: string }>(
      `select day::text, sequence::text from alert_cursor where user_id = $1 and lane = $2 for update skip locked`,
      [ANCHOR, lane],
    );
    const [from] = cursor.rows;
    if (from === undefined) return undefined;
    const { rows } = await client.query<HeldRow>(NEXT_SQL, [from.day, from.sequence, lane]);
    const held = rows.map(toHeld);
    const to = held.at(-1);
    if (to === undefined) return undefined;
    await append(client, { lane, held, to, alerter });
    return [...new Set(held.map(({ userId }) => userId))];
  });
}

function toHeld(row: HeldRow): HeldRequest {
  return {
    userId: requireEui(row.user_id),
    day: row.day,
    sequence: BigInt(row.sequence),
    event: BigInt(row.event),
    detector: row.detector,
    messageId: row.message_id,
    target: requireEui(row.target),
    heldAt: row.held_at,
  };
}

async function append(
  client: pg.PoolClient,
  { lane, held, to, alerter }: { lane: number; held: readonly HeldRequest[]; to: HeldRequest; alerter: Alerter },
): Promise<void> {
  const bodies = held.map((one) => writeAlert(one, alerter));
  const digests = bodies.map((body) => hash('sha256', body, 'buffer'));
  await client.query({
    name: 'append-alerts',
    text: `select append_alerts($1, $2, null, $3, $4, $5::macaddr8[], $6, $7::numeric[], $8, $9::bigint[], $10::bytea[],
                                $11::bytea[], $12::macaddr8[], $13, $14::timestamptz[])`,
    values: [
      ANCHOR,
      lane,
      to.day,
      to.sequence,
      macaddr8Array(held.map(({ userId }) => userId)),
      alerter.operatorId,
      numericArray(held.map(alertCounterOf)),
      alerter.alertCode,
      bigintArray(digests.map((digest) => digest.readBigUInt64BE(0) >> 1n)),
      byteaArray(digests),
      byteaArray(bodies),
      // an alert about a request concerns the request's device, unless that went to the Operator
      macaddr8Array(held.map(({ target }) => (target === alerter.operatorId ? undefined : target))),
      WRITTEN_SCHEMA_VERSION,
      timestamptzArray(held.map(({ heldAt }) => heldAt)),
    ],
  });
}

/** Makes the cursors of lanes that have none. */
export async function createAlertCursors(pool: pg.Pool): Promise<readonly number[]> {
  await pool.query(
    `insert into alert_cursor (user_id, lane) select user_id, lane from lane where user_id = $1 on conflict do nothing`,
    [ANCHOR],
  );
  const { rows } = await pool.query<{ lane: number }>(
    'select lane from alert_cursor where user_id = $1 order by lane',
    [ANCHOR],
  );
  return rows.map(({ lane }) => lane);
}
