/** What a spreadsheet takes for the beginning of a formula, also behind white space. */
const FORMULA = /^\s*[=+\-@\t\r]/;
/** A number may begin with a sign. */
const NUMBER = /^[+-]?\d+(\.\d+)?$/;

/**
 * One line of a CSV file (RFC 4180) with its line end. A cell that a spreadsheet would run as a formula gets an
 * apostrophe before it: texts in a record may come from whoever sends messages.
 */
export function csvLine(cells: readonly (string | number | undefined)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(value: string | number | undefined): string {
  const text = value === undefined ? '' : String(value);
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}
