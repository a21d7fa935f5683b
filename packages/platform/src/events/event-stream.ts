import { Readable } from 'node:stream';
import type { eventSchemas } from '@penstock/api';
import type { z } from 'zod';
import { type Changed, PendingChanges, type View } from './events.ts';

export const HEARTBEAT_SECONDS = 15;
/** A reader that took nothing for so long, while something waited for it, is let go: it comes back and resumes. */
const SLOWEST_SECONDS = 30;
/** Milliseconds after which a browser connects again by itself. */
const RETRY_MILLISECONDS = 2_000;
/** What a reader that does not keep up may have before it; then its changes are merged instead. */
const MOST_AHEAD_BYTES = 16 * 1024;

type EventName = keyof typeof eventSchemas;
export type EndReason = z.infer<(typeof eventSchemas)['end']>['reason'];

/** One reader's events, in the form of server-sent events. Written as the reader takes them, never ahead. */
export class EventStream extends Readable {
  readonly views: readonly View[];
  readonly personId: string;
  readonly sessionId: string;
  /** Where it resumes; undefined when it begins anew. */
  readonly after: Date | undefined;
  readonly #pending: PendingChanges;
  #id = '';
  #isWanted = true;
  #blockedSince: number | undefined;
  #lastWritten = performance.now();

  constructor(of: Pick<EventStream, 'views' | 'personId' | 'sessionId' | 'after'>) {
    super({ highWaterMark: MOST_AHEAD_BYTES });
    this.views = of.views;
    this.personId = of.personId;
    this.sessionId = of.sessionId;
    this.after = of.after;
    this.#pending = new PendingChanges(of.views);
  }

  /** The first event; everything after `at` follows, and everything after `this.after` when it is resumed. */
  open(at: Date, isResumed: boolean): void {
    this.#id = at.toISOString();
    this.push(
      `retry: ${RETRY_MILLISECONDS}\n${this.#text('open', { isResumed, heartbeatSeconds: HEARTBEAT_SECONDS })}`,
    );
  }

  /** What was found by a look at `at`; nothing may be. */
  tell(at: Date, changes: readonly Changed[]): void {
    for (const change of changes) this.#pending.add(change);
    this.#id = at.toISOString();
    this.#flush();
    const isQuiet = performance.now() - this.#lastWritten >= HEARTBEAT_SECONDS * 1_000;
    if (isQuiet && this.#isWanted) this.#write('beat', {});
  }

  get isTooSlow(): boolean {
    return this.#blockedSince !== undefined && performance.now() - this.#blockedSince > SLOWEST_SECONDS * 1_000;
  }

  /** Says why, to a reader that listens, and ends. */
  finish(reason: EndReason): void {
    if (!this.#isWanted) {
      this.destroy();
      return;
    }
    this.#write('end', { reason });
    this.push(null);
  }

  override _read(): void {
    this.#isWanted = true;
    this.#flush();
  }

  #flush(): void {
    if (this.#pending.isEmpty) return;
    if (this.#isWanted) {
      this.#write('changed', this.#pending.take());
      this.#blockedSince = undefined;
    } else {
      this.#blockedSince ??= performance.now();
    }
  }

  #write<Name extends EventName>(name: Name, data: z.input<(typeof eventSchemas)[Name]>): void {
    this.#lastWritten = performance.now();
    this.#isWanted = this.push(this.#text(name, data));
  }

  #text<Name extends EventName>(name: Name, data: z.input<(typeof eventSchemas)[Name]>): string {
    return `id: ${this.#id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
  }
}
