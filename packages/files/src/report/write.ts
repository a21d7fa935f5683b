/** Writes a Quarantined Communications Report. */
import { reportProfile } from '../csv/profile.ts';
import { guardText } from '../csv/write.ts';
import { writeRows } from '../csv/write-rows.ts';
import { addHeld, HeldItems } from './held-items.ts';
import { ReportOrder } from './order.ts';
import { type EventRow, type HeldRow, readReportRow } from './report-row.ts';

export type NewReportRow = Omit<EventRow, 'line'> | Omit<HeldRow, 'line'>;

function cellsOf(row: NewReportRow): ['event' | 'held', ...string[]] {
  const { event, heldAt, direction, kind } = row;
  const last = [heldAt, direction, kind, guardText(row.cause)];
  if (row.row === 'event') return ['event', event, '', '', '', '', ...last, String(row.count)];
  return ['held', event, row.srv, row.device, row.messageId, row.sha256, ...last, ''];
}

/** Throws FileError 'files.write' when `readReport` would not take a row, or an event holds not as many as it says. */
export function writeReport(rows: Iterable<NewReportRow> | AsyncIterable<NewReportRow>): AsyncGenerator<Uint8Array> {
  const held = new HeldItems();
  return writeRows(reportProfile, rows, cellsOf, (findings) => {
    const order = new ReportOrder(findings);
    return {
      row: (one) => {
        const row = readReportRow(one, findings);
        if (row === undefined) return;
        order.check(row);
        if (row.row === 'held') addHeld(held, row, findings);
      },
      end: () => order.finish(),
    };
  });
}
