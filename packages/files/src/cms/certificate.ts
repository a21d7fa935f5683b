/** X.509 certificates, as far as judging a signature needs them. Reading one does not trust it. */
import { Buffer } from 'node:buffer';
import { createHash, type KeyObject } from 'node:crypto';
import { escapeHidden } from '../findings.ts';
import { type Digest, fits, judgeKey, type KeyKind, readPublicKey, readSignatureAlgorithm } from './algorithms.ts';
import { context, contextPrimitive, DerError, Reader, readInteger, readOnly, readTime, tag } from './der.ts';
import { SignatureError } from './errors.ts';
import { type Extensions, readExtensionList, readExtensions } from './extensions.ts';
import { writeName } from './name.ts';
import { readPem } from './pem.ts';

export interface Certificate extends Extensions {
  readonly der: Buffer;
  /** SHA-256 of the DER, in lower-case hex. */
  readonly fingerprint: string;
  /** The INTEGER's content, for comparing. */
  readonly serialBytes: Buffer;
  /** DER of the names, for comparing. */
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Undefined when it is of no kind that node:crypto reads. */
  readonly publicKey: KeyObject | undefined;
  /** What was signed, by its issuer. */
  readonly signed: Buffer;
  readonly signature: Buffer;
  /** How it was signed, or the fault of that way. */
  readonly algorithm: { readonly key: KeyKind; readonly digest: Digest } | SignatureError;
}

/** The longest that is read; a real one has 1 to 2 kB. */
const MOST_BYTES = 16_384;

/** Certificate and revocation list name their algorithm twice, and both have to be the same. */
export function readAlgorithm(inner: Buffer, outer: Buffer, where: string): Certificate['algorithm'] {
  if (!inner.equals(outer)) throw new DerError('the algorithm inside is not that outside');
  try {
    const { key, digest } = readSignatureAlgorithm(new Reader(outer), where);
    if (digest !== undefined) return { key, digest };
    return new SignatureError('files.signature.algorithm', `${where} names no digest`);
  } catch (error) {
    if (error instanceof SignatureError) return error;
    throw error;
  }
}

/** What an authority signed, as it stands in a certificate and in a revocation list. */
export interface SignedPart {
  /** Reads its content. */
  readonly body: Reader;
  readonly signed: Buffer;
  readonly signature: Buffer;
  /** The algorithm beside it. */
  readonly outerAlgorithm: Buffer;
}

export function readSignedPart(der: Buffer): SignedPart {
  const outer = readOnly(der, tag.sequence);
  const { whole: signed, content } = outer.take(tag.sequence);
  const outerAlgorithm = outer.take(tag.sequence).whole;
  const signature = outer.bitStringBytes();
  outer.end();
  return { body: new Reader(content), signed, signature, outerAlgorithm };
}

function read(der: Buffer): Certificate {
  const { body, signed, signature, outerAlgorithm } = readSignedPart(der);
  const version = body.peek() === context(0) ? body.enter(context(0)).smallInteger() : 0;
  const serialBytes = body.take(tag.integer).content;
  readInteger(serialBytes);
  const innerAlgorithm = body.take(tag.sequence).whole;
  const issuer = body.take(tag.sequence).whole;
  const validity = body.enter(tag.sequence);
  const notBefore = readTime(validity.any());
  const notAfter = readTime(validity.any());
  validity.end();
  const subject = body.take(tag.sequence).whole;
  const spki = body.take(tag.sequence).whole;
  body.takeIf(contextPrimitive(1));
  body.takeIf(contextPrimitive(2));
  const list = body.peek() === context(3) ? readExtensionList(readWrapped(body)) : [];
  body.end();
  if (list.length > 0 && version !== 2) throw new DerError('only version 3 has extensions');
  // read once, so that a name that cannot be told is found here
  writeName(issuer);
  writeName(subject);
  return {
    der,
    fingerprint: createHash('sha256').update(der).digest('hex'),
    serialBytes,
    issuer,
    subject,
    notBefore,
    notAfter,
    publicKey: readPublicKey(spki),
    signed,
    signature,
    algorithm: readAlgorithm(innerAlgorithm, outerAlgorithm, 'the algorithm of a certificate'),
    ...readExtensions(list),
  };
}

function readWrapped(body: Reader): Reader {
  return new Reader(body.take(context(3)).content);
}

/** Throws SignatureError 'files.signature.certificate' when the bytes are no certificate in DER. */
export function readCertificate(der: Uint8Array): Certificate {
  try {
    if (der.length > MOST_BYTES) throw new DerError(`it has more than ${MOST_BYTES} bytes`);
    return read(Buffer.from(der));
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new SignatureError('files.signature.certificate', `a certificate cannot be read: ${error.message}`);
  }
}

/** The certificates of a PEM file, or the one in DER. Throws SignatureError when there is none, or one is broken. */
export function readCertificates(bytes: Uint8Array): Certificate[] {
  const blocks = readPem(bytes, ['CERTIFICATE']) ?? [bytes];
  if (blocks.length === 0) throw new SignatureError('files.signature.certificate', 'the PEM holds no certificate');
  return blocks.map(readCertificate);
}

/** A certificate as messages name it. */
export function describeCertificate(certificate: Certificate): string {
  return `the certificate of ${escapeHidden(writeName(certificate.subject))}`;
}

export function serialOf({ serialBytes }: Certificate): string {
  return readInteger(serialBytes).toString();
}

/** Whether the issuer's key signed it, by the algorithm that it names; that has to be one that is taken. */
export function isSignedBy(
  certificate: Pick<Certificate, 'algorithm' | 'signed' | 'signature'>,
  issuer: Certificate,
): boolean {
  const { algorithm, signed, signature } = certificate;
  if (algorithm instanceof SignatureError || issuer.publicKey === undefined) return false;
  if (judgeKey(issuer.publicKey) !== undefined) return false;
  return fits({ bytes: signed, signature, ...algorithm }, issuer.publicKey);
}
