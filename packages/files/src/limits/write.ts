/** Writes an Attribute Limits File, as the Operator hands out what is in force. */
import { limitsProfile } from '../csv/profile.ts';
import { guardText, writeHeader, writeJudged, writeLine } from '../csv/write.ts';
import type { LimitRow, LimitsFile } from './limits-file.ts';
import { readLimits } from './read.ts';

function writeLimit({ attribute, minimum, maximum, from, to, reference }: LimitRow): string {
  return writeLine(['limit', attribute, minimum ?? '', maximum ?? '', from ?? '', to ?? '', guardText(reference)]);
}

/**
 * The bytes of a file that `readLimits` reads as the same limits.
 * Throws FileError 'files.write' when it would not be taken.
 */
export async function writeLimits(
  file: LimitsFile,
  knownAttribute: (attribute: string) => boolean,
): Promise<Uint8Array> {
  const none = () => writeLine(['none', '', '', '', '', '', guardText(file.reference)]);
  const lines = file.limits.length === 0 ? none() : file.limits.map(writeLimit).join('');
  return writeJudged(writeHeader(limitsProfile) + lines, (bytes, findings) =>
    readLimits(bytes, knownAttribute, findings),
  );
}
