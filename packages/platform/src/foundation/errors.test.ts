import { expect, test } from 'vitest';
import { errorCodes, PenstockError, toProblem } from './errors.ts';

test('a known failure tells its code, where it is and what to do', () => {
  const problem = toProblem(new PenstockError('request.invalid', { detail: 'day is no date', where: 'query.day' }));
  expect(problem).toEqual({
    type: 'urn:penstock:error:request.invalid',
    title: 'The request is not in the form that this address takes.',
    status: 400,
    code: 'request.invalid',
    detail: 'day is no date',
    where: 'query.day',
    action: 'Correct what the detail names; /api/openapi.json has the form.',
  });
});

test('nothing of the inside reaches the caller', () => {
  const cause = new Error('password authentication failed for user "penstock" at 10.0.0.3');
  for (const error of [cause, new PenstockError('database.unavailable', { cause }), 'text', undefined, null]) {
    expect(JSON.stringify(toProblem(error))).not.toMatch(/password|10\.0\.0\.3|text/);
  }
  expect(toProblem(cause).code).toBe('internal.unexpected');
});

test('every code has the form room.what, an error status, and ends its sentences', () => {
  for (const [code, entry] of Object.entries(errorCodes)) {
    expect(code).toMatch(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/);
    expect(entry.status).toBeGreaterThanOrEqual(400);
    expect(entry.status).toBeLessThan(600);
    expect(entry.title).toMatch(/\.$/);
    expect(entry.action).toMatch(/\.$/);
  }
});
