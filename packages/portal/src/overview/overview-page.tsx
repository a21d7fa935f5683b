import { Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { overviewSchema, type TrafficDocument, trafficSchema } from '@penstock/api/schemas';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { Link, type LinkProps } from '@tanstack/react-router';
import { ask, type Caller } from '../api/call.ts';
import { useSession } from '../session/me.ts';
import type { ChartSeries } from '../shared/chart-series.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { PageTitle } from '../shared/page-title.tsx';
import { Loading, NoRight } from '../shared/states.tsx';
import { TimeChart } from '../shared/time-chart.tsx';
import { When } from '../shared/when.tsx';
import { ChangesPanel } from './changes-panel.tsx';
import { healthWords, type Need, needsOf } from './needs.ts';
import { sinceFirst } from './traffic.ts';

const overviewQuery = (caller: Caller) =>
  queryOptions({
    queryKey: ['overview', caller],
    queryFn: ({ signal }) => ask(overviewSchema, '/overview', { caller, signal }),
    meta: {
      live: {
        topics: ['quarantine', 'streams', 'incidents', 'releases', 'submissions', 'questions', 'directory', 'people'],
      },
    },
  });

/** Traffic is counted up every twenty seconds. */
const TRAFFIC_AGAIN_MILLISECONDS = 20_000;
const trafficQuery = (caller: Caller) =>
  queryOptions({
    queryKey: ['traffic', caller],
    queryFn: ({ signal }) => ask(trafficSchema, '/traffic', { caller, signal }),
    refetchInterval: TRAFFIC_AGAIN_MILLISECONDS,
  });

/** The page after signing in: is all well, what needs me now, and how much traffic there was. */
export function OverviewPage() {
  const { me, acting } = useSession();
  const maySee = me.permissions.includes('streams.see');
  const overview = useQuery({ ...overviewQuery({ acting }), enabled: maySee });
  const traffic = useQuery({ ...trafficQuery({ acting }), enabled: maySee });
  if (!maySee) return <NoRight page="Overview" what="the service as a whole" />;
  const needs =
    overview.data === undefined
      ? []
      : needsOf(overview.data, {
          isOperator: me.acting.kind === 'operator',
          mayAnswer: me.permissions.includes('questions.change'),
        });
  return (
    <Stack gap="lg" maw={1200}>
      <PageTitle title="Overview" />
      <div>
        <Title order={1}>Overview</Title>
        <Text c="dimmed">
          {me.acting.kind === 'operator' ? 'The service of all Users, as it stands.' : 'Your service, as it stands.'}
        </Text>
      </div>
      {overview.isError ? (
        <FailureSummary words={wordsOf(overview.error)} onRetry={() => void overview.refetch()} />
      ) : null}
      {overview.isPending ? <Loading what="what needs somebody" /> : null}
      {overview.data === undefined ? null : (
        <section aria-labelledby="needs">
          <Group justify="space-between" align="baseline" gap="sm" mb="sm">
            <Title order={2} id="needs" size="h3">
              {healthWords(needs)}
            </Title>
            <Text size="sm" c="dimmed">
              As of <When at={overview.data.asOf} inline />
            </Text>
          </Group>
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 4 }} spacing="md">
            {needs.map((need) => (
              <NeedCard key={need.key} need={need} />
            ))}
          </SimpleGrid>
        </section>
      )}
      {me.permissions.includes('changes.see') ? <ChangesPanel /> : null}
      <Paper withBorder p="md" className="penstock-panel">
        {traffic.isError ? (
          <FailureSummary words={wordsOf(traffic.error)} onRetry={() => void traffic.refetch()} />
        ) : null}
        {traffic.isPending ? <Loading what="the traffic" /> : null}
        {traffic.data === undefined ? null : <Traffic traffic={traffic.data} />}
      </Paper>
    </Stack>
  );
}

/** Where each leads. */
const ways: Readonly<Record<Need['key'], LinkProps['to']>> = {
  quarantine: '/quarantine',
  streams: '/streams',
  incidents: '/incidents',
  'late-incidents': '/incidents',
  releases: '/submissions',
  approvals: '/submissions',
  'approvals-of-others': '/submissions',
  'stopped-files': '/submissions',
  questions: '/questions',
  certificates: '/certificates',
  'access-approvals': '/people',
  'access-given': '/people',
};

/** What of it is shown there: what the card counted. */
const conditions: Readonly<Partial<Record<Need['key'], Readonly<Record<string, string>>>>> = {
  streams: { needs: 'somebody' },
  'late-incidents': { missed: 'true' },
  approvals: { list: 'mine' },
  'approvals-of-others': { list: 'others' },
  'stopped-files': { list: 'stopped' },
  'access-approvals': { tab: 'approvals' },
  'access-given': { tab: 'activity' },
};

function NeedCard({ need }: { need: Need }) {
  const { key, name, state, title, words } = need;
  return (
    <Paper
      withBorder
      p="md"
      className="penstock-panel penstock-choice"
      renderRoot={(props) => (
        <Link
          to={ways[key]}
          search={(search) => ({ for: search.for, ...(state === 'well' ? {} : conditions[key]) })}
          {...props}
        />
      )}
    >
      <Text size="sm" c="dimmed">
        {name}
      </Text>
      <Text fw={650} size="lg" className={`penstock-outcome penstock-health-${state}`}>
        {title}
      </Text>
      <Text size="sm" mt={4}>
        {words}
      </Text>
    </Paper>
  );
}

function seriesOf({ counts }: TrafficDocument): ChartSeries[] {
  const of = (kind: keyof typeof counts) => counts[kind] ?? [];
  return [
    { label: 'Requests', values: of('requests'), shape: 'area', colour: '--chart-1' },
    { label: 'Responses', values: of('responses'), shape: 'line', colour: '--chart-3' },
    { label: 'Alerts', values: of('alerts'), shape: 'line', colour: '--chart-4' },
    { label: 'Held', values: of('held'), shape: 'line', colour: '--chart-2' },
    { label: 'Refused', values: of('refused'), shape: 'line', colour: '--chart-limit' },
  ];
}

function Traffic({ traffic: whole }: { traffic: TrafficDocument }) {
  const traffic = sinceFirst(whole);
  const series = seriesOf(traffic);
  const totals = series.map(({ label, values }) => {
    const total = values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
    return `${label} ${total.toLocaleString('en-GB')}`;
  });
  return (
    <TimeChart
      title="Messages of the last 24 hours, each five minutes"
      summary={`${totals.join(', ')}.`}
      instants={traffic.instants}
      series={series}
      isLastUnderWay
    />
  );
}
