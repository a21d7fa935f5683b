import { encodeFrames, FRAMES_CONTENT_TYPE } from '@penstock/api';
import {
  type Eui,
  gbcsPayloadPart,
  type RequestId,
  type Signer,
  signMessage,
  writeDeviceAlert,
  writeResponse,
} from '@penstock/duis';
import {
  GatewayClient,
  OPERATOR_ID,
  ReceiveService,
  type SimulatedUser,
  signersOf,
  type World,
} from '@penstock/simulator';
import type pg from 'pg';
import { poissonSchedule } from '../load/schedule.ts';

/** Messages from the network to Users that are pushed to, and the times until these have them. */

const RESPONSE_PAYLOAD_BYTES = 600;
/** Calls of the network under way at once. */
const CONNECTIONS = 8;

/** Where a message stands, and when its User had it. */
interface Received {
  readonly userId: Eui;
  readonly position: string;
  /** Epoch milliseconds, with fractions. */
  readonly at: number;
}

export class Northbound {
  readonly #world: World;
  readonly #signer: Signer;
  readonly #services: ReceiveService[] = [];
  readonly #users: readonly SimulatedUser[];
  #received: Received[] = [];
  #counter = BigInt(Date.now()) << 20n;

  /** @param down the User that takes nothing: nobody listens at its address, and nothing new is sent to it */
  constructor(world: World, down: SimulatedUser) {
    this.#world = world;
    this.#users = world.users.filter((user) => user.delivery === 'push' && user !== down);
    this.#signer = operatorSigner(world);
  }

  /** Opens the receive services of the Users that are up. */
  async start(): Promise<void> {
    const { pki, receivePorts } = this.#world;
    for (const user of this.#users) {
      const credentials = pki.users.get(user.userId);
      const port = receivePorts.get(user);
      if (credentials === undefined || port === undefined) throw new Error(`${user.party.name} has no receive service`);
      const service = new ReceiveService({
        credential: credentials.transport,
        authority: pki.authority,
        port,
        take: ({ position }) =>
          this.#received.push({ userId: user.userId, position, at: performance.timeOrigin + performance.now() }),
      });
      await service.start();
      this.#services.push(service);
    }
  }

  async stop(): Promise<void> {
    for (const service of this.#services) await service.stop();
  }

  /**
   * Delivers messages to the Users in turn at a steady mean rate, one a call, and waits until all were received.
   * @returns milliseconds of each from being recorded in the platform to being received
   */
  async run(options: {
    gatewayPort: number;
    pool: pg.Pool;
    perSecond: number;
    seconds: number;
  }): Promise<Float64Array> {
    const { gatewayPort, pool, perSecond, seconds } = options;
    const schedule = poissonSchedule({ seed: String(this.#counter), perSecond, seconds });
    const calls = Array.from(schedule, (_at, index) => this.#call(this.#users[index % this.#users.length]?.userId));
    const { authority, users } = this.#world.pki;
    const credential = users.get(OPERATOR_ID)?.transport;
    if (credential === undefined) throw new Error('the Operator has no transport certificate');
    const client = new GatewayClient(
      { origin: `https://127.0.0.1:${gatewayPort}`, authority },
      credential,
      CONNECTIONS,
    );
    this.#received = [];
    const started = performance.now();
    const answers: Promise<void>[] = [];
    for (const [index, body] of calls.entries()) {
      const wait = started + (schedule[index] ?? 0) - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      answers.push(deliver(client, body));
      // a failure is found below, where all are waited for
      answers.at(-1)?.catch(() => {});
    }
    await Promise.all(answers);
    const deadline = performance.now() + 30_000;
    while (this.#received.length < calls.length) {
      if (performance.now() > deadline)
        throw new Error(`${calls.length - this.#received.length} messages did not arrive`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    client.close();
    return await timesOf(pool, this.#received);
  }

  #call(userId: Eui | undefined): Buffer {
    const [home] = this.#world.network.homes;
    if (userId === undefined || home === undefined) throw new Error('nobody to deliver to');
    const requestId: RequestId = { originator: userId, target: home.id, counter: this.#counter++ };
    const text = writeResponse(
      { requestId, serviceReferenceVariant: '4.1.1', responseDateTime: new Date() },
      gbcsPayloadPart(Buffer.alloc(RESPONSE_PAYLOAD_BYTES, Number(this.#counter % 251n))),
    );
    return encodeFrames([{ header: { user: userId }, body: signMessage(text, this.#signer) }]);
  }
}

async function deliver(client: GatewayClient, body: Buffer): Promise<void> {
  const answer = await client.call({
    method: 'POST',
    path: '/network/deliver',
    body,
    contentType: FRAMES_CONTENT_TYPE,
  });
  const text = answer.body.toString('utf8');
  if (answer.status !== 200 || !text.includes('"recorded"')) throw new Error(`not delivered: ${answer.status} ${text}`);
}

/** The time of recording is the database's, on the same machine and so by the same clock. */
async function timesOf(pool: pg.Pool, received: readonly Received[]): Promise<Float64Array> {
  const positions = received.map(({ position }) => position.split('/'));
  const { rows } = await pool.query<{ recorded: number }>(
    `select extract(epoch from l.recorded_at)::float8 * 1000 as recorded
     from unnest($1::macaddr8[], $2::date[], $3::bigint[]) with ordinality as r(user_id, day, sequence, number)
     join message_log l on l.user_id = r.user_id and l.day = r.day and l.sequence = r.sequence
     order by r.number`,
    [received.map(({ userId }) => userId), positions.map(([day]) => day), positions.map(([, sequence]) => sequence)],
  );
  if (rows.length !== received.length) throw new Error('messages were received that are not in the log');
  return Float64Array.from(rows, ({ recorded }, index) => (received[index]?.at ?? Number.NaN) - recorded);
}

export function operatorSigner(world: World): Signer {
  const signer = signersOf(world.pki, [OPERATOR_ID]).get(OPERATOR_ID);
  if (signer === undefined) throw new Error('the Operator has no signing certificate');
  return signer;
}

/** Signed device alerts of about this many bytes, all different. */
export function makeAlerts(world: World, user: SimulatedUser, count: number, bytes: number): Buffer[] {
  const signer = operatorSigner(world);
  const [home] = world.network.homes;
  if (home === undefined) throw new Error('there are no homes');
  const write = (counter: number, payload: number): Buffer => {
    const responseId = { originator: home.id, target: user.userId, counter: BigInt(counter) };
    const gbcsPayload = Buffer.alloc(payload, counter % 251);
    return Buffer.from(
      signMessage(
        writeDeviceAlert({ responseId, responseDateTime: new Date(), alertCode: '8F3F', gbcsPayload }),
        signer,
      ),
    );
  };
  const payload = Math.max(3, Math.round(((bytes - write(1, 3).length) * 3) / 4));
  return Array.from({ length: count }, (_each, index) => write(index + 1, payload));
}
