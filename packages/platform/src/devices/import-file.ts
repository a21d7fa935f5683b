/** Brings in one CSV file of any kind (docs/imports.md): whole, or not at all with every fault. */
import type { ImportKind, ImportResult } from '@penstock/api';
import type pg from 'pg';
import type { Author } from '../foundation/activity.ts';
import { readCsvRows } from '../foundation/csv.ts';
import { type Importer, runImport } from '../foundation/import.ts';
import { officersImporter } from '../parties/officers-import.ts';
import { certificatesImporter, partiesImporter, userIdsImporter } from '../parties/parties-import.ts';
import { devicesImporter } from './devices-import.ts';
import { registrationsImporter } from './registrations-import.ts';

/**
 * Imports a file.
 * @throws ImportRefused ('import.refused') with every fault; nothing was applied then
 */
export function importFile(
  pool: pg.Pool,
  kind: ImportKind,
  source: AsyncIterable<Uint8Array>,
  author: Author,
): Promise<ImportResult> {
  switch (kind) {
    case 'parties':
      return run(pool, partiesImporter, source, author);
    case 'user-ids':
      return run(pool, userIdsImporter, source, author);
    case 'certificates':
      return run(pool, certificatesImporter, source, author);
    case 'officers':
      return run(pool, officersImporter, source, author);
    case 'devices':
      return run(pool, devicesImporter, source, author);
    case 'registrations':
      return run(pool, registrationsImporter, source, author);
  }
}

function run<Column extends string>(
  pool: pg.Pool,
  importer: Importer<Column>,
  source: AsyncIterable<Uint8Array>,
  author: Author,
): Promise<ImportResult> {
  return runImport(pool, importer, author, (columns, faults) => readCsvRows(source, columns, faults));
}
