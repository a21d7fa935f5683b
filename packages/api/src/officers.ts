// Authorised Responsible Officers: who signs the files by which thresholds are set and held messages decided on.
import { z } from 'zod';
import { cursorSchema, euiSchema, instantSchema, pageQuery } from './common.ts';

export const fingerprintSchema = z
  .string()
  .regex(/^[0-9a-fA-F]{64}$/, 'must be the SHA-256 of the certificate in hex')
  .toLowerCase();

export const officerSchema = z.object({
  userId: euiSchema,
  name: z.string(),
  email: z.string(),
  issuer: z.string(),
  serial: z.string(),
  /** SHA-256 of the DER of the File Signing certificate, hex. */
  fingerprint: z.string(),
  notBefore: instantSchema,
  notAfter: instantSchema,
  registeredAt: instantSchema,
  revokedAt: instantSchema.optional(),
});
export type OfficerDocument = z.infer<typeof officerSchema>;
export const officerPageSchema = z.object({ items: z.array(officerSchema), cursor: cursorSchema });
export const officerQuerySchema = z.strictObject({ ...pageQuery, userId: euiSchema.optional() });

/** POST /officers */
export const postOfficerSchema = z.strictObject({
  userId: euiSchema,
  name: z.string(),
  email: z.string(),
  /** PEM, or base64 of the DER. */
  certificate: z.string(),
});
/** POST /officers/revoke: for good, from this moment on. */
export const revokeOfficerSchema = z.strictObject({ userId: euiSchema, fingerprint: fingerprintSchema });
/** PUT /user-ids/{userId}/officer-policy: whether a file that could let through what is held needs a second officer. */
export const officerPolicySchema = z.strictObject({ secondOfficer: z.boolean() });
