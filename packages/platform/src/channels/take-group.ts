// Takes a file in with each signature that lies beside it: what every way that has folders does alike.
import { isUnavailable } from '../foundation/database/index.ts';
import { type ErrorCode, messageOf, PenstockError } from '../foundation/errors.ts';
import type { Group, Refusal } from './pairing.ts';

/** Not the file's fault: it is tried again. */
const passing: readonly ErrorCode[] = ['submissions.upload-under-way', 'submissions.no-trust'];

export interface Refused<File> {
  readonly file: File;
  readonly refusal: Refusal;
}

export interface Taken<File> {
  /** What goes from the folder; none: the file stays. */
  readonly taken: readonly File[];
  readonly refused: readonly Refused<File>[];
}

function refusalOf(error: PenstockError): Refusal {
  return { code: error.code, detail: error.detail ?? messageOf(error) };
}

/**
 * Delivers a file once with each of its signatures: the intake knows the same bytes again. It goes once one was taken.
 * Returns the code of what hinders for a moment; all of it is done again then.
 * @param deliver hands the file and this signature to the intake
 */
export async function takeGroup<File>(
  { file, signatures }: Group<File>,
  deliver: (signature: File) => Promise<unknown>,
): Promise<Taken<File> | ErrorCode> {
  const taken: File[] = [];
  const refused: Refused<File>[] = [];
  for (const signature of signatures) {
    try {
      await deliver(signature);
      taken.push(signature);
    } catch (error) {
      if (!(error instanceof PenstockError) || isUnavailable(error)) throw error;
      if (passing.includes(error.code)) return error.code;
      refused.push({ file: signature, refusal: refusalOf(error) });
    }
  }
  const [first] = refused;
  if (taken.length > 0) return { taken: [file, ...taken], refused };
  return { taken: [], refused: first === undefined ? [] : [{ file, refusal: first.refusal }, ...refused] };
}
