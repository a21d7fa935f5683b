import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { CallFailed } from './call.ts';

/** Whether a call failed because the session is not there, or no longer. */
export function isSignedOut(error: unknown): boolean {
  if (!(error instanceof CallFailed) || error.problem.status !== 401) return false;
  // said of a link, whoever is signed in
  return error.problem.code !== 'people.sign-in-first';
}

/** Trying again helps against what passes by itself, and nothing else. */
function shouldRetry(failures: number, error: unknown): boolean {
  const status = error instanceof CallFailed ? error.problem.status : 0;
  return failures < 2 && (status === 0 || status >= 500);
}

/** `onSignedOut` is told when a call met an ended session; that nobody was signed in at the start is no such end. */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  return new QueryClient({
    // what was typed stays in its form, which is sent again after signing in
    mutationCache: new MutationCache({
      onError: (error) => {
        if (isSignedOut(error)) onSignedOut();
      },
    }),
    queryCache: new QueryCache({
      onError: (error, query) => {
        const isStart = query.queryKey[0] === 'me' && query.state.data === undefined;
        if (isSignedOut(error) && !isStart) onSignedOut();
      },
    }),
    defaultOptions: {
      queries: { retry: shouldRetry, retryDelay: 500, staleTime: 10_000, refetchOnWindowFocus: false },
    },
  });
}
