/** One row of an Attribute Limits File as values; every cell that is wrong is a fault. */
import { limitsProfile } from '../csv/profile.ts';
import type { Row } from '../csv/rows.ts';
import { type Findings, shown } from '../findings.ts';
import { RowCheck } from '../spans/row-check.ts';
import { compareDecimals, MOST_DIGITS, parseDecimal } from '../values/decimal.ts';
import type { LimitRow } from './limits-file.ts';

export const LONGEST_ATTRIBUTE = 200;

/** A row whose cells are right each by itself; whether the rows fit together is judged afterwards. */
export type LimitsRow =
  | { readonly kind: 'limit'; readonly limit: LimitRow }
  | { readonly kind: 'none'; readonly line: number; readonly reference: string };

type LimitCheck = RowCheck<(typeof limitsProfile.columns)[number]>;

const attributeForm = new RegExp(`^[A-Za-z0-9./-]{1,${LONGEST_ATTRIBUTE}}$`);

function readAttribute(check: LimitCheck, knownAttribute: (attribute: string) => boolean): string {
  const text = check.cell('attribute');
  if (!attributeForm.test(text)) {
    const wanted = `1 to ${LONGEST_ATTRIBUTE} letters, digits, dots, slashes and hyphens`;
    check.fail('attribute', 'files.attribute', `${shown(text)} is not ${wanted}`);
  } else if (!knownAttribute(text)) {
    check.fail('attribute', 'files.attribute-unknown', `${shown(text)} is not in the catalogue`);
  }
  return text;
}

function readDecimal(check: LimitCheck, name: 'minimum' | 'maximum'): string | undefined {
  const text = check.cell(name);
  if (text === '') return undefined;
  return (
    parseDecimal(text) ?? check.failNumber(name, 'files.decimal', `a plain decimal of up to ${MOST_DIGITS} digits`)
  );
}

/** The row as values; undefined when a cell is wrong, which was added to `findings`. */
export function readLimitRow(
  row: Row<'limit' | 'none'>,
  knownAttribute: (attribute: string) => boolean,
  findings: Findings,
): LimitsRow | undefined {
  const { line, kind } = row;
  const check: LimitCheck = new RowCheck(limitsProfile, row, findings);
  if (kind === 'none') {
    const reference = check.reference();
    check.useOnly('reference');
    return check.isGood ? { kind, line, reference } : undefined;
  }
  const attribute = readAttribute(check, knownAttribute);
  const minimum = readDecimal(check, 'minimum');
  const maximum = readDecimal(check, 'maximum');
  if (check.cell('minimum') === '' && check.cell('maximum') === '') {
    check.fail('minimum', 'files.limit-absent', 'the row has neither a minimum nor a maximum');
  }
  if (minimum !== undefined && maximum !== undefined && compareDecimals(minimum, maximum) > 0) {
    check.fail('minimum', 'files.limit-order', `the minimum ${minimum} is above the maximum ${maximum}`);
  }
  const { from, to } = check.span();
  const reference = check.reference();
  return check.isGood ? { kind, limit: { line, attribute, minimum, maximum, from, to, reference } } : undefined;
}
