/** Reads a detached CMS signature (RFC 5652) as `openssl cms -sign -binary` makes it. Reading trusts nothing. */
import { Buffer } from 'node:buffer';
import { type Digest, digestBytes, type KeyKind, readDigestAlgorithm, readSignatureAlgorithm } from './algorithms.ts';
import { type Certificate, readCertificate } from './certificate.ts';
import { context, contextPrimitive, DerError, Reader, readOnly, readTime, tag } from './der.ts';
import { writeSet } from './der-write.ts';
import { SignatureError } from './errors.ts';
import { readPem } from './pem.ts';

export const identifiers = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
} as const;

/** The largest signature that is read. One with three certificates has 3 to 6 kB. */
export const MOST_SIGNATURE_BYTES = 65_536;
const MOST_CERTIFICATES = 10;

type SignerIdentifier = { readonly issuer: Buffer; readonly serialBytes: Buffer } | { readonly keyIdentifier: Buffer };

/** A signature that was read and not yet verified. */
export interface CmsSignature {
  /** By which the content has to be digested. */
  readonly digestAlgorithm: Digest;
  readonly messageDigest: Buffer;
  /** As the signer's clock says it, which proves nothing. */
  readonly signingTime: Date | undefined;
  readonly algorithm: { readonly name: string; readonly key: KeyKind };
  /** What the signature is over: the DER of the signed attributes as a SET. */
  readonly signed: Buffer;
  readonly value: Buffer;
  readonly signerIdentifier: SignerIdentifier;
  /** Those that came with it. */
  readonly certificates: readonly Certificate[];
}

interface Attributes {
  readonly signed: Buffer;
  readonly messageDigest: Buffer;
  readonly signingTime: Date | undefined;
}

function failAttributes(message: string): never {
  throw new SignatureError('files.signature.attributes', message);
}

function readAttributes(content: Buffer, digest: Digest): Attributes {
  const list = new Reader(content).rest();
  const values = new Map<string, Reader>();
  for (const { content: pair } of list) {
    const attribute = new Reader(pair);
    const name = attribute.objectIdentifier();
    const set = attribute.enter(tag.set);
    attribute.end();
    if (values.has(name)) failAttributes(`the signed attribute ${name} stands twice`);
    values.set(name, set);
  }
  const type = values.get(identifiers.contentType);
  if (type === undefined) failAttributes('the content type is not signed');
  if (type.objectIdentifier() !== identifiers.data || !type.isAtEnd) failAttributes('the content type is not data');
  const digestValue = values.get(identifiers.messageDigest);
  if (digestValue === undefined) failAttributes('the message digest is not signed');
  const messageDigest = digestValue.take(tag.octetString).content;
  if (!digestValue.isAtEnd || messageDigest.length !== digestBytes[digest])
    failAttributes(`the message digest is no ${digest}`);
  const timeValue = values.get(identifiers.signingTime);
  const signingTime = timeValue === undefined ? undefined : readTime(timeValue.any());
  timeValue?.end();
  return { signed: writeSet(list.map(({ whole }) => whole)), messageDigest, signingTime };
}

function readSignerIdentifier(signer: Reader, version: number): SignerIdentifier {
  const keyIdentifier = signer.takeIf(contextPrimitive(0));
  if (keyIdentifier !== undefined && version === 3) return { keyIdentifier: keyIdentifier.content };
  if (version !== 1) throw new DerError('the version of the signer is not known');
  const name = signer.enter(tag.sequence);
  const issuer = name.take(tag.sequence).whole;
  const serialBytes = name.take(tag.integer).content;
  name.end();
  return { issuer, serialBytes };
}

