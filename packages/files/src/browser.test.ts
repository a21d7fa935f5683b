import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

/** Every file that one imports, itself included. */
function reachable(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(/from '(\.[^']+)'/g)) {
    reachable(join(dirname(file), specifier), seen);
  }
  return seen;
}

test('reading, writing and comparing files needs nothing of Node, so that it runs in a browser', () => {
  const files = [...reachable(join(import.meta.dirname, 'index.ts'))];
  expect(files.length).toBeGreaterThan(20);
  const ofNode = files.filter((file) =>
    /'node:|\b(Buffer|process|setImmediate|require)\b[.(]/.test(readFileSync(file, 'utf8')),
  );
  expect(ofNode).toEqual([]);
});
