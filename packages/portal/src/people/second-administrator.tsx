import { Button, Group, Paper, Text, Title } from '@mantine/core';
import { askedSchema, type SecondAdministrator, secondAdministratorSchema } from '@penstock/api/schemas';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, type Caller } from '../api/call.ts';
import { useSession } from '../session/me.ts';
import { ConfirmDialog, useChange } from '../shared/changing.tsx';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { Loading } from '../shared/states.tsx';

const secondAdministratorQuery = (caller: Caller) =>
  queryOptions({
    queryKey: ['second-administrator', caller],
    queryFn: ({ signal }) => ask(secondAdministratorSchema, '/people/second-administrator', { caller, signal }),
    meta: { live: { topics: ['people'] } },
  });

function wordsFor({ isWanted, isNeeded, administrators }: SecondAdministrator): string {
  if (!isWanted) return 'Each administrator gives access alone. The others are told of it.';
  if (isNeeded) {
    return 'To make somebody an administrator, an officer or security, and to reset a sign-in, another administrator says yes first: neither who asks nor whom it is about.';
  }
  return administrators === 1
    ? 'There is one administrator, so nothing waits for another. With a second one it will.'
    : 'Nothing waits for another administrator yet.';
}

/** Whether a second administrator approves what gives access, and the change of it. */
export function SecondAdministratorPanel() {
  const { me, acting } = useSession();
  const asked = useQuery(secondAdministratorQuery({ acting }));
  const changing = useChange(askedSchema, ['second-administrator', 'approvals', 'activity']);
  const [isAsking, setAsking] = useState(false);
  const [awaits, setAwaits] = useState(false);
  const mayChange = me.permissions.includes('people.change');

  async function wish(isWanted: boolean) {
    const done = await changing.change('/people/second-administrator', { method: 'PUT', body: { isWanted } });
    if (done === undefined) return;
    setAwaits(done.awaitsApproval === true);
    setAsking(false);
  }

  if (asked.isError) return <FailureSummary words={wordsOf(asked.error)} onRetry={() => void asked.refetch()} />;
  if (asked.isPending) return <Loading what="who approves" />;
  const { isWanted } = asked.data;
  return (
    <Paper component="section" withBorder p="md" className="penstock-panel" aria-label="A second administrator">
      <Title order={2} size="h4">
        A second administrator {isWanted ? 'approves' : 'is not asked'}
      </Title>
      <Text maw={720}>{wordsFor(asked.data)}</Text>
      {awaits ? (
        <Text role="status">It waits for another administrator, as everything here does until then.</Text>
      ) : null}
      {isAsking ? null : changing.summary}
      {mayChange ? (
        <Group mt="sm">
          <Button
            size="sm"
            variant="default"
            loading={changing.isPending}
            onClick={() => (isWanted ? setAsking(true) : void wish(true))}
          >
            {isWanted ? 'Ask no second administrator' : 'Ask a second administrator'}
          </Button>
        </Group>
      ) : null}
      {isAsking ? (
        <ConfirmDialog
          title="Ask no second administrator?"
          confirm="Ask none"
          changing={changing}
          onConfirm={() => void wish(false)}
          onClose={() => setAsking(false)}
        >
          Then whoever has the session of one administrator can make officers, and get in as anybody here. Where there
          are two administrators, another one approves this change.
        </ConfirmDialog>
      ) : null}
    </Paper>
  );
}
