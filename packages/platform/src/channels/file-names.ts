// Names of the files that Users put into a folder, and what they mean: the same on every way that has folders. Pure.

/** A name that a file may be given: letters, digits, `.`, `_`, `-` and spaces inside, not hidden, at most 200. */
export function isFileName(name: string): boolean {
  return /^[A-Za-z0-9_]([A-Za-z0-9 ._-]{0,198}[A-Za-z0-9_-])?$/.test(name);
}

const SIGNATURE = '.p7s';
/** What programs append while they upload and take away when they are done. */
const UNFINISHED = ['.part', '.filepart', '.tmp', '.partial', '.upload', '.crdownload'];

/** The ending of an upload that is not finished; undefined: it has none. */
function unfinishedEnding(name: string): string | undefined {
  const lower = name.toLowerCase();
  return UNFINISHED.find((ending) => lower.endsWith(ending));
}

/** What a file of the folder `incoming` is by its name. An unfinished one waits for its last name. */
export function roleOf(name: string): 'file' | 'signature' | 'unfinished' {
  if (unfinishedEnding(name) !== undefined) return 'unfinished';
  return name.toLowerCase().endsWith(SIGNATURE) ? 'signature' : 'file';
}

/** The name that a file will have when its upload is finished. */
export function lastNameOf(name: string): string {
  return name.slice(0, name.length - (unfinishedEnding(name)?.length ?? 0));
}

/**
 * The names of the file that a signature may be over, the likeliest first. Each of several officers has a signature of its
 * own: `a.csv.p7s`, `a.csv.2.p7s`.
 */
export function signedNames(signature: string): string[] {
  const name = signature.slice(0, -SIGNATURE.length);
  const [, unnumbered] = /^(.+)\.[2-9]$/.exec(name) ?? [];
  return unnumbered === undefined ? [name] : [name, unnumbered];
}
