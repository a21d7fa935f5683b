import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the platform's time went, from the profiles that Node writes (--cpu-prof), as text for people. */

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
}

interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const MOST_LINES = 40;

/** Self time by function and by module, in share of the time that was not idle, for each profile of the folder. */
export function summariseProfiles(folder: string): string {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.cpuprofile'))
    .map((file) => `${file}\n${summarise(JSON.parse(readFileSync(join(folder, file), 'utf8')))}`)
    .join('\n');
}

function summarise(profile: Profile): string {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const functions = new Map<string, number>();
  const modules = new Map<string, number>();
  let busy = 0;
  profile.samples.forEach((id, index) => {
    const frame = nodes.get(id)?.callFrame;
    if (frame === undefined || frame.functionName === '(idle)') return;
    const microseconds = profile.timeDeltas[index] ?? 0;
    busy += microseconds;
    const place = placeOf(frame.url);
    const line = frame.url === '' ? '' : ` ${place}:${frame.lineNumber + 1}`;
    add(functions, `${frame.functionName || '(anonymous)'}${line}`, microseconds);
    add(modules, place, microseconds);
  });
  const lines = (times: Map<string, number>): string =>
    [...times]
      .sort(([, a], [, b]) => b - a)
      .slice(0, MOST_LINES)
      .map(([name, time]) => `  ${((100 * time) / busy).toFixed(1).padStart(5)} %  ${name}`)
      .join('\n');
  return `${(busy / 1e6).toFixed(1)} s busy, by module\n${lines(modules)}\nby function\n${lines(functions)}`;
}

function add(times: Map<string, number>, name: string, microseconds: number): void {
  times.set(name, (times.get(name) ?? 0) + microseconds);
}

function placeOf(url: string): string {
  if (url === '') return '(native)';
  return url
    .replace(/^file:\/\//, '')
    .replace(/^.*\/(packages|node_modules)\//, (_all, kind) => (kind === 'packages' ? '' : 'node_modules/'));
}
