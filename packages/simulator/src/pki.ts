// @peculiar/x509 builds on tsyringe, which wants this polyfill before it is loaded.
import 'reflect-metadata';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  type JsonName,
  SubjectAlternativeNameExtension,
  X509Certificate,
} from '@peculiar/x509';
import type { Eui } from '@penstock/duis';
import { createAuthority } from './certificate-authority.ts';
import { OPERATOR_ID } from './parties.ts';

/**
 * Throwaway certificate authorities and the certificates of everybody in the demonstration network, as PEM files in one
 * folder. They make certificates of the shape that the real ones have: P-256, the EUI in x500UniqueIdentifier, an issuer
 * of the form 'CN=...,OU=07', serials of up to 39 digits.
 *
 * They are no authorities to trust: their keys lie beside the others (mode 0600).
 *
 * The layout is fixed: ca.pem, gateway.pem and, for each User ID in 16 hex digits, users/<id>-signing.pem and
 * users/<id>-transport.pem, and for machines of the Operator users/<id>-<role>.pem; for the signing of files an authority of its own, officers/ca.pem with its revocation list
 * officers/ca.crl, and two officers a User ID, officers/<id>-1.pem and officers/<id>-2.pem; each with its .key. A folder that already holds them all is read, not made anew, so that a
 * restarted demonstration keeps the certificates that the platform has registered.
 */

const HOSTS = [
  { type: 'dns', value: 'localhost' },
  { type: 'ip', value: '127.0.0.1' },
  { type: 'ip', value: '::1' },
] as const;
const OID_COMMON_NAME = '2.5.4.3';
const OID_UNIQUE_IDENTIFIER = '2.5.4.45';
/** Two, because a file that could let through what is held needs two. */
const OFFICERS = [1, 2] as const;
/** What the Operator's machines do in the demonstration. */
const MACHINE_ROLES = ['security', 'change_manager'] as const;
export type MachineRole = (typeof MACHINE_ROLES)[number];

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
  /** Of the Operator: TLS client certificates towards the API, by role; its `transport` is the network's. */
  readonly machines: ReadonlyMap<MachineRole, Credential>;
  /** The File Signing certificates of its officers. */
  readonly officers: readonly Credential[];
}

export interface Pki {
  readonly folder: string;
  /** PEM of the authority that issued every certificate here. */
  readonly authority: string;
  readonly authorityFile: string;
  /** PEM files of the authority that issued the officers' certificates, and of its revocation list. */
  readonly fileAuthorityFile: string;
  readonly revocationListFile: string;
  /** The gateway's TLS server certificate, for localhost, 127.0.0.1 and ::1. */
  readonly gateway: Credential;
  readonly users: ReadonlyMap<Eui, UserCredentials>;
}

export interface Subject {
  readonly userId: Eui;
  readonly name: string;
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
      const officers = await Promise.all(officerPaths(folder, userId).map(readCredential));
      const machines = new Map<MachineRole, Credential>();
      for (const role of rolesOf(userId)) machines.set(role, await readCredential(`${file}-${role}`));
      users.set(userId, { userId, signing, transport, machines, officers });
    }
    const authorityFile = join(folder, 'ca.pem');
    const authority = await readFile(authorityFile, 'utf8');
    const fileAuthorityFile = join(folder, 'officers', 'ca.pem');
    const revocationListFile = join(folder, 'officers', 'ca.crl');
    await Promise.all([readFile(fileAuthorityFile), readFile(revocationListFile)]);
    const gateway = await readCredential(join(folder, 'gateway'));
    return { folder, authority, authorityFile, fileAuthorityFile, revocationListFile, gateway, users };
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
  await mkdir(join(folder, 'officers'), { mode: 0o700 });
  const authority = await createAuthority(join(folder, 'ca'), 'Penstock Demonstration', now);
  const transport = (): Extension[] => [
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth, ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension([...HOSTS]),
  ];
  await authority.issue(join(folder, 'gateway'), [{ [OID_COMMON_NAME]: ['localhost'] }], transport());
  for (const { userId, name } of subjects) {
    const file = join(folder, 'users', fileNameOf(userId));
    const subject = (purpose: string): JsonName => [
      { [OID_COMMON_NAME]: [`${name} ${purpose}`] },
      { [OID_UNIQUE_IDENTIFIER]: [`#${uniqueIdentifier(userId)}`] },
    ];
    await authority.issue(`${file}-signing`, subject('signing'), []);
    await authority.issue(`${file}-transport`, subject('transport'), transport());
    for (const role of rolesOf(userId)) await authority.issue(`${file}-${role}`, subject(role), transport());
  }

  const fileAuthority = await createAuthority(join(folder, 'officers', 'ca'), 'Penstock Demonstration Files', now);
  await fileAuthority.writeRevocationList(join(folder, 'officers', 'ca.crl'));
  for (const { userId, name } of subjects) {
    for (const [index, path] of officerPaths(folder, userId).entries()) {
      await fileAuthority.issue(path, [{ [OID_COMMON_NAME]: [`${name} officer ${index + 1}`] }], []);
    }
  }
}

function rolesOf(userId: Eui): readonly MachineRole[] {
  return userId === OPERATOR_ID ? MACHINE_ROLES : [];
}

function officerPaths(folder: string, userId: Eui): string[] {
  return OFFICERS.map((number) => join(folder, 'officers', `${fileNameOf(userId)}-${number}`));
}

/** DER of the BIT STRING that carries an EUI-64: tag, length 9, no unused bits, eight bytes; in hex. */
function uniqueIdentifier(userId: Eui): string {
  return `030900${fileNameOf(userId)}`;
}
