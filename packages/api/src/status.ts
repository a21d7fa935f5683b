// The status page: how the services stand, what is wrong with them, what was, and what is planned. All Users read all of it.
import { z } from 'zod';
import { occurrenceSchema } from './change-windows.ts';
import { cursorSchema, euiSchema, instantSchema, lineSchema, pageQuery } from './common.ts';

export const statusImpacts = ['information', 'degraded', 'outage'] as const;
export const statusImpactSchema = z.enum(statusImpacts);
export type StatusImpact = z.infer<typeof statusImpactSchema>;

export const serviceStates = ['well', 'maintenance', 'degraded', 'outage'] as const;
export type ServiceState = (typeof serviceStates)[number];

const stateSchema = z.enum(['open', 'in_progress', 'resolved']);
export const statusEntrySchema = z.object({
  entry: z.uuid(),
  title: z.string(),
  impact: statusImpactSchema,
  services: z.array(z.string()),
  state: stateSchema,
  beganAt: instantSchema,
  resolvedAt: instantSchema.optional(),
  /** The newest first. */
  updates: z.array(z.object({ number: z.int(), at: instantSchema, state: stateSchema, words: z.string() })),
});
export type StatusEntry = z.infer<typeof statusEntrySchema>;

/** GET /status */
export const statusSchema = z.object({
  asOf: instantSchema,
  /** In the order of the settings of changes. */
  services: z.array(z.object({ name: z.string(), state: z.enum(serviceStates) })),
  /** What is not resolved, the newest first. */
  current: z.array(statusEntrySchema),
  /** Changes of the Operator that are shared with everybody, of the next 60 days, in the order in which they begin. */
  maintenance: z.array(
    z.object({
      change: z.uuid(),
      title: z.string(),
      services: z.array(z.string()),
      isUnderWay: z.boolean(),
      occurrences: z.array(occurrenceSchema),
    }),
  ),
});
export type StatusDocument = z.infer<typeof statusSchema>;

/** GET /status/history: what is resolved, the newest first. */
export const statusHistoryQuerySchema = z.strictObject(pageQuery);
export const statusHistorySchema = z.object({ items: z.array(statusEntrySchema), cursor: cursorSchema });

/** Of a User ID: who subscribes is told of each update by notice. No service: of all. */
export const statusSubscriptionSchema = z.object({ isSubscribed: z.boolean(), services: z.array(z.string()) });
export type StatusSubscription = z.infer<typeof statusSubscriptionSchema>;
export const statusSubscriptionQuerySchema = z.strictObject({ userId: euiSchema.optional() });
/** PUT /status/subscription */
export const putStatusSubscriptionSchema = z.strictObject({
  userId: euiSchema.optional(),
  isSubscribed: z.boolean(),
  services: z.array(lineSchema(100)).max(50).default([]),
});
