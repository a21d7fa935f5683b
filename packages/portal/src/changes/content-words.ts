// All that a change says, as lines of text: for its page, and to hold two versions against each other. Pure.
import type { ChangeContent, ChangeWindow, Statement } from '@penstock/api/schemas';
import { kindWords, sharingWords, sizeWords } from './words.ts';

export interface Said {
  /** As the API names it. */
  readonly field: string;
  readonly name: string;
  /** With its lines. */
  readonly text: string;
}

const dayWords = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' });
const wordsOfDay = (day: string) => dayWords.format(new Date(`${day}T00:00:00Z`));

const units = { day: 'day', week: 'week', month: 'month' } as const;

/** A window as its owner wrote it, in London's time. */
export function windowWords({ from, to, repeat }: ChangeWindow): string {
  const time = (text: string) => `${wordsOfDay(text.slice(0, 10))} ${text.slice(11)}`;
  const ends = to.slice(0, 10) === from.slice(0, 10) ? to.slice(11) : time(to);
  const once = `${time(from)} to ${ends}`;
  if (repeat === undefined) return once;
  const { every, interval, until, except } = repeat;
  const how = interval === 1 ? `every ${units[every]}` : `every ${interval} ${units[every]}s`;
  const left = except.length === 0 ? '' : `, not on ${except.map(wordsOfDay).join(', ')}`;
  return `${once}, ${how} until ${wordsOfDay(until)}${left}`;
}

type Told = readonly (readonly [name: string, text: string | undefined])[];
const yes = (is: boolean) => (is ? 'Yes' : 'No');
const number = (count: number | undefined) => count?.toLocaleString('en-GB');
const onDay = (day: string | undefined) => (day === undefined ? undefined : wordsOfDay(day));
const duty = (its: { words: string; doneOn: string } | undefined) =>
  its === undefined ? undefined : `${its.words}\nDone on ${wordsOfDay(its.doneOn)}`;

/** What its kind asks for. */
function statementTold(statement: Statement): Told {
  switch (statement.kind) {
    case 'planned_maintenance':
      return [
        ['Activity', statement.activity],
        ['Parts of the Services disrupted', statement.disrupted],
        ['Material Risk', yes(statement.isMaterialRisk)],
        ['Risk to the return of normal service', statement.riskToReturn],
      ];
    case 'internal_system': {
      const { consultation } = statement;
      return [
        ['Material Risk', yes(statement.isMaterialRisk)],
        ['Impact assessment', duty(statement.impactAssessment)],
        [
          'Consultation',
          consultation &&
            `${wordsOfDay(consultation.opensOn)} to ${wordsOfDay(consultation.closesOn)}${consultation.words === undefined ? '' : `\n${consultation.words}`}`,
        ],
        ['Chance to join testing', duty(statement.testing)],
        ['Security assessment', duty(statement.securityAssessment)],
      ];
    }
    case 'release':
      return [
        ['Material Risk', yes(statement.isMaterialRisk)],
        ['Decision on', onDay(statement.decisionOn)],
        ['Implementation on', onDay(statement.implementationOn)],
        ['Falls back to', onDay(statement.fallBackOn)],
        ['Made of', statement.changes.length === 0 ? undefined : statement.changes.join('\n')],
      ];
    case 'emergency':
      return [['Why it cannot wait', statement.why]];
    case 'system_go_live':
      return [
        ['System', statement.system],
        ['What it is about', statement.what],
      ];
    case 'device_model':
      return [
        ['Devices expected', number(statement.devicesExpected)],
        ['What it is about', statement.what],
      ];
    case 'firmware':
      return [
        ['Firmware version', statement.version],
        ['Devices', number(statement.devices)],
        ['Devices a day', number(statement.devicesADay)],
      ];
    default:
      return [['What it is about', statement.what]];
  }
}

const listed = (names: readonly string[]) => (names.length === 0 ? undefined : names.join(', '));

/** Lines that something is said in, in the order of the page. */
export function sayContent(content: ChangeContent): readonly Said[] {
  const { statement, affected, risk } = content;
  const named: readonly (readonly [field: string, name: string, text: string | undefined])[] = [
    ['title', 'Title', content.title],
    ['description', 'Description', content.description],
    ['statement', 'Kind', kindWords[statement.kind]],
    ...statementTold(statement).map(([name, text]) => ['statement', name, text] as const),
    ['sharing', 'Shared with', sharingWords[content.sharing]],
    ['size', 'Size', sizeWords[content.size]],
    ['affected', 'Services', listed(affected.services)],
    ['affected', 'SRVs', listed(affected.srvs)],
    ['affected', 'Interfaces', listed(affected.interfaces)],
    ['affected', 'Device models', listed(affected.deviceModels)],
    ['affected', 'Regions', listed(affected.regions)],
    ['affected', 'User IDs', listed(affected.userIds)],
    [
      'traffic',
      'Traffic that it causes',
      content.traffic
        ?.map(({ srv, perHour }) => `${srv}: ${perHour.toLocaleString('en-GB')} requests an hour`)
        .join('\n'),
    ],
    ['windows', 'Windows', content.windows.length === 0 ? undefined : content.windows.map(windowWords).join('\n')],
    [
      'risk',
      'Risk',
      risk &&
        `Likelihood ${risk.likelihood}, impact ${risk.impact}${risk.words === undefined ? '' : `\n${risk.words}`}`,
    ],
    ['backOut', 'How it is backed out', content.backOut],
    [
      'contacts',
      'Whom to ask',
      content.contacts.length === 0
        ? undefined
        : content.contacts
            .map(({ name, email, telephone }) =>
              [name, email, telephone].filter((part) => part !== undefined).join(', '),
            )
            .join('\n'),
    ],
  ];
  return named.flatMap(([field, name, text]) => (text === undefined ? [] : [{ field, name, text }]));
}

export interface Difference {
  readonly field: string;
  readonly name: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What another version says otherwise, in the order of the page. */
export function differencesOf(before: ChangeContent, after: ChangeContent): readonly Difference[] {
  const [was, is] = [sayContent(before), sayContent(after)];
  const key = ({ field, name }: Said) => `${field} ${name}`;
  const old = new Map(was.map((said) => [key(said), said.text]));
  const now = new Map(is.map((said) => [key(said), said.text]));
  const all = new Map([...is, ...was].map((said) => [key(said), said]));
  return [...all].flatMap(([at, { field, name }]) => {
    const [one, other] = [old.get(at), now.get(at)];
    return one === other ? [] : [{ field, name, before: one, after: other }];
  });
}
