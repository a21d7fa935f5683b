// Which changes could have to do with an incident, and which are at risk by it; and what of that somebody is told. Pure.
//
// What always holds: a change is named to somebody only as its owner shares it (changes/sharing.ts), and by what it has in common
// with the incident of which both are shown: an outline by services alone, and to an Interested Party nothing that says whose the
// incident is.
import type { AffectedParts, IncidentOverlap } from '@penstock/api';
import {
  Calendar,
  type ChangeFacts,
  ClashIndex,
  type ClashRules,
  type KeptChange,
  nearFactsOf,
  occurrencesOf,
  type Reason,
  type Span,
} from '../changes/index.ts';
import type { Side } from './incident.ts';
import type { KeptIncident } from './sight.ts';

/** What ended so long before something went wrong may still be why. */
export const LOOK_BACK = 3_600_000;
/** What is scheduled so far ahead is at risk. */
export const LOOK_AHEAD = 7 * 86_400_000;

export interface IncidentFacts {
  readonly beganAt: number;
  readonly endedAt: number;
  /** All User IDs of the Party whose it is; of the Operator's none: what its changes affect is named. */
  readonly party: readonly string[];
  readonly affected: AffectedParts;
}

/** An incident that is not over lasts until now. */
export function factsOfIncident(kept: KeptIncident, party: readonly string[], now: number): IncidentFacts {
  const endedAt = Math.max(kept.beganAt + 1, kept.resolvedAt ?? kept.closedAt ?? now);
  return { beganAt: kept.beganAt, endedAt, party, affected: kept.affected };
}

export const spanOf = ({ beganAt, endedAt }: Pick<IncidentFacts, 'beganAt' | 'endedAt'>): Span => ({
  from: beganAt - LOOK_BACK,
  to: endedAt,
});

/** A change that has something in common with an incident, at its time. */
export interface Overlap {
  readonly change: KeptChange;
  readonly isSameParty: boolean;
  readonly reasons: readonly Reason[];
  readonly spans: readonly Span[];
}

const nothingPlanned = new Calendar([]);
type Services = ClashRules['services'];
const indexOf = (services: Services, facts: readonly ChangeFacts[]) =>
  new ClashIndex({ calendar: nothingPlanned, mostAtOnce: Number.POSITIVE_INFINITY, services }, facts);

/** What overlaps, the likeliest first: of the same Party, under way when it began, with more in common, nearer to its begin. */
export function overlapsWith(
  facts: IncidentFacts,
  changes: readonly KeptChange[],
  { services, now }: { readonly services: Services; readonly now: number },
): Overlap[] {
  const byId = new Map(changes.map((change) => [change.change, change]));
  const [own, ...others] = facts.party;
  const userIds = [...new Set([...others, ...facts.affected.userIds])];
  const asked = {
    // sorts before every change: reasons are written as the incident has them
    change: '',
    owner: own,
    keepsMaintenance: false,
    affected: { ...facts.affected, userIds },
    spans: [spanOf(facts)],
  };
  const found = indexOf(
    services,
    changes.map((change) => nearFactsOf(change, now)),
  ).of(asked);
  const overlaps = found.flatMap((clash): Overlap[] => {
    const change = clash.kind === 'change' ? byId.get(clash.changes[1]) : undefined;
    if (clash.kind !== 'change' || change === undefined) return [];
    const isSameParty = facts.party.includes(change.owner.userId);
    return [{ change, isSameParty, reasons: clash.reasons, spans: clash.spans }];
  });
  return likeliestFirst(overlaps, facts);
}

/** In their order; what is told to somebody is ordered by what is told, since a place says what was kept back. */
export function likeliestFirst<Found extends Overlap>(
  overlaps: readonly Found[],
  { beganAt }: Pick<IncidentFacts, 'beganAt'>,
): Found[] {
  const isDuring = ({ spans }: Overlap) => spans.some(({ from, to }) => from <= beganAt && to > beganAt);
  const away = ({ spans }: Overlap) =>
    Math.min(...spans.map(({ from, to }) => Math.max(0, from - beganAt, beganAt - to)));
  return overlaps.toSorted(
    (one, other) =>
      Number(other.isSameParty) - Number(one.isSameParty) ||
      Number(isDuring(other)) - Number(isDuring(one)) ||
      other.reasons.length - one.reasons.length ||
      away(one) - away(other) ||
      (one.change.change < other.change.change ? -1 : 1),
  );
}

