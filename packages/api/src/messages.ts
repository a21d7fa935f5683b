import { z } from 'zod';
import {
  cursorSchema,
  dayOnlySchema,
  euiSchema,
  findSchema,
  instantSchema,
  pageQuery,
  positionSchema,
  sequenceSchema,
} from './common.ts';
import { mpxnSchema } from './devices.ts';

export const messageKinds = [
  'service_request',
  'signed_pre_command',
  'acknowledgement',
  'response',
  'pre_command',
  'device_alert',
  'dcc_alert',
  'smets1_response',
] as const;
export const messageKindSchema = z.enum(messageKinds);
export const verdictSchema = z.enum(['passed', 'warned', 'held', 'deleted', 'refused']);
export const directionSchema = z.enum(['southbound', 'northbound']);

export const requestIdSchema = z
  .string()
  .regex(/^(?:[0-9A-Fa-f]{2}-){7}[0-9A-Fa-f]{2}:(?:[0-9A-Fa-f]{2}-){7}[0-9A-Fa-f]{2}:(?:0|[1-9][0-9]{0,19})$/, {
    error: 'must be ORIGINATOR:TARGET:COUNTER',
  })
  .toUpperCase();

/** One message of a User's own record; never its content. */
export const messageSchema = z.object({
  /** Where it stands in the record. */
  position: positionSchema,
  userId: euiSchema,
  recordedAt: instantSchema,
  direction: directionSchema,
  kind: messageKindSchema,
  verdict: verdictSchema,
  commandVariant: z.int().optional(),
  /** Left out for an alert that has none. */
  requestId: z.string().optional(),
  /** The target of a request, the device of an alert. */
  target: euiSchema,
  serviceReferenceVariant: z.string().optional(),
  /** Of requests, as their header says; of everything else from its SRV. */
  serviceReference: z.string().optional(),
  firstInSequence: z.boolean().optional(),
  /** PrecedingServiceRequestID of a request that stands in a sequence. */
  precedingRequestId: z.string().optional(),
  responseId: z.string().optional(),
  /** ResponseDateTime: what the sender says of its own clock; `recordedAt` is the platform's. */
  respondedAt: instantSchema.optional(),
  schemaVersion: z.string().optional(),
  /** What was answered (southbound), or the response or alert code (northbound). */
  code: z.string().optional(),
  /** Why it was refused, or why the platform itself wrote it: 'quarantine.held', an alert about a held message. */
  reason: z.string().optional(),
  /** Bytes of the message. */
  size: z.int(),
  sha256: z.string(),
});
export type MessageDocument = z.infer<typeof messageSchema>;

/** Newest first. A User with one User ID need not name it; the Operator must name one. */
export const messageQuerySchema = z.strictObject({
  ...pageQuery,
  userId: euiSchema.optional(),
  from: instantSchema.optional(),
  to: instantSchema.optional(),
  device: euiSchema.optional(),
  /** Those that concern a device of this metering point, as far as the asker may know its devices. */
  mpxn: mpxnSchema.optional(),
  serviceReferenceVariant: z.string().max(20).optional(),
  kind: messageKindSchema.optional(),
  code: z.string().max(40).optional(),
  requestId: requestIdSchema.optional(),
});
export type MessageQuery = z.infer<typeof messageQuerySchema>;
export const messagePageSchema = z.object({ items: z.array(messageSchema), cursor: cursorSchema });

/** As the list, all of it at once: a CSV file. */
export const messageExportQuerySchema = messageQuerySchema.omit({ cursor: true, limit: true });
export type MessageExportQuery = z.infer<typeof messageExportQuerySchema>;

export const messageParametersSchema = z.strictObject({ day: dayOnlySchema, sequence: sequenceSchema });
export const messageLifeQuerySchema = z.strictObject({ userId: euiSchema.optional() });

