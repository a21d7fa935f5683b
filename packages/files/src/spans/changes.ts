/** What differs between two sets of rows, in the words of their columns. */
import type { Span } from './span.ts';

/** One value that differs. */
export interface Change<Field extends string> {
  /** Where the row begins and ends, by the new file, or by the old one when it is gone. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** `row` when the whole row is new or gone. */
  readonly field: 'row' | Field;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What two files say of one identity. */
export interface Difference<Row, FieldChange> {
  readonly kind: 'added' | 'removed' | 'changed' | 'unchanged';
  readonly before: readonly Row[];
  readonly after: readonly Row[];
  /** Empty unless `kind` is `changed`. */
  readonly changes: readonly FieldChange[];
  readonly relaxes: boolean;
  /** Why it relaxes, in words; empty when it does not. */
  readonly reasons: readonly string[];
}

/** Rows that are the same one before and after: with the same beginning, then the same end, then in their order. */
function pairUp<Row extends Span>(before: readonly Row[], after: readonly Row[]): [Row | undefined, Row | undefined][] {
  const left = new Set(before);
  const found = new Map<Row, Row>();
  const pairBy = (key: (row: Row) => string | undefined): void => {
    const byKey = new Map([...left].map((row) => [key(row), row]));
    for (const now of after) {
      const old = byKey.get(key(now));
      if (found.has(now) || old === undefined || !left.delete(old)) continue;
      found.set(now, old);
    }
  };
  pairBy(({ from }) => from);
  pairBy(({ to }) => to);
  const rest = left.values();
  const pairs = after.map((now): [Row | undefined, Row] => [found.get(now) ?? rest.next().value, now]);
  return [...pairs, ...[...rest].map((old): [Row, undefined] => [old, undefined])];
}

const written = (value: string | number | undefined): string | undefined =>
  value === undefined ? undefined : String(value);

/** The fields that differ, row by row; `describe` says what a row that is new or gone held. */
export function compareRows<Field extends string, Row extends Span & Record<Field, string | number | undefined>>(
  fields: readonly Field[],
  describe: (row: Row) => string,
  before: readonly Row[],
  after: readonly Row[],
): Change<Field>[] {
  return pairUp(before, after).flatMap(([old, now]): Change<Field>[] => {
    const shown = now ?? old;
    if (shown === undefined) return [];
    const where = { from: shown.from, to: shown.to };
    if (old === undefined || now === undefined) {
      return [{ ...where, field: 'row', before: old && describe(old), after: now && describe(now) }];
    }
    return fields
      .filter((field) => old[field] !== now[field])
      .map((field) => ({ ...where, field, before: written(old[field]), after: written(now[field]) }));
  });
}

/** The difference of one identity. */
export function differenceOf<Row, FieldChange>(
  before: readonly Row[],
  after: readonly Row[],
  compare: (before: readonly Row[], after: readonly Row[]) => FieldChange[],
  findRelaxing: (before: readonly Row[], after: readonly Row[]) => string[],
): Difference<Row, FieldChange> {
  const isBoth = before.length > 0 && after.length > 0;
  const changes = isBoth ? compare(before, after) : [];
  const reasons = findRelaxing(before, after);
  return {
    kind: before.length === 0 ? 'added' : after.length === 0 ? 'removed' : changes.length > 0 ? 'changed' : 'unchanged',
    before,
    after,
    changes,
    relaxes: reasons.length > 0,
    reasons,
  };
}

/** The rows of both files by identity: the identities of `before` in its order, then those that are new. */
export function groupBoth<Row>(
  before: readonly Row[],
  after: readonly Row[],
  keyOf: (row: Row) => string,
): { readonly key: string; readonly before: Row[]; readonly after: Row[] }[] {
  const old = Map.groupBy(before, keyOf);
  const now = Map.groupBy(after, keyOf);
  return [...new Set([...old.keys(), ...now.keys()])].map((key) => ({
    key,
    before: old.get(key) ?? [],
    after: now.get(key) ?? [],
  }));
}
