/** Which kind of file it is: told by the first cell of its header alone, for whoever is handed files of any kind. */
import type { FileErrorCode } from '../errors.ts';
import { type Findings, shown } from '../findings.ts';
import { cutLine } from './cells.ts';
import { LINE_FEED, MARK } from './lines.ts';
import { type Profile, profiles } from './profile.ts';

/** Bytes of a file that decide: the longest name has 20, and what is longer is none. */
export const FIRST_BYTES = 64;

const COMMA = 0x2c;

/** What is wrong with a first cell that names none of the profiles that are taken. */
export function judgeFirstCell(first: string, taken: readonly Profile[]): { code: FileErrorCode; message: string } {
  const ids = taken.map(({ id }) => id).join(', ');
  const other = profiles.find(({ id }) => id === first);
  if (other !== undefined) {
    const titles = taken.map(({ title }) => title).join(' or ');
    return { code: 'files.kind', message: `this is ${other.title} (${other.id}) and not ${titles}` };
  }
  if (first.includes(';')) {
    return { code: 'files.header', message: 'the cells are parted by semicolons and not by commas' };
  }
  const name = first.slice(0, first.indexOf('/') + 1);
  const known = taken.find(({ id }) => name !== '' && id.startsWith(name));
  if (known !== undefined) {
    return { code: 'files.version', message: `${shown(first)} is not known; known is ${known.id}` };
  }
  return { code: 'files.header', message: `column 1 is ${shown(first)} and not ${ids}` };
}

/** The first cell as the reader of rows has it; undefined when it is not UTF-8. */
function readFirstCell(firstBytes: Uint8Array): string | undefined {
  const end = firstBytes.findIndex((byte) => byte === COMMA || byte === LINE_FEED);
  let text: string;
  try {
    const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    // as a stream where no end is in sight: the last character may be cut
    text = utf8.decode(end < 0 ? firstBytes : firstBytes.subarray(0, end), { stream: end < 0 });
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
  const cell = (text.startsWith(MARK) ? text.slice(MARK.length) : text).replace(/\r$/, '');
  const cells = cutLine(cell);
  return Array.isArray(cells) ? cells[0] : cell;
}

/**
 * The profile of a file among those that are taken. When it is none of them, undefined, and what is wrong and what to
 * do is in `findings`. Nothing else of the file is judged: its own reader does that.
 * @param firstBytes the first `FIRST_BYTES` of the file, or more; all of a shorter one
 */
export function profileOf<Taken extends Profile>(
  firstBytes: Uint8Array,
  taken: readonly Taken[],
  findings: Findings,
): Taken | undefined {
  const first = readFirstCell(firstBytes.subarray(0, FIRST_BYTES));
  const profile = taken.find(({ id }) => id === first);
  if (profile !== undefined) return profile;
  findings.isWhole = false;
  if (first === undefined) {
    findings.add({ line: 1, code: 'files.encoding', message: 'the line is not UTF-8' });
  } else if (firstBytes.length === 0) {
    findings.add({ line: 1, code: 'files.header', message: 'the file is empty' });
  } else findings.add({ line: 1, ...judgeFirstCell(first, taken) });
  return undefined;
}
