import type { TitleDocument, TitleExportQuery } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import { type CsvColumns, exportPages } from '../foundation/csv-export.ts';
import type { Viewer } from '../foundation/viewer.ts';
import type { TitleStore } from './title-store.ts';

const PAGE_ROWS = 2_000;

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

/** The titles of a device as the lines of a CSV file, newest first: one look, written down once. @throws those of `open` */
export async function exportTitles(titles: TitleStore, viewer: Viewer, device: Eui, query: TitleExportQuery) {
  const { userId, ...conditions } = query;
  const said = Object.entries(conditions).filter(([, value]) => value !== undefined);
  const what = ['export', ...said.map(([name, value]) => `${name}=${value}`)].join(' ');
  const view = await titles.open(viewer, { device, userId, what });
  return exportPages(columns, (cursor) => titles.page(view, { ...query, limit: PAGE_ROWS, cursor }));
}
