import { createHash } from 'node:crypto';

/**
 * The simulator's only source of chance: xoshiro128** seeded from the SHA-256 of a text, so that the same seed gives
 * the same homes, messages and delays on every machine.
 *
 * Each part draws from a child of its own (`child('homes')`): a draw more in one part then changes nothing in another.
 * Not for keys or anything secret.
 */
export class Random {
  readonly #seed: string;
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(seed: string) {
    this.#seed = seed;
    const digest = createHash('sha256').update(seed).digest();
    this.#a = digest.readUInt32LE(0);
    this.#b = digest.readUInt32LE(4);
    this.#c = digest.readUInt32LE(8);
    this.#d = digest.readUInt32LE(12) | 1; // never all zero, the one state that xoshiro cannot leave
  }

  /** An independent source for one part of the simulation. */
  child(label: string): Random {
    return new Random(`${this.#seed}/${label}`);
  }

  /** A whole number from 0 to 2^32 - 1. */
  uint32(): number {
    const product = Math.imul(this.#b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  /** From 0 up to, but not including, 1. */
  fraction(): number {
    return this.uint32() / 0x1_0000_0000;
  }

  /** A whole number from 0 to bound - 1; bound is at most 2^32. */
  below(bound: number): number {
    return Math.floor(this.fraction() * bound);
  }

  /** True in the given share (0 to 1) of the calls. */
  chance(share: number): boolean {
    return this.fraction() < share;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let index = 0; index < length; index += 1) bytes[index] = this.uint32() >>> 24;
    return bytes;
  }

  /** Digits as text, the first of them not zero. */
  digits(length: number): string {
    let text = String(1 + this.below(9));
    while (text.length < length) text += String(this.below(10));
    return text;
  }

  /** Waiting time of a Poisson process with the given mean, in the unit of the mean. */
  exponential(mean: number): number {
    return -Math.log(1 - this.fraction()) * mean;
  }
}

/** A choice among items with weights, prepared once: each draw costs one number and a binary search. */
export class WeightedChoice<Item> {
  readonly #items: readonly Item[];
  readonly #upTo: Float64Array;

  constructor(weighted: readonly (readonly [item: Item, weight: number])[]) {
    this.#items = weighted.map(([item]) => item);
    this.#upTo = new Float64Array(weighted.length);
    let total = 0;
    for (const [index, [, weight]] of weighted.entries()) {
      if (!(weight >= 0)) throw new RangeError(`weight ${weight} is not a share`);
      total += weight;
      this.#upTo[index] = total;
    }
    if (!(total > 0)) throw new RangeError('a weighted choice needs an item with a weight above zero');
  }

  pick(random: Random): Item {
    const at = random.fraction() * (this.#upTo.at(-1) ?? 0);
    let low = 0;
    let high = this.#upTo.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#upTo[middle] ?? 0) > at) high = middle;
      else low = middle + 1;
    }
    const item = this.#items[low];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }
}
