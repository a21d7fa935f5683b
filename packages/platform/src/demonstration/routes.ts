// The panel of the demonstration: begins and ends the incidents of its simulated network, and rehearsals on it, which whoever runs
// it hands in.
//
// What always holds: where no demonstration runs, there are no such addresses; and only its ready people may ask there.
import {
  type DemonstrationDocument,
  type DemonstrationIncident,
  demonstrationIncidentSchema,
  demonstrationSchema,
  postDemonstrationIncidentSchema,
  postRehearsalSchema,
} from '@penstock/api';
import { z } from 'zod';
import type { HttpApp } from '../foundation/http/server.ts';

export interface Demonstration {
  state(): DemonstrationDocument;
  /** Resolves when the simulator said that it did. */
  set(name: DemonstrationIncident, isRunning: boolean): Promise<void>;
  /** Begins a rehearsal with so many messages, unless one runs. */
  rehearse(messages: number): void;
}

export function demonstrationRoutes(demonstration: Demonstration): (app: HttpApp) => void {
  return (app) => {
    app.get(
      '/api/v1/demonstration',
      { config: { access: 'demonstration' }, schema: { response: { 200: demonstrationSchema } } },
      async () => demonstration.state(),
    );
    app.post(
      '/api/v1/demonstration/incidents/:name',
      {
        config: { access: 'demonstration' },
        schema: {
          params: z.strictObject({ name: demonstrationIncidentSchema }),
          body: postDemonstrationIncidentSchema,
          response: { 200: demonstrationSchema },
        },
      },
      async (request) => {
        await demonstration.set(request.params.name, request.body.isRunning);
        return demonstration.state();
      },
    );
    app.post(
      '/api/v1/demonstration/rehearsals/firewall',
      {
        config: { access: 'demonstration' },
        schema: { body: postRehearsalSchema, response: { 200: demonstrationSchema } },
      },
      async (request) => {
        demonstration.rehearse(request.body.messages);
        return demonstration.state();
      },
    );
  };
}
