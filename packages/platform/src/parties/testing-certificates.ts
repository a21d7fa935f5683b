// Certificates for tests: signed by nobody in particular, because registration asks for no chain.
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type Eui, euiBytes } from '@penstock/duis';
import { derTag } from './der.ts';

function tlv(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}
const oid = (hex: string) => tlv(derTag.objectIdentifier, Buffer.from(hex, 'hex'));
const organisationalUnit = oid('55040b');
const commonName = oid('550403');
const uniqueIdentifier = oid('55042d');
const subjectAlternativeName = oid('551d11');
const keyUsage = oid('551d0f');
const ecdsaWithSha256 = tlv(derTag.sequence, oid('2a8648ce3d040302'));
const attribute = (type: Buffer, value: Buffer) => tlv(derTag.set, tlv(derTag.sequence, type, value));
const text = (value: string) => tlv(derTag.utf8String, Buffer.from(value, 'utf8'));

function generalizedTime(time: Date): Buffer {
  return tlv(0x18, Buffer.from(`${time.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`, 'latin1'));
}

/** The extensions of a certificate: one, of this content. */
function extension(type: Buffer, content: Buffer): Buffer {
  return tlv(0xa3, tlv(derTag.sequence, tlv(derTag.sequence, type, tlv(0x04, content))));
}

/** One subjectAlternativeName, a DNS name. */
function alternativeName(name: string): Buffer {
  return extension(subjectAlternativeName, tlv(derTag.sequence, tlv(0x82, Buffer.from(name, 'latin1'))));
}

/** That it may sign documents: digitalSignature. */
function documentSigning(): Buffer {
  return extension(keyUsage, tlv(derTag.bitString, Buffer.from([7, 0x80])));
}

export interface TestCertificate {
  readonly privateKey: KeyObject;
  readonly der: Buffer;
  readonly base64: string;
  readonly pem: string;
}

/** A certificate with issuer `CN=<issuer>,OU=07` and the User ID in its subject. */
export function testCertificate(options: {
  readonly userId?: Eui;
  /** At most 16 bytes of hex; the first digit below 8. */
  readonly serial: string;
  readonly issuer?: string;
  readonly curve?: 'P-256' | 'P-384';
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** Content of the x500UniqueIdentifier instead of the User ID's. */
  readonly identifier?: Uint8Array;
  /** For a TLS server of this name: signed by itself, so that it can be its own authority. */
  readonly serverName?: string;
  /** May sign documents. */
  readonly signsDocuments?: true;
}): TestCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: options.curve ?? 'P-256' });
  const identifier =
    options.identifier ??
    (options.userId === undefined ? undefined : Buffer.concat([Buffer.from([0]), euiBytes(options.userId)]));
  const issuer = tlv(
    derTag.sequence,
    attribute(organisationalUnit, text('07')),
    attribute(commonName, text(options.issuer ?? 'Z1')),
  );
  const subject = tlv(
    derTag.sequence,
    attribute(organisationalUnit, text('87')),
    ...(identifier === undefined ? [] : [attribute(uniqueIdentifier, tlv(derTag.bitString, identifier))]),
  );
  const toBeSigned = tlv(
    derTag.sequence,
    tlv(derTag.version, tlv(derTag.integer, Buffer.from([2]))),
    tlv(derTag.integer, Buffer.from(options.serial, 'hex')),
    ecdsaWithSha256,
    issuer,
    tlv(
      derTag.sequence,
      generalizedTime(options.notBefore ?? new Date('2020-01-01T00:00:00Z')),
      generalizedTime(options.notAfter ?? new Date('2045-01-01T00:00:00Z')),
    ),
    options.serverName === undefined ? subject : issuer,
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(options.serverName === undefined ? [] : [alternativeName(options.serverName)]),
    ...(options.signsDocuments ? [documentSigning()] : []),
  );
  const signature = sign('sha256', toBeSigned, privateKey);
  const der = tlv(derTag.sequence, toBeSigned, ecdsaWithSha256, tlv(derTag.bitString, Buffer.from([0]), signature));
  const base64 = der.toString('base64');
  const lines = base64.match(/.{1,64}/g) ?? [];
  return {
    privateKey,
    der,
    base64,
    pem: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  };
}
