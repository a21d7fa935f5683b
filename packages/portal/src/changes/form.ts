// A change as people write it in a form: every field as text, read into what the API takes, and back. Pure.
import { type ChangeContent, type ChangeKind, changeContentSchema, type Sharing } from '@penstock/api/schemas';
import { emailFault, missing } from '../shared/faults.ts';
import { emptyStatement, readStatement, type StatementForm, statementFormOf } from './statement-form.ts';
import { readWindow, type WindowForm, windowFormOf } from './window-form.ts';

export interface ContactForm {
  readonly key: number;
  readonly name: string;
  readonly email: string;
  readonly telephone: string;
}
/** What is affected: services are chosen, of the others each line is a name. */
export const namedDimensions = ['srvs', 'interfaces', 'deviceModels', 'regions', 'userIds'] as const;
export type NamedDimension = (typeof namedDimensions)[number];

export interface ChangeForm {
  readonly title: string;
  readonly description: string;
  readonly kind: ChangeKind;
  readonly statement: StatementForm;
  readonly sharing: Sharing;
  readonly size: ChangeContent['size'];
  readonly services: readonly string[];
  readonly named: Readonly<Record<NamedDimension, string>>;
  readonly windows: readonly WindowForm[];
  readonly likelihood: string;
  readonly impact: string;
  readonly riskWords: string;
  readonly backOut: string;
  /** A line each: an SRV and how many requests an hour. */
  readonly traffic: string;
  readonly contacts: readonly ContactForm[];
}

export const emptyForm = (kind: ChangeKind): ChangeForm => ({
  title: '',
  description: '',
  kind,
  statement: emptyStatement,
  sharing: 'operator',
  size: 'medium',
  services: [],
  named: { srvs: '', interfaces: '', deviceModels: '', regions: '', userIds: '' },
  windows: [],
  likelihood: '',
  impact: '',
  riskWords: '',
  backOut: '',
  traffic: '',
  contacts: [],
});

export function formOf(content: ChangeContent): ChangeForm {
  const { affected, risk } = content;
  return {
    title: content.title,
    description: content.description ?? '',
    kind: content.statement.kind,
    statement: statementFormOf(content.statement),
    sharing: content.sharing,
    size: content.size,
    services: affected.services,
    named: Object.fromEntries(namedDimensions.map((name) => [name, affected[name].join('\n')])) as ChangeForm['named'],
    windows: content.windows.map(windowFormOf),
    likelihood: risk?.likelihood ?? '',
    impact: risk?.impact ?? '',
    riskWords: risk?.words ?? '',
    backOut: content.backOut ?? '',
    traffic: (content.traffic ?? []).map(({ srv, perHour }) => `${srv} ${perHour}`).join('\n'),
    contacts: content.contacts.map(({ name, email = '', telephone = '' }, key) => ({ key, name, email, telephone })),
  };
}

/** Names, a line each or with commas between, each once. */
export const lines = (text: string): string[] => [
  ...new Set(
    text
      .split(/[\n,;]/)
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  ),
];
const orNothing = (text: string) => (text.trim() === '' ? {} : text.trim());
const said = <Name extends string>(name: Name, text: string) =>
  (text.trim() === '' ? {} : { [name]: orNothing(text) }) as Partial<Record<Name, string>>;

/** Fields by where they stand: `windows.0.from`. */
export type Faults = Readonly<Record<string, string | undefined>>;

function readRisk({ likelihood, impact, riskWords }: ChangeForm): { risk?: object; fault?: string } {
  if (likelihood === '' && impact === '' && riskWords.trim() === '') return {};
  if (likelihood === '' || impact === '') return { fault: 'Say how likely it is and how bad it would be, or neither.' };
  return { risk: { likelihood, impact, ...said('words', riskWords) } };
}

