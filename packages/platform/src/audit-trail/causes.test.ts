import { requireEui } from '@penstock/duis';
import { expect, test } from 'vitest';
import { foldBursts } from './bursts.ts';
import { type Candidate, findingOf, rankCauses } from './causes.ts';

const device = requireEui('00-DB-12-34-56-78-00-01');
const NOW = Date.parse('2026-11-22T12:00:00Z');
const SECOND = 1000;
const HOUR = 3_600 * SECOND;
const message = (before: number, changes: Partial<Candidate> = {}): Candidate => ({
  at: NOW - before,
  device,
  kind: 'service_request',
  serviceReferenceVariant: '4.1.1',
  concerns: 'target',
  sender: { role: 'IS', isYou: false },
  ...changes,
});
const ranked = (code: string | undefined, ...candidates: Candidate[]) =>
  rankCauses({ at: NOW, code }, foldBursts(candidates)).map(({ serviceReferenceVariant: srv, likelihood }) => [
    srv,
    likelihood,
  ]);

test('what fits the title of the alert comes first, before what is nearer', () => {
  const cleared = message(20 * 60 * SECOND, { serviceReferenceVariant: '3.3' });
  expect(ranked('8F52', message(2 * SECOND), cleared)).toEqual([
    ['3.3', 'likely'],
    ['4.1.1', 'unlikely'],
  ]);
  expect(rankCauses({ at: NOW, code: '8f52' }, foldBursts([cleared]))[0]?.reasons).toEqual([
    'The service fits what the alert is called: Event Log Cleared.',
    '20 minutes before the alert.',
    'It was addressed to the device.',
    'Somebody else sent the request.',
  ]);
});

test('a critical command of somebody else just before is likely, whatever the alert; asking for it to be prepared is not', () => {
  const command = { kind: 'signed_pre_command', serviceReferenceVariant: '6.15.1' } as const;
  expect(ranked(undefined, message(12 * SECOND, command))).toEqual([['6.15.1', 'likely']]);
  expect(ranked('8F3F', message(3 * HOUR, command))).toEqual([['6.15.1', 'possible']]);
  expect(ranked('8F3F', message(12 * SECOND, { serviceReferenceVariant: '6.15.1' }))).toEqual([['6.15.1', 'unlikely']]);
});

test('an alert about a command that failed points at commands; reading is possible, a good response is none', () => {
  expect(ranked('8F3D', message(5 * SECOND, { serviceReferenceVariant: '6.22' }))).toEqual([['6.22', 'likely']]);
  expect(ranked('8F3D', message(5 * SECOND))).toEqual([['4.1.1', 'possible']]);
  expect(ranked('8F3D', message(5 * SECOND, { kind: 'response', code: 'I0' }))).toEqual([['4.1.1', 'unlikely']]);
});

test('a response with an error counts more than one without, and says what the code means', () => {
  const [failed, done] = rankCauses(
    { at: NOW, code: undefined },
    foldBursts([
      message(5 * SECOND, { kind: 'response', code: 'I0' }),
      message(9 * SECOND, { kind: 'response', code: 'E20', serviceReferenceVariant: '6.22' }),
    ]),
  );
  expect(failed).toMatchObject({ codes: ['E20'], likelihood: 'possible' });
  expect(failed?.reasons).toContain('The device’s answer was the error E20 (Cannot communicate with the device).');
  expect(done?.likelihood).toBe('unlikely');
});

test('a burst is one cause that says how many it is; naming a device in the body counts less than addressing it', () => {
  const many = Array.from({ length: 40 }, (_, index) => message(200 * SECOND - index * 5 * SECOND));
  const [burst, ...none] = rankCauses({ at: NOW, code: undefined }, foldBursts(many));
  expect([burst?.count, none.length]).toEqual([40, 0]);
  expect(burst?.reasons).toContain('40 of them within 3 minutes.');
  const [addressed, named] = rankCauses(
    { at: NOW, code: undefined },
    foldBursts([message(SECOND, { concerns: 'body' }), message(2 * SECOND)]),
  );
  expect([addressed?.concerns, named?.concerns]).toEqual(['target', 'body']);
});

test('who sent it weighs: one’s own comes after somebody else’s like it', () => {
  const own = message(SECOND, { sender: { isYou: true }, position: '2026-11-22/1' });
  const causes = rankCauses({ at: NOW, code: undefined }, foldBursts([own, message(2 * SECOND)]));
  expect(causes.map(({ sender }) => sender.isYou)).toEqual([false, true]);
  expect(causes[1]).toMatchObject({ position: '2026-11-22/1' });
});

test('what is found is said in one sentence, and that nothing was', () => {
  const finding = (seesTitles: boolean, ...candidates: Candidate[]) =>
    findingOf(rankCauses({ at: NOW, code: '8F52' }, foldBursts(candidates)), seesTitles);
  expect(finding(true)).toBe('No message that you may see from the 24 hours before the alert explains it.');
  expect(finding(true, message(SECOND))).toBe(finding(true));
  expect(finding(true, message(SECOND, { serviceReferenceVariant: '3.3' }))).toBe(
    '1 likely cause in the 24 hours before the alert.',
  );
  expect(finding(true, message(SECOND, { serviceReferenceVariant: '6.22' }))).toBe(
    'Nothing in the 24 hours before the alert fits it well; 1 possible cause.',
  );
  expect(finding(false)).toMatch(/explains it\. You see your own messages only/);
});
