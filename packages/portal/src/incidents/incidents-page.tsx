import { Anchor, Group, Stack, Text, Title } from '@mantine/core';
import { type IncidentDocument, incidentPageSchema } from '@penstock/api/schemas';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { ask } from '../api/call.ts';
import { useSession } from '../session/me.ts';
import { EntryTable, type Loaded } from '../shared/entry-table.tsx';
import { ExportButton } from '../shared/export-button.tsx';
import { ListFailure } from '../shared/more-rows.tsx';
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
  const isEmpty = incidents.data?.pages.every((page) => page.items.length === 0) ?? false;
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
      <ListFailure list={incidents} />
      {isEmpty ? <None isOpenOnly={state === 'open'} /> : null}
      {incidents.data !== undefined && !isEmpty ? (
        <IncidentTable
          list={{ ...incidents, data: incidents.data }}
          isOperator={isOperator}
          now={incidents.dataUpdatedAt}
        />
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

function IncidentTable(props: { list: Loaded<IncidentDocument>; isOperator: boolean; now: number }) {
  const { list, isOperator, now } = props;
  return (
    <EntryTable
      list={list}
      label="Incidents"
      columns={[['Incident', 2.2], ...(isOperator ? [['User', 1.3] as const] : []), 'State', ['Opened', 1.2], 'Lasts']}
      keyOf={({ incident }) => incident}
    >
      {({ incident, event, userId, title, state, openedAt, closedAt }) => [
        <div key="incident">
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
        </div>,
        ...(isOperator ? [<UserName key="user" userId={userId} />] : []),
        <span key="state" className={`penstock-outcome penstock-health-${state === 'open' ? 'waiting' : 'well'}`}>
          {state === 'open' ? 'Open' : 'Closed'}
        </span>,
        <When key="opened" at={openedAt} />,
        formatDuration((closedAt === undefined ? now : Date.parse(closedAt)) - Date.parse(openedAt)),
      ]}
    </EntryTable>
  );
}
