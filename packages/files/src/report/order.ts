/**
 * The order of a report: events by their number, each followed by exactly what it holds, by service request variant
 * (alerts, which have none, first) and then as it was held.
 */
import type { Findings } from '../findings.ts';
import { compareDigits } from '../values/identifiers.ts';
import { compareSrvs } from '../values/services.ts';
import type { EventRow, HeldRow, ReportRow } from './report-row.ts';

const bySrv = (one: string, other: string): number =>
  one === '' || other === '' ? one.length - other.length : compareSrvs(one, other);

export class ReportOrder {
  readonly #findings: Findings;
  #event: EventRow | undefined;
  #held: HeldRow | undefined;
  #count = 0;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** What is out of order is added to the findings, at its line. */
  check(row: ReportRow): void {
    if (row.row === 'event') this.#begin(row);
    else this.#continue(row);
  }

  #begin(row: EventRow): void {
    this.finish();
    if (this.#event !== undefined && compareDigits(this.#event.event, row.event) >= 0) {
      this.#fail(row.line, `event ${row.event} does not come after event ${this.#event.event}`);
    }
    this.#event = row;
    this.#held = undefined;
    this.#count = 0;
  }

  #continue(row: HeldRow): void {
    if (this.#event?.event !== row.event) {
      this.#fail(row.line, `the held message does not stand below the row of its event ${row.event}`);
      return;
    }
    this.#count += 1;
    const before = this.#held;
    this.#held = row;
    if (before === undefined) return;
    const order = bySrv(before.srv, row.srv);
    if (order > 0) this.#fail(row.line, `${row.srv === '' ? 'an alert' : row.srv} comes after ${before.srv}`);
    else if (order === 0 && before.heldAt > row.heldAt)
      this.#fail(row.line, 'the message was held before the one above');
  }

  #fail(line: number, message: string): void {
    this.#findings.add({ line, code: 'files.report-order', message });
  }

  /** To be called after the last row. */
  finish(): void {
    if (this.#event === undefined || this.#event.count === this.#count) return;
    const { line, event, count } = this.#event;
    const message = `event ${event} says that it holds ${count}, and ${this.#count} rows follow`;
    this.#findings.add({ line, code: 'files.report-count', message });
  }
}
