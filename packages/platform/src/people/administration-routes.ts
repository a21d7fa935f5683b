import {
  type ActivityPage,
  acceptInvitationSchema,
  activityExportQuerySchema,
  activityPageSchema,
  activityQuerySchema,
  askedSchema,
  changedSchema,
  type InvitationPage,
  invitationPageSchema,
  invitationQuerySchema,
  invitationSchema,
  linkSchema,
  lookInvitationSchema,
  type PersonPage,
  personExportQuerySchema,
  personPageQuerySchema,
  personPageSchema,
  postInvitationSchema,
  putPersonSchema,
  putRoleSchema,
} from '@penstock/api';
import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
import { z } from 'zod';
import type { Clock } from '../foundation/clock.ts';
import { type CsvColumns, EXPORTED_ROWS, exportPages, fieldColumns, sendCsv } from '../foundation/csv-export.ts';
import { requireOwnOrigin, type Sessions } from '../foundation/http/caller.ts';
import { addressOf, type HttpApp, personOf, viewerOf } from '../foundation/http/server.ts';
import { actingOfViewer } from '../foundation/viewer.ts';
import { accept, linkDigest, look } from './acceptance.ts';
import { listActivity } from './activity-store.ts';
import type { Manager } from './administration.ts';
import { changeRole, changeStatus, listPeople } from './administration-store.ts';
import { invite, listInvitations, reset, withdrawInvitation } from './invitations.ts';
import { linkOf } from './links.ts';
import type { Providers } from './providers.ts';

/** For whom the caller acts: its one User ID, or 'operator'. */
export function actingOf(request: FastifyRequest): string {
  return actingOfViewer(viewerOf(request));
}

type Person = PersonPage['items'][number];
const personColumns: CsvColumns<Person> = {
  ...fieldColumns<Person>('email', 'name', 'status', 'statusBy'),
  isEnrolled: ({ isEnrolled }) => (isEnrolled ? 'yes' : 'no'),
  signedInAt: ({ signedInAt }) => signedInAt,
  roles: ({ roles }) => roles.map(({ acting, role }) => `${role} of ${acting}`).join('; '),
};
const activityColumns = fieldColumns<ActivityPage['items'][number]>(
  'at',
  'what',
  'email',
  'acting',
  'partyId',
  'by',
  'byRole',
  'byActing',
  'detail',
  'address',
);

const invitationColumns = fieldColumns<InvitationPage['items'][number]>(
  'email',
  'name',
  'acting',
  'role',
  'madeAt',
  'expiresAt',
);

/** @throws PenstockError of personOf: machines administer nobody */
export function managerOf(request: FastifyRequest): Manager {
  const { personId, email } = personOf(request);
  return { personId, email, acting: actingOf(request) };
}

const byPerson = z.strictObject({ personId: z.string().max(100) });

