/** Rows that hold for a span of time. Spans are half-open; instants are texts of 24 characters that compare as such. */
import type { Findings } from '../findings.ts';

export interface Span {
  /** Undefined: when the file is applied, taken as earlier than every instant. */
  readonly from: string | undefined;
  /** Undefined: no end. */
  readonly to: string | undefined;
}

/** Before every instant, and after it. */
export const EARLIEST = '';
export const LATEST = '\uffff';

export const start = (span: Span): string => span.from ?? EARLIEST;
export const end = (span: Span): string => span.to ?? LATEST;

export function inOrder(one: Span, other: Span): number {
  return start(one) < start(other) ? -1 : start(one) > start(other) ? 1 : 0;
}

/** In the order of their spans, each overlap a fault at the later line that names the earlier. */
export function addOverlaps(
  spans: readonly (Span & { readonly line: number })[],
  what: string,
  findings: Findings,
): void {
  let furthest: (typeof spans)[number] | undefined;
  for (const span of spans.toSorted(inOrder)) {
    if (furthest !== undefined && start(span) < end(furthest)) {
      const [first, second] = [furthest, span].sort((one, other) => one.line - other.line);
      const message = `${what} is set for the same time by line ${first?.line} and line ${second?.line}`;
      findings.add({ line: second?.line ?? span.line, code: 'files.overlap', message });
    }
    if (furthest === undefined || end(span) > end(furthest)) furthest = span;
  }
}

/** A row of the kind none says that the file is the empty set, so no other row may stand beside it. */
export function addNotAlone(none: readonly { readonly line: number }[], rowCount: number, findings: Findings): void {
  if (rowCount === 1) return;
  for (const { line } of none) {
    findings.add({ line, code: 'files.none', message: 'none is not the only row of the file' });
  }
}
