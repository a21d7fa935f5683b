// What was held of a User's messages, what was decided on it, and how it is released.
import { z } from 'zod';
import { cursorSchema, euiSchema, instantSchema, pageQuery, positionSchema } from './common.ts';
import { directionSchema, messageKindSchema } from './messages.ts';
import { contactSchema } from './officers.ts';
import { MOST_RATE, sha256Schema } from './submissions.ts';

export const eventReferenceSchema = z.string().regex(/^[0-9]{1,20}$/, 'must be 1 to 20 digits');

export const quarantineStates = ['open', 'investigating', 'decided', 'resolved'] as const;
export const quarantineStateSchema = z.enum(quarantineStates);
export type QuarantineState = z.infer<typeof quarantineStateSchema>;

/** Whose threshold held: the User's own, the Operator's across all Users, or the limits of a value. */
export const detectorSchema = z.enum(['user', 'all_users', 'value']);

export const quarantineEventSchema = z.object({
  userId: euiSchema,
  event: eventReferenceSchema,
  detector: detectorSchema,
  direction: directionSchema,
  /** Which threshold or limit, its number and its period. */
  words: z.string(),
  firstAt: instantSchema,
  lastAt: instantSchema,
  held: z.int(),
  /** SMETS1 requests with a value outside the limits: deleted, not held. */
  deleted: z.int(),
  /** Held messages that no officer decided on yet. */
  undecided: z.int(),
  state: quarantineStateSchema,
  owner: z.string().optional(),
  cause: z.string().optional(),
  changedAt: instantSchema,
});
export type QuarantineEventDocument = z.infer<typeof quarantineEventSchema>;
export const quarantineEventPageSchema = z.object({ items: z.array(quarantineEventSchema), cursor: cursorSchema });
const states = quarantineStates.join('|');
/** Newest first. A User with one User ID need not name it; the Operator names one, or gets the events of all Users. */
export const quarantineEventQuerySchema = z.strictObject({
  ...pageQuery,
  userId: euiSchema.optional(),
  /** One state, or several parted by commas. */
  state: z
    .string()
    .regex(
      new RegExp(`^(?:${states})(?:,(?:${states}))*$`),
      `must be of ${quarantineStates.join(', ')}, parted by commas`,
    )
    .optional()
    .meta({ example: 'open,investigating' }),
});

/** As the list, all of it at once: a CSV file. */
export const quarantineEventExportQuerySchema = quarantineEventQuerySchema.omit({ cursor: true, limit: true });

export const quarantineNoteSchema = z.object({ at: instantSchema, author: z.string(), note: z.string() });
/** Whom to call about an event. */
export const contactsSchema = z.object({
  /** The User's officers whose certificates are good now: they alone decide. */
  officers: z.array(contactSchema),
  /** How the Operator's service desk is reached, where it said so. */
  desk: z.string().optional(),
});
export const quarantineLifeSchema = quarantineEventSchema.extend({
  notes: z.array(quarantineNoteSchema),
  contacts: contactsSchema,
});
export type QuarantineLife = z.infer<typeof quarantineLifeSchema>;

const affectedGroupSchema = z.object({
  /** Left out: the inventory does not say. */
  name: z.string().optional(),
  devices: z.int(),
  messages: z.int(),
});
/** GET /quarantine/events/{event}/affected: what the held messages concern, decided on or not. Those with most first. */
export const affectedSchema = z.object({
  devices: z.int(),
  messages: z.int(),
  /** When the oldest message that nobody decided on was held. */
  oldestUndecidedAt: instantSchema.optional(),
  regions: z.array(affectedGroupSchema),
  services: z.array(affectedGroupSchema),
  kinds: z.array(affectedGroupSchema),
});
export type AffectedDocument = z.infer<typeof affectedSchema>;

export const eventParametersSchema = z.strictObject({ event: eventReferenceSchema });
export const ownerQuerySchema = z.strictObject({ userId: euiSchema.optional() });

const text = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}]*$/u, 'must have no control characters');
/** POST /quarantine/events/{event}/notes */
export const postNoteSchema = z.strictObject({ note: text(2_000) });
/** POST /quarantine/events/{event}: what is left out stays. It becomes decided by itself, and resolved with a cause. */
export const postEventSchema = z.strictObject({
  owner: text(200).optional(),
  cause: text(2_000).optional(),
  state: z.enum(['investigating', 'resolved']).optional(),
});

export const heldMessageSchema = z.object({
  position: positionSchema,
  event: eventReferenceSchema,
  heldAt: instantSchema,
  direction: directionSchema,
  kind: messageKindSchema,
  /** RequestID or ResponseID; empty for an alert that has none. */
  messageId: z.string(),
  serviceReferenceVariant: z.string().optional(),
  target: euiSchema,
  size: z.int(),
  sha256: z.string(),
  /** Left out while it is undecided. */
  decision: z
    .object({
      action: z.enum(['process', 'delete']),
      reason: z.string(),
      decidedAt: instantSchema,
      /** The signed file; left out when it expired. */
      submission: z.string().optional(),
      /** When it was put on its stream, to be processed. */
      releasedAt: instantSchema.optional(),
    })
    .optional(),
  /** Why it could not be released before, the last time. */
  refusal: z.object({ code: z.string(), detail: z.string(), at: instantSchema }).optional(),
});
export type HeldMessageDocument = z.infer<typeof heldMessageSchema>;
export const heldMessagePageSchema = z.object({ items: z.array(heldMessageSchema), cursor: cursorSchema });
/** In the order of holding. */
export const heldMessageQuerySchema = z.strictObject({
  ...pageQuery,
  userId: euiSchema.optional(),
  serviceReferenceVariant: z.string().max(20).optional(),
  device: euiSchema.optional(),
  /** Only what nobody decided on. */
  undecided: z.literal('true').optional(),
});

/** As the list, all of it at once: a CSV file. */
export const heldMessageExportQuerySchema = heldMessageQuerySchema.omit({ cursor: true, limit: true });

export const releaseSchema = z.object({
  userId: euiSchema,
  /** The action file. */
  submission: z.string(),
  state: z.enum(['running', 'paused', 'done']),
  /** Messages a second; left out: as fast as it goes. */
  rate: z.int().optional(),
  /** While it is paused: a User ID, or `Operator`, who then alone lets it go on; with the person in brackets. */
  pausedBy: z.string().optional(),
  /** Who paused it, let it go on or set its rate: the last twenty, oldest first. */
  switches: z.array(z.object({ at: instantSchema, author: z.string(), change: z.string() })),
  decided: z.int(),
  sent: z.int(),
  deleted: z.int(),
  /** Could not be sent: they stay held. */
  refused: z.int(),
  startedAt: instantSchema,
  endedAt: instantSchema.optional(),
});
export type ReleaseDocument = z.infer<typeof releaseSchema>;
export const releasePageSchema = z.object({ items: z.array(releaseSchema), cursor: cursorSchema });
/** Newest first. */
export const releaseQuerySchema = z.strictObject({
  ...pageQuery,
  userId: euiSchema.optional(),
  /** Those that decided on messages of this event. */
  event: eventReferenceSchema.optional(),
});
/** As the list, all of it at once: a CSV file. */
export const releaseExportQuerySchema = releaseQuerySchema.omit({ cursor: true, limit: true });
export const releaseParametersSchema = z.strictObject({ submission: sha256Schema });
/** POST /releases/{submission}: what is left out stays; a rate of null is none. */
export const postReleaseSchema = z.strictObject({
  state: z.enum(['running', 'paused']).optional(),
  rate: z.int().min(1).max(MOST_RATE).nullable().optional(),
});
