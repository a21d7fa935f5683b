import { readdirSync, readFileSync } from 'node:fs';

/**
 * CPU time of process trees, from /proc: who used how much of the machine for a message.
 * In ticks of 10 ms, so it tells something about phases of seconds.
 */

/** Linux has 100 ticks a second in /proc on every machine that Node runs on. */
const MILLISECONDS_A_TICK = 10;

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Own time and that of children that have ended. */
  readonly milliseconds: number;
}

function readProcess(pid: number): Process | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined; // it has ended meanwhile, and its parent has its time now
  }
  // the name, in parentheses, may hold anything: fields are counted after it
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { pid, parent: Number(fields[1]), milliseconds: ticks * MILLISECONDS_A_TICK };
}

/** Every process below and with `root`, without those below and with a pid of `apart`. */
export function processTree(root: number, apart: readonly number[] = []): number[] {
  return tree(root, apart).map(({ pid }) => pid);
}

function tree(root: number, apart: readonly number[]): Process[] {
  const all = readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .flatMap((name) => readProcess(Number(name)) ?? []);
  const found: Process[] = [];
  const visit = (pid: number): void => {
    const one = all.find((each) => each.pid === pid);
    if (one === undefined || apart.includes(pid)) return;
    found.push(one);
    for (const child of all) if (child.parent === pid) visit(child.pid);
  };
  visit(root);
  return found;
}

/** What the threads of a Node process do, by their names; those that are not listed are its main threads. */
const threadKinds: Readonly<Record<string, string>> = {
  'libuv-worker': 'thread pool',
  V8Worker: 'garbage collection and compiling',
};

/** CPU milliseconds of each part so far. */
export type CpuTimes = Readonly<Record<string, number>>;

/** @param roots the first process of each part; a part that is started by another counts by itself only */
export function cpuTimes(roots: Readonly<Record<string, number>>): CpuTimes {
  const pids = Object.values(roots);
  const times: Record<string, number> = {};
  for (const [part, root] of Object.entries(roots)) {
    const apart = pids.filter((pid) => pid !== root);
    times[part] = tree(root, apart).reduce((sum, one) => sum + one.milliseconds, 0);
  }
  return times;
}

/** CPU milliseconds so far of the threads of a tree of Node processes, by what they do. */
export function threadTimes(root: number, apart: readonly number[]): CpuTimes {
  const times: Record<string, number> = {};
  for (const pid of processTree(root, apart)) {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
      const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
      const kind = threadKinds[name] ?? 'main thread';
      times[kind] = (times[kind] ?? 0) + ownTicks(stat) * MILLISECONDS_A_TICK;
    }
  }
  return times;
}

function ownTicks(stat: string): number {
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return Number(user) + Number(system);
}

/** Milliseconds that all cores were busy so far, whoever used them (and stolen from a virtual machine). */
export function machineBusy(): number {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line.split(/\s+/).slice(1).map(Number);
  return (user + nice + system + irq + softirq + steal) * MILLISECONDS_A_TICK;
}

/** Microseconds of CPU a message for each part, and in all, between two readings. */
export function cpuPerMessage(before: CpuTimes, after: CpuTimes, messages: number): Record<string, number> {
  const parts = Object.entries(after).map(([part, at]) => [part, at - (before[part] ?? 0)] as const);
  const all = parts.reduce((sum, [, milliseconds]) => sum + milliseconds, 0);
  return Object.fromEntries(
    [...parts, ['all', all] as const].map(([part, milliseconds]) => [
      part,
      Math.round((milliseconds * 1000) / Math.max(1, messages)),
    ]),
  );
}
