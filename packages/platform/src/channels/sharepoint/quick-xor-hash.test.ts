import fc from 'fast-check';
import { expect, test } from 'vitest';
import { QuickXorHash } from './quick-xor-hash.ts';

/** As it is published: blocks of 160 bits, rotated byte by byte. */
function published(bytes: Uint8Array): string {
  const bits = 160n;
  const all = (1n << bits) - 1n;
  let block = 0n;
  for (const [at, byte] of bytes.entries()) {
    const by = BigInt(at * 11) % bits;
    const one = BigInt(byte);
    block ^= ((one << by) | (one >> (bits - by))) & all;
  }
  const hash = Buffer.from(block.toString(16).padStart(40, '0'), 'hex').reverse();
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  for (const [at, byte] of length.entries()) hash[12 + at] = (hash[12 + at] ?? 0) ^ byte;
  return hash.toString('base64');
}

test.each([
  ['', 'AAAAAAAAAAAAAAAAAAAAAAAAAAA='],
  ['Sg==', 'SgAAAAAAAAAAAAAAAQAAAAAAAAA='],
  ['tbQ=', 'taAFAAAAAAAAAAAAAgAAAAAAAAA='],
  ['0pZP', '0rDEEwAAAAAAAAAAAwAAAAAAAAA='],
])('of %j it is %j', (bytes, hash) => {
  expect(new QuickXorHash().update(Buffer.from(bytes, 'base64')).digest()).toBe(hash);
});

test('is the published one, in whatever pieces the bytes come', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 700 }), fc.nat(700), (bytes, at) => {
      const hash = new QuickXorHash().update(bytes.subarray(0, at)).update(bytes.subarray(at));
      expect(hash.digest()).toBe(published(bytes));
    }),
  );
});
