/** Goes on recording while the record is asked: through the product's own batch, at a bounded rate. */
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Eui } from '@penstock/duis';
import { countedByNone, type NewMessage, recordBatch } from '@penstock/platform/messages';
import type pg from 'pg';

export const WRITTEN_A_SECOND = 500;
const BATCH = 10;
const BODY_BYTES = 2_000;

export interface Meter {
  readonly device: Eui;
  readonly userId: Eui;
}

let counter = BigInt(Date.now()) << 16n;

/** A request of 2 kB that nobody sent before. */
export function requestFor({ device, userId }: Meter): NewMessage {
  const bytes = randomBytes(BODY_BYTES);
  return {
    userId,
    lane: 0,
    direction: 'southbound',
    kind: 'service_request',
    verdict: 'passed',
    commandVariant: 1,
    originator: userId,
    target: device,
    counter: counter++,
    srv: '4.1.1',
    code: 'I99',
    header: { schemaVersion: '5.4' },
    reason: undefined,
    sha256: createHash('sha256').update(bytes).digest(),
    bytes,
    rising: true,
    devices: [device],
    signer: undefined,
    counted: countedByNone,
    breach: undefined,
  };
}

export async function record(pool: pg.Pool, messages: readonly NewMessage[]): Promise<void> {
  const { outcomes } = await recordBatch(pool, 0, 1n, messages);
  if (outcomes.some(({ outcome }) => outcome !== 'recorded')) throw new Error('a message was not recorded');
}

export class Writer {
  readonly #pool: pg.Pool;
  readonly #meters: readonly Meter[];
  #isStopped = false;
  #work: Promise<void> | undefined;
  written = 0;

  constructor(pool: pg.Pool, meters: readonly Meter[]) {
    this.#pool = pool;
    this.#meters = meters;
  }

  start(): void {
    this.#work = this.#write();
    // a failure is found by stop()
    this.#work.catch(() => {});
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#work;
  }

  async #write(): Promise<void> {
    const started = performance.now();
    while (!this.#isStopped) {
      const messages = Array.from({ length: BATCH }, () => {
        const meter = this.#meters[Math.floor(Math.random() * this.#meters.length)];
        if (meter === undefined) throw new Error('there are no meters');
        return requestFor(meter);
      });
      await record(this.#pool, messages);
      this.written += BATCH;
      await pause(Math.max(0, started + (this.written * 1000) / WRITTEN_A_SECOND - performance.now()));
    }
  }
}
