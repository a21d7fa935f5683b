// Sends what webhooks are told, in order, one message at a time a webhook, each at least once.
//
// A webhook: taken by one process for a minute -> its oldest message is sent -> given back. What is not taken (anything but
// 2xx) is tried again after a pause that doubles; the webhook rests meanwhile, and costs the others nothing. A message is given
// up after MOST_TRIES; a webhook that took nothing for three days, or answers 410, is turned off and its User told.
//
// What always holds: what a message says is made when it is sent, from what its User sees then: what is not shared any more is
// not sent any more.
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { BlockList } from 'node:net';
import { WEBHOOK_TEST } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { Counter, type Registry } from 'prom-client';
import { readChange } from '../changes/changes-store.ts';
import type { Clock } from '../foundation/clock.ts';
import { PenstockError } from '../foundation/errors.ts';
import { type Posted, settlePost } from '../foundation/http/settle-post.ts';
import type { Log } from '../foundation/log.ts';
import { readSealer } from '../foundation/sealed.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { LOOK_EVERY_MS, Worker } from '../foundation/worker.ts';
import { allowedLookup, requireAddress } from './address.ts';
import { fanOut } from './fan-out.ts';
import {
  bindingOf,
  type DueMessage,
  dropOldDeliveries,
  endMessage,
  giveBack,
  giveBackFailing,
  giveBackWell,
  noteFailure,
  takeMessage,
  turnOff,
} from './send-store.ts';
import { signedHeaders } from './signature.ts';

const TIMEOUT_MS = 10_000;
const FIRST_PAUSE_SECONDS = 5;
const LONGEST_PAUSE_SECONDS = 3_600;
/** Some ten hours, when each is refused. */
const MOST_TRIES = 20;
const OFF_AFTER_MS = 3 * 24 * 60 * 60 * 1000;
/** Sent at once by a process. */
const SENDERS = 4;

export interface SendParts {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly log: Log;
  readonly registry: Registry;
  readonly operatorId: Eui;
  /** Networks inside, to which the Operator lets webhooks go. */
  readonly allowed: BlockList;
}

export const pauseAfter = (failures: number): number =>
  Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** Math.min(failures - 1, 16));

export class WebhookSender {
  readonly #parts: SendParts;
  readonly #sent: Counter;
  readonly #workers: readonly Worker[];

  constructor(parts: SendParts) {
    this.#parts = parts;
    const { log, registry, pool } = parts;
    this.#sent = new Counter({
      name: 'penstock_webhook_messages_total',
      help: 'Messages of webhooks that were taken, are tried again, or were dropped.',
      labelNames: ['outcome'],
      registers: [registry],
    });
    const rest = (isMore: boolean) => (isMore ? 0 : LOOK_EVERY_MS * 2);
    this.#workers = [
      new Worker(log, 'webhooks were not told of what was saved', async () => rest(await fanOut(pool))),
      ...Array.from(
        { length: SENDERS },
        () => new Worker(log, 'a webhook was not sent its message', async () => rest(await this.sendNext())),
      ),
    ];
  }

  start(): void {
    for (const worker of this.#workers) worker.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()));
  }

  dropOld(): Promise<void> {
    return dropOldDeliveries(this.#parts.pool);
  }

  /** Sends one message that is due; false: there is none. */
  async sendNext(): Promise<boolean> {
    const { pool } = this.#parts;
    const due = await takeMessage(pool);
    if (due === undefined) return false;
    const body = await this.#bodyOf(due);
    if (body === undefined) {
      await endMessage(pool, due, { state: 'dropped', failure: 'there is nothing to tell any more' });
      await giveBack(pool, due);
      this.#sent.inc({ outcome: 'dropped' });
      return true;
    }
    const posted = await this.#post(due, body);
    if (typeof posted === 'object' && 'status' in posted && posted.status >= 200 && posted.status < 300) {
      await endMessage(pool, due, { state: 'sent', status: posted.status });
      await giveBackWell(pool, due);
      this.#sent.inc({ outcome: 'sent' });
    } else await this.#failed(due, posted);
    return true;
  }

  async #failed(due: DueMessage, posted: Posted): Promise<void> {
    const { pool, clock, log } = this.#parts;
    const status = typeof posted === 'object' && 'status' in posted ? posted.status : undefined;
    const failure =
      posted === 'connection-gone' ? 'the connection was closed' : 'error' in posted ? posted.error : `HTTP ${status}`;
    const { userId, webhook, message, tries, failures, failingSince } = due;
    const isGivenUp = tries >= MOST_TRIES;
    if (isGivenUp) await endMessage(pool, due, { state: 'dropped', status, failure });
    else await noteFailure(pool, due, { status, failure });
    this.#sent.inc({ outcome: isGivenUp ? 'dropped' : 'again' });
    log.info({ userId, webhook, message, tries, failure }, 'a webhook did not take its message');
    const since = failingSince?.getTime() ?? clock.now().getTime();
    if (status === 410) await turnOff(pool, due, 'it answered 410 Gone');
    else if (clock.now().getTime() - since > OFF_AFTER_MS) {
      await turnOff(pool, due, `it took nothing since ${new Date(since).toISOString()}: ${failure}`);
    } else await giveBackFailing(pool, due, pauseAfter(failures + 1));
  }

  /** Undefined: there is nothing to tell any more. */
  async #bodyOf({ userId, side, type, about, at }: DueMessage): Promise<string | undefined> {
    const viewer: Viewer = side === 'operator' ? { kind: 'operator', userId } : { kind: 'user', userIds: [userId] };
    const ask = `/api/v1/changes/${about}`;
    const say = (data: object) => JSON.stringify({ type, timestamp: at.toISOString(), data: { userId, ...data } });
    if (type === WEBHOOK_TEST) return say({});
    if (type === 'schedule.published') return say({ month: about, ask: `/api/v1/changes/schedule/${about}` });
    if (type.startsWith('incident.')) return say({ incident: about, ask: `/api/v1/incidents/${about}` });
    if (type === 'change.clash') return say({ change: about, ask: `${ask}/clashes` });
    if (type === 'change.withdrawn') return say({ change: about });
    const parts = { pool: this.#parts.pool, now: () => this.#parts.clock.now(), operatorId: this.#parts.operatorId };
    try {
      return say({ change: await readChange(parts, viewer, about, 'webhook'), ask });
    } catch (error) {
      if (error instanceof PenstockError && error.code === 'request.not-found') return undefined;
      throw error;
    }
  }

  async #post({ webhook, url, message, secrets }: DueMessage, body: string): Promise<Posted> {
    const { pool, clock, allowed } = this.#parts;
    const sealer = await readSealer(pool);
    const good = secrets.flatMap((sealed) => sealer.open(bindingOf(webhook), sealed) ?? []);
    if (good.length === 0) return { error: 'its secret cannot be read: make a new one' };
    try {
      requireAddress(url, allowed);
    } catch (error) {
      if (error instanceof PenstockError) return { error: 'ADDRESS_NOT_ALLOWED' };
      throw error;
    }
    const request = url.startsWith('https:') ? tlsRequest : plainRequest;
    const outgoing = request(url, {
      method: 'POST',
      // a connection of its own, so that its address is judged each time
      agent: false,
      lookup: allowedLookup(allowed),
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'Penstock',
        ...signedHeaders(good, { message, at: clock.now(), body }),
      },
    });
    return settlePost(outgoing, body, TIMEOUT_MS);
  }
}
