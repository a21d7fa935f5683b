/** Reads the cells of a row that holds for a span of time; every cell that is wrong is a fault. */
import { columnOf, type Profile } from '../csv/profile.ts';
import type { Row } from '../csv/rows.ts';
import type { FileErrorCode } from '../errors.ts';
import { type Findings, shown } from '../findings.ts';
import { isRewrittenNumber } from '../values/identifiers.ts';
import { parseInstant } from '../values/instant.ts';
import { isReference, LONGEST_REFERENCE } from '../values/text.ts';
import type { Span } from './span.ts';

type SpanColumn = 'from' | 'to' | 'reference';

export class RowCheck<Name extends string> {
  readonly #profile: Profile<Name | SpanColumn>;
  readonly #row: Row<string>;
  readonly #findings: Findings;
  isGood = true;

  constructor(profile: Profile<Name | SpanColumn>, row: Row<string>, findings: Findings) {
    this.#profile = profile;
    this.#row = row;
    this.#findings = findings;
  }

  cell(name: Name | SpanColumn): string {
    return this.#row.cells[this.#profile.columns.indexOf(name) + 1] ?? '';
  }

  fail(name: Name | SpanColumn, code: FileErrorCode, message: string): undefined {
    this.isGood = false;
    this.#findings.add({ line: this.#row.line, column: columnOf(this.#profile, name), code, message });
  }

  /** A cell that is no number of the wanted form, told so when a spreadsheet seems to have rewritten it. */
  failNumber(name: Name, code: FileErrorCode, wanted: string): undefined {
    const text = this.cell(name);
    const why = isRewrittenNumber(text) ? ' (a spreadsheet may have rewritten it)' : '';
    return this.fail(name, code, `${shown(text)} is not ${wanted}${why}`);
  }

  #instant(name: 'from' | 'to'): string | undefined {
    const text = this.cell(name);
    if (text === '') return undefined;
    return parseInstant(text) ?? this.fail(name, 'files.instant', `${shown(text)} is not an instant with its offset`);
  }

  span(): Span {
    const span = { from: this.#instant('from'), to: this.#instant('to') };
    if (span.from !== undefined && span.to !== undefined && span.from >= span.to) {
      this.fail('to', 'files.span', `${shown(this.cell('to'))} is not after ${shown(this.cell('from'))}`);
    }
    return span;
  }

  reference(): string {
    const text = this.cell('reference');
    if (!isReference(text)) {
      const message = `${shown(text)} is not up to ${LONGEST_REFERENCE} visible characters without blanks`;
      this.fail('reference', 'files.text', message);
    } else this.#findings.refer(text, { line: this.#row.line, column: columnOf(this.#profile, 'reference') });
    return text;
  }

  /** All columns but these have to be empty. */
  useOnly(...used: (Name | SpanColumn)[]): void {
    for (const name of this.#profile.columns) {
      if (used.includes(name) || this.cell(name) === '') continue;
      this.fail(name, 'files.unused', `a row of the kind ${this.#row.kind} has no ${name}`);
    }
  }
}
