/** Which communications a threshold counts: all, alerts, or some service request variants. */

/** One or two digits, twice or three times: the form of every variant. Whether it exists, the catalogue says. */
const srv = /^[1-9][0-9]?(?:\.[1-9][0-9]?){1,2}$/;

export function isSrv(text: string): boolean {
  return srv.test(text);
}

/** The order of the catalogue: 4.2 comes before 4.10. */
export function compareSrvs(one: string, other: string): number {
  if (one === other) return 0;
  const [left, right] = [one.split('.').map(Number), other.split('.').map(Number)];
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

export type Services =
  | { readonly services: string; readonly srvs: readonly string[]; readonly unknown?: undefined }
  | { readonly unknown: string };

/**
 * The normalised form: `all`, `alerts`, or the variants in the order of the catalogue, each once. Undefined when the
 * text is none of these; `unknown` is the first variant that does not exist.
 */
export function parseServices(text: string, knownSrv: (srv: string) => boolean): Services | undefined {
  if (text === 'all' || text === 'alerts') return { services: text, srvs: [] };
  const words = text.split(' ');
  if (!words.every(isSrv)) return undefined;
  const unknown = words.find((word) => !knownSrv(word));
  if (unknown !== undefined) return { unknown };
  const srvs = [...new Set(words)].sort(compareSrvs);
  return { services: srvs.join(' '), srvs };
}
