import type { Log } from './foundation/log.ts';

/** What was started, to be stopped the other way round. */
export interface Stops {
  /** `what` is said when its stop takes long. */
  add(what: string, stop: () => Promise<void>): void;
  /** Safe to call twice: each is stopped once. */
  stop(): Promise<void>;
}

const LONG_MILLISECONDS = 5_000;

export function stopInOrder(log: Log): Stops {
  const stops: { what: string; stop: () => Promise<void> }[] = [];
  return {
    add: (what, stop) => {
      stops.push({ what, stop });
    },
    stop: async () => {
      for (let next = stops.pop(); next !== undefined; next = stops.pop()) await stopOne(next.what, next.stop, log);
    },
  };
}

/** Whoever waits for a stop is told what it is that takes long. */
async function stopOne(what: string, stop: () => Promise<void>, log: Log): Promise<void> {
  const began = performance.now();
  const timer = setInterval(() => {
    log.warn({ seconds: Math.round((performance.now() - began) / 1000) }, `stopping: still waiting for ${what}`);
  }, LONG_MILLISECONDS);
  try {
    await stop();
  } finally {
    clearInterval(timer);
  }
}
