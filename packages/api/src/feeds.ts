// Calendar links: the forward schedule as an iCalendar feed (RFC 5545), for whoever has the link.
import { z } from 'zod';
import { euiSchema, instantSchema, lineSchema } from './common.ts';

/** Of one person, or of the machines of one User ID together, that are not revoked. */
export const MOST_FEEDS = 10;
/** Of one link, in an hour. */
export const MOST_FETCHES = 60;

/** POST /feeds. `service`: only changes that affect this one. */
export const postFeedSchema = z.strictObject({
  userId: euiSchema.optional(),
  name: lineSchema(80),
  service: lineSchema(100).optional(),
});

/** A link that was made. It is shown this once, and is not kept. */
export const feedLinkSchema = z.object({
  feed: z.uuid(),
  /** At the portal's address. */
  path: z.string().meta({ example: '/api/v1/feeds/AbC.../schedule.ics' }),
});
export type FeedLink = z.infer<typeof feedLinkSchema>;

export const feedSchema = z.object({
  feed: z.uuid(),
  name: z.string(),
  service: z.string().optional(),
  isYours: z.boolean(),
  madeAt: instantSchema,
  madeBy: z.string(),
  /** When it was fetched last. */
  usedAt: instantSchema.optional(),
  /** How often it was fetched. */
  uses: z.int(),
});
export type FeedDocument = z.infer<typeof feedSchema>;
/** One's own; to administrators all of those for whom they act. */
export const feedListSchema = z.object({ items: z.array(feedSchema) });
export const feedParametersSchema = z.strictObject({ feed: z.uuid() });
export const feedQuerySchema = z.strictObject({ userId: euiSchema.optional() });
/** 256 random bits, in base64url. */
export const feedTokenSchema = z.strictObject({ token: z.string().max(100) });
