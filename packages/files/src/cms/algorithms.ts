/** The algorithms that are taken, by their object identifiers. All others are refused. */

import type { Buffer } from 'node:buffer';
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { Reader } from './der.ts';
import { tag } from './der.ts';
import { SignatureError } from './errors.ts';

export type Digest = 'sha256' | 'sha384' | 'sha512';
export type KeyKind = 'rsa' | 'ec';

export const digestIdentifiers = {
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
} as const satisfies Record<Digest, string>;

export const digestBytes: Readonly<Record<Digest, number>> = { sha256: 32, sha384: 48, sha512: 64 };

const digests = new Map<string, Digest>(
  Object.entries(digestIdentifiers).map(([name, identifier]) => [identifier, name as Digest]),
);

/** RSA without a digest, as openssl names it in a CMS signature. */
export const RSA = '1.2.840.113549.1.1.1';

interface SignatureAlgorithm {
  readonly key: KeyKind;
  /** Undefined: the digest that is named beside it. */
  readonly digest: Digest | undefined;
  readonly name: string;
}

export const ecdsaIdentifiers = {
  sha256: '1.2.840.10045.4.3.2',
  sha384: '1.2.840.10045.4.3.3',
  sha512: '1.2.840.10045.4.3.4',
} as const satisfies Record<Digest, string>;

const signatureAlgorithms = new Map<string, SignatureAlgorithm>([
  [RSA, { key: 'rsa', digest: undefined, name: 'rsaEncryption' }],
  ['1.2.840.113549.1.1.11', { key: 'rsa', digest: 'sha256', name: 'sha256WithRSAEncryption' }],
  ['1.2.840.113549.1.1.12', { key: 'rsa', digest: 'sha384', name: 'sha384WithRSAEncryption' }],
  ['1.2.840.113549.1.1.13', { key: 'rsa', digest: 'sha512', name: 'sha512WithRSAEncryption' }],
  [ecdsaIdentifiers.sha256, { key: 'ec', digest: 'sha256', name: 'ecdsa-with-SHA256' }],
  [ecdsaIdentifiers.sha384, { key: 'ec', digest: 'sha384', name: 'ecdsa-with-SHA384' }],
  [ecdsaIdentifiers.sha512, { key: 'ec', digest: 'sha512', name: 'ecdsa-with-SHA512' }],
]);

/** Names of those that are refused and that somebody may well send. */
const refused: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.10': 'RSA-PSS',
  '1.2.840.113549.1.1.5': 'SHA-1 with RSA',
  '1.2.840.113549.1.1.4': 'MD5 with RSA',
  '1.2.840.10045.4.1': 'ECDSA with SHA-1',
  '1.2.840.10045.4.3.1': 'ECDSA with SHA-224',
  '1.3.14.3.2.26': 'SHA-1',
  '1.2.840.113549.2.5': 'MD5',
  '2.16.840.1.101.3.4.2.4': 'SHA-224',
  '1.3.101.112': 'Ed25519',
  '1.3.101.113': 'Ed448',
};

function refuse(identifier: string, where: string): never {
  throw new SignatureError('files.signature.algorithm', `${where} is ${refused[identifier] ?? identifier}`);
}

/** An AlgorithmIdentifier whose parameters are absent or NULL. */
function readIdentifier(reader: Reader): { identifier: string; isPlain: boolean } {
  const inner = reader.enter(tag.sequence);
  const identifier = inner.objectIdentifier();
  const isPlain = inner.isAtEnd || (inner.takeIf(tag.null)?.content.length === 0 && inner.isAtEnd);
  return { identifier, isPlain };
}

/** @param where in words, for the message */
export function readDigestAlgorithm(reader: Reader, where: string): Digest {
  const { identifier, isPlain } = readIdentifier(reader);
  const digest = digests.get(identifier);
  return digest === undefined || !isPlain ? refuse(identifier, where) : digest;
}

/** @param where in words, for the message */
export function readSignatureAlgorithm(reader: Reader, where: string): SignatureAlgorithm {
  const { identifier, isPlain } = readIdentifier(reader);
  const algorithm = signatureAlgorithms.get(identifier);
  return algorithm === undefined || !isPlain ? refuse(identifier, where) : algorithm;
}

/** Verifying with a longer key takes milliseconds. */
const RSA_BITS = { least: 2_048, most: 8_192 };
const curves: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384' };

/** What is wrong with a key; undefined when it is taken. */
export function judgeKey(key: KeyObject): string | undefined {
  const details = key.asymmetricKeyDetails;
  if (key.asymmetricKeyType === 'rsa') {
    const bits = details?.modulusLength ?? 0;
    return bits >= RSA_BITS.least && bits <= RSA_BITS.most ? undefined : `RSA of ${bits} bits`;
  }
  if (key.asymmetricKeyType !== 'ec') return key.asymmetricKeyType ?? 'of an unknown kind';
  const curve = details?.namedCurve ?? 'unnamed';
  return curves[curve] === undefined ? `on the curve ${curve}` : undefined;
}

/** The public key of a SubjectPublicKeyInfo; undefined when node:crypto cannot read it. */
export function readPublicKey(spki: Buffer): KeyObject | undefined {
  try {
    return createPublicKey({ key: spki, format: 'der', type: 'spki' });
  } catch {
    // whatever OpenSSL says of it: it is a key that is not taken
    return undefined;
  }
}

export interface Signed {
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
  readonly key: KeyKind;
  readonly digest: Digest;
}

/** Whether the signature of some bytes fits a key, which was judged before. */
export function fits({ bytes, signature, key, digest }: Signed, publicKey: KeyObject): boolean {
  if (publicKey.asymmetricKeyType !== key) return false;
  try {
    return verify(digest, bytes, publicKey, signature);
  } catch {
    // a signature that OpenSSL cannot even read fits no key
    return false;
  }
}
