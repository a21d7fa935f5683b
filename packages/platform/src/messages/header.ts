/**
 * What is kept of a message's header beside its RequestID, Command Variant, SRV and response code, so that the record
 * shows the whole of it. Thrifty, because every row has it: what follows from other columns is not kept. (Measured: 5
 * bytes a row for a request, 14 for what comes back, against some 110 for the fields as they are written.)
 */
import { formatRequestId, type RequestContent, type RequestId, type ResponseContent } from '@penstock/duis';

export interface KeptHeader {
  readonly schemaVersion: string;
  /** Undefined: the first two numbers of the SRV, as it is in every service. */
  readonly serviceReference?: string | undefined;
  readonly firstInSequence?: boolean | undefined;
  /** PrecedingServiceRequestID. */
  readonly preceding?: string | undefined;
  /** EXCHANGED, or the ResponseID; undefined: it has none. */
  readonly responseId?: string | undefined;
  /** ResponseDateTime, to the millisecond; undefined also where it is no time. */
  readonly respondedAt?: Date | undefined;
}

/** A ResponseID that is TARGET:USER:COUNTER of its own row, as nearly every one is. */
export const EXCHANGED = '';

/** A version that no schema has may be of any length; its message is refused, and the record says as what. */
const LONGEST_VERSION = 20;

/** The first two numbers of an SRV. */
export function serviceReferenceOf(srv: string): string {
  return srv.split('.', 2).join('.');
}

export function keptOfRequest(request: RequestContent): KeptHeader {
  const { schemaVersion, serviceReference, serviceReferenceVariant, firstInSequence, precedingRequestId } = request;
  return {
    schemaVersion: schemaVersion.slice(0, LONGEST_VERSION),
    serviceReference: serviceReference === serviceReferenceOf(serviceReferenceVariant) ? undefined : serviceReference,
    firstInSequence,
    preceding: precedingRequestId && formatRequestId(precedingRequestId),
  };
}

/** `key`: by which User, target and counter the row is kept. */
export function keptOfResponse(response: ResponseContent, key: RequestId): KeptHeader {
  const { schemaVersion, responseId, responseDateTime } = response;
  return {
    schemaVersion: schemaVersion.slice(0, LONGEST_VERSION),
    responseId: responseId && (isExchanged(responseId, key) ? EXCHANGED : formatRequestId(responseId)),
    respondedAt: instantOf(responseDateTime),
  };
}

function isExchanged(id: RequestId, { originator, target, counter }: RequestId): boolean {
  return id.originator === target && id.target === originator && id.counter === counter;
}

const YEAR_1 = Date.parse('0001-01-01T00:00:00Z');
const YEAR_10000 = Date.parse('9999-12-31T23:59:59.999Z') + 1;

/** An xs:dateTime; one without offset is taken for UTC. Undefined where there is no such day, or it is out of range. */
function instantOf(text: string): Date | undefined {
  const hasOffset = /(?:Z|[+-]\d{2}:\d{2})$/.test(text);
  const time = Date.parse(hasOffset ? text : `${text}Z`);
  return time >= YEAR_1 && time < YEAR_10000 ? new Date(time) : undefined;
}
