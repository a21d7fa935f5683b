// Who is signed in: better-auth's session, and what of it counts here.
import type { IncomingHttpHeaders } from 'node:http';
import type { Choice } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import type { Clock } from '../foundation/clock.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Sessions, SignedIn } from '../foundation/http/caller.ts';
import { callerOf, requirePerson } from './people.ts';
import { findPerson } from './people-store.ts';
import { type Providers, speaksFor } from './providers.ts';
import { isOverdue, WITH_SECOND_FACTOR } from './session-mark.ts';
import type { SignIn } from './sign-in.ts';

export interface SessionsOptions {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly operatorId: Eui;
  /** The demonstration runs, and only this machine reaches the pages: else its people are nobody. */
  readonly admitsDemonstration: boolean;
  readonly origins: () => readonly string[];
  readonly signIn: () => SignIn;
  readonly providers: Providers;
}

export function createSessions(options: SessionsOptions): Sessions {
  const { pool, clock, operatorId, admitsDemonstration, origins, signIn, providers } = options;

  /** What a session may act for: one that a provider made, for whom it speaks; undefined when there is no such any more. */
  function choicesOf(choices: readonly Choice[], id: string | null | undefined): readonly Choice[] | undefined {
    if (!id) return choices;
    const provider = providers.byId(id);
    return provider && choices.filter((choice) => speaksFor(provider, choice));
  }

  async function personOf(headers: IncomingHttpHeaders): Promise<SignedIn | undefined> {
    const cookie = headers.cookie ?? '';
    const { response, headers: answer } = await signIn().api.getSession({
      headers: new Headers({ cookie }),
      returnHeaders: true,
    });
    if (response === null) return undefined;
    const { session } = response;
    if (isOverdue(session, clock.now())) return undefined;
    const person = await findPerson(pool, session.userId, operatorId);
    if (person === undefined || (person.isDemonstration && !admitsDemonstration)) return undefined;
    requirePerson(session.userId, headers);
    if (!WITH_SECOND_FACTOR.has(session.method)) throw new PenstockError('access.second-factor-needed');
    const choices = choicesOf(person.choices, session.provider);
    if (choices === undefined) return undefined;
    return { ...person, choices, sessionId: session.id, cookies: answer.getSetCookie() };
  }

  return { origins, personOf, callerOf };
}
