// What was known when, in the two scenes of a rehearsal, one beside the other. Pure.
import { rehearsalSteps, type RehearsalScene as Scene } from '@penstock/api';

export type Step = (typeof rehearsalSteps)[number];
type Times = Scene['others']['before'];

export interface Moment {
  readonly step: Step;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly words: string;
}

export function timesOf(times: readonly number[]): Times {
  const ordered = times.toSorted((one, other) => one - other);
  return { count: ordered.length, median: ordered[ordered.length >> 1] ?? 0, most: ordered.at(-1) ?? 0 };
}

/** The moments of a scene, by seconds from the one at which the route is blocked, in the order of their steps. */
export function momentsOf(moments: readonly Moment[]): Scene['moments'] {
  const blocked = moments.find(({ step }) => step === 'blocked');
  return rehearsalSteps.flatMap((each) =>
    moments
      .filter(({ step }) => step === each)
      .map(({ step, at, words }) => ({ step, words, seconds: Math.round((at - (blocked?.at ?? at)) / 1_000) })),
  );
}

/** Words in lines of this width. */
function wrap(words: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

const COLUMN = 60;

const cellOf = (scene: Scene, step: Step): string[] =>
  scene.moments
    .filter((moment) => moment.step === step)
    .flatMap(({ seconds, words }) => {
      const at = `${seconds < 0 ? '' : '+'}${seconds} s`;
      return wrap(words, COLUMN - 8).map((line, index) => `${(index === 0 ? at : '').padEnd(8)}${line}`);
    });

const titleOf = ({ isAnnounced }: Scene) => (isAnnounced ? 'The change was announced' : 'Nobody was told of it');
const inMs = (milliseconds: number) => `${milliseconds.toFixed(0)} ms`;
const othersOf = ({ count, median, most }: Times) =>
  count === 0 ? 'no messages' : `${inMs(median)} (median), ${inMs(most)} at most, of ${count} messages`;

/** The scenes as columns, and below them what the others felt. */
export function sideBySide(scenes: readonly Scene[]): string[] {
  const row = (cells: readonly string[][]): string[] =>
    Array.from({ length: Math.max(0, ...cells.map((cell) => cell.length)) }, (_, index) =>
      cells
        .map((cell) => (cell[index] ?? '').padEnd(COLUMN))
        .join('  ')
        .trimEnd(),
    );
  return [
    ...row(scenes.map((scene) => [titleOf(scene), '-'.repeat(COLUMN)])),
    ...rehearsalSteps.flatMap((step) => row(scenes.map((scene) => cellOf(scene, step)))),
    '',
    'What other Users felt: from a message being recorded to its User having it',
    ...row(
      scenes.map(({ others }) => [
        `before   ${othersOf(others.before)}`,
        `filling  ${othersOf(others.filling)}`,
        `waiting  ${othersOf(others.waiting)}`,
      ]),
    ),
  ];
}
