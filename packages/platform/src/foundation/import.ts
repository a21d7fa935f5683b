// One import, from whatever rows it is made: rows are read and staged in a temporary table, checked there
// against each other and against what is known, and applied in the same transaction, whole or not at all.
import type { ImportKind, ImportResult } from '@penstock/api';
import type pg from 'pg';
import type { Author } from './activity.ts';
import type { ImportRow } from './csv.ts';
import { inTransaction } from './database/database.ts';
import { Faults, ImportRefused } from './faults.ts';

/** How one kind of row is brought in. The methods are called in this order, in one transaction. */
export interface Importer<Column extends string> {
  readonly kind: ImportKind;
  readonly columns: readonly Column[];
  /** Makes the temporary tables (on commit drop). */
  open(client: pg.PoolClient): Promise<void>;
  /** Checks rows one by one and stages the good ones. */
  stage(client: pg.PoolClient, rows: readonly ImportRow<Column>[], faults: Faults): Promise<void>;
  /** Takes what locks are needed, and checks what was staged as a whole. */
  check(client: pg.PoolClient, faults: Faults): Promise<void>;
  /** Applies it, records what that changes and who did it, and returns how many rows differ from what was known. */
  apply(client: pg.PoolClient, author: Author, faults: Faults): Promise<number>;
  /** What is odd in what was applied, and no fault; the first hundred. */
  notes?(client: pg.PoolClient): Promise<NonNullable<ImportResult['notes']>>;
  /** Called after the commit, when something changed. */
  committed(pool: pg.Pool): Promise<void>;
}

/**
 * Runs an import. `read` gives the rows in batches and adds faults of form.
 * @throws ImportRefused ('import.refused') with every fault; nothing was applied then
 */
export async function runImport<Column extends string>(
  pool: pg.Pool,
  importer: Importer<Column>,
  author: Author,
  read: (columns: readonly Column[], faults: Faults) => AsyncIterable<readonly ImportRow<Column>[]>,
): Promise<ImportResult> {
  const faults = new Faults();
  let rows = 0;
  const { changed, notes } = await inTransaction(pool, async (client) => {
    // A file may come slowly, and hundreds of thousands of rows take longer than a look-up may.
    await client.query(
      "set local idle_in_transaction_session_timeout = '5min'; set local statement_timeout = '10min'; set local work_mem = '64MB'",
    );
    await importer.open(client);
    for await (const batch of read(importer.columns, faults)) {
      rows += batch.length;
      await importer.stage(client, batch, faults);
    }
    await importer.check(client, faults);
    const applied = faults.total === 0 ? await importer.apply(client, author, faults) : 0;
    if (faults.total > 0) throw new ImportRefused(importer.kind, faults);
    return { changed: applied, notes: (await importer.notes?.(client)) ?? [] };
  });
  if (changed > 0) await importer.committed(pool);
  return { kind: importer.kind, rows, changed, ...(notes.length === 0 ? {} : { notes }) };
}

/** One given row as the rows of an import, for the calls that change a single thing. */
export async function* oneRow<Column extends string>(
  columns: readonly Column[],
  fields: Readonly<Partial<Record<Column, string | undefined>>>,
): AsyncGenerator<ImportRow<Column>[]> {
  const values = Object.fromEntries(columns.map((column) => [column, fields[column] ?? '']));
  yield [{ line: 1, fields: values as Record<Column, string> }];
}
