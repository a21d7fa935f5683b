import { requireEui } from '@penstock/duis';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BURST_GAP_MILLISECONDS, type Foldable, foldBursts } from './bursts.ts';

const device = requireEui('00-DB-12-34-56-78-00-01');
const message = (at: number, changes: Partial<Foldable> = {}): Foldable => ({
  at,
  device,
  kind: 'service_request',
  serviceReferenceVariant: '4.1.1',
  concerns: 'target',
  sender: { role: 'IS', isYou: false },
  ...changes,
});

test('what follows within a minute is one burst, also when others come between', () => {
  const other = { sender: { role: 'GS', isYou: false } } as const;
  const folded = foldBursts([
    message(120_000),
    message(0),
    message(30_000, { code: 'E20' }),
    message(40_000, other),
    message(89_999, { code: 'I0' }),
  ]);
  expect(folded.map(({ firstAt, lastAt, count, codes }) => [firstAt, lastAt, count, codes])).toEqual([
    [0, 120_000, 4, ['E20', 'I0']],
    [40_000, 40_000, 1, []],
  ]);
  expect(foldBursts([message(0), message(BURST_GAP_MILLISECONDS)])).toHaveLength(2);
});

test('what differs in device, service, kind, concern or sender is not folded', () => {
  const others: Partial<Foldable>[] = [
    { device: requireEui('00-DB-12-34-56-78-00-02') },
    { serviceReferenceVariant: '4.1.2' },
    { kind: 'response' },
    { concerns: 'body' },
    { sender: { role: 'ES', isYou: false } },
    { sender: { role: 'IS', isYou: true } },
    { sender: { role: 'IS', isYou: false, party: 'A' } },
  ];
  for (const changes of others) expect(foldBursts([message(0), message(1, changes)])).toHaveLength(2);
});

test('nothing is lost or told twice, and no two bursts that stand side by side are one', () => {
  const items = fc.array(fc.record({ at: fc.integer({ min: 0, max: 1_000_000 }), role: fc.constantFrom('IS', 'GS') }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(items, (made) => {
      const folded = foldBursts(made.map(({ at, role }) => message(at, { sender: { role, isYou: false } as never })));
      expect(folded.reduce((sum, { count }) => sum + count, 0)).toBe(made.length);
      for (const role of ['IS', 'GS']) {
        const spans = folded.filter(({ last }) => last.sender.role === role);
        for (const [index, span] of spans.entries()) {
          const before = spans[index + 1];
          if (before !== undefined) expect(span.firstAt - before.lastAt).toBeGreaterThanOrEqual(BURST_GAP_MILLISECONDS);
        }
      }
    }),
  );
});
