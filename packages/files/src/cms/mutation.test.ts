import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OpenSsl } from '../testing/openssl.ts';
import { type Certificate, readCertificates } from './certificate.ts';
import { Reader, tag } from './der.ts';
import { write } from './der-write.ts';
import { SignatureError } from './errors.ts';
import { type RevocationList, readRevocationLists } from './revocation-list.ts';
import { readSignature } from './signed-data.ts';
import { verifySignature } from './verify.ts';

// What is cut off, added or changed: nothing throws but a SignatureError, and nothing that was signed may differ.

const openssl = new OpenSsl();
const at = new Date(Date.now() + 3_600_000);
let anchors: Certificate[];
let crls: RevocationList[];
const signatures = new Map<string, Buffer>();

beforeAll(() => {
  openssl.write('file', 'content');
  openssl.authority('root');
  openssl.authority('issuing', { by: 'root', key: 'RSA-2048' });
  openssl.officer('officer', 'issuing');
  openssl.officer('rsa', 'issuing', { key: 'RSA-2048' });
  anchors = readCertificates(openssl.read('root.pem'));
  crls = ['root', 'issuing'].flatMap((name) => readRevocationLists(openssl.revocationList(name)));
  for (const officer of ['officer', 'rsa']) {
    signatures.set(officer, openssl.sign('file', officer, '-certfile', 'issuing.pem'));
  }
});
afterAll(() => openssl.remove());

const signatureOf = (officer: string): Buffer => signatures.get(officer) ?? Buffer.alloc(0);

/** The signer's subject when the signature is taken; undefined when it is refused in order. */
function judge(bytes: Uint8Array): string | undefined {
  try {
    const signature = readSignature(bytes);
    const digest = createHash(signature.digestAlgorithm).update('content').digest();
    const verdict = verifySignature(signature, { digest, anchors, crls, at });
    return verdict.ok ? verdict.signer.subject : undefined;
  } catch (error) {
    if (error instanceof SignatureError) return undefined;
    throw error;
  }
}

test('the signatures that are mutated are good ones', () => {
  expect(judge(signatureOf('officer'))).toBe('CN=officer,O=Test');
  expect(judge(signatureOf('rsa'))).toBe('CN=rsa,O=Test');
});

test.each(['officer', 'rsa'])('no beginning of a signature of %s is taken, nor one with bytes after it', (officer) => {
  const whole = signatureOf(officer);
  for (let length = 0; length < whole.length; length += 1) expect(judge(whole.subarray(0, length))).toBeUndefined();
  for (const more of [[0], [0, 0], [0x30, 0]]) {
    expect(judge(Buffer.concat([whole, Buffer.from(more)]))).toBeUndefined();
  }
});

/** The same values with every constructed length of the outer layers indefinite, as BER allows. */
function withIndefiniteLengths(der: Buffer, depth: number): Buffer {
  const value = new Reader(der).any();
  if (depth === 0 || (value.tag & 0x20) === 0) return value.whole;
  const inner = new Reader(value.content).rest().map((one) => withIndefiniteLengths(one.whole, depth - 1));
  return Buffer.concat([Buffer.of(value.tag, 0x80), ...inner, Buffer.of(0, 0)]);
}

test('indefinite lengths are taken around what was signed, and nowhere in it', () => {
  const der = signatureOf('officer');
  expect(judge(withIndefiniteLengths(der, 3))).toBe('CN=officer,O=Test');
  // five layers down are the signed attributes and the certificates
  expect(judge(withIndefiniteLengths(der, 6))).toBeUndefined();
  const ber = withIndefiniteLengths(der, 3);
  for (let length = 0; length < ber.length; length += 1) expect(judge(ber.subarray(0, length))).toBeUndefined();
});

test('values that nest without end are refused', () => {
  expect(judge(Buffer.alloc(60_000, Buffer.of(0x30, 0x80)))).toBeUndefined();
  let deep: Buffer = Buffer.alloc(0);
  for (let depth = 0; depth < 5_000; depth += 1) deep = write(tag.sequence, deep);
  expect(judge(deep)).toBeUndefined();
});

test.each(['officer', 'rsa'])('a signature of %s is not taken with a changed byte, wherever it stands', (officer) => {
  const whole = signatureOf(officer);
  const taken: number[] = [];
  for (let index = 0; index < whole.length; index += 1) {
    const changed = Buffer.from(whole);
    changed[index] = (changed[index] ?? 0) ^ (1 << (index % 8));
    if (judge(changed) !== undefined) taken.push(index);
  }
  expect(taken).toEqual([]);
});

test.each(['officer', 'rsa'])(
  'no mixture of mutations of a signature of %s throws, or names another signer',
  (officer) => {
    const whole = signatureOf(officer);
    const place = fc.nat(whole.length - 1);
    const mutation = fc.oneof(
      fc.record({ kind: fc.constant('set'), at: place, put: fc.uint8Array({ minLength: 1, maxLength: 4 }) }),
      fc.record({ kind: fc.constant('insert'), at: place, put: fc.uint8Array({ minLength: 1, maxLength: 8 }) }),
      fc.record({ kind: fc.constant('remove'), at: place, put: fc.uint8Array({ minLength: 1, maxLength: 8 }) }),
    );
    const property = fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
      let bytes = Buffer.from(whole);
      for (const { kind, at: from, put } of mutations) {
        const skipped = kind === 'insert' ? 0 : put.length;
        bytes = Buffer.concat([
          bytes.subarray(0, from),
          kind === 'remove' ? Buffer.alloc(0) : put,
          bytes.subarray(from + skipped),
        ]);
      }
      const subject = judge(bytes);
      expect([undefined, `CN=${officer},O=Test`]).toContain(subject);
    });
    fc.assert(property, { numRuns: 3_000 });
  },
);

test('no bytes make the readers throw anything else', () => {
  const property = fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    expect(judge(bytes)).toBeUndefined();
    for (const read of [readCertificates, readRevocationLists]) expect(() => read(bytes)).toThrow(SignatureError);
  });
  fc.assert(property, { numRuns: 2_000 });
});

test('no byte of a certificate or list that changes makes its reader throw anything else', () => {
  const certificate = openssl.run('x509', '-in', 'officer.pem', '-outform', 'DER');
  const list = openssl.run('crl', '-in', 'issuing.crl', '-outform', 'DER');
  const readInOrder = (read: (bytes: Uint8Array) => unknown, bytes: Uint8Array): void => {
    try {
      read(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(SignatureError);
    }
  };
  for (const [read, whole] of [
    [readCertificates, certificate],
    [readRevocationLists, list],
  ] as const) {
    for (let index = 0; index < whole.length; index += 1) {
      for (const change of [0x01, 0x10, 0x80, 0xff]) {
        const changed = Buffer.from(whole);
        changed[index] = (changed[index] ?? 0) ^ change;
        readInOrder(read, changed);
      }
    }
  }
});
