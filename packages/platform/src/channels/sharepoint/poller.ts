// SharePoint as a way: in rounds it asks what changed in the library, takes in what is ready, and puts receipts and reports.
//
// One process at a time does a round. A failure that is the service's ends it, and the next one begins after a pause that
// the service names, or that doubles with each failure; one of a single User's folder does not hinder the others.
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import type { Clock } from '../../foundation/clock.ts';
import { messageOf } from '../../foundation/errors.ts';
import { Every } from '../../foundation/every.ts';
import type { Log } from '../../foundation/log.ts';
import { recordHealth, type Waiting } from '../../ways/health-store.ts';
import { findStanding } from '../../ways/ways-store.ts';
import { backOff, type FaultKind, GraphFault } from './faults.ts';
import { countWaiting } from './files-store.ts';
import { FolderFault, findRoot, type LibraryParts, requireFolders } from './folders.ts';
import {
  folderKinds,
  forgetClosed,
  inTurn,
  type KnownFolders,
  listServed,
  openLibrary,
  readChangesLink,
  readFolders,
  startChanges,
  storeChanges,
} from './library-store.ts';
import type { Shelf } from './shelf.ts';
import type { Taker } from './taker.ts';

const WAY = 'sharepoint';
/** Failures that are not those of a single folder. */
const endsRound: readonly FaultKind[] = ['throttled', 'unavailable', 'unauthorised', 'restart'];
/** Of changes in one round; the others come in the next. */
const MOST_PAGES = 100;

export interface PollerParts extends LibraryParts {
  readonly pool: pg.Pool;
  readonly log: Log;
  readonly clock: Clock;
  readonly rootFolder: string;
  readonly pollSeconds: number;
  readonly taker: Taker;
  readonly shelf: Shelf;
  /** The platform stops. */
  readonly signal: AbortSignal;
}

export class SharePointPoller {
  readonly #parts: PollerParts;
  #failures = 0;
  /** What was wrong with the last round. */
  #failure: string | undefined;
  #rounds: Every | undefined;

  constructor(parts: PollerParts) {
    this.#parts = parts;
  }

  start(): void {
    const { pollSeconds, log } = this.#parts;
    this.#rounds = new Every(pollSeconds, log, 'SharePoint was not looked at', () => this.look());
  }

  async stop(): Promise<void> {
    await this.#rounds?.stop();
  }

  /** One round, unless the service is to be left alone just now or another process does it. */
  async look(): Promise<void> {
    const { pool, graph, clock } = this.#parts;
    if (graph.pause > 0) return;
    const standing = await findStanding(pool, WAY, clock.now());
    if (standing.use === 'off') return;
    if (standing.isOpen) await forgetClosed(pool);
    const closed = standing.isOpen ? undefined : standing.sentence;
    await inTurn(pool, async () => {
      this.#failure = await this.#round(closed).catch((error: unknown) => this.#failureOf(error));
    });
  }

