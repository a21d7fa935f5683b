// Changes that could have to do with an incident, and incidents with a change, as somebody may see both; and what people judge.
import type { ChangeIncidents, ChangeView, IncidentChanges, IncidentVerdict, incidentVerdicts } from '@penstock/api';
import { requireEui } from '@penstock/duis';
import {
  type Asked,
  type KeptChange,
  limitsAt,
  readerOf,
  readLimits,
  readNear,
  readNearOne,
  recordUses,
  seesOf,
  toView,
  wordsOfInstant,
} from '../changes/index.ts';
import { authorOf } from '../foundation/author.ts';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { isOver, type Side } from './incident.ts';
import {
  type IncidentParts,
  type IncidentRow,
  lockIncident,
  readingIncidents,
  requireIncident,
  toKept,
  viewOfIncident,
} from './incidents-store.ts';
import {
  atRiskOf,
  documentOfOverlap,
  factsOfIncident,
  type IncidentFacts,
  LOOK_AHEAD,
  LOOK_BACK,
  likeliestFirst,
  type Overlap,
  overlapsWith,
  spanOf,
  toldOverlap,
} from './overlaps.ts';
import { authorFor, type KeptIncident, sideOf } from './sight.ts';

/** The likeliest of each; nobody looks through more. */
const MOST_SHOWN = 50;

/** The User IDs of the Parties whose incidents these are. */
async function partiesOf(
  asked: Asked,
  { operatorId }: Pick<IncidentParts, 'operatorId'>,
  incidents: readonly KeptIncident[],
): Promise<(incident: KeptIncident) => readonly string[]> {
  const { rows } = await asked.query<{ user_id: string; sibling: string }>(
    `select u.user_id, s.user_id as sibling from user_id u join user_id s using (party_id)
     where u.user_id = any ($1::macaddr8[]) order by s.user_id <> u.user_id, s.user_id`,
    [[...new Set(incidents.map(({ owner }) => owner.userId))]],
  );
  const all = rows.map((row) => [requireEui(row.user_id), requireEui(row.sibling)] as const);
  return ({ owner: { userId } }) =>
    userId === operatorId ? [] : all.filter(([of]) => of === userId).map(([, sibling]) => sibling);
}

async function servicesNow(asked: Asked, now: number) {
  return limitsAt(await readLimits(asked), now).limits.services;
}

interface VerdictRow {
  readonly incident: string;
  readonly change: string;
  readonly at: Date;
  readonly verdict: (typeof incidentVerdicts)[number];
  readonly author: string;
  readonly why: string;
}

/** Of these incidents and changes, both of which the reader sees; the newest first. */
async function verdictsOf(
  asked: Asked,
  { incidents, changes }: { readonly incidents: readonly string[]; readonly changes: readonly string[] },
): Promise<VerdictRow[]> {
  const { rows } = await asked.query<VerdictRow>(
    `select incident, change, at, verdict, author, why from incident_verdict
     where incident = any ($1::text[]) and change = any ($2::uuid[]) order by at desc`,
    [incidents, changes],
  );
  return rows;
}

const verdictDocument = (row: VerdictRow, viewer: Viewer, kept: KeptIncident): IncidentVerdict => ({
  verdict: row.verdict,
  at: row.at.toISOString(),
  by: authorFor(row.author, viewer, kept),
  why: row.why,
});

interface Found {
  readonly facts: IncidentFacts;
  readonly overlaps: readonly (Overlap & { readonly view: ChangeView })[];
  readonly near: readonly KeptChange[];
  readonly services: Awaited<ReturnType<typeof servicesNow>>;
}

/** What of these changes overlaps, as the viewer is told of it. */
function seen(viewer: Viewer, side: Side, overlaps: readonly Overlap[]): (Overlap & { readonly view: ChangeView })[] {
  const reader = readerOf(viewer);
  return overlaps.flatMap((overlap) => {
    const told = toldOverlap(overlap, { sees: seesOf(overlap.change, reader), side });
    const view = told && toView(overlap.change, viewer);
    return told === undefined || view === undefined ? [] : [{ ...told, view }];
  });
}

async function find(
  parts: IncidentParts,
  viewer: Viewer,
  { kept, side }: { readonly kept: KeptIncident; readonly side: Side },
): Promise<Found> {
  const now = parts.now().getTime();
  const { pool } = parts;
  const party = (await partiesOf(pool, parts, [kept]))(kept);
  const facts = factsOfIncident(kept, party, now);
  const { from, to } = spanOf(facts);
  const near = await readNear(pool, { from, to: isOver(kept.state) ? to : Math.max(to, now + LOOK_AHEAD) });
  const services = await servicesNow(pool, now);
  const told = seen(viewer, side, overlapsWith(facts, near, { services, now }));
  return { facts, near, services, overlaps: likeliestFirst(told, facts) };
}