/** @param outerVersion of the whole; RFC 5652 makes it that of the signer, when the content is data */
function readSigner(signer: Reader, outerVersion: number): Omit<CmsSignature, 'certificates'> {
  const version = signer.smallInteger();
  if (version !== outerVersion) throw new DerError('the version is not that of the signer');
  const signerIdentifier = readSignerIdentifier(signer, version);
  const digestAlgorithm = readDigestAlgorithm(signer, 'the digest algorithm');
  const attributes = signer.takeIf(context(0));
  const algorithm = readSignatureAlgorithm(signer, 'the signature algorithm');
  const value = signer.take(tag.octetString).content;
  // unsigned attributes say nothing that anybody vouches for
  signer.takeIf(context(1));
  signer.end();
  if (algorithm.digest !== undefined && algorithm.digest !== digestAlgorithm) {
    const message = `the signature is ${algorithm.name} and the digest ${digestAlgorithm}`;
    throw new SignatureError('files.signature.algorithm', message);
  }
  if (attributes === undefined) failAttributes('no attributes are signed');
  return {
    digestAlgorithm,
    ...readAttributes(attributes.content, digestAlgorithm),
    algorithm,
    value,
    signerIdentifier,
  };
}

function readSignedData(der: Buffer): CmsSignature {
  const outer = readOnly(der, tag.sequence, 'ber');
  if (outer.objectIdentifier() !== identifiers.signedData) throw new DerError('it is CMS, but no signature');
  const wrapper = outer.enter(context(0));
  outer.end();
  const body = wrapper.enter(tag.sequence);
  wrapper.end();

  const version = body.smallInteger();
  const digests = body.enter(tag.set);
  const digest = readDigestAlgorithm(digests, 'the digest algorithm');
  if (!digests.isAtEnd) throw new SignatureError('files.signature.signers', 'there are digests for several signers');
  const content = body.enter(tag.sequence);
  if (content.objectIdentifier() !== identifiers.data) failAttributes('the content type is not data');
  if (!content.isAtEnd) throw new SignatureError('files.signature.attached', 'the signature contains the content');
  const certificates = body.takeIf(context(0));
  // Revocation lists that the signer chose are not looked at.
  body.takeIf(context(1));
  const signers = new Reader(body.take(tag.set).content, 'ber').rest();
  body.end();
  const [signer] = signers;
  if (signer === undefined || signers.length > 1) {
    throw new SignatureError('files.signature.signers', `there are ${signers.length} signers`);
  }
  if (signer.tag !== tag.sequence) throw new DerError('the signer is none');
  const read = readSigner(new Reader(signer.content), version);
  if (read.digestAlgorithm !== digest) throw new DerError('the digest is not that of the signer');
  const values = certificates === undefined ? [] : new Reader(certificates.content).rest();
  if (values.length > MOST_CERTIFICATES) throw new DerError(`it has more than ${MOST_CERTIFICATES} certificates`);
  return { ...read, certificates: values.map(({ whole }) => readCertificate(whole)) };
}

/** The one PEM block of the bytes, or the bytes when they are none. */
function unwrap(bytes: Uint8Array): Buffer {
  const blocks = readPem(bytes, ['CMS', 'PKCS7']);
  if (blocks === undefined) return Buffer.from(bytes);
  const [only] = blocks;
  if (only === undefined || blocks.length > 1) throw new DerError('the PEM does not hold exactly one CMS block');
  return only;
}

/** Throws SignatureError, and nothing else, when the bytes are no detached CMS signature of one signer. */
export function readSignature(bytes: Uint8Array): CmsSignature {
  try {
    if (bytes.length > MOST_SIGNATURE_BYTES) throw new DerError(`it has more than ${MOST_SIGNATURE_BYTES} bytes`);
    if (Buffer.from(bytes.subarray(0, 13)).toString('latin1').toLowerCase() === 'mime-version:') {
      throw new DerError('it is S/MIME; add -outform DER');
    }
    // what DER begins with, a SEQUENCE of some hundred bytes, in base64 without the lines that make it PEM
    if (/^MI[GHI]/.test(Buffer.from(bytes.subarray(0, 3)).toString('latin1'))) {
      throw new DerError('it is base64; send the DER itself, or PEM');
    }
    return readSignedData(unwrap(bytes));
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new SignatureError('files.signature.form', `the signature cannot be read: ${error.message}`);
  }
}
