import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { roleOf, signedNames } from './file-names.ts';
import { type Lying, overdue, sortFolder, TOLD_AFTER_MS, told, UNFIT, waitingOf } from './pairing.ts';

const at = new Date('2026-11-20T10:00:00Z');
const refusal = { code: 'submissions.parts', detail: 'empty' };
const unfit = { code: UNFIT, detail: 'the hash' };

function lying(name: string, more: Partial<Lying> = {}): Lying {
  return { name, isWhole: true, changedAt: at, refusal: undefined, ...more };
}

/** ['a.csv', 'a.csv.p7s'] for each that is ready, and what waits by its name. */
function sorted(...files: (string | Lying)[]): { ready: string[][]; waiting: string[] } {
  const { ready, waiting } = sortFolder(files.map((file) => (typeof file === 'string' ? lying(file) : file)));
  return {
    ready: ready.map(({ file, signatures }) => [file.name, ...signatures.map(({ name }) => name)]),
    waiting: waiting.map(({ file }) => file.name).sort(),
  };
}

describe('a file', () => {
  test.each<[string, (string | Lying)[], string[][], string[]]>([
    ['and its signature', ['a.csv', 'a.csv.p7s'], [['a.csv', 'a.csv.p7s']], []],
    ['whose signature ends in capitals', ['a.csv', 'a.csv.P7S'], [['a.csv', 'a.csv.P7S']], []],
    ['with both', ['a.csv', 'a.csv.p7s', 'a.csv.P7S'], [['a.csv', 'a.csv.P7S', 'a.csv.p7s']], []],
    ['with those of two officers', ['a.csv.2.p7s', 'a.csv.p7s', 'a.csv'], [['a.csv', 'a.csv.2.p7s', 'a.csv.p7s']], []],
    ['whose own name has a number', ['a.2', 'a', 'a.2.p7s'], [['a.2', 'a.2.p7s']], ['a']],
    ['whose name is written otherwise', ['A.csv', 'a.CSV.p7s'], [['A.csv', 'a.CSV.p7s']], []],
    ['with another but for capitals, one has it', ['A.csv', 'a.csv', 'a.csv.p7s'], [['a.csv', 'a.csv.p7s']], ['A.csv']],
    ['with another, none has it', ['A.csv', 'a.csv', 'A.CSV.p7s'], [], ['A.CSV.p7s', 'A.csv', 'a.csv']],
    ['alone', ['a.csv'], [], ['a.csv']],
    ['whose signature is not whole', ['a.csv', lying('a.csv.p7s', { isWhole: false })], [], ['a.csv', 'a.csv.p7s']],
    ['that is not whole', [lying('a.csv', { isWhole: false }), 'a.csv.p7s'], [], ['a.csv']],
    ['under a name for the upload', ['a.csv.part', 'a.csv.p7s'], [], ['a.csv.part']],
    ['and its next one that is coming', ['a.csv', 'a.csv.part', 'a.csv.p7s'], [['a.csv', 'a.csv.p7s']], ['a.csv.part']],
    ['that is a signature', ['a.p7s', 'a.p7s.p7s'], [], ['a.p7s', 'a.p7s.p7s']],
    ['whose signature was refused', ['a.csv', lying('a.csv.p7s', { refusal })], [], ['a.csv']],
    ['refused with its signature', [lying('a.csv', { refusal }), lying('a.csv.p7s', { refusal })], [], []],
    ['refused, and another signature', [lying('a.csv', { refusal }), 'a.csv.p7s'], [['a.csv', 'a.csv.p7s']], []],
    ['whose bytes never fit', [lying('a.csv', { refusal: unfit }), 'a.csv.p7s'], [], []],
  ])('%s', (_, files, ready, waiting) => {
    expect(sorted(...files)).toEqual({ ready, waiting: waiting.sort() });
  });
});

// names that collide but for capitals, numbers and endings, much oftener than those of people
const name = fc
  .tuple(
    fc.constantFrom('a', 'A', 'b'),
    fc.constantFrom('', '.csv', '.CSV'),
    fc.constantFrom('', '', '.2', '.3'),
    fc.constantFrom('', '.p7s', '.P7S', '.p7s.p7s'),
    fc.constantFrom('', '', '', '.part', '.TMP'),
  )
  .map((parts) => parts.join(''));
const file = fc.record({
  name,
  isWhole: fc.boolean(),
  changedAt: fc.constant(at),
  refusal: fc.constantFrom(undefined, undefined, undefined, refusal, unfit),
});
const folder = fc.uniqueArray(file, { selector: (one) => one.name, maxLength: 14 });
const run = (property: (files: Lying[]) => void) => fc.assert(fc.property(folder, property), { numRuns: 1_000 });

