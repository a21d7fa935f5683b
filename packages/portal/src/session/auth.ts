// The calls of signing in, at /api/auth. There are five, so they are written here; the client library that belongs to
// them is 15 kB of script that does nothing else.
import { z } from 'zod';

export type AuthFailure = {
  /** Machine-readable; '' when there was no answer. */
  readonly code: string;
  readonly title: string;
  readonly action: string;
};

export type AuthResult<Value> = { readonly ok: true; readonly value: Value } | ({ readonly ok: false } & AuthFailure);

/** What the codes of /api/auth mean to a person. Whoever guesses learns from none of them whether an account exists. */
const words: Readonly<Record<string, Omit<AuthFailure, 'code'>>> = {
  INVALID_EMAIL_OR_PASSWORD: {
    title: 'The e-mail address or the password is not right.',
    action: 'Check both and try again. If you have forgotten your password, ask an administrator of your organisation.',
  },
  INVALID_EMAIL: { title: 'This is no e-mail address.', action: 'Enter it in the form name@example.org.' },
  INVALID_CODE: {
    title: 'The code is not right, or it has been used already.',
    action: 'Wait until your authenticator shows the next code and enter that one.',
  },
  CODE_USED: {
    title: 'This code was used before.',
    action: 'Wait until your authenticator shows the next one and enter that.',
  },
  SIGN_IN_LOCKED: {
    title: 'Signing in with this address is locked, because there were too many wrong passwords.',
    action: 'Try again in 15 minutes. If it was not you who tried, tell an administrator.',
  },
  ACCOUNT_TEMPORARILY_LOCKED: {
    title: 'Signing in is locked, because there were too many wrong codes.',
    action: 'Try again in 15 minutes. If it was not you who tried, tell an administrator.',
  },
  TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE: {
    title: 'There were too many wrong codes.',
    action: 'Start again with your e-mail address and password.',
  },
  INVALID_TWO_FACTOR_COOKIE: {
    title: 'Signing in took too long.',
    action: 'Start again with your e-mail address and password.',
  },
  INVALID_PASSWORD: { title: 'The password is not right.', action: 'Check it and try again.' },
};
const tooMany = {
  title: 'There were too many tries.',
  action: 'Wait a few minutes, then try again. If it was not you who tried, tell an administrator.',
};
const unknown = {
  title: 'Signing in failed.',
  action: 'Try again. If it persists, tell an administrator the time at which it happened.',
};
const noAnswer = { title: 'Penstock does not answer.', action: 'Check your connection and try again.' };

const failureSchema = z.object({
  code: z.string().default(''),
  title: z.string().optional(),
  detail: z.string().optional(),
  action: z.string().optional(),
});

async function post<Schema extends z.ZodType>(
  path: string,
  body: object,
  schema: Schema,
): Promise<AuthResult<z.output<Schema>>> {
  const answer = await fetch(`/api/auth${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => undefined);
  if (answer === undefined) return { ok: false, code: '', ...noAnswer };
  const json: unknown = await answer.json().catch(() => undefined);
  const value = schema.safeParse(json);
  if (answer.ok && value.success) return { ok: true, value: value.data };
  const failure = failureSchema.safeParse(json).data;
  const code = failure?.code ?? '';
  if (words[code] !== undefined) return { ok: false, code, ...words[code] };
  if (failure?.title !== undefined && failure.action !== undefined) {
    return { ok: false, code, title: failure.detail ?? failure.title, action: failure.action };
  }
  return { ok: false, code, ...(answer.status === 429 ? tooMany : unknown) };
}

const anything = z.unknown();

/** `needsCode`: the password was right and the second factor is asked for; else the session is there already. */
export async function signInWithPassword(email: string, password: string): Promise<AuthResult<{ needsCode: boolean }>> {
  const schema = z.object({ twoFactorRedirect: z.boolean().optional() });
  const result = await post('/sign-in/email', { email, password }, schema);
  return result.ok ? { ok: true, value: { needsCode: result.value.twoFactorRedirect === true } } : result;
}

/** The six digits of the authenticator; of signing in, and of the end of enrolment. */
export function verifyCode(code: string): Promise<AuthResult<unknown>> {
  return post('/two-factor/verify-totp', { code }, anything);
}

export interface Enrolment {
  /** otpauth://..., what the picture holds. */
  readonly totpURI: string;
}

/** Begins enrolment of an authenticator; it counts from the first right code on. */
export function beginEnrolment(password: string): Promise<AuthResult<Enrolment>> {
  return post('/two-factor/enable', { password }, z.object({ totpURI: z.string() }));
}

export function signOut(): Promise<AuthResult<unknown>> {
  return post('/sign-out', {}, anything);
}