function readContact({ name, email, telephone }: ContactForm, at: string): { contact: object; faults: Faults } {
  return {
    contact: { name: name.trim(), ...said('email', email), ...said('telephone', telephone) },
    faults: {
      [`${at}.name`]: missing(name, 'Enter the name of whom to ask, or take the line out.'),
      [`${at}.email`]: email.trim() === '' ? undefined : emailFault(email),
      [`${at}.telephone`]:
        telephone.trim() === '' || /^\+?[0-9 ()-]{5,30}$/.test(telephone.trim())
          ? undefined
          : 'Enter a telephone number such as +44 1632 960001, or nothing.',
    },
  };
}

function readTraffic(text: string): { readonly traffic: object[]; readonly fault: string | undefined } {
  const read = lines(text).map((line) => /^(\d{1,2}(?:\.\d{1,2}){1,2})\s+(\d{1,8})$/.exec(line));
  const traffic = read.flatMap((found) => (found === null ? [] : [{ srv: found[1], perHour: Number(found[2]) }]));
  const isWrong =
    read.includes(null) ||
    new Set(traffic.map(({ srv }) => srv)).size < traffic.length ||
    traffic.length > 20 ||
    traffic.some(({ perHour }) => perHour < 1 || perHour > 10_000_000);
  const fault = 'Enter each SRV once, a line each, with how many requests an hour: 4.1.1 2000.';
  return { traffic, fault: isWrong ? fault : undefined };
}

const dimensionFaults: Readonly<Record<NamedDimension, string>> = {
  srvs: 'Enter each SRV as numbers with points, such as 4.1.1, on a line of its own.',
  interfaces: 'An interface has a name of at most 100 characters; there may be 50.',
  deviceModels: 'A device model has a name of at most 100 characters; there may be 50.',
  regions: 'A region has a name of at most 100 characters; there may be 50.',
  userIds: 'Enter each User ID as eight pairs, such as 90-B3-D5-1F-30-01-00-00, on a line of its own.',
};

/** What the form says, or every field that is wrong with what to do, in the order of the page. */
export function readChangeForm(form: ChangeForm): {
  readonly content: ChangeContent | undefined;
  readonly faults: Faults;
} {
  const statement = readStatement(form.kind, form.statement);
  const windows = form.windows.map((window, index) => readWindow(window, `windows.${index}`));
  const contacts = form.contacts.map((contact, index) => readContact(contact, `contacts.${index}`));
  const { risk, fault: riskFault } = readRisk(form);
  const { traffic, fault: trafficFault } = readTraffic(form.traffic);
  const written = {
    title: form.title.trim(),
    ...said('description', form.description),
    statement: statement.statement,
    sharing: form.sharing,
    size: form.size,
    affected: {
      services: [...form.services],
      ...Object.fromEntries(namedDimensions.map((name) => [name, lines(form.named[name])])),
    },
    windows: windows.map(({ window }) => window),
    ...(risk === undefined ? {} : { risk }),
    ...said('backOut', form.backOut),
    contacts: contacts.map(({ contact }) => contact),
    ...(traffic.length === 0 ? {} : { traffic }),
  };
  const parsed = changeContentSchema.safeParse(written);
  const wrong = (...path: readonly string[]) =>
    parsed.success ? undefined : parsed.error.issues.find((issue) => path.every((part, at) => issue.path[at] === part));
  const faults: Faults = {
    title: missing(form.title, 'Enter a title: what is changed, in a few words.') ?? wrong('title')?.message,
    ...statement.faults,
    description: wrong('description')?.message,
    ...Object.fromEntries(
      namedDimensions.map((name) => [name, wrong('affected', name) === undefined ? undefined : dimensionFaults[name]]),
    ),
    ...Object.assign({}, ...windows.map((each) => each.faults)),
    traffic: trafficFault,
    risk: riskFault,
    backOut: wrong('backOut')?.message,
    ...Object.assign({}, ...contacts.map((each) => each.faults)),
  };
  const isWrong = Object.values(faults).some((fault) => fault !== undefined);
  // what no field above says: the API would refuse it with the same words
  const other = isWrong || parsed.success ? undefined : parsed.error.issues[0];
  if (other !== undefined) {
    return { content: undefined, faults: { ...faults, title: `${other.path.join('.')}: ${other.message}` } };
  }
  return { content: isWrong ? undefined : parsed.data, faults };
}
