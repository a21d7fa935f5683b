import type { Config } from '../foundation/config.ts';
import type { Way } from './standing.ts';

/** The ways that the settings have; HTTPS is always there. */
export function waysSetUp({ sftp }: Config): Way[] {
  return ['https', ...(sftp.port === undefined ? [] : (['sftp'] as const))];
}
