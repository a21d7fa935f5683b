/** Reads a Quarantined Communications Report as it comes. */
import { addRepeated, SeenItems } from '../actions/seen-items.ts';
import type { Source } from '../csv/lines.ts';
import { reportProfile } from '../csv/profile.ts';
import { readRows } from '../csv/rows.ts';
import type { Findings } from '../findings.ts';
import { ReportOrder } from './order.ts';
import { type ReportRow, readReportRow } from './report-row.ts';

/**
 * The events and what they hold, in batches, in the order of the file. What is wrong is added to `findings`; a row
 * whose cells are wrong is left out.
 */
export async function* readReport(source: Source, findings: Findings): AsyncGenerator<ReportRow[]> {
  const seen = new SeenItems();
  const order = new ReportOrder(findings);
  let isComplete = true;
  for await (const batch of readRows(source, reportProfile, findings)) {
    const rows: ReportRow[] = [];
    for (const one of batch) {
      const row = readReportRow(one, findings);
      if (row === undefined) continue;
      // A row that was left out would make those around it look misplaced.
      isComplete &&= findings.faultCount === 0;
      if (isComplete) order.check(row);
      if (row.row === 'event' || !addRepeated(seen, row, findings)) rows.push(row);
    }
    if (rows.length > 0) yield rows;
  }
  if (findings.faultCount === 0) order.finish();
}
