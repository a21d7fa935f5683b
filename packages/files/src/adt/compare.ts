/**
 * The difference that an ADT File makes, and whether it could let through what would have been held (`findRelaxing`).
 *
 * A warning holds nothing, so it never relaxes. Thresholds are judged one by one: one that goes relaxes although
 * another may still hold the same messages; so does a shorter period, which is another threshold in place of the one
 * that goes.
 */
import { type AdtException, type AdtFile, type AdtIdentity, type AdtThreshold, identityKey } from './adt-file.ts';
import { findRelaxing } from './relaxing.ts';

/** One value that differs. */
export interface AdtChange {
  readonly item: 'threshold' | 'exception';
  /** Where the item begins and ends, by the new file, or by the old one when it is gone. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** `row` when the whole row is new or gone. */
  readonly field: 'row' | 'warning' | 'quarantine' | 'from' | 'to' | 'reference';
  readonly before: string | undefined;
  readonly after: string | undefined;
}

export interface AdtDifference {
  readonly identity: AdtIdentity;
  readonly kind: 'added' | 'removed' | 'changed' | 'unchanged';
  readonly before: readonly AdtThreshold[];
  readonly after: readonly AdtThreshold[];
  /** Empty unless `kind` is `changed`. */
  readonly changes: readonly AdtChange[];
  readonly relaxes: boolean;
  /** Why it relaxes, in words; empty when it does not. */
  readonly reasons: readonly string[];
}

type Item = AdtThreshold | AdtException;

const fields = ['from', 'to', 'warning', 'quarantine', 'reference'] as const;

const written = (value: string | number | undefined): string | undefined =>
  value === undefined ? undefined : String(value);

const describe = ({ warning, quarantine }: Item): string => `warning ${warning ?? 'none'}, quarantine ${quarantine}`;

/** Rows that are the same one before and after: with the same beginning, then the same end, then in their order. */
function pairUp(before: readonly Item[], after: readonly Item[]): [Item | undefined, Item | undefined][] {
  const left = new Set(before);
  const found = new Map<Item, Item>();
  const pairBy = (key: (item: Item) => string | undefined): void => {
    const byKey = new Map([...left].map((item) => [key(item), item]));
    for (const now of after) {
      const old = byKey.get(key(now));
      if (found.has(now) || old === undefined || !left.delete(old)) continue;
      found.set(now, old);
    }
  };
  pairBy(({ from }) => from);
  pairBy(({ to }) => to);
  const rest = left.values();
  const pairs = after.map((now): [Item | undefined, Item] => [found.get(now) ?? rest.next().value, now]);
  return [...pairs, ...[...rest].map((old): [Item, undefined] => [old, undefined])];
}

function compareItems(item: AdtChange['item'], before: readonly Item[], after: readonly Item[]): AdtChange[] {
  return pairUp(before, after).flatMap(([old, now]): AdtChange[] => {
    const shown = now ?? old;
    if (shown === undefined) return [];
    const where = { item, from: shown.from, to: shown.to };
    if (old === undefined || now === undefined) {
      return [{ ...where, field: 'row', before: old && describe(old), after: now && describe(now) }];
    }
    return fields
      .filter((field) => old[field] !== now[field])
      .map((field) => ({ ...where, field, before: written(old[field]), after: written(now[field]) }));
  });
}

function compareThresholds(before: readonly AdtThreshold[], after: readonly AdtThreshold[]): AdtChange[] {
  const exceptions = (thresholds: readonly AdtThreshold[]) => thresholds.flatMap((one) => one.exceptions);
  return [
    ...compareItems('threshold', before, after),
    ...compareItems('exception', exceptions(before), exceptions(after)),
  ];
}

function difference(before: readonly AdtThreshold[], after: readonly AdtThreshold[]): AdtDifference {
  const [first] = [...after, ...before];
  if (first === undefined) throw new RangeError('a difference of nothing');
  const { userId, services, direction, period } = first;
  const isBoth = before.length > 0 && after.length > 0;
  const changes = isBoth ? compareThresholds(before, after) : [];
  const reasons = findRelaxing(before, after);
  return {
    identity: { userId, services, direction, period },
    kind: before.length === 0 ? 'added' : after.length === 0 ? 'removed' : changes.length > 0 ? 'changed' : 'unchanged',
    before,
    after,
    changes,
    relaxes: reasons.length > 0,
    reasons,
  };
}

/** What `after` changes in `before`, a threshold at a time: those of `before` in its order, then those that are new. */
export function compareAdt(before: AdtFile, after: AdtFile): AdtDifference[] {
  const groups = new Map<string, { before: AdtThreshold[]; after: AdtThreshold[] }>();
  const groupOf = (threshold: AdtThreshold) => {
    const key = identityKey(threshold);
    const group = groups.get(key) ?? { before: [], after: [] };
    groups.set(key, group);
    return group;
  };
  for (const threshold of before.thresholds) groupOf(threshold).before.push(threshold);
  for (const threshold of after.thresholds) groupOf(threshold).after.push(threshold);
  return [...groups.values()].map((group) => difference(group.before, group.after));
}
