/** For tests only: message contents made of plain text, so that rules are tested without signing anything. */
import { type Eui, parseEui, type RequestId } from '../identifiers.ts';
import type { DuisMessage, DuisRequest, DuisResponse } from '../read.ts';
import { readMessage } from '../read.ts';

/** An EUI-64 that must be one. */
export function eui(text: string): Eui {
  const parsed = parseEui(text);
  if (parsed === undefined) throw new Error(`${text} is not an EUI-64`);
  return parsed;
}

export const USER = eui('90-B3-D5-1F-30-01-00-00');
export const OPERATOR = eui('90-B3-D5-1F-30-00-00-02');
export const DEVICE = eui('00-DB-12-34-56-78-90-A0');
export const OTHER_DEVICE = eui('00-DB-12-34-56-78-90-A1');
export const operatorIds: ReadonlySet<Eui> = new Set([OPERATOR]);

export const toDevice: RequestId = { originator: USER, target: DEVICE, counter: 1000n };
export const toOperator: RequestId = { originator: USER, target: OPERATOR, counter: 1000n };

const read = (text: string): DuisMessage => readMessage(Buffer.from(text));

export function readRequest(text: string): DuisRequest {
  const message = read(text);
  if (message.type !== 'request') throw new Error('not a request');
  return message;
}

export function readResponse(text: string): DuisResponse {
  const message = read(text);
  if (message.type !== 'response') throw new Error('not a response');
  return message;
}
