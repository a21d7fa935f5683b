/** What the gateway answers over HTTP: a DUIS response where DUIS has one, else a problem (RFC 9457). */
import {
  type Answered,
  catalogue,
  DuisError,
  type DuisErrorCode,
  type DuisRequest,
  duisErrors,
  writeAcknowledgement,
  writeErrorResponse,
} from '@penstock/duis';
import { PenstockError, type Problem, problemContentType, toProblem } from '../foundation/errors.ts';
import type { Refusal } from './refusal.ts';

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
  /** What the metrics count: 'accepted', or the code of the refusal. */
  readonly outcome: string;
}

const DUIS_CONTENT_TYPE = 'application/xml; charset=utf-8';

/** The acknowledgement (I99), the same bytes every time for the same request and time of recording. */
export function acknowledge(request: DuisRequest, at: Date): Answer {
  return {
    status: 200,
    contentType: DUIS_CONTENT_TYPE,
    outcome: 'accepted',
    body: writeAcknowledgement(answered(request, at)),
  };
}

/** A refusal of a request that was read, from a signer that was verified. */
export function refuse(request: DuisRequest, refusal: Refusal, at: Date): Answer {
  // a response names the service that it answers, and the schema lists them: an unknown one cannot be answered so
  if (refusal.responseCode === undefined || !catalogue.has(request.serviceReferenceVariant)) {
    return problemAnswer(problemOf(refusal));
  }
  return {
    status: 200,
    contentType: DUIS_CONTENT_TYPE,
    headers: { 'penstock-code': refusal.code, 'penstock-reason': headerText(refusal.detail) },
    outcome: refusal.code,
    body: writeErrorResponse(answered(request, at), refusal.responseCode),
  };
}

function answered(request: DuisRequest, at: Date): Answered {
  return {
    requestId: request.requestId,
    serviceReferenceVariant: request.serviceReferenceVariant,
    responseDateTime: at,
  };
}

/** A refusal or failure without a DUIS answer. */
export function problemAnswer(problem: Problem): Answer {
  return {
    status: problem.status,
    contentType: problemContentType,
    ...(problem.status === 503 ? { headers: { 'retry-after': '1' } } : {}),
    outcome: problem.code,
    body: JSON.stringify(problem),
  };
}

/** Any failure on the way, as a problem. */
export function failureProblem(error: unknown): Problem {
  if (!(error instanceof DuisError)) return toProblem(error);
  return problemOfDuis(error.code, error.message, error.offset === undefined ? undefined : `byte ${error.offset}`);
}

/** The problem of a refusal, whichever registry its code is from. */
export function problemOf(refusal: Refusal): Problem {
  if (isDuisCode(refusal.code)) return problemOfDuis(refusal.code, refusal.detail, refusal.where);
  const where = refusal.where === undefined ? {} : { where: refusal.where };
  return toProblem(new PenstockError(refusal.code, { detail: refusal.detail, ...where }));
}

function isDuisCode(code: string): code is DuisErrorCode {
  return Object.hasOwn(duisErrors, code);
}

function problemOfDuis(code: DuisErrorCode, detail: string, where: string | undefined): Problem {
  const { title, remedy } = duisErrors[code];
  return {
    type: `urn:penstock:error:${code}`,
    title,
    status: statusOfDuis(code),
    code,
    detail,
    ...(where === undefined ? {} : { where }),
    action: remedy,
  };
}

/** 403 where the sender is not proven, 422 where the content breaks a rule, 413 for limits, else 400. */
function statusOfDuis(code: DuisErrorCode): number {
  if (code === 'duis.xml.limit') return 413;
  if (code.startsWith('duis.signature.')) return 403;
  return code.startsWith('duis.rule.') ? 422 : 400;
}

/** Header values are visible ASCII. */
function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 500);
}
