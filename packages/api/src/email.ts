// E-mail as a way: the address to which signed files go, the certificate to which they are encrypted, and the addresses of
// a User ID to which receipts and reports go.
import { z } from 'zod';
import { cursorSchema, euiSchema, instantSchema, pageQuery } from './common.ts';
import { certificateTextSchema, fingerprintSchema, registeredCertificateSchema } from './parties.ts';

/** GET /email: what an officer needs to send a file. */
export const emailSchema = z.object({
  /** Whether mails are taken now; they are only while the way is open. */
  isOpen: z.boolean(),
  /** Why it is open or not, and what to use instead. */
  sentence: z.string(),
  address: z.string(),
  /** PEM; to which mails are encrypted. */
  certificate: z.string(),
  /** SHA-256 of its DER, by which it can be compared with what the Operator says by another way. */
  fingerprint: fingerprintSchema,
  notAfter: instantSchema,
  /** Largest mail in bytes. */
  maxBytes: z.number(),
});
export type EmailDocument = z.infer<typeof emailSchema>;

export const emailAddressSchema = z
  .string()
  .max(254)
  .regex(
    /^[A-Za-z0-9._+-]{1,64}@([A-Za-z0-9-]{1,63}\.)*[A-Za-z0-9-]{1,63}$/,
    'must be an address such as officer@user.example',
  );

/** An address of a User ID, with the certificate to which what goes there is encrypted. */
export const emailRecipientSchema = registeredCertificateSchema.extend({ address: z.string() });
export type EmailRecipientDocument = z.infer<typeof emailRecipientSchema>;
export const emailRecipientPageSchema = z.object({ items: z.array(emailRecipientSchema), cursor: cursorSchema });
export const emailRecipientQuerySchema = z.strictObject({
  ...pageQuery,
  userId: euiSchema.optional(),
  /** Only those that are not revoked and whose certificate ends before this instant. */
  expiresBefore: instantSchema.optional(),
});
/** As the list, all of it at once: a CSV file. */
export const emailRecipientExportQuerySchema = emailRecipientQuerySchema.omit({ cursor: true, limit: true });
/** POST /email-recipients */
export const postEmailRecipientSchema = z.strictObject({
  userId: euiSchema,
  address: emailAddressSchema,
  certificate: certificateTextSchema,
});
/** POST /email-recipients/revoke: for good, from this moment on. */
export const revokeEmailRecipientSchema = z.strictObject({ userId: euiSchema, fingerprint: fingerprintSchema });
