// Who may see the titles of a device, and of which time: the first wall. Pure. The second wall works the same out again in
// the database (migrations/0013_titles.sql), and the two are compared with a third, written apart, in the tests.
//
// What always holds: nothing is shown to whom no responsibility for the device holds at the instant of asking, of a User ID
// that is active, in a role that it has then. What is shown lies in a span of its own, or, while the Operator's switch says
// so, before the span that holds now.
import type { TitleSwitchName } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type { Responsibility } from '../devices/devices.ts';
import { covers, type RoleSpan, type Span } from '../parties/parties.ts';

export interface SwitchSetting {
  readonly switch: TitleSwitchName;
  readonly value: string;
  /** Milliseconds since 1970. */
  readonly validFrom: number;
}

const defaults: Readonly<Record<TitleSwitchName, string>> = {
  sender: 'role',
  network_operators: 'meters',
  history: 'shown',
};

/** The value of a switch at an instant (milliseconds since 1970). */
export function switchAt(settings: readonly SwitchSetting[], name: TitleSwitchName, instant: number): string {
  let newest: SwitchSetting | undefined;
  for (const setting of settings) {
    if (setting.switch !== name || setting.validFrom > instant) continue;
    if (newest === undefined || setting.validFrom > newest.validFrom) newest = setting;
  }
  return newest?.value ?? defaults[name];
}

export interface TitleFacts {
  /** Of the device. */
  readonly responsible: readonly Responsibility[];
  /** The networks of its home, where the device is no meter. */
  readonly homeNetworks: readonly Responsibility[];
  /** The viewer's User IDs: whether each is active, with its Party, and its roles. */
  readonly viewers: ReadonlyMap<Eui, { readonly isActive: boolean; readonly roles: readonly RoleSpan[] }>;
  readonly switches: readonly SwitchSetting[];
  /** The instant of asking, milliseconds since 1970. */
  readonly now: number;
}

export interface TitleSpan extends Span {
  readonly basis: 'responsible' | 'history' | 'network_operator';
  readonly role: 'IS' | 'ES' | 'GS' | 'ED' | 'GT';
  readonly userId: Eui;
  /** Since when the responsibility holds on which it rests. */
  readonly since: number;
}

/** Agents (RSA) see no titles. */
const basisOf = {
  IS: 'responsible',
  ES: 'responsible',
  GS: 'responsible',
  ED: 'network_operator',
  GT: 'network_operator',
} as const;

function mayBeBasis(role: string): role is keyof typeof basisOf {
  return role in basisOf;
}

/**
 * The spans of time of which the viewer may see titles, each with why; those that rest on a responsibility of that time
 * come first. Empty: it may see none, nor learn that the device is there.
 */
export function titleSpans({ responsible, homeNetworks, viewers, switches, now }: TitleFacts): TitleSpan[] {
  const networks = switchAt(switches, 'network_operators', now);
  const own: TitleSpan[] = [];
  for (const [spans, least] of [
    [responsible, 'meters'],
    [homeNetworks, 'home'],
  ] as const) {
    for (const span of spans) {
      const { userId, role, validFrom, validTo } = span;
      const viewer = viewers.get(userId);
      if (viewer === undefined || !viewer.isActive || !mayBeBasis(role)) continue;
      if (!viewer.roles.some((held) => held.role === role && covers(held, now))) continue;
      const basis = basisOf[role];
      if (basis === 'network_operator' && networks !== 'home' && networks !== least) continue;
      own.push({ basis, role, userId, since: validFrom, validFrom, validTo });
    }
  }
  const current = own.filter((span) => covers(span, now));
  if (current.length === 0) return [];
  own.sort((one, other) => other.validFrom - one.validFrom);
  if (switchAt(switches, 'history', now) !== 'shown') return own;
  const earlier = current.map(
    (span): TitleSpan => ({ ...span, basis: 'history', validFrom: -Infinity, validTo: span.validFrom }),
  );
  return [...own, ...earlier];
}

/** Whether titles of all instants from `from` to before `to` are shown. */
export function areAllShown(spans: readonly TitleSpan[], from: number, to: number): boolean {
  let shownTo = from;
  for (const { validFrom, validTo } of spans.toSorted((one, other) => one.validFrom - other.validFrom)) {
    if (validFrom > shownTo) break;
    shownTo = Math.max(shownTo, validTo);
  }
  return shownTo >= to;
}

/** The span by which a title of this time is shown; undefined: it is not. */
export function spanOf(spans: readonly TitleSpan[], instant: number): TitleSpan | undefined {
  return spans.find((span) => covers(span, instant));
}
