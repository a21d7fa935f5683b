// A process of the gateway: opens one door, says where it listens, and stops when the platform's own process says so.
// When that one is gone, so is this (cluster ends a worker whose channel closed): what was acknowledged is committed.
import cluster from 'node:cluster';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { openDoor } from './door.ts';
import type { FromDoor, ToDoor } from './door-messages.ts';
import { PenstockError } from './foundation/errors.ts';
import { createLog } from './foundation/log.ts';
import { type Stops, stopInOrder } from './stops.ts';

// a terminal sends these to all processes of a command; the platform's own process decides what is done about them
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

const registry = new Registry();
collectDefaultMetrics({ register: registry });
/** Of the door, once it was opened; nobody stops one before. */
let stops: Stops | undefined;

/** `done` is called when this, and all that was told before, has left. */
function tell(message: FromDoor, done: () => void = () => undefined): void {
  if (process.connected) process.send?.(message, done);
}

async function open({ config, databaseUrl }: Extract<ToDoor, { kind: 'open' }>): Promise<void> {
  const log = createLog({ level: config.log.level }, { write: (line) => tell({ kind: 'log', line }) }).child({
    process: `gateway ${cluster.worker?.id}`,
  });
  const opening = stopInOrder(log);
  stops = opening;
  try {
    tell({
      kind: 'listening',
      port: await openDoor({ config, databaseUrl, log, registry, verifiesBeside: false }, opening.add),
    });
  } catch (error) {
    await opening.stop();
    const { code, detail, where } = error instanceof PenstockError ? error : {};
    if (code === undefined) log.error({ err: error }, 'a process of the gateway could not start');
    tell({ kind: 'failed', code: code ?? 'internal.unexpected', detail, where });
  }
}

process.on('message', (message: ToDoor) => {
  switch (message.kind) {
    case 'open':
      void open(message);
      break;
    case 'metrics':
      void registry.getMetricsAsJSON().then((metrics) => tell({ kind: 'metrics', metrics }));
      break;
    case 'stop':
      void stops?.stop().then(() => tell({ kind: 'stopped' }, () => process.exit(0)));
      break;
  }
});
