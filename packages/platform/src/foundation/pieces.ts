import { setTimeout as pause } from 'node:timers/promises';

/** Called between two pieces of a long work with the milliseconds that the last one took; false: no more of it now. */
export type Between = (worked: number) => Promise<boolean>;

/** Nothing: one piece after the other. */
export const atOnce: Between = () => Promise.resolve(true);

/** Of one processor, what a work beside the intake takes while it has much to do. */
const SHARE = 0.25;

/** Rests so long after each piece that the work takes its share of one processor and no more, until it is to stop. */
export function restingUntil(stop: AbortSignal): Between {
  return async (worked) => {
    await pause(worked * (1 / SHARE - 1), undefined, { signal: stop }).catch(() => undefined);
    return !stop.aborted;
  };
}

/** Does pieces until one says that there is no more. */
export async function inPieces(piece: () => Promise<'more' | 'done'>, between: Between): Promise<void> {
  for (;;) {
    const began = performance.now();
    if ((await piece()) === 'done') return;
    if (!(await between(performance.now() - began))) return;
  }
}