const ofServices = ({ dimension }: Reason) => dimension === 'service' || dimension === 'dependency';

/** As somebody is told of it; undefined when nothing is left that may be told. */
export function toldOverlap(
  overlap: Overlap,
  { sees, side }: { readonly sees: 'own' | 'whole' | 'outline' | 'nothing'; readonly side: Side },
): Overlap | undefined {
  if (sees === 'nothing') return undefined;
  const isHidden = side === 'interested' && sees !== 'own';
  const reasons = overlap.reasons.filter(
    (reason) => (sees !== 'outline' || ofServices(reason)) && !(isHidden && reason.dimension === 'user'),
  );
  if (reasons.length === 0) return undefined;
  // of which Party an outline is, is not shared
  const isSameParty = overlap.isSameParty && sees !== 'outline' && !isHidden;
  return { ...overlap, reasons, isSameParty };
}

const dimensionWords: Readonly<Record<Reason['dimension'], string>> = {
  service: 'the service',
  srv: 'the SRV',
  interface: 'the interface',
  device_model: 'the device model',
  region: 'the region',
  user: 'the User',
  dependency: 'services that need each other,',
};

/** `It was under way when the incident began: the same Party, the service DUIS gateway.` */
export function wordsOfOverlap({ isSameParty, reasons, spans }: Overlap, { beganAt }: IncidentFacts): string {
  const minutes = (milliseconds: number) => Math.max(1, Math.round(milliseconds / 60_000));
  const [first, last] = [spans[0], spans.at(-1)];
  const isDuring = spans.some(({ from, to }) => from <= beganAt && to > beganAt);
  const ended = beganAt - (last?.to ?? beganAt);
  const when = isDuring
    ? 'It was under way when the incident began'
    : ended >= 0
      ? `It ended ${minutes(ended)} min before the incident began`
      : `It began ${minutes((first?.from ?? beganAt) - beganAt)} min after the incident`;
  const named = reasons
    // the Party says it
    .filter(({ dimension }) => !(isSameParty && dimension === 'user'))
    .map(({ dimension, value, dependsOn }) =>
      [dimensionWords[dimension], value, ...(dependsOn === undefined ? [] : [`and ${dependsOn}`])].join(' '),
    );
  return `${when}: ${[...(isSameParty ? ['the same Party'] : []), ...named].join(', ')}.`;
}

export const documentOfOverlap = (
  overlap: Overlap,
  facts: IncidentFacts,
): Pick<IncidentOverlap, 'words' | 'isSameParty' | 'reasons' | 'times'> => ({
  words: wordsOfOverlap(overlap, facts),
  isSameParty: overlap.isSameParty,
  reasons: [...overlap.reasons],
  times: occurrencesOf(overlap.spans),
});

/** Changes that are to begin soon on services of an incident, or on what they need; in the order in which they begin. */
export function atRiskOf(
  { affected }: IncidentFacts,
  changes: readonly KeptChange[],
  { services, now }: { readonly services: Services; readonly now: number },
): { readonly change: KeptChange; readonly reasons: readonly Reason[]; readonly begins: number }[] {
  const soon = { from: now, to: now + LOOK_AHEAD };
  const nextOf = ({ spans }: KeptChange) => spans.find(({ from }) => from > now && from < soon.to)?.from;
  const planned = changes.filter(
    (change) =>
      (change.state === 'scheduled' ||
        change.state === 'shared' ||
        change.state === 'consulted' ||
        change.state === 'assessed') &&
      nextOf(change) !== undefined,
  );
  const byId = new Map(planned.map((change) => [change.change, change]));
  const none = { srvs: [], interfaces: [], deviceModels: [], regions: [], userIds: [] };
  const asked = {
    change: '',
    owner: undefined,
    keepsMaintenance: false,
    affected: { services: affected.services, ...none },
    spans: [soon],
  };
  return indexOf(
    services,
    planned.map((change) => nearFactsOf(change, now)),
  )
    .of(asked)
    .flatMap((clash) => {
      const change = clash.kind === 'change' ? byId.get(clash.changes[1]) : undefined;
      const begins = change && nextOf(change);
      if (clash.kind !== 'change' || change === undefined || begins === undefined) return [];
      return [{ change, reasons: clash.reasons, begins }];
    })
    .toSorted((one, other) => one.begins - other.begins || (one.change.change < other.change.change ? -1 : 1));
}
