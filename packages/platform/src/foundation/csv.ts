// Reads the CSV files of imports: strict UTF-8, RFC 4180, streaming in batches. Every fault is noted with its
// line, and reading goes on where it can, so that one try shows all that is wrong.
import { isUtf8 } from 'node:buffer';
import { finished } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import type { Faults } from './faults.ts';

/** One line of a file by its column names; `line` counts from 1, the header line included. */
export interface ImportRow<Column extends string> {
  readonly line: number;
  readonly fields: Readonly<Record<Column, string>>;
}

/** Rows a batch: what the database takes in one statement without waiting long for either side. */
const BATCH_ROWS = 5_000;
/** A PEM certificate is some 1.5 kB; nothing that belongs into a row comes near. */
const LONGEST_ROW = 100_000;
const LINE_FEED = 0x0a;

class Undecodable extends Error {}

/** Whole lines as text; stops with an `import.encoding` fault at the first line that is not UTF-8. */
async function* decodeLines(source: AsyncIterable<Uint8Array>, faults: Faults): AsyncGenerator<string> {
  let line = 1;
  let isStart = true;
  let rest = Buffer.alloc(0);
  const decode = (bytes: Buffer): string => {
    if (!isUtf8(bytes)) {
      const broken = bytes
        .toString('latin1')
        .split('\n')
        .findIndex((text) => !isUtf8(Buffer.from(text, 'latin1')));
      faults.add({ line: line + broken, code: 'import.encoding', message: 'this line is not UTF-8' });
      throw new Undecodable();
    }
    for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) line += 1;
    const text = bytes.toString('utf8');
    const decoded = isStart && text.startsWith('\ufeff') ? text.slice(1) : text;
    isStart = false;
    return decoded;
  };
  for await (const chunk of source) {
    const bytes = Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) yield decode(bytes.subarray(0, end));
    rest = bytes.subarray(end);
    if (rest.length > LONGEST_ROW) {
      faults.add({ line, code: 'import.csv', message: `a line is longer than ${LONGEST_ROW} bytes` });
      throw new Undecodable();
    }
  }
  if (rest.length > 0) yield decode(rest);
}

/**
 * The rows of a CSV file in batches. Faults of its form are added to `faults` and their rows left out; reading
 * stops where nothing after could be understood (another encoding, a stray quote, another header line).
 */
export async function* readCsvRows<Column extends string>(
  source: AsyncIterable<Uint8Array>,
  columns: readonly Column[],
  faults: Faults,
): AsyncGenerator<ImportRow<Column>[]> {
  let rows: ImportRow<Column>[] = [];
  let lastLine = 0;
  let hasHeader = false;
  let isOther = false;
  const take = (record: string[], endLine: number) => {
    lastLine = endLine;
    const line = endLine - record.join('').split('\n').length + 1;
    if (!hasHeader) {
      hasHeader = true;
      isOther = record.join() !== columns.join();
      const message = `the first line must be ${columns.join(',')}`;
      if (isOther) faults.add({ line, code: 'import.header', message });
    } else if (record.length !== columns.length && !isOther) {
      const message = `${record.length} fields instead of ${columns.length}`;
      faults.add({ line, code: 'import.columns', message });
    } else {
      const fields = Object.fromEntries(columns.map((column, index) => [column, (record[index] ?? '').trim()]));
      rows.push({ line, fields: fields as Record<Column, string> });
    }
  };
  const parser = parse({
    max_record_size: LONGEST_ROW,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    skip_empty_lines: true,
    // Rows are taken here, not read from the stream: a stream that fails drops the good rows before the fault.
    on_record: (record: string[], { lines }) => {
      take(record, lines);
      return null;
    },
  });
  const ended = finished(parser.resume());
  // Awaited below; until then a failure must not count as unhandled.
  ended.catch(() => undefined);
  try {
    for await (const text of decodeLines(source, faults)) {
      await new Promise<void>((resolve, reject) => {
        parser.write(text, (error) => (error ? reject(error) : resolve()));
      });
      if (isOther) return;
      if (rows.length >= BATCH_ROWS) {
        yield rows;
        rows = [];
      }
    }
    parser.end();
    await ended;
    if (!hasHeader) faults.add({ line: 0, code: 'import.header', message: 'the file is empty' });
  } catch (error) {
    if (error instanceof CsvError) faults.add({ line: lastLine + 1, code: 'import.csv', message: error.message });
    else if (!(error instanceof Undecodable)) throw error;
  } finally {
    parser.destroy();
  }
  if (isOther) return;
  if (rows.length > 0) yield rows;
}
