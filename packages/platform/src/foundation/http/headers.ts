// Headers of our own that a call may have. Pure.
import type { IncomingHttpHeaders } from 'node:http';
import { PenstockError } from '../errors.ts';

const REASON_HEADER = 'penstock-reason';

const REASON_LENGTH = { least: 10, most: 500 };

function invalid(where: string, detail: string): PenstockError {
  return new PenstockError('request.invalid', { where, detail });
}

/** One value of a header; what is sent twice says nothing certain. @throws PenstockError 'request.invalid' */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  if (Array.isArray(value)) throw invalid(name, 'is sent more than once');
  return value;
}

/**
 * The reason of a call, percent-encoded in its header since headers hold no other letters than ASCII's.
 * @throws PenstockError 'request.invalid'
 */
export function reasonOf(headers: IncomingHttpHeaders): string | undefined {
  const text = headerOf(headers, REASON_HEADER);
  if (text === undefined) return undefined;
  let reason: string;
  try {
    reason = decodeURIComponent(text).trim();
  } catch (cause) {
    if (!(cause instanceof URIError)) throw cause;
    throw invalid(REASON_HEADER, 'is not percent-encoded UTF-8');
  }
  if (/\p{Cc}/u.test(reason)) throw invalid(REASON_HEADER, 'must be one line of text');
  if (reason.length < REASON_LENGTH.least || reason.length > REASON_LENGTH.most) {
    throw invalid(REASON_HEADER, `must have ${REASON_LENGTH.least} to ${REASON_LENGTH.most} characters`);
  }
  return reason;
}
