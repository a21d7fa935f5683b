// Changes in words. Pure.
import type {
  CalendarKind,
  ChangeKind,
  ChangeState,
  ChangeView,
  changePurposes,
  changeSizes,
  OccurrenceDocument,
  Sharing,
  WholeChange,
} from '@penstock/api/schemas';
import { changeKinds, changeStates, operatorLedKinds, userLedKinds } from '@penstock/api/schemas';
import { formatInstant, type Zone } from '../shared/time.ts';

export const kindWords: Readonly<Record<ChangeKind, string>> = {
  planned_maintenance: 'Planned Maintenance',
  internal_system: 'Internal systems',
  release: 'Release',
  emergency: 'Emergency',
  firewall_network: 'Firewall or network',
  system_go_live: 'System go-live',
  process: 'Process',
  device_model: 'New device model',
  firmware: 'Firmware rollout',
};
export const kindChoices = changeKinds.map((value) => ({ value, label: kindWords[value] }));
/** Those that somebody may make. */
export const kindsOf = (isOperator: boolean): readonly ChangeKind[] => (isOperator ? operatorLedKinds : userLedKinds);

export const stateWords: Readonly<Record<ChangeState, string>> = {
  template: 'Template',
  draft: 'Draft',
  assessed: 'Assessed',
  consulted: 'Consulted on',
  shared: 'Shared',
  scheduled: 'Scheduled',
  in_progress: 'In progress',
  done: 'Done',
  backed_out: 'Backed out',
  cancelled: 'Cancelled',
};
export const stateChoices = changeStates.map((value) => ({ value, label: stateWords[value] }));

/** Nothing of it is changed any more. */
export const isOver = (state: ChangeState) => state === 'done' || state === 'backed_out' || state === 'cancelled';

/** On the button that brings it there. */
export const deedWords: Readonly<Record<ChangeState, string>> = {
  template: 'Make it a template',
  draft: 'Make it a draft',
  assessed: 'It is assessed',
  consulted: 'It was consulted on',
  shared: 'Share it',
  scheduled: 'Schedule it',
  in_progress: 'Begin it',
  done: 'It is done',
  backed_out: 'It was backed out',
  cancelled: 'Cancel it',
};

export const sizeWords: Readonly<Record<(typeof changeSizes)[number], string>> = {
  small: 'Small',
  medium: 'Medium',
  large: 'Large',
};

export const sharingWords: Readonly<Record<Sharing, string>> = {
  operator: 'The Operator only',
  outline: 'An outline',
  everybody: 'Everybody',
};

/** 'nobody else': of the Operator's own. */
export function sharedWith({ content: { sharing, statement } }: Pick<WholeChange, 'content'>): string {
  const isOperators = (operatorLedKinds as readonly string[]).includes(statement.kind);
  if (sharing === 'operator') return isOperators ? 'nobody else' : 'the Operator only';
  return sharing === 'outline' ? 'everybody, in outline' : 'everybody';
}

/** What a choice means, without a word that is not so. */
export function sharingMeaning(sharing: Sharing, isOperators: boolean): string {
  const who = isOperators ? 'Your own people see all of it.' : 'The Operator sees all of it.';
  switch (sharing) {
    case 'operator':
      return `${who} Other Users see nothing; where it clashes with a change of theirs, they are told that there is one, and on what of theirs.`;
    case 'outline':
      return `${who} Until it is over, other Users see what kind of organisation has one, on which services, in which windows and of which size, and no more.`;
    case 'everybody':
      return 'Every User, Registration Data Provider and committee sees all of it but its history.';
  }
}

export const eventKindWords: Readonly<Record<CalendarKind, string>> = {
  freeze: 'Freeze',
  maintenance: 'Maintenance window',
  rehearsal: 'Rehearsal of disaster recovery',
};

export const purposeWords: Readonly<Record<(typeof changePurposes)[number], string>> = {
  read: 'Read',
  history: 'History looked at',
  clashes: 'Held against other changes for clashes',
  slots: 'Looked at for free times',
  schedule: "Put into a month's schedule",
  feed: 'Sent to a calendar that follows a feed',
  consultation: 'Consultation read',
  attachment: 'Attachment read',
  mediation: 'Mediation',
  traffic: 'Held against the traffic that came',
  webhook: 'Sent to a machine by a webhook',
  incident: 'Shown beside an incident',
};

/** What stands for a change where there is one line for it. */
export function titleOf(change: ChangeView): string {
  return change.see === 'whole' ? change.content.title : `A change of ${change.owner}`;
}

export const ownerOf = (change: ChangeView): string =>
  change.see === 'whole' ? change.owner.party : change.owner.replace(/^a/, 'A').replace(/^the/, 'The');

export const servicesOf = (change: ChangeView): readonly string[] =>
  change.see === 'whole' ? change.content.affected.services : change.services;

const weekdays = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', weekday: 'short' });

/** 'Thu' of '10 Dec 2026'. */
const weekdayOf = (day: string) => weekdays.format(new Date(`${day} UTC`));

/** 'Thu 10 Dec 2026, 22:00 to 02:00 on Fri 11 Dec', with the offsets that hold. */
export function wordsOfTimes({ from, to }: OccurrenceDocument, zone: Zone): string {
  const [begins, ends] = [formatInstant(from, zone), formatInstant(to, zone)];
  const clock = ({ time }: { time: string }) => time.slice(0, 5);
  const short = ends.day.endsWith(begins.day.slice(-4)) ? ends.day.slice(0, -5) : ends.day;
  const on = begins.day === ends.day ? '' : ` on ${weekdayOf(ends.day)} ${short}`;
  const first = begins.offset === ends.offset ? '' : ` (${begins.offset})`;
  return `${weekdayOf(begins.day)} ${begins.day}, ${clock(begins)}${first} to ${clock(ends)}${on} (${ends.offset})`;
}

/** '4 h', '1 d 2 h 30 min': a length that people plan. */
export function lengthWords({ from, to }: OccurrenceDocument): string {
  const minutes = Math.round((Date.parse(to) - Date.parse(from)) / 60_000);
  const parts = [
    [Math.floor(minutes / 1_440), 'd'],
    [Math.floor(minutes / 60) % 24, 'h'],
    [minutes % 60, 'min'],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

/** Of all its times the one that matters at an instant: that is under way or comes next, else the last. */
export function nextOf(occurrences: readonly OccurrenceDocument[], now: number): OccurrenceDocument | undefined {
  return occurrences.find(({ to }) => Date.parse(to) > now) ?? occurrences.at(-1);
}

export const counted = (count: number, one: string, many = `${one}s`) =>
  `${count.toLocaleString('en-GB')} ${count === 1 ? one : many}`;
