// The panel of the demonstration: incidents of its simulated network. There only where a demonstration runs.
import { z } from 'zod';

export const demonstrationIncidents = ['flood', 'not-taking', 'wild-meter'] as const;
export const demonstrationIncidentSchema = z.enum(demonstrationIncidents);
export type DemonstrationIncident = z.infer<typeof demonstrationIncidentSchema>;

export const rehearsalSteps = ['planned', 'blocked', 'opened', 'cause', 'waiting', 'reopened', 'ended'] as const;
/** How long messages took from being recorded to being taken, in milliseconds. */
const deliveryTimesSchema = z.object({ count: z.int(), median: z.number(), most: z.number() });

/** One scene of a rehearsal: what was known when. */
export const rehearsalSceneSchema = z.object({
  isAnnounced: z.boolean(),
  moments: z.array(
    z.object({
      step: z.enum(rehearsalSteps),
      /** From the moment at which the route is blocked. */
      seconds: z.int(),
      words: z.string(),
    }),
  ),
  /** Of other Users: before the route is blocked, while messages come in, and while they wait. */
  others: z.object({ before: deliveryTimesSchema, filling: deliveryTimesSchema, waiting: deliveryTimesSchema }),
});
export type RehearsalScene = z.infer<typeof rehearsalSceneSchema>;

/** A User's firewall change blocks its route: with the change announced, and without. */
export const rehearsalSchema = z.object({
  state: z.enum(['running', 'done', 'failed']),
  messages: z.int(),
  /** How far it is, the newest last. */
  said: z.array(z.string()),
  /** Those that are played, the one with the change announced first. */
  scenes: z.array(rehearsalSceneSchema),
});
export type RehearsalDocument = z.infer<typeof rehearsalSchema>;

/** POST /demonstration/rehearsals/firewall: begins one, unless one runs. */
export const postRehearsalSchema = z.strictObject({ messages: z.int().min(1).max(100_000).default(2_000) });

/** GET /demonstration, and what POST /demonstration/incidents/{name} answers with: the incidents that run now. */
export const demonstrationSchema = z.object({
  running: z.array(
    z.object({
      name: demonstrationIncidentSchema,
      /** What it does, in the simulator's words. */
      about: z.string(),
    }),
  ),
  /** The last one, where there was one. */
  rehearsal: rehearsalSchema.optional(),
});
export type DemonstrationDocument = z.infer<typeof demonstrationSchema>;

/** POST /demonstration/incidents/{name} */
export const postDemonstrationIncidentSchema = z.strictObject({ isRunning: z.boolean() });
