import { Stack, Title } from '@mantine/core';
import type { ChangeView } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useSession } from '../session/me.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { PageTitle } from '../shared/page-title.tsx';
import { Loading, NoRight } from '../shared/states.tsx';
import { changeQuery } from './queries.ts';
import './changes.css';

/** A page of one change: what it shows while the change is on the way, or does not come, or is not for its reader's role. */
export function OneChange(props: {
  change: string;
  title: string;
  right: 'changes.see' | 'changes.change';
  /** What a role without the right does not see. */
  what: string;
  children: (change: ChangeView) => ReactNode;
}) {
  const { change, title, right, what, children } = props;
  const { me, acting } = useSession();
  const may = me.permissions.includes(right);
  const asked = useQuery({ ...changeQuery({ acting }, change), enabled: may });
  if (!may) return <NoRight page={title} what={what} />;
  if (asked.data !== undefined) return children(asked.data);
  return (
    <Stack gap="md" maw={900}>
      <PageTitle title={title} />
      <Title order={1}>{title}</Title>
      {asked.isError ? (
        <FailureSummary words={wordsOf(asked.error)} onRetry={() => void asked.refetch()} />
      ) : (
        <Loading what="the change" />
      )}
    </Stack>
  );
}
