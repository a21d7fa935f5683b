// The SQL of what the platform put into the folders `receipts` and `reports` of Users.
import type { Eui } from '@penstock/duis';
import type pg from 'pg';

export interface DocumentKey {
  readonly userId: Eui;
  readonly kind: 'receipts' | 'reports';
  readonly name: string;
}

export interface PutDocument extends DocumentKey {
  /** What it was made from; undefined: it was not put yet. */
  readonly stamp: string | undefined;
  readonly item: string | undefined;
  readonly putAt: Date | undefined;
  /** An upload that was begun. */
  readonly upload: { readonly address: string; readonly sha256: Buffer } | undefined;
}

interface Row {
  kind: DocumentKey['kind'];
  name: string;
  stamp: string | null;
  item: string | null;
  put_at: Date | null;
  upload_address: string | null;
  upload_sha256: Buffer | null;
}

export async function listDocuments(pool: pg.Pool, userId: Eui): Promise<PutDocument[]> {
  const { rows } = await pool.query<Row>(
    `select kind, name, stamp, item, put_at, upload_address, upload_sha256
     from sharepoint_document where user_id = $1 order by kind, name`,
    [userId],
  );
  return rows.map((row) => ({
    userId,
    kind: row.kind,
    name: row.name,
    stamp: row.stamp ?? undefined,
    item: row.item ?? undefined,
    putAt: row.put_at ?? undefined,
    upload:
      row.upload_address === null || row.upload_sha256 === null
        ? undefined
        : { address: row.upload_address, sha256: row.upload_sha256 },
  }));
}

/** Before anything is put: what lies in the library is known here, whatever is killed. */
export async function beginDocument(pool: pg.Pool, { userId, kind, name }: DocumentKey): Promise<void> {
  await pool.query('insert into sharepoint_document (user_id, kind, name) values ($1, $2, $3) on conflict do nothing', [
    userId,
    kind,
    name,
  ]);
}

export async function storeUpload(
  pool: pg.Pool,
  { userId, kind, name }: DocumentKey,
  upload: { readonly address: string; readonly sha256: Buffer } | undefined,
): Promise<void> {
  await pool.query(
    `update sharepoint_document set upload_address = $4, upload_sha256 = $5
     where user_id = $1 and kind = $2 and name = $3`,
    [userId, kind, name, upload?.address, upload?.sha256],
  );
}

export async function endDocument(
  pool: pg.Pool,
  { userId, kind, name }: DocumentKey,
  { stamp, item, at }: { stamp: string; item: string; at: Date },
): Promise<void> {
  await pool.query(
    `update sharepoint_document
     set stamp = $4, item = $5, put_at = $6, upload_address = null, upload_sha256 = null
     where user_id = $1 and kind = $2 and name = $3`,
    [userId, kind, name, stamp, item, at],
  );
}

export async function forgetDocument(pool: pg.Pool, { userId, kind, name }: DocumentKey): Promise<void> {
  await pool.query('delete from sharepoint_document where user_id = $1 and kind = $2 and name = $3', [
    userId,
    kind,
    name,
  ]);
}
