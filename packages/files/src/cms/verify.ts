/** Verifies a CMS signature: the content, the key, and the chain to an authority that is trusted. */
import { Buffer } from 'node:buffer';
import { fits } from './algorithms.ts';
import { type Certificate, serialOf } from './certificate.ts';
import { SignatureError, type SignatureErrorCode } from './errors.ts';
import { writeName } from './name.ts';
import { judgeChain, judgeForm, type Trust } from './path.ts';
import type { CmsSignature } from './signed-data.ts';

/** Who signed. Whether that is an officer of the User is for the caller to know. */
export interface Signer {
  /** As RFC 4514 orders and escapes it. */
  readonly issuer: string;
  /** Decimal. */
  readonly serial: string;
  readonly subject: string;
  /** SHA-256 of the certificate's DER, in lower-case hex. */
  readonly fingerprint: string;
  /** DER. */
  readonly certificate: Uint8Array;
  /** As the signer's clock says it; undefined when it does not. */
  readonly signingTime: Date | undefined;
  /** Digest and signature, as 'sha256 ecdsa-with-SHA256'. */
  readonly algorithm: string;
}

export type Verdict =
  | { readonly ok: true; readonly signer: Signer }
  | { readonly ok: false; readonly code: SignatureErrorCode; readonly message: string; readonly action: string };

export interface VerifyOptions extends Trust {
  /** Of the content, by the signature's `digestAlgorithm`. */
  readonly digest: Uint8Array;
}

function findSigner({ signerIdentifier, certificates }: CmsSignature): Certificate {
  const isNamed = (one: Certificate): boolean =>
    'issuer' in signerIdentifier
      ? one.issuer.equals(signerIdentifier.issuer) && one.serialBytes.equals(signerIdentifier.serialBytes)
      : one.subjectKeyIdentifier?.equals(signerIdentifier.keyIdentifier) === true;
  const found = certificates.find(isNamed);
  if (found !== undefined) return found;
  throw new SignatureError('files.signature.certificate-absent', 'no certificate in the signature is the signer’s');
}

function verify(signature: CmsSignature, options: VerifyOptions): Signer {
  if (!signature.messageDigest.equals(Buffer.from(options.digest))) {
    throw new SignatureError('files.signature.content', 'the signed digest is not that of this file');
  }
  const signer = findSigner(signature);
  judgeForm(signer);
  const { algorithm, value, signed, digestAlgorithm } = signature;
  const isFitting =
    signer.publicKey !== undefined &&
    fits({ bytes: signed, signature: value, key: algorithm.key, digest: digestAlgorithm }, signer.publicKey);
  if (!isFitting) {
    throw new SignatureError('files.signature.value', 'the signature does not fit the key of the certificate');
  }
  const others = signature.certificates.filter((one) => one !== signer);
  judgeChain(signer, others, options);
  return {
    issuer: writeName(signer.issuer),
    serial: serialOf(signer),
    subject: writeName(signer.subject),
    fingerprint: signer.fingerprint,
    certificate: signer.der,
    signingTime: signature.signingTime,
    algorithm: `${digestAlgorithm} ${algorithm.name}`,
  };
}

/** Who signed the content, or why the signature is not taken. */
export function verifySignature(signature: CmsSignature, options: VerifyOptions): Verdict {
  try {
    return { ok: true, signer: verify(signature, options) };
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    const { code, message, action } = error;
    return { ok: false, code, message, action };
  }
}
