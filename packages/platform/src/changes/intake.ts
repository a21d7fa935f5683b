// Drafts from a CSV file: a line a change, all of them or none, with every fault of it at once.
import type { Readable } from 'node:stream';
import { type ChangeContent, changeContentSchema, changeIntakeColumns, MOST_INTAKE_ROWS } from '@penstock/api';
import type pg from 'pg';
import { type ImportRow, readCsvRows } from '../foundation/csv.ts';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import { Faults, ImportRefused } from '../foundation/faults.ts';
import type { Viewer } from '../foundation/viewer.ts';
import type { ChangeParts } from './parts.ts';
import { createDrafts, ownerOf } from './save-store.ts';
import { expandWindows } from './windows.ts';

type Column = (typeof changeIntakeColumns)[number];

const listed = (cell: string) =>
  cell
    .split('|')
    .map((name) => name.trim())
    .filter((name) => name !== '');
const given = (cell: string) => (cell === '' ? undefined : cell);

/** A row as a change would say it, not checked. */
function contentOf({ fields }: ImportRow<Column>): unknown {
  return {
    title: fields.title,
    description: given(fields.description),
    statement: { kind: fields.kind },
    sharing: given(fields.sharing),
    size: given(fields.size),
    affected: {
      services: listed(fields.services),
      srvs: listed(fields.srvs),
      interfaces: listed(fields.interfaces),
      deviceModels: listed(fields.device_models),
      regions: listed(fields.regions),
    },
    windows: fields.from === '' && fields.to === '' ? [] : [{ from: fields.from, to: fields.to }],
    backOut: given(fields.back_out),
  };
}

/** In which column a fault of a change lies: `affected.srvs.0` in srvs. */
function columnOf(path: readonly PropertyKey[]): string | undefined {
  const name = path.findLast((part) => typeof part === 'string') ?? '';
  const column = String(name).replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return changeIntakeColumns.find((each) => each === column);
}

/** Checks a row; undefined when something is wrong with it, which is noted. */
function readRow(row: ImportRow<Column>, faults: Faults): ChangeContent | undefined {
  const add = (column: string | undefined, message: string) =>
    faults.add({ line: row.line, column, code: 'import.value.invalid', message });
  const read = changeContentSchema.safeParse(contentOf(row));
  if (!read.success) {
    for (const { path, message } of read.error.issues) add(columnOf(path), message);
    return undefined;
  }
  try {
    expandWindows(read.data.windows);
  } catch (error) {
    if (!(error instanceof PenstockError)) throw error;
    add(columnOf((error.where ?? '').split('.')), error.detail ?? error.message);
    return undefined;
  }
  return read.data;
}

/** @throws ImportRefused with every fault of form; PenstockError of createDrafts */
export async function takeInDrafts(
  parts: ChangeParts,
  viewer: Viewer,
  { userId, source }: { readonly userId?: string | undefined; readonly source: Readable },
): Promise<string[]> {
  const owner = ownerOf(parts, viewer, userId);
  const faults = new Faults();
  const contents: ChangeContent[] = [];
  let count = 0;
  for await (const rows of readCsvRows(source, changeIntakeColumns, faults)) {
    count += rows.length;
    if (count > MOST_INTAKE_ROWS) {
      throw new PenstockError('request.too-large', { detail: `a file may have ${MOST_INTAKE_ROWS} changes` });
    }
    contents.push(...rows.flatMap((row) => readRow(row, faults) ?? []));
  }
  if (faults.total > 0) throw new ImportRefused('changes', faults);
  return inTransaction(parts.pool, async (client: pg.PoolClient) => {
    const made = await createDrafts(parts, viewer, { owner, contents, isTemplate: false, client });
    return made.map(({ change }) => change);
  });
}
