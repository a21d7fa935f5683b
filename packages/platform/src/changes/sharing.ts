// Who sees what of a change, and of a clash. Pure.
//
// What always holds: what somebody is given is made from what its owner chose to share, and from nothing else: two changes that
// differ in what is not shared give the same answer, to the letter. A draft or template is its owner's alone, for the Operator,
// too. Of a change that is shared with the Operator only, others learn that there is one where it clashes with theirs, and on
// what of theirs: nothing of when, whose, or how many there are.
import type { ChangeClash, ChangeContent, ChangeState, ChangeView, OccurrenceDocument } from '@penstock/api';
import type { Viewer } from '../foundation/viewer.ts';
import type { Clash, Reason } from './clashes.ts';
import { wordsOfSpan } from './london.ts';
import { isLive, isPrivate } from './states.ts';
import { overlapsOf, type Span } from './windows.ts';

/** A change as it is kept. */
export interface KeptChange {
  readonly change: string;
  readonly owner: { readonly userId: string; readonly party: string; readonly partyKind: string };
  readonly state: ChangeState;
  readonly version: number;
  readonly content: ChangeContent;
  readonly spans: readonly Span[];
  readonly changedAt: string;
  readonly changedBy: string;
  readonly toldAt: string | undefined;
}

export interface Reader {
  readonly kind: 'user' | 'operator';
  /** Of the Operator its own. */
  readonly userIds: readonly string[];
}

export function readerOf(viewer: Viewer): Reader {
  return { kind: viewer.kind, userIds: viewer.kind === 'operator' ? [viewer.userId] : viewer.userIds };
}

export type Sees = 'own' | 'whole' | 'outline' | 'nothing';

/** What somebody may see of a change: the one place where that is decided. */
export function seesOf({ owner, state, content }: KeptChange, { kind, userIds }: Reader): Sees {
  if (userIds.includes(owner.userId)) return 'own';
  if (isPrivate(state)) return 'nothing';
  if (kind === 'operator' || content.sharing === 'everybody') return 'whole';
  // what is over disturbs nobody any more
  return content.sharing === 'outline' && isLive(state) ? 'outline' : 'nothing';
}

const ownerKinds: Readonly<Record<string, string>> = {
  large_supplier: 'a Supplier',
  small_supplier: 'a Supplier',
  electricity_network_operator: 'a Network Operator',
  gas_network_operator: 'a Network Operator',
  registration_data_provider: 'a Registration Data Provider',
  operator: 'the Operator',
};
export const ownerKindOf = (partyKind: string): string => ownerKinds[partyKind] ?? 'another User';

export const occurrencesOf = (spans: readonly Span[]): OccurrenceDocument[] =>
  spans.map(({ from, to }) => ({ from: new Date(from).toISOString(), to: new Date(to).toISOString() }));

/** A change as somebody sees it, without where they may bring it; undefined when it is nothing to them. */
export function viewOf(kept: KeptChange, reader: Reader): ChangeView | undefined {
  const sees = seesOf(kept, reader);
  if (sees === 'nothing') return undefined;
  const { change, owner, state, version, content } = kept;
  const occurrences = occurrencesOf(kept.spans);
  if (sees === 'outline') {
    const { size, affected } = content;
    return {
      see: 'outline',
      change,
      owner: ownerKindOf(owner.partyKind),
      size,
      services: affected.services,
      occurrences,
    };
  }
  return {
    see: 'whole',
    change,
    owner: { userId: owner.userId, party: owner.party },
    isYours: sees === 'own',
    state,
    version,
    content,
    occurrences,
    changedAt: kept.changedAt,
    ...(sees === 'own' || reader.kind === 'operator' ? { changedBy: kept.changedBy } : {}),
    ...(kept.toldAt === undefined ? {} : { toldAt: kept.toldAt }),
    next: [],
  };
}

/**
 * Which other changes are looked at for clashes of one: of a change that others may be told of, all that are not over and no
 * drafts, because each of the two is told. Of a User's draft only those that the reader sees anyway: nobody finds out by drafts
 * what others keep to themselves.
 */
