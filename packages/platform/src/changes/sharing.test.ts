import { type ChangeState, changeStates, sharings } from '@penstock/api';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Calendar } from './calendar.ts';
import { ClashIndex } from './clash-index.ts';
import type { ChangeFacts } from './clashes.ts';
import { HOUR } from './london.ts';
import { clashesFor, isComparedWith, type KeptChange, type Reader, seesOf, viewOf } from './sharing.ts';
import { changeOf, secretOf } from './testing-changes.ts';

// Whoever sees less than the whole of a change gets the same answer, to the letter, whatever the rest of it is.

const [alpha, beta, operator] = ['90-B3-D5-1F-30-01-00-00', '90-B3-D5-1F-30-02-00-00', '90-B3-D5-1F-30-00-00-02'];
const readers: readonly Reader[] = [
  { kind: 'user', userIds: [alpha] },
  { kind: 'user', userIds: [beta] },
  { kind: 'operator', userIds: [operator] },
];
const ofAlpha = readers[0] as Reader;
const start = Date.parse('2026-12-01T00:00Z');
const at = (from: number, hours: number) => ({ from: start + from * HOUR, to: start + (from + hours) * HOUR });

describe('what somebody sees of a change', () => {
  const rank = { nothing: 0, outline: 1, whole: 2, own: 3 };

  test('is its owner’s choice, and a draft is its owner’s alone', () => {
    const secret = { title: 't', description: 'd', backOut: 'b', party: 'p', contact: 'c', version: 1, by: 'x' };
    const table = sharings.flatMap((sharing) =>
      changeStates.map((state) => {
        const kept = changeOf({ change: 'c', owner: beta, state, sharing, secret, spans: [at(0, 1)] });
        return `${sharing} ${state}: ${readers.map((reader) => seesOf(kept, reader)).join(' ')}`;
      }),
    );
    const live = ['assessed', 'consulted', 'shared', 'scheduled', 'in_progress'];
    const expected = sharings.flatMap((sharing) =>
      changeStates.map((state) => {
        if (state === 'draft' || state === 'template') return `${sharing} ${state}: nothing own nothing`;
        const others =
          sharing === 'everybody' ? 'whole' : sharing === 'outline' && live.includes(state) ? 'outline' : 'nothing';
        return `${sharing} ${state}: ${others} own whole`;
      }),
    );
    expect(table).toEqual(expected);
  });

  test('an outline is the same whatever the rest is', () => {
    fc.assert(
      fc.property(
        secretOf,
        secretOf,
        few('srvs', '4.1.1', '6.23'),
        few('regions', 'North', 'South'),
        (one, other, srvs, regions) => {
          const base = { change: 'c', owner: beta, state: 'scheduled', sharing: 'outline', spans: [at(0, 2)] } as const;
          const services = ['DUIS gateway'];
          const view = viewOf(changeOf({ ...base, secret: one, affected: { services } }), ofAlpha);
          const same = viewOf(
            changeOf({ ...base, state: 'in_progress', secret: other, affected: { services, ...srvs, ...regions } }),
            ofAlpha,
          );
          expect(view).toEqual(same);
          expect(view).toEqual({
            see: 'outline',
            change: 'c',
            owner: 'a Supplier',
            size: 'medium',
            services,
            occurrences: [{ from: '2026-12-01T00:00:00.000Z', to: '2026-12-01T02:00:00.000Z' }],
          });
        },
      ),
    );
  });

  function few(name: 'srvs' | 'regions', ...names: string[]) {
    return fc.subarray(names).map((list) => ({ [name]: list }));
  }

  const factsOf = ({ change, owner, content, spans }: KeptChange): ChangeFacts => ({
    change,
    owner: owner.userId,
    keepsMaintenance: false,
    affected: content.affected,
    spans,
  });
  /** The whole way of a question: which are looked at, what clashes, what is told. */
  function told(mine: KeptChange, others: readonly KeptChange[], reader: Reader) {
    const compared = others.filter((other) => isComparedWith(mine, other, reader));
    const services = [{ name: 'DUIS gateway', dependsOn: ['Network interface'] }];
    const index = new ClashIndex({ calendar: new Calendar([]), mostAtOnce: 3, services }, compared.map(factsOf));
    return clashesFor(mine, index.of(factsOf(mine)), {
      kept: new Map(compared.map((other) => [other.change, other])),
      reader,
    });
  }

  const othersOf = fc.array(
    fc.record({
      state: fc.constantFrom<ChangeState>('draft', 'shared', 'scheduled', 'in_progress', 'done'),
      sharing: fc.constantFrom(...sharings),
      // in different letters, which must not show
      services: fc.subarray(['DUIS gateway', 'Network interface', 'Signed files']),
      regions: fc.subarray(['North', 'NORTH', 'South']),
      from: fc.integer({ min: 0, max: 40 }),
      hours: fc.integer({ min: 1, max: 10 }),
      secret: secretOf,
      other: secretOf,
    }),
    { maxLength: 5 },
  );

  test('a clash says what is shared, and of the rest only that there is one, on what of one’s own, in which of one’s own windows', () => {
    fc.assert(
      fc.property(othersOf, fc.constantFrom<ChangeState>('draft', 'scheduled'), secretOf, (made, state, secret) => {
        const spans = [at(0, 12), at(24, 12)];
        const affected = { services: ['DUIS gateway'], regions: ['north'] };
        const mine = changeOf({ change: 'm', owner: alpha, state, sharing: 'operator', secret, affected, spans });
        const others = (which: 'secret' | 'other') =>
          made.map(({ services, regions, from, hours, ...rest }, index) =>
            changeOf({
              ...rest,
              // of what is not shared not even its id, whose it is or its exact times may show
              change: rest.sharing === 'operator' && which === 'other' ? `z${made.length - index}` : `c${index}`,
              owner: beta,
              secret: rest.sharing === 'everybody' ? rest.secret : rest[which],
              affected: { services, regions },
              spans: [at(from, hours)],
            }),
          );
        const [one, other] = [told(mine, others('secret'), ofAlpha), told(mine, others('other'), ofAlpha)];
        const plain = (clashes: typeof one) => clashes.map((clash) => JSON.stringify(clash));
        expect(plain(one)).toEqual(plain(other));
        const hidden = one.filter((clash) => clash.kind === 'change' && clash.other === undefined);
        expect(hidden.length).toBeLessThanOrEqual(1);
        // by a draft nobody learns of what is not shared
        if (state === 'draft') expect(hidden).toEqual([]);
        const isThere = made.some(
          (each) =>
            each.sharing === 'operator' &&
            ['shared', 'scheduled', 'in_progress'].includes(each.state) &&
            spans.some(({ from, to }) => at(each.from, each.hours).from < to && from < at(each.from, each.hours).to) &&
            (each.services.some((name) => name !== 'Signed files') ||
              each.regions.some((name) => name.toLowerCase() === 'north')),
        );
        if (state !== 'draft') expect(hidden).toHaveLength(isThere ? 1 : 0);
        // the Operator is told of each
        const forOperator = told({ ...mine, state: 'scheduled' }, others('secret'), readers[2] as Reader);
        for (const clash of forOperator) if (clash.kind === 'change') expect(clash.other?.see).toBe('whole');
      }),
    );
  });

  test('nobody sees more of a change by sharing it less', () => {
    fc.assert(
      fc.property(fc.constantFrom(...changeStates), secretOf, fc.constantFrom(...readers), (state, secret, reader) => {
        const ranks = sharings.map(
          (sharing) => rank[seesOf(changeOf({ change: 'c', owner: beta, state, sharing, secret, spans: [] }), reader)],
        );
        expect(ranks).toEqual(ranks.toSorted());
      }),
    );
  });
});
