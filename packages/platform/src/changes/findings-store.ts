// What speaks against a change, as it stands now: clashes and warnings, free times, and who is told of what came up.
import type { ChangeClash, ChangeFindings, ClashList } from '@penstock/api';
import type pg from 'pg';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { Calendar, type CalendarEvent } from './calendar.ts';
import { readCalendar, readLimits } from './calendar-store.ts';
import { type ChangeRow, COLUMNS, type Kept, requireOwn, toKept } from './changes-store.ts';
import { ClashIndex } from './clash-index.ts';
import type { ChangeFacts, Clash, ClashRules } from './clashes.ts';
import { type LimitsVersion, limitsAt, warningsOf } from './limits.ts';
import { DAY } from './london.ts';
import type { Asked, ChangeParts } from './parts.ts';
import { clashesFor, isComparedWith, occurrencesOf, readerOf, saysMore, seesOf, unnamedOf } from './sharing.ts';
import { findSlots, SLOT_DAYS } from './slots.ts';
import { isLive, isOperatorLed } from './states.ts';
import { recordUses } from './uses-store.ts';
import { mergeSpans, type Span } from './windows.ts';
import { recordEvent } from './write-store.ts';

export function factsOf({ change, owner, content, spans }: Kept): ChangeFacts {
  const { kind } = content.statement;
  return {
    change,
    owner: isOperatorLed(kind) ? undefined : owner.userId,
    keepsMaintenance: isOperatorLed(kind) && kind !== 'emergency',
    affected: content.affected,
    spans,
  };
}

/** Changes that are not over and no drafts, some time of which lies in one of these spans. */
async function readAround(asked: Asked, spans: readonly Span[]): Promise<Kept[]> {
  const { from, to } = hullOf(mergeSpans(spans));
  // one that comes again each week of a quarter lies around much that it has no time in common with
  const { rows } = await asked.query<ChangeRow>(
    `select ${COLUMNS} from change c
     where c.first_at < $2 and c.last_at > $1 and c.times && $3::tstzmultirange
       and c.state in ('assessed', 'consulted', 'shared', 'scheduled', 'in_progress')`,
    [new Date(from), new Date(to), timesOf(spans)],
  );
  return toKept(asked, rows);
}
const timesOf = (spans: readonly Span[]): string =>
  `{${spans.map(({ from, to }) => `[${new Date(from).toISOString()},${new Date(to).toISOString()})`).join()}}`;

interface Around {
  readonly others: readonly Kept[];
  readonly versions: readonly LimitsVersion[];
  readonly rules: ClashRules;
}

async function lookAround(asked: Asked, spans: readonly Span[], now: Date): Promise<Around> {
  const [others, versions, calendar] = [
    await readAround(asked, spans),
    await readLimits(asked),
    await readCalendar(asked, hullOf(mergeSpans(spans))),
  ];
  const { mostAtOnce, services } = limitsAt(versions, now.getTime()).limits;
  return { others, versions, rules: { calendar, mostAtOnce, services } };
}

const hullOf = (spans: readonly Span[]): Span => ({ from: spans[0]?.from ?? 0, to: spans.at(-1)?.to ?? 0 });
const spansOf = (changes: readonly Kept[]): Span[] => changes.flatMap(({ spans }) => spans);

/** All that speaks against a change, in the words of its owner's side or the Operator's; each other that was looked at is noted. */
export async function findingsOf(
  parts: ChangeParts,
  viewer: Viewer,
  mine: Kept,
  client: Asked = parts.pool,
): Promise<ChangeFindings> {
  const now = parts.now();
  const { others, versions, rules } = await lookAround(client, mine.spans, now);
  const reader = readerOf(viewer);
  const compared = others.filter((other) => isComparedWith(mine, other, reader));
  await recordUses(parts, viewer, { changes: compared.map(({ change }) => change), purpose: 'clashes', client });
  const clashes = new ClashIndex(rules, compared.map(factsOf)).of(factsOf(mine));
  const kept = new Map(compared.map((other) => [other.change, other]));
  const { kind } = mine.content.statement;
  // of what is Planned Maintenance only: no other kind is measured by others
  const planned = kind === 'planned_maintenance' ? await plannedAround(client, mine) : [];
  const toldAt = mine.toldAt === undefined ? now.getTime() : Date.parse(mine.toldAt);
  return {
    clashes: clashesFor(mine, clashes, { kept, reader }),
    warnings: warningsOf(versions, { kind, spans: mine.spans, toldAt, others: planned }),
  };
}