export function isComparedWith(mine: KeptChange, other: KeptChange, reader: Reader): boolean {
  if (other.change === mine.change || !isLive(other.state)) return false;
  return isLive(mine.state) || seesOf(other, reader) !== 'nothing';
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

/** A reason as one side writes it; of services that need each other, without the other side where it is not shown. */
function ownReason(reason: Reason, mine: KeptChange, isShown: boolean): Reason {
  const { affected } = mine.content;
  const named = [...Object.values(affected).flat(), mine.owner.userId];
  const spelled = (value: string) => named.find((name) => name.toLowerCase() === value.toLowerCase()) ?? value;
  const { dimension, value, dependsOn } = reason;
  if (dimension !== 'dependency' || dependsOn === undefined) return { dimension, value: spelled(value) };
  if (isShown) return reason;
  return { dimension, value: affected.services.includes(value) ? value : dependsOn };
}

function wordsOf(reasons: readonly Reason[]): string {
  return reasons
    .map(({ dimension, value, dependsOn }) =>
      [dimensionWords[dimension], value, ...(dependsOn === undefined ? [] : [`which needs ${dependsOn}`])].join(' '),
    )
    .join('; ');
}

const named = (view: ChangeView) =>
  view.see === 'outline' ? `A change of ${view.owner}` : `“${view.content.title}” of ${view.owner.party}`;

/** The windows of one's own that have something in common with these times. */
const ownTimes = (mine: KeptChange, spans: readonly Span[]) =>
  mine.spans.filter((span) => overlapsOf([span], spans).length > 0);

/** All clashes of one change, as its owner or the Operator is told of them. @param kept every change that they name */
export function clashesFor(
  mine: KeptChange,
  clashes: readonly Clash[],
  { kept, reader }: { readonly kept: ReadonlyMap<string, KeptChange>; readonly reader: Reader },
): ChangeClash[] {
  const told: ChangeClash[] = [];
  const hidden = { reasons: new Map<string, Reason>(), spans: new Set<Span>() };
  for (const clash of clashes) {
    if (clash.kind !== 'change') {
      told.push(ownClash(mine, clash, reader));
      continue;
    }
    const other = kept.get(clash.changes[0] === mine.change ? clash.changes[1] : clash.changes[0]);
    const view = other && viewOf(other, reader);
    const reasons = clash.reasons.map((reason) => ownReason(reason, mine, view !== undefined));
    if (view !== undefined) {
      const words = `${named(view)} is at the same time, on ${wordsOf(reasons)}.`;
      told.push({ kind: 'change', words, times: occurrencesOf(clash.spans), reasons, other: view });
    } else {
      for (const reason of reasons) hidden.reasons.set(JSON.stringify(reason), reason);
      for (const span of ownTimes(mine, clash.spans)) hidden.spans.add(span);
    }
  }
  if (hidden.reasons.size === 0) return told;
  // told as one, so that it does not say how many there are
  const reasons = [...hidden.reasons].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, reason]) => reason);
  const times = mine.spans.filter((span) => hidden.spans.has(span));
  const words = `A change that is not shared with you is at the same time, on ${wordsOf(reasons)}.`;
  return [{ kind: 'change', words, times: occurrencesOf(times), reasons }, ...told];
}

/** What is told of changes that are not shared: of all of them as of one. */
export const unnamedOf = (told: readonly ChangeClash[]): ChangeClash | undefined =>
  told.find((each) => each.kind === 'change' && each.other === undefined);

/** Whether a clash with what is not shared says what was not told yet: of each that comes up, they could be counted. */
export function saysMore(told: ChangeClash, before: ChangeClash | undefined): boolean {
  if (told.kind !== 'change' || before?.kind !== 'change') return true;
  const isAmong = (ones: readonly object[], others: readonly object[]) => {
    const known = new Set(others.map((each) => JSON.stringify(each)));
    return ones.every((each) => known.has(JSON.stringify(each)));
  };
  return !isAmong(told.reasons, before.reasons) || !isAmong(told.times, before.times);
}

function ownClash(mine: KeptChange, clash: Exclude<Clash, { kind: 'change' }>, reader: Reader): ChangeClash {
  const first = clash.spans[0];
  const when = first === undefined ? '' : wordsOfSpan(first);
  const more = clash.spans.length > 1 ? ` and ${clash.spans.length - 1} more` : '';
  const times = occurrencesOf(clash.spans);
  if (clash.kind === 'too_many') {
    // when exactly would say when others' changes begin and end
    const shown = reader.kind === 'operator' ? clash.spans : ownTimes(mine, clash.spans);
    const words = `More than ${clash.most} changes are under way at the same time.`;
    return { kind: 'too_many', words, times: occurrencesOf(shown) };
  }
  const services = [...clash.services];
  if (clash.event === undefined || clash.kind === 'outside_maintenance') {
    const words = `It lies outside the maintenance windows of ${services.join(', ')}: ${when}${more}.`;
    return { kind: 'outside_maintenance', words, times, services };
  }
  const { event, name } = clash.event;
  const what = clash.kind === 'freeze' ? `It lies in the freeze “${name}”` : `“${name}” is rehearsed on the same day`;
  return { kind: clash.kind, words: `${what}: ${when}${more}.`, times, services, event };
}