/** Changes that overlap an incident and those at risk by it. @throws PenstockError 'request.not-found' */
export async function changesOfIncident(
  parts: IncidentParts,
  viewer: Viewer,
  incident: string,
): Promise<IncidentChanges> {
  const its = await requireIncident(parts, viewer, incident);
  const { kept, side } = its;
  const found = await find(parts, viewer, its);
  const { facts, overlaps, near, services } = found;
  const now = parts.now().getTime();
  const reader = readerOf(viewer);
  const atRisk = (isOver(kept.state) ? [] : atRiskOf(facts, near, { services, now })).flatMap((risk) => {
    const sees = seesOf(risk.change, reader);
    const view = sees === 'nothing' ? undefined : toView(risk.change, viewer);
    if (view === undefined) return [];
    const may = sees === 'own' ? 'postpone' : side === 'operator' && sees === 'whole' ? 'ask' : undefined;
    const named = risk.reasons.map(({ value, dependsOn }) =>
      dependsOn === undefined ? value : `${value} and ${dependsOn}`,
    );
    const words = `It is planned on ${named.join(', ')}, from ${wordsOfInstant(risk.begins)} in London.`;
    return [{ change: view, words, ...(may === undefined ? {} : { may: may as 'postpone' | 'ask' }) }];
  });
  const shown = overlaps.slice(0, MOST_SHOWN);
  const risky = atRisk.slice(0, MOST_SHOWN);
  const ids = shown.map(({ view }) => view.change);
  const used = [...new Set([...ids, ...risky.map(({ change }) => change.change)])];
  await recordUses(parts, viewer, { changes: used, purpose: 'incident' });
  const verdicts = await verdictsOf(parts.pool, { incidents: [incident], changes: ids });
  return {
    overlaps: shown.map((overlap) => ({
      ...documentOfOverlap(overlap, facts),
      change: overlap.view,
      verdicts: verdicts
        .filter(({ change }) => change === overlap.view.change)
        .map((row) => verdictDocument(row, viewer, kept)),
    })),
    isCut: overlaps.length > MOST_SHOWN || atRisk.length > MOST_SHOWN,
    atRisk: risky,
  };
}

/** Incidents that overlap a change, of those that the viewer sees. @throws PenstockError 'request.not-found' */
export async function incidentsOfChange(
  parts: IncidentParts,
  viewer: Viewer,
  changeId: string,
): Promise<ChangeIncidents> {
  const change = await readNearOne(parts.pool, changeId);
  const sees = change === undefined ? 'nothing' : seesOf(change, readerOf(viewer));
  if (change === undefined || sees === 'nothing') {
    throw new PenstockError('request.not-found', { detail: 'there is no such change' });
  }
  const now = parts.now().getTime();
  const [first, last] = [change.spans[0]?.from, change.spans.at(-1)?.to];
  if (first === undefined || last === undefined) return { items: [] };
  const until = new Date(change.state === 'in_progress' ? Math.max(last, now) : last);
  const rows = await readingIncidents(parts, viewer, async (client, { columns, seen: mayBeSeen, userIds }) => {
    const found = await client.query<IncidentRow>(
      `select ${columns} from incident i
       where ${mayBeSeen} and i.began_at - make_interval(secs => $4) < $3 and coalesce(i.resolved_at, $5) > $2
       order by i.began_at desc limit 500`,
      [userIds, new Date(first), until, LOOK_BACK / 1_000, new Date(now)],
    );
    return found.rows;
  });
  const incidents = await toKept(parts.pool, rows);
  const partyOf = await partiesOf(parts.pool, parts, incidents);
  const services = await servicesNow(parts.pool, now);
  const found = incidents.flatMap((kept) => {
    const side = sideOf(kept, viewer);
    const view = viewOfIncident(parts, viewer, kept);
    if (side === undefined || view === undefined) return [];
    const facts = factsOfIncident(kept, partyOf(kept), now);
    return seen(viewer, side, overlapsWith(facts, [change], { services, now })).map((overlap) => ({
      kept,
      incident: view,
      ...documentOfOverlap(overlap, facts),
    }));
  });
  const shown = found.slice(0, MOST_SHOWN);
  if (shown.length > 0) await recordUses(parts, viewer, { changes: [changeId], purpose: 'incident' });
  const numbers = shown.map(({ incident }) => incident.incident);
  const verdicts = await verdictsOf(parts.pool, { incidents: numbers, changes: [changeId] });
  return {
    items: shown.map(({ kept, ...rest }) => ({
      ...rest,
      verdicts: verdicts
        .filter(({ incident }) => incident === kept.incident)
        .map((row) => verdictDocument(row, viewer, kept)),
    })),
  };
}

/**
 * Keeps whether a change has to do with an incident, as its owner or the Operator judges it.
 * @throws PenstockError 'request.not-found', also for a change that does not overlap it as far as who asks sees; 'access.denied'
 */
export async function judge(
  parts: IncidentParts,
  viewer: Viewer,
  said: {
    readonly incident: string;
    readonly change: string;
    readonly verdict: (typeof incidentVerdicts)[number];
    readonly why: string;
  },
): Promise<IncidentChanges> {
  const its = await requireIncident(parts, viewer, said.incident);
  if (its.side === 'interested') {
    throw new PenstockError('access.denied', { detail: 'its owner or the Operator judges that' });
  }
  const { overlaps } = await find(parts, viewer, its);
  if (!overlaps.some(({ view }) => view.change === said.change)) {
    throw new PenstockError('request.not-found', { detail: 'there is no such change beside it' });
  }
  await inTransaction(parts.pool, async (client) => {
    const { kept } = await lockIncident(client, viewer, said.incident);
    await client.query(
      `insert into incident_verdict (user_id, incident, change, at, verdict, author, why)
       values ($1, $2, $3, clock_timestamp(), $4, $5, $6)`,
      [kept.owner.userId, kept.incident, said.change, said.verdict, authorOf(viewer), said.why],
    );
    await client.query('update incident set changed_at = clock_timestamp() where user_id = $1 and incident = $2', [
      kept.owner.userId,
      kept.incident,
    ]);
  });
  return changesOfIncident(parts, viewer, said.incident);
}
