// Thresholds as CSV files: a line for each number, of the versions in force (or the last ones) with how far they are used, or
// of all versions of one.
import type { ThresholdDocument } from '@penstock/api';
import type pg from 'pg';
import { type CsvColumns, exportPages } from '../foundation/csv-export.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { listThresholds } from './list-store.ts';

/** Each is asked how far it is used now. */
const PAGE_THRESHOLDS = 500;

interface Line {
  readonly threshold: ThresholdDocument;
  readonly version: ThresholdDocument['versions'][number];
  readonly bound: ThresholdDocument['versions'][number]['bounds'][number];
}

const versionColumns: CsvColumns<Line> = {
  thresholdId: ({ threshold }) => threshold.thresholdId,
  userId: ({ threshold }) => threshold.userId,
  services: ({ threshold }) => threshold.services.join(' '),
  direction: ({ threshold }) => threshold.direction,
  period: ({ threshold }) => threshold.period,
  version: ({ version }) => version.version,
  setAt: ({ version }) => version.setAt,
  endedAt: ({ version }) => version.endedAt,
  submission: ({ version }) => version.submission,
  reference: ({ version }) => version.reference,
  kind: ({ bound }) => bound.kind,
  from: ({ bound }) => bound.from,
  to: ({ bound }) => bound.to,
  warning: ({ bound }) => bound.warning,
  quarantine: ({ bound }) => bound.quarantine,
};
const columns: CsvColumns<Line> = {
  ...versionColumns,
  usedSince: ({ threshold }) => threshold.usage?.windowFrom,
  used: ({ threshold }) => threshold.usage?.count,
};

function linesOf(threshold: ThresholdDocument, versions: ThresholdDocument['versions']): Line[] {
  return versions.flatMap((version) => version.bounds.map((bound) => ({ threshold, version, bound })));
}

export function exportThresholds(pool: pg.Pool, viewer: Viewer, asked: { userId: string | undefined; now: Date }) {
  return exportPages(columns, async (cursor) => {
    const { items, cursor: next } = await listThresholds(pool, viewer, { ...asked, cursor, limit: PAGE_THRESHOLDS });
    const lines = items.flatMap((threshold) => linesOf(threshold, threshold.versions.slice(0, 1)));
    return { items: lines, cursor: next };
  });
}

/**
 * The newest version first.
 * @throws PenstockError of listThresholds, 'request.not-found'
 */
export function exportVersions(
  pool: pg.Pool,
  viewer: Viewer,
  { thresholdId, ...asked }: { thresholdId: string; userId: string | undefined; now: Date },
) {
  return exportPages(versionColumns, async () => {
    // the page after the number before it begins with it, if it is there
    const before = String(BigInt(thresholdId) - 1n);
    const [threshold] = (await listThresholds(pool, viewer, { ...asked, cursor: before, limit: 1 })).items;
    if (threshold?.thresholdId !== thresholdId) throw new PenstockError('request.not-found');
    return { items: linesOf(threshold, threshold.versions) };
  });
}
