import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Calendar } from './calendar.ts';
import { ClashIndex } from './clash-index.ts';
import { HOUR } from './london.ts';
import { type Copy, copiesOf, reasonsFor, type Said, type Sender, shownToOf } from './mediation.ts';
import type { KeptChange } from './sharing.ts';
import { changeOf, secretOf } from './testing-changes.ts';

const [alpha, beta] = ['90-B3-D5-1F-30-01-00-00', '90-B3-D5-1F-30-02-00-00'];
const start = Date.parse('2026-12-01T00:00Z');

describe('who has what of a mediation', () => {
  const text = fc.string({ minLength: 1, maxLength: 8 });
  const saidOf = fc.record({
    sender: fc.constantFrom<Sender>('operator', 'first', 'second'),
    shownTo: fc.constantFrom(undefined, 'nobody', 'other', 'both', 'first', 'second') as fc.Arbitrary<Said['shownTo']>,
    isNamed: fc.boolean(),
    at: fc.nat(59_999),
    words: text,
    by: text,
  });
  /** What one has after all of it, counted by itself. */
  const threadOf = (to: Sender, all: readonly Said[]) =>
    all
      .flatMap((said) => copiesOf(said).filter((copy) => copy.to === to))
      .map((copy, index): Copy & { number: number } => ({ ...copy, number: index + 1 }));
  const isTaken = (said: Said) => shownToOf(said) !== undefined;

  test('a side has the same, to the letter, whatever the other side kept to itself', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ said: saidOf, other: saidOf, minute: fc.nat(3) }), { maxLength: 12 }),
        fc.tuple(text, text),
        (made, names) => {
          const world = (which: 0 | 1): Said[] =>
            made
              .map(({ said, other, minute }) => {
                const at = (milliseconds: number) => new Date(start + minute * 60_000 + milliseconds);
                const its: Said = { ...said, at: at(said.at), party: said.sender === 'second' ? names[which] : 'mine' };
                if (which === 0 || said.sender === 'first') return its;
                if (said.sender === 'operator') {
                  // to whom the Operator writes besides is not the side's either
                  return said.shownTo === 'second'
                    ? { ...its, words: other.words, by: other.by }
                    : { ...its, by: other.by };
                }
                const isShown = shownToOf(its) === 'other';
                const secret = { at: at(other.at), by: other.by };
                return isShown
                  ? { ...its, ...secret, party: said.isNamed ? names[0] : names[1] }
                  : { ...its, ...secret, words: other.words, isNamed: other.isNamed };
              })
              .filter(isTaken);
          const named = (all: Said[]) =>
            all.map((said) => (said.sender === 'second' && said.isNamed ? { ...said, party: 'named' } : said));
          const [one, other] = [threadOf('first', named(world(0))), threadOf('first', named(world(1)))];
          expect(JSON.stringify(one)).toBe(JSON.stringify(other));
          // and the same with all that was kept from it left out: no number is missing
          const shown = named(world(1)).filter(
            (said) =>
              said.sender === 'first' ||
              (said.sender === 'second' ? shownToOf(said) === 'other' : shownToOf(said) !== 'second'),
          );
          expect(JSON.stringify(threadOf('first', shown))).toBe(JSON.stringify(one));
          // the Operator has all of it
          expect(threadOf('operator', world(0))).toHaveLength(world(0).length);
        },
      ),
      { numRuns: 500, endOnFailure: true },
    );
  });

  test('what is not chosen is the least: a side shows nothing and is not named, the Operator writes to both', () => {
    const said = { at: new Date(start + 61_001), by: 'ann@alpha.example', party: 'Alpha', words: 'w', isNamed: true };
    expect(copiesOf({ ...said, sender: 'first', shownTo: undefined }).map(({ to }) => to)).toEqual([
      'operator',
      'first',
    ]);
    expect(copiesOf({ ...said, sender: 'operator', shownTo: undefined }).map(({ to }) => to)).toEqual([
      'operator',
      'first',
      'second',
    ]);
    const [, , shown] = copiesOf({ ...said, sender: 'first', shownTo: 'other', isNamed: false });
    expect(shown).toEqual({ to: 'second', from: 'other', at: new Date(start + 60_000), words: 'w' });
    expect(copiesOf({ ...said, sender: 'first', shownTo: 'other' })[2]).toMatchObject({ party: 'Alpha' });
    expect(shownToOf({ sender: 'operator', shownTo: 'other' })).toBeUndefined();
    expect(shownToOf({ sender: 'second', shownTo: 'first' })).toBeUndefined();
  });

  test('on what they clash is told by names of one’s own change, whatever the other one is', () => {
    const names = (one: string, other: string) => fc.subarray([one, other]);
    const othersOf = fc.record({
      secret: secretOf,
      regions: names('North', 'NORTH'),
      services: names('Registration data', 'Signed files'),
    });
    fc.assert(
      fc.property(secretOf, othersOf, othersOf, (secret, one, other) => {
        const affected = { services: ['DUIS gateway', 'Signed files'], regions: ['north'] };
        const base = { state: 'scheduled', sharing: 'operator', spans: [{ from: start, to: start + HOUR }] } as const;
        const mine = changeOf({ ...base, change: 'm', owner: alpha, secret, affected });
        const told = (its: typeof one, change: string, spans: KeptChange['spans'], regions: string[]) => {
          const theirs = changeOf({
            ...base,
            spans,
            change,
            owner: beta,
            secret: its.secret,
            affected: { services: one.services, regions },
          });
          const services = [{ name: 'DUIS gateway', dependsOn: ['Registration data'] }];
          const factsOf = (kept: KeptChange) => ({
            change: kept.change,
            owner: kept.owner.userId,
            keepsMaintenance: false,
            affected: kept.content.affected,
            spans: kept.spans,
          });
          const index = new ClashIndex({ calendar: new Calendar([]), mostAtOnce: 2, services }, [factsOf(theirs)]);
          return index.of(factsOf(mine)).flatMap((clash) => reasonsFor(mine, clash));
        };
        const hasRegion = one.regions.length > 0;
        const first = told(one, 'a', base.spans, one.regions);
        const longer = [{ from: start - HOUR, to: start + HOUR / 2 }];
        expect(told(other, 'z', longer, hasRegion ? ['NoRtH'] : [])).toEqual(first);
        for (const { value, dependsOn } of first) {
          expect([...affected.services, ...affected.regions]).toContain(value);
          expect(dependsOn).toBeUndefined();
        }
      }),
    );
  });
});
