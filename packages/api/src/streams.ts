// Taking messages out and bringing them back, on the gateway's TLS port: what the network and Users that pull send and get as JSON. The
// messages themselves come as frames, with the headers `position`, `kind` and (to the network) `user`.
import { z } from 'zod';
import { euiSchema, positionSchema } from './common.ts';

const waitSchema = z.coerce.number().int().min(0).max(60).default(20);

/** POST /network/take */
export const networkTakeQuerySchema = z.strictObject({
  /** Most messages. */
  max: z.coerce.number().int().min(1).max(5_000).default(500),
  /** Longest time to wait for something, in seconds. */
  wait: waitSchema,
  /** The taker's own name; the streams of what it takes are its own for 30 s, or until it acknowledges. */
  consumer: z.string().regex(/^[\x21-\x7e]{1,64}$/, 'must be 1 to 64 visible ASCII characters without blanks'),
  /** true: an answer was lost; what this consumer took and did not acknowledge is given again at once. */
  again: z.enum(['true', 'false']).default('false'),
});

/** POST /network/acknowledge: everything up to these positions was taken; of several for a User the furthest counts. */
export const networkAcknowledgeSchema = z.strictObject({
  consumer: networkTakeQuerySchema.shape.consumer,
  positions: z.array(z.strictObject({ user: euiSchema, position: positionSchema })).max(10_000),
});

/** Its answer: one result a User. */
export const networkAcknowledgedSchema = z.object({
  results: z.array(
    z.object({
      user: euiSchema,
      /** 'unchanged': it was taken before. 'refused': see `code`. */
      outcome: z.enum(['moved', 'unchanged', 'refused']),
      /** Of a refusal: 'delivery.held-by-other' or 'delivery.position-unknown'. */
      code: z.string().optional(),
    }),
  ),
});
export type NetworkAcknowledged = z.infer<typeof networkAcknowledgedSchema>;

/** GET /duis/receive */
export const receiveQuerySchema = z.strictObject({
  max: z.coerce.number().int().min(1).max(1_000).default(100),
  wait: waitSchema,
});

/** POST /duis/receive/acknowledge: everything up to this position was received. */
export const receiveAcknowledgeSchema = z.strictObject({ position: positionSchema });

/** Its answer. */
export const receiveAcknowledgedSchema = z.object({ outcome: z.enum(['moved', 'unchanged']) });
export type ReceiveAcknowledged = z.infer<typeof receiveAcknowledgedSchema>;

/** POST /network/deliver (frames with the header `user`): its answer, one result a message in their order. */
export const networkDeliveredSchema = z.object({
  results: z.array(
    z.object({
      /** 'repeated': the same bytes were recorded before. 'refused': see `code`; delivering it again does not help. */
      outcome: z.enum(['recorded', 'repeated', 'refused']),
      /** A registered error code. */
      code: z.string().optional(),
      detail: z.string().optional(),
      position: positionSchema.optional(),
    }),
  ),
});
export type NetworkDelivered = z.infer<typeof networkDeliveredSchema>;
