// The calls of signing in, at /api/auth. They are few, so they are written here; the client library that belongs to them
// is 15 kB of script that does nothing else.
import {
  authFailureSchema,
  ceremonySchema,
  enrolmentSchema,
  finishedAtProviderSchema,
  passwordChangedSchema,
  providerAddressSchema,
  signedInSchema,
} from '@penstock/api/schemas';
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
  SECOND_FACTOR_NEEDED: {
    title: 'Passkeys cannot be changed in this session.',
    action: 'Sign out, and sign in with your password and code or with a passkey.',
  },
  FRESH_FACTOR_NEEDED: {
    title: 'Your second factor was given too long ago for this.',
    action: 'Prove again that it is you: by a code of your authenticator, or a passkey.',
  },
  TOO_MANY_PASSKEYS: { title: 'You have 20 passkeys, which is the most.', action: 'Remove one first.' },
  LAST_WAY_IN: {
    title: 'This passkey is your only way to sign in.',
    action: 'Add another one first.',
  },
  NOT_VERIFIED: {
    title: 'This key only asks to be touched, which is not enough.',
    action: 'Use one that asks for a fingerprint, a face or a PIN.',
  },
  PASSKEY_NOT_FOUND: {
    title: 'This passkey is not known here.',
    action: 'Use another, or sign in with your password. It may have been removed, or your sign-in reset.',
  },
  NO_ACCESS: { title: 'Your access has ended.', action: 'Ask an administrator of your organisation.' },
  NO_PROVIDER: {
    title: 'No organisation has its own sign-in for this address.',
    action: 'Check the address, or sign in with your password or a passkey.',
  },
  PROVIDER_AWAY: {
    title: 'The sign-in of your organisation does not answer.',
    action: 'Try again in a few minutes. If it persists, tell those who run it.',
  },
  PROVIDER_STATE: {
    title: 'This sign-in was not begun in this browser, took too long, or was used already.',
    action: 'Begin again.',
  },
  PROVIDER_REFUSED: {
    title: 'The sign-in of your organisation did not let you in, or its answer was not right.',
    action: 'Begin again. If it persists, tell those who run it.',
  },
  WEAK_PASSWORD: {
    title: 'The new password is too easy to guess.',
    action: 'Take 14 characters or more, best several words that have nothing to do with each other.',
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

async function call<Schema extends z.ZodType>(
  path: string,
  init: RequestInit,
  schema: Schema,
): Promise<AuthResult<z.output<Schema>>> {
  const answer = await fetch(path, init).catch(() => undefined);
  if (answer === undefined) return { ok: false, code: '', ...noAnswer };
  const json: unknown = await answer.json().catch(() => undefined);
  const value = schema.safeParse(json);
  if (answer.ok && value.success) return { ok: true, value: value.data };
  const failure = authFailureSchema.safeParse(json).data;
  const code = failure?.code ?? '';
  if (words[code] !== undefined) return { ok: false, code, ...words[code] };
  if (code === 'PROVIDER_PERSON') {
    const action = 'Ask an administrator of your organisation, or sign in in another way.';
    return { ok: false, code, title: failure?.message ?? unknown.title, action };
  }
  if (failure?.title !== undefined && failure.action !== undefined) {
    const title = failure.detail === undefined ? failure.title : `${failure.title} (${failure.detail})`;
    return { ok: false, code, title, action: failure.action };
  }
  return { ok: false, code, ...(answer.status === 429 ? tooMany : unknown) };
}

function post<Schema extends z.ZodType>(path: string, body: object, schema: Schema) {
  const headers = { 'content-type': 'application/json' };
  return call(`/api/auth${path}`, { method: 'POST', headers, body: JSON.stringify(body) }, schema);
}

const anything = z.unknown();

/** `needsCode`: the password was right and the second factor is asked for; else the session is there already. */
export async function signInWithPassword(email: string, password: string): Promise<AuthResult<{ needsCode: boolean }>> {
  const result = await post('/sign-in/email', { email, password }, signedInSchema);
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
export function beginEnrolment(password: string | undefined): Promise<AuthResult<Enrolment>> {
  return post('/two-factor/enable', { password }, enrolmentSchema);
}

/** The passkeys that there are sign in as before, and are named. */
export function changePassword(currentPassword: string, newPassword: string) {
  const body = { currentPassword, newPassword, revokeOtherSessions: true };
  return post('/change-password', body, passwordChangedSchema);
}

/** Where the browser goes to sign in at the organisation's own provider: by an address, or to take a link. */
export function beginAtProvider(
  asked: { readonly email: string } | { readonly token: string },
): Promise<AuthResult<{ address: string }>> {
  return post('/provider/begin', asked, providerAddressSchema);
}

/** What the browser brought back from there. `needsCode`: the second factor is asked for here. */
export async function finishAtProvider(provider: string, query: string): Promise<AuthResult<{ needsCode: boolean }>> {
  const result = await post('/provider/finish', { provider, query }, finishedAtProviderSchema);
  return result.ok ? { ok: true, value: { needsCode: result.value.twoFactorRedirect } } : result;
}

/** What a new passkey is to be made of: for whoever is signed in, or for whoever holds a link. */
export function askForNewPasskey(token: string | undefined): Promise<AuthResult<Record<string, unknown>>> {
  if (token !== undefined) return post('/passkey/register-options-for-link', { token }, ceremonySchema);
  return call('/api/auth/passkey/generate-register-options', {}, ceremonySchema);
}
/** `createSession`: of whoever takes a link by it, who is signed in then. */
export function keepPasskey(response: unknown, name: string, createSession: boolean): Promise<AuthResult<unknown>> {
  return post(
    '/passkey/verify-registration',
    { response, name, ...(createSession ? { createSession } : {}) },
    anything,
  );
}
export function askForPasskey(): Promise<AuthResult<Record<string, unknown>>> {
  return call('/api/auth/passkey/generate-authenticate-options', {}, ceremonySchema);
}
export function signInByPasskey(response: unknown): Promise<AuthResult<unknown>> {
  return post('/passkey/verify-authentication', { response }, anything);
}
export function removePasskey(id: string): Promise<AuthResult<unknown>> {
  return post('/passkey/delete-passkey', { id }, anything);
}

export function signOut(): Promise<AuthResult<unknown>> {
  return post('/sign-out', {}, anything);
}
