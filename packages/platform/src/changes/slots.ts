// The next times at which a change would be in nobody's way: all of its windows moved by the same time, so that they stay as
// far from each other as its owner wants them. Pure.
import type { ChangeWindow } from '@penstock/api';
import { PenstockError } from '../foundation/errors.ts';
import { DAY, HOUR, instantsOf, localTime, writeLocal } from './london.ts';
import { expandWindows, mergeSpans, overlapsOf, type Span } from './windows.ts';

/** A change of one window is tried each half hour, one of several each day at the times that they have. */
const HALF_HOUR = HOUR / 2;
/** Days ahead that are tried. */
export const SLOT_DAYS = 92;

export interface Slot {
  readonly windows: readonly ChangeWindow[];
  readonly spans: readonly Span[];
}

/** A window so much later by London's clocks; what repeats goes on for as many days as before. */
function moved(window: ChangeWindow, by: number): ChangeWindow {
  const later = (text: string) => writeLocal(localTimeOf(text) + by);
  const laterDay = (day: string) => writeLocal(Date.parse(`${day}T00:00:00Z`) + by).slice(0, 10);
  const { repeat } = window;
  return {
    from: later(window.from),
    to: later(window.to),
    ...(repeat === undefined
      ? {}
      : { repeat: { ...repeat, until: laterDay(repeat.until), except: repeat.except.map(laterDay) } }),
  };
}

function localTimeOf(text: string): number {
  const written = Date.parse(`${text.slice(0, 16)}:00Z`);
  return text.length === 16 ? written : localTime(Date.parse(`${text.slice(0, 16)}:00${text.slice(16)}`));
}

/**
 * The first free times from an instant on.
 * @param busy when it may not be; in any order
 * @param isGood of what is free, which to offer
 */
export function findSlots(
  windows: readonly ChangeWindow[],
  {
    busy,
    after,
    most,
    isGood,
  }: {
    readonly busy: readonly Span[];
    readonly after: number;
    readonly most: number;
    readonly isGood: (spans: readonly Span[]) => boolean;
  },
): Slot[] {
  const [first] = windows;
  if (first === undefined) return [];
  const taken = mergeSpans(busy);
  const step = windows.length === 1 && first.repeat === undefined ? HALF_HOUR : DAY;
  const begin = localTimeOf(first.from);
  const steps = Math.ceil((localTime(after) - begin) / step);
  const found: Slot[] = [];
  for (let by = steps * step; by <= steps * step + SLOT_DAYS * DAY && found.length < most; by += step) {
    // most are not free, which is seen without working out what the clocks of every window show
    const [start] = instantsOf(begin + by);
    if (start === undefined || overlapsOf([{ from: start, to: start + 1 }], taken).length > 0) continue;
    const slot = slotOf(windows.map((window) => moved(window, by)));
    if (slot !== undefined && overlapsOf(slot.spans, taken).length === 0 && isGood(slot.spans)) found.push(slot);
  }
  return found;
}

/** Undefined where the clocks leave out or double one of its hours. */
function slotOf(windows: readonly ChangeWindow[]): Slot | undefined {
  try {
    return { windows, spans: expandWindows(windows) };
  } catch (error) {
    if (error instanceof PenstockError) return undefined;
    throw error;
  }
}
