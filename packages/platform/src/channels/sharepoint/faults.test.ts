import { describe, expect, test } from 'vitest';
import { isFileAt, isFolderAt, itemSchema, nextByteOf, versionOf, writerOf } from './drive-item.ts';
import { backOff, kindOfStatus, pauseOf } from './faults.ts';

const now = new Date('2026-11-22T10:00:00Z');

test.each([
  ['120', 120_000],
  [' 0.5 ', 500],
  ['Sun, 22 Nov 2026 10:01:30 GMT', 90_000],
  ['Sun, 22 Nov 2026 09:00:00 GMT', 0],
  ['9999999', 24 * 3_600_000],
  ['-5', undefined],
  ['soon', undefined],
  ['Xyz, 99', undefined],
  ['', undefined],
  [null, undefined],
])('Retry-After %j asks for %j ms', (text, pause) => {
  expect(pauseOf(text, now)).toBe(pause);
});

test.each([
  [401, undefined, 'unauthorised'],
  [403, 'accessDenied', 'denied'],
  [404, 'itemNotFound', 'missing'],
  [409, 'nameAlreadyExists', 'taken'],
  [410, undefined, 'restart'],
  [410, 'resyncChangesUploadDifferences', 'restart'],
  [400, 'syncStateNotFound', 'restart'],
  [400, 'invalidRequest', 'refused'],
  [412, undefined, 'changed'],
  [429, 'activityLimitReached', 'throttled'],
  [408, undefined, 'unavailable'],
  [302, undefined, 'refused'],
  [503, 'serviceNotAvailable', 'unavailable'],
] as const)('%i %s is %s', (status, code, kind) => {
  expect(kindOfStatus(status, code)).toBe(kind);
});

test('pauses double from the usual one to a quarter of an hour, and part by chance', () => {
  expect([1, 2, 3, 30].map((failures) => backOff(failures, 30, 1))).toEqual([30_000, 60_000, 120_000, 900_000]);
  expect(backOff(1, 30, 0)).toBe(22_500);
});

describe('an item', () => {
  const place = { drive: 'b!Drive', parent: '01P', name: 'a.csv' };
  const parentReference = { id: '01P', driveId: 'B!DRIVE' };
  const file = { id: '01F', name: 'a.csv', size: 1, parentReference, file: {} };
  const folder = { ...file, file: undefined, folder: {} };

  test('is a file or a folder of its place alone', () => {
    expect([isFileAt(file, place), isFolderAt(file, place)]).toEqual([true, false]);
    expect([isFileAt(folder, place), isFolderAt(folder, place)]).toEqual([false, true]);
    for (const change of [
      { name: 'A.csv' },
      { remoteItem: {} },
      { deleted: {} },
      { package: {} },
      { parentReference: undefined },
      { parentReference: { id: '01Q', driveId: 'b!Drive' } },
      { parentReference: { id: '01P', driveId: 'b!Other' } },
    ]) {
      expect(isFileAt({ ...file, ...change }, place)).toBe(false);
      expect(isFolderAt({ ...folder, ...change }, place)).toBe(false);
    }
  });

  test('has no version while its content comes', () => {
    expect(versionOf({ id: '1', cTag: 'c', eTag: 'e' })).toBe('c');
    expect(versionOf({ id: '1', eTag: 'e' })).toBe('e');
    expect(versionOf({ id: '1', cTag: 'c', pendingOperations: { pendingContentUpdate: {} } })).toBeUndefined();
  });

  test('says who wrote it without what hides in words', () => {
    const by = (displayName: string, email?: string) =>
      writerOf({ id: '1', lastModifiedBy: { user: { displayName, email } } });
    expect(by('An\u202e Officer\n', 'a@example.org')).toBe('An Officer, a@example.org');
    expect(by('')).toBeUndefined();
  });

  test.each(['..', '../x', 'a/b', '', 'a:b', '.'])('of the id %j is none', (id) => {
    expect(itemSchema.safeParse({ id }).success).toBe(false);
  });
});

test.each([
  [['26214400-'], 26_214_400],
  [['0-25', '40-'], 0],
  [[], undefined],
  [['x'], undefined],
  [undefined, undefined],
])('of an upload that expects %j the next byte is %j', (ranges, next) => {
  expect(nextByteOf(ranges)).toBe(next);
});
