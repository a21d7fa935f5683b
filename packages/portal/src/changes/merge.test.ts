import { changeContentSchema } from '@penstock/api/schemas';
import { expect, test } from 'vitest';
import { mergeContents } from './merge.ts';

test('what one side changed is taken, of what both changed one’s own is kept and named', () => {
  const base = changeContentSchema.parse({
    title: 'Base',
    statement: { kind: 'process' },
    affected: {},
    windows: [],
    backOut: 'b',
  });
  const { backOut: _, ...rest } = base;
  const mine = { ...rest, title: 'Mine' };
  const theirs = { ...base, title: 'Theirs', description: 'd', size: 'large' as const };
  expect(mergeContents(base, mine, theirs)).toEqual({
    merged: { ...rest, title: 'Mine', description: 'd', size: 'large' },
    both: ['title'],
  });
  expect(mergeContents(base, base, theirs)).toEqual({ merged: theirs, both: [] });
  expect(mergeContents(base, theirs, theirs).both).toEqual([]);
});
