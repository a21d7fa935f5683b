/** What is in force as an ADT File would say it, so that both sides of a difference are read alike. */
import { adtProfile } from '../csv/profile.ts';
import { Findings } from '../findings.ts';
import type { AdtFile } from './adt-file.ts';
import { readAdt } from './read.ts';

/** A threshold that is in force, with its numbers in time. */
export interface AdtInForce {
  /** ['all'], ['alerts'], or SRVs. */
  readonly services: readonly string[];
  readonly direction: string;
  /** ISO 8601. */
  readonly period: string;
  readonly bounds: readonly {
    readonly kind: 'threshold' | 'exception';
    readonly warning?: number | bigint | undefined;
    readonly quarantine: number | bigint;
    /** ISO 8601; undefined: the side is open. */
    readonly from?: string | undefined;
    readonly to?: string | undefined;
  }[];
}

/** Throws when what is in force could not have been set by a file. */
export async function adtInForce(userId: string, inForce: readonly AdtInForce[]): Promise<AdtFile> {
  const lines = inForce.flatMap(({ services, direction, period, bounds }) =>
    bounds.map(({ kind, warning, quarantine, from, to }) =>
      [kind, userId, services.join(' '), direction, period, warning ?? '', quarantine, from ?? '', to ?? '', ''].join(),
    ),
  );
  const header = [adtProfile.id, ...adtProfile.columns].join();
  const rows = lines.length > 0 ? lines : [`none,${userId},,,,,,,,`];
  const findings = new Findings();
  const bytes = new TextEncoder().encode(`${[header, ...rows].join('\n')}\n`);
  const file = await readAdt(bytes, () => true, findings);
  if (file === undefined) throw new Error(`what is in force is no ADT File: ${findings.faults[0]?.message}`);
  return file;
}

/** A reference says why a threshold was set: another one is no change of it. */
export function withoutAdtReferences(file: AdtFile): AdtFile {
  const none = { reference: '' };
  const thresholds = file.thresholds.map((threshold) => ({
    ...threshold,
    ...none,
    exceptions: threshold.exceptions.map((exception) => ({ ...exception, ...none })),
  }));
  return { ...file, ...none, thresholds };
}
