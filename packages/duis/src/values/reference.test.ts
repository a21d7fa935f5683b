import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { attributes } from './attributes.ts';
import { valuesReference } from './reference.ts';

test('docs/values.md is current (node scripts/write-values-reference.ts writes it)', () => {
  const file = join(import.meta.dirname, '../../../../docs/values.md');
  expect(readFileSync(file, 'utf8')).toBe(valuesReference());
});

test('it has every attribute, under its body', () => {
  const ids: string[] = [];
  let body = '';
  for (const line of valuesReference().split('\n')) {
    body = /^Ids begin with `(.*)`$/.exec(line)?.[1] ?? body;
    const element = /^\| `(.*?)` \|/.exec(line)?.[1];
    if (element !== undefined) ids.push(body + element);
  }
  expect(ids).toEqual([...attributes.keys()]);
});
