import { type Clash, ClashIndex } from '@penstock/platform/changes';
import { describeMachine } from '../harness/machine.ts';
import type { BenchOptions } from '../harness/options.ts';
import { say } from '../harness/progress.ts';
import type { BenchResult } from '../harness/result.ts';
import { latencies, median, rounded } from '../harness/statistics.ts';
import { comparePairs } from './all-pairs.ts';
import { makeChanges, makeRules } from './make.ts';
import { drawMonth } from './month.ts';

/**
 * All clashes among the changes of a year, from the changes as they are read to the whole list with reasons and times, and what
 * one save costs in an index that is there: the change is put in, and all of its own clashes are found. Beside it each change
 * is compared with each other, in the same run, and must find the same pairs. And a month of them, drawn in the browser.
 */

const FULL = { changes: 10_000, runs: 15, saves: 1_000, pairRuns: 3, month: 1_000, draws: 9 };
const QUICK = { changes: 500, runs: 3, saves: 50, pairRuns: 1, month: 100, draws: 2 };

const isPair = (clash: Clash) => clash.kind === 'change';

export async function changes(options: BenchOptions): Promise<BenchResult> {
  const plan = options.quick ? QUICK : FULL;
  const [made, rules] = [makeChanges(plan.changes), makeRules()];
  const allTimes: number[] = [];
  // of this process, which others do not lengthen
  const allCpuTimes: number[] = [];
  let found: Clash[] = [];
  // the first runs compile what the others run
  for (let run = -3; run < plan.runs; run++) {
    const [started, cpu] = [performance.now(), process.cpuUsage()];
    found = new ClashIndex(rules, made).all();
    if (run < 0) continue;
    allTimes.push(performance.now() - started);
    const { user, system } = process.cpuUsage(cpu);
    allCpuTimes.push((user + system) / 1_000);
  }
  say(`${found.length} clashes in ${rounded(median(allTimes))} ms`);

  const index = new ClashIndex(rules, made);
  const saves = new Float64Array(plan.saves);
  for (let save = 0; save < plan.saves; save++) {
    const one = made[(save * 7919) % made.length];
    if (one === undefined) continue;
    const later = { ...one, spans: one.spans.map(({ from, to }) => ({ from: from + 3_600_000, to: to + 3_600_000 })) };
    const started = performance.now();
    index.put(later);
    index.of(later);
    saves[save] = performance.now() - started;
    index.put(one);
  }
  const save = latencies(saves);

  const pairTimes: number[] = [];
  let pairs: string[] = [];
  for (let run = 0; run < plan.pairRuns; run++) {
    const started = performance.now();
    pairs = comparePairs(made, rules);
    pairTimes.push(performance.now() - started);
    say(`all pairs: ${pairs.length} clash, in ${rounded(pairTimes.at(-1) ?? 0)} ms`);
  }
  const ours = found.flatMap((clash) => (clash.kind === 'change' ? [clash.changes.join(' ')] : [])).sort();
  if (ours.join() !== pairs.sort().join())
    throw new Error(`the index found ${ours.length} pairs, all pairs ${pairs.length}`);
  const allClashesMs = median(allTimes);
  const month = await drawMonth(plan.month, plan.draws);
  say(
    'drawnMs' in month
      ? `a month of ${month.shown} drawn in ${rounded(month.drawnMs)} ms`
      : `no month is drawn: ${month.skipped}`,
  );
  return {
    name: 'changes',
    figures: {
      changes: made.length,
      windows: made.reduce((sum, { spans }) => sum + spans.length, 0),
      clashes: { pairs: found.filter(isPair).length, others: found.length - found.filter(isPair).length },
      allClashesMs: rounded(allClashesMs),
      allClashesCpuMs: rounded(median(allCpuTimes)),
      allClashesMostMs: rounded(Math.max(...allTimes)),
      saveMs: rounded(save.p99),
      save: { p50: rounded(save.p50), most: rounded(save.most) },
      monthDrawnMs: 'drawnMs' in month ? rounded(month.drawnMs) : 'not measured',
      month:
        'drawnMs' in month
          ? { changes: month.shown, most: rounded(month.drawnMostMs), answersBeforeMs: rounded(month.answeredMs) }
          : month.skipped,
    },
    floor: { allClashesMs: '< 200', saveMs: '< 10', monthDrawnMs: '< 200' },
    peers: { 'all pairs': { pairsOnlyMs: rounded(median(pairTimes)) } },
    ratio: rounded(median(pairTimes) / allClashesMs),
    machine: describeMachine(new Date()),
  };
}
