// What somebody should know at once: what needs a person now, and how much traffic there was.
import { z } from 'zod';
import { euiSchema, instantSchema } from './common.ts';

const expiringSchema = z.object({
  userId: euiSchema,
  partyName: z.string(),
  /** What it is for: 'signing' and 'transport' of the User ID, 'officer' of the named one. */
  purpose: z.enum(['signing', 'transport', 'officer']),
  name: z.string().optional(),
  notAfter: instantSchema,
});
export type ExpiringCertificate = z.infer<typeof expiringSchema>;

/** What an administrator is told of what the others do. */
const accessNewsSchema = z.object({
  /** What waits for this one's approval. */
  approvals: z.int(),
  /** Invitations, resets, roles and settings of the last 72 hours, by others. */
  given: z.int(),
  last: z
    .object({
      what: z.enum(['invited', 'reset', 'role-changed', 'policy-changed']),
      email: z.string(),
      byEmail: z.string(),
      at: instantSchema,
    })
    .optional(),
});
export type AccessNews = z.infer<typeof accessNewsSchema>;

/** GET /overview: of the User ID that one acts for; of the Operator: of all Users. */
export const overviewSchema = z.object({
  asOf: instantSchema,
  quarantine: z.object({
    /** Events that are open or investigated. */
    events: z.int(),
    /** Held messages of these that no officer decided on. */
    undecided: z.int(),
    oldestAt: instantSchema.optional(),
  }),
  streams: z.object({
    /** Streams that need somebody, each once, for whatever of the following. */
    needing: z.int(),
    /** Of so many is the oldest message older than a minute. */
    waiting: z.int(),
    failing: z.int(),
    /** Nothing was taken of them for days. */
    held: z.int(),
    oldestAt: instantSchema.optional(),
  }),
  incidents: z.object({
    open: z.int(),
    /** Of these, how many are of an event that is counted in `quarantine`. */
    undecided: z.int(),
    /** Of the open ones, of how many a target time is over. */
    late: z.int(),
  }),
  releases: z.object({ running: z.int(), paused: z.int() }),
  submissions: z.object({
    awaitingSecondOfficer: z.int(),
    /** Of the caller's own, that the person who asks may sign; none for a machine. */
    awaitingYou: z.int(),
    /** Could not be worked on, and wait for the Operator. */
    needingOperator: z.int(),
  }),
  /** Put to the reader's own User ID, of the Operator's people to the Operator's, and open. */
  questions: z.object({ toAnswer: z.int() }),
  /** Certificates in use that end within 30 days, or ended within the last 30 and have no successor. */
  certificates: z.object({ count: z.int(), first: z.array(expiringSchema) }),
  /** To administrators only. */
  people: accessNewsSchema.optional(),
});
export type OverviewDocument = z.infer<typeof overviewSchema>;

export const trafficKinds = ['requests', 'responses', 'alerts', 'held', 'refused'] as const;
export type TrafficKind = (typeof trafficKinds)[number];

/** GET /traffic: messages of the last 24 hours, counted in spans of five minutes. */
export const trafficSchema = z.object({
  spanSeconds: z.int(),
  /** The begin of each span, without gaps; the last one is still under way. */
  instants: z.array(instantSchema),
  /** What passed (requests, responses, alerts), and what did not (held, refused): a number for each span. */
  counts: z.record(z.enum(trafficKinds), z.array(z.int())),
});
export type TrafficDocument = z.infer<typeof trafficSchema>;
