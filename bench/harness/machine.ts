import { cpus, totalmem } from 'node:os';

/** What a figure was measured on. Without it no figure means anything. */
export interface Machine {
  readonly cores: number;
  readonly model: string;
  readonly memoryGigabytes: number;
  readonly node: string;
  readonly openssl: string;
  /** As the server says it, e.g. '18.4'; absent where no database was asked. */
  readonly postgresql?: string;
  /** ISO 8601, UTC. */
  readonly date: string;
}

export function describeMachine(now: Date, postgresql?: string): Machine {
  const [first] = cpus();
  return {
    cores: cpus().length,
    model: first?.model.trim() ?? 'unknown',
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    openssl: process.versions.openssl,
    ...(postgresql === undefined ? {} : { postgresql }),
    date: now.toISOString(),
  };
}
