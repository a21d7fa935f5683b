import { changeContentSchema } from '@penstock/api/schemas';
import { expect, test } from 'vitest';
import { differencesOf, sayContent, windowWords } from './content-words.ts';
import { countConditions, formOf, queryOf, readForm } from './search.ts';
import { lengthWords, nextOf, wordsOfTimes } from './words.ts';

const content = changeContentSchema.parse({
  title: 'New firewall rules',
  statement: { kind: 'planned_maintenance', activity: 'The gateway moves.' },
  affected: { services: ['DUIS gateway'], srvs: ['4.1.1'] },
  windows: [
    {
      from: '2026-12-10T22:00',
      to: '2026-12-11T02:00',
      repeat: { every: 'week', interval: 2, until: '2027-01-31', except: ['2026-12-24'] },
    },
  ],
  risk: { likelihood: 'low', impact: 'high' },
  contacts: [{ name: 'Ann Example', email: 'ann@supplier.example' }],
});

test('a window is told as its owner wrote it', () => {
  expect(windowWords({ from: '2026-12-10T22:00', to: '2026-12-10T23:30' })).toBe('10 Dec 2026 22:00 to 23:30');
  expect(content.windows.map(windowWords)).toEqual([
    '10 Dec 2026 22:00 to 11 Dec 2026 02:00, every 2 weeks until 31 Jan 2027, not on 24 Dec 2026',
  ]);
});

test('all that it says is told once, and what it does not say is left out', () => {
  const said = sayContent(content);
  expect(new Set(said.map(({ name }) => name)).size).toBe(said.length);
  expect(said.map(({ name, text }) => `${name}: ${text}`)).toEqual([
    'Title: New firewall rules',
    'Kind: Planned Maintenance',
    'Activity: The gateway moves.',
    'Material Risk: No',
    'Shared with: The Operator only',
    'Size: Medium',
    'Services: DUIS gateway',
    'SRVs: 4.1.1',
    'Windows: 10 Dec 2026 22:00 to 11 Dec 2026 02:00, every 2 weeks until 31 Jan 2027, not on 24 Dec 2026',
    'Risk: Likelihood low, impact high',
    'Whom to ask: Ann Example, ann@supplier.example',
  ]);
});

test('two versions differ in what was changed, put in or taken out', () => {
  const { risk: _, ...without } = content;
  const after = { ...without, title: 'Newer rules', backOut: 'As before.' };
  expect(differencesOf(content, content)).toEqual([]);
  expect(differencesOf(content, after)).toEqual([
    { field: 'title', name: 'Title', before: 'New firewall rules', after: 'Newer rules' },
    { field: 'backOut', name: 'How it is backed out', before: undefined, after: 'As before.' },
    { field: 'risk', name: 'Risk', before: 'Likelihood low, impact high', after: undefined },
  ]);
});

test('times are told in the zone, with the offsets that hold', () => {
  const night = { from: '2026-12-10T22:00:00Z', to: '2026-12-11T02:00:00Z' };
  expect(wordsOfTimes(night, 'Europe/London')).toBe('Thu 10 Dec 2026, 22:00 to 02:00 on Fri 11 Dec (+00:00)');
  expect(wordsOfTimes({ from: '2026-12-10T22:00:00Z', to: '2026-12-10T23:00:00Z' }, 'UTC')).toBe(
    'Thu 10 Dec 2026, 22:00 to 23:00 (UTC)',
  );
  // in the night in which the clocks go back
  expect(wordsOfTimes({ from: '2026-10-24T22:30:00Z', to: '2026-10-25T03:00:00Z' }, 'Europe/London')).toBe(
    'Sat 24 Oct 2026, 23:30 (+01:00) to 03:00 on Sun 25 Oct (+00:00)',
  );
  expect(wordsOfTimes({ from: '2026-12-31T22:00:00Z', to: '2027-01-01T02:00:00Z' }, 'UTC')).toBe(
    'Thu 31 Dec 2026, 22:00 to 02:00 on Fri 1 Jan 2027 (UTC)',
  );
  expect(['2026-12-10T22:45:00Z', '2026-12-12T00:00:00Z'].map((to) => lengthWords({ ...night, to }))).toEqual([
    '45 min',
    '1 d 2 h',
  ]);
});

test('of many times the one under way or next is told, when all are over the last', () => {
  const times = ['08', '09', '10'].map((hour) => ({
    from: `2026-12-10T${hour}:00:00Z`,
    to: `2026-12-10T${hour}:30:00Z`,
  }));
  const at = (instant: string) => nextOf(times, Date.parse(instant))?.from.slice(11, 13);
  expect(['2026-12-10T07:00:00Z', '2026-12-10T09:10:00Z', '2026-12-11T00:00:00Z'].map(at)).toEqual(['08', '09', '10']);
  expect(nextOf([], 0)).toBeUndefined();
});

test('the list has what is not over today, unless its address says otherwise', () => {
  const now = Date.parse('2026-07-10T22:30:00Z');
  expect(queryOf({}, now)).toMatchObject({ from: '2026-07-09T23:00:00.000Z', to: undefined });
  expect(queryOf({ when: 'all', kind: 'firmware' }, now)).toMatchObject({ from: undefined, kind: 'firmware' });
  expect(queryOf({ from: '2026-01-01T00:00:00Z' }, now)).toMatchObject({ from: '2026-01-01T00:00:00Z' });
  expect(countConditions({ for: 'x', kind: 'firmware', mine: 'true' })).toBe(2);
});

test('the form asks for what was written, and says what is wrong with it', () => {
  const form = { ...formOf({}, 'UTC'), srv: '4.1.1', region: ' North West ', from: '2026-12-01T00:00' };
  expect(readForm(form, 'UTC')).toMatchObject({
    faults: {},
    search: { srv: '4.1.1', region: 'North West', from: '2026-12-01T00:00:00.000Z', kind: undefined },
  });
  expect(Object.keys(readForm({ ...form, srv: 'x', to: '2026-11-01T00:00' }, 'UTC').faults).sort()).toEqual([
    'srv',
    'to',
  ]);
});