/** Other Planned Maintenance of the months of a change, done or to come. */
async function plannedAround(client: Asked, { change, spans }: Kept): Promise<Span[]> {
  const { from, to } = hullOf(spans);
  const { rows } = await client.query<Pick<ChangeRow, 'spans'>>(
    `select c.spans from change c
     where c.kind = 'planned_maintenance' and c.change <> $3 and c.first_at < $2 and c.last_at > $1
       and c.state in ('scheduled', 'in_progress', 'done', 'backed_out')`,
    [new Date(from - 31 * DAY), new Date(to + 31 * DAY), change],
  );
  return rows.flatMap((row) => row.spans.map(([begins, ends]) => ({ from: begins, to: ends })));
}

/** Changes that one answer lists with their clashes. */
const MOST_LISTED = 200;
/** Of times that are asked for at once. */
const MOST_DAYS = 400;

/**
 * All that speaks against changes of a time, by one look at all of them: of a User's own, to the Operator of everybody's.
 * @throws PenstockError 'request.invalid' for a time that is none, or too long
 */
export async function allClashes(
  parts: ChangeParts,
  viewer: Viewer,
  asked: { readonly from?: string | undefined; readonly to?: string | undefined },
): Promise<ClashList> {
  const now = parts.now();
  const from = asked.from === undefined ? now.getTime() : Date.parse(asked.from);
  const to = asked.to === undefined ? from + SLOT_DAYS * DAY : Date.parse(asked.to);
  if (to <= from || to - from > MOST_DAYS * DAY) {
    throw new PenstockError('request.invalid', { detail: `ask for up to ${MOST_DAYS} days`, where: 'to' });
  }
  const reader = readerOf(viewer);
  const around = await readAround(parts.pool, [{ from, to }]);
  const seen = around.filter((each) => viewer.kind === 'operator' || seesOf(each, reader) === 'own');
  // around all of their times: by asking for an hour, and another, a User would find out when others have what they do not share
  const { others: all, rules } = await lookAround(parts.pool, spansOf(seen), now);
  const kept = new Map(all.map((each) => [each.change, each]));
  const index = new ClashIndex(rules, all.map(factsOf));
  const byChange = new Map<string, Clash[]>(all.map(({ change }) => [change, []]));
  if (viewer.kind === 'user') for (const each of seen) byChange.set(each.change, index.of(factsOf(each)));
  else {
    for (const clash of index.all()) {
      for (const change of clash.kind === 'change' ? clash.changes : [clash.change]) byChange.get(change)?.push(clash);
    }
  }
  const own = seen.filter(({ change }) => (byChange.get(change) ?? []).length > 0);
  const shown = own.toSorted((one, other) => hullOf(one.spans).from - hullOf(other.spans).from).slice(0, MOST_LISTED);
  await recordUses(parts, viewer, { changes: all.map(({ change }) => change), purpose: 'clashes' });
  return {
    items: shown.map((mine) => ({
      change: mine.change,
      title: mine.content.title,
      clashes: clashesFor(mine, byChange.get(mine.change) ?? [], { kept, reader }),
    })),
    isCut: own.length > MOST_LISTED,
  };
}

const MOST_SLOTS = 5;

/** The next times at which nothing speaks against it that the owner sees. @throws PenstockError 'request.not-found' */
export async function slotsOf(parts: ChangeParts, viewer: Viewer, change: string) {
  const mine = await requireOwn(parts, viewer, change);
  const now = parts.now();
  const hull = hullOf(mine.spans);
  const span = {
    from: now.getTime(),
    to: Math.max(now.getTime(), hull.from) + SLOT_DAYS * DAY + (hull.to - hull.from),
  };
  const { others, versions, rules } = await lookAround(parts.pool, [span], now);
  const reader = readerOf(viewer);
  // free times say when others' are not: only what is shared is looked at
  const compared = others.filter((other) => other.change !== change && seesOf(other, reader) !== 'nothing');
  await recordUses(parts, viewer, { changes: compared.map((other) => other.change), purpose: 'slots' });
  // as if it took all of that time: when it would clash, it may not be
  const busy = new ClashIndex(rules, compared.map(factsOf)).of({ ...factsOf(mine), spans: [span] });
  const { kind } = mine.content.statement;
  const isGood = (spans: readonly Span[]) =>
    warningsOf(versions, { kind, spans, toldAt: 0, others: [] }).every(({ limit }) => limit !== 'allowed_times');
  const found = findSlots(mine.content.windows, {
    busy: busy.flatMap((clash) => clash.spans),
    after: now.getTime(),
    most: MOST_SLOTS,
    isGood,
  });
  const seen = viewer.kind === 'operator' ? 'All changes' : 'Changes that you see';
  return {
    items: found.map(({ windows, spans }) => ({ windows: [...windows], occurrences: occurrencesOf(spans) })),
    words: `${seen}, freezes, rehearsals and maintenance windows of ${SLOT_DAYS} days are looked at.`,
  };
}

