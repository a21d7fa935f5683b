/** Free text of cells, and whole numbers. */

export const LONGEST_REASON = 500;
export const LONGEST_REFERENCE = 64;
export const LARGEST_NUMBER = 1_000_000_000_000_000;

// Control characters, line separators, and what turns the direction of writing: a reader would see another text.
const hidden = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
const visible = new RegExp(`^[^\\p{C}\\p{Z}]{0,${LONGEST_REFERENCE}}$`, 'u');

/** Up to so many characters, of which none is hidden. */
export function isFreeText(text: string, longest: number): boolean {
  // most texts are short enough in UTF-16 already, which needs no list of characters
  return (text.length <= longest || [...text].length <= longest) && !hidden.test(text);
}

/** Visible characters, no blank. */
export function isReference(text: string): boolean {
  return visible.test(text);
}

/** A whole number up to `LARGEST_NUMBER`; undefined when the text is none. */
export function parseNumber(text: string): number | undefined {
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(text)) return undefined;
  const number = Number(text);
  return number <= LARGEST_NUMBER ? number : undefined;
}
