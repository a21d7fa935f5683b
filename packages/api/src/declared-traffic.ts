// Traffic that a change declares: before, against the thresholds in force; after, against what came. For its owner and the
// Operator.
import { z } from 'zod';
import { occurrenceSchema } from './change-windows.ts';
import { declaredTrafficSchema } from './changes.ts';
import { instantSchema } from './common.ts';
import { thresholdIdSchema } from './thresholds.ts';

/** GET /changes/{change}/traffic. Counts are of requests that passed. */
export const changeTrafficSchema = z.object({
  /** What was looked at, and up to when. */
  words: z.string(),
  /** Left out while nothing is counted. */
  countedUntil: instantSchema.optional(),
  declared: z.array(declaredTrafficSchema),
  /** Each threshold that would count some of it: the owner's, and to the Operator those over all Users. The fullest first. */
  thresholds: z.array(
    z.object({
      thresholdId: thresholdIdSchema,
      isOverAll: z.boolean(),
      services: z.array(z.string()),
      direction: z.enum(['sent', 'processed']),
      /** ISO 8601. */
      period: z.string(),
      /** The most of it that comes within one period. */
      declared: z.int(),
      /** The most that the threshold was seen to hold before it. */
      usual: z.int(),
      warning: z.int().optional(),
      quarantine: z.int(),
      /** What both together go beyond. */
      exceeds: z.enum(['warning', 'quarantine']).optional(),
      /** The arithmetic. */
      words: z.string(),
    }),
  ),
  /** Of the windows that have begun, in order. */
  windows: z.array(
    occurrenceSchema.extend({
      counts: z.array(
        z.object({
          srv: z.string(),
          declared: z.int(),
          came: z.int(),
          /** In the same hours a week before. */
          weekBefore: z.int(),
          words: z.string(),
        }),
      ),
    }),
  ),
});
export type ChangeTraffic = z.infer<typeof changeTrafficSchema>;
