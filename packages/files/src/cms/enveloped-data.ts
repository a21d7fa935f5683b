/**
 * Reads CMS EnvelopedData (RFC 5652) and AuthEnvelopedData (RFC 5083), as `openssl cms -encrypt` and mail programs make
 * them. Reading opens nothing. BER is read with indefinite lengths, for who encrypts a stream does not know them.
 */
import { Buffer } from 'node:buffer';
import { context, contextPrimitive, DerError, Reader, readOnly, tag } from './der.ts';
import { writeSet } from './der-write.ts';
import { EnvelopeError } from './envelope-errors.ts';
import { identifiers } from './signed-data.ts';

export const envelopeIdentifiers = {
  envelopedData: '1.2.840.113549.1.7.3',
  authEnvelopedData: '1.2.840.113549.1.9.16.1.23',
  aes256Cbc: '2.16.840.1.101.3.4.1.42',
  aes256Gcm: '2.16.840.1.101.3.4.1.46',
} as const;

/** One envelope may be for several; nobody writes to more than a few. */
const MOST_RECIPIENTS = 32;
/** Pieces of what was encrypted as a stream; a piece of openssl has 4 kB. */
const MOST_PIECES = 100_000;
export const IV_BYTES = 16;
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;

/** By which a recipient is named: issuer and serial number of its certificate, or its key identifier. */
export type RecipientName =
  | { readonly issuer: Buffer; readonly serialBytes: Buffer }
  | { readonly keyIdentifier: Buffer };

/** An algorithm with its parameters as they stand. */
export interface Algorithm {
  readonly identifier: string;
  readonly parameters: Buffer;
}

export type Recipient =
  | { readonly kind: 'transport'; readonly name: RecipientName; readonly algorithm: Algorithm; readonly key: Buffer }
  | {
      readonly kind: 'agreement';
      readonly name: RecipientName;
      readonly algorithm: Algorithm;
      readonly key: Buffer;
      /** The sender's point, uncompressed or not. */
      readonly originator: Buffer;
      /** User keying material. */
      readonly material: Buffer | undefined;
    };

export interface Envelope {
  readonly recipients: readonly Recipient[];
  readonly content: Buffer;
  /** Undefined for GCM: its nonce. */
  readonly cipher:
    | { readonly mode: 'cbc'; readonly iv: Buffer }
    | {
        readonly mode: 'gcm';
        readonly nonce: Buffer;
        readonly tag: Buffer;
        readonly authenticated: Buffer | undefined;
      };
}

function readName(reader: Reader): RecipientName {
  const keyIdentifier = reader.takeIf(contextPrimitive(0));
  if (keyIdentifier !== undefined) return { keyIdentifier: keyIdentifier.content };
  // of a key agreement it is a sequence, of which only the identifier counts
  const named = reader.takeIf(context(0));
  if (named !== undefined) return { keyIdentifier: new Reader(named.content).take(tag.octetString).content };
  const sequence = reader.enter(tag.sequence);
  const issuer = sequence.take(tag.sequence).whole;
  const serialBytes = sequence.take(tag.integer).content;
  sequence.end();
  return { issuer, serialBytes };
}

function readAlgorithm(reader: Reader): Algorithm {
  const sequence = reader.enter(tag.sequence);
  const identifier = sequence.objectIdentifier();
  const parameters = sequence.isAtEnd ? Buffer.alloc(0) : sequence.any().whole;
  sequence.end();
  return { identifier, parameters };
}

function readTransport(content: Buffer): Recipient {
  const reader = new Reader(content);
  reader.smallInteger();
  const name = readName(reader);
  const algorithm = readAlgorithm(reader);
  const key = reader.take(tag.octetString).content;
  reader.end();
  return { kind: 'transport', name, algorithm, key };
}

/** One for each key that was wrapped; undefined when the sender's key is not in it. */
function readAgreements(content: Buffer): Recipient[] {
  const reader = new Reader(content);
  reader.smallInteger();
  const from = reader.enter(context(0)).takeIf(context(1));
  const material = reader.takeIf(context(1));
  const algorithm = readAlgorithm(reader);
  const keys = reader.enter(tag.sequence);
  reader.end();
  if (from === undefined) return [];
  const publicKey = new Reader(from.content);
  publicKey.take(tag.sequence);
  const originator = publicKey.bitStringBytes();
  const found: Recipient[] = [];
  while (!keys.isAtEnd && found.length < MOST_RECIPIENTS) {
    const one = keys.enter(tag.sequence);
    found.push({
      kind: 'agreement',
      name: readName(one),
      algorithm,
      key: one.take(tag.octetString).content,
      originator,
      material: material && new Reader(material.content).take(tag.octetString).content,
    });
  }
  return found;
}

