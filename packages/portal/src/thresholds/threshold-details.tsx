import { Group, Stack, Text, Title } from '@mantine/core';
import type { ThresholdDocument, ThresholdUsageDocument } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useSession } from '../session/me.ts';
import type { ChartSeries } from '../shared/chart-series.ts';
import { ExportButton } from '../shared/export-button.tsx';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { Loading } from '../shared/states.tsx';
import { TimeChart } from '../shared/time-chart.tsx';
import { Contributors } from './contributors.tsx';
import { usageQuery } from './queries.ts';
import { VersionHistory } from './version-history.tsx';
import { count } from './words.ts';

/** The course of one threshold, who made up its count, and how it came to its numbers. */
export function ThresholdDetails(props: { threshold: ThresholdDocument; user: string | undefined; now: number }) {
  const { threshold, user, now } = props;
  const { me, acting } = useSession();
  const caller = { acting };
  const looks = useQuery(usageQuery(caller, threshold.thresholdId));
  const isShared = threshold.userId === undefined;
  return (
    <Stack gap="lg" mt="md">
      {looks.isPending ? <Loading what="its course" /> : null}
      {looks.isError ? <FailureSummary words={wordsOf(looks.error)} onRetry={() => void looks.refetch()} /> : null}
      {looks.data === undefined ? null : <Course looks={looks.data} usage={threshold.usage} now={now} />}
      {isShared && me.permissions.includes('contributors.see') ? (
        <Contributors thresholdId={threshold.thresholdId} />
      ) : null}
      <section aria-label="History">
        <Group justify="space-between" mb="xs">
          <Title order={3} size="h5">
            History
          </Title>
          <ExportButton
            caller={caller}
            path={`/thresholds/${threshold.thresholdId}/versions.csv`}
            query={{ userId: user }}
            name={`threshold-${threshold.thresholdId}`}
            words="Export its history"
          />
        </Group>
        <VersionHistory versions={threshold.versions} caller={caller} user={user} />
      </section>
    </Stack>
  );
}

function Course(props: { looks: ThresholdUsageDocument; usage: ThresholdDocument['usage']; now: number }) {
  const { looks, usage, now } = props;
  const { instants, series, most } = useMemo(() => courseOf(looks, usage, now), [looks, usage, now]);
  const summary =
    most === undefined
      ? 'Nothing was counted yet.'
      : `At most ${count(most)} were counted in a window that ended in this time.`;
  return (
    <div>
      <TimeChart title="In the period that ended then" summary={summary} instants={instants} series={series} />
      <Text size="xs" c="dimmed">
        Looked at every {looks.stepSeconds / 60 === 1 ? 'minute' : `${looks.stepSeconds / 60} minutes`}; between two
        looks there may have been more.
      </Text>
    </div>
  );
}

/** What was looked at, and how it stands now. */
function courseOf({ looks }: ThresholdUsageDocument, usage: ThresholdDocument['usage'], now: number) {
  const all = usage === undefined ? looks : [...looks, { at: new Date(now).toISOString(), ...usage }];
  const sorted = all.toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at));
  const series: ChartSeries[] = [
    { label: 'Counted', shape: 'area', colour: '--chart-1', values: sorted.map((look) => look.count) },
    { label: 'Warning', shape: 'bound', colour: '--chart-warning', values: sorted.map((look) => look.warning) },
    { label: 'Quarantine', shape: 'bound', colour: '--chart-limit', values: sorted.map((look) => look.quarantine) },
  ];
  return {
    instants: sorted.map(({ at }) => at),
    series: series.filter(({ values }) => values.some((value) => value !== undefined)),
    most: sorted.length === 0 ? undefined : Math.max(...sorted.map((look) => look.count)),
  };
}
