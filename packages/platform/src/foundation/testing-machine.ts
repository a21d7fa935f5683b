import type { PersonRole } from '@penstock/api';
import type { ActingMachine } from './viewer.ts';

/** A machine for tests, by its certificate and the role that it has. */
export function machineOf(certificate: string, role: PersonRole | undefined, reason?: string): ActingMachine {
  return { certificate, role, reason };
}
