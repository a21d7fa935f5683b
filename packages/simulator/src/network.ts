import { encodeFrames, FRAMES_CONTENT_TYPE, type Frame } from '@penstock/api';
import { type DuisRequest, type Eui, readMessage, type Signer, signMessage } from '@penstock/duis';
import type { Alert, AlertSource } from './alerts.ts';
import type { Answers, PlannedAnswer } from './answers.ts';
import { DueQueue } from './due-queue.ts';
import { askForFrames, backoff, type GatewayClient, pause, retryAfter } from './gateway-client.ts';
import { OPERATOR_ID } from './parties.ts';
import type { Random } from './random.ts';
import { isAfter } from './receive-service.ts';
import type { Counters } from './requests.ts';
import { alertText, responseText } from './responses.ts';

/**
 * The simulated network behind the gateway: takes southbound messages, answers each after a while, and sends alerts of
 * its own. Everything it delivers is signed by the Operator.
 *
 * What always holds: what was taken is acknowledged once it is planned, and never planned twice, however often it
 * comes; what is due is delivered until the gateway answered for it, with the same bytes. What it does not: survive
 * its own end: answers still to come are lost with the process.
 */

export interface SimulatedNetworkOptions {
  readonly client: GatewayClient;
  readonly answers: Answers;
  readonly alerts: AlertSource;
  readonly signer: Signer;
  readonly counters: Counters;
  readonly random: Random;
  /** Name under which it takes: two networks with different names share the streams. */
  readonly consumer: string;
  /** Mean of the day's background, in alerts a second. */
  readonly alertsPerSecond: number;
  readonly now: () => Date;
}

export interface NetworkCounts {
  readonly taken: number;
  /** Taken again after it was planned before. */
  readonly repeated: number;
  /** Answers and alerts that are planned, or due and not yet delivered. */
  readonly waiting: number;
  /** By outcome: recorded, repeated, refused. */
  readonly delivered: Readonly<Record<string, number>>;
  /** Codes of what the gateway refused. */
  readonly refusals: Readonly<Record<string, number>>;
  readonly failedCalls: number;
  /** Of a fill, alerts that are not made yet. */
  readonly toFill: number;
}

/** So many alerts of one device, as quickly as the gateway takes them. */
export interface Fill {
  readonly device: Eui;
  readonly code: string;
  readonly count: number;
}

export interface WildMeter {
  readonly device: Eui;
  readonly code: string;
  readonly perSecond: number;
}

interface Outgoing {
  readonly user: Eui;
  /** Written and signed when it is due: most of what waits needs no memory for its bytes. */
  readonly write: () => string;
}

const TAKE = { most: 500, waitSeconds: 20 };
const TICK = 20;
/** Seconds of alerts that are made up for at most: a machine that slept does not wake up to a storm. */
const LONGEST_STALL = 2;
const DELIVER_MOST = 200;
/** With more than this ready, the network takes nothing and makes no alerts until the gateway has caught up. */
const READY_MOST = 5_000;
/** Alerts of a fill that are ready at a time: what others are to get does not wait behind more. */
const FILL_READY = 2 * DELIVER_MOST;

export class SimulatedNetwork {
  readonly #options: SimulatedNetworkOptions;
  readonly #stopping = new AbortController();
  readonly #planned = new DueQueue<Outgoing>();
  readonly #ready: Frame[] = [];
  readonly #lastTaken = new Map<string, string>();
  readonly #delivered: Record<string, number> = {};
  readonly #refusals: Record<string, number> = {};
  #taken = 0;
  /** Of the call before, or of a run before this one, something may not have come: it is asked for again. */
  #mayHaveLost = true;
  #repeated = 0;
  #failedCalls = 0;
  #underWay = 0;
  #due = { background: 0, wild: 0 };
  #wild: WildMeter | undefined;
  #fill: Fill | undefined;
  #timer: NodeJS.Timeout | undefined;
  #taking: Promise<void> | undefined;
  #delivering: Promise<void> = Promise.resolve();

  constructor(options: SimulatedNetworkOptions) {
    this.#options = options;
  }

