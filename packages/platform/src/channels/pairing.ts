// Which files of a folder belong to each other: the one rule of every way that has folders. Pure.
//
// A file is taken in with every signature over it that lies beside it. A signature is over the file of its name without
// `.p7s`, in whatever case that is written: `a.csv` beside `a.csv.p7s`, `a.csv.P7S`, `a.csv.2.p7s`. Names are compared as
// they are first and without regard to case then, where that leaves one file: a library does not tell them apart.
//
// What always holds: whatever lies there is taken in, waits and is told of once it has waited too long, or was told of.
// What was refused is out of play until it is put anew, but for a file whose signature was at fault: that waits for another.
import { lastNameOf, roleOf, signedNames } from './file-names.ts';

/** A file that lies in a folder. */
export interface Lying {
  readonly name: string;
  /** It is not being written. */
  readonly isWhole: boolean;
  readonly changedAt: Date;
  readonly refusal: Refusal | undefined;
}

export interface Refusal {
  readonly code: string;
  readonly detail: string;
}

export interface Group<File> {
  readonly file: File;
  /** One at least, by name. */
  readonly signatures: readonly File[];
}

export interface Waits<File> {
  readonly file: File;
  /** What it waits for, in words for who put it there. */
  readonly why: string;
}

/** Its bytes are not what the library says that they are: nothing but other bytes makes it good. */
export const UNFIT = 'submissions.unfit';
/** What has waited so long is told of. It is taken in all the same when a file's signature comes, or an upload goes on. */
export const TOLD_AFTER_MS = 60 * 60 * 1000;

const isFile = ({ name }: Lying) => roleOf(name) === 'file';
const isSignature = ({ name }: Lying) => roleOf(name) === 'signature';
/** A file whose signature was at fault is good for another one. */
const isInPlay = (one: Lying) => one.refusal === undefined || (isFile(one) && one.refusal.code !== UNFIT);

/** Files by the names that they have, or will have. */
class Names<File extends Lying> {
  readonly #exact = new Map<string, File>();
  readonly #anyCase = new Map<string, File[]>();

  constructor(files: readonly File[]) {
    // one under its last name comes before one that is to have it
    for (const file of [...files].sort((one, other) => Number(isFile(other)) - Number(isFile(one)))) {
      const name = lastNameOf(file.name);
      if (this.#exact.has(name)) continue;
      this.#exact.set(name, file);
      const lower = name.toLowerCase();
      this.#anyCase.set(lower, [...(this.#anyCase.get(lower) ?? []), file]);
    }
  }

  /** The file of the first name that there is. 'several': more than one, and none has it as it is written. */
  find(names: readonly string[]): File | 'several' | undefined {
    for (const name of names) {
      const file = this.#exact.get(name);
      if (file !== undefined) return file;
    }
    for (const name of names) {
      const [file, ...others] = this.#anyCase.get(name.toLowerCase()) ?? [];
      if (file !== undefined) return others.length === 0 ? file : 'several';
    }
    return undefined;
  }
}

/** What of a folder can be taken in now, and what waits for what. */
export function sortFolder<File extends Lying>(
  lying: readonly File[],
): {
  readonly ready: readonly Group<File>[];
  readonly waiting: readonly Waits<File>[];
} {
  const names = new Names(lying.filter(({ name }) => roleOf(lastNameOf(name)) === 'file'));
  const waiting: Waits<File>[] = [];
  const groups = new Map<File, File[]>();
  for (const one of lying) {
    if (one.refusal === undefined && (!one.isWhole || roleOf(one.name) === 'unfinished')) {
      waiting.push({ file: one, why: 'its upload was not finished' });
    }
    if (!isSignature(one) || !one.isWhole || !isInPlay(one)) continue;
    const file = names.find(signedNames(one.name));
    if (file === 'several') waiting.push({ file: one, why: 'more than one file has its name but for capitals' });
    else if (file === undefined) waiting.push({ file: one, why: 'the file that it is over is not there' });
    else groups.set(file, [...(groups.get(file) ?? []), one]);
  }
  const ready: Group<File>[] = [];
  for (const file of lying) {
    if (!isFile(file) || !file.isWhole) continue;
    const signatures = groups.get(file)?.sort(byName);
    if (signatures !== undefined && isInPlay(file)) ready.push({ file, signatures });
    if (signatures === undefined && file.refusal === undefined) {
      waiting.push({
        file,
        why: `no signature of it is there that was not refused before: put ${file.name}.p7s beside it`,
      });
    }
  }
  return { ready: ready.sort((one, other) => byName(one.file, other.file)), waiting };
}

/** What has waited too long, as it is told. */
export function overdue<File extends Lying>(lying: readonly File[], now: Date): { file: File; refusal: Refusal }[] {
  return sortFolder(lying)
    .waiting.filter(({ file }) => now.getTime() - file.changedAt.getTime() > TOLD_AFTER_MS)
    .map(({ file, why }) => ({ file, refusal: { code: 'submissions.incomplete', detail: why } }));
}

/** Of what was refused, what is told of: not a signature that was refused with its file, for the same reason. */
export function told<File extends Lying>(lying: readonly File[]): (File & { readonly refusal: Refusal })[] {
  const refused = lying.filter((one): one is File & { readonly refusal: Refusal } => one.refusal !== undefined);
  const names = new Names(refused.filter(isFile));
  return refused.filter((one) => {
    const file = isSignature(one) ? names.find(signedNames(one.name)) : undefined;
    if (file === undefined || file === 'several') return true;
    return file.refusal.code !== one.refusal.code || file.refusal.detail !== one.refusal.detail;
  });
}

/** How many files of folders are ready, and since when the oldest is. */
export function waitingOf(lying: readonly { readonly userId: string; readonly file: Lying }[]): {
  count: number;
  oldest: Date | undefined;
} {
  const folders = Map.groupBy(lying, ({ userId }) => userId);
  const files = [...folders.values()].flatMap((folder) =>
    sortFolder(folder.map(({ file }) => file)).ready.map(({ file }) => file.changedAt),
  );
  return { count: files.length, oldest: files.sort((one, other) => one.getTime() - other.getTime())[0] };
}

function byName(one: Lying, other: Lying): number {
  return one.name < other.name ? -1 : Number(one.name > other.name);
}
