/** Key agreement by ECDH with AES-256 key wrap (RFC 5753, X9.63): the key under which a content key is wrapped. */
import { Buffer } from 'node:buffer';
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPublicKey,
  diffieHellman,
  type KeyObject,
} from 'node:crypto';
import { context, Reader, tag } from './der.ts';
import { write, writeObjectIdentifier, writeSequence } from './der-write.ts';
import type { Algorithm } from './enveloped-data.ts';

const KEY_BYTES = 32;
const AES256_WRAP = '2.16.840.1.101.3.4.1.45';
const WRAP_IV = Buffer.alloc(8, 0xa6);

/** By which the shared secret becomes a key. What SHA-1 is weak at is not asked of it here, and it is openssl's usual. */
const derivations = new Map([
  ['1.3.133.16.840.63.0.2', 'sha1'],
  ['1.3.132.1.11.1', 'sha256'],
  ['1.3.132.1.11.2', 'sha384'],
  ['1.3.132.1.11.3', 'sha512'],
]);
const OWN_DERIVATION = '1.3.132.1.11.1';

/** The derivation's digest; undefined when the algorithm is none that is taken. */
export function derivationOf({ identifier, parameters }: Algorithm): string | undefined {
  const wrap = new Reader(new Reader(parameters).take(tag.sequence).content);
  return wrap.objectIdentifier() === AES256_WRAP ? derivations.get(identifier) : undefined;
}

/** How an envelope that is made here names its key agreement. */
export function writeAgreementAlgorithm(): { readonly whole: Buffer; readonly wrap: Buffer } {
  const wrap = writeSequence(writeObjectIdentifier(AES256_WRAP));
  return { whole: writeSequence(writeObjectIdentifier(OWN_DERIVATION), wrap), wrap };
}

/** X9.63 with ECC-CMS-SharedInfo; 32 bytes come of one or two digests. */
function derive(secret: Buffer, digest: string, wrap: Buffer, material: Buffer | undefined): Buffer {
  const bits = Buffer.alloc(4);
  bits.writeUInt32BE(KEY_BYTES * 8);
  const info = writeSequence(
    wrap,
    ...(material === undefined ? [] : [write(context(0), write(tag.octetString, material))]),
    write(context(2), write(tag.octetString, bits)),
  );
  const rounds = [1, 2].map((round) => {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(round);
    return createHash(digest).update(secret).update(counter).update(info).digest();
  });
  return Buffer.concat(rounds).subarray(0, KEY_BYTES);
}

/** A point on the curve of `key`, as a key. Throws what node:crypto says of one that is not on it. */
function keyOfPoint(point: Buffer, key: KeyObject): KeyObject {
  const own = new Reader(createPublicKey(key).export({ format: 'der', type: 'spki' })).enter(tag.sequence);
  const algorithm = own.take(tag.sequence).whole;
  const spki = writeSequence(algorithm, write(tag.bitString, Buffer.of(0), point));
  return createPublicKey({ key: spki, format: 'der', type: 'spki' });
}

/** The point of a public key. */
export function pointOf(key: KeyObject): Buffer {
  const spki = new Reader(key.export({ format: 'der', type: 'spki' })).enter(tag.sequence);
  spki.take(tag.sequence);
  return spki.bitStringBytes();
}

interface Agreement {
  readonly privateKey: KeyObject;
  readonly point: Buffer;
  readonly digest?: string;
  /** AlgorithmIdentifier of the wrap, as it stands. */
  readonly wrap: Buffer;
  readonly material?: Buffer | undefined;
}

function wrappingKey({ privateKey, point, digest = 'sha256', wrap, material }: Agreement): Buffer {
  const publicKey = keyOfPoint(point, privateKey);
  return derive(diffieHellman({ privateKey, publicKey }), digest, wrap, material);
}

/** Throws what node:crypto says of a point that is none, or a key that was wrapped by another. */
export function unwrapKey(agreement: Agreement, wrapped: Buffer): Buffer {
  const decipher = createDecipheriv('id-aes256-wrap', wrappingKey(agreement), WRAP_IV);
  return Buffer.concat([decipher.update(wrapped), decipher.final()]);
}

export function wrapKey(agreement: Agreement, key: Buffer): Buffer {
  const cipher = createCipheriv('id-aes256-wrap', wrappingKey(agreement), WRAP_IV);
  return Buffer.concat([cipher.update(key), cipher.final()]);
}
