/** The platform's own counters, from /metrics. */

/** Values by name with labels, as written: 'penstock_gateway_stage_seconds_total{stage="read"}'. */
export type Metrics = ReadonlyMap<string, number>;

/** Reads the text format of Prometheus. */
export function parseMetrics(text: string): Metrics {
  const metrics = new Map<string, number>();
  for (const line of text.split('\n')) {
    const at = line.lastIndexOf(' ');
    if (at > 0 && !line.startsWith('#')) metrics.set(line.slice(0, at), Number(line.slice(at + 1)));
  }
  return metrics;
}

/** @param origin of the platform's HTTP port, e.g. 'http://127.0.0.1:8080' */
export async function readMetrics(origin: string): Promise<Metrics> {
  const answer = await fetch(`${origin}/metrics`);
  if (!answer.ok) throw new Error(`/metrics answered ${answer.status}`);
  return parseMetrics(await answer.text());
}

/** How much each counter whose name begins so has grown, by its one label's value. */
export function growth(before: Metrics, after: Metrics, name: string): Record<string, number> {
  const grown: Record<string, number> = {};
  for (const [key, value] of after) {
    if (key !== name && !key.startsWith(`${name}{`)) continue;
    const label = /="([^"]*)"\}$/.exec(key)?.[1] ?? 'all';
    grown[label] = value - (before.get(key) ?? 0);
  }
  return grown;
}

export interface StageTimes {
  /** Microseconds a message from the begin of each stage to its end; authorise and record are waiting, mostly. */
  readonly stages: Readonly<Record<string, number>>;
  /** Messages in a group commit, and milliseconds of one, on average. */
  readonly commit: { readonly messages: number; readonly milliseconds: number };
}

/** The platform's stage times between two readings. */
export function stageTimes(before: Metrics, after: Metrics): StageTimes {
  const grown = (name: string): number => growth(before, after, name).all ?? Number.NaN;
  const messages = grown('penstock_commit_messages_total');
  const batches = grown('penstock_commit_batches_total');
  const stages = growth(before, after, 'penstock_gateway_stage_seconds_total');
  return {
    stages: Object.fromEntries(
      Object.entries(stages).map(([stage, seconds]) => [stage, Math.round((seconds * 1e6) / messages)]),
    ),
    commit: {
      messages: Math.round((10 * messages) / batches) / 10,
      milliseconds: Math.round((1e5 * grown('penstock_commit_seconds_total')) / batches) / 100,
    },
  };
}