/** What became of a message after it was recorded. */
export const passageSchema = z.object({
  /** When the network (southbound) or the User (northbound) took it; left out while it waits. */
  takenAt: instantSchema.optional(),
  /** Of one that was held; left out while it is undecided. */
  decision: z
    .object({
      action: z.enum(['process', 'delete']),
      decidedAt: instantSchema,
      /** The signed file; left out when it expired. */
      submission: z.string().optional(),
      /** When it was put on its stream, and where; left out while its release has not reached it. */
      releasedAt: instantSchema.optional(),
      streamPosition: positionSchema.optional(),
    })
    .optional(),
});
export type PassageDocument = z.infer<typeof passageSchema>;

/** What a User decided about an alert of its record. */
export const alertDecisions = ['ignore', 'act'] as const;
export const alertDecisionSchema = z.object({
  decision: z.enum(alertDecisions),
  note: z.string(),
  author: z.string(),
  decidedAt: instantSchema,
});
export type AlertDecisionDocument = z.infer<typeof alertDecisionSchema>;

export const LONGEST_ALERT_NOTE = 2_000;
export const setAlertDecisionSchema = z.strictObject({
  userId: euiSchema.optional(),
  decision: z.enum(alertDecisions),
  note: z.string().trim().max(LONGEST_ALERT_NOTE).default(''),
});
export type SetAlertDecision = z.infer<typeof setAlertDecisionSchema>;
/** The newest first, which counts. */
export const alertDecisionListSchema = z.object({ items: z.array(alertDecisionSchema) });

/** One message's whole life. */
export const messageLifeSchema = messageSchema.extend(passageSchema.shape).extend({
  /** The devices that it concerns: its target and those named in its body. */
  devices: z.array(euiSchema),
  /** Everything else with the same RequestID, oldest first. */
  related: z.array(messageSchema.extend(passageSchema.shape)),
  /** Of an alert: what was decided last. */
  alertDecision: alertDecisionSchema.optional(),
});
export type MessageLifeDocument = z.infer<typeof messageLifeSchema>;

/** What waits on a stream: counted up to a bound, so that a backlog of millions is not counted to be shown. */
export const MOST_COUNTED_WAITING = 10_000;
/** What waits no longer than this is only on its way. */
export const STREAM_LATE_SECONDS = 60;
export const streamSchema = z.object({
  userId: euiSchema,
  direction: directionSchema,
  waiting: z.int().max(MOST_COUNTED_WAITING),
  /** Whether there are more than `waiting`. */
  hasMore: z.boolean(),
  /** Since when the oldest one waits. */
  oldestRecordedAt: instantSchema.optional(),
  /** The last position that was taken; left out before the first. */
  cursor: positionSchema.optional(),
  movedAt: instantSchema.optional(),
  failingSince: instantSchema.optional(),
  failures: z.int(),
  retryAt: instantSchema.optional(),
  lastError: z.string().optional(),
  /** Since when nothing has been taken for so long that it is a service event. */
  heldSince: instantSchema.optional(),
  /** Messages that left untaken because they were kept as long as they may be. */
  expired: z.int(),
});
export type StreamDocument = z.infer<typeof streamSchema>;
export const streamPageSchema = z.object({ items: z.array(streamSchema), cursor: cursorSchema });
export const streamQuerySchema = z.strictObject({
  ...pageQuery,
  /** Users a page. */
  limit: z.coerce.number().int().min(1).max(50).default(20),
  /**
   * Only streams of which nothing was taken for days, of which delivery fails, or whose oldest message has waited for more
   * than a minute.
   */
  needs: z.literal('somebody').optional(),
  /** Only of Users whose User ID, Party or Party's name contains it. */
  find: findSchema,
});
/** As the list, all of it at once: a CSV file. */
export const streamExportQuerySchema = streamQuerySchema.omit({ cursor: true, limit: true });
export type StreamExportQuery = z.infer<typeof streamExportQuerySchema>;
