// Targets of incidents as the Operator sets them: everybody sees all of them.
import type { IncidentTargets } from '@penstock/api';
import type { Asked } from '../changes/index.ts';
import { type Author, recordChanges } from '../foundation/activity.ts';
import { authorOf, shownAuthor } from '../foundation/author.ts';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { differenceOfTargets, type TargetsVersion, targetsAt } from './incident.ts';
import type { IncidentParts } from './incidents-store.ts';

interface TargetsRow {
  readonly version: number;
  readonly effective_from: Date;
  readonly set_at: Date;
  readonly set_by: string;
  readonly reason: string;
  readonly targets: IncidentTargets;
}

/** Versions that are kept: those in force and to come, and what was. */
const MOST_VERSIONS = 1_000;

async function readRows(asked: Asked): Promise<TargetsRow[]> {
  const { rows } = await asked.query<TargetsRow>('select * from incident_targets order by effective_from, version');
  return rows;
}
const toVersion = ({ version, effective_from, targets }: TargetsRow): TargetsVersion => ({
  version,
  effectiveFrom: effective_from.getTime(),
  targets,
});

/** All versions, in the order in which they count. */
export const readTargets = async (asked: Asked): Promise<TargetsVersion[]> => (await readRows(asked)).map(toVersion);

export async function listTargets({ pool, now }: IncidentParts, viewer: Viewer) {
  const rows = await readRows(pool);
  const { version } = targetsAt(rows.map(toVersion), now().getTime());
  const items = rows.map((row) => ({
    version: row.version,
    effectiveFrom: row.effective_from.toISOString(),
    setAt: row.set_at.toISOString(),
    setBy: shownAuthor(viewer, row.set_by),
    reason: row.reason,
    targets: row.targets,
  }));
  return { inForce: version, items: items.toReversed() };
}

/** @throws PenstockError 'request.invalid' for the past, 'incidents.too-many' */
export async function setTargets(
  parts: IncidentParts,
  viewer: Viewer,
  { effectiveFrom, reason, targets }: { effectiveFrom?: string | undefined; reason: string; targets: IncidentTargets },
  author: Author,
) {
  const now = parts.now();
  const from = effectiveFrom === undefined ? now : new Date(effectiveFrom);
  if (from < now) throw new PenstockError('request.invalid', { detail: 'it lies in the past', where: 'effectiveFrom' });
  await inTransaction(parts.pool, async (client) => {
    await client.query(`select pg_advisory_xact_lock(hashtextextended('penstock incident targets', 0))`);
    const versions = await readTargets(client);
    const version = Math.max(...versions.map((each) => each.version)) + 1;
    if (version > MOST_VERSIONS) {
      throw new PenstockError('incidents.too-many', { detail: `${MOST_VERSIONS} versions of targets` });
    }
    const before = targetsAt(versions, from.getTime());
    await client.query('insert into incident_targets values ($1, $2, $3, $4, $5, $6)', [
      version,
      from,
      now,
      authorOf(viewer),
      reason,
      JSON.stringify(targets),
    ]);
    const changed = differenceOfTargets(before.targets, targets) || 'as before';
    const detail = `version ${version} from ${from.toISOString()}: ${changed}. ${reason}`;
    await recordChanges(client, author, [{ what: 'incident-targets-set', acting: 'operator', detail }]);
  });
  return listTargets(parts, viewer);
}
