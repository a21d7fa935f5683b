/** One decision of a Quarantined Communications Action File. */
import { actionsProfile, columnOf } from '../csv/profile.ts';
import type { Row } from '../csv/rows.ts';
import type { FileErrorCode } from '../errors.ts';
import { type Findings, shown } from '../findings.ts';
import { isRewrittenNumber, parseEvent, parseMessageId, parseSha256 } from '../values/identifiers.ts';
import { isFreeText, isReference, LONGEST_REASON, LONGEST_REFERENCE } from '../values/text.ts';
import type { ItemName } from './item-key.ts';

/** What is done with a held message: sent on its way, or never. */
export const actionNames = ['process', 'delete'] as const;
export type ActionName = (typeof actionNames)[number];

/** Identifiers are normalised: no leading zeros, EUI-64s in upper case, SHA-256 in lower case. */
export interface ActionRow extends ItemName {
  readonly line: number;
  readonly action: ActionName;
  /** Empty when none is given. */
  readonly reason: string;
  /** The User's service request on the Self-Service Interface; empty where none is named. */
  readonly reference: string;
}

const referenceColumn = columnOf(actionsProfile, 'reference');

/** The row as values; undefined when a cell is wrong, which was added to `findings`. */
export function readActionRow({ line, cells }: Row<'action'>, findings: Findings): ActionRow | undefined {
  const [, eventCell = '', messageIdCell = '', sha256Cell = '', actionCell = '', reason = '', reference = ''] = cells;
  const fail = (name: (typeof actionsProfile.columns)[number], code: FileErrorCode, message: string): void =>
    findings.add({ line, column: columnOf(actionsProfile, name), code, message });

  const event = parseEvent(eventCell);
  if (event === undefined) {
    const why = isRewrittenNumber(eventCell) ? ' (a spreadsheet may have rewritten it)' : '';
    fail('event', 'files.event', `${shown(eventCell)} is not 1 to 20 digits${why}`);
  }
  const messageId = messageIdCell === '' ? '' : parseMessageId(messageIdCell);
  if (messageId === undefined) {
    fail('message_id', 'files.message-id', `${shown(messageIdCell)} is not ORIGINATOR:TARGET:COUNTER`);
  }
  const sha256 = sha256Cell === '' ? '' : parseSha256(sha256Cell);
  if (sha256 === undefined) fail('sha256', 'files.sha256', `${shown(sha256Cell)} is not 64 hex digits`);
  if (messageId === '' && sha256 === '') {
    fail('sha256', 'files.sha256', 'a row without message_id has to name the message by its SHA-256');
  }
  const action = actionNames.find((one) => one === actionCell);
  if (action === undefined) fail('action', 'files.action', `${shown(actionCell)} is not process or delete`);
  const isReason = isFreeText(reason, LONGEST_REASON);
  if (!isReason) {
    const message = `${shown(reason)} has more than ${LONGEST_REASON} characters, or a control character`;
    fail('reason', 'files.text', message);
  }
  const isNamed = isReference(reference);
  if (!isNamed) {
    const message = `${shown(reference)} is not up to ${LONGEST_REFERENCE} visible characters without blanks`;
    fail('reference', 'files.text', message);
  } else findings.refer(reference, { line, column: referenceColumn });
  if (event === undefined || messageId === undefined || sha256 === undefined || action === undefined) return undefined;
  if (!isReason || !isNamed) return undefined;
  return messageId === '' && sha256 === '' ? undefined : { line, event, messageId, sha256, action, reason, reference };
}
