// The folders that a User sees over SFTP, and what the names in them mean. Pure.
//
//   /incoming   files and signatures that the User puts there: `thresholds.csv` beside `thresholds.csv.p7s`
//   /receipts   what became of them, signed by the Operator
//   /reports    what is held, a Quarantined Communications Report an event

export const folders = ['incoming', 'receipts', 'reports'] as const;
export type Folder = (typeof folders)[number];

export type Place =
  | { readonly kind: 'root' }
  | { readonly kind: 'folder'; readonly folder: Folder }
  | { readonly kind: 'file'; readonly folder: Folder; readonly name: string };

/** Longer paths are nobody's: two names and what stands around them. */
const LONGEST_PATH = 1_024;

/** The path in its shortest form, from the root, as REALPATH answers it. `..` ends at the root, as everywhere. */
export function normalisePath(path: string): string {
  const names: string[] = [];
  for (const name of path.slice(0, LONGEST_PATH).split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return `/${names.join('/')}`;
}

/** What a path means; undefined when it can be nothing. Relative paths begin at the root. */
export function placeOf(path: string): Place | undefined {
  if (path.length > LONGEST_PATH) return undefined;
  const [first, name, ...rest] = normalisePath(path).slice(1).split('/');
  if (first === '' || first === undefined) return { kind: 'root' };
  const folder = folders.find((one) => one === first);
  if (folder === undefined || rest.length > 0) return undefined;
  return name === undefined ? { kind: 'folder', folder } : { kind: 'file', folder, name };
}

/** A name that a file may be given: letters, digits, `.`, `_`, `-` and spaces inside, not hidden, at most 200. */
export function isFileName(name: string): boolean {
  return /^[A-Za-z0-9_]([A-Za-z0-9 ._-]{0,198}[A-Za-z0-9_-])?$/.test(name);
}

const SIGNATURE = '.p7s';
/** What programs append while they upload and take away when they are done. */
const UNFINISHED = ['.part', '.filepart', '.tmp', '.partial', '.upload', '.crdownload'];

/** What a file of the folder `incoming` is by its name. An unfinished one waits for its last name. */
export function roleOf(name: string): 'file' | 'signature' | 'unfinished' {
  const lower = name.toLowerCase();
  if (UNFINISHED.some((ending) => lower.endsWith(ending))) return 'unfinished';
  return lower.endsWith(SIGNATURE) ? 'signature' : 'file';
}

/** The name of the file that a signature is over. */
export function signedName(signature: string): string {
  return signature.slice(0, -SIGNATURE.length);
}

/** A file and its signature, of those that are whole. A signature may be written in capitals: `A.csv` beside `A.csv.P7S`. */
export function pairsOf<File extends { readonly name: string }>(
  whole: readonly File[],
): { file: File; signature: File }[] {
  const files = new Map(whole.filter(({ name }) => roleOf(name) === 'file').map((file) => [file.name, file]));
  return whole.flatMap((signature) => {
    const file = roleOf(signature.name) === 'signature' ? files.get(signedName(signature.name)) : undefined;
    return file === undefined ? [] : [{ file, signature }];
  });
}
