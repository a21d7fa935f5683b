import { readMessage } from '@penstock/duis';
import type { Eligibility } from './eligibility.ts';
import { type Answer, askForFrames, backoff, type GatewayClient, pause, retryAfter } from './gateway-client.ts';
import type { SimulatedUser } from './parties.ts';
import { busyness, MIXES } from './profiles.ts';
import { type Random, WeightedChoice } from './random.ts';
import { type Delivery, isAfter, type ReceiveMode, type ReceiveService } from './receive-service.ts';
import { type PreparedRequest, type RequestMaker, serviceOf } from './requests.ts';
import type { Template } from './templates.ts';

/**
 * One User's systems: they ask for what its roles ask for in a day, take what comes back, and send each pre-command
 * back signed.
 *
 * What always holds: a message is signed once and, until the gateway answered it, sent again with the same bytes; what
 * is received is counted once, by its position.
 */

export interface UserSystemOptions {
  readonly user: SimulatedUser;
  readonly client: GatewayClient;
  /** Present for a User that is pushed to; else it pulls. */
  readonly receiveService?: ReceiveService;
  readonly maker: RequestMaker;
  readonly eligibility: Eligibility;
  readonly templates: readonly Template[];
  readonly random: Random;
  /** Mean of the day, in requests a second. */
  readonly perSecond: number;
  readonly now: () => Date;
}

export interface UserCounts {
  /** Messages made and not yet answered by the gateway. */
  readonly waiting: number;
  /** Answered, by response code (I99 is an acknowledgement), or by HTTP status where no DUIS came back. */
  readonly answers: Readonly<Record<string, number>>;
  /** Sent again because no answer came or the gateway asked to wait. */
  readonly resent: number;
  /** Requests that the day called for and that were not made because too many waited. */
  readonly notMade: number;
  /** Received, by kind. */
  readonly received: Readonly<Record<string, number>>;
}

export interface Flood {
  readonly srv: string;
  readonly perSecond: number;
}

/** How often the arrivals of the day are looked at, in milliseconds. */
const TICK = 50;
/** Seconds of the day that are made up for at most: a machine that slept does not wake up to a storm. */
const LONGEST_STALL = 2;
/** Messages under way at once; and how many may wait before the User makes no more. */
const UNDER_WAY = 8;
const UNDER_WAY_FLOODING = 64;
const MOST_WAITING = 20_000;
const PULL = { most: 200, waitSeconds: 20 };

export class UserSystem {
  readonly user: SimulatedUser;
  readonly #options: UserSystemOptions;
  /** Templates that this User may send to some home. */
  readonly #able: readonly Template[];
  readonly #choice: WeightedChoice<Template> | undefined;
  readonly #stopping = new AbortController();
  readonly #queue: PreparedRequest[] = [];
  readonly #answers: Record<string, number> = {};
  readonly #received: Record<string, number> = {};
  #underWay = 0;
  #resent = 0;
  #notMade = 0;
  /** In requests, the part of the next one that has come due; below zero: time still to pass. */
  #due = { day: 0, flood: 0 };
  #flood: { readonly perSecond: number; readonly templates: readonly Template[] } | undefined;
  #mode: ReceiveMode = 'taking';
  #lastPulled = '';
  #timer: NodeJS.Timeout | undefined;
  #pulling: Promise<void> | undefined;

  constructor(options: UserSystemOptions) {
    this.#options = options;
    this.user = options.user;
    const { user, templates, eligibility } = options;
    this.#able = templates.filter((each) => eligibility.homesFor(user, each, serviceOf(each).roles).length > 0);
    this.#choice = this.#able.length === 0 ? undefined : dayChoice(user, this.#able);
  }

