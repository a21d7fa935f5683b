import type { TitleDocument } from '@penstock/api';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  entriesOf,
  LONGEST_RUN_MILLISECONDS,
  pageOfRuns,
  type Read,
  type Run,
  type TimelineAlert,
  type TimelineMessage,
} from './timeline.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

let made = 0;
function message(at: number, changes: Partial<TitleDocument> = {}): TimelineMessage {
  made += 1;
  const title: TitleDocument = {
    reference: `reference ${made}`,
    time: new Date(at).toISOString(),
    direction: 'southbound',
    kind: 'service_request',
    serviceReferenceVariant: '4.1.1',
    device: '00-DB-12-34-56-78-00-01',
    concerns: 'target',
    code: 'I99',
    sender: { role: 'IS', isYou: false },
    why: { basis: 'responsible', role: 'IS', userId: '90-B3-D5-1F-30-01-00-00' },
    ...changes,
  };
  return { at, title };
}
const alert = (at: number, code = '8F52'): TimelineAlert => ({
  at,
  kind: 'device_alert',
  code,
  position: `2026-11-22/${at}`,
});

/** As a source is read: the newest so many before an instant. */
function readOf<Item extends { at: number }>(all: readonly Item[], before: number, most: number): Read<Item> {
  const older = all.filter(({ at }) => at < before).toSorted((one, other) => other.at - one.at);
  return { items: older.slice(0, most), isCut: older.length > most };
}

function pagesOf(messages: TimelineMessage[], alerts: TimelineAlert[], most: number, limit: number): Run[][] {
  const pages: Run[][] = [];
  let before: number | undefined = NOW;
  while (before !== undefined) {
    const read: Parameters<typeof pageOfRuns>[0] = {
      messages: readOf(messages, before, most),
      alerts: readOf(alerts, before, most),
    };
    const { runs, next }: ReturnType<typeof pageOfRuns> = pageOfRuns(read, limit);
    pages.push(runs);
    if (next !== undefined) expect(next).toBeLessThan(before);
    before = next;
  }
  return pages;
}

test('a request, its response and what follows within a minute are one entry, each kind of them a part with its codes', () => {
  const response = { kind: 'response', direction: 'northbound', code: 'I0' } as const;
  const items = [
    message(NOW - 10 * SECOND, { ...response, code: 'E21', meaning: 'No answer from the device' }),
    message(NOW - 30 * SECOND, response),
    message(NOW - 31 * SECOND),
    message(NOW - 60 * SECOND),
    message(NOW - 5 * MINUTE, { sender: { role: 'GS', isYou: false } }),
  ];
  const { runs, next } = pageOfRuns({ messages: readOf(items, NOW, 9), alerts: readOf([], NOW, 9) }, 9);
  expect(next).toBeUndefined();
  const [burst, single] = entriesOf(runs, []);
  expect(burst).toMatchObject({
    what: 'messages',
    count: 4,
    first: new Date(NOW - 60 * SECOND).toISOString(),
    last: new Date(NOW - 10 * SECOND).toISOString(),
    isCut: false,
    parts: [
      { kind: 'service_request', count: 2, codes: [{ code: 'I99', count: 2 }] },
      {
        kind: 'response',
        count: 2,
        codes: [{ code: 'E21', count: 1, meaning: 'No answer from the device' }, { code: 'I0' }],
      },
    ],
  });
  expect(single).toMatchObject({ count: 1, parts: [{ sender: { role: 'GS' }, messages: [{ code: 'I99' }] }] });
});

test('alerts of one code are one entry with the likely causes of the first of them, by the time at which they stand', () => {
  const held = message(NOW - 20 * MINUTE, {
    serviceReferenceVariant: '3.3',
    sentAt: new Date(NOW - 2 * MINUTE).toISOString(),
  });
  const own = message(NOW - 90 * SECOND, { sender: { isYou: true }, position: '2026-11-22/7' });
  const after = message(NOW - 30 * SECOND, { serviceReferenceVariant: '3.3' });
  const read = {
    messages: readOf([held, own, after], NOW, 9),
    alerts: readOf([alert(NOW - MINUTE), alert(NOW - 20 * SECOND), alert(NOW - 50 * SECOND, 'N1')], NOW, 9),
  };
  const [first, , second] = entriesOf(pageOfRuns(read, 9).runs, read.messages.items);
  expect(first).toMatchObject({
    what: 'alerts',
    count: 2,
    code: '8F52',
    title: 'Event Log Cleared',
    position: `2026-11-22/${NOW - MINUTE}`,
    finding: '1 likely cause in the 24 hours before the alert.',
    causes: [{ likelihood: 'likely', reference: held.title.reference, recordedAt: held.title.time }],
  });
  expect(second).toMatchObject({ what: 'alerts', code: 'N1', count: 1 });
});

