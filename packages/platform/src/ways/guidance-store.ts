// The guidance that is told now, and each that was told before: a version for each time that it had changed.
import { createHash } from 'node:crypto';
import type { Guidance, GuidanceSection, PlannedUses } from '@penstock/api';
import type pg from 'pg';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import { guidanceOf, type SetUps, withUserId } from './guidance.ts';
import { takeTurn } from './notices-store.ts';
import type { Way } from './standing.ts';

interface GuidanceRow {
  version: number;
  made_at: Date;
  sha256: Buffer;
  sections: GuidanceSection[];
}

const LATEST = 'select * from way_guidance order by version desc limit 1';

/** What the settings say, as the platform's process wrote it at its start. */
async function readSetUps(pool: pg.Pool): Promise<Partial<SetUps>> {
  const { rows } = await pool.query<{ way: Way; set_up: object }>(
    'select way, set_up from way where set_up is not null',
  );
  return Object.fromEntries(rows.map((row) => [row.way, row.set_up]));
}

/** Makes the guidance of now, and keeps it when it is another than the last one. */
async function keepGuidance(pool: pg.Pool, uses: PlannedUses, now: Date): Promise<GuidanceRow> {
  const sections = guidanceOf(uses, await readSetUps(pool));
  const sha256 = createHash('sha256').update(JSON.stringify(sections)).digest();
  const { rows } = await pool.query<GuidanceRow>(LATEST);
  if (rows[0]?.sha256.equals(sha256) === true) return rows[0];
  return inTransaction(pool, async (client) => {
    await takeTurn(client);
    const latest = await client.query<GuidanceRow>(LATEST);
    const [known] = latest.rows;
    if (known?.sha256.equals(sha256) === true) return known;
    const made = await client.query<GuidanceRow>(
      'insert into way_guidance (version, made_at, sha256, sections) values ($1, $2, $3, $4) returning *',
      [(known?.version ?? 0) + 1, now, sha256, JSON.stringify(sections)],
    );
    return made.rows[0] as GuidanceRow;
  });
}

/** The guidance of now, or an earlier one. @throws PenstockError 'request.not-found' */
export async function readGuidance(
  pool: pg.Pool,
  asked: { uses: PlannedUses; now: Date; version: number | undefined; userId: string | undefined },
): Promise<Guidance> {
  const current = await keepGuidance(pool, asked.uses, asked.now);
  let shown: GuidanceRow | undefined = current;
  if (asked.version !== undefined && asked.version !== current.version) {
    const found = await pool.query<GuidanceRow>('select * from way_guidance where version = $1', [asked.version]);
    [shown] = found.rows;
  }
  if (shown === undefined) {
    throw new PenstockError('request.not-found', { detail: 'there is no such version', where: 'version' });
  }
  const versions = await pool.query<Pick<GuidanceRow, 'version' | 'made_at'>>(
    'select version, made_at from way_guidance order by version desc limit 50',
  );
  return {
    version: shown.version,
    madeAt: shown.made_at.toISOString(),
    sections: withUserId(shown.sections, asked.userId),
    versions: versions.rows.map(({ version, made_at }) => ({ version, madeAt: made_at.toISOString() })),
  };
}
