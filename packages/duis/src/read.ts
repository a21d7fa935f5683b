/**
 * readMessage: from bytes to a DUIS message, strictly.
 *
 * What it does: one scan, then the header field by field in the schema's order, the one element of the body, and the
 * parts of the signature. What it does not: verify (signature/verify.ts) and judge by the rules of the services
 * (rules/). What always holds: every value it returns was in the canonical form that the signature digests.
 */
import { ElementRef } from './element.ts';
import { DuisError } from './errors.ts';
import { parseRequestId, type RequestId } from './identifiers.ts';
import type { RequestContent, ResponseContent } from './message.ts';
import { readSignature, type SignatureParts } from './signature/profile.ts';
import { RA, SR } from './xml/namespaces.ts';
import { type Scan, scan } from './xml/scan.ts';
import type { Tape } from './xml/tape.ts';

export interface DuisRequest extends RequestContent {
  readonly body: ElementRef;
  readonly signature?: SignatureParts;
  readonly bytes: Uint8Array;
}

export interface DuisResponse extends ResponseContent {
  readonly body: ElementRef;
  readonly signature?: SignatureParts;
  readonly bytes: Uint8Array;
}

export type DuisMessage = DuisRequest | DuisResponse;

/** Reads one message. Throws DuisError with the offset in bytes where it is known. */
export function readMessage(bytes: Uint8Array): DuisMessage {
  const scanned = scan(bytes);
  const tape = scanned.tape;
  const isRequest = tape.isNamed(0, 'Request');
  if (tape.namespace(0) !== SR || !(isRequest || tape.isNamed(0, 'Response'))) {
    throw new DuisError('duis.profile.root', undefined, tape.offset(0));
  }
  refuseNestedSignatures(scanned, isRequest);
  const header = 1;
  if (tape.length < 2 || tape.namespace(header) !== SR || !tape.isNamed(header, 'Header')) structure(tape, 0, 'Header');
  const body = tape.next(header);
  const end = tape.next(0);
  if (body >= end || tape.namespace(body) !== SR || !tape.isNamed(body, 'Body')) structure(tape, 0, 'Body');
  const afterBody = tape.next(body);
  if (afterBody < end && afterBody !== scanned.signature) {
    throw new DuisError('duis.profile.structure', 'only the signature may follow the Body', tape.offset(afterBody));
  }
  const fields = new HeaderFields(tape, header);
  const content = isRequest ? readRequestHeader(fields) : readResponseHeader(fields);
  fields.end();
  const signature = readSignature(scanned);
  return {
    ...content,
    schemaVersion: readSchemaVersion(tape),
    body: readBody(scanned, body),
    bytes,
    ...(signature === undefined ? {} : { signature }),
  } as DuisMessage;
}

function structure(tape: Tape, index: number, missing: string): never {
  throw new DuisError('duis.profile.structure', `${tape.localName(index)} has no ${missing}`, tape.offset(index));
}

/** SMETS1 responses and alerts carry their producer's own signature inside, one; nothing else does. */
function refuseNestedSignatures(scanned: Scan, isRequest: boolean): void {
  for (const [index, nested] of scanned.nestedSignatures.entries()) {
    let parent = nested - 1;
    while (parent > 0 && scanned.tape.next(parent) <= nested) parent--;
    const name = scanned.tape.localName(parent);
    if (isRequest || index > 0 || !(name === 'SMETS1SignedResponse' || name === 'S1SPAlert')) {
      throw new DuisError('duis.signature.repeated', 'a signature stands in the content', scanned.tape.offset(nested));
    }
  }
}

function readSchemaVersion(tape: Tape): string {
  let schemaVersion: string | undefined;
  for (const [name, value] of tape.attributes(0)) {
    if (name === 'schemaVersion') schemaVersion = value;
    else if (!name.startsWith('xsi:')) {
      throw new DuisError('duis.profile.structure', `the root has an attribute ${name}`, tape.offset(0));
    }
  }
  if (schemaVersion !== undefined) return schemaVersion;
  throw new DuisError('duis.profile.structure', 'the root has no schemaVersion', tape.offset(0));
}

/**
 * Elements of other namespaces could carry the names of DUIS and be taken for them by whoever looks a name up. The
 * only ones that the schema has are those of a nested signature.
 */
function refuseForeignElements(scanned: Scan, from: number, to: number): void {
  const { tape, nestedSignatures } = scanned;
  const [nested = to] = nestedSignatures;
  for (let index = from; index < to; index++) {
    if (index === nested) index = tape.next(index);
    const namespace = index < to ? tape.namespace(index) : SR;
    if (namespace !== SR && namespace !== RA) {
      const detail = `${tape.localName(index)} is of a namespace that DUIS does not have`;
      throw new DuisError('duis.profile.structure', detail, tape.offset(index));
    }
  }
}

