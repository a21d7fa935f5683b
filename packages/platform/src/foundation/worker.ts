import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from './log.ts';

/** Everybody looks by themselves in this time: what is to be done may have been brought by another process. */
export const LOOK_EVERY_MS = 250;
const AFTER_FAILURE_MS = 1_000;

/** Work that goes on as long as there is some, and looks again when it is woken or its rest is over. */
export class Worker {
  readonly #log: Log;
  readonly #onFailure: string;
  readonly #work: () => Promise<number>;
  readonly #stopping = new AbortController();
  #woken = Promise.withResolvers<void>();
  #running: Promise<void> | undefined;

  /**
   * `work` does a piece and returns the milliseconds to rest after it; 0: there is more. A failure is a warning with the
   * words `onFailure`, and tried again.
   */
  constructor(log: Log, onFailure: string, work: () => Promise<number>) {
    this.#log = log;
    this.#onFailure = onFailure;
    this.#work = work;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** There may be something to do. */
  wake(): void {
    this.#woken.resolve();
  }

  /** Ends after the piece under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#woken = Promise.withResolvers();
      const rest = await this.#work().catch((err: unknown) => {
        this.#log.warn({ err }, this.#onFailure);
        return AFTER_FAILURE_MS;
      });
      if (rest > 0) await this.#rest(rest);
    }
  }

  async #rest(milliseconds: number): Promise<void> {
    const over = new AbortController();
    const ended = AbortSignal.any([over.signal, this.#stopping.signal]);
    await Promise.race([this.#woken.promise, pause(milliseconds, undefined, { signal: ended }).catch(() => undefined)]);
    over.abort();
  }
}
