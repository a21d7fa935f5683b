import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { isUnavailable } from '../database/database.ts';
import { type ErrorCode, PenstockError, type Problem, toProblem } from '../errors.ts';
import { ImportRefused } from '../faults.ts';
import { ChoiceNeeded } from './caller.ts';

export type ProblemDocument = Problem &
  Partial<Pick<ImportRefused, 'faults' | 'faultCount'>> &
  Partial<Pick<ChoiceNeeded, 'choices'>>;

/** What the framework itself refuses, by its status. */
const codeOfStatus: Readonly<Record<number, ErrorCode>> = {
  400: 'request.invalid',
  404: 'request.not-found',
  405: 'request.not-found',
  408: 'request.timeout',
  413: 'request.too-large',
  415: 'request.unsupported-media-type',
};

function registered(error: unknown): unknown {
  if (error instanceof PenstockError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const issues = error.validation.map((issue) => `${issue.instancePath || '/'}: ${issue.message}`);
    const where = error.validationContext;
    return new PenstockError('request.invalid', {
      detail: issues.join('; '),
      ...(where === undefined ? {} : { where }),
    });
  }
  if (isUnavailable(error)) return new PenstockError('database.unavailable', { cause: error });
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  const code = typeof status === 'number' ? codeOfStatus[status] : undefined;
  // Only the framework's own refusals carry such a status; their messages say what is wrong with the request.
  return code === undefined || !(error instanceof Error) ? error : new PenstockError(code, { detail: error.message });
}

/** The problem document of any failure; an import's faults, or the choices that a person has, are in it. */
export function problemOf(error: unknown): ProblemDocument {
  const known = registered(error);
  const problem = toProblem(known);
  if (known instanceof ChoiceNeeded) return { ...problem, choices: known.choices };
  return known instanceof ImportRefused ? { ...problem, faults: known.faults, faultCount: known.faultCount } : problem;
}
