/** One decision of a Quarantined Communications Action File. */
import { actionsProfile, columnOf } from '../csv/profile.ts';
import type { Row } from '../csv/rows.ts';
import type { FileErrorCode } from '../errors.ts';
import { type Findings, shown } from '../findings.ts';
import { isRewrittenNumber, parseEvent, parseMessageId, parseSha256 } from '../values/identifiers.ts';
import { isFreeText, LONGEST_REASON } from '../values/text.ts';
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
}

/** The row as values; undefined when a cell is wrong, which was added to `findings`. */
export function readActionRow({ line, cells }: Row<'action'>, findings: Findings): ActionRow | undefined {
  const [, eventCell = '', messageIdCell = '', sha256Cell = '', actionCell = '', reason = ''] = cells;
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
  if (event === undefined || messageId === undefined || sha256 === undefined || action === undefined || !isReason) {
    return undefined;
  }
  return messageId === '' && sha256 === '' ? undefined : { line, event, messageId, sha256, action, reason };
}
