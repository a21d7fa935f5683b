import { Button, Group, Loader, Paper, Stack, Text, Title } from '@mantine/core';
import { useSession } from '../session/me.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { count } from '../thresholds/words.ts';
import { FaultTable } from './fault-table.tsx';
import { SignHelp } from './sign-help.tsx';
import { kindWords } from './states.tsx';
import { SummaryView } from './summary-view.tsx';
import type { useCheck } from './use-check.ts';

/** What the check in the browser found: every fault, or what the file changes. */
export function CheckedView({ check, file }: { check: ReturnType<typeof useCheck>; file: File }) {
  const { data } = check;
  return (
    <Paper component="section" withBorder p="md" className="penstock-panel" aria-label="The check of the file">
      {check.isFetching ? (
        <Group role="status" gap="sm">
          <Loader aria-hidden size="sm" /> Checking {file.name} ...{' '}
          {check.rows === 0 ? '' : `${count(check.rows)} lines read`}
        </Group>
      ) : null}
      {check.isError ? <FailureSummary words={wordsOf(check.error)} onRetry={() => void check.refetch()} /> : null}
      {data === undefined || check.isFetching ? null : (
        <Stack gap="sm">
          <Group justify="space-between" gap="sm">
            <Title order={2} size="h4">
              {data.kind === undefined ? 'Not a file of ours' : kindWords[data.kind]}
            </Title>
            <Button variant="default" size="compact-sm" onClick={() => void check.refetch()}>
              Check again
            </Button>
          </Group>
          <Found data={data} />
          {data.notices.map((notice) => (
            <Text size="sm" c="dimmed" key={notice.kind}>
              {notice.message}
            </Text>
          ))}
          {data.kind !== undefined && data.faultCount === 0 ? (
            <SignHelp kind={data.kind} name={file.name} then="deliver both files here" />
          ) : null}
        </Stack>
      )}
    </Paper>
  );
}

type Checked = NonNullable<ReturnType<typeof useCheck>['data']>;

function Found({ data }: { data: Checked }) {
  const { me } = useSession();
  const { faults, faultCount, userId, summary, actions } = data;
  if (faultCount > 0) {
    return (
      <FaultTable
        faultCount={faultCount}
        faults={faults.map(({ column, ...fault }) => ({ ...fault, column: column?.name }))}
      />
    );
  }
  if (userId !== undefined && summary === undefined) {
    return (
      <Text fw={650}>
        It names {userId}, and you act for {me.acting.userIds.join(', ')}. Delivered here it would be refused.
      </Text>
    );
  }
  return (
    <>
      <Text className="penstock-outcome penstock-outcome-passed">
        {count(data.rows)} {data.rows === 1 ? 'line' : 'lines'}, no faults
      </Text>
      <SummaryView
        tense="would"
        summary={{
          words: [],
          ...summary,
          ...(actions === undefined
            ? {}
            : { actions: { process: actions.process, delete: actions.delete, events: actions.events.length } }),
        }}
      />
      {actions === undefined ? null : (
        <Text size="sm" c="dimmed">
          {actions.notCompared === undefined
            ? `Every message is held now; ${count(actions.undecided ?? 0)} of these events stay held.`
            : `Not compared with what is held: ${actions.notCompared}. It is compared when it is delivered.`}
        </Text>
      )}
    </>
  );
}
