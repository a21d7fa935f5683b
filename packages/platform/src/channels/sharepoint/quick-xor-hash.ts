// QuickXorHash: by which SharePoint says what a file holds. It finds what was cut or damaged on its way, not what somebody
// changed on purpose: that is the matter of the signature. Pure.
//
// 160 bits: each byte is XORed in 11 bits further round than the one before; the length in bytes is XORed into the last
// 64 of them. Published by Microsoft with the API.

const BITS = 160;
const STEP = 11;
/** After so many bytes the places repeat: 160 steps of 11 bits are whole rounds. */
const PERIOD = 160;

export class QuickXorHash {
  /** XOR of all bytes that fall on one place: the bits are shifted once, at the end. */
  readonly #places = new Uint8Array(PERIOD);
  #length = 0;

  update(bytes: Uint8Array): this {
    const places = this.#places;
    let place = this.#length % PERIOD;
    for (let at = 0; at < bytes.length; at++) {
      places[place] = (places[place] ?? 0) ^ (bytes[at] ?? 0);
      place = place + 1 === PERIOD ? 0 : place + 1;
    }
    this.#length += bytes.length;
    return this;
  }

  /** As `file.hashes.quickXorHash` has it. */
  digest(): string {
    const hash = Buffer.alloc(BITS / 8);
    for (const [place, byte] of this.#places.entries()) {
      const bit = (place * STEP) % BITS;
      const first = bit >> 3;
      const shifted = byte << (bit & 7);
      const second = (first + 1) % hash.length;
      hash[first] = (hash[first] ?? 0) ^ (shifted & 0xff);
      hash[second] = (hash[second] ?? 0) ^ (shifted >> 8);
    }
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(this.#length));
    for (const [at, byte] of length.entries()) hash[12 + at] = (hash[12 + at] ?? 0) ^ byte;
    return hash.toString('base64');
  }
}
