/** Writes an ADT File, as the Operator hands out what is in force. */
import { adtProfile } from '../csv/profile.ts';
import { guardText, writeHeader, writeLine } from '../csv/write.ts';
import { FileError } from '../errors.ts';
import { Findings } from '../findings.ts';
import type { AdtException, AdtFile, AdtThreshold } from './adt-file.ts';
import { readAdt } from './read.ts';

function writeThreshold(
  kind: 'threshold' | 'exception',
  threshold: AdtThreshold,
  values: AdtThreshold | AdtException,
): string {
  const { userId, services, direction, period } = threshold;
  const { warning, quarantine, from, to, reference } = values;
  const numbers = [warning === undefined ? '' : String(warning), String(quarantine)];
  return writeLine([kind, userId, services, direction, period, ...numbers, from ?? '', to ?? '', guardText(reference)]);
}

/**
 * The bytes of a file that `readAdt` reads as the same thresholds, each followed by its exceptions.
 * Throws FileError 'files.write' when it would not be taken.
 */
export async function writeAdt(file: AdtFile, knownSrv: (srv: string) => boolean): Promise<Uint8Array> {
  const none = () => writeLine(['none', file.userId, ...Array<string>(7).fill(''), guardText(file.reference)]);
  const lines = file.thresholds.flatMap((threshold) => [
    writeThreshold('threshold', threshold, threshold),
    ...threshold.exceptions.map((exception) => writeThreshold('exception', threshold, exception)),
  ]);
  const text = writeHeader(adtProfile) + (lines.length === 0 ? none() : lines.join(''));
  const bytes = new TextEncoder().encode(text);
  const findings = new Findings();
  if ((await readAdt(bytes, knownSrv, findings)) === undefined) {
    const [fault] = findings.faults;
    throw new FileError('files.write', `line ${fault?.line} would be wrong: ${fault?.message}`);
  }
  return bytes;
}
