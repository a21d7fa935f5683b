// @peculiar/x509 builds on tsyringe, which wants this polyfill before it is loaded.
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { Eui } from '@penstock/duis';

/**
 * A throwaway certificate authority and the certificates of everybody in the demonstration network, as PEM files in one
 * folder. It makes certificates of the shape that the real ones have: P-256, the EUI in x500UniqueIdentifier, an issuer
 * of the form 'CN=...,OU=07', serials of up to 39 digits.
 *
 * It is not a certificate authority to trust: no revocation, its key lies beside the others (mode 0600).
 *
 * The layout is fixed: ca.pem, gateway.pem and, for each User ID in 16 hex digits, users/<id>-signing.pem and
 * users/<id>-transport.pem; each with its .key. A folder that already holds them all is read, not made anew, so that a
 * restarted demonstration keeps the certificates that the platform has registered.
 */

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const HOSTS = [
  { type: 'dns', value: 'localhost' },
  { type: 'ip', value: '127.0.0.1' },
  { type: 'ip', value: '::1' },
] as const;
const YEARS_VALID = 10;
const DAY = 86_400_000;
const OID_COMMON_NAME = '2.5.4.3';
const OID_ORGANISATIONAL_UNIT = '2.5.4.11';
const OID_UNIQUE_IDENTIFIER = '2.5.4.45';
const OID_AUTHORITY_KEY_IDENTIFIER = '2.5.29.35';

/** One certificate with its key, as read from the folder. */
export interface Credential {
  readonly certificateFile: string;
  readonly keyFile: string;
  /** PEM */
  readonly certificate: string;
  /** PEM, PKCS#8 */
  readonly key: string;
  /** Issuer in the order of RFC 4514, most specific first, as X509IssuerName carries it: 'CN=...,OU=07'. */
  readonly issuer: string;
  /** Decimal. */
  readonly serial: string;
}

export interface UserCredentials {
  readonly userId: Eui;
  readonly signing: Credential;
  /** TLS client certificate towards the gateway, and server certificate of the User's receive service. */
  readonly transport: Credential;
}

export interface Pki {
  readonly folder: string;
  /** PEM of the authority that issued every certificate here. */
  readonly authority: string;
  readonly authorityFile: string;
  /** The gateway's TLS server certificate, for localhost, 127.0.0.1 and ::1. */
  readonly gateway: Credential;
  readonly users: ReadonlyMap<Eui, UserCredentials>;
}

export interface Subject {
  readonly userId: Eui;
  readonly name: string;
}

interface Issuer {
  readonly name: JsonName;
  readonly key: webcrypto.CryptoKey;
  readonly keyIdentifier: Uint8Array;
}

/** The 16 hex digits of a User ID, which name its files. */
export function fileNameOf(userId: Eui): string {
  return userId.replaceAll('-', '');
}

/**
 * Reads the folder's certificates, or makes the whole folder when any is missing (about 1 ms a certificate). The
 * folder appears at once, by a rename, so that whoever waits for it never reads half of it.
 * @param subjects every User ID that needs certificates, the Operator's among them
 * @param now the certificates are valid from a day before it
 */
export async function openPki(folder: string, subjects: readonly Subject[], now: Date): Promise<Pki> {
  const present = await readPki(folder, subjects);
  if (present !== undefined) return present;
  const making = `${folder}.making-${process.pid}`;
  await rm(making, { recursive: true, force: true });
  await makePki(making, subjects, now);
  await mkdir(dirname(folder), { recursive: true });
  await rm(folder, { recursive: true, force: true });
  await rename(making, folder);
  const made = await readPki(folder, subjects);
  if (made === undefined) throw new Error(`the certificates just written to ${folder} cannot be read back`);
  return made;
}