describe('of any folder', () => {
  test('nothing is lost: all is ready, waits, waits for what waits, or was told of', () => {
    run((files) => {
      const { ready, waiting } = sortFolder(files);
      const isReady = new Set(ready.flatMap((group) => [group.file, ...group.signatures]));
      const waits = new Set(waiting.map((one) => one.file));
      for (const one of files) {
        if (isReady.has(one) || waits.has(one) || one.refusal !== undefined) continue;
        // a signature whose file is there, and is being written, or was told of
        expect(roleOf(one.name)).toBe('signature');
        const lower = signedNames(one.name).map((signed) => signed.toLowerCase());
        const its = files.filter((other) => lower.some((signed) => other.name.toLowerCase().startsWith(signed)));
        expect(its.some((other) => waits.has(other) || other.refusal !== undefined)).toBe(true);
      }
    });
  });

  test('nothing is taken twice, and only what is whole and in play', () => {
    run((files) => {
      const { ready, waiting } = sortFolder(files);
      const all = ready.flatMap((group) => [group.file, ...group.signatures]);
      expect(new Set(all).size).toBe(all.length);
      expect(all.every(({ isWhole }) => isWhole)).toBe(true);
      expect(waiting.some((one) => all.includes(one.file))).toBe(false);
      for (const group of ready) {
        expect(roleOf(group.file.name)).toBe('file');
        expect(group.file.refusal?.code).not.toBe(UNFIT);
        for (const signature of group.signatures) {
          expect(signature.refusal).toBeUndefined();
          const signed = signedNames(signature.name).map((one) => one.toLowerCase());
          expect(signed).toContain(group.file.name.toLowerCase());
        }
      }
    });
  });

  test('the order in which it came changes nothing', () => {
    const shuffled = folder.chain((files) =>
      fc.tuple(fc.constant(files), fc.shuffledSubarray(files, { minLength: files.length })),
    );
    fc.assert(
      fc.property(shuffled, ([files, others]) => {
        expect(sorted(...others)).toEqual(sorted(...files));
      }),
      { numRuns: 1_000 },
    );
  });

  test('how a signature writes its ending changes nothing', () => {
    run((files) => {
      const lower = files.map((one) => ({ ...one, name: one.name.replace(/\.P7S$/, '.p7s') }));
      fc.pre(new Set(lower.map((one) => one.name)).size === lower.length);
      const written = ({ ready, waiting }: ReturnType<typeof sorted>) => {
        const inLower = (names: string[]) => names.map((one) => one.toLowerCase()).sort();
        return [ready.map((group) => inLower(group).join(' ')).sort(), inLower(waiting)];
      };
      expect(written(sorted(...lower))).toEqual(written(sorted(...files)));
    });
  });

  test('what waits is told of once, and after an hour', () => {
    run((files) => {
      const late = new Date(at.getTime() + TOLD_AFTER_MS + 1);
      expect(overdue(files, at)).toEqual([]);
      const found = overdue(files, late);
      const after = files.map((one) => ({
        ...one,
        refusal: found.find((each) => each.file === one)?.refusal ?? one.refusal,
      }));
      expect(overdue(after, late)).toEqual([]);
    });
  });
});

test('what is told of a file is not told of its signature again', () => {
  const other = { code: 'request.too-large', detail: 'a signature may have 9 bytes' };
  const files = [
    lying('a.csv', { refusal }),
    lying('a.csv.p7s', { refusal }),
    lying('b.csv', { refusal }),
    lying('b.csv.p7s', { refusal: other }),
    lying('c.csv.p7s', { refusal }),
    lying('d.csv'),
  ];
  expect(told(files).map((one) => one.name)).toEqual(['a.csv', 'b.csv', 'b.csv.p7s', 'c.csv.p7s']);
});

test('what waits to be taken in is counted in each folder by itself', () => {
  const earlier = new Date('2026-11-20T09:00:00Z');
  const files = [
    { userId: '1', file: lying('a.csv', { changedAt: earlier }) },
    { userId: '2', file: lying('a.csv.p7s') },
    { userId: '1', file: lying('b.csv') },
    { userId: '1', file: lying('b.csv.P7S') },
  ];
  expect(waitingOf(files)).toEqual({ count: 1, oldest: at });
  expect(waitingOf([...files, { userId: '1', file: lying('a.csv.p7s') }])).toEqual({ count: 2, oldest: earlier });
});
