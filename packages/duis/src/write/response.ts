/**
 * What goes to a User: acknowledgements, Service Responses, Pre-Commands and device alerts; unsigned, to be given to
 * `signMessage` where a signature is wanted.
 *
 * Which identifiers the header carries follows genuine messages: an answer of a device has the RequestID and the
 * ResponseID, an answer of the Operator (acknowledgement, error, inventory ...) the RequestID only. No Pre-Command,
 * local command or alert is public: a Pre-Command and a local command come from the Operator, so they get the
 * RequestID only; an alert answers nothing, so it gets the ResponseID only (ours).
 */
import { catalogue } from '../catalogue/catalogue.ts';
import { ACCEPTED, DONE, responseCodes } from '../codes/responses.ts';
import { DuisError } from '../errors.ts';
import { type RequestId, responseIdOf } from '../identifiers.ts';
import { writeRoot } from './message.ts';
import {
  alertCodeElement,
  base64Element,
  choiceElement,
  dateTimeElement,
  requestIdElement,
  unsignedIntElement,
} from './values.ts';
import { element, elementText, type XmlElement } from './xml.ts';

/** What a response answers. */
export interface Answered {
  readonly requestId: RequestId;
  readonly serviceReferenceVariant: string;
  readonly responseDateTime: Date;
}

export interface ResponseHeader {
  readonly requestId?: RequestId | undefined;
  readonly responseId?: RequestId | undefined;
  readonly responseCode: string;
  readonly responseDateTime: Date;
}

/** Alerts that storm protection consolidated: the number of this one, and how many were left out before it. */
export interface Throttled {
  readonly sequenceId: number;
  readonly count: number;
}

export const throttledElements = (throttled: Throttled | undefined): XmlElement[] =>
  throttled === undefined
    ? []
    : [
        unsignedIntElement('ThrottledAlertSequenceId', throttled.sequenceId),
        unsignedIntElement('ThrottledAlertCount', throttled.count),
      ];

/** The elements of a response's header, in the schema's order. */
export function responseHeader(header: ResponseHeader): (XmlElement | undefined)[] {
  return [
    header.requestId && requestIdElement('RequestID', header.requestId),
    header.responseId && requestIdElement('ResponseID', header.responseId),
    choiceElement('ResponseCode', header.responseCode, responseCodes.keys()),
    dateTimeElement('ResponseDateTime', header.responseDateTime),
  ];
}

/** ServiceReference and ServiceReferenceVariant of a response. */
export function serviceElements(serviceReferenceVariant: string): XmlElement[] {
  const variant = catalogue.get(serviceReferenceVariant);
  if (variant === undefined) {
    throw new DuisError('duis.write.value', `there is no variant '${String(serviceReferenceVariant).slice(0, 40)}'`);
  }
  return [element('ServiceReference', variant.serviceReference), element('ServiceReferenceVariant', variant.srv)];
}

/** The parts that a ResponseMessage may hold, and whether the device made them (else the Operator). */
const madeByDevice: ReadonlyMap<string, boolean> = new Map([
  ['CINMessage', true],
  ['DSPInventory', false],
  ['DSPOptIn', false],
  ['DSPSchedulesRead', false],
  ['DSPScheduledMessage', true],
  ['DSPScheduleID', false],
  ['DSPUpdateFirmwareWarning', false],
  ['DSPUpdatePPMIDFirmwareWarning', false],
  ['DSPWANMatrix', false],
  ['FutureDatedDeviceAlertMessage', true],
  ['GBCSPayload', true],
  ['LocalCommand', false],
  ['PreCommand', false],
]);

function writeResponseMessage(answered: Answered, responseCode: string, part?: XmlElement): string {
  const fromDevice = part === undefined ? false : madeByDevice.get(part.name);
  if (fromDevice === undefined) {
    throw new DuisError('duis.write.structure', `a ResponseMessage holds no ${part?.name.slice(0, 40)}`);
  }
  const { requestId, serviceReferenceVariant, responseDateTime } = answered;
  const responseId = fromDevice ? responseIdOf(requestId) : undefined;
  const body = element('ResponseMessage', [...serviceElements(serviceReferenceVariant), part]);
  const header = responseHeader({ requestId, responseId, responseCode, responseDateTime });
  return writeRoot('Response', header, elementText(body));
}

/** What stands before, between and after the RequestID and the time of an acknowledgement, by SRV. */
const acknowledgements = new Map<string, readonly string[]>();

/**
 * Accepted (I99): what the gateway answers after the commit. Every message gets one, and all of a variant are alike but
 * for the RequestID and the time: the rest is written once (1.3 us instead of 5).
 */
export function writeAcknowledgement(answered: Answered): string {
  const { requestId, serviceReferenceVariant, responseDateTime } = answered;
  const id = elementText(requestIdElement('RequestID', requestId));
  const time = elementText(dateTimeElement('ResponseDateTime', responseDateTime));
  const known = acknowledgements.get(serviceReferenceVariant);
  if (known !== undefined) return `${known[0]}${id}${known[1]}${time}${known[2]}`;
  const text = writeResponseMessage(answered, ACCEPTED);
  acknowledgements.set(
    serviceReferenceVariant,
    text.split(id).flatMap((part) => part.split(time)),
  );
  return text;
}

/** An answer that says why not, by a response code of class E. */
export function writeErrorResponse(answered: Answered, responseCode: string): string {
  if (responseCodes.get(responseCode)?.class !== 'E') {
    throw new DuisError('duis.write.value', `ResponseCode: '${String(responseCode).slice(0, 40)}' is no error of DUIS`);
  }
  return writeResponseMessage(answered, responseCode);
}

/**
 * A Service Response with one of its 13 optional parts, made by the functions of response-parts.ts or by `element`, or
 * with none (a plain "done"). `responseCode` is I0 unless given, e.g. a warning.
 */
export const writeResponse = (answered: Answered, part?: XmlElement, responseCode: string = DONE): string =>
  writeResponseMessage(answered, responseCode, part);

/** The answer to a transform: the Pre-Command, to be signed and sent back. */
export function writePreCommandResponse(answered: Answered, gbcsVersion: string, gbcsPayload: Uint8Array): string {
  const parts = [element('GBCSVersion', gbcsVersion), base64Element('GBCSPayload', gbcsPayload)];
  return writeResponseMessage(answered, DONE, element('PreCommand', parts));
}

export interface DeviceAlert {
  /** Device first, User second. */
  readonly responseId: RequestId;
  readonly responseDateTime: Date;
  /** Four hex digits, e.g. '8F3F'. */
  readonly alertCode: string;
  readonly throttled?: Throttled | undefined;
  readonly gbcsPayload: Uint8Array;
}

/** An alert that a device raised. */
export function writeDeviceAlert(alert: DeviceAlert): string {
  const { responseId, responseDateTime } = alert;
  const body = element('DeviceAlertMessage', [
    alertCodeElement('AlertCode', alert.alertCode),
    ...throttledElements(alert.throttled),
    base64Element('GBCSPayload', alert.gbcsPayload),
  ]);
  return writeRoot('Response', responseHeader({ responseId, responseCode: DONE, responseDateTime }), elementText(body));
}
