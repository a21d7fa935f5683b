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
