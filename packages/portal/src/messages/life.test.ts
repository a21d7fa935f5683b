import type { MessageLifeDocument } from '@penstock/api/schemas';
import { describe, expect, test } from 'vitest';
import { stepsOf } from './life.ts';

const request = {
  position: '2026-11-22/1',
  userId: '90-B3-D5-1F-30-01-00-00',
  recordedAt: '2026-11-22T08:00:00.000Z',
  direction: 'southbound',
  kind: 'service_request',
  verdict: 'passed',
  requestId: '90-B3-D5-1F-30-01-00-00:00-DB-12-34-56-78-00-02:1',
  target: '00-DB-12-34-56-78-00-02',
  code: 'I99',
  size: 1900,
  sha256: '00',
} as const;
const response = {
  ...request,
  position: '2026-11-22/2',
  recordedAt: '2026-11-22T08:00:02.000Z',
  direction: 'northbound',
  kind: 'response',
  code: 'I0',
} as const;

const titles = (life: Partial<MessageLifeDocument>) =>
  stepsOf({ ...request, devices: [], related: [], ...life }).map((step) => step.title);

describe('a life', () => {
  test('is told in the order in which it happened, whichever of its messages is opened', () => {
    const took = { takenAt: '2026-11-22T08:00:01.000Z' };
    const delivered = { takenAt: '2026-11-22T08:00:03.000Z' };
    const told = [
      'Service request received',
      'Passed',
      'Taken by the network',
      'Response received',
      'Taken by the User',
    ];
    expect(titles({ ...took, related: [{ ...response, ...delivered }] })).toEqual(told);
    expect(titles({ ...response, ...delivered, related: [{ ...request, ...took }] })).toEqual(told);
  });

  test('what waits comes last, the older message first', () => {
    expect(titles({ ...response, related: [{ ...request }] }).slice(-2)).toEqual([
      'Waits for the network',
      'Waits for the User',
    ]);
  });

  test('only what belongs to another message leads there', () => {
    const steps = stepsOf({ ...request, devices: [], related: [{ ...response }] });
    expect(steps.map((step) => step.position)).toEqual([
      undefined,
      undefined,
      '2026-11-22/2',
      undefined,
      '2026-11-22/2',
    ]);
  });

  test.each([
    ['refused', 'Refused', 'It was not sent on. E5: the device is suspended. The answer was E5.', 'stopped'],
    ['held', 'Held', 'It waits in quarantine until an officer decides. The answer was E5.', 'waiting'],
  ] as const)('a message that was %s goes no farther, and its reason is told', (verdict, title, words, state) => {
    const reason = verdict === 'refused' ? { reason: 'E5: the device is suspended' } : {};
    const steps = stepsOf({ ...request, verdict, code: 'E5', ...reason, devices: [], related: [] });
    expect(steps).toHaveLength(2);
    expect(steps[1]).toMatchObject({ title, words, state });
  });
});
