/** Finds the item that a file names twice, whatever the two rows say of it. */
import type { Findings } from '../findings.ts';
import { type ItemName, setBytesKey, setMessageIdKey, setNamelessKey } from './item-key.ts';
import { ItemTable } from './item-table.ts';

/** Marks the value of a message_id that stands without a SHA-256, and so for whichever message has it. */
const FOR_ANY = 0x8000_0000;
const LINE = 0x7fff_ffff;

export class SeenItems {
  readonly #table = new ItemTable();

  /** The line that named the item before; undefined when it is new, and now entered with its line. */
  enter(item: ItemName, line: number): number | undefined {
    if (item.messageId === '') {
      setNamelessKey(this.#table, item);
      return this.#enterKey(line);
    }
    setMessageIdKey(this.#table, item);
    const entry = this.#table.find();
    if (entry === 0) {
      this.#table.add(item.sha256 === '' ? (line | FOR_ANY) >>> 0 : line);
      return undefined;
    }
    const before = this.#table.value(entry);
    if (item.sha256 === '' || (before & FOR_ANY) !== 0 || this.#table.hasDigest(entry)) return before & LINE;
    setBytesKey(this.#table, entry, item);
    return this.#enterKey(line);
  }

  #enterKey(line: number): number | undefined {
    const entry = this.#table.find();
    if (entry !== 0) return this.#table.value(entry);
    this.#table.add(line);
    return undefined;
  }
}

export function addRepeatedFault(before: number, line: number, findings: Findings): void {
  const message = `line ${before} and line ${line} name the same item`;
  findings.add({ line, code: 'files.repeated', message });
}

/** Enters an item of a file; whether it is new. That it is not is added to `findings`. */
export function addSeen(seen: SeenItems, item: ItemName & { readonly line: number }, findings: Findings): boolean {
  const before = seen.enter(item, item.line);
  if (before !== undefined) addRepeatedFault(before, item.line, findings);
  return before === undefined;
}
