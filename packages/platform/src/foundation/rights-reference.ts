import { actors, kindsOfData, type May } from './rights.ts';

const words: Readonly<Record<May, string>> = {
  nothing: '',
  see: 'see',
  'see-with-reason': 'see, with a reason',
  change: 'see and change',
};

/** The table of docs/people.md: what each role may see and do, by kind of data. */
export function rightsTable(): string {
  const header = ['kind of data', ...actors.map((actor) => actor.replaceAll('_', ' '))];
  const rows = Object.entries(kindsOfData).map(([kind, { about, may }]) => [
    `\`${kind}\`: ${about}`,
    ...actors.map((actor) => words[may[actor]]),
  ]);
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const begin = '<!-- rights: written by scripts/write-people-reference.ts -->';
const end = '<!-- end of rights -->';

/** docs/people.md with the table as it is now. Throws when the marks between which it stands are not there. */
export function withRightsTable(text: string): string {
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error('docs/people.md has no place for the table');
  return `${before}${begin}\n\n${rightsTable()}\n\n${end}${after}`;
}
