// What goes on at a device: its timeline, and the devices on which far more goes on than usual.
import { z } from 'zod';
import { cursorSchema, dayOnlySchema, euiSchema, instantSchema, pageQuery, positionSchema } from './common.ts';
import { alertDecisionSchema } from './messages.ts';
import { senderRoleSchema, titleKindSchema } from './titles.ts';

/** Everybody's requests and responses, as far as their titles may be seen; of alerts the reader's own. */
export const deviceActivitySchema = z.object({ requests: z.int(), responses: z.int(), alerts: z.int() });
export type DeviceActivity = z.infer<typeof deviceActivitySchema>;

/** A device that the reader is responsible for now, on which far more goes on than usual. */
export const erraticDeviceSchema = z.object({
  device: euiSchema,
  /** UTC day. */
  day: dayOnlySchema,
  activity: deviceActivitySchema,
  /** The median day of the 28 before. */
  usual: z.number(),
  /** How many times the usual it is. */
  times: z.number(),
});
export type ErraticDevice = z.infer<typeof erraticDeviceSchema>;
export const erraticQuerySchema = z.strictObject({ ...pageQuery, userId: euiSchema.optional() });
/** Worst first; of the last day on which each was. */
export const erraticPageSchema = z.object({
  items: z.array(erraticDeviceSchema),
  cursor: cursorSchema,
  /** From how many messages a day on, and from how many times the usual. */
  rule: z.object({ floor: z.int(), factor: z.number(), days: z.int() }),
});
export type ErraticPage = z.infer<typeof erraticPageSchema>;

/** Messages of one kind and service from one sender, less than a minute apart, are one entry. */
const timelineMessagesSchema = z.object({
  what: z.literal('messages'),
  kind: titleKindSchema,
  serviceReferenceVariant: z.string().optional(),
  name: z.string().optional(),
  /** Each code that one of them has. */
  codes: z.array(z.string()),
  concerns: z.enum(['target', 'body']),
  sender: z.object({ role: senderRoleSchema.optional(), party: z.string().optional(), isYou: z.boolean() }),
  count: z.int(),
  first: instantSchema,
  last: instantSchema,
  /** Names the title of the last of them. */
  reference: z.string(),
});
const timelineAlertSchema = z.object({
  what: z.literal('alert'),
  kind: z.enum(['device_alert', 'dcc_alert']),
  code: z.string().optional(),
  /** What the code is called; left out where no public source says it. */
  title: z.string().optional(),
  userId: euiSchema,
  /** Of the last of them. */
  position: positionSchema,
  decision: alertDecisionSchema.optional(),
  count: z.int(),
  first: instantSchema,
  last: instantSchema,
});
export const timelineEntrySchema = z.discriminatedUnion('what', [timelineMessagesSchema, timelineAlertSchema]);
export type TimelineEntry = z.infer<typeof timelineEntrySchema>;

/** At most 31 days; without `from` the 24 hours before `to`, without `to` until now. */
export const timelineQuerySchema = z.strictObject({
  userId: euiSchema.optional(),
  from: instantSchema.optional(),
  to: instantSchema.optional(),
});
export type TimelineQuery = z.infer<typeof timelineQuerySchema>;
export const timelineSchema = z.object({
  device: euiSchema,
  from: instantSchema,
  to: instantSchema,
  /** Whether there is more than is looked at: then only the newest are, and `from` is when they begin. */
  isCut: z.boolean(),
  /** Newest first. */
  entries: z.array(timelineEntrySchema),
  /** What of the entries was in each hour or UTC day, without gaps. */
  activity: z.object({
    unit: z.enum(['hour', 'day']),
    points: z.array(z.object({ at: instantSchema, ...deviceActivitySchema.shape })),
    /** Messages in as long a time on a usual day; left out where too few days are known. */
    usual: z.number().optional(),
  }),
});
export type TimelineDocument = z.infer<typeof timelineSchema>;
