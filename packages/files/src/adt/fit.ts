/** Whether the rows of an ADT File fit together: one User ID, one threshold at a time, exceptions within thresholds. */
import { adtProfile, columnOf } from '../csv/profile.ts';
import { type Findings, shown } from '../findings.ts';
import { addNotAlone, addOverlaps, end, inOrder, start } from '../spans/span.ts';
import { type AdtException, type AdtFile, type AdtIdentity, type AdtThreshold, identityKey } from './adt-file.ts';
import type { AdtRow } from './adt-row.ts';
import { findExcess } from './bounds.ts';

type ThresholdRow = Omit<AdtThreshold, 'exceptions'>;
interface ExceptionRow {
  readonly identity: AdtIdentity;
  readonly exception: AdtException;
}

function describe({ services, direction, period }: AdtIdentity): string {
  return `${services} ${direction} in ${period}`;
}

/** The exceptions by the line of the threshold that they lie within. */
function placeExceptions(
  thresholds: ReadonlyMap<string, readonly ThresholdRow[]>,
  exceptions: readonly ExceptionRow[],
  hasAllThresholds: boolean,
  findings: Findings,
): Map<number, AdtException[]> {
  const placed = new Map<number, AdtException[]>();
  for (const [key, group] of Map.groupBy(exceptions, ({ identity }) => identityKey(identity))) {
    const spans = thresholds.get(key) ?? [];
    for (const { identity, exception } of group) {
      const within = spans.find((span) => start(span) <= exception.from && exception.to <= end(span));
      if (within === undefined) {
        if (!hasAllThresholds) continue;
        const message =
          spans.length === 0
            ? `no row sets a threshold for ${describe(identity)}`
            : `no threshold for ${describe(identity)} is in force all of ${exception.from} to ${exception.to}`;
        findings.add({ line: exception.line, code: 'files.exception-threshold', message });
      } else {
        const others = placed.get(within.line);
        if (others === undefined) placed.set(within.line, [exception]);
        else others.push(exception);
      }
    }
    const [first] = group;
    if (first === undefined) continue;
    const what = `an exception to ${describe(first.identity)}`;
    addOverlaps(
      group.map(({ exception }) => exception),
      what,
      findings,
    );
  }
  return placed;
}

function addUserIds(rows: readonly AdtRow[], findings: Findings): string | undefined {
  let expected: { readonly userId: string; readonly line: number } | undefined;
  for (const row of rows) {
    const [line, userId] =
      row.kind === 'threshold'
        ? [row.threshold.line, row.threshold.userId]
        : row.kind === 'exception'
          ? [row.exception.line, row.identity.userId]
          : [row.line, row.userId];
    expected ??= { userId, line };
    if (userId === expected.userId) continue;
    const message = `${shown(userId)} is another User ID than ${shown(expected.userId)} of line ${expected.line}`;
    findings.add({ line, column: columnOf(adtProfile, 'user_id'), code: 'files.user-ids', message });
  }
  return expected?.userId;
}

/** What is more than one owner may have; spans of one threshold are one. */
function addExcess(groups: Iterable<readonly ThresholdRow[]>, findings: Findings): void {
  const firsts = [...groups].flatMap(([first]) =>
    first === undefined ? [] : [{ ...first, services: first.srvs.length > 0 ? first.srvs : [first.services] }],
  );
  for (const { threshold, code, message } of findExcess(firsts)) findings.add({ line: threshold.line, code, message });
}

/**
 * The file that the rows are; what does not fit together is added to `findings`. Undefined when there are no rows.
 * @param hasAllThresholds whether no threshold row was left out; else an exception without one is not its own fault
 */
export function fitRows(rows: readonly AdtRow[], hasAllThresholds: boolean, findings: Findings): AdtFile | undefined {
  const userId = addUserIds(rows, findings);
  if (userId === undefined) return undefined;
  const none = rows.filter((row) => row.kind === 'none');
  addNotAlone(none, rows.length, findings);
  const thresholds = rows.flatMap((row) => (row.kind === 'threshold' ? [row.threshold] : []));
  const groups = Map.groupBy(thresholds, identityKey);
  for (const group of groups.values()) {
    const [first] = group;
    if (first !== undefined) addOverlaps(group, describe(first), findings);
  }
  addExcess(groups.values(), findings);
  const exceptions = rows.filter((row) => row.kind === 'exception');
  const placed = placeExceptions(groups, exceptions, hasAllThresholds, findings);
  return {
    userId,
    thresholds: thresholds.map((threshold) => ({
      ...threshold,
      exceptions: (placed.get(threshold.line) ?? []).sort(inOrder),
    })),
    reference: none[0]?.reference ?? '',
  };
}
