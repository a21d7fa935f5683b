// What was done about sign-in and rights, and about all by which somebody or something may act: one record of all.
import { z } from 'zod';
import { cursorSchema, findSchema, instantSchema, pageQuery } from './common.ts';
import { actingSchema, personRoleSchema, timeCursorSchema } from './people.ts';

/** Every code that the record has, by what it is about. A code is never renamed. */
export const activityGroups = {
  'sign-in': [
    'signed-in',
    'password-refused',
    'provider-refused',
    'code-refused',
    'passkey-refused',
    'sign-in-locked',
    'second-factor-locked',
    'proven-again',
    'second-factor-set-up',
    'passkey-added',
    'passkey-removed',
    'password-changed',
    'signed-out',
    'session-ended',
    'signed-out-everywhere',
  ],
  people: [
    'invited',
    'invitation-withdrawn',
    'invitation-accepted',
    'role-changed',
    'status-changed',
    'reset',
    'reset-taken',
    'invitation-asked',
    'role-asked',
    'reset-asked',
    'policy-asked',
    'approved',
    'approval-refused',
    'policy-changed',
  ],
  directory: [
    'party-registered',
    'party-changed',
    'party-status-changed',
    'user-id-registered',
    'user-id-changed',
    'user-id-switched',
  ],
  certificates: ['certificate-registered', 'certificate-renewed', 'certificate-role-changed', 'certificate-revoked'],
  officers: ['officer-registered', 'officer-changed', 'officer-revoked', 'officer-policy-changed'],
  'ssh-keys': ['ssh-key-registered', 'ssh-key-renamed', 'ssh-key-revoked'],
  'mail-addresses': ['mail-address-registered', 'mail-address-changed', 'mail-address-revoked'],
  devices: ['devices-changed', 'registrations-changed'],
  ways: [
    'ways-set',
    'ways-withdrawn',
    'outage-declared',
    'outage-changed',
    'outage-ended',
    'outage-reported',
    'outage-report-answered',
  ],
  switches: ['title-switch-set'],
  changes: ['change-limits-set', 'calendar-event-set', 'calendar-event-withdrawn', 'change-template-deleted'],
  feeds: ['feed-made', 'feed-revoked'],
  webhooks: ['webhook-made', 'webhook-changed', 'webhook-key-renewed', 'webhook-removed'],
  incidents: ['incident-targets-set'],
} as const;
export type ActivityGroup = keyof typeof activityGroups;
export type ActivityCode = (typeof activityGroups)[ActivityGroup][number];

export const activityGroupNames = Object.keys(activityGroups) as [ActivityGroup, ...ActivityGroup[]];
const activityCodes = Object.values(activityGroups).flat() as [ActivityCode, ...ActivityCode[]];

export const activityQuerySchema = z.strictObject({
  ...pageQuery,
  cursor: timeCursorSchema,
  /** What an address, the User ID or its Party, or what was done contains. */
  find: findSchema,
  /** Only what is about this. */
  about: z.enum(activityGroupNames).optional(),
});
/** As the list, all of it at once: a CSV file. */
export const activityExportQuerySchema = activityQuerySchema.omit({ cursor: true, limit: true });

/** A person's role; a machine, by its certificate; who has the machine itself, by its operating system. */
export const authorRoleSchema = z.enum([...personRoleSchema.options, 'machine', 'console']);

/** GET /people-activity: the newest first. */
export const activityPageSchema = z.object({
  items: z.array(
    z.object({
      activityId: z.uuid(),
      at: instantSchema,
      what: z.enum(activityCodes).meta({ example: 'signed-in' }),
      /** Of the person whom it is about, when it is about one. */
      email: z.string().optional(),
      /** Of which User ID, or of the Operator; left out: of the person itself, or of a Party. */
      acting: actingSchema.optional(),
      /** Of which Party as a whole. */
      partyId: z.string().optional(),
      /** Who did it: a person's address, the SHA-256 of a machine's certificate, the name of a user of the operating system. */
      by: z.string(),
      byRole: authorRoleSchema.optional(),
      /** For whom it was done: a User ID, or the Operator. */
      byActing: actingSchema.optional(),
      detail: z.string().optional(),
      /** From where; to a User left out of what was done for the Operator. */
      address: z.string().optional(),
    }),
  ),
  cursor: cursorSchema,
});
export type ActivityPage = z.infer<typeof activityPageSchema>;
