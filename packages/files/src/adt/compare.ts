/**
 * The difference that an ADT File makes, and whether it could let through what would have been held (`findRelaxing`).
 *
 * A warning holds nothing, so it never relaxes. Thresholds are judged one by one: one that goes relaxes although
 * another may still hold the same messages; so does a shorter period, which is another threshold in place of the one
 * that goes.
 */
import { type Change, compareRows, type Difference, differenceOf, groupBoth } from '../spans/changes.ts';
import { type AdtException, type AdtFile, type AdtIdentity, type AdtThreshold, identityKey } from './adt-file.ts';
import { findRelaxing } from './relaxing.ts';

const fields = ['from', 'to', 'warning', 'quarantine', 'reference'] as const;

export interface AdtChange extends Change<(typeof fields)[number]> {
  readonly item: 'threshold' | 'exception';
}

export interface AdtDifference extends Difference<AdtThreshold, AdtChange> {
  readonly identity: AdtIdentity;
}

type Item = AdtThreshold | AdtException;

const describe = ({ warning, quarantine }: Item): string => `warning ${warning ?? 'none'}, quarantine ${quarantine}`;

function compareItems(item: AdtChange['item'], before: readonly Item[], after: readonly Item[]): AdtChange[] {
  return compareRows(fields, describe, before, after).map((change) => ({ item, ...change }));
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
  return {
    identity: { userId, services, direction, period },
    ...differenceOf(before, after, compareThresholds, findRelaxing),
  };
}

/** The changes of a difference with its numbers: of a threshold that is new or gone, all its rows. */
export function numbersOf({ changes, before, after }: AdtDifference): readonly AdtChange[] {
  return changes.length > 0 ? changes : compareThresholds(before, after);
}

/** What `after` changes in `before`, a threshold at a time: those of `before` in its order, then those that are new. */
export function compareAdt(before: AdtFile, after: AdtFile): AdtDifference[] {
  return groupBoth(before.thresholds, after.thresholds, identityKey).map((both) => difference(both.before, both.after));
}
