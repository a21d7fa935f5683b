import { type ErrorCode, type ErrorEntry, errorCodes } from './error-codes.ts';

export type { ErrorCode, ErrorEntry };
export { errorCodes };

export interface ErrorDetails {
  /** What is wrong this time. It reaches the caller: no internals, no secrets, nothing of another User. */
  readonly detail?: string;
  /** Where: a field, a line and column, a setting. Reaches the caller. */
  readonly where?: string;
  /** What caused it, for the log only. */
  readonly cause?: unknown;
}

/** The one way to fail: a registered code, with what is wrong this time. */
export class PenstockError extends Error {
  override readonly name = 'PenstockError';
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  readonly where: string | undefined;

  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    super(`${code}: ${details.detail ?? errorCodes[code].title}`, { cause: details.cause });
    this.code = code;
    this.detail = details.detail;
    this.where = details.where;
  }

  get status(): number {
    return errorCodes[this.code].status;
  }
}

/** What an error says. Of several addresses of one host each fails for itself, and the whole says nothing. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}

/** A problem of RFC 9457 (application/problem+json), with our code, where it is, and what to do. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  readonly where?: string;
  readonly action: string;
}

export const problemContentType = 'application/problem+json';

/**
 * What the caller is told of a failure. Whatever is no PenstockError is `internal.unexpected` and says nothing of
 * what happened inside: the log has it.
 */
export function toProblem(error: unknown): Problem {
  const known = error instanceof PenstockError ? error : new PenstockError('internal.unexpected', { cause: error });
  const { status, title, action } = errorCodes[known.code];
  return {
    type: `urn:penstock:error:${known.code}`,
    title,
    status,
    code: known.code,
    ...(known.detail === undefined ? {} : { detail: known.detail }),
    ...(known.where === undefined ? {} : { where: known.where }),
    action,
  };
}
