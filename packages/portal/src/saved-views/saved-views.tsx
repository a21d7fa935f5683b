import { NavLink, Text } from '@mantine/core';
import type { ViewDocument } from '@penstock/api/schemas';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useSession } from '../session/me.ts';
import { Disclosure } from '../shared/disclosure.tsx';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { Loading } from '../shared/states.tsx';
import { type Shown, useViews } from './views.ts';

// lists are opened often, their dialogs seldom
const SaveViewDialog = lazy(() => import('./save-view-dialog.tsx'));
const KeptViewsDialog = lazy(() => import('./kept-views-dialog.tsx'));

/** The person's own views of a page, by name; what is shown now can be saved as one. */
export function SavedViews(shown: Shown) {
  const [dialog, setDialog] = useState<'save' | 'keep'>();
  const close = () => setDialog(undefined);
  return (
    <>
      <Disclosure label="Saved views" width={300} buttonProps={{ variant: 'default' }} button="Saved views">
        {(closeList) => (
          <ViewList
            page={shown.page}
            onChosen={closeList}
            onDialog={(which) => {
              closeList();
              setDialog(which);
            }}
          />
        )}
      </Disclosure>
      <Suspense fallback={null}>
        {dialog === 'save' ? <SaveViewDialog shown={shown} onClose={close} /> : null}
        {dialog === 'keep' ? <KeptViewsDialog page={shown.page} onClose={close} /> : null}
      </Suspense>
    </>
  );
}

function ViewList(props: { page: Shown['page']; onChosen: () => void; onDialog: (which: 'save' | 'keep') => void }) {
  const { page, onChosen, onDialog } = props;
  const views = useViews(page);
  const show = useShow();
  return (
    <>
      {views.isPending ? <Loading what="your views" /> : null}
      {views.isError ? <FailureSummary words={wordsOf(views.error)} onRetry={() => void views.refetch()} /> : null}
      {views.data?.items.length === 0 ? (
        <Text size="sm" c="dimmed" px="sm" pb={4}>
          None yet. A view keeps the conditions by a name, for you alone.
        </Text>
      ) : null}
      {views.data?.items.map((view) => (
        <NavLink
          key={view.view}
          component="button"
          type="button"
          label={view.name}
          onClick={() => {
            onChosen();
            show(view);
          }}
        />
      ))}
      <NavLink component="button" type="button" label="Save this view…" onClick={() => onDialog('save')} />
      {views.data === undefined || views.data.items.length === 0 ? null : (
        <NavLink component="button" type="button" label="Rename or delete…" onClick={() => onDialog('keep')} />
      )}
    </>
  );
}

/** Leads to what a view shows. */
function useShow(): (view: ViewDocument) => void {
  const navigate = useNavigate();
  const { acting } = useSession();
  return ({ shown }) => {
    if (shown.page === 'messages') {
      void navigate({ to: '/messages', search: { for: acting, ...shown.search } });
    } else {
      const { device, ...search } = shown.search;
      const tab = shown.page === 'timeline' ? ('timeline' as const) : undefined;
      void navigate({ to: '/devices/$device', params: { device }, search: { for: acting, tab, ...search } });
    }
  };
}
