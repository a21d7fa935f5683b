// What the platform's own process and a process of the gateway say to each other.
import type { MetricObject, MetricValue } from 'prom-client';
import type { Config } from './foundation/config.ts';
import type { ErrorCode } from './foundation/errors.ts';

/** The metrics of one registry, as prom-client reads them from other processes. */
export type Measured = readonly (MetricObject & { readonly values: readonly MetricValue<string>[] })[];

export type ToDoor =
  | { readonly kind: 'open'; readonly config: Config; readonly databaseUrl: string }
  | { readonly kind: 'metrics' }
  | { readonly kind: 'stop' };

export type FromDoor =
  | { readonly kind: 'listening'; readonly port: number }
  | {
      readonly kind: 'failed';
      readonly code: ErrorCode;
      readonly detail: string | undefined;
      readonly where: string | undefined;
    }
  | { readonly kind: 'metrics'; readonly metrics: Measured }
  /** A line of the log. Not by standard output: to write to a reader that was killed is tried without end there. */
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'stopped' };
