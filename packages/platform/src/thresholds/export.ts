// Thresholds as a CSV file: a line for each number of the version in force (or of the last one), with how far it is used.
import type { ThresholdDocument } from '@penstock/api';
import type pg from 'pg';
import { type CsvColumns, exportPages } from '../foundation/csv-export.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { listThresholds } from './list-store.ts';

/** Each is asked how far it is used now. */
const PAGE_THRESHOLDS = 500;

interface Line {
  readonly threshold: ThresholdDocument;
  readonly version: ThresholdDocument['versions'][number];
  readonly bound: ThresholdDocument['versions'][number]['bounds'][number];
}

const columns: CsvColumns<Line> = {
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
  usedSince: ({ threshold }) => threshold.usage?.windowFrom,
  used: ({ threshold }) => threshold.usage?.count,
};

function linesOf(threshold: ThresholdDocument): Line[] {
  const [version] = threshold.versions;
  return version === undefined ? [] : version.bounds.map((bound) => ({ threshold, version, bound }));
}

export function exportThresholds(pool: pg.Pool, viewer: Viewer, asked: { userId: string | undefined; now: Date }) {
  return exportPages(columns, async (cursor) => {
    const { items, cursor: next } = await listThresholds(pool, viewer, { ...asked, cursor, limit: PAGE_THRESHOLDS });
    return { items: items.flatMap(linesOf), cursor: next };
  });
}
