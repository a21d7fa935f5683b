import { setTimeout as pause } from 'node:timers/promises';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import type { Registry } from 'prom-client';
import type { Watch } from '../delivery/wakeups.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Log } from '../foundation/log.ts';
import { changesSince } from './changes-store.ts';
import { type EndReason, EventStream } from './event-stream.ts';
import { SeenChanges, withFollowing } from './events.ts';
import { EventMetrics } from './metrics.ts';

/** Browsers of one person; more are refused. */
const MOST_A_PERSON = 10;
/** Of all people, in a process: some 50 kB each. */
const MOST_STREAMS = 2_000;
/** Between looks: this, or what announces a message within it, but never less than the least. */
const LOOK_MILLISECONDS = 1_000;
const LEAST_MILLISECONDS = 300;
/** A stream whose rights could not be checked for so long is let go. */
const UNCHECKED_MILLISECONDS = 10_000;
/** A reader that was away for longer asks for everything again. */
const LONGEST_AWAY_MILLISECONDS = 3600 * 1000;

export interface EventHubParts {
  /** Connections of its own: people's questions must not wait for a look, nor a look for them. */
  readonly pool: pg.Pool;
  readonly log: Log;
  readonly registry: Registry;
  readonly operatorId: Eui;
  /** Those whose session, person and roles still are as they were. */
  readonly standing: (streams: readonly EventStream[]) => Promise<ReadonlySet<EventStream>>;
  /** Ends a pause early: something was put on a stream. */
  readonly watch: Watch;
}

/** All streams of a process, and the one look that feeds them; it runs while there is a stream. */
export class EventHub {
  readonly #parts: EventHubParts;
  readonly #metrics: EventMetrics;
  /** Those that were not part of a look yet. */
  readonly #opening = new Set<EventStream>();
  readonly #open = new Set<EventStream>();
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #seen = new SeenChanges();
  #lookedAt: Date | undefined;
  #checked = 0;

  constructor(parts: EventHubParts) {
    this.#parts = parts;
    this.#metrics = new EventMetrics(parts.registry, () => this.#all().length);
  }

  /** Takes a reader in. It gets its first event with the next look. @throws PenstockError 'events.too-many' */
  open(of: ConstructorParameters<typeof EventStream>[0]): EventStream {
    const all = this.#all();
    const own = all.filter(({ personId }) => personId === of.personId).length;
    if (own >= MOST_A_PERSON || all.length >= MOST_STREAMS) throw new PenstockError('events.too-many');
    if (this.#stopping.signal.aborted) throw new PenstockError('service.not-ready');
    const stream = new EventStream(of);
    this.#opening.add(stream);
    stream.once('close', () => {
      this.#opening.delete(stream);
      this.#open.delete(stream);
    });
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return stream;
  }

  /** Tells every reader that it ends, and ends the looks. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const stream of this.#all()) this.#end(stream, 'stopping');
    await this.#running;
    this.#parts.watch.end();
  }

  #all(): EventStream[] {
    return [...this.#open, ...this.#opening];
  }

  #end(stream: EventStream, reason: EndReason): void {
    this.#metrics.ended(reason);
    this.#opening.delete(stream);
    this.#open.delete(stream);
    stream.finish(reason);
  }

  async #run(): Promise<void> {
    const { watch, log } = this.#parts;
    const { signal } = this.#stopping;
    this.#seen = new SeenChanges();
    this.#lookedAt = undefined;
    this.#checked = performance.now();
    let isFailing = false;
    while (!signal.aborted && this.#all().length > 0) {
      watch.reset();
      const from = performance.now();
      try {
        await this.#look();
        isFailing = false;
      } catch (err) {
        if (!isFailing) log.warn({ err }, 'live pages are not told of changes for now');
        isFailing = true;
        this.#dropUnchecked();
      }
      this.#metrics.looked((performance.now() - from) / 1_000);
      await pause(LEAST_MILLISECONDS, undefined, { signal }).catch(() => undefined);
      await watch.wait(LOOK_MILLISECONDS - LEAST_MILLISECONDS, signal);
    }
  }

  async #look(): Promise<void> {
    const opening = [...this.#opening];
    await this.#endFallen();
    const { at, rows } = await this.#changes([...this.#open, ...opening], this.#lookedAt);
    this.#lookedAt = at;
    const changed = withFollowing(this.#seen.news(rows));
    for (const stream of this.#open) {
      if (stream.isTooSlow) this.#end(stream, 'too-slow');
      else stream.tell(at, changed);
    }
    await this.#admit(opening, at);
  }

  /** First events: to those that were here before, with what changed meanwhile, found by one question for all. */
  async #admit(opening: readonly EventStream[], at: Date): Promise<void> {
    const isResumed = ({ after }: EventStream) =>
      after !== undefined && after <= at && at.getTime() - after.getTime() <= LONGEST_AWAY_MILLISECONDS;
    const resumed = opening.filter(isResumed);
    const oldest = Math.min(...resumed.map(({ after }) => (after ?? at).getTime()));
    const missed = resumed.length === 0 ? [] : (await this.#changes(resumed, new Date(oldest))).rows;
    for (const stream of opening) {
      // it left, or was ended, meanwhile
      if (!this.#opening.delete(stream)) continue;
      this.#open.add(stream);
      stream.open(at, isResumed(stream));
      if (isResumed(stream)) stream.tell(at, withFollowing(missed));
    }
  }

  #changes(streams: readonly EventStream[], since: Date | undefined) {
    const { pool, operatorId } = this.#parts;
    const actings = new Set(streams.flatMap(({ views }) => views.map(({ acting }) => acting)));
    const users = [...actings].filter((acting): acting is Eui => acting !== 'operator');
    return changesSince(pool, { since, users: users.length < actings.size ? 'all' : users, operatorId });
  }

  /** Ends what rests on a session, a role or a person that does not stand any more. */
  async #endFallen(): Promise<void> {
    const all = this.#all();
    const standing = await this.#parts.standing(all);
    this.#checked = performance.now();
    for (const stream of all) if (!standing.has(stream)) this.#end(stream, 'access-changed');
  }

  #dropUnchecked(): void {
    if (performance.now() - this.#checked < UNCHECKED_MILLISECONDS) return;
    for (const stream of this.#all()) {
      this.#metrics.ended('not-checked');
      stream.destroy();
    }
  }
}
