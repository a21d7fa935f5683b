// Ways by which signed files come in: how each is used, which are open, their outages, and how to deliver.
import { z } from 'zod';
import { cursorSchema, euiSchema, instantSchema, pageQuery } from './common.ts';

export const wayNames = ['https', 'sftp', 'email', 'sharepoint'] as const;
export const waySchema = z.enum(wayNames);
export type Way = z.infer<typeof waySchema>;

/** One way is preferred. A fallback is open only while an outage of the preferred way is declared. */
export const wayUses = ['preferred', 'allowed', 'fallback', 'off'] as const;
export const wayUseSchema = z.enum(wayUses);
export type WayUse = z.infer<typeof wayUseSchema>;

/** Words of a person, shown to others. */
const wordsSchema = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .regex(/^\P{Cc}*$/u, 'must be one line of text');

/** What stops a way when it stops, such as "office suite" or "internet line": ways that name the same may fail together. */
export const dependencySchema = z
  .string()
  .trim()
  .toLowerCase()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,59}$/u,
    'must be a name of at most 60 letters, digits, blanks, ".", "_" or "-"',
  );
export const plannedUseSchema = z.strictObject({ use: wayUseSchema, dependsOn: z.array(dependencySchema).max(10) });
export const plannedUsesSchema = z.strictObject({
  https: plannedUseSchema,
  sftp: plannedUseSchema,
  email: plannedUseSchema,
  sharepoint: plannedUseSchema,
});
export type PlannedUses = z.infer<typeof plannedUsesSchema>;

/** A fallback, and what it has in common with the way that it stands in for. */
export const sharedSchema = z.object({ way: waySchema, with: waySchema, names: z.array(z.string()) });
export type Shared = z.infer<typeof sharedSchema>;

/** What each of `others` depends on that `its` depends on, too. */
export function sharedBy(
  its: { readonly way: Way; readonly dependsOn: readonly string[] },
  others: readonly { readonly way: Way; readonly dependsOn: readonly string[] }[],
): Shared[] {
  return others
    .filter(({ way }) => way !== its.way)
    .map(({ way, dependsOn }) => ({
      way,
      with: its.way,
      names: dependsOn.filter((name) => its.dependsOn.includes(name)),
    }))
    .filter(({ names }) => names.length > 0);
}

/** Fallbacks that depend on something that the preferred way depends on, too: what setting the ways asks about. */
export function sharedOf(uses: PlannedUses): Shared[] {
  const preferred = wayNames.find((way) => uses[way].use === 'preferred');
  if (preferred === undefined) return [];
  const of = (way: Way) => ({ way, dependsOn: uses[way].dependsOn });
  return sharedBy(of(preferred), wayNames.filter((way) => uses[way].use === 'fallback').map(of));
}

/** How all ways are used from an instant on. */
export const waysVersionSchema = z.object({
  version: z.int(),
  effectiveFrom: instantSchema,
  setAt: instantSchema,
  setBy: z.string(),
  reason: z.string(),
  withdrawnAt: instantSchema.optional(),
  withdrawnBy: z.string().optional(),
  ways: plannedUsesSchema,
  /** Fallbacks that a failure of the preferred way may take along. */
  shared: z.array(sharedSchema),
});
export type WaysVersion = z.infer<typeof waysVersionSchema>;
export const waysVersionPageSchema = z.object({ items: z.array(waysVersionSchema), cursor: cursorSchema });
/** Newest first. */
export const waysPageQuerySchema = z.strictObject(pageQuery);

/** POST /ways/versions */
export const postWaysVersionSchema = z.strictObject({
  /** At once, when left out. */
  effectiveFrom: instantSchema.optional(),
  reason: wordsSchema,
  ways: plannedUsesSchema,
  /** Said by whoever knows that a fallback shares a dependency with the preferred way, and wants it all the same. */
  acceptsShared: z.literal(true).optional(),
});
export const waysVersionParametersSchema = z.strictObject({
  version: z.coerce.number().int().min(1).max(2_000_000_000),
});

export const wayHealthSchema = z.object({
  /** Of what came or went by it. */
  succeededAt: instantSchema.optional(),
  failedAt: instantSchema.optional(),
  /** Since the last success. */
  failures: z.int(),
  /** To the Operator only. */
  failure: z.string().optional(),
  /** Deliveries that were refused, which is no failure of the way; to the Operator only. */
  refused: z.int().optional(),
  /** Deliveries that their senders broke off, or that came too slowly; to the Operator only. */
  brokenOff: z.int().optional(),
  /** The platform's own try to reach it. */
  probedAt: instantSchema.optional(),
  probeFailsSince: instantSchema.optional(),
  /** To the Operator only. */
  probeFailure: z.string().optional(),
  /** What came by it and is not taken in yet; to the Operator only. */
  waiting: z.int().optional(),
  oldestWaitingAt: instantSchema.optional(),
});
export type WayHealth = z.infer<typeof wayHealthSchema>;

export const outageSchema = z.object({
  outage: z.uuid(),
  way: waySchema,
  /** May be an instant to come: it is announced then. */
  from: instantSchema,
  reason: z.string(),
  expectedEnd: instantSchema.optional(),
  declaredAt: instantSchema,
  declaredBy: z.string(),
  endedAt: instantSchema.optional(),
  endedBy: z.string().optional(),
  endedWhy: z.string().optional(),
});
export type OutageDocument = z.infer<typeof outageSchema>;
export const outagePageSchema = z.object({ items: z.array(outageSchema), cursor: cursorSchema });
/** POST /ways/outages: declares one, from now when nothing is said. It answers what is open then. */
export const postOutageSchema = z.strictObject({
  way: waySchema,
  from: instantSchema.optional(),
  reason: wordsSchema,
  expectedEnd: instantSchema.optional(),
});
export const outageParametersSchema = z.strictObject({ outage: z.uuid() });
/** POST /ways/outages/{outage}: another expected end; null: it is not known. */
export const changeOutageSchema = z.strictObject({ expectedEnd: instantSchema.nullable() });
/** POST /ways/outages/{outage}/end */
export const endOutageSchema = z.strictObject({ why: wordsSchema });

