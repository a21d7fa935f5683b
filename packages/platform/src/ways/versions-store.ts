// The versions of how ways are used: set, withdrawn before they come, and kept for good.
import { type PlannedUses, type postWaysVersionSchema, sharedOf, type WaysVersion } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import type { z } from 'zod';
import { type Author, recordChanges } from '../foundation/activity.ts';
import { authorOf, shownAuthor } from '../foundation/author.ts';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { type Change, instantWords, wordsOfChange } from './announcements.ts';
import { takeTurn, tellAll } from './notices-store.ts';
import type { Way } from './standing.ts';
import { preferredOf, usesFault, wordsOfShared, wordsOfUses } from './versions.ts';

interface VersionRow {
  version: number;
  effective_from: Date;
  set_at: Date;
  set_by: string;
  reason: string;
  withdrawn_at: Date | null;
  withdrawn_by: string | null;
  ways: PlannedUses;
}

const COLUMNS = `
  v.version, v.effective_from, v.set_at, v.set_by, v.reason, v.withdrawn_at, v.withdrawn_by,
  (select jsonb_object_agg(u.way, jsonb_build_object('use', u.use, 'dependsOn', u.depends_on))
   from way_use u where u.version = v.version) as ways`;

type Asked = pg.Pool | pg.PoolClient;

/** In force at an instant. */
async function versionAt(asked: Asked, instant: Date): Promise<VersionRow> {
  const { rows } = await asked.query<VersionRow>(
    `select ${COLUMNS} from way_version v where v.effective_from <= $1 and v.withdrawn_at is null
     order by v.effective_from desc, v.version desc limit 1`,
    [instant],
  );
  if (rows[0] === undefined) throw new Error(`no version of the ways is in force at ${instant.toISOString()}`);
  return rows[0];
}

function documentOf(row: VersionRow, viewer: Viewer): WaysVersion {
  return {
    version: row.version,
    effectiveFrom: row.effective_from.toISOString(),
    setAt: row.set_at.toISOString(),
    setBy: shownAuthor(viewer, row.set_by),
    reason: row.reason,
    ...(row.withdrawn_at === null ? {} : { withdrawnAt: row.withdrawn_at.toISOString() }),
    ...(row.withdrawn_by === null ? {} : { withdrawnBy: shownAuthor(viewer, row.withdrawn_by) }),
    ways: row.ways,
    shared: sharedOf(row.ways),
  };
}

/** What is in force, and what will be. */
export interface Versions {
  readonly inForce: WaysVersion;
  readonly planned: readonly WaysVersion[];
  /** Each that comes, and the one in force, with what was before it. */
  readonly changes: readonly Change[];
}

export async function readVersions(pool: pg.Pool, viewer: Viewer, now: Date): Promise<Versions> {
  const inForce = await versionAt(pool, now);
  const before = await versionAt(pool, new Date(inForce.effective_from.getTime() - 1)).catch(() => inForce);
  const { rows: planned } = await pool.query<VersionRow>(
    `select ${COLUMNS} from way_version v where v.effective_from > $1 and v.withdrawn_at is null
     order by v.effective_from, v.version`,
    [now],
  );
  const all = [before, inForce, ...planned];
  return {
    inForce: documentOf(inForce, viewer),
    planned: planned.map((row) => documentOf(row, viewer)),
    changes: all.slice(1).map((row, at) => ({
      from: row.effective_from,
      reason: row.reason,
      before: all[at]?.ways ?? row.ways,
      after: row.ways,
    })),
  };
}

