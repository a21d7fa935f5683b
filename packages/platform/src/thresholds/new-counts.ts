/** The counts that new thresholds begin with: of their periods, from the log and from what it is summed up to. */
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { type LaneReach, readLanes } from '../messages/lanes.ts';
import type { ThresholdInForce } from './thresholds.ts';

const DAY_SECONDS = 86_400;

/** Thresholds whose counts are made alike, and how far of each lane they are. */
interface Part {
  readonly thresholds: readonly string[];
  counted: readonly LaneReach[];
}

export class NewCounts {
  readonly #client: pg.PoolClient;
  readonly #owner: Eui;
  /** Of whole days, whose steps are whole minutes: the log of a day may hold hundreds of millions of messages. */
  readonly #ofDays: Part;
  readonly #others: Part;

  constructor(client: pg.PoolClient, owner: Eui, added: readonly ThresholdInForce[]) {
    this.#client = client;
    this.#owner = owner;
    const partOf = (isOfDays: boolean): Part => ({
      thresholds: added
        .filter(({ periodSeconds }) => (periodSeconds % DAY_SECONDS === 0) === isOfDays)
        .map(({ thresholdId }) => thresholdId.toString()),
      counted: [],
    });
    this.#ofDays = partOf(true);
    this.#others = partOf(false);
  }

  /** Counts what there is: takes as long as the log of the others' periods. */
  async begin(): Promise<void> {
    if (this.#ofDays.thresholds.length > 0) {
      const { rows } = await this.#client.query<LaneReach>(
        `select s.lane, s.sequence::text
         from count_from_sums($1, $2) c, unnest(c.lanes, c.sequences) as s(lane, sequence)`,
        [this.#owner, this.#ofDays.thresholds],
      );
      this.#ofDays.counted = rows;
    }
    await this.goOn();
  }

  /** Counts what came since. */
  async goOn(): Promise<void> {
    const reached = await readLanes(this.#client);
    for (const part of [this.#ofDays, this.#others]) {
      await this.#countFromLog(part, reached);
      part.counted = reached;
    }
  }

  async #countFromLog({ thresholds, counted }: Part, until: readonly LaneReach[]): Promise<void> {
    if (thresholds.length === 0) return;
    const from = new Map(counted.map(({ lane, sequence }) => [lane, sequence]));
    await this.#client.query('select count_from_log($1, $2, $3, $4, $5)', [
      this.#owner,
      thresholds,
      until.map(({ lane }) => lane),
      until.map(({ lane }) => from.get(lane) ?? '0'),
      until.map(({ sequence }) => sequence),
    ]);
  }
}
