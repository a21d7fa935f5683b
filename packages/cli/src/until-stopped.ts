import type { Log } from '@penstock/platform/log';

/** What runs until it is told to stop. */
export interface Running {
  /** Drains and ends it; after it nothing keeps the process alive. */
  stop(): Promise<void>;
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
    log.info({ signal: await stopping.promise }, 'stopping: what was taken in is finished first');
    await running.stop();
    log.info('stopped');
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
}
