// Bursts: messages that follow one another and are told as one. Pure.
import type { TitleDocument } from '@penstock/api';

/** What is folded: a title, or a message of one's own record in its form. */
export interface Foldable {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly device: TitleDocument['device'];
  readonly kind: TitleDocument['kind'];
  readonly serviceReferenceVariant?: string | undefined;
  readonly code?: string | undefined;
  readonly concerns: TitleDocument['concerns'];
  readonly sender: TitleDocument['sender'];
}

export interface Burst<Item extends Foldable> {
  /** The newest of them. */
  readonly last: Item;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly count: number;
  /** Each code that one of them has, in the order in which they came. */
  readonly codes: readonly string[];
}

/** What comes later than this after the one before it begins another burst. */
export const BURST_GAP_MILLISECONDS = 60_000;

/** What is told as one when it follows one another. */
export function burstKey({ device, kind, serviceReferenceVariant, concerns, sender }: Foldable): string {
  return JSON.stringify([device, kind, serviceReferenceVariant, concerns, sender.role, sender.party, sender.isYou]);
}

/** Newest first. Others may come between those of one burst. */
export function foldBursts<Item extends Foldable>(items: readonly Item[]): Burst<Item>[] {
  const done: Burst<Item>[] = [];
  const growing = new Map<string, Burst<Item>>();
  for (const item of items.toSorted((one, other) => one.at - other.at)) {
    const key = burstKey(item);
    const before = growing.get(key);
    const goesOn = before !== undefined && item.at - before.lastAt < BURST_GAP_MILLISECONDS;
    if (before !== undefined && !goesOn) done.push(before);
    const codes = goesOn ? before.codes : [];
    growing.set(key, {
      last: item,
      firstAt: goesOn ? before.firstAt : item.at,
      lastAt: item.at,
      count: goesOn ? before.count + 1 : 1,
      codes: item.code === undefined || codes.includes(item.code) ? codes : [...codes, item.code],
    });
  }
  return [...done, ...growing.values()].sort((one, other) => other.lastAt - one.lastAt);
}