export const wayStandingSchema = z.object({
  way: waySchema,
  name: z.string(),
  use: wayUseSchema,
  /** The platform's settings have it. */
  isSetUp: z.boolean(),
  isOpen: z.boolean(),
  /** Why it is open or not, and what to use instead. */
  sentence: z.string(),
  dependsOn: z.array(z.string()),
  health: wayHealthSchema,
});
export type WayStanding = z.infer<typeof wayStandingSchema>;

/** What everybody is to know now, on every page. */
export const announcementSchema = z.object({
  kind: z.enum(['outage', 'outage-announced', 'outage-ended', 'change', 'change-announced']),
  way: waySchema,
  at: instantSchema,
  words: z.string(),
});
export type Announcement = z.infer<typeof announcementSchema>;

/** GET /ways */
export const waysSchema = z.object({
  asOf: instantSchema,
  inForce: waysVersionSchema,
  /** Set and not in force yet, the next first. */
  planned: z.array(waysVersionSchema),
  ways: z.array(wayStandingSchema),
  /** Ways that may be used now, the best first. */
  usable: z.array(waySchema),
  /** Declared and not ended, those that begin later too. */
  outages: z.array(outageSchema),
  /** What the fallbacks that are open have in common with ways that are down. */
  shared: z.array(sharedSchema),
  announcements: z.array(announcementSchema),
});
export type WaysDocument = z.infer<typeof waysSchema>;

export const outageReportSchema = z.object({
  report: z.uuid(),
  userId: euiSchema,
  way: waySchema,
  reportedAt: instantSchema,
  reportedBy: z.string(),
  words: z.string(),
  state: z.enum(['open', 'declared', 'dismissed']),
  outage: z.uuid().optional(),
  answeredAt: instantSchema.optional(),
  answer: z.string().optional(),
});
export type OutageReport = z.infer<typeof outageReportSchema>;
export const outageReportPageSchema = z.object({ items: z.array(outageReportSchema), cursor: cursorSchema });
/** Newest first. */
export const outageReportQuerySchema = z.strictObject({
  ...pageQuery,
  userId: euiSchema.optional(),
  state: outageReportSchema.shape.state.optional(),
});
/** POST /ways/reports: what a User sees of a way that fails. */
export const postOutageReportSchema = z.strictObject({
  userId: euiSchema.optional(),
  way: waySchema,
  words: wordsSchema,
});
/** As the list, all of it at once: a CSV file. */
export const outageReportExportQuerySchema = outageReportQuerySchema.omit({ cursor: true, limit: true });
export const outageReportParametersSchema = z.strictObject({ report: z.uuid() });
/** POST /ways/reports/{report}/dismiss, by the Operator */
export const dismissReportSchema = z.strictObject({ userId: euiSchema, answer: wordsSchema });

/** Whether a User has all that it takes to deliver by a way. */
export const wayAccessSchema = z.object({
  way: waySchema,
  isReady: z.boolean(),
  /** What there is: "2 SSH keys". */
  has: z.array(z.string()),
  /** What is wanting: "no SSH key is registered". */
  lacks: z.array(z.string()),
  /** Its access was used last. */
  usedAt: instantSchema.optional(),
  /** A file came by it last. */
  deliveredAt: instantSchema.optional(),
});
export type WayAccess = z.infer<typeof wayAccessSchema>;
export const readinessSchema = z.object({ userId: euiSchema, party: z.string(), ways: z.array(wayAccessSchema) });
export type Readiness = z.infer<typeof readinessSchema>;
export const readinessPageSchema = z.object({ items: z.array(readinessSchema), cursor: cursorSchema });
/** In order of the User IDs; a User gets its own. */
export const readinessQuerySchema = z.strictObject({ ...pageQuery, userId: euiSchema.optional() });
/** As the list, all of it at once: a CSV file. */
export const readinessExportQuerySchema = readinessQuerySchema.omit({ cursor: true, limit: true });

export const guidanceSectionSchema = z.object({
  way: waySchema,
  name: z.string(),
  use: wayUseSchema,
  /** Where, whom, and by what it is known to be the right one. */
  facts: z.array(z.object({ name: z.string(), value: z.string() })),
  steps: z.array(z.object({ text: z.string(), commands: z.string().optional() })),
  limits: z.array(z.string()),
});
export type GuidanceSection = z.infer<typeof guidanceSectionSchema>;
/** GET /ways/guidance: how to deliver, for the ways that are on. */
export const guidanceSchema = z.object({
  version: z.int(),
  madeAt: instantSchema,
  sections: z.array(guidanceSectionSchema),
  /** All that there were, the newest fifty, newest first. */
  versions: z.array(z.object({ version: z.int(), madeAt: instantSchema })),
});
export type Guidance = z.infer<typeof guidanceSchema>;
/** The one in force when none is named; `userId` is written into the steps. */
export const guidanceQuerySchema = z.strictObject({
  version: z.coerce.number().int().min(1).max(2_000_000_000).optional(),
  userId: euiSchema.optional(),
});
