import { Anchor, Button, Group, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { type IncidentDocument, incidentPageSchema } from '@penstock/api/schemas';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { ask } from '../api/call.ts';
import { useSession } from '../session/me.ts';
import { ExportButton } from '../shared/export-button.tsx';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { PageTitle } from '../shared/page-title.tsx';
import { withPeriods } from '../shared/periods.ts';
import { Empty, Loading, NoRight } from '../shared/states.tsx';
import { formatDuration } from '../shared/time.ts';
import { UserName } from '../shared/user-name.tsx';
import { When } from '../shared/when.tsx';

const PAGE_ROWS = 50;

const views = [
  [undefined, 'Open'],
  ['all', 'All'],
] as const;

/** One for each quarantine event: opened with it, closed when it is resolved. */
export function IncidentsPage() {
  const { me, acting } = useSession();
  const search = useSearch({ from: '/incidents' });
  const { state = 'open' } = search;
  const isOperator = me.acting.kind === 'operator';
  const maySee = me.permissions.includes('incidents.see');
  const incidents = useInfiniteQuery({
    queryKey: ['incidents', acting, state],
    queryFn: ({ pageParam, signal }) =>
      ask(incidentPageSchema, '/incidents', {
        caller: { acting },
        query: { limit: PAGE_ROWS, cursor: pageParam, state: state === 'all' ? undefined : state },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.cursor,
    meta: { live: { topics: ['incidents'] } },
    enabled: maySee,
  });
  if (!maySee) return <NoRight page="Incidents" what="incidents" />;
  const items = incidents.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Stack gap="md" maw={1200}>
      <PageTitle title="Incidents" />
      <Group justify="space-between" align="flex-end" gap="sm">
        <div>
          <Title order={1}>Incidents</Title>
          <Text c="dimmed">Opened when messages are held, closed when that is resolved.</Text>
        </div>
        <ExportButton
          caller={{ acting }}
          path="/incidents.csv"
          query={{ state: state === 'all' ? undefined : state }}
          name="incidents"
        />
      </Group>
      <nav aria-label="Which incidents">
        <Group gap="lg" className="penstock-tabs">
          {views.map(([wanted, words]) => (
            <Link
              key={words}
              to="/incidents"
              search={(search) => ({ for: search.for, state: wanted })}
              className={wanted === search.state ? 'active' : ''}
              activeProps={{ className: '' }}
              aria-current={wanted === search.state ? 'true' : undefined}
            >
              {words}
            </Link>
          ))}
        </Group>
      </nav>
      {incidents.isPending ? <Loading what="the incidents" /> : null}
      {incidents.isError ? (
        <FailureSummary words={wordsOf(incidents.error)} onRetry={() => void incidents.refetch()} />
      ) : null}
      {incidents.isSuccess && items.length === 0 ? <None isOpenOnly={state === 'open'} /> : null}
      {items.length > 0 ? <IncidentTable items={items} isOperator={isOperator} now={incidents.dataUpdatedAt} /> : null}
      {incidents.hasNextPage ? (
        <div>
          <Button
            variant="default"
            loading={incidents.isFetchingNextPage}
            onClick={() => void incidents.fetchNextPage()}
          >
            Show older incidents
          </Button>
        </div>
      ) : null}
    </Stack>
  );
}

function None({ isOpenOnly }: { isOpenOnly: boolean }) {
  return (
    <Empty title={isOpenOnly ? 'No incident is open.' : 'There was no incident yet.'}>
      When a threshold holds messages, an incident stands here at once.
    </Empty>
  );
}

function IncidentTable(props: { items: readonly IncidentDocument[]; isOperator: boolean; now: number }) {
  const { items, isOperator, now } = props;
  return (
    <Paper withBorder className="penstock-panel">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section className="penstock-scroll-box" tabIndex={0} aria-label="Incidents, newest first">
        <Table verticalSpacing="sm" miw={680}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Incident</Table.Th>
              {isOperator ? <Table.Th scope="col">User</Table.Th> : null}
              <Table.Th scope="col">State</Table.Th>
              <Table.Th scope="col">Opened</Table.Th>
              <Table.Th scope="col">Lasts</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map((item) => (
              <IncidentRow key={item.incident} item={item} isOperator={isOperator} now={now} />
            ))}
          </Table.Tbody>
        </Table>
      </section>
    </Paper>
  );
}

function IncidentRow({ item, isOperator, now }: { item: IncidentDocument; isOperator: boolean; now: number }) {
  const { incident, event, userId, title, state, openedAt, closedAt } = item;
  const until = closedAt === undefined ? now : Date.parse(closedAt);
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400}>
        <Anchor
          display="block"
          fw={650}
          size="sm"
          renderRoot={(props) => (
            <Link
              to="/quarantine/$event"
              params={{ event }}
              search={({ for: actingFor }) => ({ for: actingFor, user: isOperator ? userId : undefined })}
              {...props}
            />
          )}
        >
          {withPeriods(title)}
        </Anchor>
        <span className="penstock-identifier">{incident}</span>
      </Table.Th>
      {isOperator ? (
        <Table.Td>
          <UserName userId={userId} />
        </Table.Td>
      ) : null}
      <Table.Td>
        <span className={`penstock-outcome penstock-health-${state === 'open' ? 'waiting' : 'well'}`}>
          {state === 'open' ? 'Open' : 'Closed'}
        </span>
      </Table.Td>
      <Table.Td>
        <When at={openedAt} />
      </Table.Td>
      <Table.Td>{formatDuration(until - Date.parse(openedAt))}</Table.Td>
    </Table.Tr>
  );
}
