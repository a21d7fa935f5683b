/** What is in force as an Attribute Limits File would say it, so that both sides of a difference are read alike. */
import { limitsProfile } from '../csv/profile.ts';
import { Findings } from '../findings.ts';
import type { LimitsFile } from './limits-file.ts';
import { readLimits } from './read.ts';

/** A limit that is in force; decimals and ISO 8601 as text. */
export interface LimitInForce {
  readonly attribute: string;
  readonly minimum?: string | undefined;
  readonly maximum?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Throws when what is in force could not have been set by a file. */
export async function limitsInForce(inForce: readonly LimitInForce[]): Promise<LimitsFile> {
  const lines = inForce.map(({ attribute, minimum, maximum, from, to }) =>
    ['limit', attribute, minimum ?? '', maximum ?? '', from ?? '', to ?? '', ''].join(),
  );
  const header = [limitsProfile.id, ...limitsProfile.columns].join();
  const text = [header, ...(lines.length > 0 ? lines : ['none,,,,,,'])].join('\n');
  const findings = new Findings();
  const file = await readLimits(new TextEncoder().encode(`${text}\n`), () => true, findings);
  if (file === undefined) throw new Error(`what is in force is no file of limits: ${findings.faults[0]?.message}`);
  return file;
}

/** A reference says why a limit was set: another one is no change of it. */
export function withoutLimitReferences(file: LimitsFile): LimitsFile {
  return { reference: '', limits: file.limits.map((limit) => ({ ...limit, reference: '' })) };
}
