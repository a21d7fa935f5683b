import { Button } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import type { ExportAsked } from './start-export-dialog.tsx';

// the pages are loaded first, the dialog is not
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
