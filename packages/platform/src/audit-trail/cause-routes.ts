import {
  alertDecisionListSchema,
  causesSchema,
  messageLifeQuerySchema,
  messageParametersSchema,
  setAlertDecisionSchema,
} from '@penstock/api';
import type pg from 'pg';
import { authorOf } from '../foundation/author.ts';
import type { Clock } from '../foundation/clock.ts';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import { recordOwner } from '../foundation/viewer.ts';
import { addAlertDecision } from './alert-decisions-store.ts';
import { readCauses } from './causes-store.ts';
import type { RecordStore } from './record-store.ts';
import type { TitleStore } from './title-store.ts';

/** What may have caused an alert, and what is decided about it. */
export function causeRoutes({
  pool,
  record,
  titles,
  clock,
}: {
  pool: pg.Pool;
  record: RecordStore;
  titles: TitleStore;
  clock: Clock;
}): (app: HttpApp) => void {
  return (app) => {
    app.get(
      '/api/v1/messages/:day/:sequence/causes',
      {
        config: { access: 'titles.see' },
        schema: {
          params: messageParametersSchema,
          querystring: messageLifeQuerySchema,
          response: { 200: causesSchema },
        },
      },
      (request) => readCauses({ pool, record, titles }, viewerOf(request), { ...request.query, ...request.params }),
    );
    app.post(
      '/api/v1/messages/:day/:sequence/decisions',
      {
        config: { access: 'alerts.change' },
        schema: {
          params: messageParametersSchema,
          body: setAlertDecisionSchema,
          response: { 200: alertDecisionListSchema },
        },
      },
      async (request) => {
        const viewer = viewerOf(request);
        const { userId, decision, note } = request.body;
        const alert = { userId: recordOwner(viewer, userId), ...request.params };
        const said = { decision, note, author: authorOf(viewer), now: clock.now() };
        return { items: await addAlertDecision(pool, alert, said) };
      },
    );
  };
}
