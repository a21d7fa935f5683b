import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isFileName, lastNameOf, roleOf, signedNames } from '../file-names.ts';
import { normalisePath, placeOf } from './paths.ts';

describe('a path', () => {
  test.each([
    ['', { kind: 'root' }],
    ['.', { kind: 'root' }],
    ['/', { kind: 'root' }],
    ['../..', { kind: 'root' }],
    ['incoming', { kind: 'folder', folder: 'incoming' }],
    ['/incoming/', { kind: 'folder', folder: 'incoming' }],
    ['//receipts//a.json', { kind: 'file', folder: 'receipts', name: 'a.json' }],
    ['/incoming/../reports/1.csv', { kind: 'file', folder: 'reports', name: '1.csv' }],
    ['incoming/../../incoming/./a', { kind: 'file', folder: 'incoming', name: 'a' }],
    ['/etc/passwd', undefined],
    ['/incoming/a/b', undefined],
    ['/Incoming', undefined],
    [`/incoming/${'a'.repeat(1_100)}`, undefined],
  ])('%j means %j', (path, place) => {
    expect(placeOf(path)).toEqual(place);
  });

  test('in its shortest form has no dots, never leaves the root, and stays as it is', () => {
    const part = fc.oneof(fc.constantFrom('..', '.', '', 'incoming', 'x'), fc.string());
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const normal = normalisePath(parts.join('/'));
        expect(normal.startsWith('/')).toBe(true);
        expect(normal.split('/').slice(1)).not.toContain('..');
        expect(normal.split('/').slice(1)).not.toContain('.');
        expect(normalisePath(normal)).toBe(normal);
      }),
    );
  });
});

test.each([
  ['thresholds.csv', true],
  ['a', true],
  ['a b-c_d.2026.csv.p7s', true],
  ['.hidden', false],
  ['a/b', false],
  ['a\\b', false],
  ['a\n', false],
  ['ends with dot.', false],
  [' a', false],
  ['ä', false],
  ['a'.repeat(200), true],
  ['a'.repeat(201), false],
  ['', false],
  ['..', false],
])('%j may be the name of a file: %s', (name, may) => {
  expect(isFileName(name)).toBe(may);
});

test('a file of a folder is a file, a signature, or not there yet', () => {
  expect(['a.csv', 'a.csv.p7s', 'A.CSV.P7S', 'a.csv.part', 'a.p7s.tmp', 'p7s'].map(roleOf)).toEqual([
    'file',
    'signature',
    'signature',
    'unfinished',
    'unfinished',
    'file',
  ]);
  expect(['a.csv.Part', 'a.p7s.tmp', 'a.csv'].map(lastNameOf)).toEqual(['a.csv', 'a.p7s', 'a.csv']);
  expect(['a.csv.P7S', 'a.csv.2.p7s', 'a.1.p7s'].map(signedNames)).toEqual([['a.csv'], ['a.csv.2', 'a.csv'], ['a.1']]);
});
