import { affectedPartsSchema, type ChangeState, changeContentSchema } from '@penstock/api';
import { requireEui } from '@penstock/duis';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type KeptChange, readerOf, seesOf } from '../changes/index.ts';
import type { Viewer } from '../foundation/viewer.ts';
import {
  atRiskOf,
  type IncidentFacts,
  likeliestFirst,
  overlapsWith,
  spanOf,
  toldOverlap,
  wordsOfOverlap,
} from './overlaps.ts';

const HOUR = 3_600_000;
const [alpha, sibling, beta] = (['01', '02', '03'] as const).map((each) =>
  requireEui(`90-B3-D5-1F-30-${each}-00-00`),
) as [ReturnType<typeof requireEui>, ReturnType<typeof requireEui>, ReturnType<typeof requireEui>];
const services = [
  { name: 'Gateway', dependsOn: ['Network'] },
  { name: 'Network', dependsOn: [] },
  { name: 'Files', dependsOn: [] },
];
const now = 100 * HOUR;

interface Said {
  readonly change?: string;
  readonly owner?: string;
  readonly state?: ChangeState;
  readonly sharing?: 'operator' | 'outline' | 'everybody';
  readonly affected?: object;
  readonly spans?: readonly (readonly [number, number])[];
}
function change(said: Said = {}): KeptChange {
  const { owner = alpha, state = 'scheduled', sharing = 'operator', affected = {}, spans = [[98, 99]] } = said;
  return {
    change: said.change ?? 'a',
    owner: { userId: owner, party: 'Party', partyKind: 'large_supplier' },
    isSuspended: false,
    state,
    version: 1,
    content: changeContentSchema.parse({ title: 'T', statement: { kind: 'process' }, sharing, affected, windows: [] }),
    spans: spans.map(([from, to]) => ({ from: from * HOUR, to: to * HOUR })),
    changedAt: '',
    changedBy: '',
    toldAt: undefined,
  };
}
const incident = (rest: Partial<IncidentFacts> & { affects?: object } = {}): IncidentFacts => ({
  beganAt: 98.5 * HOUR,
  endedAt: now,
  party: [alpha, sibling],
  ...rest,
  affected: affectedPartsSchema.parse(rest.affects ?? { services: ['Gateway'] }),
});
const at = { services, now };
const ids = (found: readonly { change: KeptChange }[]) => found.map((each) => each.change.change);

test('the announced change of the same Party is named first, then what was under way, then what has more in common', () => {
  const on = { services: ['Gateway'] };
  const changes = [
    change({ change: 'late', owner: beta, affected: on, spans: [[99, 101]] }),
    change({ change: 'under-way', owner: beta, affected: on }),
    change({ change: 'more', owner: beta, affected: { ...on, srvs: ['4.1.1'] } }),
    change({ change: 'sibling', owner: sibling, spans: [[97, 98.2]] }),
    change({ change: 'elsewhere', owner: beta, affected: { services: ['Files'] } }),
    change({ change: 'before', owner: alpha, spans: [[90, 97.4]] }),
  ];
  const facts = incident({ affects: { services: ['Gateway'], srvs: ['4.1.1'] } });
  expect(ids(overlapsWith(facts, changes, at))).toEqual(['sibling', 'more', 'under-way', 'late']);
});

test.each([
  [{}, 'It was under way when the incident began: the same Party.'],
  [
    { owner: beta, affected: { services: ['Network'] } },
    'It was under way when the incident began: services that need each other, Gateway and Network.',
  ],
  [{ spans: [[97, 98]] }, 'It ended 30 min before the incident began: the same Party.'],
  [
    { spans: [[99, 101]], affected: { services: ['gateway'] } },
    'It began 30 min after the incident: the same Party, the service Gateway.',
  ],
  [{ state: 'in_progress', spans: [[90, 91]] }, 'It was under way when the incident began: the same Party.'],
] as const)('%j is told as %s', (said, words) => {
  const [overlap] = overlapsWith(incident(), [change(said as Said)], at);
  expect(overlap && wordsOfOverlap(overlap, incident())).toBe(words);
});

