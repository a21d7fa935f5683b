import { spawnSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR_ID, USERS } from './parties.ts';
import { type Credential, fileNameOf, openPki, type Pki } from './pki.ts';
import { subjectsOf } from './simulation.ts';
import { NOW, withFolder } from './testing/world.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

describe('certificates', () => {
  let pki: Pki;
  let credentials: Credential[];
  let release: () => void = () => undefined;
  let removed: Promise<void>;

  beforeAll(async () => {
    await new Promise<void>((ready, failed) => {
      removed = withFolder(async (folder) => {
        pki = await openPki(join(folder, 'pki'), subjectsOf(USERS), NOW);
        credentials = [
          pki.gateway,
          ...[...pki.users.values()].flatMap(({ signing, transport }) => [signing, transport]),
        ];
        ready();
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      });
      removed.catch(failed);
    });
  });
  afterAll(async () => {
    release();
    await removed;
  });

  it('are read by node, issued by the authority, with keys that fit', () => {
    const authority = new X509Certificate(pki.authority);
    for (const { certificate, key, serial } of credentials) {
      const parsed = new X509Certificate(certificate);
      expect(parsed.verify(authority.publicKey)).toBe(true);
      expect(parsed.checkPrivateKey(createPrivateKey(key))).toBe(true);
      expect(parsed.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
      expect(BigInt(`0x${parsed.serialNumber}`).toString()).toBe(serial);
      expect(serial).toHaveLength(39);
    }
    expect(new Set(credentials.map(({ serial }) => serial)).size).toBe(credentials.length);
  });

  it('of officers are issued by an authority of their own, two a User ID', () => {
    const authority = new X509Certificate(readFileSync(pki.fileAuthorityFile));
    const officers = [...pki.users.values()].flatMap((user) => user.officers);
    expect(officers).toHaveLength(pki.users.size * 2);
    for (const { certificate, key } of officers) {
      expect(new X509Certificate(certificate).verify(authority.publicKey)).toBe(true);
      expect(new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))).toBe(true);
    }
    expect(readFileSync(pki.revocationListFile, 'utf8')).toMatch(/^-----BEGIN X509 CRL-----/);
  });

  it('carry the User ID as a bit string in x500UniqueIdentifier', () => {
    for (const { userId, signing, transport } of pki.users.values()) {
      for (const { certificate } of [signing, transport]) {
        const der = new X509Certificate(certificate).raw.toString('hex').toUpperCase();
        expect(der).toContain(`0603550 42D03090 0${fileNameOf(userId)}`.replaceAll(' ', ''));
      }
    }
  });

  it('name their issuer as X509IssuerName does', () => {
    expect(pki.users.get(OPERATOR_ID)?.signing.issuer).toBe('CN=Penstock Demonstration,OU=07');
  });

  it('serve the loopback by all its names', () => {
    const parsed = new X509Certificate(pki.gateway.certificate);
    expect(parsed.checkHost('localhost')).toBe('localhost');
    expect(parsed.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(parsed.checkIP('::1')).toBe('::1');
  });

  it('keep their keys from others', async () => {
    for (const { keyFile } of credentials) expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
    expect((await stat(join(pki.folder, 'ca.key'))).mode & 0o777).toBe(0o600);
  });

  it('are the same when the folder is opened again', async () => {
    const again = await openPki(pki.folder, subjectsOf(USERS), new Date(NOW.getTime() + 86_400_000));
    expect(again.gateway.serial).toBe(pki.gateway.serial);
    expect([...again.users.values()].map(({ signing }) => signing.serial)).toEqual(
      [...pki.users.values()].map(({ signing }) => signing.serial),
    );
  });

  it('are verified by openssl', ({ skip }) => {
    skip(!hasOpenssl, 'openssl is not installed (apt-get install openssl)');
    const files = credentials.map(({ certificateFile }) => certificateFile);
    const { stdout, stderr } = spawnSync('openssl', [
      'verify',
      '-attime',
      String(NOW.getTime() / 1000),
      '-CAfile',
      pki.authorityFile,
      ...files,
    ]);
    expect(stderr.toString()).toBe('');
    expect(stdout.toString().match(/: OK$/gm)).toHaveLength(files.length);
  });
});
