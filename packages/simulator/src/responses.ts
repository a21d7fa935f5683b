import {
  type Answered,
  type RequestId,
  writeDccAlert,
  writeDeviceAlert,
  writeErrorResponse,
  writePreCommandResponse,
  writeResponse,
} from '@penstock/duis';
import type { Alert } from './alerts.ts';
import type { AnswerContent } from './answers.ts';

/** The text of what the network sends, unsigned: decided elsewhere, written by packages/duis. */

/** The version of GBCS that pre-commands say they are of. */
const GBCS_VERSION = '4.1';

export function responseText(answered: Answered, content: AnswerContent): string {
  switch (content.kind) {
    case 'pre-command':
      return writePreCommandResponse(answered, GBCS_VERSION, content.payload);
    case 'error':
      return writeErrorResponse(answered, content.responseCode);
    case 'response':
      return writeResponse(answered, content.part);
  }
}

/** @param responseId the source of the alert first, the User second */
export function alertText(alert: Alert, responseId: RequestId, payload: Buffer, responseDateTime: Date): string {
  const about = { responseId, responseDateTime, alertCode: alert.code };
  return alert.kind === 'device'
    ? writeDeviceAlert({ ...about, gbcsPayload: payload })
    : writeDccAlert({ ...about, alert: alert.content });
}
