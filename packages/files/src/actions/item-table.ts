/**
 * Which items were seen: an open-addressing table of keys of a fixed width, for files of two million rows. An entry
 * takes 84 bytes and, with room to grow, some 130 on average.
 *
 * Keys are compared whole, so nothing is ever taken for another. The hash is by tabulation with random tables (it is
 * 3-independent), so that whoever writes a file cannot make its keys collide.
 */

/** Numbers of 32 bits in a key. */
const WORDS = 12;
/** Those of a SHA-256, which stands beside the key and is not part of it. */
const DIGEST_WORDS = 8;
const WIDTH = WORDS + DIGEST_WORDS;
const BYTES = WORDS * 4;
/** Full to two thirds at most: on average two places are looked at. */
const FULLEST = 2 / 3;

export class ItemTable {
  readonly #tables = crypto.getRandomValues(new Uint32Array(BYTES * 256));
  /** The key that is asked for or added next; its unused words are 0. */
  readonly key = new Uint32Array(WORDS);
  readonly digest = new Uint32Array(DIGEST_WORDS);
  #entries = new Uint32Array(WIDTH * 1_024);
  #values = new Uint32Array(1_024);
  /** Numbers of entries, from 1; 0 is free. */
  #places = new Uint32Array(2_048);
  #size = 0;
  /** Where the key that was looked for last stands, or belongs. */
  #place = 0;

  /** The number of the entry with `key`, from 1; 0 when there is none. */
  find(): number {
    const [entries, places, key] = [this.#entries, this.#places, this.key];
    const mask = places.length - 1;
    let place = this.#hash(key, 0) & mask;
    let number = places[place] ?? 0;
    while (number !== 0) {
      const from = (number - 1) * WIDTH;
      let at = 0;
      while (at < WORDS && entries[from + at] === key[at]) at += 1;
      if (at === WORDS) break;
      place = (place + 1) & mask;
      number = places[place] ?? 0;
    }
    this.#place = place;
    return number;
  }

  /** Adds `key`, which `find` has just not found, with `digest` and a value. */
  add(value: number): void {
    if (this.#size === this.#values.length) this.#makeRoom();
    this.#entries.set(this.key, this.#size * WIDTH);
    this.#entries.set(this.digest, this.#size * WIDTH + WORDS);
    this.#values[this.#size] = value;
    this.#size += 1;
    this.#places[this.#place] = this.#size;
    if (this.#size > this.#places.length * FULLEST) this.#grow();
  }

  value(number: number): number {
    return this.#values[number - 1] ?? 0;
  }

  change(number: number, value: number): void {
    this.#values[number - 1] = value;
  }

  /** Whether an entry was added with what `digest` is now. */
  hasDigest(number: number): boolean {
    const from = (number - 1) * WIDTH + WORDS;
    let at = 0;
    while (at < DIGEST_WORDS && this.#entries[from + at] === this.digest[at]) at += 1;
    return at === DIGEST_WORDS;
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
    return hash;
  }

  #grow(): void {
    this.#places = new Uint32Array(this.#places.length * 2);
    const mask = this.#places.length - 1;
    for (let number = 1; number <= this.#size; number += 1) {
      let place = this.#hash(this.#entries, (number - 1) * WIDTH) & mask;
      while (this.#places[place] !== 0) place = (place + 1) & mask;
      this.#places[place] = number;
    }
  }

  /** A half more at a time: at two million rows doubling would hold 100 MB that are never used. */
  #makeRoom(): void {
    const room = Math.ceil(this.#values.length * 1.5);
    const entries = new Uint32Array(room * WIDTH);
    entries.set(this.#entries);
    this.#entries = entries;
    const values = new Uint32Array(room);
    values.set(this.#values);
    this.#values = values;
  }
}
