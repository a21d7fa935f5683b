import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMessage } from '../read.ts';
import { PROPERTY_TIMEOUT, runs } from '../testing/property-runs.ts';
import { request, signedSamples, testKey } from '../testing/signed-samples.ts';
import { signMessage } from './sign.ts';
import { derSignature, verifyOnThreadPool, verifySignature, verifySignatureBy } from './verify.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

describe('r || s as DER', () => {
  test('verifies what node:crypto verifies in its own reading of r || s', { timeout: PROPERTY_TIMEOUT }, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.option(fc.nat(511)), (data, flip) => {
        const value = sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' });
        if (flip !== null) value[flip >> 3] = (value[flip >> 3] ?? 0) ^ (1 << (flip & 7));
        const theirs = verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, value);
        expect(verify('sha256', data, publicKey, derSignature(value))).toBe(theirs);
        expect(theirs).toBe(flip === null);
      }),
      runs(400),
    );
  });

  test('writes the shortest positive integers', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), fc.nat(256), (number, shift) => {
        const hex = (number >> BigInt(shift)).toString(16).padStart(64, '0');
        const der = derSignature(Buffer.from(hex + hex, 'hex'));
        const length = der[3] ?? 0;
        const integer = Buffer.from(der.subarray(4, 4 + length));
        expect([der[0], der[1], der[2]]).toEqual([0x30, der.length - 2, 0x02]);
        expect(BigInt(`0x${integer.toString('hex')}`)).toBe(number >> BigInt(shift));
        expect((integer[0] ?? 0) < 0x80).toBe(true);
        expect(length === 1 || integer[0] !== 0 || (integer[1] ?? 0) >= 0x80).toBe(true);
        expect(der.subarray(2, 4 + length)).toEqual(der.subarray(4 + length));
      }),
      runs(2000),
    );
  });

  test('zero, the order of the curve and more verify nothing', () => {
    const order = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551';
    for (const half of ['0'.repeat(64), order, 'f'.repeat(64)]) {
      expect(verify('sha256', Buffer.from('x'), publicKey, derSignature(Buffer.from(half + half, 'hex')))).toBe(false);
    }
  });
});

describe('verifySignature', () => {
  const key = testKey();

  test('tells what is wrong', () => {
    const [signed = Buffer.alloc(0)] = signedSamples(key);
    const verdict = (bytes: Uint8Array, by = key): object =>
      verifySignature(readMessage(bytes).signature, by.publicKey);
    const change = (from: string, to: string): Buffer => Buffer.from(signed.toString().replace(from, to));
    expect(verdict(signed)).toEqual({ ok: true });
    expect(verdict(change('>4.1<', '>4.2<'))).toEqual({ ok: false, code: 'duis.signature.digest' });
    expect(verdict(change('<ds:Transforms>', '<ds:Transforms> '))).toEqual({ ok: false, code: 'duis.signature.value' });
    expect(verdict(signed, testKey())).toEqual({ ok: false, code: 'duis.signature.value' });
    expect(verifySignature(undefined, key.publicKey)).toEqual({ ok: false, code: 'duis.signature.absent' });
  });

  test('a key of another kind verifies nothing', () => {
    const [signed = Buffer.alloc(0)] = signedSamples(key);
    const others = [
      generateKeyPairSync('rsa', { modulusLength: 2048 }),
      generateKeyPairSync('ec', { namedCurve: 'P-384' }),
      generateKeyPairSync('ed25519'),
    ];
    for (const other of others) {
      expect(verifySignature(readMessage(signed).signature, other.publicKey)).toEqual({
        ok: false,
        code: 'duis.signature.value',
      });
    }
  });
});

describe('signMessage', () => {
  const key = testKey();

  test('keeps the text as it is, and names the signer', () => {
    const unsigned = request('<sr:X a = "1"  ><sr:Y>é &#233;\r\n</sr:Y\n></sr:X >', '\ufeff<?xml version="1.0"?>\r\n');
    const signed = signMessage(unsigned, { ...key.signer, issuer: 'CN=A & B <C>' });
    expect(signed.toString().replace(/<ds:Signature.*<\/ds:Signature>/s, '')).toBe(unsigned);
    const { signature } = readMessage(signed);
    expect(verifySignature(signature, key.publicKey)).toEqual({ ok: true });
    expect(signature?.signer).toEqual({ issuer: 'CN=A & B <C>', serial: key.signer.serial });
    const document = Buffer.from(signature?.canonicalDocument ?? '', 'latin1');
    expect(Buffer.from(signature?.digest ?? [])).toEqual(createHash('sha256').update(document).digest());
  });

  test('refuses what is signed, malformed or an empty root', () => {
    const [signed = Buffer.alloc(0)] = signedSamples(key);
    const code = (text: string): string => {
      try {
        signMessage(text, key.signer);
        return 'signed';
      } catch (error) {
        return error instanceof Error && 'code' in error ? String(error.code) : 'other';
      }
    };
    expect(code(signed.toString())).toBe('duis.signature.repeated');
    expect(code('<a>')).toBe('duis.xml.malformed');
    expect(code('<a/>')).toBe('duis.profile.structure');
  });

  test.each([
    ...['', '12AB', '-1', ' 1', '1\n', '１', '1</ds:X509SerialNumber>', '9'.repeat(61)].map((serial) => ({ serial })),
    ...['', ' ', 'CN=A ', 'CN=A\r\nOU=07', 'CN=A\tOU=07', 'CN=\u0000', 'CN=\u0085', 'CN=\uffff', 'CN=\ud800'].map(
      (issuer) => ({ issuer }),
    ),
  ])('refuses the signer %j, who would be read otherwise or not at all', (wrong) => {
    const sign = () => signMessage(request('<sr:X/>'), { ...key.signer, ...wrong });
    expect(sign).toThrow(expect.objectContaining({ code: 'duis.write.value' }));
  });
});

test('the verdict in the background is the same', async () => {
  const signer = testKey();
  for (const bytes of signedSamples(signer)) {
    const parts = readMessage(bytes).signature;
    if (parts === undefined) throw new Error('a signed sample has no signature');
    const flipped = Uint8Array.from(parts.value, (byte, index) => (index === 40 ? byte ^ 1 : byte));
    const variants = [parts, { ...parts, value: flipped }, { ...parts, digest: new Uint8Array(32) }, undefined];
    for (const variant of variants) {
      for (const key of [signer.publicKey, publicKey]) {
        expect(await verifySignatureBy(verifyOnThreadPool, variant, key)).toEqual(verifySignature(variant, key));
      }
    }
    expect(await verifySignatureBy(verifyOnThreadPool, parts, signer.publicKey)).toEqual({ ok: true });
  }
});
