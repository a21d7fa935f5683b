// The calls of signing in, at /api/auth: what the portal sends and reads. They are answered by better-auth, in its own form,
// with the session as a cookie; they are taken from the platform's own origin only.
import { z } from 'zod';

/** POST /api/auth/sign-in/email */
export const signInSchema = z.object({ email: z.string(), password: z.string() });
/** `twoFactorRedirect`: the password was right, and there is a session when the code is. */
export const signedInSchema = z.object({ twoFactorRedirect: z.boolean().optional() });

/** POST /api/auth/two-factor/verify-totp: the six digits, of signing in and of the end of enrolment. */
export const verifyCodeSchema = z.object({ code: z.string() });
/** POST /api/auth/two-factor/enable: begins enrolment of an authenticator, which counts from the first right code on. */
export const enrolSchema = z.object({ password: z.string().optional() });
/** otpauth://..., with the secret. */
export const enrolmentSchema = z.object({ totpURI: z.string() });

/** POST /api/auth/change-password */
export const changePasswordSchema = z.object({
  currentPassword: z.string(),
  newPassword: z.string(),
  revokeOtherSessions: z.boolean(),
});
/** The passkeys that sign in as before. */
export const passwordChangedSchema = z.object({ passkeys: z.array(z.object({ name: z.string().nullable() })) });

/** Options of a ceremony, or what came of it: the JSON forms of Web Authentication (WebAuthn Level 3, 5.1.8 to 5.1.10). */
export const ceremonySchema = z.record(z.string(), z.unknown());
/** POST /api/auth/passkey/verify-registration; with `createSession` whoever holds a link is signed in by it. */
export const keepPasskeySchema = z.object({
  response: z.unknown(),
  name: z.string(),
  createSession: z.boolean().optional(),
});
/** POST /api/auth/passkey/verify-authentication */
export const usePasskeySchema = z.object({ response: z.unknown() });
/** POST /api/auth/passkey/delete-passkey */
export const deletePasskeySchema = z.object({ id: z.string() });

/** POST /api/auth/provider/begin: by an address, or to take a link. */
export const beginAtProviderSchema = z.union([z.object({ email: z.string() }), z.object({ token: z.string() })]);
/** Where the browser goes to sign in. */
export const providerAddressSchema = z.object({ address: z.url() });
/** POST /api/auth/provider/finish: what the browser brought back from there. */
export const finishAtProviderSchema = z.object({ provider: z.string(), query: z.string() });
export const finishedAtProviderSchema = z.object({ twoFactorRedirect: z.boolean() });

/** What is answered to what is refused. */
export const authFailureSchema = z.object({
  /** Such as INVALID_EMAIL_OR_PASSWORD, INVALID_CODE or SIGN_IN_LOCKED; of the platform's own refusals a registered code. */
  code: z.string().default(''),
  message: z.string().optional(),
  title: z.string().optional(),
  detail: z.string().optional(),
  action: z.string().optional(),
});