  start(): void {
    let last = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#advance(now, Math.min((now - last) / 1000, LONGEST_STALL));
      last = now;
    }, TICK);
    this.#taking = this.#take();
  }

  /** Takes nothing more, delivers what is ready if the gateway answers, and ends. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort();
    await this.#taking;
    await this.#delivering;
    this.#options.client.close();
  }

  counts(): NetworkCounts {
    return {
      taken: this.#taken,
      repeated: this.#repeated,
      waiting: this.#planned.length + this.#ready.length + this.#underWay,
      delivered: { ...this.#delivered },
      refusals: { ...this.#refusals },
      failedCalls: this.#failedCalls,
      toFill: this.#fill?.count ?? 0,
    };
  }

  /** One meter sends one alert over and over; undefined ends it. */
  setWildMeter(wild: WildMeter | undefined): void {
    this.#wild = wild;
    this.#due.wild = 0;
  }

  /** Begins to fill, in place of what was to be filled before. */
  setFill(fill: Fill | undefined): void {
    this.#fill = fill;
  }

  #advance(now: number, seconds: number): void {
    if (this.#ready.length < READY_MOST) this.#sendAlerts(seconds);
    while (this.#ready.length < READY_MOST) {
      const item = this.#planned.popDue(now);
      if (item === undefined) break;
      this.#makeReady(item);
    }
    this.#sendFill();
    if (this.#ready.length > 0 && this.#underWay === 0) this.#delivering = this.#deliver();
  }

  #makeReady({ user, write }: Outgoing): void {
    this.#ready.push({ header: { user }, body: signMessage(write(), this.#options.signer) });
  }

  #sendAlerts(seconds: number): void {
    const { alerts, alertsPerSecond, random, now } = this.#options;
    this.#due.background += seconds * alertsPerSecond;
    while (this.#due.background > 0) {
      this.#due.background -= random.exponential(1);
      const alert = alerts.next(now());
      if (alert !== undefined) this.#send(alert);
    }
    if (this.#wild === undefined) return;
    this.#due.wild += seconds * this.#wild.perSecond;
    for (; this.#due.wild > 0; this.#due.wild -= 1) {
      const alert = alerts.of(this.#wild.device, this.#wild.code, now());
      if (alert !== undefined) this.#send(alert);
    }
  }

  #sendFill(): void {
    const { alerts, now } = this.#options;
    while (this.#fill !== undefined && this.#ready.length < FILL_READY) {
      const { device, code, count } = this.#fill;
      const alert = alerts.of(device, code, now());
      if (alert !== undefined) this.#send(alert);
      this.#fill = alert === undefined || count === 1 ? undefined : { device, code, count: count - 1 };
    }
  }

  #send(alert: Alert): void {
    const { answers, counters, now } = this.#options;
    const source = alert.kind === 'device' ? alert.device : OPERATOR_ID;
    for (const user of alert.recipients) {
      const responseId = { originator: source, target: user, counter: counters.next(source, user) };
      this.#makeReady({ user, write: () => alertText(alert, responseId, answers.payload(), now()) });
    }
  }

  async #take(): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted; ) {
      if (this.#ready.length >= READY_MOST) {
        await pause(TICK, signal);
        continue;
      }
      const taken = await this.#takeOnce().catch(() => false);
      failures = taken ? 0 : failures + 1;
      if (taken || signal.aborted) continue;
      this.#failedCalls += 1;
      await pause(backoff(failures), signal);
    }
  }

  async #takeOnce(): Promise<boolean> {
    const { client, consumer } = this.#options;
    const { signal } = this.#stopping;
    const query = { max: `${TAKE.most}`, wait: `${TAKE.waitSeconds}`, consumer, again: `${this.#mayHaveLost}` };
    const path = `/network/take?${new URLSearchParams(query)}`;
    this.#mayHaveLost = true;
    const frames = await askForFrames(client, { method: 'POST', path, waitSeconds: TAKE.waitSeconds, signal });
    if (frames.length === 0) {
      this.#mayHaveLost = false;
      return true;
    }
    const now = performance.now();
    for (const frame of frames) this.#plan(frame, now);
    const positions = frames.map(({ header: { user = '', position = '' } }) => ({ user, position }));
    const acknowledged = await client.call({
      method: 'POST',
      path: '/network/acknowledge',
      body: Buffer.from(JSON.stringify({ consumer, positions })),
      contentType: 'application/json',
      signal,
    });
    this.#mayHaveLost = acknowledged.status >= 300;
    return !this.#mayHaveLost;
  }

  #plan({ header: { user = '', position = '' }, body }: Frame, now: number): void {
    const last = this.#lastTaken.get(user);
    if (last !== undefined && !isAfter(position, last)) {
      this.#repeated += 1;
      return;
    }
    this.#lastTaken.set(user, position);
    this.#taken += 1;
    const request = readMessage(body);
    if (request.type !== 'request') return;
    for (const answer of this.#options.answers.to(request))
      this.#planned.push(now + answer.after, this.#outgoing(request, answer));
  }

  /** Keeps of the request only what its answer needs, so that its bytes do not stay in memory. */
  #outgoing({ requestId, serviceReferenceVariant }: DuisRequest, { content }: PlannedAnswer): Outgoing {
    const { now } = this.#options;
    return {
      user: requestId.originator,
      write: () => responseText({ requestId, serviceReferenceVariant, responseDateTime: now() }, content),
    };
  }

  /** Empties what is ready, one batch after the other; a batch is repeated until the gateway answered for it. */
  async #deliver(): Promise<void> {
    const { signal } = this.#stopping;
    while (this.#ready.length > 0) {
      const batch = this.#ready.splice(0, DELIVER_MOST);
      this.#underWay = batch.length;
      const body = encodeFrames(batch);
      for (let failures = 0; ; failures += 1) {
        const call = { method: 'POST', path: '/network/deliver', body, contentType: FRAMES_CONTENT_TYPE } as const;
        const answer = await this.#options.client.call(call).catch((): undefined => undefined);
        if (answer?.status === 200) {
          this.#count(answer.body);
          break;
        }
        this.#failedCalls += 1;
        if (signal.aborted) return;
        await pause(answer === undefined ? backoff(failures) : retryAfter(answer, backoff(failures)), signal);
      }
      this.#underWay = 0;
      this.#sendFill();
    }
  }

  #count(body: Buffer): void {
    const answer: { results?: { outcome?: string; code?: string }[] } = JSON.parse(body.toString('utf8'));
    for (const { outcome = 'unknown', code } of answer.results ?? []) {
      this.#delivered[outcome] = (this.#delivered[outcome] ?? 0) + 1;
      if (outcome === 'refused' && code !== undefined) this.#refusals[code] = (this.#refusals[code] ?? 0) + 1;
    }
  }
}
