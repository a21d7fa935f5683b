/** One row of an ADT File as values; every cell that is wrong is a fault. */
import { adtProfile, columnOf } from '../csv/profile.ts';
import type { Row } from '../csv/rows.ts';
import type { FileErrorCode } from '../errors.ts';
import { type Findings, shown } from '../findings.ts';
import { isRewrittenNumber, parseEui } from '../values/identifiers.ts';
import { parseInstant } from '../values/instant.ts';
import { LONGEST_PERIOD_DAYS, parsePeriod } from '../values/period.ts';
import { parseServices } from '../values/services.ts';
import { isReference, LONGEST_REFERENCE, parseNumber } from '../values/text.ts';
import {
  type AdtDirection,
  type AdtException,
  type AdtIdentity,
  type AdtThreshold,
  adtDirections,
} from './adt-file.ts';

export type AdtKind = 'threshold' | 'exception' | 'none';
type AdtColumn = (typeof adtProfile.columns)[number];

/** A row whose cells are right each by itself; whether the rows fit together is judged afterwards. */
export type AdtRow =
  | { readonly kind: 'threshold'; readonly threshold: Omit<AdtThreshold, 'exceptions'> }
  | { readonly kind: 'exception'; readonly identity: AdtIdentity; readonly exception: AdtException }
  | { readonly kind: 'none'; readonly line: number; readonly userId: string; readonly reference: string };

class RowCheck {
  readonly #cells: readonly string[];
  readonly #line: number;
  readonly #findings: Findings;
  isGood = true;

  constructor(row: Row<AdtKind>, findings: Findings) {
    this.#cells = row.cells;
    this.#line = row.line;
    this.#findings = findings;
  }

  cell(name: AdtColumn): string {
    return this.#cells[adtProfile.columns.indexOf(name) + 1] ?? '';
  }

  fail(name: AdtColumn, code: FileErrorCode, message: string): undefined {
    this.isGood = false;
    this.#findings.add({ line: this.#line, column: columnOf(adtProfile, name), code, message });
  }

  number(name: 'warning' | 'quarantine'): number | undefined {
    const text = this.cell(name);
    const number = parseNumber(text);
    if (number !== undefined) return number;
    const why = isRewrittenNumber(text) ? ' (a spreadsheet may have rewritten it)' : '';
    return this.fail(name, 'files.number', `${shown(text)} is not a whole number from 0 to 10^15${why}`);
  }

  instant(name: 'from' | 'to'): string | undefined {
    const text = this.cell(name);
    if (text === '') return undefined;
    return parseInstant(text) ?? this.fail(name, 'files.instant', `${shown(text)} is not an instant with its offset`);
  }
}

function readUserId(check: RowCheck): string | undefined {
  const text = check.cell('user_id');
  return parseEui(text) ?? check.fail('user_id', 'files.eui', `${shown(text)} is not an EUI-64`);
}

function readReference(check: RowCheck): string {
  const text = check.cell('reference');
  if (!isReference(text)) {
    const message = `${shown(text)} is not up to ${LONGEST_REFERENCE} visible characters without blanks`;
    check.fail('reference', 'files.text', message);
  }
  return text;
}

function readServices(check: RowCheck, knownSrv: (srv: string) => boolean) {
  const text = check.cell('services');
  const services = parseServices(text, knownSrv);
  if (services === undefined) return check.fail('services', 'files.services', `${shown(text)} names no services`);
  if (services.unknown === undefined) return services;
  return check.fail('services', 'files.srv', `${shown(services.unknown)} is not in the catalogue`);
}

function readDirection(check: RowCheck): AdtDirection | undefined {
  const text = check.cell('direction');
  const direction = adtDirections.find((one) => one === text);
  if (direction === undefined) {
    return check.fail('direction', 'files.direction', `${shown(text)} is not one of ${adtDirections.join(', ')}`);
  }
  if (direction === 'sent' && check.cell('services') === 'alerts') {
    return check.fail('direction', 'files.direction', 'alerts are never sent by a User, only received or processed');
  }
  return direction;
}

function readPeriod(check: RowCheck) {
  const text = check.cell('period');
  const period = parsePeriod(text);
  switch (period.fault) {
    case undefined:
      return period;
    case 'calendar':
      return check.fail('period', 'files.period-calendar', `${shown(text)} is of months or years`);
    case 'short':
      return check.fail('period', 'files.period', `${shown(text)} is shorter than one second`);
    case 'long':
      return check.fail('period', 'files.period', `${shown(text)} is longer than ${LONGEST_PERIOD_DAYS} days`);
    case 'none':
      return check.fail('period', 'files.period', `${shown(text)} is not a duration of ISO 8601 in whole units`);
  }
}

function readNone(row: Row<AdtKind>, check: RowCheck): AdtRow | undefined {
  const userId = readUserId(check);
  const reference = readReference(check);
  for (const name of adtProfile.columns) {
    if (name === 'user_id' || name === 'reference' || check.cell(name) === '') continue;
    check.fail(name, 'files.unused', `a row of the kind none has no ${name}`);
  }
  if (!check.isGood || userId === undefined) return undefined;
  return { kind: 'none', line: row.line, userId, reference };
}

/** The row as values; undefined when a cell is wrong, which was added to `findings`. */
export function readAdtRow(
  row: Row<AdtKind>,
  knownSrv: (srv: string) => boolean,
  findings: Findings,
): AdtRow | undefined {
  const check = new RowCheck(row, findings);
  if (row.kind === 'none') return readNone(row, check);
  const { line } = row;
  const userId = readUserId(check);
  const services = readServices(check, knownSrv);
  const direction = readDirection(check);
  const period = readPeriod(check);
  const warning = check.cell('warning') === '' ? undefined : check.number('warning');
  const quarantine = check.number('quarantine');
  const from = check.instant('from');
  const to = check.instant('to');
  const reference = readReference(check);
  if (warning !== undefined && quarantine !== undefined && warning > quarantine) {
    check.fail('warning', 'files.warning', `the warning ${warning} is above the quarantine number ${quarantine}`);
  }
  if (from !== undefined && to !== undefined && from >= to) {
    check.fail('to', 'files.span', `${shown(check.cell('to'))} is not after ${shown(check.cell('from'))}`);
  }
  if (row.kind === 'exception' && (check.cell('from') === '' || check.cell('to') === '')) {
    const name = check.cell('from') === '' ? 'from' : 'to';
    check.fail(name, 'files.exception-span', `an exception has to say ${name} when it holds`);
  }
  if (!check.isGood || userId === undefined || services === undefined || direction === undefined) return undefined;
  if (period === undefined || quarantine === undefined) return undefined;
  const identity: AdtIdentity = { userId, services: services.services, direction, period: period.period };
  const numbers = { warning, quarantine, reference };
  if (row.kind === 'threshold') {
    const { srvs } = services;
    return {
      kind: 'threshold',
      threshold: { line, ...identity, periodSeconds: period.seconds, srvs, ...numbers, from, to },
    };
  }
  if (from === undefined || to === undefined) return undefined;
  return { kind: 'exception', identity, exception: { line, ...numbers, from, to } };
}
