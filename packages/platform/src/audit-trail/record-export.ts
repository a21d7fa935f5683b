import type { MessageDocument, MessageExportQuery } from '@penstock/api';
import { EXPORTED_ROWS, exportPages, fieldColumns } from '../foundation/csv-export.ts';
import type { Viewer } from '../foundation/viewer.ts';
import type { RecordStore } from './record-store.ts';

const columns = fieldColumns<MessageDocument>(
  'recordedAt',
  'position',
  'userId',
  'direction',
  'kind',
  'serviceReferenceVariant',
  'serviceReference',
  'commandVariant',
  'target',
  'requestId',
  'precedingRequestId',
  'responseId',
  'respondedAt',
  'verdict',
  'code',
  'reason',
  'size',
  'sha256',
  'schemaVersion',
);

/** A User's record as the lines of a CSV file, newest first. @throws PenstockError of `list` */
export function exportRecord(record: RecordStore, viewer: Viewer, query: MessageExportQuery) {
  return exportPages(columns, (cursor) => record.list(viewer, { ...query, limit: EXPORTED_ROWS, cursor }));
}
