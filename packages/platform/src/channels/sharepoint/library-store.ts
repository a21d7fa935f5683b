// The SQL of what the platform knows of the library: where changes are asked for, folders, and the files of `incoming`.
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { inTransaction } from '../../foundation/database/index.ts';

export const folderKinds = ['home', 'incoming', 'receipts', 'reports'] as const;
export type FolderKind = (typeof folderKinds)[number];
export type Folders = Readonly<Record<FolderKind, string>>;

const TURN = 'sharepoint';

/** Does work that one process at a time may do; false when another does it. It needs a second connection of the pool. */
export async function inTurn(pool: pg.Pool, work: () => Promise<void>): Promise<boolean> {
  const client = await pool.connect();
  let isKept = true;
  try {
    const { rows } = await client.query<{ ours: boolean }>(
      'select pg_try_advisory_lock(hashtextextended($1, 0)) as ours',
      [TURN],
    );
    if (rows[0]?.ours !== true) return false;
    isKept = false;
    await work();
    await client.query('select pg_advisory_unlock(hashtextextended($1, 0))', [TURN]);
    isKept = true;
    return true;
  } finally {
    // a connection that still has the lock is closed, and the lock goes with it
    client.release(!isKept);
  }
}

/** Forgets all of another library than this one. */
export async function openLibrary(pool: pg.Pool, drive: string): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query('select from sharepoint_library where drive = $1', [drive]);
    if (rows.length > 0) return;
    for (const table of ['sharepoint_library', 'sharepoint_folder', 'sharepoint_file', 'sharepoint_document']) {
      await client.query(`delete from ${table}`);
    }
    await client.query('insert into sharepoint_library (drive) values ($1)', [drive]);
  });
}

export async function readChangesLink(pool: pg.Pool): Promise<string | undefined> {
  const { rows } = await pool.query<{ changes_link: string | null }>('select changes_link from sharepoint_library');
  return rows[0]?.changes_link ?? undefined;
}

/** What changed, and where it is asked for next, are stored together: nothing is passed over whatever is killed. */
export async function storeChanges(
  pool: pg.Pool,
  { link, items, parents }: { link: string; items: readonly string[]; parents: readonly string[] },
): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query(
      `update sharepoint_folder set must_look = true
       where kind = 'incoming' and not must_look
         and (item = any ($1) or user_id in (select user_id from sharepoint_file where item = any ($2)))`,
      [[...items, ...parents], items],
    );
    await client.query('update sharepoint_library set changes_link = $1', [link]);
  });
}

/** From `link` on changes are told; what was before is looked for in every folder. */
export async function startChanges(pool: pg.Pool, link: string | undefined): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query(`update sharepoint_folder set must_look = true where kind = 'incoming'`);
    await client.query('update sharepoint_library set changes_link = $1', [link]);
  });
}

/** Users who may act: theirs are the folders. */
export async function listServed(pool: pg.Pool): Promise<Eui[]> {
  const { rows } = await pool.query<{ user_id: string }>(
    `select u.user_id from user_id u join party p on p.party_id = u.party_id
     where u.status = 'active' and p.status = 'active' order by u.user_id`,
  );
  return rows.map((row) => requireEui(row.user_id));
}

export interface KnownFolders {
  readonly items: Readonly<Partial<Record<FolderKind, string>>>;
  readonly mustLook: boolean;
}

export async function readFolders(pool: pg.Pool): Promise<Map<Eui, KnownFolders>> {
  const { rows } = await pool.query<{ user_id: string; kind: FolderKind; item: string; must_look: boolean }>(
    'select user_id, kind, item, must_look from sharepoint_folder',
  );
  const found = new Map<Eui, KnownFolders>();
  for (const { user_id, kind, item, must_look } of rows) {
    const userId = requireEui(user_id);
    const { items = {}, mustLook = false } = found.get(userId) ?? {};
    found.set(userId, { items: { ...items, [kind]: item }, mustLook: mustLook || (kind === 'incoming' && must_look) });
  }
  return found;
}

/** Writes a folder down as a User's; false when it is another's. */
export async function storeFolder(
  pool: pg.Pool,
  { userId, kind, item }: { userId: Eui; kind: FolderKind; item: string },
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `insert into sharepoint_folder (user_id, kind, item) values ($1, $2, $3) on conflict do nothing`,
    [userId, kind, item],
  );
  return rowCount === 1;
}

/** Of a folder that is no more, and of all in it. */
export async function forgetFolder(pool: pg.Pool, userId: Eui, kind: FolderKind): Promise<void> {
  await inTransaction(pool, async (client) => {
    const isAll = kind === 'home';
    await client.query('delete from sharepoint_folder where user_id = $1 and (kind = $2 or $3)', [userId, kind, isAll]);
    await client.query('delete from sharepoint_document where user_id = $1 and (kind = $2 or $3)', [
      userId,
      kind,
      isAll,
    ]);
    if (isAll || kind === 'incoming') await client.query('delete from sharepoint_file where user_id = $1', [userId]);
  });
}

/** All is done with in a folder, until it changes. */
export async function endLook(pool: pg.Pool, userId: Eui): Promise<void> {
  await pool.query(`update sharepoint_folder set must_look = false where user_id = $1 and kind = 'incoming'`, [userId]);
}

/** A way that was closed is open: what waited for that is looked at again. */
export async function forgetClosed(pool: pg.Pool): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ user_id: string }>(
      `update sharepoint_file set refusal_code = null, refusal_detail = null where refusal_code = 'ways.closed'
       returning user_id`,
    );
    await client.query(
      `update sharepoint_folder set must_look = true where kind = 'incoming' and user_id = any ($1::macaddr8[])`,
      [rows.map(({ user_id }) => user_id)],
    );
  });
}
