// Events: tells the pages that are open that something changed, as it changes, so that they ask again.
//
// What it does not: an event carries nothing of what changed. Who asks again passes the same doors as ever, with rights
// and reasons; so an event that is told twice, or one too many, costs a question and shows nothing.
//
// What always holds: whoever is told may see the kind of data now; a right, a role or a session that ends closes its
// streams with the next look, a second later. However many pages are open, a process looks once a second, and only while
// one is. A reader that does not keep up costs a bounded set of names (PendingChanges), never a queue.
import type { Change, EventTopic, PersonRole } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type { Right } from '../foundation/rights.ts';

/** What may be told of each topic: to whoever has this right. That there are new messages says nothing of a record. */
export const rightOfTopic: Readonly<Record<EventTopic, Right>> = {
  messages: 'record.see',
  streams: 'streams.see',
  quarantine: 'quarantine.see',
  notices: 'quarantine.see',
  thresholds: 'thresholds.see',
  submissions: 'submissions.see',
  releases: 'releases.see',
  incidents: 'incidents.see',
  directory: 'directory.see',
  devices: 'devices.see',
  people: 'people.see',
  officers: 'officers.see',
  'ssh-keys': 'certificates.see',
  readings: 'readings.see',
  questions: 'questions.see',
  ways: 'ways.see',
  exports: 'record.see',
  looks: 'lookups.see',
  switches: 'switches.see',
  changes: 'changes.see',
  status: 'status.see',
};

/** For whom the pages of a stream act, one of several. */
export interface View {
  /** 'operator', or the User ID. */
  readonly acting: 'operator' | Eui;
  readonly role: PersonRole;
  readonly topics: ReadonlySet<EventTopic>;
}

/** Something that changed; `userId` undefined: everybody's. */
export interface Changed {
  readonly topic: EventTopic;
  readonly userId: Eui | undefined;
}

/** Users named for a topic at a time; with more it is `any`. */
const MOST_NAMED = 100;

/** What is to be told to one reader: at most one entry a view and topic, however long it waits. */
export class PendingChanges {
  readonly #views: readonly View[];
  readonly #changes = new Map<View, Map<EventTopic, Set<Eui> | 'any'>>();

  constructor(views: readonly View[]) {
    this.#views = views;
  }

  add({ topic, userId }: Changed): void {
    for (const view of this.#views) {
      if (!view.topics.has(topic)) continue;
      if (view.acting !== 'operator' && userId !== undefined && userId !== view.acting) continue;
      const topics = this.#changes.get(view) ?? new Map<EventTopic, Set<Eui> | 'any'>();
      this.#changes.set(view, topics);
      const named = topics.get(topic) ?? new Set();
      if (named === 'any' || userId === undefined || named.size >= MOST_NAMED) topics.set(topic, 'any');
      else topics.set(topic, named.add(userId));
    }
  }

  /** Everything that was added since the last call. */
  take(): Change[] {
    const taken = [...this.#changes].flatMap(([{ acting }, topics]) =>
      [...topics].map(([topic, named]) => ({
        for: acting,
        topic,
        ...(acting === 'operator' && named !== 'any' ? { userIds: [...named] } : {}),
      })),
    );
    this.#changes.clear();
    return taken;
  }

  get isEmpty(): boolean {
    return this.#changes.size === 0;
  }
}

/** A row of what changed lately; it is known by `key` and has changed again when `mark` has. */
export interface ChangedRow extends Changed {
  readonly key: string;
  readonly mark: string;
}

/** What of the rows of a look was not in the look before. */
export class SeenChanges {
  #seen = new Map<string, string>();

  /** The rows are all of the last minute, so what is not among them is forgotten. */
  news(rows: readonly ChangedRow[]): ChangedRow[] {
    const before = this.#seen;
    this.#seen = new Map(rows.map((row) => [nameOf(row), row.mark]));
    return rows.filter((row) => before.get(nameOf(row)) !== row.mark);
  }
}

function nameOf({ topic, userId, key }: ChangedRow): string {
  return `${topic} ${userId} ${key}`;
}

/** What arrives for a User waits on its streams, too. */
export function withFollowing(rows: readonly Changed[]): Changed[] {
  return rows.flatMap((row) => (row.topic === 'messages' ? [row, { ...row, topic: 'streams' as const }] : [row]));
}
