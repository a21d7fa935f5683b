import { expect, test } from 'vitest';
import {
  type AlertsEntry,
  alertsOf,
  daysOf,
  entryOfCause,
  idOf,
  type MessagesEntry,
  rowsOf,
  type TimelineCause,
  unusualOf,
} from './timeline-rows.ts';
import { deviceSearchSchema, neighbours, openIn, timelineQueryOf, toggled } from './timeline-search.ts';

const at = (time: string) => `2026-11-22T${time}.000Z`;
const messages = (first: string, last = first): MessagesEntry => ({
  what: 'messages',
  first: at(first),
  last: at(last),
  count: 1,
  isCut: false,
  parts: [],
});
const alerts = (time: string, ...causes: [TimelineCause['likelihood'], string][]): AlertsEntry => ({
  what: 'alerts',
  first: at(time),
  last: at(time),
  count: 1,
  kind: 'device_alert',
  code: '8F52',
  position: '2026-11-22/1',
  finding: '',
  causes: causes.map(([likelihood, recorded]) => ({
    likelihood,
    reasons: [],
    kind: 'service_request',
    codes: [],
    concerns: 'target',
    sender: { isYou: false },
    count: 1,
    first: at(recorded),
    last: at(recorded),
    recordedAt: at(recorded),
  })),
});

test('an alert stands beside its cause when nothing is between them, whichever of the two ended later', () => {
  const cause = messages('10:00:00', '10:01:00');
  const caused = alerts('10:02:00', ['likely', '10:00:30']);
  const alone = messages('09:00:00');
  expect(rowsOf([caused, cause, alone])).toEqual([
    { messages: cause, alerts: caused, joined: 'likely' },
    { messages: alone, alerts: undefined, joined: undefined },
  ]);
  const meanwhile = alerts('10:00:40', ['possible', '10:00:30']);
  expect(rowsOf([cause, meanwhile])).toEqual([{ messages: cause, alerts: meanwhile, joined: 'possible' }]);
  const between = messages('10:01:30');
  expect(rowsOf([caused, between, cause]).map(({ joined }) => joined)).toEqual([undefined, undefined, undefined]);
  expect(rowsOf([alerts('10:02:00'), cause]).map((row) => [row.messages, row.joined])).toEqual([
    [undefined, undefined],
    [cause, undefined],
  ]);
});

test('what stands apart is found: the entry of a cause, and the alerts of an entry', () => {
  const cause = messages('10:00:00', '10:01:00');
  const caused = alerts('11:00:00', ['possible', '10:00:30'], ['possible', '08:00:00']);
  const entries = [caused, messages('10:30:00'), cause];
  expect(caused.causes.map((one) => entryOfCause(entries, one))).toEqual([cause, undefined]);
  expect(alertsOf(entries, cause)).toEqual([{ alerts: caused, likelihood: 'possible' }]);
  expect(new Set(entries.map(idOf)).size).toBe(3);
});

test('rows stand under the day of the reader’s zone', () => {
  const summer = (time: string): MessagesEntry => {
    const instant = `2026-07-01T${time}.000Z`;
    return { ...messages('10:00:00'), first: instant, last: instant };
  };
  const rows = rowsOf([summer('23:30:00'), summer('22:30:00')]);
  expect(daysOf(rows, 'UTC').map(({ day, rows: of }) => [day, of.length])).toEqual([['1 Jul 2026', 2]]);
  expect(daysOf(rows, 'Europe/London').map(({ day }) => day)).toEqual(['2 Jul 2026', '1 Jul 2026']);
});

test('what was unusual is told, the most recent first', () => {
  const level = (count: number, isErratic = false) => ({ count, usual: 2, isErratic });
  const items = [
    { from: at('00:00:00'), messages: level(40, true), alerts: level(9) },
    { from: at('01:00:00'), messages: level(3), alerts: level(50, true) },
  ];
  expect(unusualOf({ step: 'hour', items })).toEqual([
    { from: at('01:00:00'), what: 'alerts', count: 50, usual: 2 },
    { from: at('00:00:00'), what: 'messages', count: 40, usual: 2 },
  ]);
});

test('the address says what is shown and what is open; what means nothing is left out', () => {
  const now = Date.parse(at('12:00:00'));
  expect(timelineQueryOf(deviceSearchSchema.parse({ span: '1' }), now)).toMatchObject({
    from: '2026-11-21T12:00:00.000Z',
    to: undefined,
  });
  expect(deviceSearchSchema.parse({ tab: 'other', span: '5', open: '<b>', from: 'x' })).toEqual({ from: 'x' });
  expect(timelineQueryOf({ to: at('10:00:00') } as never, now)).toMatchObject({ from: undefined, to: at('10:00:00') });
  expect(toggled(openIn({ open: 'm1.a2-8f52' } as never), 'm1')).toBe('a2-8f52');
  expect(toggled(['m1'], 'm1')).toBeUndefined();
  const many = Array.from({ length: 8 }, (_, index) => `m${index}`);
  expect(toggled(many, 'm9')?.split('.')).toEqual([...many.slice(1), 'm9']);
});

test('as much time again before and after, and nothing that is to come', () => {
  const shown = { from: at('08:00:00'), to: at('10:00:00') };
  expect(neighbours(shown, Date.parse(at('11:30:00')))).toEqual({
    earlier: { from: at('06:00:00'), to: at('08:00:00') },
    later: { from: at('10:00:00'), to: at('11:30:00') },
  });
  expect(neighbours(shown, Date.parse(at('10:00:10'))).later).toBeUndefined();
});
