// What the platform sees opens incidents, and ends them, and what was not done in time is told. Any process may look at any time;
// one at a time does.
import type { AffectedParts } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { inTransaction } from '../foundation/database/index.ts';
import { causesOfStreams, causesOfWays, keyOfCause, type StandingCause } from './causes.ts';
import { escalated, movedTo } from './change-store.ts';
import { readNewEvents, readResolvedEvents, readWaiting, readWays } from './facts-store.ts';
import { isOver, targetsAt } from './incident.ts';
import { type IncidentParts, readRows } from './incidents-store.ts';
import { type KeptIncident, PLATFORM_AUTHOR } from './sight.ts';
import { readTargets } from './targets-store.ts';
import { addUpdate, insertIncident, saveIncident, tellReaders } from './write-store.ts';

const by = PLATFORM_AUTHOR;
const nothingElse = { srvs: [], interfaces: [], deviceModels: [], regions: [], userIds: [] };

/** Opens, goes on with and ends what the platform sees; another look that is under way does it for this one, too. */
export async function followCauses(parts: IncidentParts): Promise<void> {
  await inTransaction(parts.pool, async (client) => {
    const { rows } = await client.query<{ is_ours: boolean }>(
      `select pg_try_advisory_xact_lock(hashtextextended('penstock incidents', 0)) as is_ours`,
    );
    if (rows[0]?.is_ours !== true) return;
    await followEvents(parts, client);
    await followStanding(parts, client);
    await tellMissed(parts, client);
  });
}

/** A quarantine event has one incident for ever, closed when it is resolved; its User is told by the notice of what is held. */
async function followEvents(parts: IncidentParts, client: pg.PoolClient): Promise<void> {
  for (const { owner, event, words, srvs, firstAt } of await readNewEvents(client)) {
    await insertIncident(parts, client, {
      owner,
      readers: [],
      cause: keyOfCause({ kind: 'quarantine', event }),
      isStanding: true,
      title: `Messages were held: ${words}`,
      words: undefined,
      category: 4,
      affected: { services: [], ...nothingElse, srvs: [...srvs] },
      beganAt: firstAt,
      openedAt: firstAt,
      by,
      repeats: undefined,
    });
  }
  for (const { incident, at } of await readResolvedEvents(client)) {
    const [kept] = await readRows(client, 'i.incident = $1 for update', [incident]);
    if (kept === undefined) continue;
    const words = 'The quarantine event was resolved.';
    const over = { ...kept, isStanding: false, closing: kept.closing ?? words };
    const after = isOver(kept.state)
      ? await saveIncident(client, over)
      : await movedTo(client, over, { to: 'closed', now: at });
    await addUpdate(parts, client, after, { at: parts.now().getTime(), kind: 'moved', by, audience: 'readers', words });
  }
}

/** An earlier one of the same cause is so long ago no repetition of it. */
const REPEATS_DAYS = 30;

async function followStanding(parts: IncidentParts, client: pg.PoolClient): Promise<void> {
  const { operatorId } = parts;
  const instant = parts.now();
  const now = instant.getTime();
  const { targets } = targetsAt(await readTargets(client), now);
  const standing = [
    ...causesOfStreams(await readWaiting(client), { targets, now, operatorId }),
    ...causesOfWays(await readWays(client, instant), { targets, now, operatorId }),
  ];
  const there = await readRows(
    client,
    `i.event is null and i.cause is not null and i.state <> 'closed' for update`,
    [],
  );
  const nameOf = (owner: Eui, cause: string | undefined) => `${owner} ${cause}`;
  const byName = new Map(there.map((kept) => [nameOf(kept.owner.userId, kept.cause), kept]));
  for (const cause of standing) {
    const name = nameOf(cause.owner, keyOfCause(cause.cause));
    const kept = byName.get(name);
    byName.delete(name);
    if (kept === undefined) await open(parts, client, { cause, now });
    else if (!kept.isStanding) await goOn(parts, client, { kept, now });
  }
  for (const kept of byName.values()) if (kept.isStanding) await end(parts, client, { kept, now });
}

async function open(
  parts: IncidentParts,
  client: pg.PoolClient,
  { cause: its, now }: { readonly cause: StandingCause; readonly now: number },
): Promise<void> {
  const cause = keyOfCause(its.cause);
  const { rows } = await client.query<{ incident: string }>(
    `select incident from incident where user_id = $1 and cause = $2 and closed_at > $3::timestamptz - make_interval(days => $4)
     order by closed_at desc limit 1`,
    [its.owner, cause, new Date(now), REPEATS_DAYS],
  );
  const affected: AffectedParts = { services: [...its.services], ...nothingElse };
  const made = await insertIncident(parts, client, {
    owner: its.owner,
    readers: [],
    cause,
    isStanding: true,
    title: its.title,
    words: its.words,
    category: its.category,
    affected,
    beganAt: its.beganAt,
    openedAt: now,
    by,
    repeats: rows[0]?.incident,
  });
  if (made !== undefined) await tellReaders(parts, client, made, { by, words: its.words });
}

/** Somebody raised it before the platform saw it, or it is so again before anybody closed it. */
async function goOn(
  parts: IncidentParts,
  client: pg.PoolClient,
  { kept, now }: { readonly kept: KeptIncident; readonly now: number },
): Promise<void> {
  const stands = { ...kept, isStanding: true };
  if (!isOver(kept.state)) {
    await saveIncident(client, stands);
    return;
  }
  const words = 'It is so again.';
  const after = await movedTo(client, stands, { to: 'open', now });
  await addUpdate(parts, client, after, { at: now, kind: 'moved', by, audience: 'readers', words });
  await tellReaders(parts, client, after, { by, words });
}

async function end(
  parts: IncidentParts,
  client: pg.PoolClient,
  { kept, now }: { readonly kept: KeptIncident; readonly now: number },
): Promise<void> {
  const words = 'It is over: what opened it is not so any more.';
  const over = { ...kept, isStanding: false };
  const after = isOver(kept.state)
    ? await saveIncident(client, over)
    : await movedTo(client, over, { to: 'resolved', now });
  await addUpdate(parts, client, after, { at: now, kind: 'moved', by, audience: 'readers', words });
  await tellReaders(parts, client, after, { by, words });
}

/** A target that was missed is told once; that nobody took it up in time escalates it. */
async function tellMissed(parts: IncidentParts, client: pg.PoolClient): Promise<void> {
  const now = parts.now().getTime();
  for (const [target, words] of [
    ['response', 'Nobody took it up in time.'],
    ['resolution', 'It was not resolved in time.'],
  ] as const) {
    const [due, done] = target === 'response' ? ['respond_by', 'responded_at'] : ['resolve_by', 'resolved_at'];
    const condition = `i.state in ('open', 'in_progress') and i.${due} < $1 and i.${done} is null and i.${target}_missed_at is null`;
    for (const kept of await readRows(client, `${condition} for update`, [new Date(now)])) {
      await client.query(`update incident set ${target}_missed_at = $3 where user_id = $1 and incident = $2`, [
        kept.owner.userId,
        kept.incident,
        new Date(now),
      ]);
      const after = await addUpdate(parts, client, kept, { at: now, kind: 'missed', by, audience: 'readers', words });
      if (target === 'response') await escalated(parts, { client, kept: after, by, now, why: words });
      else await tellReaders(parts, client, after, { by, words });
    }
  }
}
