/**
 * Which items were seen: an open-addressing table of fixed-width keys, for files of two million rows. A row costs 48
 * to 96 bytes for its keys, and a dozen for their values and places.
 *
 * Keys are compared whole, so nothing is ever taken for another. The hash is by tabulation with random tables (it is
 * 3-independent), so that whoever writes a file cannot make its keys collide.
 */

/** Numbers of 32 bits in a key; its first says of which kind it is. */
const WORDS = 12;
const BYTES = WORDS * 4;
/** Full to two thirds at most: on average two places are looked at. */
const FULLEST = 2 / 3;

export class ItemTable {
  readonly #tables = crypto.getRandomValues(new Uint32Array(BYTES * 256));
  /** The key that is asked for or entered next; its unused words are 0. */
  readonly key = new Uint32Array(WORDS);
  #keys = new Uint32Array(WORDS * 1_024);
  /** What was entered with each key. */
  #values = new Uint32Array(1_024);
  /** Numbers of keys, from 1; 0 is free. */
  #places = new Uint32Array(2_048);
  #size = 0;

  /** The value entered with `key`; undefined when it was not. */
  get(): number | undefined {
    const number = this.#places[this.#find()] ?? 0;
    return number === 0 ? undefined : this.#values[number - 1];
  }

  /** Enters `key` with a value, or gives it another. */
  set(value: number): void {
    if (this.#size + 1 > this.#places.length * FULLEST) this.#grow();
    const place = this.#find();
    const number = this.#places[place] ?? 0;
    if (number !== 0) {
      this.#values[number - 1] = value;
      return;
    }
    if (this.#size === this.#values.length) this.#makeRoom();
    this.#keys.set(this.key, this.#size * WORDS);
    this.#values[this.#size] = value;
    this.#size += 1;
    this.#places[place] = this.#size;
  }

  /** The place of `key`, or the free one where it belongs. */
  #find(): number {
    const [keys, places, key] = [this.#keys, this.#places, this.key];
    const mask = places.length - 1;
    let place = this.#hash(key, 0) & mask;
    for (let number = places[place] ?? 0; number !== 0; number = places[place] ?? 0) {
      const from = (number - 1) * WORDS;
      let at = 0;
      while (at < WORDS && keys[from + at] === key[at]) at += 1;
      if (at === WORDS) break;
      place = (place + 1) & mask;
    }
    return place;
  }

  #hash(words: Uint32Array, from: number): number {
    const tables = this.#tables;
    let hash = 0;
    for (let at = 0; at < WORDS; at += 1) {
      const word = words[from + at] ?? 0;
      const table = at * 1_024;
      hash ^= tables[table + (word & 255)] ?? 0;
      hash ^= tables[table + 256 + ((word >>> 8) & 255)] ?? 0;
      hash ^= tables[table + 512 + ((word >>> 16) & 255)] ?? 0;
      hash ^= tables[table + 768 + (word >>> 24)] ?? 0;
    }
    return hash >>> 0;
  }

  #grow(): void {
    this.#places = new Uint32Array(this.#places.length * 2);
    const mask = this.#places.length - 1;
    for (let number = 1; number <= this.#size; number += 1) {
      let place = this.#hash(this.#keys, (number - 1) * WORDS) & mask;
      while (this.#places[place] !== 0) place = (place + 1) & mask;
      this.#places[place] = number;
    }
  }

  /** A half more at a time: at two million rows doubling would hold 100 MB that are never used. */
  #makeRoom(): void {
    const room = Math.ceil(this.#values.length * 1.5);
    const keys = new Uint32Array(room * WORDS);
    keys.set(this.#keys);
    this.#keys = keys;
    const values = new Uint32Array(room);
    values.set(this.#values);
    this.#values = values;
  }
}
