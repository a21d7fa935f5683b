import { Button, Table, Text } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import type { ChartSeries } from './chart-series.ts';
import { When } from './when.tsx';

/** The drawing itself, with its library of 23 kB, comes when the first chart is shown. */
const TimePlot = lazy(() => import('./time-plot.tsx'));

export interface TimeChartProps {
  /** What it shows, in a few words. */
  readonly title: string;
  /** One sentence with what is most worth knowing, for those who do not see the drawing. */
  readonly summary: string;
  /** ISO 8601, rising. */
  readonly instants: readonly string[];
  readonly series: readonly ChartSeries[];
  /** The last instant begins a span that is still under way: its numbers grow, and are drawn apart. */
  readonly isLastUnderWay?: boolean;
}

const NOTHING = 'none';
const numberOf = (value: number | undefined) => value?.toLocaleString('en-GB') ?? NOTHING;
/** Rows of the table that are in the document at once. */
const TABLE_ROWS = 200;

/** Numbers over time: drawn, and as a table with the same numbers. The legend has the numbers at the pointer. */
export function TimeChart(props: TimeChartProps) {
  const { title, summary, instants, series, isLastUnderWay = false } = props;
  const [pointed, setPointed] = useState<number | undefined>();
  const [isTable, setTable] = useState(false);
  const index = Math.min(pointed ?? instants.length - 1, instants.length - 1);
  const at = instants[index];
  return (
    <figure className="penstock-chart">
      <figcaption className="penstock-chart-head">
        <Text fw={650} component="span">
          {title}
        </Text>
        {at === undefined ? null : (
          <Text size="sm" c="dimmed" component="span">
            {isLastUnderWay && index === instants.length - 1
              ? 'So far, since '
              : pointed === undefined
                ? 'Latest: '
                : ''}
            <When at={at} inline />
          </Text>
        )}
      </figcaption>
      <ul className="penstock-legend">
        {series.map(({ label, values, shape, colour }) => (
          <li key={label}>
            <span aria-hidden className={`penstock-key penstock-key-${shape}`} style={{ color: `var(${colour})` }} />
            {label} <b>{numberOf(values[index])}</b>
          </li>
        ))}
      </ul>
      {instants.length === 0 ? (
        <Text c="dimmed" py="xl">
          There is nothing to draw yet.
        </Text>
      ) : (
        <div role="img" aria-label={`${title}. ${summary}`} className="penstock-plot">
          <Suspense fallback={<Text c="dimmed">Drawing ...</Text>}>
            <TimePlot instants={instants} series={series} isLastUnderWay={isLastUnderWay} onPoint={setPointed} />
          </Suspense>
        </div>
      )}
      <Button variant="subtle" size="compact-sm" aria-expanded={isTable} onClick={() => setTable(!isTable)}>
        {isTable ? 'Hide the table' : 'Show as a table'}
      </Button>
      {isTable ? <NumberTable {...props} /> : null}
    </figure>
  );
}

/** Newest first, some two hundred at a time. */
function NumberTable({ title, instants, series, isLastUnderWay }: TimeChartProps) {
  const [shown, setShown] = useState(TABLE_ROWS);
  const newest = instants.map((at, index) => ({ at, index })).reverse();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className="penstock-chart-table" tabIndex={0} aria-label={`${title}, as a table`}>
      <Table stickyHeader fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Time</Table.Th>
            {series.map(({ label }) => (
              <Table.Th scope="col" key={label} ta="right">
                {label}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {newest.slice(0, shown).map(({ at, index }) => (
            <Table.Tr key={at}>
              <Table.Th scope="row" fw={400}>
                <When at={at} />
                {isLastUnderWay && index === instants.length - 1 ? ' so far' : ''}
              </Table.Th>
              {series.map(({ label, values }) => (
                <Table.Td key={label} ta="right">
                  {numberOf(values[index])}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {shown < instants.length ? (
        <Button variant="default" size="compact-sm" m="xs" onClick={() => setShown(shown + TABLE_ROWS)}>
          Show older
        </Button>
      ) : null}
    </section>
  );
}
