import { requireEui } from '@penstock/duis';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EventStream } from './event-stream.ts';
import type { View } from './events.ts';

const alpha = requireEui('90-B3-D5-1F-30-01-00-00');
const views: View[] = [{ acting: alpha, role: 'analyst', topics: new Set(['messages', 'streams']) }];
const at = new Date('2026-11-22T12:00:00Z');
const message = { topic: 'messages', userId: alpha } as const;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const openStream = () => new EventStream({ personId: 'p', sessionId: 's', after: undefined, views });

test('events have the form of server-sent events, each with the place from which to resume', () => {
  const stream = openStream();
  stream.open(at, false);
  stream.tell(at, [message, { topic: 'people', userId: alpha }]);
  stream.finish('stopping');
  expect(stream.read().toString()).toBe(
    [
      'retry: 2000',
      `id: ${at.toISOString()}`,
      'event: open',
      'data: {"isResumed":false,"heartbeatSeconds":15}',
      '',
      `id: ${at.toISOString()}`,
      'event: changed',
      `data: [{"for":"${alpha}","topic":"messages"}]`,
      '',
      `id: ${at.toISOString()}`,
      'event: end',
      'data: {"reason":"stopping"}',
      '',
      '',
    ].join('\n'),
  );
});

test('a quiet stream has a heartbeat, and a busy one none', () => {
  const stream = openStream();
  vi.advanceTimersByTime(14_000);
  stream.tell(at, []);
  expect(stream.read()).toBeNull();
  vi.advanceTimersByTime(1_000);
  stream.tell(at, []);
  expect(stream.read()?.toString()).toContain('event: beat');
  vi.advanceTimersByTime(15_000);
  stream.tell(at, [message]);
  expect(stream.read()?.toString()).not.toContain('event: beat');
});

test('a reader that takes nothing costs a bounded piece, and is too slow after half a minute', () => {
  const stream = openStream();
  for (let round = 0; round < 10_000; round += 1) stream.tell(at, [message]);
  expect(stream.readableLength).toBeLessThan(17 * 1024);
  vi.advanceTimersByTime(29_000);
  stream.tell(at, [message]);
  expect(stream.isTooSlow).toBe(false);
  vi.advanceTimersByTime(2_000);
  expect(stream.isTooSlow).toBe(true);
  stream.finish('too-slow');
  expect(stream.destroyed).toBe(true);
});

test('one that takes them late gets what changed meanwhile once', () => {
  const stream = openStream();
  for (let round = 0; round < 1_000; round += 1) stream.tell(at, [message]);
  let text = '';
  for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) text += chunk;
  expect(text.match(/event: changed/g)?.length).toBeLessThan(200);
  expect(stream.isTooSlow).toBe(false);
});
