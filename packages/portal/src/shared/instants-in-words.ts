// Instants within sentences that the platform made: these say UTC (22 November 2026 at 10:00 UTC), and whoever reads them
// has chosen a zone. Pure.

const INSTANT = /(\d{1,2} [A-Z][a-z]+ \d{4}) at (\d{2}:\d{2}) UTC/g;

/** The sentence in parts, its instants apart; what only looks like one stays as it is. */
export function splitInstants(words: string): (string | { readonly at: string })[] {
  const parts: (string | { readonly at: string })[] = [];
  let from = 0;
  for (const found of words.matchAll(INSTANT)) {
    const instant = Date.parse(`${found[1]} ${found[2]} UTC`);
    if (Number.isNaN(instant)) continue;
    if (found.index > from) parts.push(words.slice(from, found.index));
    parts.push({ at: new Date(instant).toISOString() });
    from = found.index + found[0].length;
  }
  if (from < words.length) parts.push(words.slice(from));
  return parts;
}
