import { Stack, Table, Text } from '@mantine/core';
import { type ChangeTraffic, changeTrafficSchema, type WholeChange } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../api/call.ts';
import { useSession } from '../session/me.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { periodWords, withPeriods } from '../shared/periods.ts';
import { ScrollBox } from '../shared/scroll-box.tsx';
import { Loading, Panel } from '../shared/states.tsx';
import { When } from '../shared/when.tsx';
import { wordsOfTimes } from './words.ts';

/** What a change says that it will send: against thresholds before, against what came after. Each look of the Operator is a use. */
export function TrafficTab({ change }: { change: WholeChange }) {
  const { acting } = useSession();
  const asked = useQuery({
    queryKey: ['change-traffic', acting, change.change],
    queryFn: ({ signal }) =>
      ask(changeTrafficSchema, `/changes/${change.change}/traffic`, { caller: { acting }, signal }),
    meta: { live: { topics: ['changes'] } },
  });
  if (asked.isPending) return <Loading what="the traffic" />;
  if (asked.data === undefined) {
    return <FailureSummary words={wordsOf(asked.error)} onRetry={() => void asked.refetch()} />;
  }
  const { declared, thresholds, windows, countedUntil } = asked.data;
  return (
    <Stack gap="md">
      <Text>
        What this change says that it will send, in each hour of its windows beyond what is usual. It warns, and stops
        nothing.{' '}
        {change.isYours ? 'You and the Operator see this page, and nobody else' : 'Its owner reads that you looked'}.
      </Text>
      <Panel title="What is declared">
        <ul className="penstock-times">
          {declared.map(({ srv, perHour }) => (
            <li key={srv}>
              {srv}: {perHour.toLocaleString('en-GB')} requests an hour
            </li>
          ))}
        </ul>
      </Panel>
      <Panel title="Thresholds that would count it">
        {thresholds.length === 0 ? (
          <Text c="dimmed">No threshold in force would count any of it.</Text>
        ) : (
          <ul className="penstock-clashes">
            {thresholds.map((threshold) => (
              <Threshold key={threshold.thresholdId} threshold={threshold} />
            ))}
          </ul>
        )}
      </Panel>
      <Panel title="What came">
        {windows.length === 0 ? (
          <Text c="dimmed">No window has begun and been counted yet.</Text>
        ) : (
          windows.map((window) => <Came key={window.from} window={window} />)
        )}
        <Text size="sm" c="dimmed" mt={6}>
          Requests that passed are counted, of the User whose change it is; what was held did not pass.
          {countedUntil === undefined ? null : (
            <>
              {' '}
              Counted up to <When at={countedUntil} inline toMinute />
            </>
          )}
        </Text>
      </Panel>
    </Stack>
  );
}

const outcomes = {
  quarantine: ['penstock-outcome penstock-outcome-held', 'Messages would be held'],
  warning: ['penstock-outcome penstock-outcome-warned', 'A warning would be given'],
  none: ['penstock-outcome penstock-outcome-passed', 'It stays below'],
} as const;

function Threshold({ threshold }: { threshold: ChangeTraffic['thresholds'][number] }) {
  const { isOverAll, services, direction, period, exceeds, words } = threshold;
  const [mark, outcome] = outcomes[exceeds ?? 'none'];
  const counts = services.includes('all') ? 'all SRVs' : services.join(', ');
  return (
    <li>
      <Text fw={650} className={mark}>
        {outcome}
      </Text>
      <Text my={4}>{withPeriods(words)}</Text>
      <Text size="sm" c="dimmed">
        {isOverAll ? 'Over all Users: ' : ''}
        {counts}, {direction}, within {periodWords(period)}
      </Text>
    </li>
  );
}

function Came({ window }: { window: ChangeTraffic['windows'][number] }) {
  const name = wordsOfTimes(window, 'Europe/London');
  return (
    <ScrollBox label={name}>
      <Table fz="sm" captionSide="top">
        <Table.Caption ta="left">{name}</Table.Caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">SRV</Table.Th>
            <Table.Th scope="col" ta="right">
              Declared
            </Table.Th>
            <Table.Th scope="col" ta="right">
              Came
            </Table.Th>
            <Table.Th scope="col" ta="right">
              A week before
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {window.counts.map(({ srv, declared, came, weekBefore }) => (
            <Table.Tr key={srv}>
              <Table.Th scope="row">{srv}</Table.Th>
              <Table.Td ta="right">{declared.toLocaleString('en-GB')}</Table.Td>
              <Table.Td ta="right">{came.toLocaleString('en-GB')}</Table.Td>
              <Table.Td ta="right">{weekBefore.toLocaleString('en-GB')}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollBox>
  );
}
