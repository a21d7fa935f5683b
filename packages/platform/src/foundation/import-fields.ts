// What fields of an import may hold, said alike in every room.
import type pg from 'pg';
import type { Faults } from './faults.ts';

/** Notes that a field is empty or not what is `allowed`. */
export function addFieldFault(faults: Faults, line: number, column: string, value: string, allowed: string): void {
  const code = value === '' ? 'import.value.missing' : 'import.value.invalid';
  faults.add({ line, column, code, message: value === '' ? `${column} is empty` : `${column} must be ${allowed}` });
}

/** Adds what a query of columns line, column, code and message finds. */
export async function addFaultsOf(client: pg.PoolClient, faults: Faults, sql: string): Promise<void> {
  const { rows } = await client.query<Parameters<Faults['add']>[0]>(sql);
  for (const row of rows) faults.add(row);
}

// Milliseconds at most: what is derived from instants is computed in them.
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** An ISO 8601 instant with its offset; undefined when the text is none (the 30th of February is none). */
export function parseInstant(text: string): Date | undefined {
  if (!INSTANT.test(text)) return undefined;
  const instant = new Date(text);
  if (Number.isNaN(instant.getTime())) return undefined;
  // Date rolls 30 February over to March; the day of the month must be the one written.
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  return day.toISOString().slice(0, 10) === text.slice(0, 10) ? instant : undefined;
}
