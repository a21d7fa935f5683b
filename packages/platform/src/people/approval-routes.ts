import {
  type ApprovalPage,
  approvalPageSchema,
  approvalQuerySchema,
  askedSchema,
  changedSchema,
  postApprovalSchema,
  putSecondAdministratorSchema,
  secondAdministratorSchema,
} from '@penstock/api';
import type pg from 'pg';
import { z } from 'zod';
import type { Clock } from '../foundation/clock.ts';
import { EXPORTED_ROWS, exportPages, fieldColumns, sendCsv } from '../foundation/csv-export.ts';
import { addressOf, type HttpApp } from '../foundation/http/server.ts';
import { actingOf, managerOf } from './administration-routes.ts';
import { listApprovals } from './approvals-store.ts';
import { decideApproval } from './decide-approval.ts';
import { readSecondAdministrator, wishSecondAdministrator } from './second-administrator.ts';

const columns = fieldColumns<ApprovalPage['items'][number]>(
  'kind',
  'acting',
  'email',
  'name',
  'role',
  'askedBy',
  'askedAt',
  'expiresAt',
);

/** What waits for a second administrator, and whether the Party wants one. */
export function approvalRoutes(options: {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly admitsDemonstration: boolean;
}): (app: HttpApp) => void {
  const { pool, clock, admitsDemonstration } = options;
  const toSee = { config: { access: 'people.see' } } as const;
  const toChange = { config: { access: 'people.change' } } as const;
  const byApproval = z.strictObject({ approvalId: z.uuid() });
  return (app) => {
    app.get(
      '/api/v1/people/approvals',
      { ...toSee, schema: { querystring: approvalQuerySchema, response: { 200: approvalPageSchema } } },
      (request) => listApprovals(pool, { acting: actingOf(request), now: clock.now(), ...request.query }),
    );
    app.get('/api/v1/people/approvals.csv', toSee, async (request, reply) => {
      const asked = { acting: actingOf(request), now: clock.now(), limit: EXPORTED_ROWS };
      const read = (cursor: string | undefined) => listApprovals(pool, { ...asked, cursor });
      return sendCsv(reply, 'approvals.csv', await exportPages(columns, read));
    });
    app.post(
      '/api/v1/people/approvals/:approvalId',
      { ...toChange, schema: { params: byApproval, body: postApprovalSchema, response: { 200: changedSchema } } },
      async (request) => {
        const by = { manager: managerOf(request), address: addressOf(request), now: clock.now(), admitsDemonstration };
        await decideApproval(pool, { ...by, ...request.params, ...request.body });
        return { changed: true };
      },
    );
    app.get(
      '/api/v1/people/second-administrator',
      { ...toSee, schema: { response: { 200: secondAdministratorSchema } } },
      (request) => readSecondAdministrator(pool, { acting: actingOf(request), admitsDemonstration }),
    );
    app.put(
      '/api/v1/people/second-administrator',
      { ...toChange, schema: { body: putSecondAdministratorSchema, response: { 200: askedSchema } } },
      (request) => {
        const by = { manager: managerOf(request), address: addressOf(request), now: clock.now(), admitsDemonstration };
        return wishSecondAdministrator(pool, { ...by, ...request.body });
      },
    );
  };
}
