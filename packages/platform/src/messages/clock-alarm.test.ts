import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { createLog } from '../foundation/log.ts';
import { ClockAlarm } from './clock-alarm.ts';

test('a clock that is more than 5 s off is an error, once a minute', () => {
  const lines: string[] = [];
  const log = createLog(
    { level: 'error' },
    new Writable({ write: (chunk, _encoding, done) => done(void lines.push(String(chunk))) }),
  );
  let now = 1_000_000;
  const alarm = new ClockAlarm({ now: () => new Date(now) }, log);
  const check = (offset: number): number => {
    alarm.check(new Date(now + offset));
    return lines.length;
  };
  expect(check(5_000)).toBe(0);
  expect(check(-5_000)).toBe(0);
  expect(check(5_001)).toBe(1);
  expect(check(9_000)).toBe(1);
  now += 60_000;
  expect(check(-6_000)).toBe(2);
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({ level: 'error', seconds: -6 });
});
