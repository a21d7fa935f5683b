import { Button, Group, Stack, Text, Title } from '@mantine/core';
import type { SubmissionDocument } from '@penstock/api/schemas';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useSession } from '../session/me.ts';
import { EntryTable, type Loaded } from '../shared/entry-table.tsx';
import { ExportButton } from '../shared/export-button.tsx';
import { ListFailure } from '../shared/more-rows.tsx';
import { PageTitle } from '../shared/page-title.tsx';
import { Empty, Loading, NoRight } from '../shared/states.tsx';
import { UserName } from '../shared/user-name.tsx';
import { count } from '../thresholds/words.ts';
import { FileLink } from './file-link.tsx';
import { type FileList, submissionQueryOf, submissionsQuery } from './queries.ts';
import { MayBe } from './second-officer.tsx';
import { kindWords, SubmissionState } from './states.tsx';
import { StoppedFiles } from './stopped-files.tsx';

const tabs = [
  [undefined, 'All'],
  ['mine', 'Waiting for me'],
  ['others', 'Waiting for others'],
  ['stopped', 'Waiting for the Operator'],
] as const;

/** Where a list has nothing: what it would have. */
const emptyWords: Readonly<Record<NonNullable<FileList>, readonly [string, string]>> = {
  mine: ['No file waits for your signature.', 'Those that you may sign as the second officer stand here.'],
  others: ['No file waits for another officer.', 'Those that need the signature of somebody else stand here.'],
  stopped: ['No file waits for the Operator.', 'One that could not be worked on stands here until it is tried again.'],
};

/** The signed files that were delivered, and what became of each. */
export function SubmissionsPage() {
  const { me } = useSession();
  if (!me.permissions.includes('submissions.see')) return <NoRight page="Signed files" what="signed files" />;
  return <Files mayDeliver={me.permissions.includes('submissions.change')} />;
}

function Files({ mayDeliver }: { mayDeliver: boolean }) {
  const { me, acting } = useSession();
  const { user, list } = useSearch({ from: '/submissions' });
  const userId = me.acting.kind === 'operator' ? user : undefined;
  const isOfAll = list === 'stopped' && me.permissions.includes('stopped.see') && userId === undefined;
  const files = useInfiniteQuery({ ...submissionsQuery({ acting }, { userId, list }), enabled: !isOfAll });
  const isEmpty = files.data?.pages.every((page) => page.items.length === 0) ?? false;
  return (
    <Stack gap="md" maw={1100}>
      <PageTitle title="Signed files" />
      <Group justify="space-between" align="flex-end" gap="sm">
        <div>
          <Title order={1}>Signed files</Title>
          <Text c="dimmed">
            Delivered for {userId === undefined ? 'you' : <UserName userId={userId} inline />}, newest first.
            Thresholds, limits and decisions come by these files alone.
          </Text>
        </div>
        <Group gap="xs">
          {isOfAll ? (
            <ExportButton caller={{ acting }} path="/submissions/needing-operator.csv" name="stopped-files" />
          ) : (
            <ExportButton
              caller={{ acting }}
              path="/submissions.csv"
              query={submissionQueryOf({ userId, list })}
              name="signed-files"
            />
          )}
          {mayDeliver ? (
            <Button
              renderRoot={(props) => (
                <Link to="/submissions/deliver" search={(search) => ({ for: search.for })} {...props} />
              )}
            >
              Check and deliver a file
            </Button>
          ) : null}
        </Group>
      </Group>
      <nav aria-label="Which files">
        <Group gap="lg" className="penstock-tabs">
          {tabs.map(([tab, label]) => (
            <Link
              key={label}
              to="/submissions"
              search={(before) => ({ for: before.for, user, list: tab })}
              className={list === tab ? 'active' : ''}
              activeProps={{ className: '' }}
              aria-current={list === tab ? 'true' : undefined}
            >
              {label}
            </Link>
          ))}
        </Group>
      </nav>
      {isOfAll ? <StoppedFiles /> : null}
      {files.isLoading ? <Loading what="the files" /> : null}
      <ListFailure list={files} />
      {isEmpty ? (
        list === undefined ? (
          <Empty title="No file was delivered yet.">
            {mayDeliver ? 'Check and deliver one here, or by the command line.' : 'An officer delivers them.'}
          </Empty>
        ) : (
          <Empty title={emptyWords[list][0]}>{emptyWords[list][1]}</Empty>
        )
      ) : null}
      {files.data !== undefined && !isEmpty ? (
        <FileTable
          list={{ ...files, data: files.data }}
          user={userId}
          isWaiting={list === 'mine' || list === 'others'}
        />
      ) : null}
    </Stack>
  );
}

function FileTable({
  list,
  user,
  isWaiting,
}: {
  list: Loaded<SubmissionDocument>;
  user: string | undefined;
  /** Whether they all wait for a second officer. */
  isWaiting: boolean;
}) {
  return (
    <EntryTable
      list={list}
      label="Files"
      columns={[
        ['Received', 1.3],
        'Kind',
        'State',
        isWaiting ? 'Who may sign it' : ['What is wrong', 1.3],
        'Reference',
      ]}
      keyOf={({ sha256 }) => sha256}
    >
      {({ sha256, receivedAt, kind, state, detail, faultCount, reference, secondOfficer }) => [
        <FileLink key="received" sha256={sha256} user={user} at={receivedAt} />,
        kind === undefined ? '-' : kindWords[kind],
        <SubmissionState key="state" state={state} />,
        secondOfficer === undefined ? (
          faultCount > 0 ? (
            `${count(faultCount)} in its lines`
          ) : (
            (detail ?? '-')
          )
        ) : (
          <MayBe key="who" secondOfficer={secondOfficer} />
        ),
        reference,
      ]}
    </EntryTable>
  );
}
