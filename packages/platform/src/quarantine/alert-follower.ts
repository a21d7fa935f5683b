// Follows what is held, lane by lane, and writes the alert about each held request right after it was committed. The
// Operator's key is not in the database, so the batch that holds a message cannot write it itself.
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import type { Log } from '../foundation/log.ts';
import { LOOK_EVERY_MS, Worker } from '../foundation/worker.ts';
import { type Alerter, createAlertCursors, writeNextAlerts } from './alerts.ts';

export class AlertFollower {
  readonly #worker: Worker;

  constructor(parts: {
    readonly pool: pg.Pool;
    readonly log: Log;
    readonly alerter: Alerter;
    /** After the commit that put an alert on a User's northbound stream. */
    readonly streamed: (direction: 'northbound', userId: Eui) => void;
  }) {
    const { pool, log, alerter, streamed } = parts;
    this.#worker = new Worker(log, 'alerts about held messages were not written; it is tried again', async () => {
      let wrote = false;
      for (const lane of await createAlertCursors(pool)) {
        const users = await writeNextAlerts(pool, lane, alerter);
        for (const userId of users ?? []) streamed('northbound', userId);
        wrote ||= users !== undefined;
      }
      return wrote ? 0 : LOOK_EVERY_MS;
    });
  }

  start(): void {
    this.#worker.start();
  }

  stop(): Promise<void> {
    return this.#worker.stop();
  }
}
