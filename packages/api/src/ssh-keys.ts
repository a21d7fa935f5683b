// SSH keys: by which the machines of a User ID come in by SFTP.
import { z } from 'zod';
import { cursorSchema, euiSchema, findSchema, instantSchema, pageQuery } from './common.ts';
import { registrationFields } from './parties.ts';

/** As OpenSSH prints it. */
const fingerprintSchema = z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'must be SHA256: and 43 characters of base64');

export const sshKeySchema = z.object({
  userId: euiSchema,
  fingerprint: fingerprintSchema,
  /** ssh-ed25519, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384 or ssh-rsa. */
  algorithm: z.string(),
  /** Of the machine or of its purpose. */
  name: z.string(),
  ...registrationFields,
  /** Signed in by it last, to the minute. */
  usedAt: instantSchema.optional(),
});
export type SshKeyDocument = z.infer<typeof sshKeySchema>;
export const sshKeyPageSchema = z.object({ items: z.array(sshKeySchema), cursor: cursorSchema });
export const sshKeyQuerySchema = z.strictObject({
  ...pageQuery,
  userId: euiSchema.optional(),
  /** What a User ID, its Party, the key's name or its fingerprint contains. */
  find: findSchema,
});
/** As the list, all of it at once: a CSV file. */
export const sshKeyExportQuerySchema = sshKeyQuerySchema.omit({ cursor: true, limit: true });

/** POST /ssh-keys */
export const postSshKeySchema = z.strictObject({
  userId: euiSchema,
  name: z.string().regex(/^[^\p{Cc}]{1,200}$/u, 'must be 1 to 200 characters without control characters'),
  /** The line of the .pub file. */
  key: z.string().max(8_000),
});
/** POST /ssh-keys/revoke: for good, from this moment on. */
export const revokeSshKeySchema = z.strictObject({ userId: euiSchema, fingerprint: fingerprintSchema });
