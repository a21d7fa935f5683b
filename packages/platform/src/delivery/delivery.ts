import type pg from 'pg';
import type { Registry } from 'prom-client';
import { type Clock, utcDay } from '../foundation/clock.ts';
import { type Config, readConfiguredFile } from '../foundation/config.ts';
import { Every } from '../foundation/every.ts';
import type { Log } from '../foundation/log.ts';
import type { DirectoryReader } from '../parties/directory-reader.ts';
import { checkHeld } from './held.ts';
import { DeliveryMetrics } from './metrics.ts';
import { NetworkSide } from './network.ts';
import { PushSide } from './push.ts';
import { PullSide } from './receive.ts';
import { dropTakenDays } from './retention.ts';
import { type DeliveryHandler, deliveryRoutes } from './routes.ts';
import { ensureCursors } from './stream-store.ts';
import { Wakeups } from './wakeups.ts';

// The room as it is started: one `Delivery` an installation's process pushes and looks after the streams; a
// `DeliveryDoor` stands in each process of the gateway, for those that take messages themselves.

/** A User that was just made has its streams after this time at the latest. */
const directoryEverySeconds = 1;
const heldEverySeconds = 30;

/** What the gateway's door needs of delivery: its routes, and whom to tell after a commit. */
export class DeliveryDoor {
  /** To be told after each commit that put a message on a stream: `wakeups.announce`. */
  readonly wakeups: Wakeups;
  /** By 'METHOD /path'. */
  readonly routes: ReadonlyMap<string, DeliveryHandler>;

  constructor({ pool, log, registry }: { readonly pool: pg.Pool; readonly log: Log; readonly registry: Registry }) {
    this.wakeups = new Wakeups(pool, log);
    this.routes = deliveryRoutes({
      network: new NetworkSide(pool, this.wakeups),
      pull: new PullSide(pool, this.wakeups),
      metrics: new DeliveryMetrics(registry),
    });
  }

  async start(): Promise<void> {
    await this.wakeups.start();
  }

  /** Takers and pullers are ended by the signals of their requests. */
  async stop(): Promise<void> {
    await this.wakeups.stop();
  }
}

export interface DeliveryParts {
  readonly pool: pg.Pool;
  readonly directory: DirectoryReader;
  readonly clock: Clock;
  readonly log: Log;
  readonly registry: Registry;
  readonly config: Config;
}

export class Delivery {
  readonly #parts: DeliveryParts;
  readonly #metrics: DeliveryMetrics;
  readonly #push: PushSide;
  /** As the doors' own: `wakeups.announce`. */
  readonly wakeups: Wakeups;
  #directoryVersion: bigint | undefined;
  #upkeep: Every[] = [];

  /** @throws PenstockError config.invalid when a configured file cannot be read */
  constructor(parts: DeliveryParts) {
    const { pool, log, config } = parts;
    this.#parts = parts;
    this.#metrics = new DeliveryMetrics(parts.registry);
    this.wakeups = new Wakeups(pool, log);
    this.#push = new PushSide(
      { pool, wakeups: this.wakeups, metrics: this.#metrics, log },
      {
        ca: configured(config, 'pushAuthoritiesFile'),
        key: configured(config, 'pushKeyFile'),
        cert: configured(config, 'pushCertificateFile'),
        timeoutSeconds: config.delivery.pushTimeoutSeconds,
        retryWithinSeconds: config.delivery.retryWithinSeconds,
        random: Math.random,
      },
    );
  }

  /** Makes the streams' cursors and begins to push. */
  async start(): Promise<void> {
    await this.#followDirectory();
    await this.wakeups.start();
    this.#push.start();
    const { log } = this.#parts;
    this.#upkeep = [
      new Every(directoryEverySeconds, log, 'streams of new Users were not made', () => this.#followDirectory()),
      new Every(heldEverySeconds, log, 'held streams were not looked for', () => this.#checkHeld()),
    ];
  }

  /** Finishes what is being pushed. */
  async stop(): Promise<void> {
    await Promise.all([...this.#upkeep.map((every) => every.stop()), this.#push.stop()]);
    await this.wakeups.stop();
  }

  /** Drops days of the streams that nobody needs; part of the daily maintenance. Throws the database's error. */
  async dropTakenDays(): Promise<void> {
    const { pool, log, clock, config } = this.#parts;
    const { streamDays, logDays } = config.messages;
    const options = { today: utcDay(clock.now()), streamDays, logDays };
    const dropped = await dropTakenDays({ pool, log, metrics: this.#metrics }, options);
    if (dropped.length > 0) log.info({ days: dropped.map((one) => one.day) }, 'days of the streams were dropped');
  }

  async #followDirectory(): Promise<void> {
    const directory = this.#parts.directory.current();
    if (directory.version === this.#directoryVersion) return;
    await ensureCursors(this.#parts.pool);
    await this.#push.directoryMoved(directory.users());
    this.#directoryVersion = directory.version;
  }

  async #checkHeld(): Promise<void> {
    const { pool, log, config } = this.#parts;
    await checkHeld({ pool, log, metrics: this.#metrics }, { holdDays: config.delivery.holdDays });
  }
}

function configured(config: Config, name: 'pushAuthoritiesFile' | 'pushKeyFile' | 'pushCertificateFile') {
  return config.delivery[name] === undefined ? undefined : readConfiguredFile(config, ['delivery', name]);
}
