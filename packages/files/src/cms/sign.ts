/** Makes a detached CMS signature that `openssl cms -verify -binary` takes. */
import type { Buffer } from 'node:buffer';
import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { digestIdentifiers, ecdsaIdentifiers, RSA } from './algorithms.ts';
import type { Certificate } from './certificate.ts';
import { context, tag } from './der.ts';
import { write, writeObjectIdentifier, writeSequence, writeSet, writeSmallInteger, writeTime } from './der-write.ts';
import { SignatureError } from './errors.ts';
import { judgeSigner } from './path.ts';
import { writePem } from './pem.ts';
import { identifiers } from './signed-data.ts';

export interface SignOptions {
  /** SHA-256 of the content. */
  readonly digest: Uint8Array;
  readonly key: KeyObject;
  readonly certificate: Certificate;
  /** Authorities between the certificate and the one that is trusted. */
  readonly chain: readonly Certificate[];
  readonly signingTime: Date;
}

const DIGEST = 'sha256';

function writeAttribute(identifier: string, value: Buffer): Buffer {
  return writeSequence(writeObjectIdentifier(identifier), writeSet([value]));
}

/**
 * The signature in DER. Throws SignatureError for a certificate that may not sign files now, and for a key that is not
 * its own: what would be refused is not made.
 */
export function signDetached({ digest, key, certificate, chain, signingTime }: SignOptions): Buffer {
  if (digest.length !== 32) throw new RangeError('the digest of the content is no SHA-256');
  judgeSigner(certificate, signingTime);
  if (certificate.publicKey?.equals(createPublicKey(key)) !== true) {
    throw new SignatureError('files.signature.key', 'the key is not that of the certificate');
  }
  const digestAlgorithm = writeSequence(writeObjectIdentifier(digestIdentifiers[DIGEST]));
  const isRsa = key.asymmetricKeyType === 'rsa';
  const signatureAlgorithm = isRsa
    ? writeSequence(writeObjectIdentifier(RSA), write(tag.null))
    : writeSequence(writeObjectIdentifier(ecdsaIdentifiers[DIGEST]));
  const attributes = [
    writeAttribute(identifiers.contentType, writeObjectIdentifier(identifiers.data)),
    writeAttribute(identifiers.signingTime, writeTime(signingTime)),
    writeAttribute(identifiers.messageDigest, write(tag.octetString, digest)),
  ];
  const signer = writeSequence(
    writeSmallInteger(1),
    writeSequence(certificate.issuer, write(tag.integer, certificate.serialBytes)),
    digestAlgorithm,
    writeSet(attributes, context(0)),
    signatureAlgorithm,
    write(tag.octetString, sign(DIGEST, writeSet(attributes), key)),
  );
  const signedData = writeSequence(
    writeSmallInteger(1),
    writeSet([digestAlgorithm]),
    writeSequence(writeObjectIdentifier(identifiers.data)),
    writeSet(
      [certificate, ...chain].map(({ der }) => der),
      context(0),
    ),
    writeSet([signer]),
  );
  return writeSequence(writeObjectIdentifier(identifiers.signedData), write(context(0), signedData));
}

/** A signature in PEM, as `openssl cms -outform PEM` writes it. */
export function writeSignaturePem(der: Buffer): string {
  return writePem('CMS', der);
}
