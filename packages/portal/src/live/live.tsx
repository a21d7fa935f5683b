import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { CallFailed } from '../api/call.ts';
import { sessionEnd } from '../session/session-end.ts';
import { isAffected, isLong } from './affected.ts';
import { type LiveChange, type LiveClient, openLive } from './live-client.ts';

/** What changes is asked again at most so often; a hidden page asks when it is looked at again. */
const PAUSE_MILLISECONDS = 1_500;
/** A connection that is back within this was hardly away. */
const SHOWN_LOST_MILLISECONDS = 4_000;

/** Changes that wait for a hidden page to be looked at; more are everything. */
const MOST_WAITING = 200;

type Changes = readonly LiveChange[] | 'everything';

function merge(waiting: Changes, changes: Changes): Changes {
  if (waiting === 'everything' || changes === 'everything') return 'everything';
  return waiting.length + changes.length > MOST_WAITING ? 'everything' : [...waiting, ...changes];
}

const LiveContext = createContext<{
  readonly isLive: boolean;
  subscribe(take: (changes: Changes) => void): () => void;
}>({ isLive: false, subscribe: () => () => undefined });

/** Whether changes reach the page. */
export function useIsLive(): boolean {
  return useContext(LiveContext).isLive;
}

/** Calls `take` for each change while the page is open. */
export function useChanges(take: (changes: Changes) => void): void {
  const { subscribe } = useContext(LiveContext);
  const latest = useRef(take);
  useEffect(() => {
    latest.current = take;
  });
  useEffect(() => subscribe((changes) => latest.current(changes)), [subscribe]);
}

/** Keeps the pages within it up to date: what they asked is asked again, quietly, when it changed. */
export function Live({ acting, children }: { acting: string; children: ReactNode }) {
  const queryClient = useQueryClient();
  const [isLive, setLive] = useState(true);
  const [listeners] = useState(() => new Set<(changes: Changes) => void>());
  const client = useRef<LiveClient>(undefined);
  const hasEnded = useSyncExternalStore(sessionEnd.subscribe, sessionEnd.hasEnded);

  useEffect(() => {
    let waiting: Changes = [];
    let pause: ReturnType<typeof setTimeout> | undefined;
    let lost: ReturnType<typeof setTimeout> | undefined;
    const ask = () => {
      pause = undefined;
      if (document.hidden || waiting.length === 0) return;
      const changes = waiting;
      waiting = [];
      for (const listener of listeners) listener(changes);
      void queryClient.invalidateQueries({
        predicate: ({ meta, state }) => isAffected(meta?.live, changes) && !isLong(state.data),
      });
      pause = setTimeout(ask, PAUSE_MILLISECONDS);
    };
    const opened = openLive(acting, {
      state: (now) => {
        if (!now) {
          lost ??= setTimeout(() => setLive(false), SHOWN_LOST_MILLISECONDS);
          return;
        }
        clearTimeout(lost);
        lost = undefined;
        setLive(true);
      },
      changed: (changes) => {
        waiting = merge(waiting, changes);
        if (pause === undefined) ask();
      },
      // who is signed in, and with what rights: an ended session is met there
      access: async () => {
        await queryClient.invalidateQueries({ queryKey: ['me'] });
        const error = queryClient.getQueryCache().find({ queryKey: ['me'], exact: false, type: 'active' })?.state.error;
        // for whom this tab acts the person may not act any more: the other tabs' connection must not ask for it
        if (error instanceof CallFailed && error.problem.status === 403) opened.end();
      },
    });
    client.current = opened;
    const seen = () => {
      if (pause === undefined) ask();
    };
    document.addEventListener('visibilitychange', seen);
    return () => {
      document.removeEventListener('visibilitychange', seen);
      clearTimeout(pause);
      clearTimeout(lost);
      opened.end();
    };
  }, [acting, queryClient, listeners]);
  const hadEnded = useRef(hasEnded);
  useEffect(() => {
    if (hadEnded.current && !hasEnded) client.current?.again();
    hadEnded.current = hasEnded;
  }, [hasEnded]);

  const [subscribe] = useState(() => (take: (changes: Changes) => void) => {
    listeners.add(take);
    return () => {
      listeners.delete(take);
    };
  });
  return <LiveContext value={{ isLive, subscribe }}>{children}</LiveContext>;
}
