/** Brings in one CSV file of any kind (docs/imports.md): whole, or not at all with every fault. */
import type { ImportKind, ImportResult } from '@penstock/api';
import type pg from 'pg';
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
export function importFile(pool: pg.Pool, kind: ImportKind, source: AsyncIterable<Uint8Array>): Promise<ImportResult> {
  switch (kind) {
    case 'parties':
      return run(pool, partiesImporter, source);
    case 'user-ids':
      return run(pool, userIdsImporter, source);
    case 'certificates':
      return run(pool, certificatesImporter, source);
    case 'officers':
      return run(pool, officersImporter, source);
    case 'devices':
      return run(pool, devicesImporter, source);
    case 'registrations':
      return run(pool, registrationsImporter, source);
  }
}

function run<Column extends string>(
  pool: pg.Pool,
  importer: Importer<Column>,
  source: AsyncIterable<Uint8Array>,
): Promise<ImportResult> {
  return runImport(pool, importer, (columns, faults) => readCsvRows(source, columns, faults));
}