/** People, their roles and invitations, for administrators; what was done, for those who watch over it. */
export function administrationRoutes(options: {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly origins: () => readonly string[];
  readonly admitsDemonstration: boolean;
}): (app: HttpApp) => void {
  const { pool, clock, origins, admitsDemonstration } = options;
  /** Who changes something, from where, and when. */
  const changeBy = (request: FastifyRequest) => ({
    manager: managerOf(request),
    address: addressOf(request),
    now: clock.now(),
    admitsDemonstration,
  });
  const toSee = { config: { access: 'people.see' } } as const;
  const toChange = { config: { access: 'people.change' } } as const;

  return (app) => {
    app.get(
      '/api/v1/people',
      { ...toSee, schema: { querystring: personPageQuerySchema, response: { 200: personPageSchema } } },
      (request) => listPeople(pool, actingOf(request), request.query),
    );
    app.get(
      '/api/v1/people.csv',
      { config: { access: 'people.see' }, schema: { querystring: personExportQuerySchema } },
      async (request, reply) => {
        const read = (cursor: string | undefined) =>
          listPeople(pool, actingOf(request), { ...request.query, cursor, limit: EXPORTED_ROWS });
        return sendCsv(reply, 'people.csv', await exportPages(personColumns, read));
      },
    );
    app.put(
      '/api/v1/people/:personId',
      { ...toChange, schema: { params: byPerson, body: putPersonSchema, response: { 200: changedSchema } } },
      async (request) => {
        const change = { ...changeBy(request), ...request.params, status: request.body.status };
        return { changed: await changeStatus(pool, change) };
      },
    );
    app.put(
      '/api/v1/people/:personId/roles',
      { ...toChange, schema: { params: byPerson, body: putRoleSchema, response: { 200: askedSchema } } },
      (request) => changeRole(pool, { ...changeBy(request), ...request.params, ...request.body }),
    );
    app.post(
      '/api/v1/people/:personId/reset',
      { ...toChange, schema: { params: byPerson, response: { 200: linkSchema } } },
      async (request) => {
        return linkOf(origins()[0], await reset(pool, { ...changeBy(request), ...request.params }));
      },
    );
    app.get(
      '/api/v1/people/invitations',
      { ...toSee, schema: { querystring: invitationQuerySchema, response: { 200: invitationPageSchema } } },
      (request) => listInvitations(pool, { acting: actingOf(request), now: clock.now(), ...request.query }),
    );
    app.get('/api/v1/people/invitations.csv', toSee, async (request, reply) => {
      const asked = { acting: actingOf(request), now: clock.now(), limit: EXPORTED_ROWS };
      const read = (cursor: string | undefined) => listInvitations(pool, { ...asked, cursor });
      return sendCsv(reply, 'invitations.csv', await exportPages(invitationColumns, read));
    });
    app.post(
      '/api/v1/people/invitations',
      { ...toChange, schema: { body: postInvitationSchema, response: { 200: linkSchema } } },
      async (request) => {
        return linkOf(origins()[0], await invite(pool, { ...changeBy(request), ...request.body }));
      },
    );
    app.delete(
      '/api/v1/people/invitations/:invitationId',
      {
        ...toChange,
        schema: { params: z.strictObject({ invitationId: z.uuid() }), response: { 200: changedSchema } },
      },
      async (request) => {
        await withdrawInvitation(pool, { ...changeBy(request), ...request.params });
        return { changed: true };
      },
    );
    app.get(
      '/api/v1/people-activity',
      {
        config: { access: 'activity.see' },
        schema: { querystring: activityQuerySchema, response: { 200: activityPageSchema } },
      },
      (request) => listActivity(pool, viewerOf(request), request.query),
    );
    app.get(
      '/api/v1/people-activity.csv',
      { config: { access: 'activity.see' }, schema: { querystring: activityExportQuerySchema } },
      async (request, reply) => {
        const read = (cursor: string | undefined) =>
          listActivity(pool, viewerOf(request), { ...request.query, cursor, limit: EXPORTED_ROWS });
        return sendCsv(reply, 'people-activity.csv', await exportPages(activityColumns, read));
      },
    );
  };
}

/** What somebody does with a link, who may not be known yet. */
export function invitationRoutes(options: {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly sessions: Sessions;
  readonly providers: Providers;
  readonly admitsDemonstration: boolean;
}): (app: HttpApp) => void {
  const { pool, clock, sessions, providers, admitsDemonstration } = options;
  return (app) => {
    app.post(
      '/api/v1/invitations/look',
      { config: { access: 'anyone' }, schema: { body: lookInvitationSchema, response: { 200: invitationSchema } } },
      (request) => look(pool, providers, { token: request.body.token, now: clock.now() }),
    );
    app.post(
      '/api/v1/invitations/accept',
      { config: { access: 'anyone' }, schema: { body: acceptInvitationSchema, response: { 200: changedSchema } } },
      async (request) => {
        requireOwnOrigin(request.method, request.headers, sessions.origins());
        const { cookie } = request.headers;
        const signedIn = cookie === undefined ? undefined : await sessions.personOf(request.headers);
        const { token, password } = request.body;
        const proof =
          password === undefined
            ? ({ kind: 'session', email: signedIn?.email } as const)
            : ({ kind: 'password', password } as const);
        const by = { address: addressOf(request), now: clock.now(), admitsDemonstration };
        await accept(pool, { digest: linkDigest(token), proof, ...by });
        return { changed: true };
      },
    );
  };
}
