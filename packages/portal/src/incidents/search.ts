// Which incidents are shown, as the address has it. Pure.
import { incidentStates, incidentTeams } from '@penstock/api/schemas';
import { z } from 'zod';
import type { Query } from '../api/call.ts';

/** Left out: what is not over. */
export const incidentsSearchSchema = z.object({
  state: z
    .enum(['all', ...incidentStates])
    .optional()
    .catch(undefined),
  category: z.enum(['1', '2', '3', '4', '5']).optional().catch(undefined),
  service: z.string().min(1).max(100).optional().catch(undefined),
  team: z.enum(incidentTeams).optional().catch(undefined),
  missed: z.literal('true').optional().catch(undefined),
  find: z.string().min(1).max(100).optional().catch(undefined),
});
export type IncidentsSearch = z.output<typeof incidentsSearchSchema>;

export function queryOf({ state, category, service, team, missed, find }: IncidentsSearch): Query {
  return { state: state === 'all' ? undefined : (state ?? 'active'), category, service, team, missed, find };
}

export const countConditions = ({ category, service, team, missed, find }: IncidentsSearch): number =>
  [category, service, team, missed, find].filter((each) => each !== undefined).length;
