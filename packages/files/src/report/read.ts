/** Reads a Quarantined Communications Report as it comes. */
import type { Source } from '../csv/lines.ts';
import { reportProfile } from '../csv/profile.ts';
import { readRows } from '../csv/rows.ts';
import type { Findings } from '../findings.ts';
import { addHeld, HeldItems } from './held-items.ts';
import { ReportOrder } from './order.ts';
import { type ReportRow, readReportRow } from './report-row.ts';

/**
 * The events and what they hold, in batches, in the order of the file. What is wrong is added to `findings`; a row
 * whose cells are wrong is left out.
 * @param held gathers what is held, for `compareActions`
 */
export async function* readReport(
  source: Source,
  findings: Findings,
  held = new HeldItems(),
): AsyncGenerator<ReportRow[]> {
  const order = new ReportOrder(findings);
  // A row that was left out would make those around it look misplaced.
  let isComplete = true;
  let count = 0;
  for await (const batch of readRows(source, reportProfile, findings)) {
    const rows: ReportRow[] = [];
    count += batch.length;
    isComplete &&= count === findings.rows;
    for (const one of batch) {
      const row = readReportRow(one, findings);
      isComplete &&= row !== undefined;
      if (row === undefined) continue;
      if (isComplete) order.check(row);
      if (row.row === 'event' || addHeld(held, row, findings)) rows.push(row);
    }
    if (rows.length > 0) yield rows;
  }
  if (isComplete) order.finish();
}
