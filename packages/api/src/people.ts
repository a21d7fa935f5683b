import { z } from 'zod';
import { cursorSchema, euiSchema, findSchema, instantSchema, pageQuery, problemSchema } from './common.ts';

/** What a person may be for one User ID, and what for the Operator; docs/people.md says what each may see and do. */
export const userRoleNameSchema = z.enum(['user_administrator', 'aro', 'analyst', 'read_only']);
export const operatorRoleNameSchema = z.enum(['service_desk', 'security', 'change_manager', 'operator_administrator']);
export const personRoleSchema = z.enum([...userRoleNameSchema.options, ...operatorRoleNameSchema.options]);
export type PersonRole = z.infer<typeof personRoleSchema>;

/** A name of a right, e.g. 'record.see', 'people.change'. */
export const rightSchema = z.string().meta({ example: 'record.see' });

const partyNameSchema = z.object({ partyId: z.string(), name: z.string() });
export const personSchema = z.object({ id: z.string(), name: z.string(), email: z.string() });

/** For whom a person may act: the header `penstock-acting` says which, as a User ID or `operator`. */
export const choiceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('user'), userId: euiSchema, party: partyNameSchema, role: userRoleNameSchema }),
  z.object({ kind: z.literal('operator'), userId: euiSchema, party: partyNameSchema, role: operatorRoleNameSchema }),
]);
export type Choice = z.infer<typeof choiceSchema>;

/** GET /me */
export const meSchema = z.object({
  person: personSchema,
  acting: z.object({
    kind: z.enum(['user', 'operator']),
    userIds: z.array(euiSchema),
    party: partyNameSchema,
    role: personRoleSchema,
  }),
  choices: z.array(choiceSchema),
  permissions: z.array(rightSchema),
  /** One of the ready people of the demonstration. */
  isDemonstration: z.boolean(),
});
export type MeDocument = z.infer<typeof meSchema>;

/** One browser in which a person is signed in. */
export const sessionSchema = z.object({
  sessionId: z.string(),
  /** The one that asks. */
  isThis: z.boolean(),
  signedInAt: instantSchema,
  usedAt: instantSchema,
  expiresAt: instantSchema,
  address: z.string().optional(),
  browser: z.string().optional(),
});
export type SessionDocument = z.infer<typeof sessionSchema>;
export const sessionListSchema = z.object({ items: z.array(sessionSchema) });
/** What a person ends: how many sessions there were. */
export const endedSchema = z.object({ ended: z.int() });

/** GET /me/account: the ways in which a person can sign in. */
export const accountSchema = z.object({
  hasPassword: z.boolean(),
  hasAuthenticator: z.boolean(),
  /** The organisation's sign-in that made this session. */
  provider: z.string().optional(),
  passkeys: z.array(
    z.object({ passkeyId: z.string(), name: z.string().optional(), addedAt: instantSchema.optional() }),
  ),
});
export type AccountDocument = z.infer<typeof accountSchema>;