test('it finds what each with each finds', () => {
  const names = fc.subarray(['Gateway', 'Network', 'Files']);
  const one = fc.record({
    owner: fc.constantFrom(alpha, sibling, beta),
    affected: fc.record({
      services: names,
      regions: fc.subarray(['North', 'South']),
      deviceModels: fc.subarray(['M1', 'M2']),
    }),
    spans: fc
      .tuple(fc.integer({ min: 90, max: 105 }), fc.integer({ min: 1, max: 6 }))
      .map(([from, hours]) => [[from, from + hours]] as const),
  });
  const needs = (a: string, b: string) => a === 'Gateway' && b === 'Network';
  fc.assert(
    fc.property(fc.array(one, { maxLength: 12 }), one, (all, its) => {
      const facts = incident({ affects: its.affected, party: its.owner === beta ? [beta] : [its.owner] });
      const changes = all.map((said, index) => change({ ...said, change: String(index) }));
      const expected = changes.filter(({ owner, content: { affected }, spans }) => {
        const span = spanOf(facts);
        const isThen = spans.some(({ from, to }) => from < span.to && to > span.from);
        const isShared =
          facts.party.includes(owner.userId) ||
          affected.services.some((a) => facts.affected.services.some((b) => a === b || needs(a, b) || needs(b, a))) ||
          affected.regions.some((region) => facts.affected.regions.includes(region)) ||
          affected.deviceModels.some((model) => facts.affected.deviceModels.includes(model));
        return isThen && isShared;
      });
      expect(new Set(ids(overlapsWith(facts, changes, at)))).toEqual(
        new Set(ids(expected.map((each) => ({ change: each })))),
      );
    }),
    { endOnFailure: true },
  );
});

test('what is told of a change does not differ by what its owner does not share', () => {
  const reader: Viewer = { kind: 'user', userIds: [beta] };
  const dimension = fc.record({
    srvs: fc.subarray(['4.1.1']),
    regions: fc.subarray(['North']),
    deviceModels: fc.subarray(['M1']),
  });
  fc.assert(
    fc.property(
      dimension,
      fc.constantFrom('operator' as const, 'outline' as const),
      fc.constantFrom('owner' as const, 'interested' as const),
      (hidden, sharing, side) => {
        const facts = incident({
          party: [beta],
          affects: { services: ['Gateway'], srvs: ['4.1.1'], regions: ['North'], deviceModels: ['M1'] },
        });
        const told = (affected: object) =>
          overlapsWith(facts, [change({ affected, sharing })], at)
            .flatMap((overlap) => toldOverlap(overlap, { sees: seesOf(overlap.change, readerOf(reader)), side }) ?? [])
            .map((overlap) => wordsOfOverlap(overlap, facts));
        expect(told({ services: ['Gateway'], ...hidden })).toEqual(told({ services: ['Gateway'] }));
        expect(told(hidden)).toEqual([]);
      },
    ),
    { endOnFailure: true },
  );
});

test('to an Interested Party it is not said whose the incident is', () => {
  const [overlap] = overlapsWith(
    incident(),
    [change({ sharing: 'everybody', affected: { services: ['Gateway'] } })],
    at,
  );
  const told = overlap && toldOverlap(overlap, { sees: 'whole', side: 'interested' });
  expect(told && wordsOfOverlap(told, incident())).toBe(
    'It was under way when the incident began: the service Gateway.',
  );
  const [alone] = overlapsWith(incident(), [change({ sharing: 'everybody' })], at);
  expect(alone && toldOverlap(alone, { sees: 'whole', side: 'interested' })).toBe(undefined);
  const [on, sharing] = [{ services: ['Gateway'] }, 'everybody'] as const;
  const found = overlapsWith(
    incident(),
    [
      change({ change: 'before', owner: alpha, sharing, affected: on, spans: [[97, 98]] }),
      change({ change: 'under-way', owner: beta, sharing, affected: on }),
    ],
    at,
  );
  expect(ids(found)).toEqual(['before', 'under-way']);
  const seen = found.flatMap((each) => toldOverlap(each, { sees: 'whole', side: 'interested' }) ?? []);
  expect(ids(likeliestFirst(seen, incident()))).toEqual(['under-way', 'before']);
});

test('at risk is what is to begin within a week on the same services, or on what they need, and is not under way', () => {
  const on = (said: Said) => change({ owner: beta, affected: { services: ['Gateway'] }, ...said });
  const changes = [
    on({ change: 'next-week', spans: [[200, 201]] }),
    on({ change: 'tomorrow', spans: [[124, 125]] }),
    on({ change: 'needed', affected: { services: ['Network'] }, spans: [[130, 131]] }),
    on({ change: 'too-far', spans: [[300, 301]] }),
    on({ change: 'under-way', state: 'in_progress', spans: [[99, 200]] }),
    on({ change: 'over', state: 'cancelled', spans: [[124, 125]] }),
    on({ change: 'elsewhere', affected: { services: ['Files'] }, spans: [[124, 125]] }),
    on({ change: 'of-the-same-Party', owner: alpha, affected: {}, spans: [[124, 125]] }),
  ];
  expect(ids(atRiskOf(incident(), changes, at))).toEqual(['tomorrow', 'needed', 'next-week']);
});
