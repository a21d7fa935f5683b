/**
 * Which items were seen: an open-addressing table of keys of a fixed width, for files of two million rows. An entry
 * takes 84 bytes and 6 to 12 for its place.
 *
 * Keys are compared whole, so nothing is ever taken for another. The hash is by tabulation with random tables (it is
 * 3-independent), so that whoever writes a file cannot make its keys collide.
 */

/** Numbers of 32 bits in a key. */
const WORDS = 12;
/** Those of a SHA-256, which stands beside the key and is not part of it. */
const DIGEST_WORDS = 8;
/** Where the value stands in an entry, after key and digest. */
const VALUE_AT = WORDS + DIGEST_WORDS;
const WIDTH = VALUE_AT + 1;
/**
 * Entries lie in chunks of 4,096: one array that grows would be copied, and leave its old self to be collected. That
 * took 20 MB more at 100,000 items in two tables.
 */
const CHUNK_BITS = 12;
const CHUNK_MASK = (1 << CHUNK_BITS) - 1;
const BYTES = WORDS * 4;
/** Full to two thirds at most: on average two places are looked at. */
const FULLEST = 2 / 3;

function startOf(number: number): number {
  return ((number - 1) & CHUNK_MASK) * WIDTH;
}

export class ItemTable {
  readonly #tables = crypto.getRandomValues(new Uint32Array(BYTES * 256));
  /** The key that is asked for or added next; its unused words are 0. */
  readonly key = new Uint32Array(WORDS);
  readonly digest = new Uint32Array(DIGEST_WORDS);
  readonly #chunks: Uint32Array[] = [];
  /** Numbers of entries, from 1; 0 is free. */
  #places = new Uint32Array(2_048);
  #size = 0;
  /** Where the key that was looked for last stands, or belongs. */
  #place = 0;

  /** The number of the entry with `key`, from 1; 0 when there is none. */
  find(): number {
    const [places, key] = [this.#places, this.key];
    const mask = places.length - 1;
    let place = this.#hash(key, 0) & mask;
    let number = places[place] ?? 0;
    while (number !== 0) {
      const chunk = this.#chunkOf(number);
      const from = startOf(number);
      let at = 0;
      while (at < WORDS && chunk[from + at] === key[at]) at += 1;
      if (at === WORDS) break;
      place = (place + 1) & mask;
      number = places[place] ?? 0;
    }
    this.#place = place;
    return number;
  }

  /** Adds `key`, which `find` has just not found, with `digest` and a value. */
  add(value: number): void {
    if ((this.#size & CHUNK_MASK) === 0) this.#chunks.push(new Uint32Array(WIDTH << CHUNK_BITS));
    this.#size += 1;
    const chunk = this.#chunkOf(this.#size);
    const from = startOf(this.#size);
    chunk.set(this.key, from);
    chunk.set(this.digest, from + WORDS);
    chunk[from + VALUE_AT] = value;
    this.#places[this.#place] = this.#size;
    if (this.#size > this.#places.length * FULLEST) this.#grow();
  }

  value(number: number): number {
    return this.#chunkOf(number)[startOf(number) + VALUE_AT] ?? 0;
  }

  change(number: number, value: number): void {
    this.#chunkOf(number)[startOf(number) + VALUE_AT] = value;
  }

  /** Whether an entry was added with what `digest` is now. */
  hasDigest(number: number): boolean {
    const chunk = this.#chunkOf(number);
    const from = startOf(number) + WORDS;
    let at = 0;
    while (at < DIGEST_WORDS && chunk[from + at] === this.digest[at]) at += 1;
    return at === DIGEST_WORDS;
  }

  #chunkOf(number: number): Uint32Array {
    const chunk = this.#chunks[(number - 1) >>> CHUNK_BITS];
    if (chunk === undefined) throw new RangeError(`there is no entry ${number}`);
    return chunk;
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
      let place = this.#hash(this.#chunkOf(number), startOf(number)) & mask;
      while (this.#places[place] !== 0) place = (place + 1) & mask;
      this.#places[place] = number;
    }
  }
}
