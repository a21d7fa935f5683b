// GET /events: that something changed, as it changes (server-sent events). An event says what to ask again, never what is
// there now: rights and reasons are the matter of the calls that follow.
import { z } from 'zod';
import { euiSchema, instantSchema } from './common.ts';
import { actingSchema } from './people.ts';

export const eventTopics = [
  'messages',
  'streams',
  'quarantine',
  'thresholds',
  'submissions',
  'releases',
  'incidents',
  'directory',
  'devices',
  'people',
  'ways',
  'officers',
  'ssh-keys',
  'readings',
  'questions',
  'exports',
  'notices',
  'looks',
  'switches',
  'changes',
  'status',
] as const;
export const eventTopicSchema = z.enum(eventTopics);
export type EventTopic = z.infer<typeof eventTopicSchema>;

/** For whom a browser's pages act at a time; more tabs share what they act for. */
export const MOST_ACTING = 20;

export const eventQuerySchema = z.strictObject({
  /** User IDs, or `operator`, separated by commas: a browser sends no header `penstock-acting` with this call. */
  for: z
    .string()
    .max(24 * MOST_ACTING)
    .transform((text) => text.split(','))
    .pipe(z.array(actingSchema).min(1).max(MOST_ACTING)),
  /** The `id` of the last event that was seen, by whoever cannot send `Last-Event-ID`. */
  after: instantSchema.optional(),
});

/** One change: on whose pages, of what, and of which Users where the Operator looks (left out: any). */
export const changeSchema = z.object({
  for: actingSchema,
  topic: eventTopicSchema,
  userIds: z.array(euiSchema).optional(),
});
export type Change = z.infer<typeof changeSchema>;

/**
 * The data of each event by its name. `open` comes first: whether everything since the last event that was seen follows
 * (else all must be asked again), and how often `beat` comes when nothing else does. After `end` nothing comes.
 */
export const eventSchemas = {
  open: z.object({ isResumed: z.boolean(), heartbeatSeconds: z.int() }),
  changed: z.array(changeSchema),
  beat: z.object({}),
  end: z.object({ reason: z.enum(['access-changed', 'too-slow', 'stopping']) }),
} as const;
