// Outages, what Users reported, how the ways are used and who is ready for them, as CSV files: what the lists show, whole.
import { type OutageDocument, type OutageReport, type Readiness, type WaysVersion, wayNames } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { type CsvColumns, EXPORTED_ROWS, exportPages, fieldColumns } from '../foundation/csv-export.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { listOutages } from './outages-store.ts';
import { listReadiness } from './readiness-store.ts';
import { listReports } from './reports-store.ts';
import { listVersions } from './versions-store.ts';

const outageColumns = fieldColumns<OutageDocument>(
  'way',
  'from',
  'reason',
  'expectedEnd',
  'declaredAt',
  'declaredBy',
  'endedAt',
  'endedBy',
  'endedWhy',
);

export function exportOutages(pool: pg.Pool, viewer: Viewer) {
  return exportPages(outageColumns, (cursor) => listOutages(pool, viewer, { cursor, limit: EXPORTED_ROWS }));
}

const versionColumns: CsvColumns<WaysVersion> = {
  ...fieldColumns<WaysVersion>('version', 'effectiveFrom'),
  ...Object.fromEntries(wayNames.map((way) => [way, ({ ways }: WaysVersion) => ways[way].use])),
  ...fieldColumns<WaysVersion>('reason', 'setAt', 'setBy', 'withdrawnAt', 'withdrawnBy'),
};

export function exportVersions(pool: pg.Pool, viewer: Viewer) {
  return exportPages(versionColumns, (cursor) => listVersions(pool, viewer, { cursor, limit: EXPORTED_ROWS }));
}

const reportColumns = fieldColumns<OutageReport>(
  'reportedAt',
  'userId',
  'way',
  'words',
  'reportedBy',
  'state',
  'answeredAt',
  'answer',
);

export function exportReports(pool: pg.Pool, users: readonly Eui[] | 'all', state: OutageReport['state'] | undefined) {
  return exportPages(reportColumns, (cursor) => listReports(pool, users, { state, cursor, limit: EXPORTED_ROWS }));
}

const readinessColumns: CsvColumns<Readiness> = {
  ...fieldColumns<Readiness>('userId', 'party'),
  ...Object.fromEntries(
    wayNames.map((way) => [
      way,
      ({ ways }: Readiness) => {
        const access = ways.find((one) => one.way === way);
        return access?.isReady === true ? 'ready' : access?.lacks.join('; ');
      },
    ]),
  ),
};

export function exportReadiness(pool: pg.Pool, asked: Omit<Parameters<typeof listReadiness>[1], 'cursor' | 'limit'>) {
  return exportPages(readinessColumns, (cursor) => listReadiness(pool, { ...asked, cursor, limit: EXPORTED_ROWS }));
}