  /** Whether the library can be reached, and is as it must be. @throws what is wrong, in words for the Operator */
  async probe(): Promise<void> {
    const { pool, graph, clock, rootFolder } = this.#parts;
    if (this.#failure !== undefined) throw new Error(this.#failure);
    if (graph.pause > 0 || (await findStanding(pool, WAY, clock.now())).use === 'off') return;
    // another process may do the rounds
    await findRoot(this.#parts, rootFolder);
  }

  waiting(): Promise<Waiting> {
    return countWaiting(this.#parts.pool);
  }

  /** What the Operator is told of a failure that ended a round. */
  #failureOf(error: unknown): string {
    if (!(error instanceof GraphFault || error instanceof FolderFault)) throw error;
    const { graph, pollSeconds, log, signal } = this.#parts;
    // that what was under way was given up at the stop is no failure of the way
    if (signal.aborted) return 'it was stopped';
    this.#failures++;
    if (graph.pause === 0) graph.pauseFor(backOff(this.#failures, pollSeconds, Math.random()));
    const cause = error.cause === undefined ? '' : ` (${causeOf(error.cause)})`;
    const failure = `${error.message}${cause}`;
    log.warn({ failure, againAfterSeconds: Math.ceil(graph.pause / 1_000) }, 'SharePoint failed');
    return failure;
  }

  /** Returns what is wrong with single folders; undefined: all is well. @throws GraphFault, FolderFault */
  async #round(closed: string | undefined): Promise<string | undefined> {
    const { pool, drive, rootFolder } = this.#parts;
    await openLibrary(pool, drive);
    const root = await findRoot(this.#parts, rootFolder);
    await this.#follow();
    const known = await readFolders(pool);
    const faults: string[] = [];
    for (const userId of await listServed(pool)) {
      const fault = await this.#serve({ userId, root, closed, known: known.get(userId) });
      if (fault !== undefined) faults.push(fault);
    }
    this.#failures = 0;
    return faults.length === 0 ? undefined : faults.join('; ');
  }

  /** Asks what changed since the last time, page by page; what is told is stored before the next page is asked for. */
  async #follow(): Promise<void> {
    const { pool, graph, log } = this.#parts;
    for (let pages = 0; pages < MOST_PAGES; pages++) {
      const link = await readChangesLink(pool);
      const page = await graph.changes(link).catch(async (error: unknown) => {
        if (!(error instanceof GraphFault) || error.kind !== 'restart' || link === undefined) throw error;
        log.info({ reason: error.message }, 'SharePoint tells changes no longer from where they were asked for');
        await startChanges(pool, undefined);
        return undefined;
      });
      if (page === undefined) continue;
      const onwards = page.next ?? page.delta;
      if (onwards === undefined) throw new GraphFault('unavailable', 'changes do not say where they go on');
      if (link === undefined) await startChanges(pool, onwards);
      else {
        const parents = page.items.flatMap(({ parentReference }) => parentReference?.id ?? []);
        await storeChanges(pool, { link: onwards, items: page.items.map(({ id }) => id), parents });
      }
      if (page.next === undefined) return;
    }
  }

  /** What is wrong with a User's folders; undefined: nothing. @throws GraphFault where the service fails all */
  async #serve(order: {
    userId: Eui;
    root: string;
    closed: string | undefined;
    known: KnownFolders | undefined;
  }): Promise<string | undefined> {
    const { pool, taker, shelf, log, clock } = this.#parts;
    const { userId, root, closed, known } = order;
    try {
      const isWhole = folderKinds.every((kind) => known?.items[kind] !== undefined);
      let folders = known?.items;
      if (!isWhole || known?.mustLook === true) {
        const found = await requireFolders(this.#parts, { userId, root, known: folders });
        folders = found;
        const taken = await taker.take({ userId, incoming: found.incoming, closed });
        if (taken > 0) await recordHealth(pool, WAY, { by: 'use', ok: true, at: clock.now() });
      }
      await taker.tellOverdue(userId);
      const plan = await shelf.plan(userId);
      if (plan.put.length + plan.remove.length === 0) return undefined;
      // again: the plan took its time, and what was looked at above may be another now
      await shelf.carryOut(userId, await requireFolders(this.#parts, { userId, root, known: folders }), plan);
      return undefined;
    } catch (error) {
      const isOwn = error instanceof FolderFault || (error instanceof GraphFault && !endsRound.includes(error.kind));
      if (!isOwn) throw error;
      log.warn({ userId, failure: messageOf(error) }, 'a folder of SharePoint was not served');
      await recordHealth(pool, WAY, { by: 'use', ok: false, at: clock.now(), detail: messageOf(error) });
      return messageOf(error);
    }
  }
}

/** The words of what lies below a failure of the network: fetch says no more than that it failed. */
function causeOf(cause: unknown): string {
  return cause instanceof Error && cause.cause !== undefined ? messageOf(cause.cause) : messageOf(cause);
}
