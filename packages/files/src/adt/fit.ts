/** Whether the rows of an ADT File fit together: one User ID, one threshold at a time, exceptions within thresholds. */
import { adtProfile, columnOf } from '../csv/profile.ts';
import { type Findings, shown } from '../findings.ts';
import { type AdtException, type AdtFile, type AdtIdentity, type AdtThreshold, identityKey } from './adt-file.ts';
import type { AdtRow } from './adt-row.ts';

interface Span {
  readonly line: number;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Before every instant, and after it. */
const EARLIEST = '';
const LATEST = '\uffff';

const start = (span: Span): string => span.from ?? EARLIEST;
const end = (span: Span): string => span.to ?? LATEST;
const inOrder = (one: Span, other: Span): number =>
  start(one) < start(other) ? -1 : start(one) > start(other) ? 1 : 0;

type ThresholdRow = Omit<AdtThreshold, 'exceptions'>;
interface ExceptionRow {
  readonly identity: AdtIdentity;
  readonly exception: AdtException;
}

function describe({ services, direction, period }: AdtIdentity): string {
  return `${services} ${direction} in ${period}`;
}

/** In the order of their spans, each overlap a fault at the later line that names the earlier. */
function addOverlaps(spans: readonly Span[], what: string, findings: Findings): void {
  let furthest: Span | undefined;
  for (const span of spans.toSorted(inOrder)) {
    if (furthest !== undefined && start(span) < end(furthest)) {
      const [first, second] = [furthest, span].sort((one, other) => one.line - other.line);
      const message = `${what} is set for the same time by line ${first?.line} and line ${second?.line}`;
      findings.add({ line: second?.line ?? span.line, code: 'files.overlap', message });
    }
    if (furthest === undefined || end(span) > end(furthest)) furthest = span;
  }
}

function groupBy<Item>(items: readonly Item[], identityOf: (item: Item) => AdtIdentity): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = identityKey(identityOf(item));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** The exceptions by the line of the threshold that they lie within. */
function placeExceptions(
  thresholds: ReadonlyMap<string, readonly ThresholdRow[]>,
  exceptions: readonly ExceptionRow[],
  hasAllThresholds: boolean,
  findings: Findings,
): Map<number, AdtException[]> {
  const placed = new Map<number, AdtException[]>();
  for (const [key, group] of groupBy(exceptions, ({ identity }) => identity)) {
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

/**
 * The file that the rows are; what does not fit together is added to `findings`. Undefined when there are no rows.
 * @param hasAllThresholds whether no threshold row was left out; else an exception without one is not its own fault
 */
export function fitRows(rows: readonly AdtRow[], hasAllThresholds: boolean, findings: Findings): AdtFile | undefined {
  const userId = addUserIds(rows, findings);
  if (userId === undefined) return undefined;
  const none = rows.filter((row) => row.kind === 'none');
  if (none.length > 0 && rows.length > 1) {
    for (const { line } of none) {
      findings.add({ line, code: 'files.none', message: 'none is not the only row of the file' });
    }
  }
  const thresholds = rows.flatMap((row) => (row.kind === 'threshold' ? [row.threshold] : []));
  const groups = groupBy(thresholds, (threshold) => threshold);
  for (const group of groups.values()) {
    const [first] = group;
    if (first !== undefined) addOverlaps(group, describe(first), findings);
  }
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
