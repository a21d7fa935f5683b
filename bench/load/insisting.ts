import { Answers } from './answers.ts';
import { type Address, Connection } from './connection.ts';
import type { PreparedMessage } from './message-file.ts';

/**
 * Senders that insist: what is not acknowledged is sent again, with the same bytes, until it is. That is what Users do
 * when the platform dies under them.
 */

/** Pause before a message is sent again, in milliseconds: short, so that what is measured is the platform's time. */
const PAUSE = 20;

export interface InsistingOptions {
  readonly address: Address;
  readonly messages: readonly PreparedMessage[];
  readonly connections: number;
  /** Most messages a second, of all connections. */
  readonly perSecond: number;
}

export class InsistingSenders {
  readonly answers = new Answers();
  readonly #options: InsistingOptions;
  readonly #running: Promise<unknown>;
  readonly #waiting: { readonly sentAfter: number; readonly resolve: (time: number) => void }[] = [];
  #isEnding = false;
  /** Messages taken from the front of those given. */
  used = 0;
  resent = 0;

  constructor(options: InsistingOptions) {
    this.#options = options;
    this.#running = Promise.all(Array.from({ length: options.connections }, () => this.#sender()));
  }

  /** Epoch milliseconds of the first acknowledgement of a message that was sent after this instant. */
  firstAcknowledged(sentAfter: number): Promise<number> {
    return new Promise((resolve) => this.#waiting.push({ sentAfter, resolve }));
  }

  /** Begins nothing more; resolves when all that was begun is acknowledged. */
  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#running;
  }

  async #sender(): Promise<void> {
    const { address, messages, connections, perSecond } = this.#options;
    const connection = new Connection(address);
    const gap = (1000 * connections) / perSecond;
    while (!this.#isEnding) {
      const message = messages[this.used];
      if (message === undefined) break;
      this.used++;
      const begun = performance.now();
      for (let isAcknowledged = false; !isAcknowledged; ) {
        const sent = Date.now();
        isAcknowledged = await this.#send(connection, message);
        if (isAcknowledged) this.#tell(sent);
        else {
          this.resent++;
          await pause(PAUSE);
        }
      }
      await pause(begun + gap - performance.now());
    }
    connection.close();
  }

  #send(connection: Connection, message: PreparedMessage): Promise<boolean> {
    return new Promise((resolve) => {
      connection.send(message.request, (response) => resolve(this.answers.take(message, response)));
    });
  }

  #tell(sent: number): void {
    const now = Date.now();
    for (const waiting of this.#waiting.splice(0)) {
      if (sent > waiting.sentAfter) waiting.resolve(now);
      else this.#waiting.push(waiting);
    }
  }
}

function pause(milliseconds: number): Promise<void> {
  if (milliseconds <= 0) return Promise.resolve();
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
