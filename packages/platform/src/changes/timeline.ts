// Things in the order in which they begin, and which of them are at the same time. Pure.
import type { Span } from './windows.ts';

export class Timeline<Item extends Span> {
  #items: Item[];
  /** Of what is or was in it: how far back one may have begun that still lasts. */
  #longest: number;

  constructor(items: Item[]) {
    this.#items = items.sort((one, other) => one.from - other.from);
    this.#longest = items.reduce((most, { from, to }) => Math.max(most, to - from), 0);
  }

  get items(): readonly Item[] {
    return this.#items;
  }

  put(item: Item): void {
    this.#items.splice(this.#firstFrom(item.from), 0, item);
    this.#longest = Math.max(this.#longest, item.to - item.from);
  }

  remove(isGone: (item: Item) => boolean): void {
    this.#items = this.#items.filter((item) => !isGone(item));
  }

  /** Those that have a time in common with a span. */
  *during({ from, to }: Span): Generator<Item> {
    for (let at = this.#firstFrom(from - this.#longest); at < this.#items.length; at += 1) {
      const item = this.#items[at];
      if (item === undefined || item.from >= to) return;
      if (item.to > from) yield item;
    }
  }

  /** Where the first stands that begins at an instant or after it. */
  #firstFrom(instant: number): number {
    let [low, high] = [0, this.#items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#items[middle]?.from ?? instant) < instant) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

type Visit<Item> = (one: Item, other: Item) => void;

/** Shows to `visit` all that last still when `item` begins, and forgets the others. */
function meet<Item extends Span>(active: Item[], item: Item, visit: Visit<Item>): void {
  let left = 0;
  for (const other of active) {
    if (other.to <= item.from) continue;
    active[left] = other;
    left += 1;
    visit(other, item);
  }
  active.length = left;
}

/** Each two of a timeline that are at the same time. */
export function visitPairs<Item extends Span>({ items }: Timeline<Item>, visit: Visit<Item>): void {
  const active: Item[] = [];
  for (const item of items) {
    meet(active, item, visit);
    active.push(item);
  }
}

/** Each of one timeline with each of another that is at the same time. */
export function visitAcross<Item extends Span>(one: Timeline<Item>, other: Timeline<Item>, visit: Visit<Item>): void {
  const [ones, others]: [Item[], Item[]] = [[], []];
  let [first, second] = [0, 0];
  for (;;) {
    const [a, b] = [one.items[first], other.items[second]];
    if (a !== undefined && (b === undefined || a.from <= b.from)) {
      meet(others, a, visit);
      ones.push(a);
      first += 1;
    } else if (b !== undefined) {
      meet(ones, b, visit);
      others.push(b);
      second += 1;
    } else return;
  }
}
