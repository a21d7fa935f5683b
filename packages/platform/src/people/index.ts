// The room, built: what the server asks of it, and its routes.
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import type { Clock } from '../foundation/clock.ts';
import type { Sessions } from '../foundation/http/caller.ts';
import type { HttpApp } from '../foundation/http/server.ts';
import type { Log } from '../foundation/log.ts';
import { administrationRoutes, invitationRoutes } from './administration-routes.ts';
import { approvalRoutes } from './approval-routes.ts';
import { authRoutes } from './auth-routes.ts';
import { findPerson, type KnownPerson } from './people-store.ts';
import type { Providers } from './providers.ts';
import { meRoutes, readingsRoutes } from './routes.ts';
import { createSessions } from './sessions.ts';
import { createSignIn, type SignIn } from './sign-in.ts';

export interface PeopleOptions {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly log: Log;
  readonly secret: string;
  readonly operatorId: Eui;
  /** Organisations' own providers. */
  readonly providers: Providers;
  /** The demonstration runs, and only this machine reaches the pages: its people may sign in. */
  readonly admitsDemonstration: boolean;
  /** The origins of our own pages, the address that people are given first; asked when the server listens. */
  readonly origins: () => readonly string[];
}

export interface People {
  readonly sessions: Sessions;
  /** A person who may act now, for whom it may; what acts in its name asks at each use. */
  readonly findPerson: (personId: string) => Promise<KnownPerson | undefined>;
  readonly routes: readonly ((app: HttpApp) => void)[];
}

export function createPeople(options: PeopleOptions): People {
  const { pool, clock, origins, providers, admitsDemonstration, operatorId } = options;
  // The port is known when the server listens, so this is made by the first who asks.
  let made: SignIn | undefined;
  const signIn = (): SignIn => {
    made ??= createSignIn({ ...options, origins: origins() });
    return made;
  };
  const sessions = createSessions({ ...options, signIn });
  return {
    sessions,
    findPerson: async (personId) => {
      const person = await findPerson(pool, personId, operatorId);
      return person?.isDemonstration === true && !admitsDemonstration ? undefined : person;
    },
    routes: [
      authRoutes({ pool, clock, signIn, origins }),
      meRoutes({ pool, clock, sessions, providers }),
      readingsRoutes(pool),
      administrationRoutes({ pool, clock, origins, admitsDemonstration }),
      approvalRoutes({ pool, clock, admitsDemonstration }),
      invitationRoutes({ pool, clock, sessions, providers, admitsDemonstration }),
    ],
  };
}
