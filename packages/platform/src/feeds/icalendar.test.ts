import { changeStates, sharings } from '@penstock/api';
import fc from 'fast-check';
import ICAL from 'ical.js';
import { describe, expect, test } from 'vitest';
import { HOUR } from '../changes/london.ts';
import { type Reader, seesOf, viewOf } from '../changes/sharing.ts';
import { changeOf, secretOf } from '../changes/testing-changes.ts';
import { entriesOf, isToCome } from './entries.ts';
import { type CalendarEntry, fold, writeCalendar } from './icalendar.ts';

// What is written is read back by a reader that is not ours.

const [alpha, beta] = ['90-B3-D5-1F-30-01-00-00', '90-B3-D5-1F-30-02-00-00'];
const ofAlpha: Reader = { kind: 'user', userIds: [alpha] };
const start = Date.parse('2026-12-01T00:00Z');
const at = (from: number, hours: number) => ({ from: start + from * HOUR, to: start + (from + hours) * HOUR });

const entry: CalendarEntry = {
  uid: 'a@penstock',
  sequence: 3,
  stampedAt: new Date('2026-11-22T10:00:00Z'),
  from: new Date('2026-12-10T22:00:00Z'),
  to: new Date('2026-12-11T02:00:00Z'),
  status: 'CONFIRMED',
  summary: 'Disks',
  description: 'One\nTwo',
  categories: ['DUIS gateway', 'Signed files, too'],
};
const calendar = (entries: readonly CalendarEntry[]) => writeCalendar({ name: 'Mine', description: 'All', entries });

function readBack(text: string) {
  const root = new ICAL.Component(ICAL.parse(text));
  return root.getAllSubcomponents('vevent').map((component) => ({ component, event: new ICAL.Event(component) }));
}

describe('a calendar', () => {
  test('says what it is, when to come again, and each entry as it was given', () => {
    const text = calendar([entry]);
    const root = new ICAL.Component(ICAL.parse(text));
    const said = ['version', 'method', 'x-wr-calname'].map((name) => root.getFirstPropertyValue(name));
    expect(said).toEqual(['2.0', 'PUBLISH', 'Mine']);
    expect(String(root.getFirstPropertyValue('refresh-interval'))).toBe('PT1H');
    const [read] = readBack(text);
    expect(read?.event).toMatchObject({ uid: 'a@penstock', sequence: 3, summary: 'Disks', description: 'One\nTwo' });
    expect([read?.event.startDate, read?.event.endDate].map((time) => time?.toJSDate())).toEqual([
      entry.from,
      entry.to,
    ]);
    expect(read?.component.getFirstProperty('categories')?.getValues()).toEqual(entry.categories);
    expect(read?.component.getFirstPropertyValue('status')).toBe('CONFIRMED');
  });

  test('has the clocks of London, without an entry too', () => {
    const [zone] = new ICAL.Component(ICAL.parse(calendar([]))).getAllSubcomponents('vtimezone');
    if (zone === undefined) throw new Error('it has no time zone');
    const london = new ICAL.Timezone(zone);
    const offsetAt = (month: number, day: number, hour: number) =>
      london.utcOffset(ICAL.Time.fromData({ year: 2026, month, day, hour, minute: 30, second: 0, isDate: false })) /
      3600;
    expect([offsetAt(3, 29, 0), offsetAt(3, 29, 3), offsetAt(10, 25, 0), offsetAt(10, 25, 3)]).toEqual([0, 1, 1, 0]);
  });

  const hostile = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc.constantFrom(
      'x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:planted',
      'END:VCALENDAR',
      '\\',
      '\\n;,:"',
      'é'.repeat(200),
      '\u{1f525}'.repeat(100),
      'a\u0000b\u0007c\u0085d\u2028e',
      '=cmd()',
    ),
  );
  /** What is left of a text: its lines, without what cannot be written. */
  const plain = (text: string) =>
    text.replaceAll(/\r\n?|[\u0085\u2028\u2029]/g, '\n').replaceAll(/[^\P{Cc}\n\t]/gu, '');

  test('whatever a text says, it is one text, in lines of 75 octets', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 3 }), hostile, (titles, description) => {
        const entries = titles.map((summary, index) => ({
          ...entry,
          uid: `${index}`,
          summary,
          description,
          categories: [],
        }));
        const text = calendar(entries);
        const bytes = Buffer.from(text);
        for (const line of bytes.toString('latin1').split('\r\n')) expect(line.length).toBeLessThanOrEqual(75);
        for (const line of text.split('\r\n')) expect(line).not.toMatch(/[\r\n]/);
        const read = readBack(text);
        expect(read.map(({ event }) => event.summary)).toEqual(titles.map(plain));
        for (const { event } of read) expect(event.description).toBe(plain(description));
      }),
      { endOnFailure: true },
    );
  });

  test('no letter is broken by a fold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        expect(fold(text).replaceAll('\r\n ', '')).toBe(text);
      }),
    );
  });
});

describe('what somebody’s calendar has', () => {
  const given = { sequence: 0, givenAt: new Date(start) };
  const worlds = fc.array(
    fc.record({
      state: fc.constantFrom(...changeStates),
      sharing: fc.constantFrom(...sharings),
      services: fc.subarray(['DUIS gateway', 'Signed files']),
      regions: fc.subarray(['North', 'South']),
      secret: secretOf,
      other: secretOf,
    }),
    { maxLength: 4 },
  );

  test('is the same, to the letter, whatever of a change its owner does not share', () => {
    fc.assert(
      fc.property(worlds, (made) => {
        const textOf = (which: 'secret' | 'other') => {
          const views = made.flatMap((each, index) => {
            const { state, sharing, services, regions } = each;
            const base = { change: `c${index}`, owner: beta, sharing, spans: [at(index, 2)] };
            const sees = seesOf(changeOf({ ...base, state, secret: each.secret }), ofAlpha);
            const isHidden = which === 'other' && sees !== 'whole';
            const kept = changeOf({
              ...base,
              // of an outline neither the state nor what else is affected shows
              state: isHidden && sees === 'outline' ? 'in_progress' : state,
              secret: isHidden ? each.other : each.secret,
              affected: isHidden && sees === 'outline' ? { services } : { services, regions },
            });
            const view = viewOf(kept, ofAlpha);
            return view === undefined || !isToCome(view) ? [] : [view];
          });
          return calendar(views.flatMap((view) => entriesOf(view, alpha, given)));
        };
        expect(textOf('secret')).toBe(textOf('other'));
      }),
      { endOnFailure: true },
    );
  });

  test('names the same change otherwise to each reader, each time by itself, and the same again', () => {
    const secret = { title: 't', description: 'd', backOut: 'b', party: 'p', contact: 'c', version: 1, by: 'x' };
    const options = { change: 'c', owner: beta, state: 'cancelled', sharing: 'everybody', secret } as const;
    const view = viewOf(changeOf({ ...options, spans: [at(0, 1), at(24, 1)] }), ofAlpha);
    if (view === undefined) throw new Error('it is shared');
    const uidsOf = (reader: string) => entriesOf(view, reader, given).map(({ uid }) => uid);
    expect(uidsOf(alpha)).toEqual(uidsOf(alpha));
    expect(new Set([...uidsOf(alpha), ...uidsOf(beta)]).size).toBe(4);
    expect(entriesOf(view, alpha, given).map(({ status }) => status)).toEqual(['CANCELLED', 'CANCELLED']);
  });
});
