// What each may see and do: one table, role by kind of data. Pure. docs/people.md prints it
// (scripts/write-people-reference.ts), a test compares; every route names a right of it, and the tests of the API walk
// every route as every role.
//
// What always holds: what is not in the table is denied. A machine is judged by the row and column of the role that its
// certificate has, as a person is; of what is a person's alone (`ofPeople`) it has nothing to change. A right says that somebody may ask; whose rows the answer
// then has is the viewer's matter (viewer.ts), never the table's.
import type { PersonRole } from '@penstock/api';

/** `see-with-reason`: of a User's own record, for the Operator; the reason is recorded before anything is read. */
export type May = 'nothing' | 'see' | 'see-with-reason' | 'change';

export interface KindOfData {
  readonly about: string;
  readonly may: Readonly<Record<PersonRole, May>>;
}

/** The Users' side, then the Operator's, in this order in every row below. */
export const actors = [
  'user_administrator',
  'aro',
  'analyst',
  'read_only',
  'service_desk',
  'security',
  'change_manager',
  'operator_administrator',
] as const satisfies readonly PersonRole[];

/** The kinds of data, each with what it is. */
const kinds = {
  record: "A User's own record: messages, held ones too, and the bytes of its signed files",
  streams: 'What waits to be taken, and how it fails',
  devices: 'Devices and who is responsible for them',
  directory: 'Parties and User IDs with their roles',
  certificates: 'Certificates by which machines are known',
  officers: 'Responsible officers, who sign files',
  submissions: 'Signed files: what becomes of thresholds, limits, decisions',
  stopped: 'Signed files that could not be worked on',
  thresholds: 'Thresholds, their use and their history',
  contributors: 'Who counts for a threshold across all Users',
  quarantine: 'Quarantine events, with notes and notices',
  releases: 'Releases of held messages: pause, resume',
  incidents: 'Incidents: to raise and follow them, and which changes have to do with them',
  status: 'The status page of all Users; to be told of what stands there',
  ways: 'Ways by which files come in: how each is used',
  outages: 'Declared outages of ways',
  reports: 'Outages of ways that a User reports',
  people: 'People, their roles and invitations',
  activity: 'What was done about sign-in and rights, and all by which somebody may act',
  readings: "Who of the Operator read a User's record",
  titles: "Titles of everybody's messages to one's devices",
  switches: 'Switches of the Operator on what titles show',
  lookups: 'Who looked at titles',
  alerts: 'What a User decides about its alerts',
  views: "A person's own saved views",
  questions: 'Questions about titles to whoever sent the message, and answers',
  changes: 'Changes as their owners share them, clashes, the forward schedule',
  feeds: "Calendar links of the forward schedule: one's own",
  told: 'How a person is told of notices',
  webhooks: 'Webhooks, by which machines are told of changes and incidents',
  calendar: 'Limits on changes, targets of incidents, freezes, maintenance windows, rehearsals',
} as const;

/** '-': nothing; 'reason': see, with a reason. */
const mayByWord = new Map<string, May>([
  ['-', 'nothing'],
  ['see', 'see'],
  ['reason', 'see-with-reason'],
  ['change', 'change'],
]);

const table = `
              Users' side                   Operator's side
              admin  aro    analy. read   | desk   secur. chang. admin
record        see    see    see    see    | reason reason -      -
streams       see    see    see    see    | see    see    see    see
devices       see    see    see    see    | see    see    see    change
directory     see    see    see    see    | see    see    see    change
certificates  see    see    see    see    | see    change see    change
officers      see    see    see    see    | see    change see    change
submissions   see    change see    see    | see    change see    see
stopped       -      -      -      -      | change change see    see
thresholds    see    see    see    see    | see    see    see    see
contributors  -      -      -      -      | see    see    -      -
quarantine    change change change see    | change change see    see
releases      see    change see    see    | change change see    see
incidents     change change change see    | change change change see
status        change change change see    | see    see    see    see
ways          see    see    see    see    | see    see    change change
outages       see    see    see    see    | change change change see
reports       change change change see    | change change change see
people        change -      -      -      | -      see    -      change
activity      see    -      -      -      | -      see    -      see
readings      see    -      -      -      | -      see    -      -
titles        see    see    see    see    | reason reason -      -
switches      see    see    see    see    | see    see    change change
lookups       see    -      -      -      | -      see    -      see
alerts        change change change see    | -      -      -      -
views         change change change change | change change change change
questions     change change change see    | change change see    see
changes       change change change see    | see    see    change change
calendar      see    see    see    see    | see    see    change change
feeds         change change change change | change change change change
told          change change change change | change change change change
webhooks      change see    see    see    | -      see    see    change
`;

function readRow(kind: Kind): KindOfData {
  const line = table.split('\n').find((each) => each.startsWith(`${kind} `)) ?? '';
  const words = line
    .slice(kind.length)
    .split(/[ |]+/)
    .filter((word) => word !== '');
  if (words.length !== actors.length) throw new Error(`the row ${kind} has ${words.length} words`);
  const entries = actors.map((actor, index) => {
    const may = mayByWord.get(words[index] ?? '');
    if (may === undefined) throw new Error(`the row ${kind} has the word ${words[index]}`);
    return [actor, may];
  });
  return { about: kinds[kind], may: Object.fromEntries(entries) as Record<PersonRole, May> };
}

export type Kind = keyof typeof kinds;
export type Right = `${Kind}.${'see' | 'change'}`;

const kindNames = Object.keys(kinds) as Kind[];

export const kindsOfData = Object.fromEntries(kindNames.map((kind) => [kind, readRow(kind)])) as Record<
  Kind,
  KindOfData
>;

/** Every right that there is. */
export const rights: readonly Right[] = kindNames.flatMap((kind) => [`${kind}.see`, `${kind}.change`] as const);

function allows(may: May, wanted: 'see' | 'change'): boolean {
  return may === 'change' || (wanted === 'see' && may !== 'nothing');
}

/** What an actor may ask for. */
export function rightsOf(actor: PersonRole): ReadonlySet<Right> {
  const found = kindNames.flatMap((kind) =>
    (['see', 'change'] as const)
      .filter((wanted) => allows(kindsOfData[kind].may[actor], wanted))
      .map((wanted): Right => `${kind}.${wanted}`),
  );
  return new Set(found);
}

/**
 * What no machine has, whatever its role: settings of a person's own; and who may sign in, since there one administrator looks
 * at what another does, and a certificate is nobody.
 */
export const ofPeople: readonly Right[] = ['views.see', 'views.change', 'told.see', 'told.change', 'people.change'];

/** What a machine may ask for by the role of its certificate; without one nothing. */
export function rightsOfMachine(role: PersonRole | undefined): ReadonlySet<Right> {
  const its = new Set(role === undefined ? [] : rightsOf(role));
  for (const right of ofPeople) its.delete(right);
  return its;
}

/** Whether whoever has `own` rights may give a machine this role of the same side: nobody gives more than one has. */
export function mayGiveMachine(own: ReadonlySet<Right>, role: PersonRole): boolean {
  return [...rightsOfMachine(role)].every((right) => own.has(right));
}

/** Whether an actor has this right only with a reason that is recorded. */
export function needsReason(actor: PersonRole, right: Right): boolean {
  const [kind] = right.split('.') as [Kind];
  return kindsOfData[kind].may[actor] === 'see-with-reason';
}
