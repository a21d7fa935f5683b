/** One line of a chart. */
export interface ChartSeries {
  readonly label: string;
  /** One for each instant; undefined: there is none, and the line is broken. */
  readonly values: readonly (number | undefined)[];
  /** A bound holds until the next instant, and is drawn as steps. */
  readonly shape: 'area' | 'line' | 'bound';
  /** The name of a colour of theme.ts; each of a chart has another, and lines differ by their dashes too. */
  readonly colour: ChartColour;
}
export type ChartColour = '--chart-1' | '--chart-2' | '--chart-3' | '--chart-4' | '--chart-warning' | '--chart-limit';
