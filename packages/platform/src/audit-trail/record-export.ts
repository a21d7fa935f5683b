import type { MessageDocument, MessageExportQuery } from '@penstock/api';
import { csvLine } from '../foundation/csv-lines.ts';
import type { Viewer } from '../foundation/viewer.ts';
import type { RecordPage, RecordStore } from './record-store.ts';

/** Rows a question: short ones, so that an export of months keeps no transaction open. */
const PAGE_ROWS = 2_000;

const columns: readonly (keyof MessageDocument)[] = [
  'recordedAt',
  'position',
  'userId',
  'direction',
  'kind',
  'serviceReferenceVariant',
  'commandVariant',
  'target',
  'requestId',
  'verdict',
  'code',
  'reason',
  'size',
  'sha256',
];

/**
 * A User's record as the lines of a CSV file, newest first, pages read as the reader takes them. The first page is
 * read before it resolves, so that a question that is refused is answered as a problem.
 * @throws PenstockError of `list`
 */
export async function exportRecord(
  record: RecordStore,
  viewer: Viewer,
  query: MessageExportQuery,
): Promise<AsyncGenerator<string>> {
  const read = (cursor: string | undefined) => record.list(viewer, { ...query, limit: PAGE_ROWS, cursor });
  return linesOf(await read(undefined), read);
}

async function* linesOf(first: RecordPage, read: (cursor: string) => Promise<RecordPage>): AsyncGenerator<string> {
  yield csvLine(columns);
  for (let page = first; ; page = await read(page.cursor)) {
    yield page.items.map((message) => csvLine(columns.map((column) => message[column]))).join('');
    if (page.cursor === undefined) return;
  }
}
