// What sessions may hold in memory: each User, and all of them together. Pure.
//
// What a client has sent and is not stored, and what it asked for and has not taken, lies in memory. A session has a limit
// of its own (session.ts), of which a User could have eight, and 256 connections would be 16 GB.
import type { Eui } from '@penstock/duis';

const MIB = 1024 * 1024;
/** Of all sessions of a User. */
const MOST_OF_USER = 64 * MIB;
/** Of all Users; above it whoever has more than an equal share gives way. */
const MOST_OF_ALL = 256 * MIB;

export class MemoryShares {
  readonly #mostOfUser: number;
  readonly #mostOfAll: number;
  readonly #bytesOfUser = new Map<Eui, number>();
  #total = 0;

  constructor(
    most: { readonly ofUser: number; readonly ofAll: number } = { ofUser: MOST_OF_USER, ofAll: MOST_OF_ALL },
  ) {
    this.#mostOfUser = most.ofUser;
    this.#mostOfAll = most.ofAll;
  }

  get total(): number {
    return this.#total;
  }

  /** The share of one session: a function that is told what it holds now, and says whether it may. */
  open(userId: Eui): (bytes: number) => boolean {
    let held = 0;
    return (bytes) => {
      const ofUser = (this.#bytesOfUser.get(userId) ?? 0) + bytes - held;
      this.#total += bytes - held;
      held = bytes;
      if (ofUser === 0) this.#bytesOfUser.delete(userId);
      else this.#bytesOfUser.set(userId, ofUser);
      return this.#fits(ofUser);
    };
  }

  #fits(ofUser: number): boolean {
    if (ofUser > this.#mostOfUser) return false;
    return this.#total <= this.#mostOfAll || ofUser <= this.#mostOfAll / this.#bytesOfUser.size;
  }
}
