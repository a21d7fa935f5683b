import type { PhaseReport } from './protocol.ts';

/** Throws when any answer was not the acknowledgement of its message, or the messages ran out. */
export function checked(report: PhaseReport): PhaseReport {
  const { acknowledged: _good, ...others } = report.answers;
  if (Object.keys(others).length > 0) {
    throw new Error(`not every message was acknowledged: ${JSON.stringify({ ...report.answers, ...report.examples })}`);
  }
  if (report.ranOut) throw new Error('the messages that were made ran out; the figures would be wrong');
  return report;
}
