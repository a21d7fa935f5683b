import { changeStates, sharings } from '@penstock/api';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { HOUR } from '../changes/london.ts';
import { type Reader, seesOf, viewOf } from '../changes/sharing.ts';
import { changeOf, secretOf } from '../changes/testing-changes.ts';
import { isAllowed, readNetworks, requireAddress } from './address.ts';
import { scheduleMonths, typeOf } from './events.ts';
import { pauseAfter } from './send.ts';
import { newSecret, signedHeaders } from './signature.ts';

describe('a signature', () => {
  const [one, two] = [newSecret(), newSecret()];
  const body = '{"type":"change.shared","data":{"é":1}}';
  const headers = signedHeaders([one, two], { message: 'm-1', at: new Date(), body });

  test('is taken by the readers of Standard Webhooks, under either secret, and by no other', () => {
    for (const secret of [one, two]) {
      expect(new Webhook(secret).verify(body, headers)).toEqual({ type: 'change.shared', data: { é: 1 } });
    }
    expect(() => new Webhook(newSecret()).verify(body, headers)).toThrow();
    expect(() => new Webhook(one).verify(body.replace('1', '2'), headers)).toThrow();
    expect(() => new Webhook(one).verify(body, { ...headers, 'webhook-id': 'm-2' })).toThrow();
  });
});

describe('an address', () => {
  const none = readNetworks([]);
  const lab = readNetworks(['127.0.0.0/8', 'fd00::/8']);

  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.255.255',
    '192.168.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '255.255.255.255',
    '224.0.0.1',
    '::',
    '::1',
    '::ffff:10.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    'fe80::1',
    'fd00::1',
    'ff02::1',
    'localhost',
  ])('inside, such as %s, is none for webhooks', (address) => {
    expect(isAllowed(address, none)).toBe(false);
  });

  test('of everybody is one, and of a network that the Operator allows', () => {
    expect(['8.8.8.8', '172.32.0.1', '2a00:1450::1'].every((address) => isAllowed(address, none))).toBe(true);
    expect(['127.0.0.1', 'fd00::1', '8.8.8.8'].every((address) => isAllowed(address, lab))).toBe(true);
    expect(isAllowed('10.0.0.1', lab)).toBe(false);
    for (const text of ['10.0.0.0', '10.0.0.0/33', 'lab/8', '10.0.0.0/8/8']) {
      expect(() => readNetworks([text])).toThrow(expect.objectContaining({ code: 'config.invalid' }));
    }
  });

  test.each([
    ['https://desk.example/hook', true, true],
    ['http://desk.example/hook', false, false],
    ['http://127.0.0.1:99/', false, true],
    ['https://[::1]/', false, false],
    ['https://0x7f000001/', false, true],
    ['https://user:word@desk.example/', false, false],
    ['https://desk.example/#there', false, false],
    ['ftp://desk.example/', false, false],
  ])('%s', (url, anywhere, inLab) => {
    const isTaken = (allowed: typeof none) => {
      try {
        requireAddress(url, allowed);
        return true;
      } catch (error) {
        expect(error).toMatchObject({ code: 'webhooks.address', where: 'url' });
        return false;
      }
    };
    expect([isTaken(none), isTaken(lab)]).toEqual([anywhere, inLab]);
  });
});

test('pauses double, up to an hour', () => {
  expect([1, 2, 3, 10, 11, 1_000].map(pauseAfter)).toEqual([5, 10, 20, 2_560, 3_600, 3_600]);
});

describe('what is told', () => {
  const [alpha, beta] = ['90-B3-D5-1F-30-01-00-00', '90-B3-D5-1F-30-02-00-00'];
  const ofAlpha: Reader = { kind: 'user', userIds: [alpha] };
  const start = Date.parse('2026-12-01T00:00Z');
  const at = (from: number) => ({ from: start + from * HOUR, to: start + (from + 2) * HOUR });
  const secret = { title: 't', description: 'd', backOut: 'b', party: 'p', contact: 'c', version: 1, by: 'x' };
  const seen = (rest: Partial<Parameters<typeof changeOf>[0]>) =>
    viewOf(
      changeOf({ change: 'c', owner: beta, state: 'shared', sharing: 'everybody', secret, spans: [at(0)], ...rest }),
      ofAlpha,
    );

  test.each([
    ['a draft', { state: 'draft' }, {}, 'change.shared'],
    ['the same', {}, {}, undefined],
    ['another state', {}, { state: 'scheduled' }, 'change.changed'],
    ['other words', {}, { secret: { ...secret, title: 'u' } }, 'change.changed'],
    ['another time', {}, { spans: [at(5)] }, 'change.moved'],
    ['cancelled', {}, { state: 'cancelled' }, 'change.cancelled'],
    ['shared less', {}, { sharing: 'operator' }, 'change.withdrawn'],
    ['an outline that is over', { sharing: 'outline' }, { sharing: 'outline', state: 'cancelled' }, 'change.withdrawn'],
    [
      'an outline of which something else is edited',
      { sharing: 'outline' },
      { sharing: 'outline', state: 'scheduled' },
      undefined,
    ],
    ['an outline that is shared wholly', { sharing: 'outline' }, {}, 'change.changed'],
    ['a draft that is cancelled', { state: 'draft' }, { state: 'cancelled' }, undefined],
    ['what is hidden', { sharing: 'operator' }, { sharing: 'operator', spans: [at(5)] }, undefined],
  ] as const)('of %s', (_, before, after, type) => {
    expect(typeOf(seen(before), seen(after))).toBe(type);
  });

  const save = fc.record({
    state: fc.constantFrom(...changeStates),
    sharing: fc.constantFrom(...sharings),
    from: fc.nat(1),
    secret: secretOf,
    other: secretOf,
  });
  test('is the same whatever of a change its owner does not share', () => {
    fc.assert(
      fc.property(save, save, (one, other) => {
        const told = (which: 'secret' | 'other') => {
          const view = (each: typeof one) => {
            const kept = changeOf({ ...each, change: 'c', owner: beta, spans: [at(each.from)] });
            const isHidden = which === 'other' && seesOf(kept, ofAlpha) !== 'whole';
            return viewOf(
              isHidden ? changeOf({ ...each, secret: each.other, change: 'c', owner: beta, spans: kept.spans }) : kept,
              ofAlpha,
            );
          };
          return JSON.stringify([typeOf(view(one), view(other)), scheduleMonths(view(one), view(other)), view(other)]);
        };
        expect(told('secret')).toBe(told('other'));
      }),
      { endOnFailure: true },
    );
  });
});
