/**
 * Whether a message is signed by the holder of a key. The caller finds the key (by issuer and serial number) and
 * decides whether its certificate may sign for the originator.
 */
import { hash, type KeyObject, verify } from 'node:crypto';
import type { DuisErrorCode } from '../errors.ts';
import type { SignatureParts } from './profile.ts';

export type SignatureVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: Extract<DuisErrorCode, `duis.signature.${string}`> };

const valid: SignatureVerdict = { ok: true };
const wrongValue: SignatureVerdict = { ok: false, code: 'duis.signature.value' };

/** What can be told without the signature's own arithmetic; undefined when only that is left. */
function checkDigest(parts: SignatureParts | undefined, key: KeyObject): SignatureVerdict | undefined {
  if (parts === undefined) return { ok: false, code: 'duis.signature.absent' };
  // node:crypto throws for keys that take no digest (Ed25519), and RSA or another curve is not of the profile
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return wrongValue;
  const digest = hash('sha256', Buffer.from(parts.canonicalDocument, 'latin1'), 'buffer');
  return digest.equals(parts.digest) ? undefined : { ok: false, code: 'duis.signature.digest' };
}

/** Compares the digest, then verifies the signature with a P-256 public key. The digest first: it costs 3 %. */
export function verifySignature(parts: SignatureParts | undefined, key: KeyObject): SignatureVerdict {
  const verdict = checkDigest(parts, key);
  if (verdict !== undefined || parts === undefined) return verdict ?? wrongValue;
  const signedInfo = Buffer.from(parts.canonicalSignedInfo, 'latin1');
  return verify('sha256', signedInfo, key, derSignature(parts.value)) ? valid : wrongValue;
}

/** Says whether a signature (a DER SEQUENCE of r and s) over SHA-256 is of these bytes and this P-256 key. */
export type SignatureArithmetic = (signedInfo: Uint8Array, key: KeyObject, signature: Uint8Array) => Promise<boolean>;

/**
 * As `verifySignature`, with the arithmetic done elsewhere: its 50 us a message would keep the calling thread from all
 * others.
 */
export async function verifySignatureBy(
  arithmetic: SignatureArithmetic,
  parts: SignatureParts | undefined,
  key: KeyObject,
): Promise<SignatureVerdict> {
  const verdict = checkDigest(parts, key);
  if (verdict !== undefined || parts === undefined) return verdict ?? wrongValue;
  const signedInfo = Buffer.from(parts.canonicalSignedInfo, 'latin1');
  return (await arithmetic(signedInfo, key, derSignature(parts.value))) ? valid : wrongValue;
}

/** On Node's thread pool. The hand-over costs 25 us of CPU in all, so it is for a few messages. */
export function verifyOnThreadPool(signedInfo: Uint8Array, key: KeyObject, signature: Uint8Array): Promise<boolean> {
  return new Promise((resolve, reject) => {
    verify('sha256', signedInfo, key, signature, (error, isValid) => (error ? reject(error) : resolve(isValid)));
  });
}

/**
 * r || s (64 bytes) as the DER SEQUENCE that OpenSSL reads. Converting here is quicker than asking node:crypto for
 * dsaEncoding 'ieee-p1363'.
 */
export function derSignature(value: Uint8Array): Uint8Array {
  const r = integer(value.subarray(0, 32));
  const s = integer(value.subarray(32));
  return Buffer.concat([Buffer.from([0x30, r.length + s.length]), r, s]);
}

function integer(bytes: Uint8Array): Uint8Array {
  let from = 0;
  while (from < bytes.length - 1 && bytes[from] === 0) from++;
  const magnitude = bytes.subarray(from);
  const padded = (magnitude[0] ?? 0) >= 0x80;
  const written = Buffer.alloc(2 + magnitude.length + (padded ? 1 : 0));
  written[0] = 0x02;
  written[1] = written.length - 2;
  written.set(magnitude, padded ? 3 : 2);
  return written;
}
