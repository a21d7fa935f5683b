/** What a report holds, as decisions look it up: `compareActions` says what an action file decides of it. */
import type { ActionName, ActionRow } from '../actions/action-row.ts';
import { type ItemName, setBytesKey, setMessageIdKey, setNamelessKey } from '../actions/item-key.ts';
import { ItemTable } from '../actions/item-table.ts';
import type { Findings } from '../findings.ts';

/** Marks a message_id of which an event holds several messages. */
const SEVERAL = 0x8000_0000;
const NUMBER = 0x7fff_ffff;

type Found =
  | { readonly number: number }
  | { readonly fault: 'files.not-held' | 'files.other-bytes' | 'files.ambiguous' };

/** The held messages of a report, numbered from 1; some 110 bytes each. */
export class HeldItems {
  readonly #table = new ItemTable();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Enters a held row of a report, in which no item stands twice. */
  add(item: ItemName): void {
    this.#size += 1;
    if (item.messageId === '') {
      setNamelessKey(this.#table, item);
      this.#table.set(this.#size);
      return;
    }
    setMessageIdKey(this.#table, item);
    const before = this.#table.get();
    this.#table.set(before === undefined ? this.#size : (before | SEVERAL) >>> 0);
    setBytesKey(this.#table, before === undefined ? this.#size : before & NUMBER, item);
    this.#table.set(this.#size);
  }

  /** The number of the item that a decision names, or why there is none. */
  find(item: ItemName): Found {
    if (item.messageId === '') {
      setNamelessKey(this.#table, item);
      const number = this.#table.get();
      return number === undefined ? { fault: 'files.not-held' } : { number };
    }
    setMessageIdKey(this.#table, item);
    const first = this.#table.get();
    if (first === undefined) return { fault: 'files.not-held' };
    if (item.sha256 === '') return (first & SEVERAL) === 0 ? { number: first } : { fault: 'files.ambiguous' };
    setBytesKey(this.#table, first & NUMBER, item);
    const number = this.#table.get();
    return number === undefined ? { fault: 'files.other-bytes' } : { number };
  }
}

/** How many held messages are decided which way. */
export interface Decisions extends Readonly<Record<ActionName, number>> {
  /** Stay held. */
  readonly undecided: number;
}

const words = {
  'files.not-held': 'the report holds no such item',
  'files.other-bytes': 'the report holds this message with another SHA-256',
  'files.ambiguous': 'the event holds several messages of this message_id',
} as const;

/** What an action file, as `readActions` yields it, decides of a report; what it cannot is added to `findings`. */
export async function compareActions(
  held: HeldItems,
  actions: AsyncIterable<readonly ActionRow[]>,
  findings: Findings,
): Promise<Decisions> {
  const counts = { process: 0, delete: 0 };
  for await (const batch of actions) {
    for (const row of batch) {
      const found = held.find(row);
      if ('number' in found) counts[row.action] += 1;
      else findings.add({ line: row.line, code: found.fault, message: words[found.fault] });
    }
  }
  return { ...counts, undecided: held.size - counts.process - counts.delete };
}
