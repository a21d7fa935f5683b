import { createHash } from 'node:crypto';
import { decodeFrames } from '@penstock/api';
import { type Eui, formatRequestId, requireEui } from '@penstock/duis';
import { ALL_USERS, auditWindows, replaceThresholds } from '@penstock/platform/thresholds';
import {
  GatewayClient,
  isAfter,
  OPERATOR_ID,
  type PreparedRequest,
  pause,
  prepareTraffic,
  signersOf,
  type World,
} from '@penstock/simulator';
import type pg from 'pg';

// Load for tests: Users that send until they are answered, a network that takes all the time, and the questions to the
// database by which nothing that was acknowledged is lost or doubled.

/** Between a call that failed and the next, in milliseconds: short, so that what is measured is the platform's time. */
const RETRY_AFTER = 20;

/** One message after another, each with a RequestID of its own. */
export function endlessTraffic(world: World): Iterator<PreparedRequest> {
  return prepareTraffic({
    seed: 'cli',
    count: Number.POSITIVE_INFINITY,
    signedPreCommandShare: 0.2,
    users: world.users,
    network: world.network,
    signers: signersOf(world.pki, [OPERATOR_ID, ...world.users.map(({ userId }) => userId)]),
    asOf: new Date(),
    counterBase: BigInt(Date.now()),
  });
}

/** A client of the gateway with the transport certificate of a User or the Operator. */
export function clientOf(world: World, gateway: string, userId: Eui): GatewayClient {
  const credentials = world.pki.users.get(userId);
  if (credentials === undefined) throw new Error(`there are no certificates of ${userId}`);
  return new GatewayClient({ origin: gateway, authority: world.pki.authority }, credentials.transport, 32);
}

export interface SendersOptions {
  readonly world: World;
  /** Addresses of gateways: the senders are dealt out among them. */
  readonly gateways: readonly string[];
  readonly senders: number;
  readonly traffic: Iterator<PreparedRequest>;
}

/** Users' systems: each message is sent, with the same bytes, until it is acknowledged. */
export class Senders {
  /** RequestIDs, in the order in which they were acknowledged. */
  readonly acknowledged: string[] = [];
  /** Answers that were neither an acknowledgement nor 'come back later'. */
  readonly unexpected: string[] = [];
  /** How often an answer was 503, and how often there was none. */
  readonly refusals = { notNow: 0, noAnswer: 0 };
  /** When the message was sent that was acknowledged last, of all by this clock (performance.now). */
  lastAcknowledgedSentAt = 0;
  readonly #options: SendersOptions;
  readonly #stopping = new AbortController();
  readonly #running: Promise<unknown>;

  constructor(options: SendersOptions) {
    this.#options = options;
    const { gateways, senders } = options;
    this.#running = Promise.all(
      Array.from({ length: senders }, (_, index) => this.#send(gateways[index % gateways.length] ?? '')),
    );
  }

  /** Ends when each has the answer to its last message. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #send(gateway: string): Promise<void> {
    const { world, traffic } = this.#options;
    const client = clientOf(world, gateway, OPERATOR_ID);
    while (!this.#stopping.signal.aborted) {
      const next = traffic.next();
      if (next.done === true) break;
      await this.#insist(client, next.value);
    }
    client.close();
  }

  async #insist(client: GatewayClient, { service, bytes, requestId }: PreparedRequest): Promise<void> {
    const call = { method: 'POST', path: `/duis/${service}`, body: bytes, contentType: 'application/xml' } as const;
    for (;;) {
      const sentAt = performance.now();
      const answer = await client.call(call).catch((): undefined => undefined);
      if (answer?.status === 200 && answer.body.includes('ResponseCode>I99<')) {
        this.acknowledged.push(formatRequestId(requestId));
        this.lastAcknowledgedSentAt = Math.max(this.lastAcknowledgedSentAt, sentAt);
        return;
      }
      if (answer === undefined) this.refusals.noAnswer += 1;
      else if (answer.status === 503) this.refusals.notNow += 1;
      else {
        this.unexpected.push(`${answer.status} ${answer.body.toString('utf8')}`);
        return;
      }
      await pause(RETRY_AFTER, new AbortController().signal);
    }
  }
}

/** A network that takes and acknowledges all the time, and remembers what it was given. */
export class Taker {
  /** SHA-256 of the bytes by '<User ID> <position>'. */
  readonly taken = new Map<string, string>();
  /** What must not happen: a position that was passed over before, or that came with other bytes. */
  readonly faults: string[] = [];
  readonly #client: GatewayClient;
  readonly #consumer: string;
  /** An answer may have been lost: what was taken is asked for again. */
  #hasLost = false;
  readonly #last = new Map<string, string>();
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;

  constructor(world: World, gateway: string, consumer: string) {
    this.#client = clientOf(world, gateway, OPERATOR_ID);
    this.#consumer = consumer;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    this.#client.close();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const isDone = await this.#take(signal).catch(() => false);
      if (!isDone) await pause(RETRY_AFTER, signal);
    }
  }

