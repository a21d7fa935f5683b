// What needs somebody now, each in a word, a sentence and a way there. Pure.
import type { ExpiringCertificate, OverviewDocument } from '@penstock/api/schemas';
import { formatDuration } from '../shared/time.ts';

export interface Need {
  readonly key:
    | 'quarantine'
    | 'streams'
    | 'incidents'
    | 'late-incidents'
    | 'releases'
    | 'approvals'
    | 'approvals-of-others'
    | 'stopped-files'
    | 'questions'
    | 'certificates'
    | 'access-approvals'
    | 'access-given';
  readonly name: string;
  /** Of the marks of portal.css: what is well, what waits, what fails, what is held; 'told': of what another card says. */
  readonly state: 'well' | 'waiting' | 'failing' | 'held' | 'told';
  readonly title: string;
  readonly words: string;
}

const count = (number: number, one: string, many = `${one}s`) =>
  `${number.toLocaleString('en-GB')} ${number === 1 ? one : many}`;

function since(oldestAt: string | undefined, asOf: string): string {
  return oldestAt === undefined ? '' : ` The oldest for ${formatDuration(Date.parse(asOf) - Date.parse(oldestAt))}.`;
}

function quarantine({ quarantine: { events, undecided, oldestAt }, asOf }: OverviewDocument): Need {
  const name = 'Quarantine';
  if (events === 0) {
    return {
      key: 'quarantine',
      name,
      state: 'well',
      title: 'Nothing is held',
      words: 'No messages wait for a decision.',
    };
  }
  return {
    key: 'quarantine',
    name,
    state: 'held',
    title: `${count(undecided, 'message')} held`,
    words: `${count(events, 'event')} ${events === 1 ? 'waits' : 'wait'} for an officer to decide.${since(oldestAt, asOf)}`,
  };
}

function streams({ streams: { needing, waiting, failing, held, oldestAt }, asOf }: OverviewDocument): Need {
  const name = 'Streams';
  if (needing === 0) {
    return { key: 'streams', name, state: 'well', title: 'Flowing', words: 'Everything is taken as it comes.' };
  }
  const parts = [
    held > 0 ? `of ${held.toLocaleString('en-GB')} nothing was taken for days` : '',
    failing > 0 ? `delivery of ${failing.toLocaleString('en-GB')} fails` : '',
    waiting > 0 ? `${waiting.toLocaleString('en-GB')} ${waiting === 1 ? 'has' : 'have'} waited for over a minute` : '',
  ].filter((part) => part !== '');
  const words = parts.join(', ');
  return {
    key: 'streams',
    name,
    state: held > 0 ? 'held' : failing > 0 ? 'failing' : 'waiting',
    title: `${count(needing, 'stream')} not flowing`,
    words: `${words.charAt(0).toUpperCase()}${words.slice(1)}.${since(oldestAt, asOf)}`,
  };
}

/** The incident of an event that quarantine counts is the same thing: it needs nobody a second time. */
function incidents({ incidents: { open, undecided } }: OverviewDocument): Need {
  const shared = { key: 'incidents', name: 'Incidents' } as const;
  if (open === 0) {
    return { ...shared, state: 'well', title: 'None open', words: 'An incident opens when messages are held.' };
  }
  const title = `${open.toLocaleString('en-GB')} open`;
  if (open <= undecided) return { ...shared, state: 'told', title, words: 'Of what is held, and closes with it.' };
  return { ...shared, state: 'waiting', title, words: 'What was decided is not done yet.' };
}

/** To the Operator, which has the targets to keep; a User reads of each in the incident itself. */
function lateIncidents({ incidents: { late } }: OverviewDocument, isOperator: boolean): Need[] {
  if (!isOperator || late === 0) return [];
  return [
    {
      key: 'late-incidents',
      name: 'Incidents',
      state: 'failing',
      title: `${late.toLocaleString('en-GB')} past a target time`,
      words: 'Not taken up, or not resolved, by the time that its category has. Those whom it concerns were told.',
    },
  ];
}

const purposes: Readonly<Record<ExpiringCertificate['purpose'], string>> = {
  signing: 'signing',
  transport: 'transport',
  officer: 'File Signing',
};

function certificates({ certificates: { count: number, first }, asOf }: OverviewDocument): Need {
  const [soonest] = first;
  const name = 'Certificates';
  if (soonest === undefined) {
    return { key: 'certificates', name, state: 'well', title: 'In date', words: 'None ends within 30 days.' };
  }
  const left = Date.parse(soonest.notAfter) - Date.parse(asOf);
  const { name: officer, partyName, userId } = soonest;
  const whose = officer === undefined ? `${partyName} (${userId})` : `${officer} (${partyName}, ${userId})`;
  const when = left > 0 ? `ends in ${formatDuration(left)}` : `ended ${formatDuration(-left)} ago`;
  return {
    key: 'certificates',
    name,
    state: left > 0 ? 'waiting' : 'failing',
    title: `${number.toLocaleString('en-GB')} to renew`,
    words: `The ${purposes[soonest.purpose]} certificate of ${whose} ${when}.`,
  };
}

