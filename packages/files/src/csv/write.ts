/** Writes rows as RFC 4180: CR LF, quotation marks where they are needed. */
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
