// Who is signed in and for whom the page acts. For whom is in the address (`for`), so that a link shows the same view
// and two tabs can act for different Users; the server checks it at every call.
import { type Choice, choiceSchema, type MeDocument, meSchema } from '@penstock/api/schemas';
import { queryOptions } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { z } from 'zod';
import { ask, CallFailed, callAs } from '../api/call.ts';

/** How the address and the header `penstock-acting` name a choice. */
export function actingOf(choice: Choice): string {
  return choice.kind === 'operator' ? 'operator' : choice.userId;
}

export const meQuery = (acting: string | undefined) =>
  queryOptions({
    queryKey: ['me', acting],
    queryFn: async ({ signal }) => {
      const me = await ask(meSchema, '/me', { caller: { acting }, signal });
      callAs(me.person.id);
      return me;
    },
    staleTime: 60_000,
  });

/** The choices that a call named none of; undefined when it failed for another reason. */
export function choicesOf(error: unknown): readonly Choice[] | undefined {
  if (!(error instanceof CallFailed) || error.problem.code !== 'access.choice-needed') return undefined;
  return z.array(choiceSchema).safeParse(error.problem.choices).data;
}

export interface Session {
  readonly me: MeDocument;
  /** For the header `penstock-acting`. */
  readonly acting: string;
}

export const SessionContext = createContext<Session | undefined>(undefined);

/** In a page, which stands only where somebody is signed in. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('there is no session around this page');
  return session;
}

export const roleWords: Readonly<Record<MeDocument['acting']['role'], string>> = {
  user_administrator: 'administrator',
  aro: 'ARO',
  analyst: 'analyst',
  read_only: 'read only',
  service_desk: 'service desk',
  security: 'security',
  change_manager: 'change manager',
  operator_administrator: 'administrator',
};
