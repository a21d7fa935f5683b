import { type RequestContent, type RequestId, type ResponseContent, requireEui } from '@penstock/duis';
import { expect, test } from 'vitest';
import { EXCHANGED, keptOfRequest, keptOfResponse, serviceReferenceOf } from './header.ts';

const user = requireEui('90-B3-D5-1F-30-01-00-00');
const device = requireEui('00-DB-12-34-56-78-90-A0');
const id = (counter: bigint): RequestId => ({ originator: user, target: device, counter });
const body = {} as RequestContent['body'];

const request = (changes: Partial<RequestContent> = {}): RequestContent => ({
  type: 'request',
  schemaVersion: '5.4',
  requestId: id(2n),
  commandVariant: 1,
  serviceReference: '4.1',
  serviceReferenceVariant: '4.1.1',
  body,
  ...changes,
});
const response = (changes: Partial<ResponseContent> = {}): ResponseContent => ({
  type: 'response',
  schemaVersion: '5.4',
  responseCode: 'I0',
  responseDateTime: '2026-11-22T08:00:00Z',
  body,
  ...changes,
});

test('a usual request keeps its schema version alone', () => {
  const kept = Object.entries(keptOfRequest(request())).filter(([, value]) => value !== undefined);
  expect(kept).toEqual([['schemaVersion', '5.4']]);
});

test('what a header says beyond that is kept', () => {
  const unusual = request({
    schemaVersion: `6.${'0'.repeat(5_000)}`,
    serviceReference: '7.1',
    firstInSequence: false,
    precedingRequestId: id(1n),
  });
  expect(keptOfRequest(unusual)).toEqual({
    schemaVersion: `6.${'0'.repeat(18)}`,
    serviceReference: '7.1',
    firstInSequence: false,
    preceding: `${user}:${device}:1`,
  });
});

test('a ResponseID with the EUIs exchanged is a mark, any other is kept as it is', () => {
  const exchanged = { originator: device, target: user, counter: 2n };
  const kept = (responseId?: RequestId) => keptOfResponse(response({ responseId }), id(2n)).responseId;
  expect(kept(exchanged)).toBe(EXCHANGED);
  expect(kept({ ...exchanged, counter: 3n })).toBe(`${device}:${user}:3`);
  expect(kept({ ...exchanged, originator: user })).toBe(`${user}:${user}:2`);
  expect(kept()).toBeUndefined();
});

test.each([
  ['2026-11-22T08:00:00Z', '2026-11-22T08:00:00.000Z'],
  ['2026-11-22T08:00:00.123456+01:00', '2026-11-22T07:00:00.123Z'],
  ['2026-11-22T08:00:00', '2026-11-22T08:00:00.000Z'],
  ['0000-01-01T00:00:00Z', undefined],
  ['9999-12-31T23:00:00-10:00', undefined],
  ['2026-11-22T08:00:00+99:99', undefined],
])('%s was %s', (responseDateTime, expected) => {
  expect(keptOfResponse(response({ responseDateTime }), id(2n)).respondedAt?.toISOString()).toBe(expected);
});

test('a service reference is the first two numbers of the SRV', () => {
  expect(['4.1.1', '11.1', '6.23'].map(serviceReferenceOf)).toEqual(['4.1', '11.1', '6.23']);
});
