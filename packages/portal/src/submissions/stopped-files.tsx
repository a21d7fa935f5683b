import { Anchor, Button, Table } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useSession } from '../session/me.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { ScrollBox } from '../shared/scroll-box.tsx';
import { Empty, Loading } from '../shared/states.tsx';
import { When } from '../shared/when.tsx';
import { stoppedQuery } from './queries.ts';
import { kindWords } from './states.tsx';

/** For the Operator: the files of all Users that could not be worked on, with what failed. */
export function StoppedFiles() {
  const { acting } = useSession();
  const files = useInfiniteQuery(stoppedQuery({ acting }));
  const shown = files.data?.pages.flatMap((page) => page.items) ?? [];
  if (files.isPending) return <Loading what="the files" />;
  if (files.isError) return <FailureSummary words={wordsOf(files.error)} onRetry={() => void files.refetch()} />;
  if (shown.length === 0) {
    return (
      <Empty title="No file waits for the Operator.">
        One that could not be worked on, of any User, stands here until it is tried again.
      </Empty>
    );
  }
  return (
    <>
      <ScrollBox label="Files that wait for the Operator">
        <Table miw={720} fz="sm" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Waits since</Table.Th>
              <Table.Th scope="col">User</Table.Th>
              <Table.Th scope="col">Kind</Table.Th>
              <Table.Th scope="col">What failed</Table.Th>
              <Table.Th scope="col">Reference</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map(({ userId, sha256, kind, stoppedAt, failure, reference }) => (
              <Table.Tr key={`${userId} ${sha256}`}>
                <Table.Th scope="row" fw={400}>
                  <Anchor
                    size="sm"
                    renderRoot={(props) => (
                      <Link
                        to="/submissions/$sha256"
                        params={{ sha256 }}
                        search={(search) => ({ for: search.for, user: userId })}
                        {...props}
                      />
                    )}
                  >
                    <When at={stoppedAt} />
                  </Anchor>
                </Table.Th>
                <Table.Td className="penstock-identifier">{userId}</Table.Td>
                <Table.Td>{kind === undefined ? '-' : kindWords[kind]}</Table.Td>
                <Table.Td>{failure ?? '-'}</Table.Td>
                <Table.Td>{reference}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollBox>
      {files.hasNextPage ? (
        <div>
          <Button variant="default" loading={files.isFetchingNextPage} onClick={() => void files.fetchNextPage()}>
            Show more files
          </Button>
        </div>
      ) : null}
    </>
  );
}
