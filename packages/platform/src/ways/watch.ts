// Looks at every way that is served here: whether it can be reached, and what waits to be taken in; tells metrics, and
// Users of outages that have begun.
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { Gauge, type Registry } from 'prom-client';
import type { Clock } from '../foundation/clock.ts';
import { messageOf } from '../foundation/errors.ts';
import { Every } from '../foundation/every.ts';
import type { Log } from '../foundation/log.ts';
import { recordHealth, recordWaiting, type Waiting } from './health-store.ts';
import { tellBegun } from './outages-store.ts';
import { standingOf, type Way } from './standing.ts';
import { readFacts } from './ways-store.ts';

const LOOK_SECONDS = 30;

/** What can be asked of a way by whoever serves it. */
export interface WayLook {
  /** Whether it can be reached; it throws why not. */
  readonly probe?: () => Promise<void>;
  readonly waiting?: () => Promise<Waiting>;
}
export type WayLooks = Readonly<Partial<Record<Way, WayLook>>>;

export interface WayWatchParts {
  readonly pool: pg.Pool;
  readonly log: Log;
  readonly clock: Clock;
  readonly registry: Registry;
  readonly looks: WayLooks;
  readonly operatorId: Eui;
}

export class WayWatch {
  readonly #parts: WayWatchParts;
  readonly #open: Gauge<'way'>;
  readonly #outage: Gauge<'way'>;
  readonly #reachable: Gauge<'way'>;
  readonly #waiting: Gauge<'way'>;
  readonly #rounds: Every;

  constructor(parts: WayWatchParts) {
    this.#parts = parts;
    const { log, registry } = parts;
    const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames: ['way'], registers: [registry] });
    this.#open = gauge('penstock_way_open', 'Whether files are taken in by a way now: 1 or 0');
    this.#outage = gauge('penstock_way_outage', 'Whether an outage of a way is declared now: 1 or 0');
    this.#reachable = gauge('penstock_way_reachable', 'Whether the platform could reach a way that it serves: 1 or 0');
    this.#waiting = gauge('penstock_way_waiting', 'Files that came by a way and are not taken in yet');
    this.#rounds = new Every(LOOK_SECONDS, log, 'the ways were not looked at', () => this.look());
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /** One round. */
  async look(): Promise<void> {
    const { pool, clock, looks, operatorId } = this.#parts;
    await tellBegun(pool, { now: clock.now(), operatorId });
    for (const [way, look] of Object.entries(looks) as [Way, WayLook][]) {
      await this.#probe(way, look);
      if (look.waiting === undefined) continue;
      const waiting = await look.waiting();
      await recordWaiting(pool, way, waiting);
      this.#waiting.set({ way }, waiting.count);
    }
    const facts = await readFacts(pool, clock.now());
    for (const { way, isDown } of facts) {
      this.#open.set({ way }, standingOf(way, facts).isOpen ? 1 : 0);
      this.#outage.set({ way }, isDown ? 1 : 0);
    }
  }

  async #probe(way: Way, { probe }: WayLook): Promise<void> {
    if (probe === undefined) return;
    const { pool, log, clock } = this.#parts;
    const failure = await probe().then(
      () => undefined,
      (error: unknown) => messageOf(error),
    );
    if (failure !== undefined) log.warn({ way, failure }, 'a way cannot be reached');
    this.#reachable.set({ way }, failure === undefined ? 1 : 0);
    await recordHealth(pool, way, { by: 'probe', ok: failure === undefined, at: clock.now(), detail: failure });
  }
}