  start(): void {
    let last = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#arrive(Math.min((now - last) / 1000, LONGEST_STALL));
      last = now;
    }, TICK);
    if (this.#options.receiveService === undefined) this.#pulling = this.#pull();
  }

  /** Makes nothing more, gives up what waits, and ends. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort();
    await this.#pulling;
    await this.#options.receiveService?.stop();
    this.#options.client.close();
  }

  counts(): UserCounts {
    return {
      waiting: this.#queue.length + this.#underWay,
      answers: { ...this.#answers },
      resent: this.#resent,
      notMade: this.#notMade,
      received: { ...this.#received },
    };
  }

  /**
   * A new system floods the gateway with one kind of request, on top of the day; undefined ends it, and what still
   * waits is given up. False where this User cannot send the service.
   */
  setFlood(flood: Flood | undefined): boolean {
    const templates = this.#able.filter(({ srv }) => srv === flood?.srv);
    if (flood !== undefined && templates.length === 0) return false;
    this.#flood = flood === undefined ? undefined : { perSecond: flood.perSecond, templates };
    this.#due.flood = 0;
    if (flood === undefined) this.#queue.length = 0;
    return true;
  }

  /** Stops or starts taking messages; a User that pulls cannot refuse, it just does not pull. */
  async setReceiving(mode: ReceiveMode): Promise<void> {
    this.#mode = mode;
    await this.#options.receiveService?.setMode(mode);
  }

  /** What the gateway pushed, or this User pulled. */
  take({ kind, body }: Delivery): void {
    this.#received[kind] = (this.#received[kind] ?? 0) + 1;
    if (body.includes('PreCommand>')) this.#answerPreCommand(body);
  }

  #arrive(seconds: number): void {
    const { random, perSecond, now } = this.#options;
    this.#due.day += seconds * perSecond * busyness(now());
    while (this.#due.day > 0) {
      this.#due.day -= random.exponential(1);
      if (this.#choice !== undefined) this.#make(this.#choice.pick(random));
    }
    if (this.#flood === undefined) return;
    this.#due.flood += seconds * this.#flood.perSecond;
    for (; this.#due.flood > 0; this.#due.flood -= 1) this.#make(random.pick(this.#flood.templates));
  }

  #make(template: Template): void {
    const { maker, eligibility, random } = this.#options;
    const reaches = eligibility.homesFor(this.user, template, serviceOf(template).roles);
    if (reaches.length === 0) return;
    if (this.#queue.length >= MOST_WAITING) {
      this.#notMade += 1;
      return;
    }
    this.#enqueue(maker.request(this.user, template, random.pick(reaches), reaches.slice(0, 10)));
  }

  #answerPreCommand(body: Buffer): void {
    const message = readMessage(body);
    if (message.type !== 'response' || message.requestId === undefined) return;
    const srv = message.body.child('ServiceReferenceVariant')?.text();
    const payload = message.body.child('PreCommand')?.child('GBCSPayload')?.text();
    if (srv === undefined || payload === undefined) return;
    const { target } = message.requestId;
    this.#enqueue(this.#options.maker.answerPreCommand(this.user, srv, target, Buffer.from(payload, 'base64')));
  }

  #enqueue(message: PreparedRequest): void {
    this.#queue.push(message);
    const most = this.#flood === undefined ? UNDER_WAY : UNDER_WAY_FLOODING;
    if (this.#underWay < most) void this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    this.#underWay += 1;
    for (;;) {
      const message = this.#stopping.signal.aborted ? undefined : this.#queue.shift();
      if (message === undefined) break;
      await this.#send(message);
    }
    this.#underWay -= 1;
  }

  async #send(message: PreparedRequest): Promise<void> {
    const { signal } = this.#stopping;
    const call = {
      method: 'POST',
      path: `/duis/${message.service}`,
      body: message.bytes,
      contentType: 'application/xml',
      signal,
    } as const;
    for (let failures = 0; !signal.aborted; failures += 1) {
      const answer = await this.#options.client.call(call).catch((): undefined => undefined);
      if (answer !== undefined && answer.status < 500 && answer.status !== 429) {
        const code = codeOf(answer);
        this.#answers[code] = (this.#answers[code] ?? 0) + 1;
        return;
      }
      this.#resent += 1;
      await pause(answer === undefined ? backoff(failures) : retryAfter(answer, backoff(failures)), signal);
    }
  }

  async #pull(): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted; ) {
      if (this.#mode !== 'taking') {
        await pause(TICK, signal);
        continue;
      }
      const pulled = await this.#pullOnce().catch(() => false);
      failures = pulled ? 0 : failures + 1;
      if (!pulled) await pause(backoff(failures), signal);
    }
  }

  /** One call for messages and, when there were any, one that says how far they were taken. */
  async #pullOnce(): Promise<boolean> {
    const { client } = this.#options;
    const { signal } = this.#stopping;
    const path = `/duis/receive?max=${PULL.most}&wait=${PULL.waitSeconds}`;
    const frames = await askForFrames(client, { method: 'GET', path, waitSeconds: PULL.waitSeconds, signal });
    if (frames.length === 0) return true;
    for (const { header, body } of frames) {
      const { position = '', kind = '' } = header;
      if (this.#lastPulled !== '' && !isAfter(position, this.#lastPulled)) continue;
      this.take({ position, kind, body: Buffer.from(body) });
      this.#lastPulled = position;
    }
    const acknowledged = await client.call({
      method: 'POST',
      path: '/duis/receive/acknowledge',
      body: Buffer.from(JSON.stringify({ position: this.#lastPulled })),
      contentType: 'application/json',
      signal,
    });
    return acknowledged.status < 300;
  }
}

/** The response code of a DUIS answer, or what HTTP said instead. */
function codeOf(answer: Answer): string {
  const code = /<(?:\w+:)?ResponseCode>([A-Z0-9]+)</.exec(answer.body.toString('latin1'))?.[1];
  return answer.status === 200 && code !== undefined ? code : `HTTP ${answer.status}`;
}

/** What the User asks for in a day, by its roles. */
function dayChoice({ roles }: SimulatedUser, able: readonly Template[]): WeightedChoice<Template> {
  const alike = new Map<string, number>();
  for (const { srv } of able) alike.set(srv, (alike.get(srv) ?? 0) + 1);
  const mixes = roles.map((role) => MIXES[role]);
  const weight = ({ srv }: Template): number => {
    const often = Math.max(0, ...mixes.map((mix) => mix.often[srv] ?? 0));
    const other = Math.max(...mixes.map((mix) => mix.others)) / alike.size;
    return (often > 0 ? often : other) / (alike.get(srv) ?? 1);
  };
  return new WeightedChoice(able.map((template) => [template, weight(template)] as const));
}
