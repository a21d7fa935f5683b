import type { TitleDocument, TitleExportQuery } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type { Day } from '../foundation/clock.ts';
import { type CsvColumns, csvHead, csvRows, EXPORTED_ROWS, exportPages } from '../foundation/csv-export.ts';
import type { Viewer } from '../foundation/viewer.ts';
import type { LineFormat } from './record-lines.ts';
import { saidOf } from './said.ts';
import type { TitleStore, TitleView } from './title-store.ts';

const columns: CsvColumns<TitleDocument> = {
  time: (title) => title.time,
  sentAt: (title) => title.sentAt,
  direction: (title) => title.direction,
  kind: (title) => title.kind,
  serviceReferenceVariant: (title) => title.serviceReferenceVariant,
  name: (title) => title.name,
  device: (title) => title.device,
  concerns: (title) => title.concerns,
  code: (title) => title.code,
  meaning: (title) => title.meaning,
  senderRole: (title) => title.sender.role,
  senderParty: (title) => title.sender.party,
  senderIsYou: (title) => (title.sender.isYou ? 'yes' : 'no'),
  shownBecause: (title) => `${title.why.basis} ${title.why.role}`,
};

/** What a file of titles begins with. */
export const titleHeadOf: Readonly<Record<LineFormat, string>> = { csv: csvHead(columns), jsonl: '' };

/** As lines of a file that is kept: without what is another text each time, and serves a list only. */
const linesOf: Readonly<Record<LineFormat, (titles: readonly TitleDocument[]) => string>> = {
  csv: (titles) => csvRows(columns, titles),
  jsonl: (titles) => titles.map((title) => `${JSON.stringify({ ...title, reference: undefined })}\n`).join(''),
};

/** Writes down that somebody asks for all of them as a file. @throws those of `open` */
export function openTitleExport(
  titles: TitleStore,
  viewer: Viewer,
  device: Eui,
  query: TitleExportQuery,
): Promise<TitleView> {
  const what = `export ${saidOf(query)}`.trimEnd();
  return titles.open(viewer, { device, userId: query.userId, what });
}

/**
 * The titles of a device as the lines of a CSV file, newest first: one look, written down once. What may be seen is asked
 * anew for each page: a reader may take its time. @throws those of `open`
 */
export async function exportTitles(titles: TitleStore, viewer: Viewer, device: Eui, query: TitleExportQuery) {
  let view = await openTitleExport(titles, viewer, device, query);
  return exportPages(columns, async (cursor) => {
    const page = await titles.page(view, { ...query, limit: EXPORTED_ROWS, cursor });
    // after the page: what was lost before it was read would look like the end
    view = await titles.again(view);
    return page;
  });
}

/** A page of them as lines of a file. */
export async function readTitleLines(
  titles: TitleStore,
  view: TitleView,
  { format, conditions, cursor }: { format: LineFormat; conditions: TitleExportQuery; cursor: string | undefined },
): Promise<{ lines: string; rows: number; oldest: Day | undefined; cursor: string | undefined }> {
  const page = await titles.page(view, { ...conditions, limit: EXPORTED_ROWS, cursor });
  const oldest = page.items.at(-1)?.time.slice(0, 10);
  return { lines: linesOf[format](page.items), rows: page.items.length, oldest, cursor: page.cursor };
}
