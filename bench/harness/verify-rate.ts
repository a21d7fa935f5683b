import { generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import { median } from './statistics.ts';

/**
 * The measure of the machine that throughputs are told in: ECDSA P-256 verifications a second on one core, by the same
 * call of node:crypto that the gateway makes. Machines swing by 30 % within a run, so it is taken in short rounds
 * before and after every measured phase, while nothing else of the bench runs, and the median counts.
 */
export class VerifyRate {
  readonly #rounds: number[] = [];

  /** Adds some rounds; about `rounds` * 250 ms of one core. */
  measure(rounds = 4): void {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    // as long as the canonical SignedInfo of a message
    const data = randomBytes(700);
    const signature = sign('sha256', data, privateKey);
    const turn = (): void => {
      for (let count = 0; count < 100; count++) {
        if (!verify('sha256', data, publicKey, signature)) throw new Error('a good signature does not verify');
      }
    };
    turn();
    for (let round = 0; round < rounds; round++) {
      const started = performance.now();
      let turns = 0;
      for (; performance.now() - started < 250; turns++) turn();
      this.#rounds.push((turns * 100_000) / (performance.now() - started));
    }
  }

  /** Verifications a second: the median of all rounds so far. */
  get perSecond(): number {
    return median(this.#rounds);
  }

  /** The slowest and the quickest round, for telling how much the machine swung. */
  get range(): readonly [number, number] {
    return [Math.min(...this.#rounds), Math.max(...this.#rounds)];
  }
}