async function readPki(folder: string, subjects: readonly Subject[]): Promise<Pki | undefined> {
  try {
    const users = new Map<Eui, UserCredentials>();
    for (const { userId } of subjects) {
      const file = join(folder, 'users', fileNameOf(userId));
      const [signing, transport] = [await readCredential(`${file}-signing`), await readCredential(`${file}-transport`)];
      users.set(userId, { userId, signing, transport });
    }
    const authorityFile = join(folder, 'ca.pem');
    const authority = await readFile(authorityFile, 'utf8');
    return { folder, authority, authorityFile, gateway: await readCredential(join(folder, 'gateway')), users };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function readCredential(path: string): Promise<Credential> {
  const [certificateFile, keyFile] = [`${path}.pem`, `${path}.key`];
  const [certificate, key] = await Promise.all([readFile(certificateFile, 'utf8'), readFile(keyFile, 'utf8')]);
  const parsed = new X509Certificate(certificate);
  const issuer = parsed.issuerName
    .toJSON()
    .flatMap((part) => Object.entries(part).map(([attribute, values]) => `${attribute}=${values[0] ?? ''}`))
    .reverse()
    .join(',');
  const serial = BigInt(`0x${parsed.serialNumber}`).toString();
  return { certificateFile, keyFile, certificate, key, issuer, serial };
}

async function makePki(folder: string, subjects: readonly Subject[], now: Date): Promise<void> {
  await mkdir(join(folder, 'users'), { recursive: true, mode: 0o700 });
  const notBefore = new Date(now.getTime() - DAY);
  const validity = { notBefore, notAfter: new Date(notBefore.getTime() + YEARS_VALID * 365 * DAY) };

  const authorityKeys = await newKeys();
  const authorityName: JsonName = [
    { [OID_ORGANISATIONAL_UNIT]: ['07'] },
    { [OID_COMMON_NAME]: ['Penstock Demonstration'] },
  ];
  const keyIdentifier = randomBytes(8);
  const authority = await X509CertificateGenerator.create({
    ...validity,
    serialNumber: newSerial(),
    subject: authorityName,
    issuer: authorityName,
    publicKey: authorityKeys.publicKey,
    signingKey: authorityKeys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      new SubjectKeyIdentifierExtension(keyIdentifier.toString('hex')),
    ],
  });
  await write(join(folder, 'ca'), authority, authorityKeys.privateKey);
  const issuer: Issuer = { name: authorityName, key: authorityKeys.privateKey, keyIdentifier };

  const issue = async (path: string, subject: JsonName, extensions: Extension[]): Promise<void> => {
    const keys = await newKeys();
    const certificate = await X509CertificateGenerator.create({
      ...validity,
      serialNumber: newSerial(),
      subject,
      issuer: issuer.name,
      publicKey: keys.publicKey,
      signingKey: issuer.key,
      signingAlgorithm: ALGORITHM,
      extensions: [
        ...extensions,
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new SubjectKeyIdentifierExtension(randomBytes(8).toString('hex')),
        authorityKeyIdentifier(issuer.keyIdentifier),
      ],
    });
    await write(path, certificate, keys.privateKey);
  };
  const transport = (): Extension[] => [
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth, ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension([...HOSTS]),
  ];

  await issue(join(folder, 'gateway'), [{ [OID_COMMON_NAME]: ['localhost'] }], transport());
  for (const { userId, name } of subjects) {
    const file = join(folder, 'users', fileNameOf(userId));
    const subject = (purpose: string): JsonName => [
      { [OID_COMMON_NAME]: [`${name} ${purpose}`] },
      { [OID_UNIQUE_IDENTIFIER]: [`#${uniqueIdentifier(userId)}`] },
    ];
    await issue(`${file}-signing`, subject('signing'), []);
    await issue(`${file}-transport`, subject('transport'), transport());
  }
}

/** DER of the BIT STRING that carries an EUI-64: tag, length 9, no unused bits, eight bytes; in hex. */
function uniqueIdentifier(userId: Eui): string {
  return `030900${fileNameOf(userId)}`;
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
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  const lines = der.match(/.{1,64}/g) ?? [];
  await writeFile(`${path}.key`, `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`, {
    mode: 0o600,
  });
  await writeFile(`${path}.pem`, `${certificate.toString('pem')}\n`);
}
