/**
 * What the intake's thread and the schema's thread say to each other, and the Operator's schema files as they are read.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PenstockError } from '../foundation/errors.ts';

export interface SchemaFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What the thread is asked: messages end to end, and the length of each. */
export interface SchemaBatch {
  readonly bytes: Uint8Array;
  readonly lengths: readonly number[];
}

/** What the thread says: once that it is ready or why it never will be, then the verdicts of each batch in turn. */
export type SchemaAnswer =
  | { readonly type: 'ready' }
  | { readonly type: 'refused'; readonly detail: string }
  | { readonly type: 'verdicts'; readonly verdicts: readonly (string | undefined)[] };

export const SCHEMA_SETTING = 'duis.schema_folder';

/** What is wrong with the schema, as a failure of its setting. */
export function schemaFault(problem: string, cause?: unknown): PenstockError {
  return new PenstockError('config.invalid', { detail: `${SCHEMA_SETTING}: ${problem}`, where: SCHEMA_SETTING, cause });
}

/** The files of the folder whose names end in .xsd. Throws config.invalid when there are none or they cannot be read. */
export async function readSchemaFiles(folder: string): Promise<SchemaFile[]> {
  try {
    const names = (await readdir(folder)).filter((name) => /\.xsd$/i.test(name)).sort();
    if (names.length > 0) {
      return await Promise.all(names.map(async (name) => ({ name, bytes: await readFile(join(folder, name)) })));
    }
  } catch (error) {
    throw schemaFault(`the schema files in ${folder} cannot be read`, error);
  }
  throw schemaFault(`there is no schema file (.xsd) in ${folder}`);
}
