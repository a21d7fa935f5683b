// Incidents: what went wrong, how bad it is, who looks after it and by when, and who may follow it.
import { z } from 'zod';
import { changeViewSchema, clashReasonSchema } from './change-life.ts';
import { changeWindowSchema, MOST_WINDOWS, occurrenceSchema } from './change-windows.ts';
import { affectedPartsSchema } from './changes.ts';
import {
  cursorSchema,
  euiSchema,
  findSchema,
  instantSchema,
  lineSchema,
  pageQuery,
  plainTextSchema,
} from './common.ts';
import { eventReferenceSchema } from './quarantine.ts';
import { statusImpactSchema } from './status.ts';
import { waySchema } from './ways.ts';

/** `open`: nobody has begun with it; `resolved`: what went wrong is over; `closed`: and nobody needs to look at it any more. */
export const incidentStates = ['open', 'in_progress', 'resolved', 'closed'] as const;
export const incidentStateSchema = z.enum(incidentStates);
export type IncidentState = z.infer<typeof incidentStateSchema>;

/** 1 is the worst. */
export const incidentCategories = [1, 2, 3, 4, 5] as const;
export const incidentCategorySchema = z.literal(incidentCategories);
export type IncidentCategory = z.infer<typeof incidentCategorySchema>;

/** Who of the Operator looks after it. */
export const incidentTeams = ['service_desk', 'security', 'change_manager'] as const;
export const incidentTeamSchema = z.enum(incidentTeams);
export type IncidentTeam = z.infer<typeof incidentTeamSchema>;

/**
 * Who reads an update. `operator`: the Operator alone; `raiser`: and whose incident it is; `readers`: and the Interested Parties;
 * `everybody`: all Users, on the status page.
 */
export const incidentAudiences = ['operator', 'raiser', 'readers', 'everybody'] as const;
export const incidentAudienceSchema = z.enum(incidentAudiences);
export type IncidentAudience = z.infer<typeof incidentAudienceSchema>;

/** What the platform itself sees, and opens an incident for: one, however many see it. */
export const incidentCauseSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('quarantine'), event: eventReferenceSchema }),
  z.strictObject({ kind: z.literal('stream'), direction: z.enum(['southbound', 'northbound']) }),
  z.strictObject({ kind: z.literal('way'), way: waySchema }),
]);
export type IncidentCause = z.infer<typeof incidentCauseSchema>;

const targetSchema = z.object({
  /** When it is to be done. */
  by: instantSchema,
  /** When it was done; left out: not yet. */
  at: instantSchema.optional(),
  isMissed: z.boolean(),
});

/** `INC-100001`, as the platform numbers them. */
export const incidentNumberSchema = z.string().regex(/^INC-\d{6,12}$/, 'must be an incident such as INC-100001');

export const incidentSchema = z.object({
  incident: z.string(),
  /** Whose it is, to that one and to the Operator; to an Interested Party only of which kind it is. */
  userId: euiSchema.optional(),
  owner: z.string(),
  isYours: z.boolean(),
  title: z.string(),
  words: z.string().optional(),
  state: incidentStateSchema,
  category: incidentCategorySchema,
  /** What the platform saw, where it saw something, and whether that is still so. */
  cause: incidentCauseSchema.optional(),
  isCauseStanding: z.boolean(),
  affected: affectedPartsSchema,
  /** When it went wrong; when it was opened. */
  beganAt: instantSchema,
  openedAt: instantSchema,
  openedBy: z.string(),
  /** Of the Operator; which person, to the Operator. */
  assigned: z.object({ team: incidentTeamSchema, person: z.string().optional() }).optional(),
  /** How often it was escalated. */
  escalation: z.int(),
  response: targetSchema,
  resolution: targetSchema,
  closedAt: instantSchema.optional(),
  /** Why it came to be, as who resolved it found out. */
  closing: z.string().optional(),
  /** An earlier one that this one is again. */
  repeats: z.string().optional(),
  /** Interested Parties, to the Operator. */
  readers: z.array(euiSchema).optional(),
  /** Its entry on the status page. */
  entry: z.uuid().optional(),
  version: z.int(),
  changedAt: instantSchema,
  /** Where who asks may bring it, and what must be said with that. */
  next: z.array(z.object({ to: incidentStateSchema, needs: z.enum(['closing', 'why']).optional() })),
});
export type IncidentDocument = z.infer<typeof incidentSchema>;
export const incidentPageSchema = z.object({ items: z.array(incidentSchema), cursor: cursorSchema });
export const incidentParametersSchema = z.strictObject({ incident: incidentNumberSchema });

