/** Makes an envelope that `openssl cms -decrypt` and mail programs open: EnvelopedData with AES-256-CBC. */
import { Buffer } from 'node:buffer';
import {
  constants,
  createCipheriv,
  generateKeyPairSync,
  type KeyObject,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';
import { judgeKey, RSA } from './algorithms.ts';
import type { Certificate } from './certificate.ts';
import { context, contextPrimitive, tag } from './der.ts';
import { write, writeObjectIdentifier, writeSequence, writeSet, writeSmallInteger } from './der-write.ts';
import { EnvelopeError } from './envelope-errors.ts';
import { envelopeIdentifiers, IV_BYTES } from './enveloped-data.ts';
import { usage } from './extensions.ts';
import { pointOf, wrapKey, writeAgreementAlgorithm } from './key-agreement.ts';
import { identifiers } from './signed-data.ts';

const KEY_BYTES = 32;
const EC_PUBLIC_KEY = '1.2.840.10045.2.1';

function nameOf({ issuer, serialBytes }: Certificate): Buffer {
  return writeSequence(issuer, write(tag.integer, serialBytes));
}

/** PKCS #1 v1.5, which every mail program opens: nobody answers guesses at a padding there by machine. */
function writeTransport(certificate: Certificate, publicKey: KeyObject, key: Buffer): Buffer {
  return writeSequence(
    writeSmallInteger(0),
    nameOf(certificate),
    writeSequence(writeObjectIdentifier(RSA), write(tag.null)),
    write(tag.octetString, publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, key)),
  );
}

function writeAgreement(certificate: Certificate, publicKey: KeyObject, key: Buffer): Buffer {
  const namedCurve = publicKey.asymmetricKeyDetails?.namedCurve ?? '';
  const own = generateKeyPairSync('ec', { namedCurve });
  const { whole, wrap } = writeAgreementAlgorithm();
  const point = pointOf(publicKey);
  const originator = writeSequence(
    writeSequence(writeObjectIdentifier(EC_PUBLIC_KEY)),
    write(tag.bitString, Buffer.of(0), pointOf(own.publicKey)),
  );
  // [1] IMPLICIT: the tag takes the place of the sequence's
  originator[0] = context(1);
  return write(
    context(1),
    writeSmallInteger(3),
    write(context(0), originator),
    whole,
    writeSequence(
      writeSequence(
        nameOf(certificate),
        write(tag.octetString, wrapKey({ privateKey: own.privateKey, point, wrap }, key)),
      ),
    ),
  );
}

/** Why nothing is encrypted to a certificate; undefined when it may be. */
export function recipientFault({ publicKey, keyUsage }: Certificate): string | undefined {
  if (publicKey === undefined) return 'its key is of an unknown kind';
  const fault = judgeKey(publicKey);
  if (fault !== undefined) return `its key is ${fault}`;
  const [name, bit] =
    publicKey.asymmetricKeyType === 'rsa'
      ? (['keyEncipherment', usage.keyEncipherment] as const)
      : (['keyAgreement', usage.keyAgreement] as const);
  return keyUsage === undefined || keyUsage.has(bit) ? undefined : `its keyUsage has no ${name}`;
}

/** Throws EnvelopeError when the certificate is none to which anything is encrypted. */
export function sealEnvelope(content: Uint8Array, certificate: Certificate): Buffer {
  const { publicKey } = certificate;
  const fault = recipientFault(certificate);
  if (publicKey === undefined || fault !== undefined) {
    throw new EnvelopeError('files.envelope.algorithm', `the certificate of the recipient cannot be used: ${fault}`);
  }
  const [key, iv] = [randomBytes(KEY_BYTES), randomBytes(IV_BYTES)];
  const isRsa = publicKey.asymmetricKeyType === 'rsa';
  const recipient = (isRsa ? writeTransport : writeAgreement)(certificate, publicKey, key);
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  const encrypted = Buffer.concat([cipher.update(content), cipher.final()]);
  const envelopedData = writeSequence(
    writeSmallInteger(isRsa ? 0 : 2),
    writeSet([recipient]),
    writeSequence(
      writeObjectIdentifier(identifiers.data),
      writeSequence(writeObjectIdentifier(envelopeIdentifiers.aes256Cbc), write(tag.octetString, iv)),
      write(contextPrimitive(0), encrypted),
    ),
  );
  return writeSequence(writeObjectIdentifier(envelopeIdentifiers.envelopedData), write(context(0), envelopedData));
}
