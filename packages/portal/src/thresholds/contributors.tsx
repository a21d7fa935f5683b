import { Anchor, Button, Group, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useSession } from '../session/me.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { ScrollBox } from '../shared/scroll-box.tsx';
import { Loading } from '../shared/states.tsx';
import { UserName } from '../shared/user-name.tsx';
import { When } from '../shared/when.tsx';
import { contributorsQuery } from './queries.ts';
import { count } from './words.ts';

/** Who made up a count over all Users: what tells an innocent User from the one that floods. */
export function Contributors({ thresholdId }: { thresholdId: string }) {
  const { acting } = useSession();
  const asked = useQuery(contributorsQuery({ acting }, thresholdId));
  const { data } = asked;
  return (
    <section aria-label="Who made up the count">
      <Group justify="space-between" mb="xs">
        <Title order={3} size="h5">
          Who made up the count
        </Title>
        <Button variant="default" size="compact-sm" loading={asked.isFetching} onClick={() => void asked.refetch()}>
          Count again
        </Button>
      </Group>
      {asked.isPending ? <Loading what="who sent it" /> : null}
      {asked.isError ? <FailureSummary words={wordsOf(asked.error)} onRetry={() => void asked.refetch()} /> : null}
      {data === undefined ? null : (
        <>
          <Text size="sm" mb="xs">
            {data.contributors.length === 0
              ? 'Nobody sent anything that counts since '
              : `${count(data.count)} by ${data.contributors.length} ${data.contributors.length === 1 ? 'User' : 'Users'} since `}
            <When at={data.windowFrom} inline />. A User that is held by this count is told the number, and nothing of
            what others sent.
          </Text>
          {data.contributors.length === 0 ? null : (
            <ScrollBox label="Users by what they sent">
              <Table miw={420} fz="sm">
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th scope="col">User ID</Table.Th>
                    <Table.Th scope="col" ta="right">
                      Messages
                    </Table.Th>
                    <Table.Th scope="col">Part of all</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {data.contributors.map(({ userId, count: messages }) => (
                    <Table.Tr key={userId}>
                      <Table.Th scope="row" fw={400}>
                        <Anchor
                          renderRoot={(props) => (
                            <Link
                              to="/thresholds"
                              search={(search) => ({ for: search.for, user: userId })}
                              {...props}
                            />
                          )}
                        >
                          <UserName userId={userId} />
                        </Anchor>
                      </Table.Th>
                      <Table.Td ta="right">{count(messages)}</Table.Td>
                      <Table.Td>
                        <span
                          aria-hidden
                          className="penstock-share"
                          style={{ width: `${(messages / data.count) * 60}%` }}
                        />{' '}
                        {((messages / data.count) * 100).toFixed(1)} %
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </ScrollBox>
          )}
        </>
      )}
    </section>
  );
}
