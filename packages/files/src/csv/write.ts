/** Writes rows as RFC 4180: CR LF, quotation marks where they are needed. */
import { FileError } from '../errors.ts';
import { Findings } from '../findings.ts';
import { headerOf, type Profile } from './profile.ts';

const LINE_END = '\r\n';

/**
 * Free text as it is written: a spreadsheet runs what begins with one of these characters as a formula, so an
 * apostrophe goes before it, which makes it text. Reading leaves the apostrophe where it is.
 */
export function guardText(text: string): string {
  return /^[=+\-@]/.test(text) ? `'${text}` : text;
}

function writeCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One line with its end. */
export function writeLine(cells: readonly string[]): string {
  return cells.map(writeCell).join(',') + LINE_END;
}

export function writeHeader(profile: Profile): string {
  return writeLine(headerOf(profile));
}

/** The bytes of a whole file, which its own reader took. Throws FileError 'files.write' when it would not be taken. */
export async function writeJudged(
  text: string,
  read: (bytes: Uint8Array, findings: Findings) => Promise<object | undefined>,
): Promise<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  const findings = new Findings();
  if ((await read(bytes, findings)) === undefined) {
    const [fault] = findings.faults;
    throw new FileError('files.write', `line ${fault?.line} would be wrong: ${fault?.message}`);
  }
  return bytes;
}