  /** Takes once and acknowledges. False: ask again after a pause. */
  async #take(signal: AbortSignal): Promise<boolean> {
    const path = `/network/take?max=200&wait=5&consumer=${this.#consumer}&again=${this.#hasLost}`;
    this.#hasLost = true;
    const answer = await this.#client.call({ method: 'POST', path, signal });
    if (answer.status !== 200) return false;
    const frames = decodeFrames(answer.body);
    for (const { header, body } of frames) this.#remember(header.user ?? '', header.position ?? '', body);
    const positions = frames.map(({ header: { user = '', position = '' } }) => ({ user, position }));
    const acknowledged = await this.#client.call({
      method: 'POST',
      path: '/network/acknowledge',
      contentType: 'application/json',
      body: Buffer.from(JSON.stringify({ consumer: this.#consumer, positions })),
      signal,
    });
    this.#hasLost = acknowledged.status !== 200;
    return !this.#hasLost;
  }

  #remember(user: string, position: string, body: Uint8Array): void {
    const key = `${user} ${position}`;
    const sha256 = createHash('sha256').update(body).digest('hex');
    const known = this.taken.get(key);
    const last = this.#last.get(user);
    if (known !== undefined && known !== sha256) this.faults.push(`${key} came with other bytes`);
    if (known === undefined && last !== undefined && !isAfter(position, last)) this.faults.push(`${key} after ${last}`);
    this.taken.set(key, sha256);
    if (last === undefined || isAfter(position, last)) this.#last.set(user, position);
  }
}

export interface Audit {
  /** Acknowledged, and neither in the log as passed and on the southbound stream, nor in it as held and in quarantine. */
  readonly lost: number;
  /** RequestIDs that stand twice in the log, and messages that stand twice on the stream, or on it and in quarantine. */
  readonly doubled: number;
  /** Messages whose sequence is above that of one recorded later. */
  readonly disordered: number;
  /** What the promise of thresholds forbids: windows exceeded, messages held within them. */
  readonly exceeded: number;
  readonly heldWithin: number;
}

export const sound: Audit = { lost: 0, doubled: 0, disordered: 0, exceeded: 0, heldWithin: 0 };

/** Asks the database for all that was acknowledged until now. */
export async function audit(pool: pg.Pool, acknowledged: readonly string[]): Promise<Audit> {
  const ids = acknowledged.map((id) => id.split(':'));
  const { rows } = await pool.query<{ lost: string; doubled: string; disordered: string }>(
    // materialised: a young day has no statistics, and a join planned without them compares all with all
    `with acknowledged as materialized (
       select * from unnest($1::macaddr8[], $2::macaddr8[], $3::numeric[]) as a(user_id, target, counter)
     ), logged as materialized (
       select l.user_id, l.target, l.counter, l.day, l.sequence from message_log l
       where l.direction = 'southbound' and l.verdict in ('passed', 'warned', 'held')
     ), streamed as materialized (
       select s.user_id, s.message_day, s.message_sequence from stream s where s.direction = 'southbound'
       union all
       select h.user_id, h.day, h.sequence from held_message h where h.direction = 'southbound'
     ), ordered as (
       select l.recorded_at < lag(l.recorded_at) over (order by l.day, l.sequence) as is_early from message_log l
     )
     select
       (select count(*) from acknowledged where (user_id, target, counter) not in
          (select l.user_id, l.target, l.counter from logged l
           join streamed s on s.user_id = l.user_id and s.message_day = l.day and s.message_sequence = l.sequence)
       )::text as lost,
       ((select count(*) - count(distinct (user_id, target, counter)) from logged)
        + (select count(*) - count(distinct (user_id, message_day, message_sequence)) from streamed))::text as doubled,
       (select count(*) from ordered where is_early)::text as disordered`,
    [0, 1, 2].map((place) => ids.map((id) => id[place])),
  );
  const { lost, doubled, disordered } = rows[0] ?? {};
  const { exceeded, heldWithin } = await auditWindows(pool);
  return { lost: Number(lost), doubled: Number(doubled), disordered: Number(disordered), exceeded, heldWithin };
}

/** Every position of the southbound streams, as the taker names them. */
export async function streamPositions(pool: pg.Pool): Promise<Set<string>> {
  const { rows } = await pool.query<{ user_id: string; position: string }>(
    `select user_id, day || '/' || sequence as position from stream where direction = 'southbound'`,
  );
  return new Set(rows.map((row) => `${requireEui(row.user_id)} ${row.position}`));
}

/** Thresholds that load exceeds all the time: each User's, and one over all Users. */
export async function setTightThresholds(pool: pg.Pool, world: World): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const set = (owner: Eui, quarantine: bigint, periodSeconds: number) =>
      replaceThresholds(client, {
        owner,
        rows: [
          {
            services: ['all'],
            direction: 'sent',
            periodSeconds,
            bounds: [{ kind: 'threshold', warning: quarantine / 2n, quarantine, from: undefined, to: undefined }],
          },
        ],
        submission: undefined,
        reference: 'SR-1',
      });
    for (const { userId } of world.users) await set(userId, 20n, 2);
    await set(ALL_USERS, 60n, 3);
    await client.query('commit');
  } finally {
    client.release();
  }
}
