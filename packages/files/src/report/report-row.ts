/** The rows of a Quarantined Communications Report: an event, then what it holds. */
import { columnOf, reportProfile } from '../csv/profile.ts';
import type { Row } from '../csv/rows.ts';
import type { FileErrorCode } from '../errors.ts';
import { type Findings, shown } from '../findings.ts';
import { parseEui, parseEvent, parseMessageId, parseSha256 } from '../values/identifiers.ts';
import { parseInstant } from '../values/instant.ts';
import { isSrv } from '../values/services.ts';
import { isFreeText, LONGEST_REASON, parseNumber } from '../values/text.ts';

/** What held the messages, as DUIS names it in the alert about each. */
export const eventKinds = ['ADUserThresholdBreach', 'ADDCCThresholdBreach', 'ADAttributeLimitsBreach'] as const;
export type EventKind = (typeof eventKinds)[number];

/** What a held message is. */
export const heldKinds = [
  'service_request',
  'signed_pre_command',
  'response',
  'pre_command',
  'device_alert',
  'dcc_alert',
  'smets1_response',
] as const;
export type HeldKind = (typeof heldKinds)[number];

const eventDirections = ['sent', 'received', 'processed'] as const;
const heldDirections = ['sent', 'received'] as const;

export interface EventRow {
  readonly row: 'event';
  readonly line: number;
  readonly event: string;
  /** When the first of its messages was held; UTC, 24 characters. */
  readonly heldAt: string;
  /** Of the threshold. */
  readonly direction: (typeof eventDirections)[number];
  readonly kind: EventKind;
  /** The threshold in words: its name, number and period. */
  readonly cause: string;
  /** Messages that it holds now, which are the rows that follow. */
  readonly count: number;
}

export interface HeldRow {
  readonly row: 'held';
  readonly line: number;
  readonly event: string;
  /** Empty for alerts. */
  readonly srv: string;
  /** Empty where the message concerns none. */
  readonly device: string;
  /** Empty for alerts that have none. */
  readonly messageId: string;
  readonly sha256: string;
  readonly heldAt: string;
  readonly direction: (typeof heldDirections)[number];
  readonly kind: HeldKind;
  readonly cause: string;
}

export type ReportRow = EventRow | HeldRow;

type ReportColumn = (typeof reportProfile.columns)[number];

/** The row as values; undefined when a cell is wrong, which was added to `findings`. */
export function readReportRow(row: Row<'event' | 'held'>, findings: Findings): ReportRow | undefined {
  const { line } = row;
  let isGood = true;
  const [, ...values] = row.cells;
  const cell = (name: ReportColumn): string => values[reportProfile.columns.indexOf(name)] ?? '';
  const fail = (name: ReportColumn, code: FileErrorCode, message: string): undefined => {
    isGood = false;
    findings.add({ line, column: columnOf(reportProfile, name), code, message });
  };
  const need = (name: ReportColumn, read: (text: string) => string | undefined, code: FileErrorCode, what: string) =>
    read(cell(name)) ?? fail(name, code, `${shown(cell(name))} is not ${what}`) ?? '';
  const choose = <One extends string>(name: ReportColumn, choices: readonly One[], code: FileErrorCode) =>
    choices.find((one) => one === cell(name)) ?? fail(name, code, `${shown(cell(name))} is not ${choices.join(', ')}`);
  const leaveEmpty = (...names: ReportColumn[]): void => {
    for (const name of names) {
      if (cell(name) !== '') fail(name, 'files.unused', `a row of the kind ${row.kind} has no ${name}`);
    }
  };

  const event = need('event', parseEvent, 'files.event', '1 to 20 digits');
  const heldAt = need('held_at', parseInstant, 'files.instant', 'an instant with its offset');
  const cause = cell('cause');
  if (!isFreeText(cause, LONGEST_REASON)) {
    fail('cause', 'files.text', `${shown(cause)} has more than ${LONGEST_REASON} characters, or a control character`);
  }
  if (row.kind === 'event') {
    leaveEmpty('srv', 'device', 'message_id', 'sha256');
    const direction = choose('direction', eventDirections, 'files.direction');
    const kind = choose('kind', eventKinds, 'files.message-kind');
    const count = parseNumber(cell('count')) ?? fail('count', 'files.number', `${shown(cell('count'))} is not a count`);
    if (!isGood || direction === undefined || kind === undefined || count === undefined) return undefined;
    return { row: 'event', line, event, heldAt, direction, kind, cause, count };
  }
  leaveEmpty('count');
  const srv = cell('srv');
  if (srv !== '' && !isSrv(srv)) fail('srv', 'files.services', `${shown(srv)} is not a service request variant`);
  const device = cell('device') === '' ? '' : need('device', parseEui, 'files.eui', 'an EUI-64');
  const isNamed = cell('message_id') !== '';
  const messageId = isNamed ? need('message_id', parseMessageId, 'files.message-id', 'ORIGINATOR:TARGET:COUNTER') : '';
  const sha256 = need('sha256', parseSha256, 'files.sha256', '64 hex digits');
  const direction = choose('direction', heldDirections, 'files.direction');
  const kind = choose('kind', heldKinds, 'files.message-kind');
  if (!isGood || direction === undefined || kind === undefined) return undefined;
  return { row: 'held', line, event, srv, device, messageId, sha256, heldAt, direction, kind, cause };
}