/** GET /record-readings: when somebody of the Operator read a User's own record, and why. */
export const readingPageSchema = z.object({
  items: z.array(
    z.object({
      /** With the User ID it is one reading. */
      readingId: z.uuid(),
      userId: euiSchema,
      readAt: instantSchema,
      /** Of a machine: `machine`, and the beginning of its certificate's SHA-256. */
      email: z.string(),
      role: operatorRoleNameSchema,
      reason: z.string(),
      what: z.string(),
    }),
  ),
  cursor: cursorSchema,
});
export type ReadingPage = z.infer<typeof readingPageSchema>;
/** A place in a list by time: an instant and an id. */
export const timeCursorSchema = z
  .string()
  .regex(
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z~[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    'this is no cursor of this list',
  )
  .optional();
/** A User ID, or `operator`. */
export const actingSchema = z.union([z.literal('operator'), euiSchema]);
const emailSchema = z.email().max(200).toLowerCase();
const heldRoleSchema = z.object({ acting: actingSchema, role: personRoleSchema });
export const personStatusSchema = z.enum(['active', 'suspended', 'withdrawn']);

/** GET /people: who may act for the User ID that one acts for; of the Operator: everybody. */
export const personPageSchema = z.object({
  items: z.array(
    z.object({
      personId: z.string(),
      name: z.string(),
      email: z.string(),
      status: personStatusSchema,
      /** Which side ended the access, where it has ended: what the Operator's did, only the Operator's undoes. */
      statusBy: z.enum(['operator', 'user']).optional(),
      /** Whether there is a way to sign in with a second factor, or by the organisation's provider. */
      isEnrolled: z.boolean(),
      signedInAt: instantSchema.optional(),
      /** To an administrator of a User ID, those of that User ID only. */
      roles: z.array(heldRoleSchema),
    }),
  ),
  cursor: cursorSchema,
});
export type PersonPage = z.infer<typeof personPageSchema>;
/** `find`: what a name, an address, a role, a User ID or its Party contains. */
export const personPageQuerySchema = z.strictObject({ ...pageQuery, find: findSchema });
/** As the list, all of it at once: a CSV file. */
export const personExportQuerySchema = personPageQuerySchema.omit({ cursor: true, limit: true });
/** PUT /people/{personId}/roles: the role for one User ID or the Operator; null takes it away. */
export const putRoleSchema = z.strictObject({ acting: actingSchema, role: personRoleSchema.nullable() });
/** PUT /people/{personId}: suspended and withdrawn people lose access at once. */
export const putPersonSchema = z.strictObject({ status: personStatusSchema });

/** POST /people/invitations */
export const postInvitationSchema = z.strictObject({
  email: emailSchema,
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .regex(/^\P{Cc}*$/u, 'must be one line of text'),
  acting: actingSchema,
  role: personRoleSchema,
});
/** The link is shown this once. */
export const linkSchema = z.object({
  link: z.string(),
  expiresAt: instantSchema,
  /** It is good only when a second administrator has approved it. */
  awaitsApproval: z.boolean().optional(),
});
export type MadeLink = z.infer<typeof linkSchema>;
/** What became of a change that may take a second administrator. */
export const askedSchema = z.object({
  changed: z.boolean(),
  /** Nothing has changed yet: it waits for one. */
  awaitsApproval: z.boolean().optional(),
});
export type Asked = z.infer<typeof askedSchema>;
/** GET /people/invitations: links that nobody has taken, the newest first. */
export const invitationPageSchema = z.object({
  items: z.array(
    z.object({
      invitationId: z.string(),
      email: z.string(),
      name: z.string(),
      acting: actingSchema,
      role: personRoleSchema,
      madeAt: instantSchema,
      expiresAt: instantSchema,
    }),
  ),
  cursor: cursorSchema,
});
export type InvitationPage = z.infer<typeof invitationPageSchema>;
export const invitationQuerySchema = z.strictObject({ ...pageQuery, cursor: timeCursorSchema });

export const approvalQuerySchema = z.strictObject({ ...pageQuery, cursor: timeCursorSchema });
/** GET /people/approvals: what waits for a second administrator, the newest first. */
export const approvalPageSchema = z.object({
  items: z.array(
    z.object({
      approvalId: z.string(),
      /** A link for somebody new, another role, a sign-in that is reset, no second administrator any more. */
      kind: z.enum(['invitation', 'role', 'reset', 'policy']),
      /** Whose administrators approve it. */
      acting: actingSchema,
      /** Whom it is about. */
      email: z.string(),
      name: z.string(),
      role: personRoleSchema.optional(),
      /** An e-mail address. */
      askedBy: z.string(),
      askedAt: instantSchema,
      expiresAt: instantSchema,
    }),
  ),
  cursor: cursorSchema,
});
export type ApprovalPage = z.infer<typeof approvalPageSchema>;
/** POST /people/approvals/{approvalId}: neither who asked nor whom it is about approves; who asked may refuse it, too. */
export const postApprovalSchema = z.strictObject({ decision: z.enum(['approve', 'refuse']) });
/** GET /people/second-administrator: whether the Party wants one to approve what gives access. */
export const secondAdministratorSchema = z.object({
  isWanted: z.boolean(),
  /** Active ones, of the User ID or the Operator. */
  administrators: z.int(),
  /** Whether it counts: it is wanted, and there are two, or were within the last 72 hours. */
  isNeeded: z.boolean(),
});
export type SecondAdministrator = z.infer<typeof secondAdministratorSchema>;
export const putSecondAdministratorSchema = z.strictObject({ isWanted: z.boolean() });

const tokenSchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'is not whole');
/** POST /invitations/look: what a link is good for. */
export const lookInvitationSchema = z.strictObject({ token: tokenSchema });
export const invitationSchema = z.object({
  kind: z.enum(['invitation', 'recovery']),
  email: z.string(),
  name: z.string(),
  acting: actingSchema.optional(),
  party: z.string().optional(),
  role: personRoleSchema.optional(),
  expiresAt: instantSchema,
  /** False: the one who is invited has an account, and accepts when signed in. Else a password or a passkey is set. */
  needsPassword: z.boolean(),
  /** The name of the organisation's sign-in by which it may be taken instead. */
  provider: z.string().optional(),
});
export type InvitationDocument = z.infer<typeof invitationSchema>;
/** POST /invitations/accept */
export const acceptInvitationSchema = z.strictObject({ token: tokenSchema, password: z.string().max(128).optional() });

export const readingQuerySchema = z.strictObject({
  ...pageQuery,
  cursor: timeCursorSchema,
  userId: euiSchema.optional(),
  /** What an address, the User ID or its Party, the reason or what was read contains. */
  find: findSchema,
});
/** As the list, all of it at once: a CSV file. */
export const readingExportQuerySchema = readingQuerySchema.omit({ cursor: true, limit: true });

/** 409 `access.choice-needed`: a person with several choices named none. */
export const choiceNeededSchema = problemSchema.extend({ choices: z.array(choiceSchema) });