test('two senders of one role are folded as one is, and oneself is not folded with them', () => {
  const fold = (items: TimelineMessage[]) =>
    entriesOf(pageOfRuns({ messages: readOf(items, NOW, 99), alerts: readOf([], NOW, 9) }, 9).runs, [])
      .flatMap((entry) => (entry.what === 'messages' ? entry.parts : []))
      .map(({ sender, count }) => [sender.isYou, count]);
  const times = [1, 2, 3, 4].map((second) => NOW - second * SECOND);
  expect(fold(times.map((at) => message(at)))).toEqual([[false, 4]]);
  expect(fold(times.map((at, index) => message(at, { sender: { role: 'IS', isYou: index > 1 } })))).toEqual([
    [true, 2],
    [false, 2],
  ]);
});

test('what goes on for hours is told by the hour', () => {
  const items = Array.from({ length: 300 }, (_, index) => message(NOW - 1 - index * 30 * SECOND));
  const { runs } = pageOfRuns({ messages: readOf(items, NOW, 999), alerts: readOf([], NOW, 9) }, 9);
  expect(runs.map((run) => run.items.length)).toEqual([120, 120, 60]);
});

const times = fc.array(
  fc.integer({ min: 1, max: 4 * 3_600 }).map((second) => NOW - second * SECOND),
  { maxLength: 60 },
);

/** The most messages and alerts in runs that overlap. */
function longestTogether(newestFirst: readonly Run[]): number {
  let [longest, together, begin] = [0, 0, Number.POSITIVE_INFINITY];
  for (const { first, last, items } of newestFirst) {
    together = last < begin ? items.length : together + items.length;
    begin = Math.min(begin, first);
    longest = Math.max(longest, together);
  }
  return longest;
}

test('page after page nothing is lost or told twice, and no run in two halves, however little is read at once', () => {
  fc.assert(
    fc.property(
      times,
      times,
      fc.integer({ min: 8, max: 30 }),
      fc.integer({ min: 1, max: 9 }),
      (sent, had, most, limit) => {
        const messages = [...new Set(sent)].map((at) => message(at));
        const alerts = [...new Set(had)].map((at) => alert(at, (at / SECOND) % 2 === 0 ? '8F52' : 'N1'));
        const runs = pagesOf(messages, alerts, most, limit).flat();
        const told = runs.flatMap(({ items }) => [...items] as (TimelineMessage | TimelineAlert)[]);
        expect(told).toHaveLength(messages.length + alerts.length);
        expect(new Set(told)).toEqual(new Set([...messages, ...alerts]));
        const all = pagesOf(messages, alerts, 999, 999).flat();
        for (const { first, last } of runs) expect(last - first).toBeLessThan(LONGEST_RUN_MILLISECONDS);
        // what stands together and is longer than what is read at once cannot be in one piece
        if (longestTogether(all) < most) {
          const spans = (of: readonly Run[]) => of.map(({ what, first, last }) => `${what} ${first} ${last}`).sort();
          expect(spans(runs)).toEqual(spans(all));
        }
      },
    ),
  );
});

test('more at one instant than is read at once is said to be cut, and what is older follows', () => {
  const flood = Array.from({ length: 9 }, () => message(NOW - MINUTE));
  const pages = pagesOf([...flood, message(NOW - 2 * MINUTE)], [], 5, 9);
  expect(pages.map((runs) => runs.map((run) => [run.items.length, 'isCut' in run && run.isCut]))).toEqual([
    [[5, true]],
    [[1, false]],
  ]);
});
