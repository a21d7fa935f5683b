/** Revocation lists (CRLs): complete ones of an authority's own certificates. */
import { Buffer } from 'node:buffer';
import { type Certificate, readAlgorithm, readSignedPart } from './certificate.ts';
import { context, DerError, type Reader, readTime, tag } from './der.ts';
import { SignatureError } from './errors.ts';
import { readExtensionList } from './extensions.ts';
import { readPem } from './pem.ts';

export interface RevocationList {
  /** DER of the name. */
  readonly issuer: Buffer;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** When each was revoked, by serial number: the INTEGER's content in hex. */
  readonly revoked: ReadonlyMap<string, Date>;
  readonly signed: Buffer;
  readonly signature: Buffer;
  readonly algorithm: Certificate['algorithm'];
}

/** Some 400,000 revoked certificates. */
const MOST_BYTES = 16_000_000;

function refuseCritical(reader: Reader): void {
  const critical = readExtensionList(reader).find(({ isCritical }) => isCritical);
  // Among them: lists of changes only, of some reasons only, and of certificates that others issued.
  if (critical !== undefined) throw new DerError(`the critical extension ${critical.identifier} is not understood`);
}

/** By serial numbers as hex. Every listed certificate counts as revoked, whatever the reason; of two dates the first. */
function readRevoked(list: Reader): Map<string, Date> {
  const revoked = new Map<string, Date>();
  while (!list.isAtEnd) {
    const entry = list.enter(tag.sequence);
    const serial = entry.take(tag.integer).content.toString('hex');
    const revokedAt = readTime(entry.any());
    const known = revoked.get(serial);
    if (known === undefined || revokedAt < known) revoked.set(serial, revokedAt);
    if (!entry.isAtEnd) refuseCritical(entry);
    entry.end();
  }
  return revoked;
}

function read(der: Buffer): RevocationList {
  const { body, signed, signature, outerAlgorithm } = readSignedPart(der);
  if (body.peek() === tag.integer && body.smallInteger() !== 1) throw new DerError('the version is not known');
  const innerAlgorithm = body.take(tag.sequence).whole;
  const issuer = body.take(tag.sequence).whole;
  const thisUpdate = readTime(body.any());
  if (body.peek() !== tag.utcTime && body.peek() !== tag.generalizedTime)
    throw new DerError('it does not say when the next comes');
  const nextUpdate = readTime(body.any());
  const revoked = body.peek() === tag.sequence ? readRevoked(body.enter(tag.sequence)) : new Map<string, Date>();
  if (body.peek() === context(0)) refuseCritical(body.enter(context(0)));
  body.end();
  const algorithm = readAlgorithm(innerAlgorithm, outerAlgorithm, 'the algorithm of a revocation list');
  return { issuer, thisUpdate, nextUpdate, revoked, signed, signature, algorithm };
}

/** The lists of a PEM file, or the one in DER. Throws SignatureError 'files.signature.list' when one cannot be read. */
export function readRevocationLists(bytes: Uint8Array): RevocationList[] {
  const blocks = readPem(bytes, ['X509 CRL']) ?? [bytes];
  try {
    if (bytes.length > MOST_BYTES) throw new DerError(`it has more than ${MOST_BYTES.toLocaleString('en')} bytes`);
    if (blocks.length === 0) throw new DerError('the PEM holds none');
    return blocks.map((block) => read(Buffer.from(block)));
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new SignatureError('files.signature.list', `a revocation list cannot be read: ${error.message}`);
  }
}

/** When the list says that the certificate was revoked; undefined when it does not name it. */
export function listedAt(list: RevocationList, certificate: Certificate): Date | undefined {
  return list.revoked.get(certificate.serialBytes.toString('hex'));
}
