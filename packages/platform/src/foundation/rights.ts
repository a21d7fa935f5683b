// What each may see and do: one table, role by kind of data. Pure. docs/people.md prints it
// (scripts/write-people-reference.ts), a test compares; every route names a right of it, and the tests of the API walk
// every route as every role.
//
// What always holds: what is not in the table is denied. A right says that somebody may ask; whose rows the answer
// then has is the viewer's matter (viewer.ts), never the table's.
import type { PersonRole } from '@penstock/api';

/** `see-with-reason`: of a User's own record, for the Operator's people; the reason is recorded before anything is read. */
export type May = 'nothing' | 'see' | 'see-with-reason' | 'change';
export type Actor = PersonRole | 'user_machine' | 'operator_machine';

export interface KindOfData {
  readonly about: string;
  readonly may: Readonly<Record<Actor, May>>;
}

/** The Users' side, then the Operator's, in this order in every row below. */
export const actors = [
  'user_administrator',
  'aro',
  'analyst',
  'read_only',
  'user_machine',
  'service_desk',
  'security',
  'change_manager',
  'operator_administrator',
  'operator_machine',
] as const satisfies readonly Actor[];

type Row = readonly [May, May, May, May, May, May, May, May, May, May];

function row(about: string, ...may: Row): KindOfData {
  const entries = actors.map((actor, index) => [actor, may[index] ?? 'nothing']);
  return { about, may: Object.fromEntries(entries) as Record<Actor, May> };
}

const no = 'nothing';
const reason = 'see-with-reason';

// biome-ignore-start format: a table is read by its columns
export const kindsOfData = {
  //                                                                   admin     aro       analyst   read    machine   | desk      security  changes  admin     machine
  record: row(
    "A User's own record of messages, held ones too",
    'see',
    'see',
    'see',
    'see',
    'see',
    reason,
    reason,
    no,
    no,
    'see',
  ),
  streams: row(
    'What waits to be taken, and how it fails',
    'see',
    'see',
    'see',
    'see',
    'see',
    'see',
    'see',
    'see',
    'see',
    'see',
  ),
  devices: row(
    'Devices and who is responsible for them',
    'see',
    'see',
    'see',
    'see',
    'see',
    'see',
    'see',
    'see',
    'change',
    'change',
  ),
  directory: row(
    'Parties and User IDs with their roles',
    'see',
    'see',
    'see',
    'see',
    'see',
    'see',
    'see',
    'see',
    'change',
    'change',
  ),
  certificates: row(
    'Certificates by which machines are known',
    'see',
    'see',
    'see',
    'see',
    'see',
    'see',
    'change',
    'see',
    'change',
    'change',
  ),
  officers: row(
    'Responsible officers, who sign files',
    'see',
    'see',
    'see',
    'see',
    'see',
    'see',
    'change',
    'see',
    'change',
    'change',
  ),
  submissions: row(
    'Signed files: thresholds, limits, decisions',
    'see',
    'change',
    'see',
    'see',
    'change',
    'see',
    'change',
    'see',
    'see',
    'change',
  ),
  thresholds: row(
    'Thresholds, their use and their history',
    'see',
    'see',
    'see',
    'see',
    'see',
    'see',
    'see',
    'see',
    'see',
    'see',
  ),
  contributors: row('Who counts for a threshold across all Users', no, no, no, no, no, 'see', 'see', no, no, 'see'),
  quarantine: row(
    'Quarantine events, with notes and notices',
    'change',
    'change',
    'change',
    'see',
    'change',
    'change',
    'change',
    'see',
    'see',
    'change',
  ),
  releases: row(
    'Releases of held messages: pause, resume',
    'see',
    'change',
    'see',
    'see',
    'change',
    'change',
    'change',
    'see',
    'see',
    'change',
  ),
  incidents: row('Incidents', 'see', 'see', 'see', 'see', 'see', 'see', 'see', 'see', 'see', 'see'),
  people: row('People, their roles and invitations', 'change', no, no, no, no, no, 'see', no, 'change', no),
  activity: row('What was done about sign-in and rights', 'see', no, no, no, no, no, 'see', no, 'see', no),
  readings: row("Who of the Operator read a User's record", 'see', no, no, no, no, no, 'see', no, no, no),
} as const satisfies Record<string, KindOfData>;
// biome-ignore-end format: a table is read by its columns

export type Kind = keyof typeof kindsOfData;
export type Right = `${Kind}.${'see' | 'change'}`;

const kindNames = Object.keys(kindsOfData) as Kind[];

/** Every right that there is. */
export const rights: readonly Right[] = kindNames.flatMap((kind) => [`${kind}.see`, `${kind}.change`] as const);

function allows(may: May, wanted: 'see' | 'change'): boolean {
  return may === 'change' || (wanted === 'see' && may !== 'nothing');
}

/** What an actor may ask for. */
export function rightsOf(actor: Actor): ReadonlySet<Right> {
  const found = kindNames.flatMap((kind) =>
    (['see', 'change'] as const)
      .filter((wanted) => allows(kindsOfData[kind].may[actor], wanted))
      .map((wanted): Right => `${kind}.${wanted}`),
  );
  return new Set(found);
}

/** Whether an actor has this right only with a reason that is recorded. */
export function needsReason(actor: Actor, right: Right): boolean {
  const [kind] = right.split('.') as [Kind];
  return kindsOfData[kind].may[actor] === 'see-with-reason';
}
