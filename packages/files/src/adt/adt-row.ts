/** One row of an ADT File as values; every cell that is wrong is a fault. */
import { adtProfile } from '../csv/profile.ts';
import type { Row } from '../csv/rows.ts';
import { type Findings, shown } from '../findings.ts';
import { RowCheck } from '../spans/row-check.ts';
import { parseEui } from '../values/identifiers.ts';
import { LONGEST_PERIOD_DAYS, parsePeriod } from '../values/period.ts';
import { parseServices } from '../values/services.ts';
import { parseNumber } from '../values/text.ts';
import {
  type AdtDirection,
  type AdtException,
  type AdtIdentity,
  type AdtThreshold,
  adtDirections,
} from './adt-file.ts';

export type AdtKind = 'threshold' | 'exception' | 'none';
type AdtCheck = RowCheck<(typeof adtProfile.columns)[number]>;

/** A row whose cells are right each by itself; whether the rows fit together is judged afterwards. */
export type AdtRow =
  | { readonly kind: 'threshold'; readonly threshold: Omit<AdtThreshold, 'exceptions'> }
  | { readonly kind: 'exception'; readonly identity: AdtIdentity; readonly exception: AdtException }
  | { readonly kind: 'none'; readonly line: number; readonly userId: string; readonly reference: string };

function readNumber(check: AdtCheck, name: 'warning' | 'quarantine'): number | undefined {
  return parseNumber(check.cell(name)) ?? check.failNumber(name, 'files.number', 'a whole number from 0 to 10^15');
}

function readUserId(check: AdtCheck): string | undefined {
  const text = check.cell('user_id');
  return parseEui(text) ?? check.fail('user_id', 'files.eui', `${shown(text)} is not an EUI-64`);
}

function readServices(check: AdtCheck, knownSrv: (srv: string) => boolean) {
  const text = check.cell('services');
  const services = parseServices(text, knownSrv);
  if (services === undefined) return check.fail('services', 'files.services', `${shown(text)} names no services`);
  if (services.unknown === undefined) return services;
  return check.fail('services', 'files.srv', `${shown(services.unknown)} is not in the catalogue`);
}

function readDirection(check: AdtCheck): AdtDirection | undefined {
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

function readPeriod(check: AdtCheck) {
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

function readNone(row: Row<AdtKind>, check: AdtCheck): AdtRow | undefined {
  const userId = readUserId(check);
  const reference = check.reference();
  check.useOnly('user_id', 'reference');
  if (!check.isGood || userId === undefined) return undefined;
  return { kind: 'none', line: row.line, userId, reference };
}

function readWarning(check: AdtCheck, isOfOperator: boolean): number | undefined {
  if (check.cell('warning') === '') return undefined;
  if (!isOfOperator) return readNumber(check, 'warning');
  const why = 'a threshold of the Operator counts across all Users, so there is nobody to warn';
  return check.fail('warning', 'files.operator-warning', why);
}

/** What a row is judged by. */
export interface AdtRules {
  readonly knownSrv: (srv: string) => boolean;
  /** In upper case; undefined when every file is that of a User. */
  readonly operatorId: string | undefined;
}

/** The row as values; undefined when a cell is wrong, which was added to `findings`. */
export function readAdtRow(
  row: Row<AdtKind>,
  { knownSrv, operatorId }: AdtRules,
  findings: Findings,
): AdtRow | undefined {
  const check = new RowCheck(adtProfile, row, findings);
  if (row.kind === 'none') return readNone(row, check);
  const { line } = row;
  const userId = readUserId(check);
  const services = readServices(check, knownSrv);
  const direction = readDirection(check);
  const period = readPeriod(check);
  const warning = readWarning(check, userId !== undefined && userId === operatorId);
  const quarantine = readNumber(check, 'quarantine');
  const { from, to } = check.span();
  const reference = check.reference();
  if (warning !== undefined && quarantine !== undefined && warning > quarantine) {
    check.fail('warning', 'files.warning', `the warning ${warning} is above the quarantine number ${quarantine}`);
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
