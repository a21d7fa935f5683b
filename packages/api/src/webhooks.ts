// Webhooks: a User's machines are told of changes and incidents, in the way of Standard Webhooks.
import { z } from 'zod';
import { cursorSchema, euiSchema, instantSchema, lineSchema, pageQuery } from './common.ts';

export const MOST_WEBHOOKS = 5;

/**
 * `change.shared`: one is there that was not to be seen before; `.withdrawn`: it is not to be seen any more. `.clash`: something
 * is in the way of one's own. `schedule.published`: a month's schedule of Planned Maintenance is another.
 */
export const webhookTypes = [
  'change.shared',
  'change.changed',
  'change.moved',
  'change.cancelled',
  'change.withdrawn',
  'change.clash',
  'schedule.published',
  'incident.opened',
  'incident.updated',
  'incident.closed',
] as const;
export type WebhookType = (typeof webhookTypes)[number];
/** What is asked for from the page of a webhook, to see it come. */
export const WEBHOOK_TEST = 'webhook.test';

/** `service`: of changes only those that affect this one. */
const webhookFields = {
  name: lineSchema(80),
  /** https; another only where the Operator allows it. */
  url: z.url().max(1_000),
  types: z
    .array(z.enum(webhookTypes))
    .min(1)
    .max(webhookTypes.length)
    .refine((types) => new Set(types).size === types.length, { error: 'must name each type once' }),
  service: lineSchema(100).optional(),
};
export const postWebhookSchema = z.strictObject({ userId: euiSchema.optional(), ...webhookFields });
export type PostWebhook = z.output<typeof postWebhookSchema>;
/** PUT /webhooks/{webhook}: all of it anew; turned on again, it begins with what comes then. */
export const putWebhookSchema = z.strictObject({ ...webhookFields, isOn: z.boolean() });
export type PutWebhook = z.output<typeof putWebhookSchema>;

export const webhookSchema = z.object({
  webhook: z.uuid(),
  name: z.string(),
  url: z.string(),
  types: z.array(z.enum(webhookTypes)),
  service: z.string().optional(),
  isOn: z.boolean(),
  /** Why the platform turned it off. */
  offWhy: z.string().optional(),
  madeAt: instantSchema,
  madeBy: z.string(),
  failingSince: instantSchema.optional(),
  /** It fails, and rests until then. */
  retryAt: instantSchema.optional(),
  /** That wait to be sent. */
  queued: z.int(),
  /** Until then what is sent is signed by the secret before this one, too. */
  oldSecretUntil: instantSchema.optional(),
});
export type WebhookDocument = z.infer<typeof webhookSchema>;
export const webhookListSchema = z.object({ items: z.array(webhookSchema) });
export const webhookParametersSchema = z.strictObject({ webhook: z.uuid() });
export const webhookQuerySchema = z.strictObject({ userId: euiSchema.optional() });

/** The secret is shown this once: `whsec_` and 32 bytes in base64. */
export const webhookSecretSchema = z.object({ webhook: z.uuid(), secret: z.string() });
export type WebhookSecret = z.infer<typeof webhookSecretSchema>;

export const webhookDeliveriesQuerySchema = z.strictObject({ ...pageQuery, userId: euiSchema.optional() });
export const webhookDeliverySchema = z.object({
  /** The header `webhook-id`, the same at each try. */
  message: z.uuid(),
  type: z.string(),
  about: z.string(),
  at: instantSchema,
  state: z.enum(['queued', 'sent', 'dropped']),
  tries: z.int(),
  triedAt: instantSchema.optional(),
  /** Of the last answer. */
  status: z.int().optional(),
  failure: z.string().optional(),
});
export type WebhookDelivery = z.infer<typeof webhookDeliverySchema>;
/** The newest first. */
export const webhookDeliveryPageSchema = z.object({ items: z.array(webhookDeliverySchema), cursor: cursorSchema });
