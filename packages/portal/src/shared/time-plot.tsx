import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import type { ChartSeries } from './chart-series.ts';
import type { Zone } from './time.ts';
import { axisLabels } from './time-axis.ts';
import { useZone } from './when.tsx';

const HEIGHT_PIXELS = 240;
const LABEL_GAP_PIXELS = 86;
/** Room above the highest value, so that it does not touch the edge. */
const HEADROOM = 1.08;

/** Loaded by time-chart.tsx, which says around it what is drawn. */
export default function TimePlot(props: {
  instants: readonly string[];
  series: readonly ChartSeries[];
  isLastUnderWay: boolean;
  /** The index of the instant at the pointer; undefined when it left. */
  onPoint: (index: number | undefined) => void;
}) {
  const { instants, series, isLastUnderWay, onPoint } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(undefined);
  const [zone] = useZone();
  // a canvas has no variables: it is drawn anew in the colours of the other scheme
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  const data = dataOf(instants, series, isLastUnderWay);
  const latest = useRef(data);
  latest.current = data;
  const shapes = JSON.stringify(series.map(({ label, shape, colour }) => ({ label, shape, colour })));

  useEffect(() => {
    const host = box.current;
    if (host === null || scheme === undefined) return;
    const colours = getComputedStyle(host);
    const made = new UPlot(
      {
        width: host.clientWidth,
        height: HEIGHT_PIXELS,
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 } },
        tzDate: (seconds) => UPlot.tzDate(new Date(seconds * 1_000), zone),
        scales: { y: { range: (_plot, _least, most) => [0, Math.max(1, most * HEADROOM)] } },
        axes: axesOf(colours, zone),
        series: [
          {},
          ...(JSON.parse(shapes) as Shape[]).flatMap((shape) => [
            seriesOf(shape, colours),
            ...(isLastUnderWay ? [pointOf(shape, colours)] : []),
          ]),
        ],
        hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? undefined)] },
      },
      latest.current,
      host,
    );
    plot.current = made;
    const sizes = new ResizeObserver(() => made.setSize({ width: host.clientWidth, height: HEIGHT_PIXELS }));
    sizes.observe(host);
    return () => {
      sizes.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [zone, scheme, shapes, isLastUnderWay, onPoint]);

  useEffect(() => {
    plot.current?.setData(dataOf(instants, series, isLastUnderWay));
  }, [instants, series, isLastUnderWay]);

  return <div ref={box} />;
}

type Shape = Pick<ChartSeries, 'label' | 'shape' | 'colour'>;

/** The numbers of a span under way are a series of their own beside each: a line to them would fall where nothing fell. */
function dataOf(
  instants: readonly string[],
  series: readonly ChartSeries[],
  isLastUnderWay: boolean,
): UPlot.AlignedData {
  const last = instants.length - 1;
  return [
    instants.map((at) => Date.parse(at) / 1_000),
    ...series.flatMap(({ values }) => {
      const numbers = instants.map((_, index) => values[index] ?? null);
      if (!isLastUnderWay) return [numbers];
      return [numbers.with(last, null), numbers.map((number, index) => (index === last ? number : null))];
    }),
  ];
}

/** An open point. */
function pointOf({ label, colour }: Shape, colours: CSSStyleDeclaration): UPlot.Series {
  const stroke = colours.getPropertyValue(colour);
  return {
    label,
    stroke,
    points: { show: true, size: 9, width: 2, fill: colours.getPropertyValue('--penstock-panel') },
  };
}

function seriesOf({ label, shape, colour }: Shape, colours: CSSStyleDeclaration): UPlot.Series {
  const stroke = colours.getPropertyValue(colour);
  const steps = shape === 'bound' ? UPlot.paths.stepped?.({ align: 1 }) : undefined;
  return {
    label,
    stroke,
    width: 2,
    points: { show: false },
    ...(shape === 'area' ? { fill: `color-mix(in srgb, ${stroke} 16%, transparent)` } : {}),
    ...(shape === 'bound' ? { dash: colour === '--chart-warning' ? [4, 4] : [12, 5] } : {}),
    ...(steps === undefined ? {} : { paths: steps }),
  };
}

function axesOf(colours: CSSStyleDeclaration, zone: Zone): UPlot.Axis[] {
  const line = { stroke: colours.getPropertyValue('--penstock-line'), width: 1 };
  const shared = {
    stroke: colours.getPropertyValue('--mantine-color-dimmed'),
    font: `12px ${colours.fontFamily}`,
    grid: line,
    ticks: { ...line, size: 5 },
  };
  return [
    {
      ...shared,
      space: LABEL_GAP_PIXELS,
      size: 46,
      values: (_plot, instants, _axis, _space, step) => axisLabels(instants, step, zone),
    },
    {
      ...shared,
      // wide enough for the longest number: some 7 pixels a digit, and the tick
      size: (_plot, values) => 20 + 7.2 * Math.max(1, ...(values ?? []).map((value) => value.length)),
      values: (_plot, numbers) =>
        numbers.map((number) => (Number.isInteger(number) ? number.toLocaleString('en-GB') : '')),
    },
  ];
}