/** Tells its owner of something about a change, or another User that may know of it. */
export async function tell(
  client: pg.PoolClient,
  kept: Kept,
  words: string,
  userId: string = kept.owner.userId,
): Promise<void> {
  await client.query(
    `insert into notice (user_id, noticed_at, kind, about, words, count) values ($1, clock_timestamp(), 'change', $2, $3, 0)`,
    [userId, kept.change, `“${kept.content.title}”: ${words}`],
  );
}

const pairsOf = (index: ClashIndex, kept: Kept | undefined) =>
  kept === undefined || !isLive(kept.state)
    ? []
    : index.of(factsOf(kept)).flatMap((clash) => (clash.kind === 'change' ? [clash] : []));

/** Tells Users whose changes clash with this one now, and did not before. */
export async function tellClashes(
  { operatorId, now }: ChangeParts,
  client: pg.PoolClient,
  { before, after }: { readonly before: Kept | undefined; readonly after: Kept },
): Promise<void> {
  if (!isLive(after.state)) return;
  const its = before === undefined ? [after] : [before, after];
  const { others, rules } = await lookAround(client, spansOf(its), now());
  const index = new ClashIndex(rules, others.filter(({ change }) => change !== after.change).map(factsOf));
  const known = new Set(pairsOf(index, before).flatMap(({ changes }) => changes));
  const news = pairsOf(index, after).flatMap((clash) => {
    const other = others.find(({ change }) => change !== after.change && clash.changes.includes(change));
    const isTheirs =
      other !== undefined && other.owner.userId !== after.owner.userId && other.owner.userId !== operatorId;
    if (!isTheirs || known.has(other.change)) return [];
    const reader = userOf(other);
    const [told] = clashesFor(other, [clash], { kept: new Map([[after.change, after]]), reader });
    return told === undefined ? [] : [{ other, told, isUnnamed: seesOf(after, reader) === 'nothing' }];
  });
  const unnamed = news.filter(({ isUnnamed }) => isUnnamed).map(({ other }) => other);
  const toldBefore = await unnamedBefore(client, unnamed, { without: after.change, now: now() });
  for (const { other, told, isUnnamed } of news) {
    if (isUnnamed && !saysMore(told, toldBefore(other))) continue;
    await tell(client, other, told.words);
    await recordEvent(client, other, 'clash');
  }
}

const userOf = ({ owner }: Kept) => ({ kind: 'user', userIds: [owner.userId] }) as const;

/** What the owners of changes are told without one change of what is not shared with them. */
async function unnamedBefore(
  client: pg.PoolClient,
  changes: readonly Kept[],
  { without, now }: { readonly without: string; readonly now: Date },
): Promise<(mine: Kept) => ChangeClash | undefined> {
  if (changes.length === 0) return () => undefined;
  const { others, rules } = await lookAround(client, spansOf(changes), now);
  const kept = new Map(others.filter(({ change }) => change !== without).map((each) => [each.change, each]));
  const index = new ClashIndex(rules, [...kept.values()].map(factsOf));
  return (mine) => unnamedOf(clashesFor(mine, pairsOf(index, mine), { kept, reader: userOf(mine) }));
}

/** Tells Users whose changes a freeze or a rehearsal is in the way of. */
export async function tellEvent(
  { operatorId }: ChangeParts,
  client: pg.PoolClient,
  event: CalendarEvent,
): Promise<void> {
  if (event.kind === 'maintenance') return;
  const { from, to } = hullOf(event.spans);
  const calendar = new Calendar([event]);
  for (const other of await readAround(client, [{ from: from - DAY, to: to + DAY }])) {
    const found = calendar.clashesOf(other.content.affected.services, other.spans, { keepsMaintenance: false });
    const reader = { kind: 'user', userIds: [other.owner.userId] } as const;
    const own = found.map((clash) => ({ ...clash, change: other.change }));
    for (const { words } of clashesFor(other, own, { kept: new Map(), reader })) {
      if (other.owner.userId === operatorId) continue;
      await tell(client, other, words);
      await recordEvent(client, other, 'clash');
    }
  }
}
