/** A file of a profile as rows in batches: header, line ends, cells and kinds of row are checked here, values not. */
import { type Findings, shown } from '../findings.ts';
import { cutLine } from './cells.ts';
import { addTooLong, type Block, MARK, readBlocks, type Source } from './lines.ts';
import { headerOf, isHeader, LONGEST_LINE, type Profile } from './profile.ts';
import { judgeFirstCell } from './profile-of.ts';

/** One row: its kind and one cell a column after it. */
export interface Row<Kind extends string> {
  /** Counts from 1, the header included. */
  readonly line: number;
  readonly kind: Kind;
  /** All cells of the line, as many as the header has; the first is the kind: an index is a column's number less one. */
  readonly cells: readonly string[];
}

function mustBe(profile: Profile): string {
  const { columns, optionalColumns = 0 } = profile;
  const rest = columns.slice(columns.length - optionalColumns).join();
  return `the header must be ${headerOf(profile).join()}${rest === '' ? '' : `, with or without ${rest}`}`;
}

/** What is wrong with a header; undefined when nothing is. */
function judgeHeader(cells: readonly string[], profile: Profile): Parameters<Findings['add']>[0] | undefined {
  if (isHeader(cells, profile)) return undefined;
  const expected = headerOf(profile);
  const [first = ''] = cells;
  const exact = mustBe(profile);
  if (first !== profile.id) {
    const { code, message } = judgeFirstCell(first, [profile]);
    return { line: 1, code, message: code === 'files.header' ? `${message}; ${exact}` : message };
  }
  const at = expected.findIndex((cell, index) => cell !== cells[index]);
  const where =
    at < 0
      ? `there are ${cells.length} columns`
      : `column ${at + 1} is ${shown(cells[at] ?? '')} and not ${expected[at]}`;
  return { line: 1, code: 'files.header', message: `${where}; ${exact}` };
}

class RowReader<Kind extends string> {
  readonly #profile: Profile<string, Kind>;
  readonly #findings: Findings;
  /** Cells of the header. */
  #width = 0;
  #hasHeader = false;
  #withReturn = 0;
  #withoutReturn = 0;
  #blank = 0;
  hasEnded = false;

  constructor(profile: Profile<string, Kind>, findings: Findings) {
    this.#profile = profile;
    this.#findings = findings;
  }

  /** The good rows of a block; sets `hasEnded` when nothing after could be understood, or may be taken. */
  read({ line: firstLine, text }: Block): Row<Kind>[] {
    const rows: Row<Kind>[] = [];
    let line = firstLine;
    for (let at = 0; at < text.length && !this.hasEnded; line += 1) {
      const feed = text.indexOf('\n', at);
      const hasReturn = feed > at && text[feed - 1] === '\r';
      if (hasReturn) this.#withReturn += 1;
      else if (feed >= 0) this.#withoutReturn += 1;
      const end = feed < 0 ? text.length : hasReturn ? feed - 1 : feed;
      const row = this.#readLine(line, text.slice(at, end));
      if (row !== undefined) rows.push(row);
      at = feed < 0 ? text.length : feed + 1;
    }
    return rows;
  }

  #readLine(line: number, written: string): Row<Kind> | undefined {
    let text = written;
    if (line === 1 && text.startsWith(MARK)) {
      this.#findings.tell('byte-order-mark', 'the file begins with a byte order mark, which is not read');
      text = text.slice(MARK.length);
    }
    if (text.length > LONGEST_LINE) {
      addTooLong(this.#findings, line);
      return undefined;
    }
    if (!this.#hasHeader) {
      this.#readHeader(line, text);
      return undefined;
    }
    if (text === '') {
      this.#blank += 1;
      return undefined;
    }
    return this.#readRow(line, text);
  }

  #readHeader(line: number, text: string): void {
    this.#hasHeader = true;
    const cells = cutLine(text);
    const fault = judgeHeader(Array.isArray(cells) ? cells : [text], this.#profile);
    if (Array.isArray(cells)) this.#width = cells.length;
    if (line === 1 && fault === undefined) return;
    // Where the first line could not be read at all, that is the fault that was added.
    if (line === 1 && fault !== undefined) this.#findings.add(fault);
    this.#findings.isWhole = false;
    this.hasEnded = true;
  }

  #readRow(line: number, text: string): Row<Kind> | undefined {
    const { mostRows, kinds, title } = this.#profile;
    if (this.#findings.rows === mostRows) {
      const message = `${title} has at most ${mostRows.toLocaleString('en')} rows`;
      this.#findings.add({ line, code: 'files.rows', message });
      this.#findings.isWhole = false;
      this.hasEnded = true;
      return undefined;
    }
    this.#findings.rows += 1;
    const cells = cutLine(text);
    if (!Array.isArray(cells)) {
      const column = { number: cells.column, name: headerOf(this.#profile)[cells.column - 1] ?? '' };
      this.#findings.add({ line, column, code: 'files.quote', message: cells.message });
      return undefined;
    }
    const kind = kinds.find((one) => one === cells[0]);
    if (kind === undefined) {
      const message = `${shown(cells[0] ?? '')} is not a kind of row: ${kinds.join(', ')}`;
      this.#findings.add({ line, column: { number: 1, name: 'kind' }, code: 'files.row-kind', message });
      return undefined;
    }
    if (cells.length !== this.#width) {
      const message = `the row has ${cells.length} cells and not ${this.#width}`;
      this.#findings.add({ line, code: 'files.columns', message });
      return undefined;
    }
    return { line, kind, cells };
  }

  /** To be called when all was read: tells what was tolerated. */
  finish(): void {
    if (!this.#hasHeader && this.#findings.faultCount === 0) {
      const message = `the file is empty; ${mustBe(this.#profile)}`;
      this.#findings.add({ line: 1, code: 'files.header', message });
      this.#findings.isWhole = false;
    } else if (this.#hasHeader && this.#findings.rows === 0 && this.#findings.faultCount === 0) {
      this.#findings.add({ line: 1, code: 'files.empty', message: 'the file has a header and no rows' });
    }
    if (this.#withReturn > 0 && this.#withoutReturn > 0) {
      const message = `${this.#withReturn} lines end with CR LF and ${this.#withoutReturn} with LF`;
      this.#findings.tell('line-ends', message);
    } else if (this.#withReturn + this.#withoutReturn > 0) {
      this.#findings.tell('line-ends', `lines end with ${this.#withReturn > 0 ? 'CR LF' : 'LF'}`);
    }
    if (this.#blank > 0) this.#findings.tell('blank-lines', `${this.#blank} blank lines were left out`);
  }
}

/**
 * The rows of a file in batches of some hundred, in order. What is wrong is added to `findings` and its rows left out;
 * reading goes on, so that one try shows all that is wrong, unless the header is wrong or a limit is passed.
 */
export async function* readRows<Kind extends string>(
  source: Source,
  profile: Profile<string, Kind>,
  findings: Findings,
): AsyncGenerator<Row<Kind>[]> {
  const reader = new RowReader(profile, findings);
  for await (const block of readBlocks(source, profile, findings)) {
    const rows = reader.read(block);
    if (rows.length > 0) yield rows;
    if (reader.hasEnded) break;
  }
  reader.finish();
}
