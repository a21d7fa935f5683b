// Events, what one holds, and releases as CSV files: what the lists show, whole.
import type {
  HeldMessageDocument,
  heldMessageExportQuerySchema,
  QuarantineEventDocument,
  quarantineEventExportQuerySchema,
  ReleaseDocument,
} from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import type { z } from 'zod';
import { EXPORTED_ROWS, exportPages, fieldColumns } from '../foundation/csv-export.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { listEvents } from './events-store.ts';
import { listHeld } from './held-store.ts';
import { listReleases } from './releases-store.ts';

const eventColumns = fieldColumns<QuarantineEventDocument>(
  'event',
  'userId',
  'state',
  'detector',
  'direction',
  'words',
  'firstAt',
  'lastAt',
  'held',
  'undecided',
  'deleted',
  'owner',
  'cause',
  'changedAt',
);

export function exportEvents(pool: pg.Pool, viewer: Viewer, query: z.output<typeof quarantineEventExportQuerySchema>) {
  return exportPages(eventColumns, (cursor) => listEvents(pool, viewer, { ...query, cursor, limit: EXPORTED_ROWS }));
}

const heldColumns = {
  ...fieldColumns<HeldMessageDocument>(
    'heldAt',
    'position',
    'event',
    'direction',
    'kind',
    'serviceReferenceVariant',
    'target',
    'messageId',
    'size',
    'sha256',
  ),
  action: ({ decision }: HeldMessageDocument) => decision?.action,
  reason: ({ decision }: HeldMessageDocument) => decision?.reason,
  decidedAt: ({ decision }: HeldMessageDocument) => decision?.decidedAt,
  submission: ({ decision }: HeldMessageDocument) => decision?.submission,
  releasedAt: ({ decision }: HeldMessageDocument) => decision?.releasedAt,
  refusal: ({ refusal }: HeldMessageDocument) => refusal?.detail,
};

export function exportHeld(
  pool: pg.Pool,
  userId: Eui,
  event: string,
  query: z.output<typeof heldMessageExportQuerySchema>,
) {
  return exportPages(heldColumns, (cursor) =>
    listHeld(pool, userId, event, { ...query, cursor, limit: EXPORTED_ROWS }),
  );
}

const releaseColumns = fieldColumns<ReleaseDocument>(
  'startedAt',
  'userId',
  'submission',
  'state',
  'rate',
  'pausedBy',
  'decided',
  'sent',
  'deleted',
  'refused',
  'endedAt',
);

export function exportReleases(pool: pg.Pool, userId: Eui, event: string | undefined) {
  return exportPages(releaseColumns, (cursor) => listReleases(pool, userId, { event, cursor, limit: EXPORTED_ROWS }));
}
