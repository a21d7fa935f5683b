/** Writes rows of a profile as they come, in pieces of bytes. */
import { FileError } from '../errors.ts';
import { Findings } from '../findings.ts';
import { headerOf, type Profile } from './profile.ts';
import type { Row } from './rows.ts';
import { writeHeader, writeLine } from './write.ts';

/** Characters a piece: a write of this size costs a disk or a socket nothing to speak of. */
const PIECE = 65_536;

/** The reader's own judgement of what is written: of each row, and of the whole at the end. */
export interface Judge<Kind extends string> {
  row(row: Row<Kind>): void;
  end?(): void;
}

/**
 * Header and rows as UTF-8. Throws FileError 'files.write' for the first row that the reader would not take, and for
 * more rows than a file may have.
 */
export async function* writeRows<Item, Kind extends string>(
  profile: Profile<string, Kind>,
  items: Iterable<Item> | AsyncIterable<Item>,
  cellsOf: (item: Item) => [Kind, ...string[]],
  judgeBy: (findings: Findings) => Judge<Kind>,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  const findings = new Findings();
  const judge = judgeBy(findings);
  const throwFault = (): void => {
    const [fault] = findings.faults;
    if (fault !== undefined) throw new FileError('files.write', `line ${fault.line} would be wrong: ${fault.message}`);
  };
  let text = writeHeader(profile);
  let line = 1;
  for await (const item of items) {
    line += 1;
    const cells = cellsOf(item);
    judge.row({ line, kind: cells[0], cells });
    throwFault();
    if (cells.length !== headerOf(profile).length) throw new RangeError(`a row of ${profile.id} with other columns`);
    if (line - 1 > profile.mostRows) {
      throw new FileError('files.write', `${profile.title} has at most ${profile.mostRows.toLocaleString('en')} rows`);
    }
    text += writeLine(cells);
    if (text.length < PIECE) continue;
    yield encoder.encode(text);
    text = '';
  }
  judge.end?.();
  throwFault();
  yield encoder.encode(text);
}
