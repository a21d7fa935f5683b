// Reads the certificates that are registered for Users: one for signing DUIS messages is on P-256 and names its
// User ID in the subject (x500UniqueIdentifier, OID 2.5.4.45, a BIT STRING); one for TLS may have any key.
// Whether a chain leads to an authority is not asked: a certificate counts because the Operator registered it.
import { createHash, type KeyObject, X509Certificate } from 'node:crypto';
import { type Eui, euiFromBytes } from '@penstock/duis';
import { type DerValue, derChildren, derTag } from './der.ts';
import { derAttributes, nameFromDer } from './distinguished-name.ts';

export type CertificatePurpose = 'signing' | 'transport';

export interface Certificate {
  /** RFC 4514 order, in the form of `normaliseIssuer`. */
  readonly issuer: string;
  /** Decimal, without leading zeros; real ones have up to 39 digits. */
  readonly serial: string;
  /** SHA-256 of the DER. */
  readonly fingerprint: Buffer;
  readonly der: Buffer;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly key: KeyObject;
  /** The User ID in the subject. */
  readonly subjectUser: Eui | undefined;
}

export type CertificateFaultCode = 'unreadable' | 'key' | 'user';
export class CertificateFault extends Error {
  readonly code: CertificateFaultCode;
  constructor(code: CertificateFaultCode, message: string) {
    super(message);
    this.name = 'CertificateFault';
    this.code = code;
  }
}

const UNIQUE_IDENTIFIER = '2.5.4.45';
/** RFC 5280 allows a serial of 20 octets, which is 49 digits. */
const SERIAL = /^[0-9]{1,49}$/;

/** A serial as decimal without leading zeros; undefined when the text is none. */
export function normaliseSerial(text: string): string | undefined {
  const trimmed = text.trim();
  return SERIAL.test(trimmed) ? trimmed.replace(/^0+(?=.)/, '') : undefined;
}

function certificateBytes(text: string): Buffer {
  const trimmed = text.trim();
  const blocks = trimmed.match(/-----BEGIN [A-Z0-9 ]+-----/g) ?? [];
  if (blocks.length > 1) throw new CertificateFault('unreadable', 'there is more than one PEM block');
  if (blocks.length === 1) {
    if (blocks[0] !== '-----BEGIN CERTIFICATE-----') {
      throw new CertificateFault('unreadable', `this is no certificate: ${blocks[0]}`);
    }
    return Buffer.from(trimmed, 'utf8');
  }
  if (!/^[A-Za-z0-9+/\s]+={0,2}$/.test(trimmed)) throw new CertificateFault('unreadable', 'neither PEM nor base64');
  return Buffer.from(trimmed, 'base64');
}

function subjectUserOf(subject: Buffer): Eui | undefined {
  const values = derAttributes(subject)
    .flat()
    .filter((attribute) => attribute.type === UNIQUE_IDENTIFIER);
  const [value] = values;
  if (value === undefined) return undefined;
  // A BIT STRING of 64 bits: the count of unused bits (0), then the EUI.
  if (values.length > 1 || value.tag !== derTag.bitString || value.content.length !== 9 || value.content[0] !== 0) {
    throw new CertificateFault('user', "the subject's x500UniqueIdentifier is not one BIT STRING of 64 bits");
  }
  return euiFromBytes(value.content.subarray(1));
}

/** Issuer and subject, whole, from the DER of a certificate that node:crypto has accepted. */
function namesOf(der: Buffer): { issuer: DerValue; subject: DerValue } {
  const [certificate] = derChildren(der);
  const [toBeSigned] = derChildren(certificate?.content ?? der);
  const fields = derChildren(toBeSigned?.content ?? der);
  const afterVersion = fields[0]?.tag === derTag.version ? 1 : 0;
  const issuer = fields[afterVersion + 2];
  const subject = fields[afterVersion + 4];
  if (issuer === undefined || subject === undefined) throw new RangeError('no certificate');
  return { issuer, subject };
}

/**
 * Reads one certificate, as PEM or as base64 of its DER.
 * @throws CertificateFault 'unreadable', or 'user' when the identifier in its subject is no EUI-64
 */
export function readCertificate(text: string): Certificate {
  const bytes = certificateBytes(text);
  try {
    const x509 = new X509Certificate(bytes);
    const der = x509.raw;
    const { issuer, subject } = namesOf(der);
    return {
      issuer: nameFromDer(issuer.whole),
      serial: BigInt(`0x${x509.serialNumber}`).toString(),
      fingerprint: createHash('sha256').update(der).digest(),
      der,
      notBefore: x509.validFromDate,
      notAfter: x509.validToDate,
      key: x509.publicKey,
      subjectUser: subjectUserOf(subject.whole),
    };
  } catch (error) {
    if (error instanceof CertificateFault) throw error;
    throw new CertificateFault('unreadable', 'this is not one whole X.509 certificate');
  }
}

/** Whether a key is on the curve P-256. */
function isP256(key: KeyObject): boolean {
  return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
}

/**
 * As `readCertificate`, and fit for its purpose under this User ID.
 * @throws CertificateFault 'unreadable'; for signing also 'key' (not P-256) and 'user' (another or no User ID)
 */
export function readCertificateFor(text: string, purpose: CertificatePurpose, userId: Eui): Certificate {
  const certificate = readCertificate(text);
  if (purpose === 'transport') return certificate;
  if (!isP256(certificate.key)) {
    throw new CertificateFault('key', `the key is ${certificate.key.asymmetricKeyType}, not on the curve P-256`);
  }
  if (certificate.subjectUser !== userId) {
    const found = certificate.subjectUser ?? 'none';
    throw new CertificateFault('user', `the User ID in the subject is ${found}, not ${userId}`);
  }
  return certificate;
}