/** Only while there is one: neither is usual. */
function releases({ releases: { running, paused } }: OverviewDocument): Need[] {
  if (running + paused === 0) return [];
  return [
    {
      key: 'releases',
      name: 'Releases',
      state: paused > 0 ? 'waiting' : 'well',
      title: paused > 0 ? `${paused.toLocaleString('en-GB')} paused` : `${running.toLocaleString('en-GB')} running`,
      words: 'What officers decided to send goes out.',
    },
  ];
}

/** What a person may sign is theirs to do; what waits for others is told, not asked. */
function submissions(
  { submissions: { awaitingSecondOfficer, awaitingYou, needingOperator } }: OverviewDocument,
  isOperator: boolean,
): Need[] {
  const name = 'Signed files';
  const others = awaitingSecondOfficer - awaitingYou;
  const all: (Need | false)[] = [
    needingOperator > 0 && {
      key: 'stopped-files',
      name,
      state: isOperator ? 'failing' : 'told',
      title: `${count(needingOperator, 'file')} not worked on`,
      words: isOperator
        ? 'Every try failed: find what hinders them, and try them again.'
        : 'The Operator was told, and tries again. Send nothing again.',
    },
    awaitingYou > 0 && {
      key: 'approvals',
      name,
      state: 'waiting',
      title: `${count(awaitingYou, 'file')} ${awaitingYou === 1 ? 'waits' : 'wait'} for you`,
      words: 'For your signature, as the second officer.',
    },
    others > 0 && {
      key: 'approvals-of-others',
      name,
      state: 'told',
      title: `${count(others, 'file')} ${others === 1 ? 'waits' : 'wait'} for others`,
      words: 'For the signature of another officer.',
    },
  ];
  return all.filter((need) => need !== false);
}

/** Only while there is one. */
function questions({ questions: { toAnswer } }: OverviewDocument, mayAnswer: boolean): Need[] {
  if (toAnswer === 0) return [];
  if (!mayAnswer) {
    return [
      {
        key: 'questions',
        name: 'Questions',
        state: 'told',
        title: `${count(toAnswer, 'question')} ${toAnswer === 1 ? 'waits' : 'wait'} for an answer`,
        words: 'About messages that you sent. Others of your organisation answer.',
      },
    ];
  }
  return [
    {
      key: 'questions',
      name: 'Questions',
      state: 'waiting',
      title: `${count(toAnswer, 'question')} to answer`,
      words: 'About messages that you sent.',
    },
  ];
}

const givenWords = {
  invited: 'was invited',
  reset: 'had the sign-in reset',
  'role-changed': 'has another role',
  'policy-changed': 'asks for a second administrator differently now',
} as const;

/** To administrators, while there is something: what waits for them, and what the others gave. */
function people({ people: news, asOf }: OverviewDocument): Need[] {
  if (news === undefined) return [];
  const { approvals, given, last } = news;
  const name = 'People';
  const ago = (at: string) => formatDuration(Math.max(0, Date.parse(asOf) - Date.parse(at)));
  const all: (Need | false)[] = [
    approvals > 0 && {
      key: 'access-approvals',
      name,
      state: 'waiting',
      title: `${count(approvals, 'approval')} to give`,
      words: 'Another administrator asks for yours.',
    },
    last !== undefined && {
      key: 'access-given',
      name,
      state: 'told',
      title: `${count(given, 'change')} of access`,
      words: `${last.email} ${givenWords[last.what]}, by ${last.byEmail}, ${ago(last.at)} ago.`,
    },
  ];
  return all.filter((need) => need !== false);
}

const order: readonly Need['state'][] = ['held', 'failing', 'waiting', 'told', 'well'];

/** What needs somebody comes first. */
export function needsOf(
  overview: OverviewDocument,
  { isOperator, mayAnswer }: { isOperator: boolean; mayAnswer: boolean },
): Need[] {
  const all = [
    quarantine(overview),
    streams(overview),
    incidents(overview),
    ...lateIncidents(overview, isOperator),
    ...submissions(overview, isOperator),
    ...releases(overview),
    ...questions(overview, mayAnswer),
    ...people(overview),
    certificates(overview),
  ];
  return all.sort((one, other) => order.indexOf(one.state) - order.indexOf(other.state));
}

export function healthWords(needs: readonly Need[]): string {
  const open = needs.filter(({ state }) => state !== 'well' && state !== 'told').length;
  if (open === 0) return 'Everything is in order.';
  return open === 1 ? 'One thing needs somebody.' : `${open} things need somebody.`;
}
