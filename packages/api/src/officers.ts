// Authorised Responsible Officers: who signs the files by which thresholds are set and held messages decided on.
import { z } from 'zod';
import { cursorSchema, euiSchema, findSchema, instantSchema, pageQuery } from './common.ts';
import { certificateTextSchema, fingerprintSchema, registeredCertificateSchema } from './parties.ts';

/** What a telephone number must be (E.164), as people are told. */
export const TELEPHONE_WORDS = 'an international telephone number such as +44 1632 960001';
/** With its country: a plus sign and 7 to 15 digits; blanks and hyphens between them are how it is read. */
export const telephoneSchema = z
  .string()
  .trim()
  .max(40)
  .regex(/^\+[1-9](?:[ -]?[0-9]){6,14}$/, `must be ${TELEPHONE_WORDS}`)
  .meta({ example: '+44 1632 960001' });

/** A person who signs files. */
export const contactSchema = z.object({ name: z.string(), email: z.string(), telephone: z.string().optional() });

/** With their File Signing certificate. */
export const officerSchema = registeredCertificateSchema.extend(contactSchema.shape);
export type OfficerDocument = z.infer<typeof officerSchema>;
export const officerPageSchema = z.object({ items: z.array(officerSchema), cursor: cursorSchema });
export const officerQuerySchema = z.strictObject({
  ...pageQuery,
  userId: euiSchema.optional(),
  /** Only those that are not revoked and whose certificate ends before this instant. */
  expiresBefore: instantSchema.optional(),
  /** As of certificates, and what the officer's name, address or number contains. */
  find: findSchema,
});
/** As the list, all of it at once: a CSV file. */
export const officerExportQuerySchema = officerQuerySchema.omit({ cursor: true, limit: true });

/** POST /officers */
export const postOfficerSchema = z.strictObject({
  userId: euiSchema,
  name: z.string(),
  email: z.string(),
  telephone: telephoneSchema.optional(),
  certificate: certificateTextSchema,
});
/** POST /officers/revoke: for good, from this moment on. */
export const revokeOfficerSchema = z.strictObject({ userId: euiSchema, fingerprint: fingerprintSchema });
/** PUT /user-ids/{userId}/officer-policy, GET /officer-policy: whether a file that could let through what is held needs a second officer. */
export const officerPolicySchema = z.strictObject({
  secondOfficer: z.boolean(),
  /** Whether a file of decisions that processes held messages needs one; left out: as it was, and at first it does not. */
  secondOfficerForRelease: z.boolean().optional(),
  /** The addresses of the officers of whom the second is one; none: any other officer of the User. */
  deputies: z.array(z.string().trim().toLowerCase().min(3).max(200)).max(50).default([]),
});
export type OfficerPolicy = z.infer<typeof officerPolicySchema>;