/** Newest first. The Operator gets those of all Users unless it names one. */
export const incidentQuerySchema = z.strictObject({
  ...pageQuery,
  userId: euiSchema.optional(),
  /** `active`: open, or in progress. */
  state: z.enum([...incidentStates, 'active']).optional(),
  category: z.coerce.number().pipe(incidentCategorySchema).optional(),
  service: z.string().max(100).optional(),
  team: incidentTeamSchema.optional(),
  /** A target of it was missed. */
  missed: z.literal('true').optional(),
  find: findSchema,
});
export type IncidentQuery = z.output<typeof incidentQuerySchema>;
/** As the list, all of it at once: a CSV file. */
export const incidentExportQuerySchema = incidentQuerySchema.omit({ cursor: true, limit: true });

/**
 * POST /incidents. With a `cause`, for which one is there already, that one is the answer, and who asks follows it. `userId`: for
 * which of its User IDs, where the caller acts for several.
 */
export const postIncidentSchema = z.strictObject({
  userId: euiSchema.optional(),
  title: lineSchema(120),
  words: plainTextSchema(4_000).optional(),
  category: incidentCategorySchema.default(4),
  affected: affectedPartsSchema.prefault({}),
  /** Now, when it is left out. */
  beganAt: instantSchema.optional(),
  cause: incidentCauseSchema.optional(),
  repeats: incidentNumberSchema.optional(),
});
export type PostIncident = z.output<typeof postIncidentSchema>;
/** `isNew`: it was not there before. */
export const raisedIncidentSchema = z.object({ isNew: z.boolean(), incident: incidentSchema });
export type RaisedIncident = z.infer<typeof raisedIncidentSchema>;

/** PUT /incidents/{incident}: what is left out stays; null takes away. `version` is the one that was edited. */
export const putIncidentSchema = z.strictObject({
  version: z.int().min(1),
  why: lineSchema(500).optional(),
  title: lineSchema(120).optional(),
  words: plainTextSchema(4_000).optional(),
  category: incidentCategorySchema.optional(),
  affected: affectedPartsSchema.optional(),
  beganAt: instantSchema.optional(),
  repeats: incidentNumberSchema.nullable().optional(),
  /** By the Operator. */
  assigned: z
    .strictObject({ team: incidentTeamSchema, person: z.email().max(200).optional() })
    .nullable()
    .optional(),
  /** Interested Parties, by the Operator: all of them. */
  readers: z.array(euiSchema).max(200).optional(),
});
export type PutIncident = z.output<typeof putIncidentSchema>;

/** POST /incidents/{incident}/move */
export const moveIncidentSchema = z.strictObject({
  version: z.int().min(1),
  to: incidentStateSchema,
  /** Why it came to be. */
  closing: plainTextSchema(2_000).optional(),
  why: lineSchema(500).optional(),
});
export type MoveIncident = z.output<typeof moveIncidentSchema>;
/** POST /incidents/{incident}/escalate */
export const escalateIncidentSchema = z.strictObject({ version: z.int().min(1), why: lineSchema(500) });

/**
 * POST /incidents/{incident}/publish: on the status page, by the Operator. All Users read it; nothing of the incident itself is
 * taken over.
 */
export const publishIncidentSchema = z.strictObject({
  version: z.int().min(1),
  title: lineSchema(120),
  impact: statusImpactSchema,
  services: z.array(lineSchema(100)).min(1).max(50),
  words: plainTextSchema(4_000),
});
export type PublishIncident = z.output<typeof publishIncidentSchema>;

/** POST /incidents/{incident}/updates */
export const postIncidentUpdateSchema = z.strictObject({
  words: plainTextSchema(4_000),
  audience: incidentAudienceSchema.default('readers'),
});
export const incidentUpdateKinds = ['opened', 'written', 'changed', 'moved', 'escalated', 'missed'] as const;
export const incidentUpdateSchema = z.object({
  number: z.int(),
  at: instantSchema,
  kind: z.enum(incidentUpdateKinds),
  by: z.string(),
  audience: incidentAudienceSchema,
  words: z.string(),
});
export type IncidentUpdate = z.infer<typeof incidentUpdateSchema>;
/** Newest first. */
export const incidentUpdateQuerySchema = z.strictObject(pageQuery);
export const incidentUpdatePageSchema = z.object({ items: z.array(incidentUpdateSchema), cursor: cursorSchema });

