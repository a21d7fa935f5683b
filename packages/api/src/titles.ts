import { z } from 'zod';
import { cursorSchema, euiSchema, findSchema, instantSchema, pageQuery, positionSchema } from './common.ts';
import { directionSchema } from './messages.ts';
import { timeCursorSchema } from './people.ts';

/** What may be a title: what was sent to a device and what it answered. Alerts of others are none. */
export const titleKinds = ['service_request', 'signed_pre_command', 'response', 'smets1_response'] as const;
export const titleKindSchema = z.enum(titleKinds);
export type TitleKind = z.infer<typeof titleKindSchema>;

/** A User Role of DUIS, or the Operator: as itself or as the CoS Party. */
export const senderRoleSchema = z.enum(['IS', 'ES', 'GS', 'ED', 'GT', 'RSA', 'OU', 'COS', 'OPERATOR']);

/** Why a title is shown to the one who asks. */
export const titleReasonSchema = z.object({
  /** Responsible when it was recorded; from before that; or the network on which the device is. */
  basis: z.enum(['responsible', 'history', 'network_operator']),
  role: z.enum(['IS', 'ES', 'GS', 'ED', 'GT']),
  /** The User ID of the reader by which it is. */
  userId: euiSchema,
  /** Since when it is responsible; left out where that is not known. */
  since: instantSchema.optional(),
});

/** Who sent the request, also of what came back. */
export const titleSenderSchema = z.object({
  role: senderRoleSchema.optional(),
  party: z.string().optional(),
  isYou: z.boolean(),
});

/** One message of anybody that concerns a device: never its content, and nothing that shows who sent it but its role. */
export const titleSchema = z.object({
  /** Names this title in a question to its sender; another each time it is shown. */
  reference: z.string(),
  /** When the platform recorded it. */
  time: instantSchema,
  /** Of one that was held and released: when it was sent. */
  sentAt: instantSchema.optional(),
  direction: directionSchema,
  kind: titleKindSchema,
  serviceReferenceVariant: z.string().optional(),
  name: z.string().optional(),
  device: euiSchema,
  /** Whether the message is addressed to the device, or names it in its body. */
  concerns: z.enum(['target', 'body']),
  code: z.string().optional(),
  /** What the code says; left out where no public source tells. */
  meaning: z.string().optional(),
  sender: titleSenderSchema,
  /** Of one's own, looked at by one User ID: where it stands in the record. */
  position: positionSchema.optional(),
  why: titleReasonSchema,
});
export type TitleDocument = z.infer<typeof titleSchema>;

/** Newest first. The Operator's people name the User ID as which they look. */
export const titleQuerySchema = z.strictObject({
  ...pageQuery,
  cursor: z.string().max(400).optional(),
  userId: euiSchema.optional(),
  from: instantSchema.optional(),
  to: instantSchema.optional(),
  direction: directionSchema.optional(),
  kind: titleKindSchema.optional(),
  serviceReferenceVariant: z.string().max(20).optional(),
  code: z.string().max(40).optional(),
});
export type TitleQuery = z.infer<typeof titleQuerySchema>;
export const titlePageSchema = z.object({ items: z.array(titleSchema), cursor: cursorSchema });
export type TitlePage = z.infer<typeof titlePageSchema>;

/** As the list, all of it at once: a CSV file. */
export const titleExportQuerySchema = titleQuerySchema.omit({ cursor: true, limit: true });
export type TitleExportQuery = z.infer<typeof titleExportQuerySchema>;

/** The Operator's switches on titles, each with its values; the first is the default. */
export const titleSwitches = {
  sender: ['role', 'party'],
  network_operators: ['meters', 'none', 'home'],
  history: ['shown', 'hidden'],
} as const;
export const titleSwitchNameSchema = z.enum(['sender', 'network_operators', 'history']);
export type TitleSwitchName = z.infer<typeof titleSwitchNameSchema>;

export const titleSwitchSchema = z.object({
  switch: titleSwitchNameSchema,
  value: z.string(),
  /** Left out of the default, which holds before every other. */
  validFrom: instantSchema.optional(),
  author: z.string().optional(),
});
export type TitleSwitchDocument = z.infer<typeof titleSwitchSchema>;
/** Each switch's history, newest first, the default last. */
export const titleSwitchListSchema = z.object({ items: z.array(titleSwitchSchema) });

/** From an instant on that is not past; what was said for the same instant before is replaced. */
export const setTitleSwitchSchema = z
  .strictObject({ switch: titleSwitchNameSchema, value: z.string().max(20), validFrom: instantSchema.optional() })
  .refine((given) => (titleSwitches[given.switch] as readonly string[]).includes(given.value), {
    path: ['value'],
    error: 'is none of the values of this switch',
  });
export type SetTitleSwitch = z.infer<typeof setTitleSwitchSchema>;

/** That somebody asked for titles of a device, or for a list of devices by them. */
export const titleReadingSchema = z.object({
  /** With the User ID it is one look. */
  readingId: z.uuid(),
  readAt: instantSchema,
  /** By whose responsibility; of a look that was refused, as whom it was asked. */
  userId: euiSchema,
  /** Left out of a list of devices, and of refused looks at more devices than have a row each. */
  device: euiSchema.optional(),
  /** What was asked for besides the device. */
  what: z.string(),
  /** Whose people and machines looked: the User's own, or the Operator's as that User. */
  side: z.enum(['user', 'operator']),
  /** Of a person; of a machine `machine` and the beginning of its certificate's SHA-256. */
  email: z.string().optional(),
  role: z.string().optional(),
  /** So many times that day it was asked for titles that may not be seen, at first at `readAt`; left out: it was answered. */
  refused: z.int().optional(),
});
export const titleReadingQuerySchema = z.strictObject({
  ...pageQuery,
  cursor: timeCursorSchema,
  userId: euiSchema.optional(),
  device: euiSchema.optional(),
  /** Only those whose e-mail address, device, User ID, Party or words contain it. */
  find: findSchema,
});
export type TitleReadingQuery = z.infer<typeof titleReadingQuerySchema>;
/** As the list, all of it at once: a CSV file. */
export const titleReadingExportQuerySchema = titleReadingQuerySchema.omit({ cursor: true, limit: true });
export const titleReadingPageSchema = z.object({ items: z.array(titleReadingSchema), cursor: cursorSchema });
export type TitleReadingPage = z.infer<typeof titleReadingPageSchema>;
