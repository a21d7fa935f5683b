import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Sealer } from './sealed.ts';

const sealer = new Sealer(Buffer.alloc(32, 7));

test('what was sealed is read again under the same binding, and looks different each time', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), fc.string({ maxLength: 20 }), (given, binding) => {
      const text = given.trimEnd();
      const sealed = sealer.seal(binding, text);
      expect(sealer.open(binding, sealed)).toBe(text);
      expect(sealer.seal(binding, text)).not.toBe(sealed);
    }),
  );
});

test('nothing else is: of another binding or key, changed, cut or made up', () => {
  const sealed = sealer.seal('mine', '2026-11-22|7');
  expect(sealer.open('yours', sealed)).toBeUndefined();
  expect(new Sealer(Buffer.alloc(32, 8)).open('mine', sealed)).toBeUndefined();
  const bytes = Buffer.from(sealed, 'base64url');
  for (let index = 0; index < bytes.length; index += 1) {
    const changed = Buffer.from(bytes);
    changed[index] = (changed[index] ?? 0) ^ 1;
    expect(sealer.open('mine', changed.toString('base64url'))).toBeUndefined();
    expect(sealer.open('mine', bytes.subarray(0, index).toString('base64url'))).toBeUndefined();
  }
});

test('its length does not tell how long a position is', () => {
  expect(sealer.seal('mine', '2026-11-22|7').length).toBe(sealer.seal('mine', '2026-11-22|7000000').length);
});
