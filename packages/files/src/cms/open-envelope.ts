/** Opens an envelope by the private key of one of its recipients. */
import { Buffer } from 'node:buffer';
import { constants, createDecipheriv, type KeyObject, privateDecrypt, randomBytes } from 'node:crypto';
import { digestIdentifiers, RSA } from './algorithms.ts';
import type { Certificate } from './certificate.ts';
import { context, DerError, Reader, readOnly, tag } from './der.ts';
import { EnvelopeError } from './envelope-errors.ts';
import { type Algorithm, type Envelope, type Recipient, type RecipientName, readEnvelope } from './enveloped-data.ts';
import { derivationOf, unwrapKey } from './key-agreement.ts';

const OAEP = '1.2.840.113549.1.1.7';
const MGF1 = '1.2.840.113549.1.1.8';
const SHA1 = '1.3.14.3.2.26';
const KEY_BYTES = 32;

/** A recipient's key, and the certificate by which senders name it. */
export interface Opener {
  readonly key: KeyObject;
  readonly certificate: Certificate;
}

export interface Opened {
  readonly content: Buffer;
  /** Whoever changed the envelope would have been found: GCM. CBC says nothing of that. */
  readonly isAuthentic: boolean;
}

function isNamed(name: RecipientName, { issuer, serialBytes, subjectKeyIdentifier }: Certificate): boolean {
  if ('keyIdentifier' in name) return subjectKeyIdentifier?.equals(name.keyIdentifier) === true;
  return name.issuer.equals(issuer) && name.serialBytes.equals(serialBytes);
}

function notTaken(what: string): EnvelopeError {
  return new EnvelopeError('files.envelope.algorithm', `the key is encrypted by ${what}`);
}

const oaepDigests = new Map<string, string>([
  [SHA1, 'sha1'],
  ...Object.entries(digestIdentifiers).map(([name, identifier]): [string, string] => [identifier, name]),
]);

function readDigestOf(parameters: Buffer): string | undefined {
  return oaepDigests.get(
    new Reader(readOnly(parameters, tag.sequence).take(tag.objectIdentifier).whole).objectIdentifier(),
  );
}

/** The digest of RSAES-OAEP (RFC 4055): the same for its label and its mask. */
function oaepDigestOf({ parameters }: Algorithm): string {
  const given = parameters.length === 0 ? new Reader(parameters) : readOnly(parameters, tag.sequence);
  const digest = given.takeIf(context(0));
  const mask = given.takeIf(context(1));
  if (!given.isAtEnd) throw notTaken('RSAES-OAEP with a label');
  const name = digest === undefined ? 'sha1' : readDigestOf(digest.content);
  let maskName: string | undefined = 'sha1';
  if (mask !== undefined) {
    const inner = readOnly(mask.content, tag.sequence);
    if (inner.objectIdentifier() !== MGF1) throw notTaken('RSAES-OAEP with another mask than MGF1');
    maskName = readDigestOf(inner.take(tag.sequence).whole);
  }
  if (name === undefined || name !== maskName) throw notTaken('RSAES-OAEP with digests that are not taken');
  return name;
}

function contentKeyOf(recipient: Recipient, key: KeyObject): Buffer {
  const { algorithm, key: encrypted } = recipient;
  if (recipient.kind === 'agreement') {
    const digest = derivationOf(algorithm);
    if (digest === undefined || key.asymmetricKeyType !== 'ec') throw notTaken(algorithm.identifier);
    const { originator: point, material } = recipient;
    return unwrapKey({ privateKey: key, point, digest, wrap: algorithm.parameters, material }, encrypted);
  }
  if (key.asymmetricKeyType !== 'rsa') throw notTaken(algorithm.identifier);
  if (algorithm.identifier === OAEP) {
    const oaepHash = oaepDigestOf(algorithm);
    return privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, encrypted);
  }
  if (algorithm.identifier !== RSA) throw notTaken(algorithm.identifier);
  // a wrong padding gives a random key in OpenSSL 3.2 and later, so nothing tells the sender that it was wrong
  return privateDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, encrypted);
}

/** Also for what does not fit a key: then it is one that opens nothing, and what follows is the same. */
function keyOrNone(recipient: Recipient, key: KeyObject): Buffer {
  try {
    const found = contentKeyOf(recipient, key);
    if (found.length === KEY_BYTES) return found;
  } catch (error) {
    if (error instanceof EnvelopeError || error instanceof DerError) throw error;
    // whatever OpenSSL says of it is nothing for a sender to hear
  }
  return randomBytes(KEY_BYTES);
}

function decrypt({ cipher, content }: Envelope, key: Buffer): Buffer {
  if (cipher.mode === 'cbc') {
    const decipher = createDecipheriv('aes-256-cbc', key, cipher.iv);
    return Buffer.concat([decipher.update(content), decipher.final()]);
  }
  const decipher = createDecipheriv('aes-256-gcm', key, cipher.nonce, { authTagLength: cipher.tag.length });
  if (cipher.authenticated !== undefined) decipher.setAAD(cipher.authenticated);
  decipher.setAuthTag(cipher.tag);
  return Buffer.concat([decipher.update(content), decipher.final()]);
}

/**
 * What an envelope holds. Throws EnvelopeError, and nothing else. Whoever answers strangers must not tell
 * 'files.envelope.opening' from what is found wrong inside an envelope that is not authentic: the difference is what a
 * padding oracle asks for.
 */
export function openEnvelope(bytes: Uint8Array, { key, certificate }: Opener): Opened {
  const envelope = readEnvelope(bytes);
  const recipient = envelope.recipients.find(({ name }) => isNamed(name, certificate));
  if (recipient === undefined) {
    throw new EnvelopeError('files.envelope.recipient', 'none of its recipients is the certificate of this key');
  }
  try {
    return { content: decrypt(envelope, keyOrNone(recipient, key)), isAuthentic: envelope.cipher.mode === 'gcm' };
  } catch (error) {
    if (error instanceof EnvelopeError) throw error;
    if (error instanceof DerError)
      throw new EnvelopeError('files.envelope.form', `the envelope cannot be read: ${error.message}`);
    throw new EnvelopeError('files.envelope.opening', 'what it holds cannot be decrypted');
  }
}
