import { useSyncExternalStore } from 'react';

// Whether the session ended under the pages. A call that met 401 says so; signing in again takes it back.

const listeners = new Set<() => void>();
let hasEnded = false;

function set(value: boolean): void {
  if (hasEnded === value) return;
  hasEnded = value;
  for (const listener of listeners) listener();
}

export const sessionEnd = {
  announce: () => set(true),
  takeBack: () => set(false),
  hasEnded: () => hasEnded,
  subscribe: (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

export const useSessionEnded = (): boolean => useSyncExternalStore(sessionEnd.subscribe, sessionEnd.hasEnded);
