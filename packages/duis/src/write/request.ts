/**
 * Service Requests and Signed Pre-Commands, as a User sends them; unsigned, to be given to `signMessage`.
 *
 * The writers keep the schema, not the rules: a request with the wrong Command Variant for its SRV can be written, so
 * that a gateway can be tested with it. `checkRequest` tells whether a request keeps the rules.
 */
import { catalogue, SIGNED_PRE_COMMAND } from '../catalogue/catalogue.ts';
import { DuisError } from '../errors.ts';
import { formatRequestId, type RequestId } from '../identifiers.ts';
import { readMessage } from '../read.ts';
import { partText, writeRoot } from './message.ts';
import { base64Element, dateTimeElement, integerElement, requestIdElement } from './values.ts';
import { element, elementText, type XmlElement, type XmlText } from './xml.ts';

export interface RequestHeader {
  readonly requestId: RequestId;
  /** The first of a sequence of requests that the Operator carries out in order. */
  readonly firstInSequence?: boolean | undefined;
  /** The request that must be done before this one. */
  readonly precedingRequestId?: RequestId | undefined;
  /** 1 to 9. */
  readonly commandVariant: number;
  /** The SRV; its Service Reference is taken from the catalogue. */
  readonly serviceReferenceVariant: string;
}

function headerElements(header: RequestHeader): (XmlElement | undefined)[] {
  const { firstInSequence, precedingRequestId, serviceReferenceVariant } = header;
  const variant = catalogue.get(serviceReferenceVariant);
  if (variant === undefined) {
    throw new DuisError('duis.write.value', `there is no variant '${String(serviceReferenceVariant).slice(0, 40)}'`);
  }
  return [
    requestIdElement('RequestID', header.requestId),
    firstInSequence === undefined ? undefined : element('FirstInSequence', String(firstInSequence)),
    precedingRequestId && requestIdElement('PrecedingServiceRequestID', precedingRequestId),
    integerElement('CommandVariant', header.commandVariant, 1n, 9n),
    element('ServiceReference', variant.serviceReference),
    element('ServiceReferenceVariant', variant.srv),
  ];
}

/**
 * Writes a Service Request around the one element of its body: structured, or the text of an element with the prefix
 * sr (of a template). Text is read back to see that it is one element and nothing besides. Throws DuisError.
 */
export function writeRequest(header: RequestHeader, body: XmlElement | XmlText): string {
  const written = writeRoot('Request', headerElements(header), partText(body));
  if ('xml' in body) checkFrame(written, header);
  return written;
}

/** A body given as text must not have ended the Body and begun something of its own. */
function checkFrame(written: string, header: RequestHeader): void {
  const read = readMessage(Buffer.from(written));
  const same = read.type === 'request' && formatRequestId(read.requestId) === formatRequestId(header.requestId);
  if (!same || read.signature !== undefined) {
    throw new DuisError('duis.write.structure', 'the text of the body is not one unsigned element');
  }
}

/** Command Variants of signed commands: to the device, for local delivery, both. */
export type SignedCommandVariant = 5 | 6 | 7;

/**
 * Writes a Signed Pre-Command: the Pre-Command that came back, signed in GBCS by the User. `executionDateTime` dates it
 * into the future where its SRV allows that.
 */
export function writeSignedPreCommand(
  header: RequestHeader & { readonly commandVariant: SignedCommandVariant },
  gbcsPayload: Uint8Array,
  executionDateTime?: Date,
): string {
  const { commandVariant, serviceReferenceVariant } = header;
  const isSigned = commandVariant === 5 || commandVariant === 6 || commandVariant === 7;
  if (!isSigned || catalogue.get(serviceReferenceVariant)?.critical !== true) {
    const what = `Command Variant ${commandVariant} of ${serviceReferenceVariant}`;
    throw new DuisError('duis.write.structure', `${what} is no signed command of a critical variant`);
  }
  const body = element(SIGNED_PRE_COMMAND, [
    executionDateTime && dateTimeElement('ExecutionDateTime', executionDateTime),
    base64Element('GBCSPayload', gbcsPayload),
  ]);
  return writeRoot('Request', headerElements(header), elementText(body));
}
