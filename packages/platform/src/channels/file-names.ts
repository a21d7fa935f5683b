// Names of the files that Users put into a folder, and what they mean: the same on every way that has folders. Pure.

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
