// A list of the API as a CSV file with all that meets its conditions, pages read as the reader takes them.
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { csvLine } from './csv-lines.ts';

/** Rows that a file asks for at a time: questions are short ones, and a long file keeps no transaction open. */
export const EXPORTED_ROWS = 2_000;

export interface ExportPage<Item> {
  readonly items: readonly Item[];
  readonly cursor?: string | undefined;
}

/** The columns of a file, in their order, each with what stands in it. */
export type CsvColumns<Row> = Readonly<Record<string, (row: Row) => string | number | undefined>>;

/** Columns that are fields of the document by their names. */
export function fieldColumns<Row>(...names: readonly (keyof Row & string)[]): CsvColumns<Row> {
  return Object.fromEntries(
    names.map((name) => [name, (row: Row) => row[name] as string | number | undefined] as const),
  );
}

/**
 * The lines of the file. The first page is read before it resolves, so that a question that is refused is answered as a
 * problem. `read` asks for EXPORTED_ROWS at a time.
 * @throws PenstockError of `read`
 */
export async function exportPages<Row>(
  columns: CsvColumns<Row>,
  read: (cursor: string | undefined) => Promise<ExportPage<Row>>,
): Promise<AsyncGenerator<string>> {
  return linesOf(columns, await read(undefined), read);
}

async function* linesOf<Row>(
  columns: CsvColumns<Row>,
  first: ExportPage<Row>,
  read: (cursor: string) => Promise<ExportPage<Row>>,
): AsyncGenerator<string> {
  yield csvHead(columns);
  for (let page = first; ; page = await read(page.cursor)) {
    yield csvRows(columns, page.items);
    if (page.cursor === undefined) return;
  }
}

/** What the file begins with. */
export const csvHead = <Row>(columns: CsvColumns<Row>): string => csvLine(Object.keys(columns));

export function csvRows<Row>(columns: CsvColumns<Row>, rows: readonly Row[]): string {
  const cells = Object.values(columns);
  return rows.map((row) => csvLine(cells.map((cell) => cell(row)))).join('');
}

/** Answers with the file. */
export function sendCsv(reply: FastifyReply, name: string, lines: AsyncGenerator<string>): FastifyReply {
  return reply
    .type('text/csv; charset=utf-8; header=present')
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(Readable.from(lines));
}
