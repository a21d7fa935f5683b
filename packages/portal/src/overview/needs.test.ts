import type { OverviewDocument } from '@penstock/api/schemas';
import { expect, test } from 'vitest';
import { healthWords, needsOf } from './needs.ts';

const asOf = '2026-11-22T12:00:00.000Z';
const well: OverviewDocument = {
  asOf,
  quarantine: { events: 0, undecided: 0 },
  streams: { needing: 0, waiting: 0, failing: 0, held: 0 },
  incidents: { open: 0, undecided: 0, late: 0 },
  releases: { running: 0, paused: 0 },
  submissions: { awaitingSecondOfficer: 0, awaitingYou: 0, needingOperator: 0 },
  questions: { toAnswer: 0 },
  certificates: { count: 0, first: [] },
};

const asUser = { isOperator: false, mayAnswer: true };

test('where all is well, it says so', () => {
  const needs = needsOf(well, asUser);
  expect(needs.map(({ key }) => key)).toEqual(['quarantine', 'streams', 'incidents', 'certificates']);
  expect(needs.every(({ state }) => state === 'well')).toBe(true);
  expect(healthWords(needs)).toBe('Everything is in order.');
});

test('what needs somebody comes first, with how much and since when', () => {
  const overview = {
    ...well,
    quarantine: { events: 1, undecided: 1_234, oldestAt: '2026-11-22T11:00:00.000Z' },
    streams: { needing: 3, waiting: 2, failing: 1, held: 0, oldestAt: '2026-11-22T11:57:00.000Z' },
    releases: { running: 0, paused: 1 },
    submissions: { awaitingSecondOfficer: 3, awaitingYou: 1, needingOperator: 0 },
    certificates: {
      count: 3,
      first: [
        {
          userId: 'U',
          partyName: 'Alpha',
          purpose: 'officer' as const,
          name: 'Ada',
          notAfter: '2026-11-24T12:00:00.000Z',
        },
      ],
    },
  };
  const needs = needsOf(overview, asUser);
  expect(needs.map(({ key, title }) => [key, title])).toEqual([
    ['quarantine', '1,234 messages held'],
    ['streams', '3 streams not flowing'],
    ['approvals', '1 file waits for you'],
    ['releases', '1 paused'],
    ['certificates', '3 to renew'],
    ['approvals-of-others', '2 files wait for others'],
    ['incidents', 'None open'],
  ]);
  expect(needs[0]?.words).toBe('1 event waits for an officer to decide. The oldest for 1 h.');
  expect(needs[1]?.words).toBe('Delivery of 1 fails, 2 have waited for over a minute. The oldest for 3 min.');
  expect(needs[4]?.words).toBe('The File Signing certificate of Ada (Alpha, U) ends in 2 d.');
  expect(healthWords(needs)).toBe('5 things need somebody.');
});

test.each([
  [{ open: 2, undecided: 2, late: 0 }, 'told', 'One thing needs somebody.'],
  [{ open: 2, undecided: 1, late: 0 }, 'waiting', '2 things need somebody.'],
])('an incident of what is held is one thing with it: %j', (incidents, state, words) => {
  const needs = needsOf({ ...well, quarantine: { events: incidents.undecided, undecided: 5 }, incidents }, asUser);
  expect(needs.find(({ key }) => key === 'incidents')).toMatchObject({ state, title: '2 open' });
  expect(healthWords(needs)).toBe(words);
});

test('incidents past a target time need somebody of the Operator, and stand before those that wait', () => {
  const overview = { ...well, incidents: { open: 2, undecided: 0, late: 1 } };
  const [first, second] = needsOf(overview, { isOperator: true, mayAnswer: true });
  expect(first).toMatchObject({ key: 'late-incidents', state: 'failing', title: '1 past a target time' });
  expect(second).toMatchObject({ key: 'incidents', state: 'waiting' });
  expect(needsOf(overview, asUser).map(({ key }) => key)).not.toContain('late-incidents');
});

test('an administrator is told what waits for an approval, and what the others gave', () => {
  const last = {
    what: 'invited',
    email: 'ann@x.example',
    byEmail: 'ben@x.example',
    at: '2026-11-22T11:58:00.000Z',
  } as const;
  const peopleOf = (people: NonNullable<OverviewDocument['people']>) =>
    needsOf({ ...well, people }, { isOperator: false, mayAnswer: true })
      .filter(({ name }) => name === 'People')
      .map(({ state, title, words }) => [state, title, words]);
  expect(peopleOf({ approvals: 0, given: 0 })).toEqual([]);
  expect(peopleOf({ approvals: 2, given: 1, last })).toEqual([
    ['waiting', '2 approvals to give', 'Another administrator asks for yours.'],
    ['told', '1 change of access', 'ann@x.example was invited, by ben@x.example, 2 min ago.'],
  ]);
});

test('questions to answer need somebody, while there are any', () => {
  const needs = needsOf({ ...well, questions: { toAnswer: 2 } }, asUser);
  expect(needs[0]).toMatchObject({ key: 'questions', state: 'waiting', title: '2 questions to answer' });
  expect(healthWords(needs)).toBe('One thing needs somebody.');
  const seen = needsOf({ ...well, questions: { toAnswer: 1 } }, { isOperator: false, mayAnswer: false });
  expect(seen[0]).toMatchObject({ key: 'questions', state: 'told', title: '1 question waits for an answer' });
  expect(healthWords(seen)).toBe('Everything is in order.');
});

test('a certificate that ended is said to have', () => {
  const ended = { userId: 'U', partyName: 'Alpha', purpose: 'signing', notAfter: '2026-11-22T11:59:00.000Z' } as const;
  const [first] = needsOf({ ...well, certificates: { count: 1, first: [ended] } }, asUser);
  expect(first).toMatchObject({ state: 'failing', words: 'The signing certificate of Alpha (U) ended 1 min ago.' });
});

test.each([
  [false, 'told', 'Everything is in order.'],
  [true, 'failing', 'One thing needs somebody.'],
])('a file that could not be worked on is the Operator’s to look after (%s)', (isOperator, state, words) => {
  const submissions = { awaitingSecondOfficer: 0, awaitingYou: 0, needingOperator: 1 };
  const needs = needsOf({ ...well, submissions }, { isOperator, mayAnswer: true });
  expect(needs.find(({ key }) => key === 'stopped-files')).toMatchObject({ state, title: '1 file not worked on' });
  expect(healthWords(needs)).toBe(words);
});
