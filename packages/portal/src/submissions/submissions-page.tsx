import { Anchor, Button, Group, Stack, Table, Text, Title } from '@mantine/core';
import type { SubmissionDocument } from '@penstock/api/schemas';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useSession } from '../session/me.ts';
import { ExportButton } from '../shared/export-button.tsx';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { PageTitle } from '../shared/page-title.tsx';
import { ScrollBox } from '../shared/scroll-box.tsx';
import { Empty, Loading, NoRight } from '../shared/states.tsx';
import { UserName } from '../shared/user-name.tsx';
import { When } from '../shared/when.tsx';
import { count } from '../thresholds/words.ts';
import { type FileList, submissionsQuery } from './queries.ts';
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
  const shown = files.data?.pages.flatMap((page) => page.items) ?? [];
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
          <ExportButton caller={{ acting }} path="/submissions.csv" query={{ userId }} name="signed-files" />
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
      {files.isError ? <FailureSummary words={wordsOf(files.error)} onRetry={() => void files.refetch()} /> : null}
      {files.isSuccess && shown.length === 0 ? (
        list === undefined ? (
          <Empty title="No file was delivered yet.">
            {mayDeliver ? 'Check and deliver one here, or by the command line.' : 'An officer delivers them.'}
          </Empty>
        ) : (
          <Empty title={emptyWords[list][0]}>{emptyWords[list][1]}</Empty>
        )
      ) : null}
      {shown.length === 0 ? null : (
        <FileTable files={shown} user={userId} isWaiting={list === 'mine' || list === 'others'} />
      )}
      {files.hasNextPage ? (
        <div>
          <Button variant="default" loading={files.isFetchingNextPage} onClick={() => void files.fetchNextPage()}>
            Show older files
          </Button>
        </div>
      ) : null}
    </Stack>
  );
}

function FileTable({
  files,
  user,
  isWaiting,
}: {
  files: readonly SubmissionDocument[];
  user: string | undefined;
  /** Whether they all wait for a second officer. */
  isWaiting: boolean;
}) {
  return (
    <ScrollBox label="Files">
      <Table miw={720} fz="sm" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Received</Table.Th>
            <Table.Th scope="col">Kind</Table.Th>
            <Table.Th scope="col">State</Table.Th>
            <Table.Th scope="col">{isWaiting ? 'Who may sign it' : 'What is wrong'}</Table.Th>
            <Table.Th scope="col">Reference</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {files.map(({ sha256, receivedAt, kind, state, detail, faultCount, reference, secondOfficer }) => (
            <Table.Tr key={sha256}>
              <Table.Th scope="row" fw={400}>
                <Anchor
                  size="sm"
                  renderRoot={(props) => (
                    <Link
                      to="/submissions/$sha256"
                      params={{ sha256 }}
                      search={(search) => ({ for: search.for, user })}
                      {...props}
                    />
                  )}
                >
                  <When at={receivedAt} />
                </Anchor>
              </Table.Th>
              <Table.Td>{kind === undefined ? '-' : kindWords[kind]}</Table.Td>
              <Table.Td>
                <SubmissionState state={state} />
              </Table.Td>
              <Table.Td>
                {secondOfficer === undefined ? (
                  faultCount > 0 ? (
                    `${count(faultCount)} in its lines`
                  ) : (
                    (detail ?? '-')
                  )
                ) : (
                  <MayBe secondOfficer={secondOfficer} />
                )}
              </Table.Td>
              <Table.Td>{reference}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollBox>
  );
}
