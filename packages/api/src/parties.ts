import { z } from 'zod';
import { cursorSchema, euiSchema, findSchema, instantSchema, pageQuery } from './common.ts';
import { personRoleSchema } from './people.ts';

export const partyKindSchema = z.enum([
  'large_supplier',
  'small_supplier',
  'electricity_network_operator',
  'gas_network_operator',
  'other',
  'registration_data_provider',
  'operator',
]);
/** The User IDs of a Party that is suspended or withdrawn may not act, and its people have no access. */
export const partyStatusSchema = z.enum(['active', 'suspended', 'withdrawn']);
export const partySchema = z.object({
  partyId: z.string(),
  name: z.string(),
  kind: partyKindSchema,
  status: partyStatusSchema,
});
export type PartyDocument = z.infer<typeof partySchema>;

/**
 * OPERATOR and COS are no DUIS User Roles: they mark the Operator's own User IDs, and the one under which it acts as the
 * CoS Party.
 */
export const roleSchema = z.enum(['IS', 'ES', 'GS', 'ED', 'GT', 'RSA', 'OU', 'OPERATOR', 'COS']);
export const roleSpanSchema = z.object({
  role: roleSchema,
  /** Left out where the side is open. Spans are half-open. */
  validFrom: instantSchema.optional(),
  validTo: instantSchema.optional(),
});

export const userIdSchema = z.object({
  userId: euiSchema,
  partyId: z.string(),
  partyName: z.string(),
  status: z.enum(['active', 'suspended']),
  roles: z.array(roleSpanSchema),
  delivery: z.enum(['pull', 'push']),
  receiveUrl: z.string().optional(),
  /** Whether counters at or below the highest that left the replay horizon are refused. */
  risingCounters: z.boolean(),
});
export type UserIdDocument = z.infer<typeof userIdSchema>;

/** When and by whom something was registered and revoked; to a User the Operator's people and machines are the Operator. */
export const registrationFields = {
  registeredAt: instantSchema,
  /** Left out where it was before that was recorded. */
  registeredBy: z.string().optional(),
  revokedAt: instantSchema.optional(),
  revokedBy: z.string().optional(),
};

/** A certificate as it is registered for a User ID; of a User's messages, or an officer's. */
export const registeredCertificateSchema = z.object({
  userId: euiSchema,
  issuer: z.string(),
  serial: z.string(),
  /** SHA-256 of the DER, hex. */
  fingerprint: z.string(),
  notBefore: instantSchema,
  notAfter: instantSchema,
  ...registrationFields,
});
export const fingerprintSchema = z
  .string()
  .regex(/^[0-9a-fA-F]{64}$/, 'must be the SHA-256 of the certificate in hex')
  .toLowerCase();
/** PEM, or base64 of the DER. */
export const certificateTextSchema = z.string();

/** As whom a machine with the certificate is judged at the API: a role of people; docs/people.md says what each may. */
export const machineRoleSchema = personRoleSchema;

export const certificateSchema = registeredCertificateSchema.extend({
  purpose: z.enum(['signing', 'transport']),
  /** Only of one for TLS; left out: it may do nothing at the API. */
  role: machineRoleSchema.optional(),
});
export type CertificateDocument = z.infer<typeof certificateSchema>;

export const partyPageSchema = z.object({ items: z.array(partySchema), cursor: cursorSchema });
export const userIdPageSchema = z.object({ items: z.array(userIdSchema), cursor: cursorSchema });
export const certificatePageSchema = z.object({ items: z.array(certificateSchema), cursor: cursorSchema });

/** `find`: what a Party's identifier or name contains. */
export const partyQuerySchema = z.strictObject({ ...pageQuery, find: findSchema });
/** As the list, all of it at once: a CSV file. */
export const partyExportQuerySchema = partyQuerySchema.omit({ cursor: true, limit: true });
export const userIdQuerySchema = z.strictObject({
  ...pageQuery,
  /** What a User ID, or its Party's identifier or name, contains. */
  find: findSchema,
  /** Only these, 200 at most, parted by commas. */
  userIds: z
    .string()
    .max(200 * 24)
    .regex(/^(?:[0-9A-Fa-f]{2}-){7}[0-9A-Fa-f]{2}(?:,(?:[0-9A-Fa-f]{2}-){7}[0-9A-Fa-f]{2})*$/, {
      error: 'must be User IDs such as 90-B3-D5-1F-30-01-00-00, parted by commas',
    })
    .optional(),
});
/** As the list, all of it at once: a CSV file. */
export const userIdExportQuerySchema = userIdQuerySchema.omit({ cursor: true, limit: true });
export const certificateQuerySchema = z.strictObject({
  ...pageQuery,
  userId: euiSchema.optional(),
  /** Only those that are not revoked and end before this instant. */
  expiresBefore: instantSchema.optional(),
  /** What a User ID, its Party, or the issuer, serial number or fingerprint of the certificate contains. */
  find: findSchema,
});
/** As the list, all of it at once: a CSV file. */
export const certificateExportQuerySchema = certificateQuerySchema.omit({ cursor: true, limit: true });

/** PUT /parties/{partyId} */
export const putPartySchema = z.strictObject({
  name: z.string(),
  kind: partyKindSchema,
  status: partyStatusSchema.optional(),
});
/** PUT /user-ids/{userId}: the roles listed begin now where they are new, the others end now. */
export const putUserIdSchema = z.strictObject({
  partyId: z.string(),
  roles: z.array(roleSchema).min(1),
  delivery: z.enum(['pull', 'push']).default('pull'),
  receiveUrl: z.string().optional(),
  status: z.enum(['active', 'suspended']).optional(),
  /** False for a User whose counters do not rise: a replay from before the horizon is then not found. */
  risingCounters: z.boolean().optional(),
});
/** POST /certificates */
export const postCertificateSchema = z.strictObject({
  userId: euiSchema,
  purpose: z.enum(['signing', 'transport']),
  certificate: certificateTextSchema,
  /** Only of one for TLS. Left out: none, as for the gateway alone. */
  role: machineRoleSchema.optional(),
});
/** POST /certificates/role: of a certificate for TLS that is registered; null: none, it may do nothing at the API. */
export const setCertificateRoleSchema = z.strictObject({
  fingerprint: fingerprintSchema,
  role: machineRoleSchema.nullable(),
});
/** POST /certificates/revoke: for good, from this moment on. */
export const revokeCertificateSchema = z.strictObject({
  purpose: z.enum(['signing', 'transport']),
  fingerprint: fingerprintSchema,
});
export const changedSchema = z.object({ changed: z.boolean() });
