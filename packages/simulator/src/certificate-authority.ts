// @peculiar/x509 builds on tsyringe, which wants this polyfill before it is loaded.
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import {
  BasicConstraintsExtension,
  Extension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
  X509CrlGenerator,
} from '@peculiar/x509';

/** A throwaway certificate authority: it issues certificates as PEM files with their keys, and says what it revoked. */

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const YEARS_VALID = 10;
const DAY = 86_400_000;
const OID_COMMON_NAME = '2.5.4.3';
const OID_ORGANISATIONAL_UNIT = '2.5.4.11';
const OID_AUTHORITY_KEY_IDENTIFIER = '2.5.29.35';

export interface Authority {
  /** Writes `<path>.pem` and `<path>.key` (mode 0600); the usage is digitalSignature. */
  issue(path: string, subject: JsonName, extensions: Extension[]): Promise<void>;
  /** Writes the revocation list, as PEM: valid as long as the certificates, nobody revoked. */
  writeRevocationList(file: string): Promise<void>;
}

/** Makes an authority and writes `<path>.pem` and `<path>.key`; everything is valid from a day before `now`. */
export async function createAuthority(path: string, commonName: string, now: Date): Promise<Authority> {
  const notBefore = new Date(now.getTime() - DAY);
  const validity = { notBefore, notAfter: new Date(notBefore.getTime() + YEARS_VALID * 365 * DAY) };
  const keys = await newKeys();
  const name: JsonName = [{ [OID_ORGANISATIONAL_UNIT]: ['07'] }, { [OID_COMMON_NAME]: [commonName] }];
  const keyIdentifier = randomBytes(8);
  const certificate = await X509CertificateGenerator.create({
    ...validity,
    serialNumber: newSerial(),
    subject: name,
    issuer: name,
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      new SubjectKeyIdentifierExtension(keyIdentifier.toString('hex')),
    ],
  });
  await write(path, certificate, keys.privateKey);

  return {
    async issue(issuedPath, subject, extensions) {
      const issued = await newKeys();
      const issuedCertificate = await X509CertificateGenerator.create({
        ...validity,
        serialNumber: newSerial(),
        subject,
        issuer: name,
        publicKey: issued.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: ALGORITHM,
        extensions: [
          ...extensions,
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
          new SubjectKeyIdentifierExtension(randomBytes(8).toString('hex')),
          authorityKeyIdentifier(keyIdentifier),
        ],
      });
      await write(issuedPath, issuedCertificate, issued.privateKey);
    },
    async writeRevocationList(file) {
      const list = await X509CrlGenerator.create({
        issuer: certificate.subject,
        thisUpdate: validity.notBefore,
        nextUpdate: validity.notAfter,
        signingKey: keys.privateKey,
        signingAlgorithm: ALGORITHM,
        extensions: [authorityKeyIdentifier(keyIdentifier)],
      });
      await writeFile(file, pem('X509 CRL', list.rawData));
    },
  };
}
/** 127 bits that need all 39 digits, as most real serials do: what does not keep them whole is found at once. */
function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = 0x4c + ((bytes[0] ?? 0) % 0x34);
  return bytes.toString('hex');
}

/** AuthorityKeyIdentifier of an eight-byte key identifier, in the library's absence of a writer for short ones. */
function authorityKeyIdentifier(identifier: Uint8Array): Extension {
  const der = Buffer.concat([Buffer.from([0x30, identifier.length + 2, 0x80, identifier.length]), identifier]);
  return new Extension(OID_AUTHORITY_KEY_IDENTIFIER, false, der);
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function write(path: string, certificate: X509Certificate, key: webcrypto.CryptoKey): Promise<void> {
  const der = await webcrypto.subtle.exportKey('pkcs8', key);
  await writeFile(`${path}.key`, pem('PRIVATE KEY', der), { mode: 0o600 });
  await writeFile(`${path}.pem`, pem('CERTIFICATE', certificate.rawData));
}

/** With the labels that openssl reads: the library writes others for a revocation list. */
function pem(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
