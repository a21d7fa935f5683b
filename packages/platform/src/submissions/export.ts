// Signed files as CSV files: what the lists show, whole.
import type { StoppedSubmission, SubmissionDocument } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { type CsvColumns, EXPORTED_ROWS, exportPages, fieldColumns } from '../foundation/csv-export.ts';
import { listSubmissions, type SubmissionConditions } from './read-store.ts';
import { listStopped } from './tries-store.ts';

const columns: CsvColumns<SubmissionDocument> = {
  ...fieldColumns('receivedAt', 'userId', 'kind', 'state', 'changedAt'),
  references: ({ references }) => references.join(' '),
  ...fieldColumns('code', 'detail', 'faultCount', 'size', 'sha256'),
};

export function exportSubmissions(pool: pg.Pool, userId: Eui, conditions: SubmissionConditions) {
  return exportPages(columns, (cursor) =>
    listSubmissions(pool, userId, { ...conditions, cursor, limit: EXPORTED_ROWS }),
  );
}

const stoppedColumns = fieldColumns<StoppedSubmission>(
  'stoppedAt',
  'userId',
  'kind',
  'reference',
  'receivedAt',
  'failure',
  'sha256',
);

export function exportStopped(pool: pg.Pool) {
  return exportPages(stoppedColumns, (cursor) => listStopped(pool, { cursor, limit: EXPORTED_ROWS }));
}
