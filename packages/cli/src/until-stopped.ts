import type { Log } from '@penstock/platform/log';

/** What runs until it is told to stop. */
export interface Running {
  /** Drains and ends it; after it nothing keeps the process alive. */
  stop(): Promise<void>;
  /** Rejects when it cannot go on: it is then stopped in order, and the failure is the process's. */
  readonly failed?: Promise<never>;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Starts something and stops it in order on the first signal to stop, one that comes while it starts included. A second
 * signal ends the process at once, with 1: whoever sends it does not want to wait.
 */
export async function runUntilStopped(start: () => Promise<Running>, log: Log): Promise<void> {
  const stopping = Promise.withResolvers<NodeJS.Signals>();
  let asked = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (asked) process.exit(1);
    asked = true;
    stopping.resolve(signal);
  };
  for (const signal of signals) process.on(signal, onSignal);
  try {
    const running = await start();
    try {
      const signal = await Promise.race([stopping.promise, ...(running.failed === undefined ? [] : [running.failed])]);
      log.info({ signal }, 'stopping: what was taken in is finished first');
    } finally {
      await running.stop();
    }
    log.info('stopped');
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
}
