// What a title says, in words. Pure.
import type { CauseDocument, TitleDocument, TitleSwitchDocument, TitleSwitchName } from '@penstock/api/schemas';
import { responsibilityWords } from '../devices/responsible.ts';

type Role = NonNullable<TitleDocument['sender']['role']>;

export const roleWords: Readonly<Record<Role, string>> = {
  IS: 'An electricity import supplier',
  ES: 'An electricity export supplier',
  GS: 'A gas supplier',
  ED: 'An electricity distributor',
  GT: 'A gas transporter',
  RSA: 'A registered supplier agent',
  OU: 'Another User',
  COS: 'The Operator, for a change of supplier',
  OPERATOR: 'The Operator',
};

/** Who sent the request, to the reader or to somebody of the Operator who looks as a User. */
export function senderWords({ isYou, party, role }: TitleDocument['sender'], isOperator: boolean): string {
  if (isYou) return isOperator ? 'This User' : 'You';
  if (party !== undefined) return party;
  return role === undefined ? 'Somebody whose role is not known' : roleWords[role];
}

/** The role, where the Party stands before it. */
export function roleBesideParty({ isYou, party, role }: TitleDocument['sender']): string | undefined {
  return isYou || party === undefined || role === undefined ? undefined : roleWords[role].toLowerCase();
}

/** Why a title is shown, and the date that belongs to it, where it is known. */
export function whyWords({ basis, role, since }: TitleDocument['why'], isOperator: boolean) {
  const [was, became, network] = isOperator
    ? ['The User was', 'it became', 'the User’s network']
    : ['You were', 'you became', 'your network'];
  const isNetwork = role === 'ED' || role === 'GT';
  const words = {
    responsible: `${was} its ${responsibilityWords[role]} then`,
    history: isNetwork ? `From before it was on ${network}` : `From before ${became} its ${responsibilityWords[role]}`,
    network_operator: `It was on ${network} then`,
  };
  return { words: words[basis], dated: basis === 'history' ? 'on' : 'since', date: since };
}

/** What was asked for besides the device: 'export srv=4.1.1' of the platform, as a person reads it. */
export function askedWords(what: string): string {
  if (what.startsWith('file of export')) return 'A file that was made before';
  if (what === 'erratic devices') return 'Erratic devices';
  if (what === 'export erratic devices') return 'Erratic devices, as a file';
  const [first, ...rest] = what.split(' ');
  if (first === 'question') return 'A title that a question is about';
  if (first === 'timeline') return `The timeline: ${rest.join(' ').replace(' to=', ', to=')}`;
  if (first === 'causes') return `What may have caused the alert ${rest.at(-1)}`;
  const conditions = (first === 'export' ? rest : [first, ...rest]).filter(Boolean).join(', ');
  if (first === 'export') return conditions === '' ? 'All of it as a file' : `As a file: ${conditions}`;
  return conditions === '' ? 'The newest' : conditions;
}

interface SwitchWords {
  readonly title: string;
  readonly about: string;
  readonly values: Readonly<Record<string, { readonly name: string; readonly means: string }>>;
}

export const switchWords: Readonly<Record<TitleSwitchName, SwitchWords>> = {
  sender: {
    title: 'Who sent a request',
    about: 'What a title says of the sender. A title of a time at which the Party was not shown never shows it.',
    values: {
      role: { name: 'The User Role', means: 'A title says in which role its sender acted, and no more.' },
      party: { name: 'The Party', means: 'A title says which Party its sender is, beside the role.' },
    },
  },
  network_operators: {
    title: 'Network operators',
    about: 'The devices of which an operator of their network sees titles.',
    values: {
      meters: { name: 'Meters', means: 'They see the titles of meters on their network.' },
      none: { name: 'No device', means: 'They see no titles.' },
      home: { name: 'The whole home', means: 'They see the titles of meters and of the other devices of the home.' },
    },
  },
  history: {
    title: 'History',
    about: 'Whether somebody who becomes responsible for a device sees what was before.',
    values: {
      shown: { name: 'Shown', means: 'They see the titles of earlier times, too.' },
      hidden: { name: 'Hidden', means: 'They see the titles of the times at which they were responsible.' },
    },
  },
};

export interface SwitchHistory {
  readonly now: TitleSwitchDocument;
  /** What was set and has not begun, the next first. */
  readonly planned: readonly TitleSwitchDocument[];
  readonly past: readonly TitleSwitchDocument[];
}

/** The settings of one switch, of a list that has each switch's newest first. */
export function historyOf(items: readonly TitleSwitchDocument[], name: TitleSwitchName, now: number): SwitchHistory {
  const own = items.filter((one) => one.switch === name);
  const hasBegun = ({ validFrom }: TitleSwitchDocument) => validFrom === undefined || Date.parse(validFrom) <= now;
  const [current, ...past] = own.filter(hasBegun);
  if (current === undefined) throw new Error(`the switch ${name} has no default`);
  return { now: current, planned: own.filter((one) => !hasBegun(one)).reverse(), past };
}

export const likelihoodWords: Readonly<Record<CauseDocument['likelihood'], string>> = {
  likely: 'Likely',
  possible: 'Possible',
  unlikely: 'Unlikely',
};

/** Behind what came more than once. */
export const timesWords = (count: number): string => (count === 1 ? '' : `, ${count.toLocaleString('en-GB')} times`);
