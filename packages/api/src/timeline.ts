// The timeline of a device: what was sent to it and came back beside the alerts that one had of it, folded so that it can be
// read, and how much of both there was beside what is usual.
import { z } from 'zod';
import { causeSchema } from './causes.ts';
import { cursorSchema, euiSchema, instantSchema, pageQuery, positionSchema } from './common.ts';
import { directionSchema } from './messages.ts';
import { titleKindSchema, titleReasonSchema, titleSenderSchema } from './titles.ts';

/** A timeline is asked for over so many days at most. */
export const LONGEST_TIMELINE_DAYS = 92;
/** Over so many days at most its activity is counted by the hour, over more by the day. */
export const MOST_DAYS_BY_HOUR = 3;
/** Without `from`. */
export const USUAL_TIMELINE_DAYS = 7;
/** Days up to now that a page may offer. */
export const timelineSpans = ['1', '7', '31', '92'] as const;
/** Of one part of an entry the newest are told one by one. */
export const MOST_TIMELINE_MESSAGES = 10;

/** The Operator's people name the User ID as which they look. `limit`: entries, about so many. */
export const timelineQuerySchema = z.strictObject({
  ...pageQuery,
  cursor: z.string().max(400).optional(),
  userId: euiSchema.optional(),
  from: instantSchema.optional(),
  to: instantSchema.optional(),
});
export type TimelineQuery = z.infer<typeof timelineQuerySchema>;

/** Messages of one kind and service from one sender that stand in one entry. */
export const timelinePartSchema = z.object({
  direction: directionSchema,
  kind: titleKindSchema,
  serviceReferenceVariant: z.string().optional(),
  name: z.string().optional(),
  concerns: z.enum(['target', 'body']),
  sender: titleSenderSchema,
  /** Why they are shown: of the newest of them. */
  why: titleReasonSchema,
  count: z.int(),
  first: instantSchema,
  last: instantSchema,
  /** How many have each code; those without one have no line. */
  codes: z.array(z.object({ code: z.string(), meaning: z.string().optional(), count: z.int() })),
  /** The newest of them. */
  messages: z.array(
    z.object({
      time: instantSchema,
      /** Of one that was held and released: when it was sent. */
      sentAt: instantSchema.optional(),
      code: z.string().optional(),
      /** Of one's own: where it stands in the record. */
      position: positionSchema.optional(),
      /** Names it in a question to its sender. */
      reference: z.string(),
    }),
  ),
});
export type TimelinePart = z.infer<typeof timelinePartSchema>;

/** A likely cause with when it was recorded, by which it is found on the timeline. */
export const timelineCauseSchema = causeSchema.omit({ device: true }).extend({ recordedAt: instantSchema });

const span = {
  /** When the first and the last of them were recorded. */
  first: instantSchema,
  last: instantSchema,
  count: z.int(),
};
export const timelineEntrySchema = z.discriminatedUnion('what', [
  /** Messages that follow one another within a minute, for an hour at most; one alone is an entry too. */
  z.object({
    what: z.literal('messages'),
    ...span,
    /** There were more at one instant than are counted. */
    isCut: z.boolean(),
    parts: z.array(timelinePartSchema),
  }),
  /** Alerts of one code of one's own record, folded alike. */
  z.object({
    what: z.literal('alerts'),
    ...span,
    kind: z.enum(['device_alert', 'dcc_alert']),
    code: z.string().optional(),
    /** What the code is called; left out where no public source says it. */
    title: z.string().optional(),
    /** The first of them, whose causes these are. */
    position: positionSchema,
    /** What was found, in one plain sentence. */
    finding: z.string(),
    /** The likely and the possible ones, the best first. */
    causes: z.array(timelineCauseSchema),
  }),
]);
export type TimelineEntry = z.infer<typeof timelineEntrySchema>;

const levelSchema = z.object({
  count: z.int(),
  /** What there usually is in such a step: the median of the days before; left out where too little is known of them. */
  usual: z.int().optional(),
  /** Far more than usual, as the list of erratic devices has it. */
  isErratic: z.boolean(),
});

/** How much there was in each hour or day (UTC) of the span, oldest first. */
export const timelineActivitySchema = z.object({
  step: z.enum(['hour', 'day']),
  items: z.array(z.object({ from: instantSchema, messages: levelSchema, alerts: levelSchema })),
});
export type TimelineActivity = z.infer<typeof timelineActivitySchema>;

/** Newest first. */
export const timelineSchema = z.object({
  device: euiSchema,
  userId: euiSchema,
  from: instantSchema,
  to: instantSchema,
  /** Of the whole span, with its first page only. */
  activity: timelineActivitySchema.optional(),
  items: z.array(timelineEntrySchema),
  cursor: cursorSchema,
});
export type TimelineDocument = z.infer<typeof timelineSchema>;
