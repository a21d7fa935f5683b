import type {
  ChangeFindings,
  ChangeTraffic,
  ChangeView,
  OccurrenceDocument,
  SavedChange,
  WholeChange,
} from '@penstock/api';

// How `penstock change` shows what the server says of changes: to people, in the time of London.

const london = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  weekday: 'short',
  day: '2-digit',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
});
export const partsOf = (instant: string) => london.format(new Date(instant)).replaceAll(',', '');

export const timesOf = ({ from, to }: OccurrenceDocument): string => `${partsOf(from)} to ${partsOf(to)}`;

/** The first time, and how many more there are. */
function firstOf([first, ...more]: readonly OccurrenceDocument[]): string {
  if (first === undefined) return 'not said';
  return more.length === 0 ? timesOf(first) : `${timesOf(first)} and ${more.length} more`;
}

export const changeHeadings = ['change', 'state', 'when', 'whose', 'what'];
export function changeCells(view: ChangeView): string[] {
  if (view.see === 'outline') {
    const what = `${view.size}, on ${view.services.join(', ') || 'no service'}`;
    return [view.change, '', firstOf(view.occurrences), view.owner, what];
  }
  const whose = view.isYours ? 'yours' : view.owner.party;
  return [view.change, view.state, firstOf(view.occurrences), whose, view.content.title];
}

const TIMES = 10;
function timeLines(occurrences: readonly OccurrenceDocument[]): string[] {
  const more = occurrences.length - TIMES;
  const lines = occurrences.slice(0, TIMES).map((one) => `  ${timesOf(one)}`);
  return more > 0 ? [...lines, `  and ${more} more times`] : lines;
}

/** What a kind says besides, by the names of its fields. */
function statementLines({ kind: _, ...statement }: WholeChange['content']['statement']): string[] {
  return Object.entries(statement).map(
    ([name, said]) => `${name}: ${typeof said === 'string' ? said : JSON.stringify(said)}`,
  );
}

export function viewLines(view: ChangeView): string[] {
  if (view.see === 'outline') {
    return [
      `A change of ${view.owner}, ${view.size}; its owner shares no more`,
      `services: ${view.services.join(', ')}`,
      'times:',
      ...timeLines(view.occurrences),
    ];
  }
  const { content } = view;
  const affected = Object.entries(content.affected).filter(([, names]) => names.length > 0);
  return [
    content.title,
    `${content.statement.kind} of ${view.owner.party}, ${view.state}, version ${view.version}, shared with ${content.sharing}`,
    ...(content.description === undefined ? [] : [content.description]),
    ...statementLines(content.statement),
    ...affected.map(([name, names]) => `${name}: ${names.join(', ')}`),
    'times:',
    ...timeLines(view.occurrences),
    ...(content.backOut === undefined ? [] : [`back-out: ${content.backOut}`]),
    ...content.contacts.map(
      ({ name, email, telephone }) =>
        `contact: ${[name, email, telephone].filter((one) => one !== undefined).join(', ')}`,
    ),
    ...view.next.map(({ to, lacks }) => `next: ${to}${lacks.length === 0 ? '' : `, when it says ${lacks.join(', ')}`}`),
  ];
}

export function findingLines({ clashes, warnings }: ChangeFindings): string[] {
  if (clashes.length + warnings.length === 0) return ['Nothing speaks against it.'];
  return [
    ...clashes.flatMap(({ words, times }) => [`clash: ${words}`, ...timeLines(times)]),
    ...warnings.map(({ words }) => `warning: ${words}`),
  ];
}

export const savedLines = ({ change, ...findings }: SavedChange): string[] => [
  `${change.change}: version ${change.version}, ${change.state}`,
  ...findingLines(findings),
];

export const trafficLines = ({ words, thresholds, windows }: ChangeTraffic): string[] => [
  words,
  ...thresholds.map(({ exceeds, isOverAll, words: told }) =>
    [exceeds === undefined ? '' : 'warning: ', isOverAll ? 'Over all Users: ' : '', told].join(''),
  ),
  ...windows.flatMap(({ counts, ...times }) => [timesOf(times), ...counts.map((one) => `  ${one.words}`)]),
];
