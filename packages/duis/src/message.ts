/**
 * What a DUIS message is once it was read: header, the one element of the body, and the bytes it came in.
 *
 * Types only. `readMessage` makes these from bytes; the rules, the concerned devices and the writers' tests read them.
 */
import type { RequestId } from './identifiers.ts';

/** The namespaces of DUIS by their usual prefixes. 'other' is met inside the signature of a SMETS1 producer only. */
export type ElementNamespace = 'sr' | 'ra' | 'ds' | 'other';

/** A light cursor on one element of a message. It sees signed content only. */
export interface Element {
  /** Local name. */
  readonly name: string;
  readonly namespace: ElementNamespace;
  /** Decoded text of a leaf, white space kept; '' where the element has element children. */
  text(): string;
  children(): Iterable<Element>;
  /** The first child of that local name. */
  child(name: string): Element | undefined;
  /** All elements below this one in document order, of that local name if one is given. */
  descendants(name?: string): Iterable<Element>;
  attribute(name: string): string | undefined;
}

/** The header and body of a Service Request or Signed Pre-Command. */
export interface RequestContent {
  readonly type: 'request';
  readonly schemaVersion: string;
  readonly requestId: RequestId;
  readonly firstInSequence?: boolean | undefined;
  readonly precedingRequestId?: RequestId | undefined;
  /** 1 to 9. */
  readonly commandVariant: number;
  readonly serviceReference: string;
  readonly serviceReferenceVariant: string;
  /** The one element in Body. */
  readonly body: Element;
  /** What the signature says, when there is one; the rules only ask whether it is there. */
  readonly signature?: object | undefined;
}

/** The header and body of an acknowledgement, Service Response or alert. */
export interface ResponseContent {
  readonly type: 'response';
  readonly schemaVersion: string;
  readonly requestId?: RequestId | undefined;
  /** Device or Operator first, User second. */
  readonly responseId?: RequestId | undefined;
  readonly responseCode: string;
  readonly responseDateTime: string;
  /** The one element in Body. */
  readonly body: Element;
  readonly signature?: object | undefined;
}

export type MessageContent = RequestContent | ResponseContent;
