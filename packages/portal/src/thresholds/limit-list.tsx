import { Table, Text } from '@mantine/core';
import type { LimitDocument } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { useSession } from '../session/me.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { ScrollBox } from '../shared/scroll-box.tsx';
import { Empty, Loading } from '../shared/states.tsx';
import { When } from '../shared/when.tsx';
import { limitsQuery } from './queries.ts';
import { SignedBy } from './version-history.tsx';

/** The values that requests may carry: the Operator sets them, everybody may know them. */
export function LimitList() {
  const { me, acting } = useSession();
  const limits = useQuery(limitsQuery({ acting }));
  const isOperator = me.acting.kind === 'operator';
  if (limits.isPending) return <Loading what="the limits" />;
  if (limits.isError) return <FailureSummary words={wordsOf(limits.error)} onRetry={() => void limits.refetch()} />;
  const { items } = limits.data;
  if (items.length === 0) {
    return (
      <Empty title="No limits of values are set.">
        No request is held for a value that it carries. The Operator sets limits by a file that its officers sign.
      </Empty>
    );
  }
  const ended = items.filter(({ endedAt }) => endedAt !== undefined);
  return (
    <>
      <Text>
        A request with a value outside is held; to a SMETS1 device it is deleted, with notice. The Operator sets these
        limits.
      </Text>
      <LimitTable
        title="In force"
        limits={items.filter(({ endedAt }) => endedAt === undefined)}
        isOperator={isOperator}
      />
      {ended.length === 0 ? null : <LimitTable title="Before" limits={ended} isOperator={isOperator} />}
    </>
  );
}

function LimitTable(props: { title: string; limits: readonly LimitDocument[]; isOperator: boolean }) {
  const { title, limits, isOperator } = props;
  const { acting } = useSession();
  return (
    <ScrollBox label={title}>
      <Table miw={560} fz="sm" captionSide="top">
        <Table.Caption ta="left" fw={650}>
          {title}
        </Table.Caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Value</Table.Th>
            <Table.Th scope="col" ta="right">
              Smallest
            </Table.Th>
            <Table.Th scope="col" ta="right">
              Largest
            </Table.Th>
            <Table.Th scope="col">Set</Table.Th>
            {isOperator ? <Table.Th scope="col">Signed by</Table.Th> : null}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {limits.map(({ limitId, attribute, version, minimum, maximum, from, to, setAt, endedAt, submission }) => (
            <Table.Tr key={limitId}>
              <Table.Th scope="row" fw={400} className="penstock-identifier">
                {attribute}
                <Text size="xs" c="dimmed">
                  version {version}
                </Text>
              </Table.Th>
              <Table.Td ta="right">{minimum ?? 'none'}</Table.Td>
              <Table.Td ta="right">{maximum ?? 'none'}</Table.Td>
              <Table.Td>
                <When at={from ?? setAt} inline />
                {to === undefined && endedAt === undefined ? null : (
                  <>
                    <br />
                    until <When at={endedAt ?? to ?? setAt} inline />
                  </>
                )}
              </Table.Td>
              {isOperator ? (
                <Table.Td>
                  <SignedBy sha256={submission} caller={{ acting }} user={undefined} />
                </Table.Td>
              ) : null}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollBox>
  );
}
