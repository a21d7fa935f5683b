import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  bigintArray,
  booleanArray,
  byteaArray,
  integerArray,
  macaddr8Array,
  numericArray,
  smallintArray,
  textArray,
} from './binary.ts';
import { type TestDatabase, testDatabase } from './testing.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

/** The elements as PostgreSQL reads them, each as text. */
async function read(type: string, array: Buffer): Promise<(string | null)[]> {
  const rows = await database.pool.query<{ value: string | null }>(
    `select value::text from unnest($1::${type}[]) with ordinality t(value, n) order by n`,
    [array],
  );
  return rows.rows.map((row) => row.value);
}

const text = (values: readonly unknown[]): (string | null)[] =>
  values.map((value) => (value === undefined ? null : String(value)));

test('numbers, texts, bytes and EUIs arrive as they were written, missing ones as null', async () => {
  const eui = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 8, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          counter: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
          small: fc.option(fc.integer({ min: -32768, max: 32767 }), { nil: undefined }),
          whole: fc.maxSafeInteger().map((n) => (n % 2 ** 31) | 0),
          long: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
          flag: fc.boolean(),
          words: fc.option(
            fc.string({ unit: 'binary' }).map((word) => word.replaceAll('\0', '')),
            { nil: undefined },
          ),
          bytes: fc.option(fc.uint8Array(), { nil: undefined }),
          device: fc.option(eui, { nil: undefined }),
        }),
        { maxLength: 6 },
      ),
      async (rows) => {
        const hex = (bytes: Iterable<number>, join: string): string =>
          Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(join);
        expect(await read('numeric', numericArray(rows.map((row) => row.counter)))).toEqual(
          text(rows.map((row) => row.counter)),
        );
        expect(await read('smallint', smallintArray(rows.map((row) => row.small)))).toEqual(
          text(rows.map((row) => row.small)),
        );
        expect(await read('integer', integerArray(rows.map((row) => row.whole)))).toEqual(
          text(rows.map((row) => row.whole)),
        );
        expect(await read('bigint', bigintArray(rows.map((row) => row.long)))).toEqual(
          text(rows.map((row) => row.long)),
        );
        expect(await read('boolean', booleanArray(rows.map((row) => row.flag)))).toEqual(
          text(rows.map((row) => row.flag)),
        );
        expect(await read('text', textArray(rows.map((row) => row.words)))).toEqual(text(rows.map((row) => row.words)));
        expect(await read('bytea', byteaArray(rows.map((row) => row.bytes)))).toEqual(
          text(rows.map((row) => row.bytes && `\\x${hex(row.bytes, '')}`)),
        );
        const devices = rows.map((row) => row.device && hex(row.device, '-').toUpperCase());
        expect(await read('macaddr8', macaddr8Array(devices))).toEqual(
          text(rows.map((row) => row.device && hex(row.device, ':'))),
        );
      },
    ),
    { numRuns: 40 },
  );
});
