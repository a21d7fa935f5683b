// How many mails of an address were refused lately. Whoever tries one change of a mail after another learns nothing from
// so few answers, and whoever sends rubbish costs little. Pure but for the clock that is passed in.
const MOST = 20;
const WINDOW_MS = 600_000;
/** Addresses that are remembered; the oldest is forgotten. */
const MOST_ADDRESSES = 10_000;

/** An IPv4 address, or the network of an IPv6 address: its owner has all of it. */
export function sourceOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length);
  return [...groups, ...Array<string>(Math.max(0, missing)).fill('0'), ...(tail ?? '').split(':')]
    .slice(0, 4)
    .join(':');
}

export class Refusals {
  readonly #seen = new Map<string, { count: number; readonly until: number }>();

  add(address: string, now: number): void {
    const source = sourceOf(address);
    const found = this.#seen.get(source);
    if (found !== undefined && found.until > now) {
      found.count += 1;
      return;
    }
    this.#seen.delete(source);
    this.#seen.set(source, { count: 1, until: now + WINDOW_MS });
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > MOST_ADDRESSES && oldest !== undefined) this.#seen.delete(oldest);
  }

  isTooMany(address: string, now: number): boolean {
    const found = this.#seen.get(sourceOf(address));
    return found !== undefined && found.until > now && found.count >= MOST;
  }
}
