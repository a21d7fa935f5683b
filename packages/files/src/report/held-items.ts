/** What a report holds, as decisions look it up: `compareActions` says what an action file decides of it. */
import type { ActionName, ActionRow } from '../actions/action-row.ts';
import { type ItemName, setBytesKey, setMessageIdKey, setNamelessKey } from '../actions/item-key.ts';
import { ItemTable } from '../actions/item-table.ts';
import { addRepeatedFault } from '../actions/seen-items.ts';
import type { Findings } from '../findings.ts';

/** Marks a message_id of which an event holds several messages. */
const SEVERAL = 0x8000_0000;
const LINE = 0x7fff_ffff;

/** The held messages of a report, gathered by `readReport`. */
export class HeldItems {
  readonly #table = new ItemTable();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Enters a held row; the line that named the item before, when it is not new. */
  add(item: ItemName & { readonly line: number }): number | undefined {
    if (item.messageId === '') {
      setNamelessKey(this.#table, item);
      return this.#addKey(item.line);
    }
    setMessageIdKey(this.#table, item);
    const entry = this.#table.find();
    if (entry === 0) return this.#addKey(item.line);
    const before = this.#table.value(entry);
    if (this.#table.hasDigest(entry)) return before & LINE;
    this.#table.change(entry, (before | SEVERAL) >>> 0);
    setBytesKey(this.#table, entry, item);
    return this.#addKey(item.line);
  }

  #addKey(line: number): number | undefined {
    const entry = this.#table.find();
    if (entry !== 0) return this.#table.value(entry) & LINE;
    this.#table.add(line);
    this.#size += 1;
    return undefined;
  }

  /** Why there is no such item; undefined when it is held. */
  judge(item: ItemName): 'files.not-held' | 'files.other-bytes' | 'files.ambiguous' | undefined {
    if (item.messageId === '') setNamelessKey(this.#table, item);
    else setMessageIdKey(this.#table, item);
    const entry = this.#table.find();
    if (entry === 0) return 'files.not-held';
    if (item.messageId === '') return undefined;
    const isOfSeveral = (this.#table.value(entry) & SEVERAL) !== 0;
    if (item.sha256 === '') return isOfSeveral ? 'files.ambiguous' : undefined;
    if (this.#table.hasDigest(entry)) return undefined;
    setBytesKey(this.#table, entry, item);
    return isOfSeveral && this.#table.find() !== 0 ? undefined : 'files.other-bytes';
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
      const code = held.judge(row);
      if (code === undefined) counts[row.action] += 1;
      else findings.add({ line: row.line, code, message: words[code] });
    }
  }
  return { ...counts, undecided: held.size - counts.process - counts.delete };
}

/** Enters a held row of a report; whether it was there before, which is added to `findings`. */
export function addHeld(held: HeldItems, item: ItemName & { readonly line: number }, findings: Findings): boolean {
  const before = held.add(item);
  if (before !== undefined) addRepeatedFault(before, item.line, findings);
  return before === undefined;
}
