/**
 * SMETS1 responses and alerts. The service provider of the older meters (S1SP) signs its own answer, a
 * SMETS1SignedResponse; the Operator wraps it into a Response and signs that. The inner one is written here and signed
 * by `signMessage` as any message, then wrapped as the text that it is.
 *
 * No such message is public. What is written keeps the schema; that the inner signature would verify where it stands is
 * not said anywhere and not relied on.
 */
import { DONE } from '../codes/responses.ts';
import { DuisError } from '../errors.ts';
import { MAXIMUM_COUNTER, type RequestId, requireEui } from '../identifiers.ts';
import { readMessage } from '../read.ts';
import { NAMESPACE_RA, NAMESPACE_SR } from '../xml/namespaces.ts';
import { WRITTEN_SCHEMA_VERSION, writeRoot } from './message.ts';
import { responseHeader, serviceElements, type Throttled, throttledElements } from './response.ts';
import { integerElement } from './values.ts';
import { element, elementText, type XmlElement } from './xml.ts';

/**
 * The unsigned SMETS1SignedResponse of a device: an empty answer to a request, or an empty alert. `responseId` names
 * the device first and the User second.
 */
export function writeSmets1SignedResponse(
  responseId: RequestId,
  kind: 'ResponseMessage' | 'DeviceAlertMessage',
): string {
  const header = element('Header', [
    element('ra:BusinessOriginatorID', requireEui(responseId.originator)),
    element('ra:BusinessTargetID', requireEui(responseId.target)),
    integerElement('ra:OriginatorCounter', responseId.counter, 0n, MAXIMUM_COUNTER),
  ]);
  const answer = elementText(element('SMETS1Response', [header, element('Body', [element(kind)])]));
  return (
    `<sr:SMETS1SignedResponse xmlns:sr="${NAMESPACE_SR}" xmlns:ra="${NAMESPACE_RA}" ` +
    `schemaVersion="${WRITTEN_SCHEMA_VERSION}">${answer}</sr:SMETS1SignedResponse>`
  );
}

export interface Smets1Response {
  readonly requestId?: RequestId;
  /** Device first, User second. */
  readonly responseId: RequestId;
  readonly responseDateTime: Date;
  /** The SRV that is answered; an alert has none. */
  readonly serviceReferenceVariant?: string;
  readonly throttled?: Throttled;
  /** A SMETS1SignedResponse, signed. */
  readonly signedResponse: string;
}

/**
 * Wraps a signed SMETS1SignedResponse into a Response, unsigned. The result is read back, so that a text that is not
 * exactly one signed element is refused: DuisError 'duis.write.structure', or what the reader says.
 */
export function writeSmets1Response(response: Smets1Response): string {
  const { requestId, responseId, responseDateTime, serviceReferenceVariant, throttled, signedResponse } = response;
  const before: XmlElement[] = [
    ...(serviceReferenceVariant === undefined ? [] : serviceElements(serviceReferenceVariant)),
    ...throttledElements(throttled),
  ];
  const start = before.map(elementText).join('');
  const header = responseHeader({ requestId, responseId, responseCode: DONE, responseDateTime });
  const body = `<sr:SMETS1ResponseMessage>${start}${signedResponse}</sr:SMETS1ResponseMessage>`;
  const written = writeRoot('Response', header, body);
  const read = readMessage(Buffer.from(written));
  const names = [...read.body.children()].map((child) => child.name);
  const expected = [...before.map((each) => each.name), 'SMETS1SignedResponse'];
  if (read.body.name !== 'SMETS1ResponseMessage' || names.join() !== expected.join() || read.signature !== undefined) {
    throw new DuisError('duis.write.structure', 'the inner message is not the text of one SMETS1SignedResponse');
  }
  return written;
}
