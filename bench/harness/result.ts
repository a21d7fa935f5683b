import type { Machine } from './machine.ts';

/** What a bench found. With --json it is one line of JSON on standard output. */
export interface BenchResult {
  readonly name: string;
  readonly figures: Readonly<Record<string, unknown>>;
  /** What must be reached, by the name of the figure. */
  readonly floor: Readonly<Record<string, string>>;
  /** Others measured in the same run. */
  readonly peers: Readonly<Record<string, unknown>>;
  /** The figure that machines may be compared by; null where the bench has none. */
  readonly ratio: number | null;
  readonly machine: Machine;
}

/** A table for people: one line a figure, objects unfolded with dots. */
export function tableOf(result: BenchResult): string {
  const rows: [string, string][] = [];
  const unfold = (name: string, value: unknown): void => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [key, inner] of Object.entries(value)) unfold(name === '' ? key : `${name}.${key}`, inner);
    } else {
      rows.push([name, Array.isArray(value) ? value.join(' .. ') : String(value)]);
    }
  };
  if (result.ratio !== null) unfold('ratio', result.ratio);
  unfold('', result.figures);
  unfold('peers', result.peers);
  unfold('floor', result.floor);
  unfold('machine', result.machine);
  const width = Math.max(...rows.map(([name]) => name.length));
  return [result.name, ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)].join('\n');
}
