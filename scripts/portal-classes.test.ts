import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const source = join(import.meta.dirname, '../packages/portal/src');

test('a class has its rules in one file: those of pages are loaded one after the other, and stay', () => {
  const files = new Map<string, Set<string>>();
  for (const file of globSync('**/*.css', { cwd: source })) {
    // a rule of the class alone: what stands beside or in another is about that one
    for (const [, name] of readFileSync(join(source, file), 'utf8').matchAll(
      /^(?:[^{}\n]*, )?(\.penstock-[a-z-]+)(?:,$| \{)/gm,
    )) {
      if (name !== undefined) files.set(name, (files.get(name) ?? new Set()).add(file));
    }
  }
  expect(files.size).toBeGreaterThan(100);
  expect([...files].filter(([, own]) => own.size > 1).map(([name, own]) => [name, ...own])).toEqual([]);
});
