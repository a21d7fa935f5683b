import { useBlocker } from '@tanstack/react-router';
import { type ReactNode, useRef } from 'react';
import { ConfirmDialog } from '../shared/changing.tsx';

/** Asks before what was typed would be lost. `leave` goes without asking, once it is saved. */
export function useGuard(isDirty: boolean): { readonly guard: ReactNode; readonly leave: (go: () => void) => void } {
  const isSaved = useRef(false);
  const { proceed, reset, status } = useBlocker({
    shouldBlockFn: ({ current, next }) => isDirty && !isSaved.current && current.pathname !== next.pathname,
    enableBeforeUnload: () => isDirty && !isSaved.current,
    withResolver: true,
  });
  return {
    guard:
      status === 'blocked' ? (
        <ConfirmDialog
          title="Leave without saving?"
          confirm="Leave"
          changing={{ isPending: false, summary: null }}
          onConfirm={proceed}
          onClose={reset}
        >
          What you typed is not saved yet, and would be lost.
        </ConfirmDialog>
      ) : null,
    leave: (go) => {
      isSaved.current = true;
      go();
    },
  };
}
