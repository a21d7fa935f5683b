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

/** Compares the digest, then verifies the signature with a P-256 public key. The digest first: it costs 3 %. */
export function verifySignature(parts: SignatureParts | undefined, key: KeyObject): SignatureVerdict {
  if (parts === undefined) return { ok: false, code: 'duis.signature.absent' };
  // node:crypto throws for keys that take no digest (Ed25519), and RSA or another curve is not of the profile
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return { ok: false, code: 'duis.signature.value' };
  const digest = hash('sha256', Buffer.from(parts.canonicalDocument, 'latin1'), 'buffer');
  if (!digest.equals(parts.digest)) return { ok: false, code: 'duis.signature.digest' };
  const signedInfo = Buffer.from(parts.canonicalSignedInfo, 'latin1');
  if (!verify('sha256', signedInfo, key, derSignature(parts.value))) return { ok: false, code: 'duis.signature.value' };
  return { ok: true };
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