function readBody(scanned: Scan, body: number): ElementRef {
  const { tape } = scanned;
  const element = body + 1;
  const end = tape.next(body);
  if (element >= end || tape.next(element) !== end)
    throw new DuisError('duis.profile.body', undefined, tape.offset(body));
  if (tape.namespace(element) !== SR) {
    throw new DuisError(
      'duis.profile.body',
      'the element of the Body is not of the DUIS namespace',
      tape.offset(element),
    );
  }
  refuseForeignElements(scanned, element, end);
  return new ElementRef(tape, element);
}

/** The children of Header, taken one after the other in the order of the schema. */
class HeaderFields {
  private readonly tape: Tape;
  private readonly limit: number;
  private next: number;

  constructor(tape: Tape, header: number) {
    this.tape = tape;
    this.next = header + 1;
    this.limit = tape.next(header);
  }

  /** The text of the next field when it has this name. */
  optional(name: string): string | undefined {
    const index = this.next;
    if (index >= this.limit || this.tape.namespace(index) !== SR || !this.tape.isNamed(index, name)) return undefined;
    if (!this.tape.isLeaf(index)) this.fail(`${name} holds elements`);
    this.next = index + 1;
    return this.tape.content(index);
  }

  required(name: string): string {
    const text = this.optional(name);
    if (text !== undefined) return text;
    return this.fail(this.next < this.limit ? `${name} was expected here` : `${name} is missing`);
  }

  matching(name: string, text: string, pattern: RegExp): string {
    if (!pattern.test(text)) this.fail(`${name} is '${text.slice(0, 60)}'`, this.next - 1);
    return text;
  }

  identifier(name: string, text: string): RequestId {
    const id = parseRequestId(text);
    if (id !== undefined) return id;
    const offset = this.tape.offset(this.next - 1);
    throw new DuisError('duis.profile.request-id', `${name} is '${text.slice(0, 80)}'`, offset);
  }

  end(): void {
    if (this.next < this.limit) this.fail(`${this.tape.localName(this.next)} has no place here`);
  }

  private fail(detail: string, index = this.next): never {
    const known = Math.min(index, this.tape.length - 1);
    throw new DuisError('duis.profile.header', detail, this.tape.offset(known));
  }
}

function readRequestHeader(fields: HeaderFields): Omit<RequestContent, 'schemaVersion' | 'body' | 'signature'> {
  const requestId = fields.identifier('RequestID', fields.required('RequestID'));
  const first = fields.optional('FirstInSequence');
  if (first !== undefined) fields.matching('FirstInSequence', first, /^(?:true|false|0|1)$/);
  const preceding = fields.optional('PrecedingServiceRequestID');
  const precedingId = preceding === undefined ? undefined : fields.identifier('PrecedingServiceRequestID', preceding);
  const variant = fields.matching('CommandVariant', fields.required('CommandVariant'), /^[1-9]$/);
  const reference = fields.required('ServiceReference');
  fields.matching('ServiceReference', reference, /^[0-9]{1,2}\.[0-9]{1,2}$/);
  const referenceVariant = fields.required('ServiceReferenceVariant');
  fields.matching('ServiceReferenceVariant', referenceVariant, /^[0-9]{1,2}\.[0-9]{1,2}(?:\.[0-9]{1,2})?$/);
  return {
    type: 'request',
    requestId,
    ...(first === undefined ? {} : { firstInSequence: first === 'true' || first === '1' }),
    ...(precedingId === undefined ? {} : { precedingRequestId: precedingId }),
    commandVariant: Number(variant),
    serviceReference: reference,
    serviceReferenceVariant: referenceVariant,
  };
}

function readResponseHeader(fields: HeaderFields): Omit<ResponseContent, 'schemaVersion' | 'body' | 'signature'> {
  const request = fields.optional('RequestID');
  const requestId = request === undefined ? undefined : fields.identifier('RequestID', request);
  const response = fields.optional('ResponseID');
  const responseId = response === undefined ? undefined : fields.identifier('ResponseID', response);
  const code = fields.matching('ResponseCode', fields.required('ResponseCode'), /^[IWE][0-9]{1,6}$/);
  const time = fields.required('ResponseDateTime');
  fields.matching(
    'ResponseDateTime',
    time,
    /^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-4]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,12})?(?:Z|[+-][0-9]{2}:[0-9]{2})?$/,
  );
  return {
    type: 'response',
    ...(requestId === undefined ? {} : { requestId }),
    ...(responseId === undefined ? {} : { responseId }),
    responseCode: code,
    responseDateTime: time,
  };
}
