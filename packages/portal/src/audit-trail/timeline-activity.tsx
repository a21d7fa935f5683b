import { Anchor, Paper, Text } from '@mantine/core';
import type { TimelineActivity } from '@penstock/api/schemas';
import { Link } from '@tanstack/react-router';
import type { ChartSeries } from '../shared/chart-series.ts';
import { formatInstant } from '../shared/time.ts';
import { TimeChart } from '../shared/time-chart.tsx';
import { useZone } from '../shared/when.tsx';
import { type Unusual, unusualOf } from './timeline-rows.ts';

/** Of what was unusual so many are told in words; the drawing and its table have all. */
const MOST_TOLD = 4;
const HOUR = 3_600_000;

/** How much there was, beside what the device usually has. */
export function Activity({ activity, isUnderWay }: { activity: TimelineActivity; isUnderWay: boolean }) {
  const { step, items } = activity;
  const unusual = unusualOf(activity);
  const words = useUnusualWords(step);
  const hasUsual = items.some(({ messages, alerts }) => messages.usual !== undefined || alerts.usual !== undefined);
  const series: ChartSeries[] = [
    { label: 'Messages', values: items.map((one) => one.messages.count), shape: 'area', colour: '--chart-1' },
    { label: 'Usual messages', values: items.map((one) => one.messages.usual), shape: 'bound', colour: '--chart-3' },
    { label: 'Alerts', values: items.map((one) => one.alerts.count), shape: 'line', colour: '--chart-limit' },
    { label: 'Usual alerts', values: items.map((one) => one.alerts.usual), shape: 'bound', colour: '--chart-warning' },
  ];
  const shown = series.filter(({ values }) => values.some((value) => value !== undefined));
  const [first] = unusual;
  const summary = first === undefined ? 'Nothing far from usual.' : words(first);
  return (
    <Paper withBorder p="md" className="penstock-panel">
      <TimeChart
        title={step === 'day' ? 'Activity, each day (UTC)' : 'Activity, each hour'}
        summary={summary}
        instants={items.map(({ from }) => from)}
        series={shown}
        isLastUnderWay={isUnderWay}
      />
      {unusual.length === 0 ? null : (
        <ul className="penstock-unusual">
          {unusual.slice(0, MOST_TOLD).map((one) => (
            <li key={`${one.from} ${one.what}`}>
              <Text size="sm" span>
                {words(one)}{' '}
                <Anchor
                  size="sm"
                  renderRoot={(props) => (
                    <Link
                      to="."
                      search={({ for: acting, user }: { for?: string | undefined; user?: string | undefined }) => ({
                        for: acting,
                        user,
                        tab: 'timeline' as const,
                        from: one.from,
                        to: new Date(Date.parse(one.from) + (step === 'day' ? 24 : 1) * HOUR).toISOString(),
                      })}
                      {...props}
                    />
                  )}
                >
                  Show {step === 'day' ? 'that day' : 'that hour'}
                </Anchor>
              </Text>
            </li>
          ))}
        </ul>
      )}
      <Text size="sm" c="dimmed">
        {hasUsual
          ? `Usual is the middle of the 28 days before${step === 'hour' ? ', at the same hour' : ''}.`
          : 'Too little is known of the days before to say what is usual.'}
        {unusual.length > MOST_TOLD ? ` ${unusual.length - MOST_TOLD} more were far from usual.` : ''}
      </Text>
    </Paper>
  );
}

function useUnusualWords(step: TimelineActivity['step']) {
  const [zone] = useZone();
  return ({ from, what, count, usual }: Unusual): string => {
    const { day, time } = formatInstant(from, step === 'day' ? 'UTC' : zone);
    const when = step === 'day' ? day : `${day} from ${time.slice(0, 5)}`;
    const known =
      usual === undefined ? '' : `, where ${usual === 0 ? 'none is' : `${usual} ${usual === 1 ? 'is' : 'are'}`} usual`;
    return `${count.toLocaleString('en-GB')} ${what} on ${when}${known}.`;
  };
}
