import { Button } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import type { Caller, Query } from '../api/call.ts';

export interface ExportAsked {
  readonly caller: Caller;
  /** The conditions of the view. */
  readonly query: Query;
  /** Whose record, where the Operator looks. */
  readonly user: string | undefined;
}

// the page of messages is in what is loaded first, its dialog is not
const StartExportDialog = lazy(() => import('./start-export-dialog.tsx'));

/** The way to a file of any size, made in the background. */
export function StartExport(asked: ExportAsked) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button variant="default" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        Export all…
      </Button>
      {isOpen ? (
        <Suspense fallback={null}>
          <StartExportDialog {...asked} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