/** A page, newest first. */
export async function listVersions(
  pool: pg.Pool,
  viewer: Viewer,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<{ items: WaysVersion[]; cursor: string | undefined }> {
  if (cursor !== undefined && !/^[1-9]\d{0,9}$/.test(cursor)) {
    throw new PenstockError('request.invalid', { detail: 'this is no cursor of this list', where: 'cursor' });
  }
  const { rows } = await pool.query<VersionRow>(
    `select ${COLUMNS} from way_version v where $1::bigint is null or v.version < $1::bigint
     order by v.version desc limit $2`,
    [cursor, limit + 1],
  );
  const items = rows.slice(0, limit).map((row) => documentOf(row, viewer));
  return { items, cursor: rows.length > limit ? String(items.at(-1)?.version) : undefined };
}

interface Setting {
  readonly viewer: Viewer;
  readonly author: Author;
  readonly now: Date;
  readonly operatorId: Eui;
}

/**
 * Sets how ways are used from an instant on, and tells all Users what changes for them.
 * @throws PenstockError 'request.invalid', 'ways.not-usable', 'ways.shared-dependency'
 */
export async function setVersion(
  pool: pg.Pool,
  wanted: z.infer<typeof postWaysVersionSchema>,
  { viewer, author, now, operatorId }: Setting,
): Promise<WaysVersion> {
  const from = wanted.effectiveFrom === undefined ? now : new Date(wanted.effectiveFrom);
  if (from < now) {
    throw new PenstockError('request.invalid', { detail: 'it lies in the past', where: 'effectiveFrom' });
  }
  const { ways, reason, acceptsShared } = wanted;
  const shared = sharedOf(ways);
  return inTransaction(pool, async (client) => {
    await takeTurn(client);
    const setUp = await client.query<{ way: Way }>('select way from way where set_up is not null');
    const fault = usesFault(
      ways,
      setUp.rows.map(({ way }) => way),
    );
    if (fault !== undefined) throw new PenstockError('ways.not-usable', { detail: fault, where: 'ways' });
    if (shared.length > 0 && acceptsShared !== true) {
      throw new PenstockError('ways.shared-dependency', { detail: wordsOfShared(shared).join(' '), where: 'ways' });
    }
    const before = await versionAt(client, from);
    const { rows } = await client.query<VersionRow>(
      `insert into way_version (version, effective_from, set_at, set_by, reason)
       select max(version) + 1, $1, $2, $3, $4 from way_version
       returning *`,
      [from, now, authorOf(viewer), reason],
    );
    const [row] = rows;
    if (row === undefined) throw new Error('the version was not written');
    await client.query(
      `insert into way_use (version, way, use, depends_on)
       select $1, e.way, e.value ->> 'use',
              array(select distinct jsonb_array_elements_text(e.value -> 'dependsOn') order by 1)
       from jsonb_each($2::jsonb) e(way, value)`,
      [row.version, JSON.stringify(ways)],
    );
    const words = wordsOfChange({ before: before.ways, after: ways, from, reason });
    if (words !== undefined) await tellAll(client, { way: preferredOf(ways), words, operatorId });
    const changed = wordsOfUses(before.ways, ways) ?? 'nothing that is told';
    const detail = `version ${row.version} from ${instantWords(from)}: ${changed}. ${reason}`;
    await recordChanges(client, author, [{ what: 'ways-set', acting: 'operator', detail }]);
    return documentOf({ ...row, ways }, viewer);
  });
}

/**
 * Withdraws a version that has not come into force. @throws PenstockError 'request.not-found', 'ways.in-force'
 */
export async function withdrawVersion(
  pool: pg.Pool,
  version: number,
  { viewer, author, now, operatorId }: Setting,
): Promise<WaysVersion> {
  return inTransaction(pool, async (client) => {
    await takeTurn(client);
    const found = await client.query<VersionRow>(`select ${COLUMNS} from way_version v where v.version = $1`, [
      version,
    ]);
    const [row] = found.rows;
    if (row === undefined) throw new PenstockError('request.not-found', { detail: `there is no version ${version}` });
    if (row.effective_from <= now) throw new PenstockError('ways.in-force', { detail: `version ${version} has come` });
    if (row.withdrawn_at !== null) return documentOf(row, viewer);
    await client.query('update way_version set withdrawn_at = $2, withdrawn_by = $3 where version = $1', [
      version,
      now,
      authorOf(viewer),
    ]);
    const instead = await versionAt(client, row.effective_from);
    const changed = wordsOfUses(instead.ways, row.ways);
    if (changed !== undefined) {
      const words = `What was to change on ${instantWords(row.effective_from)} is withdrawn: ${changed}.`;
      await tellAll(client, { way: preferredOf(instead.ways), words, operatorId });
    }
    const detail = `version ${version}, which was to come on ${instantWords(row.effective_from)}`;
    await recordChanges(client, author, [{ what: 'ways-withdrawn', acting: 'operator', detail }]);
    return documentOf({ ...row, withdrawn_at: now, withdrawn_by: authorOf(viewer) }, viewer);
  });
}
