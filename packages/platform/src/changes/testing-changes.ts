// Changes for tests, each with what may not show of it.
import { type ChangeContent, type ChangeState, changeContentSchema } from '@penstock/api';
import fc from 'fast-check';
import type { KeptChange } from './sharing.ts';

const text = fc.string({ minLength: 1, maxLength: 12 });
/** What somebody who sees less than the whole must not be able to tell. */
export const secretOf = fc.record({
  title: text,
  description: text,
  backOut: text,
  party: text,
  contact: text,
  version: fc.nat(50),
  by: text,
});
export type Secret = typeof secretOf extends fc.Arbitrary<infer Value> ? Value : never;

export function changeOf(options: {
  change: string;
  owner: string;
  state: ChangeState;
  sharing: ChangeContent['sharing'];
  secret: Secret;
  affected?: Partial<ChangeContent['affected']>;
  spans: KeptChange['spans'];
}): KeptChange {
  const { change, owner, state, sharing, secret, affected = {}, spans } = options;
  const { party, version, by, contact, ...words } = secret;
  const content = changeContentSchema.parse({
    title: 'x',
    statement: { kind: 'process' },
    sharing,
    affected: {},
    windows: [],
  });
  return {
    change,
    owner: { userId: owner, party, partyKind: 'large_supplier' },
    state,
    version,
    content: { ...content, ...words, contacts: [{ name: contact }], affected: { ...content.affected, ...affected } },
    spans,
    changedAt: '2026-11-01T00:00:00.000Z',
    changedBy: by,
    toldAt: undefined,
  };
}
