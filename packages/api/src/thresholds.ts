import { z } from 'zod';
import { cursorSchema, euiSchema, instantSchema, pageQuery, positionSchema } from './common.ts';
import { verdictSchema } from './messages.ts';

/** Counts outgrow nothing: at most 10^15. */
const countSchema = z.int().min(0);
export const thresholdIdSchema = z.string().regex(/^[1-9]\d{0,17}$/, 'must be the number of a threshold');
export const countedDirectionSchema = z.enum(['sent', 'received', 'processed']);

/** What a threshold counts. */
const countedSchema = z.object({
  thresholdId: thresholdIdSchema,
  /** Whose it is; left out of one over all Users. */
  userId: euiSchema.optional(),
  /** ['all'], ['alerts'], or SRVs. */
  services: z.array(z.string()),
  direction: countedDirectionSchema,
  /** ISO 8601. */
  period: z.string().meta({ example: 'PT24H' }),
});

const windowSchema = z.object({
  /** Since when it is counted: the period, and at most a 1440th of it (or a second) more. */
  windowFrom: instantSchema,
  count: countSchema,
  /** In force; left out where none is. */
  warning: countSchema.optional(),
  quarantine: countSchema.optional(),
});

export const thresholdSchema = countedSchema.extend({
  /** The newest first; one that has not ended is in force. */
  versions: z.array(
    z.object({
      version: z.int(),
      setAt: instantSchema,
      endedAt: instantSchema.optional(),
      /** SHA-256 of the signed file that set it. */
      submission: z.string().optional(),
      reference: z.string(),
      bounds: z.array(
        z.object({
          kind: z.enum(['threshold', 'exception']),
          warning: countSchema.optional(),
          quarantine: countSchema,
          /** Left out where the side is open. Spans are half-open. */
          from: instantSchema.optional(),
          to: instantSchema.optional(),
        }),
      ),
    }),
  ),
  /** How far it is used now; left out of one that has ended. */
  usage: windowSchema.optional(),
});
export type ThresholdDocument = z.infer<typeof thresholdSchema>;

/** A User with one User ID need not name it. The Operator names a User, or gets the thresholds over all Users. */
export const thresholdQuerySchema = z.strictObject({ ...pageQuery, userId: euiSchema.optional() });
/** As the list, all of it at once: a CSV file. */
export const thresholdExportQuerySchema = thresholdQuerySchema.omit({ cursor: true, limit: true });
export const thresholdPageSchema = z.object({ items: z.array(thresholdSchema), cursor: cursorSchema });

/** GET /thresholds/{thresholdId}/usage: the count of the window at instants that lie `stepSeconds` apart, oldest first. */
export const thresholdUsageSchema = z.object({
  thresholdId: thresholdIdSchema,
  stepSeconds: z.int(),
  looks: z.array(
    z.object({
      at: instantSchema,
      count: countSchema,
      /** In force then; left out where none was. */
      warning: countSchema.optional(),
      quarantine: countSchema.optional(),
    }),
  ),
});
export type ThresholdUsageDocument = z.infer<typeof thresholdUsageSchema>;

/** GET /limits: what values requests may carry, by attribute, the newest first; one that has not ended is in force. */
export const limitListSchema = z.object({
  items: z.array(
    z.object({
      limitId: z.string(),
      attribute: z.string(),
      version: z.int(),
      /** Exact decimals in the unit of the attribute; one of the two is there. */
      minimum: z.string().optional(),
      maximum: z.string().optional(),
      from: instantSchema.optional(),
      to: instantSchema.optional(),
      setAt: instantSchema,
      endedAt: instantSchema.optional(),
      /** SHA-256 of the signed file that set it. */
      submission: z.string().optional(),
      reference: z.string(),
    }),
  ),
});
export type LimitDocument = z.infer<typeof limitListSchema>['items'][number];

/** GET /services: the service request variants and attributes that files may name. */
export const serviceListSchema = z.object({
  services: z.array(z.object({ srv: z.string(), name: z.string() })),
  attributes: z.array(z.string()),
});

export const thresholdParametersSchema = z.strictObject({ thresholdId: thresholdIdSchema });
/** At this instant; left out: now. */
export const contributorsQuerySchema = z.strictObject({ at: instantSchema.optional() });
/** Who made up the count of a threshold over all Users: those with most first. */
export const contributorsSchema = z.object({
  thresholdId: thresholdIdSchema,
  windowFrom: instantSchema,
  at: instantSchema,
  count: countSchema,
  contributors: z.array(z.object({ userId: euiSchema, count: countSchema })),
});
export type ContributorsDocument = z.infer<typeof contributorsSchema>;

/** Why a message passed, was held or was deleted. */
export const explanationSchema = z.object({
  position: positionSchema,
  verdict: verdictSchema,
  /** One sentence a fact. */
  words: z.array(z.string()),
  /** Of a message that was held or deleted. */
  event: z.string().optional(),
  /** The thresholds that it counted for when it passed, or that held it, as they stood then, this message counted. */
  thresholds: z.array(countedSchema.extend({ version: z.int() }).extend(windowSchema.shape)),
});
export type ExplanationDocument = z.infer<typeof explanationSchema>;
