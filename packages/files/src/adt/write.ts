/** Writes an ADT File, as the Operator hands out what is in force. */
import { adtProfile } from '../csv/profile.ts';
import { guardText, writeHeader, writeJudged, writeLine } from '../csv/write.ts';
import type { AdtException, AdtFile, AdtThreshold } from './adt-file.ts';
import { type Operator, readAdt } from './read.ts';

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
export async function writeAdt(
  file: AdtFile,
  knownSrv: (srv: string) => boolean,
  operator: Operator = {},
): Promise<Uint8Array> {
  const none = () => writeLine(['none', file.userId, ...Array<string>(7).fill(''), guardText(file.reference)]);
  const lines = file.thresholds.flatMap((threshold) => [
    writeThreshold('threshold', threshold, threshold),
    ...threshold.exceptions.map((exception) => writeThreshold('exception', threshold, exception)),
  ]);
  const text = writeHeader(adtProfile) + (lines.length === 0 ? none() : lines.join(''));
  return writeJudged(text, (bytes, findings) => readAdt(bytes, knownSrv, findings, operator));
}
