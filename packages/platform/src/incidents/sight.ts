// Who sees what of an incident. Pure.
//
// What always holds: it is its owner's, its Interested Parties' and the Operator's to see. To an Interested Party its owner is of a
// kind of Party and nobody by name; which others follow it, and who of the Operator has it, is the Operator's to know.
import type { AffectedParts, IncidentAudience, IncidentDocument } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import { ownerKindOf } from '../changes/index.ts';
import { isOperatorAuthor, OPERATOR_AUTHOR, shownAuthor } from '../foundation/author.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { causeOfKey } from './causes.ts';
import { isMissed, movesOf, type Side } from './incident.ts';

/** What the platform did by itself. */
export const PLATFORM_AUTHOR = 'Platform';

/** An incident as it is kept. Times in milliseconds. */
export interface KeptIncident {
  readonly incident: string;
  readonly owner: { readonly userId: Eui; readonly party: string; readonly kind: string };
  /** Undefined where whoever asks is not told. */
  readonly readers: readonly Eui[] | undefined;
  readonly cause: string | undefined;
  readonly isStanding: boolean;
  readonly state: IncidentDocument['state'];
  readonly category: IncidentDocument['category'];
  readonly title: string;
  readonly words: string | undefined;
  readonly affected: AffectedParts;
  readonly beganAt: number;
  readonly openedAt: number;
  readonly openedBy: string;
  readonly countedFrom: number;
  readonly respondBy: number;
  readonly resolveBy: number;
  readonly respondedAt: number | undefined;
  readonly resolvedAt: number | undefined;
  readonly closedAt: number | undefined;
  readonly closing: string | undefined;
  readonly team: NonNullable<IncidentDocument['assigned']>['team'] | undefined;
  readonly person: string | undefined;
  readonly escalation: number;
  readonly repeats: string | undefined;
  readonly entry: string | undefined;
  readonly version: number;
  readonly updates: number;
  readonly changedAt: number;
}

/** On whose side somebody is; undefined: it is nothing to them. */
export function sideOf({ owner, readers }: Pick<KeptIncident, 'owner' | 'readers'>, viewer: Viewer): Side | undefined {
  if (viewer.kind === 'operator') return 'operator';
  if (viewer.userIds.includes(owner.userId)) return 'owner';
  return readers?.some((reader) => viewer.userIds.includes(reader)) ? 'interested' : undefined;
}

/** Whether somebody reads what was written for an audience. */
export function reads(audience: IncidentAudience, side: Side): boolean {
  if (audience === 'operator') return side === 'operator';
  return audience === 'raiser' ? side !== 'interested' : true;
}

/** For whom somebody may write. */
export function audiencesOf(side: Side): readonly IncidentAudience[] {
  if (side === 'operator') return ['operator', 'raiser', 'readers', 'everybody'];
  return side === 'owner' ? ['raiser', 'readers'] : ['readers'];
}

/** An author as he is named to somebody: no User by its name, but the reader itself. */
export function authorFor(author: string, viewer: Viewer, { owner }: Pick<KeptIncident, 'owner'>): string {
  if (author === PLATFORM_AUTHOR || viewer.kind === 'operator') return author;
  if (isOperatorAuthor(author)) return OPERATOR_AUTHOR;
  const [userId = ''] = author.split(' ');
  if (viewer.userIds.some((own) => own === userId)) return shownAuthor(viewer, author);
  return userId === owner.userId ? ownerKindOf(owner.kind) : 'an Interested Party';
}

const instant = (at: number) => new Date(at).toISOString();
function field<Name extends string, Value>(name: Name, value: Value | undefined): Partial<Record<Name, Value>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, Value>);
}
const target = (by: number, at: number | undefined, now: number) => ({
  by: instant(by),
  ...field('at', at === undefined ? undefined : instant(at)),
  isMissed: isMissed({ by, at }, now),
});

/** An incident as somebody on a side sees it. */
export function documentOf(
  kept: KeptIncident,
  viewer: Viewer,
  { side, now }: { readonly side: Side; readonly now: number },
): IncidentDocument {
  const { owner, cause, state, isStanding, closing, closedAt, team } = kept;
  const isInterested = side === 'interested';
  const isOperators = side === 'operator';
  return {
    incident: kept.incident,
    ...(isInterested ? {} : { userId: owner.userId }),
    owner: isInterested ? ownerKindOf(owner.kind) : owner.party,
    isYours: side === 'owner' || (viewer.kind === 'operator' && owner.userId === viewer.userId),
    title: kept.title,
    ...field('words', kept.words),
    state,
    category: kept.category,
    // of another's: an event's reference would be theirs
    ...(cause === undefined || isInterested ? {} : { cause: causeOfKey(cause) }),
    isCauseStanding: isStanding,
    affected: isInterested ? { ...kept.affected, userIds: [] } : kept.affected,
    beganAt: instant(kept.beganAt),
    openedAt: instant(kept.openedAt),
    openedBy: authorFor(kept.openedBy, viewer, kept),
    ...(team === undefined ? {} : { assigned: { team, ...field('person', isOperators ? kept.person : undefined) } }),
    escalation: kept.escalation,
    response: target(kept.respondBy, kept.respondedAt, now),
    resolution: target(kept.resolveBy, kept.resolvedAt, now),
    ...field('closedAt', closedAt === undefined ? undefined : instant(closedAt)),
    ...field('closing', closing),
    // the earlier one is its owner's
    ...(isInterested ? {} : field('repeats', kept.repeats)),
    ...(isOperators ? field('readers', kept.readers && [...kept.readers]) : {}),
    ...field('entry', kept.entry),
    version: kept.version,
    changedAt: instant(kept.changedAt),
    next: movesOf({ state, isStanding, isExplained: closing !== undefined }, side),
  };
}
