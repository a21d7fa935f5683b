// The panel of the demonstration: incidents of its simulated network. There only where a demonstration runs.
import { z } from 'zod';

export const demonstrationIncidents = ['flood', 'not-taking', 'wild-meter'] as const;
export const demonstrationIncidentSchema = z.enum(demonstrationIncidents);
export type DemonstrationIncident = z.infer<typeof demonstrationIncidentSchema>;

/** GET /demonstration, and what POST /demonstration/incidents/{name} answers with: the incidents that run now. */
export const demonstrationSchema = z.object({
  running: z.array(
    z.object({
      name: demonstrationIncidentSchema,
      /** What it does, in the simulator's words. */
      about: z.string(),
    }),
  ),
});
export type DemonstrationDocument = z.infer<typeof demonstrationSchema>;

/** POST /demonstration/incidents/{name} */
export const postDemonstrationIncidentSchema = z.strictObject({ isRunning: z.boolean() });