/** Whether a change has to do with an incident, as somebody judged. */
export const incidentVerdicts = ['confirmed', 'dismissed'] as const;
export const incidentVerdictSchema = z.object({
  verdict: z.enum(incidentVerdicts),
  at: instantSchema,
  by: z.string(),
  why: z.string(),
});
export type IncidentVerdict = z.infer<typeof incidentVerdictSchema>;
const overlapFields = {
  /** In one sentence. */
  words: z.string(),
  /** Of the same Party as the incident. */
  isSameParty: z.boolean(),
  reasons: z.array(clashReasonSchema),
  times: z.array(occurrenceSchema),
  /** All that was judged of it, the newest first. */
  verdicts: z.array(incidentVerdictSchema),
};
export const incidentOverlapSchema = z.object({ ...overlapFields, change: changeViewSchema });
export type IncidentOverlap = z.infer<typeof incidentOverlapSchema>;
/** GET /incidents/{incident}/changes: those of the same Party first; and what is planned on the same services. */
export const incidentChangesSchema = z.object({
  overlaps: z.array(incidentOverlapSchema),
  /** There are more: the likeliest are shown. */
  isCut: z.boolean(),
  atRisk: z.array(
    z.object({
      change: changeViewSchema,
      words: z.string(),
      /** What who asks may do about it. */
      may: z.enum(['postpone', 'ask']).optional(),
    }),
  ),
});
export type IncidentChanges = z.infer<typeof incidentChangesSchema>;
export const incidentChangeParametersSchema = z.strictObject({ incident: incidentNumberSchema, change: z.uuid() });
/** POST /incidents/{incident}/changes/{change} */
export const postVerdictSchema = z.strictObject({ verdict: z.enum(incidentVerdicts), why: lineSchema(500) });
/** POST /incidents/{incident}/changes/{change}/postpone: by the Operator, of its own change. */
export const postponeChangeSchema = z.strictObject({
  version: z.int().min(1),
  windows: z.array(changeWindowSchema).min(1).max(MOST_WINDOWS),
  why: lineSchema(500),
});
/** POST /incidents/{incident}/changes/{change}/ask: the Operator asks a User to postpone its change. */
export const askPostponeSchema = z.strictObject({ why: lineSchema(500) });

/** GET /changes/{change}/incidents: those that who asks may see. */
export const changeIncidentsSchema = z.object({
  items: z.array(z.object({ ...overlapFields, incident: incidentSchema })),
});
export type ChangeIncidents = z.infer<typeof changeIncidentsSchema>;

const minutes = z.int().min(1).max(525_600);
const ofCategory = z.strictObject({ responseMinutes: minutes, resolutionMinutes: minutes });
/** Targets of each category, and from when on the platform opens an incident for a stream that is not taken. */
export const incidentTargetsSchema = z.strictObject({
  categories: z.strictObject({ 1: ofCategory, 2: ofCategory, 3: ofCategory, 4: ofCategory, 5: ofCategory }),
  /** What is pushed, and what the network takes. */
  waitingSeconds: z.int().min(5).max(86_400),
  /** What a User fetches at its own pace. */
  fetchedSeconds: z.int().min(5).max(604_800),
});
export type IncidentTargets = z.output<typeof incidentTargetsSchema>;
export const incidentTargetsVersionSchema = z.object({
  version: z.int(),
  effectiveFrom: instantSchema,
  setAt: instantSchema,
  setBy: z.string(),
  reason: z.string(),
  targets: incidentTargetsSchema,
});
/** GET /incidents/targets: what is in force, and all versions, newest first. */
export const incidentTargetsListSchema = z.object({
  inForce: z.int(),
  items: z.array(incidentTargetsVersionSchema),
});
/** POST /incidents/targets; at once when no instant is said. */
export const postIncidentTargetsSchema = z.strictObject({
  effectiveFrom: instantSchema.optional(),
  reason: lineSchema(500),
  targets: incidentTargetsSchema,
});
