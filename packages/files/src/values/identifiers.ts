/** EUI-64s, RequestIDs, event references and SHA-256s as cells hold them: read strictly, normalised to one form. */

const EUI = '[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){7}';
const eui = new RegExp(`^${EUI}$`);
const messageId = new RegExp(`^${EUI}:${EUI}:(?:0|[1-9][0-9]{0,19})$`);
const MAXIMUM_COUNTER = '18446744073709551615';
/** Two EUI-64s of 23 characters, each with its colon. */
const COUNTER_AT = 48;

/** In upper case; undefined when the text is no EUI-64. */
export function parseEui(text: string): string | undefined {
  return eui.test(text) ? text.toUpperCase() : undefined;
}

/** A RequestID or ResponseID with its EUI-64s in upper case; undefined when the text is none. */
export function parseMessageId(text: string): string | undefined {
  if (!messageId.test(text)) return undefined;
  const digits = text.length - COUNTER_AT;
  if (digits === MAXIMUM_COUNTER.length && text.slice(COUNTER_AT) > MAXIMUM_COUNTER) return undefined;
  return text.toUpperCase();
}

/** The digits of an event reference without leading zeros; undefined when the text is none. */
export function parseEvent(text: string): string | undefined {
  return /^[0-9]{1,20}$/.test(text) ? text.replace(/^0+(?=[0-9])/, '') : undefined;
}

/** In lower case; undefined when the text is no SHA-256. */
export function parseSha256(text: string): string | undefined {
  return /^[0-9A-Fa-f]{64}$/.test(text) ? text.toLowerCase() : undefined;
}

/** A number that a spreadsheet rewrote: `1.23457E+19`, `-1E-05`, `1,234`. The digits that are gone cannot be guessed. */
export function isRewrittenNumber(text: string): boolean {
  return /^-?[0-9]+(?:[.,][0-9]+)?E[+-]?[0-9]+$|^-?[0-9]{1,3}(?:[,.' ][0-9]{3})+$/i.test(text);
}

/** Compares texts of digits without leading zeros by their value. */
export function compareDigits(one: string, other: string): number {
  if (one.length !== other.length) return one.length - other.length;
  return one < other ? -1 : one > other ? 1 : 0;
}