/** Recipients of other kinds, by passwords or shared keys, are nobody's here. */
function readRecipients(content: Buffer): Recipient[] {
  const set = new Reader(content, 'ber');
  const recipients: Recipient[] = [];
  for (let count = 0; !set.isAtEnd; count += 1) {
    if (count >= MOST_RECIPIENTS) throw new DerError(`it is for more than ${MOST_RECIPIENTS} recipients`);
    const one = set.any();
    if (one.tag === tag.sequence) recipients.push(readTransport(one.content));
    else if (one.tag === context(1)) recipients.push(...readAgreements(one.content));
  }
  return recipients;
}

/** What was encrypted: in one piece, or in as many as the sender's stream had. */
function readContent(reader: Reader): Buffer {
  const whole = reader.takeIf(contextPrimitive(0));
  if (whole !== undefined) return whole.content;
  const pieces = new Reader(reader.take(context(0)).content);
  const found: Buffer[] = [];
  while (!pieces.isAtEnd) {
    if (found.length >= MOST_PIECES) throw new DerError(`its content is in more than ${MOST_PIECES} pieces`);
    found.push(pieces.take(tag.octetString).content);
  }
  return Buffer.concat(found);
}

function readCipher(
  { identifier, parameters }: Algorithm,
  isAuthenticated: boolean,
): { iv: Buffer } | { nonce: Buffer } {
  if (identifier === envelopeIdentifiers.aes256Cbc && !isAuthenticated) {
    const iv = new Reader(parameters).take(tag.octetString).content;
    if (iv.length !== IV_BYTES) throw new DerError('the initial value is none');
    return { iv };
  }
  if (identifier === envelopeIdentifiers.aes256Gcm && isAuthenticated) {
    const given = readOnly(parameters, tag.sequence);
    const nonce = given.take(tag.octetString).content;
    const tagBytes = given.isAtEnd ? 12 : given.smallInteger();
    given.end();
    if (nonce.length !== NONCE_BYTES || tagBytes !== TAG_BYTES) throw new DerError('nonce or tag has another length');
    return { nonce };
  }
  throw new EnvelopeError('files.envelope.algorithm', `the content is encrypted by ${identifier}`);
}

function read(bytes: Buffer): Envelope {
  const outer = readOnly(bytes, tag.sequence, 'ber');
  const type = outer.objectIdentifier();
  const isAuthenticated = type === envelopeIdentifiers.authEnvelopedData;
  if (!isAuthenticated && type !== envelopeIdentifiers.envelopedData) throw new DerError('it is CMS, but no envelope');
  const wrapper = outer.enter(context(0));
  outer.end();
  const body = wrapper.enter(tag.sequence);
  wrapper.end();
  body.smallInteger();
  // certificates and lists that the sender chose are not looked at
  body.takeIf(context(0));
  const recipients = readRecipients(body.take(tag.set).content);
  const encrypted = body.enter(tag.sequence);
  if (encrypted.objectIdentifier() !== identifiers.data) throw new DerError('the content type is not data');
  const cipher = readCipher(readAlgorithm(encrypted), isAuthenticated);
  const content = readContent(encrypted);
  encrypted.end();
  const attributes = body.takeIf(context(1));
  if ('iv' in cipher) {
    body.end();
    return { recipients, content, cipher: { mode: 'cbc', iv: cipher.iv } };
  }
  const authenticationTag = body.take(tag.octetString).content;
  body.takeIf(context(2));
  body.end();
  if (authenticationTag.length !== TAG_BYTES) throw new DerError('the tag has another length');
  return {
    recipients,
    content,
    cipher: {
      mode: 'gcm',
      nonce: cipher.nonce,
      tag: authenticationTag,
      // as a SET, in DER
      authenticated: attributes && writeSet(new Reader(attributes.content).rest().map(({ whole }) => whole)),
    },
  };
}

/** Throws EnvelopeError, and nothing else, when the bytes are no envelope by an algorithm that is taken. */
export function readEnvelope(bytes: Uint8Array): Envelope {
  try {
    return read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new EnvelopeError('files.envelope.form', `the envelope cannot be read: ${error.message}`);
  }
}
