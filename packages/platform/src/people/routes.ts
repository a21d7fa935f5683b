import {
  accountSchema,
  endedSchema,
  meSchema,
  type ReadingPage,
  readingExportQuerySchema,
  readingPageSchema,
  readingQuerySchema,
  sessionListSchema,
} from '@penstock/api';
import type pg from 'pg';
import { z } from 'zod';
import type { Clock } from '../foundation/clock.ts';
import { EXPORTED_ROWS, exportPages, fieldColumns, sendCsv } from '../foundation/csv-export.ts';
import { inTransaction } from '../foundation/database/index.ts';
import type { Sessions } from '../foundation/http/caller.ts';
import { addressOf, type HttpApp, personOf, viewerOf } from '../foundation/http/server.ts';
import { recordOfPerson } from './activity-store.ts';
import { endAllSessions, endSession, listSessions, readAccount } from './people-store.ts';
import type { Providers } from './providers.ts';
import { listReadings } from './readings-store.ts';

/** Who I am, for whom I act, and where I am signed in. */
export function meRoutes(options: {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly sessions: Sessions;
  readonly providers: Providers;
}): (app: HttpApp) => void {
  const { pool, clock, sessions, providers } = options;
  return (app) => {
    app.get(
      '/api/v1/me',
      { config: { access: 'person' }, schema: { response: { 200: meSchema } } },
      async (request) => {
        const person = personOf(request);
        const { choice, rights, viewer } = sessions.callerOf(person, request.headers);
        if (choice === undefined) throw new Error('a person acts by a choice');
        return {
          person: { id: person.personId, name: person.name, email: person.email },
          acting: {
            kind: choice.kind,
            userIds: viewer.kind === 'operator' ? [viewer.userId] : [...viewer.userIds],
            party: choice.party,
            role: choice.role,
          },
          choices: [...person.choices],
          permissions: [...rights],
          isDemonstration: person.isDemonstration,
        };
      },
    );
    app.get(
      '/api/v1/me/account',
      { config: { access: 'person' }, schema: { response: { 200: accountSchema } } },
      async (request) => {
        const account = await readAccount(pool, personOf(request));
        const provider = providers.byId(account.provider ?? '');
        return { ...account, provider: provider?.name };
      },
    );
    app.get(
      '/api/v1/me/sessions',
      { config: { access: 'person' }, schema: { response: { 200: sessionListSchema } } },
      async (request) => {
        const { personId, sessionId } = personOf(request);
        return { items: await listSessions(pool, { personId, sessionId, now: clock.now() }) };
      },
    );
    app.delete(
      '/api/v1/me/sessions/:sessionId',
      {
        config: { access: 'person' },
        schema: { params: z.strictObject({ sessionId: z.string().max(100) }), response: { 200: endedSchema } },
      },
      async (request) => {
        const { personId } = personOf(request);
        await inTransaction(pool, async (client) => {
          await endSession(client, personId, request.params.sessionId);
          await recordOfPerson(client, { personId }, { what: 'session-ended', address: addressOf(request) });
        });
        return { ended: 1 };
      },
    );
    app.post(
      '/api/v1/me/sign-out-everywhere',
      { config: { access: 'person' }, schema: { response: { 200: endedSchema } } },
      async (request) => {
        const { personId } = personOf(request);
        const ended = await inTransaction(pool, async (client) => {
          await recordOfPerson(client, { personId }, { what: 'signed-out-everywhere', address: addressOf(request) });
          return endAllSessions(client, personId);
        });
        return { ended };
      },
    );
  };
}

const readingColumns = fieldColumns<ReadingPage['items'][number]>(
  'readAt',
  'email',
  'role',
  'userId',
  'reason',
  'what',
);

/** Who of the Operator's people read a User's own record. */
export function readingsRoutes(pool: pg.Pool): (app: HttpApp) => void {
  return (app) => {
    app.get(
      '/api/v1/record-readings',
      {
        config: { access: 'readings.see' },
        schema: { querystring: readingQuerySchema, response: { 200: readingPageSchema } },
      },
      (request) => listReadings(pool, viewerOf(request), request.query),
    );
    app.get(
      '/api/v1/record-readings.csv',
      { config: { access: 'readings.see' }, schema: { querystring: readingExportQuerySchema } },
      async (request, reply) => {
        const read = (cursor: string | undefined) =>
          listReadings(pool, viewerOf(request), { ...request.query, cursor, limit: EXPORTED_ROWS });
        return sendCsv(reply, 'record-readings.csv', await exportPages(readingColumns, read));
      },
    );
  };
}
