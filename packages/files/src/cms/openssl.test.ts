import { createHash, createPrivateKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OpenSsl, type TestKeyKind } from '../testing/openssl.ts';
import { readCertificates } from './certificate.ts';
import { SignatureError } from './errors.ts';
import { readRevocationLists } from './revocation-list.ts';
import { signDetached, writeSignaturePem } from './sign.ts';
import { readSignature } from './signed-data.ts';
import { type Verdict, type VerifyOptions, verifySignature } from './verify.ts';

// Both directions with the real openssl, and everything that must not be taken.

const content = 'adt-file/1,user_id\r\nthreshold\r\n';
const openssl = new OpenSsl();
// an hour from now, so that what is issued while the tests run is valid
const now = new Date(Date.now() + 3_600_000);
const inDays = (days: number): Date => new Date(now.getTime() + days * 86_400_000);

beforeAll(() => {
  openssl.write('file', content);
  openssl.authority('root', { key: 'RSA-2048' });
  openssl.authority('issuing', { by: 'root' });
  openssl.authority('stranger');
  openssl.officer('officer', 'issuing');
  openssl.officer('other', 'issuing');
  openssl.officer('rsa', 'issuing', { key: 'RSA-2048' });
  openssl.officer('p384', 'issuing', { key: 'P-384' });
});
afterAll(() => openssl.remove());

const certificatesOf = (...names: string[]) => names.flatMap((name) => readCertificates(openssl.read(`${name}.pem`)));

/** What is made of the bytes of a signature over `content`. */
function judge(signature: Uint8Array, options: Partial<VerifyOptions> = {}, text = content): Verdict {
  try {
    const read = readSignature(signature);
    const digest = createHash(read.digestAlgorithm).update(text).digest();
    return verifySignature(read, { digest, anchors: certificatesOf('root'), crls: 'none', at: now, ...options });
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    return { ok: false, code: error.code, message: error.message, action: error.action };
  }
}

const codeOf = (verdict: Verdict): string => (verdict.ok ? 'taken' : verdict.code.replace('files.signature.', ''));
const chain = ['-certfile', 'issuing.pem'];

describe('signatures of openssl', () => {
  test.each(['officer', 'rsa', 'p384'])('%s, in DER and PEM, by every digest', (officer) => {
    for (const form of ['DER', 'PEM']) {
      for (const digest of ['sha256', 'sha384', 'sha512']) {
        const verdict = judge(openssl.sign('file', officer, ...chain, '-outform', form, '-md', digest));
        expect(verdict).toMatchObject({
          ok: true,
          signer: { subject: `CN=${officer},O=Test`, issuer: 'CN=issuing,O=Test' },
        });
      }
    }
  });

  test('name the signer by the certificate', () => {
    const verdict = judge(openssl.sign('file', 'officer', ...chain));
    if (!verdict.ok) throw new Error(verdict.message);
    const { signer } = verdict;
    const [serial, fingerprint] = ['-serial', '-fingerprint'].map(
      (option) =>
        openssl.run('x509', '-in', 'officer.pem', '-noout', option, '-sha256').toString().trim().split('=')[1],
    );
    expect(signer.serial).toBe(BigInt(`0x${serial}`).toString());
    expect(signer.fingerprint).toBe(fingerprint?.replaceAll(':', '').toLowerCase());
    expect(Buffer.from(signer.certificate)).toEqual(openssl.run('x509', '-in', 'officer.pem', '-outform', 'DER'));
    expect(Math.abs((signer.signingTime?.getTime() ?? 0) - Date.now())).toBeLessThan(120_000);
    expect(signer.algorithm).toBe('sha256 ecdsa-with-SHA256');
  });

  test('with the signer named by its key', () => {
    openssl.officer('keyid', 'root', { extensions: 'keyUsage=digitalSignature\nsubjectKeyIdentifier=hash\n' });
    expect(codeOf(judge(openssl.sign('file', 'keyid', '-keyid')))).toBe('taken');
  });

  test('with attributes that -cades adds, and with none of the optional ones', () => {
    expect(codeOf(judge(openssl.sign('file', 'officer', ...chain, '-cades')))).toBe('taken');
    expect(codeOf(judge(openssl.sign('file', 'officer', ...chain, '-nosmimecap')))).toBe('taken');
  });

  test.each<[string, string, () => Verdict]>([
    ['over other content', 'content', () => judge(openssl.sign('file', 'officer', ...chain), {}, `${content} `)],
    ['attached', 'attached', () => judge(openssl.sign('file', 'officer', ...chain, '-nodetach'))],
    [
      'streamed, which attaches in indefinite lengths',
      'attached',
      () => judge(openssl.sign('file', 'officer', '-stream')),
    ],
    ['without signed attributes', 'attributes', () => judge(openssl.sign('file', 'officer', ...chain, '-noattr'))],
    ['without certificates', 'certificate-absent', () => judge(openssl.sign('file', 'officer', '-nocerts'))],
    ['SHA-1', 'algorithm', () => judge(openssl.sign('file', 'rsa', ...chain, '-md', 'sha1'))],
    ['RSA-PSS', 'algorithm', () => judge(openssl.sign('file', 'rsa', ...chain, '-keyopt', 'rsa_padding_mode:pss'))],
    ['S/MIME', 'form', () => judge(openssl.sign('file', 'officer', ...chain, '-outform', 'SMIME'))],
    [
      'encrypted data',
      'form',
      () => judge(openssl.run('cms', '-encrypt', '-in', 'file', '-outform', 'DER', 'rsa.pem')),
    ],
    ['no issuer between', 'chain', () => judge(openssl.sign('file', 'officer'))],
    [
      'another authority',
      'chain',
      () => judge(openssl.sign('file', 'officer', ...chain), { anchors: certificatesOf('stranger') }),
    ],
    ['before its time', 'not-yet-valid', () => judge(openssl.sign('file', 'officer', ...chain), { at: inDays(-1) })],
    ['after its time', 'expired', () => judge(openssl.sign('file', 'officer', ...chain), { at: inDays(1_001) })],
    ['nothing', 'form', () => judge(new Uint8Array())],
    ['more than is read', 'form', () => judge(new Uint8Array(70_000))],
    ['a certificate', 'form', () => judge(openssl.read('officer.pem'))],
  ])('are refused: %s', (_, code, make) => {
    expect(codeOf(make())).toBe(code);
  });

  test('are refused with two signers', () => {
    const by = ['-signer', 'officer.pem', '-inkey', 'officer.key', '-signer', 'other.pem', '-inkey', 'other.key'];
    expect(codeOf(judge(openssl.run('cms', '-sign', '-binary', '-in', 'file', ...by, '-outform', 'DER')))).toBe(
      'signers',
    );
  });

  test.each<[TestKeyKind]>([['RSA-1024'], ['P-224']])('are refused by a key %s', (key) => {
    openssl.officer(`weak-${key}`, 'root', { key });
    expect(codeOf(judge(openssl.sign('file', `weak-${key}`)))).toBe('key');
  });

  test('are refused by Ed25519', () => {
    openssl.officer('edwards', 'root', { key: 'Ed25519' });
    const signature = openssl.try(
      ...[
        'cms',
        '-sign',
        '-binary',
        '-in',
        'file',
        '-signer',
        'edwards.pem',
        '-inkey',
        'edwards.key',
        '-outform',
        'DER',
        '-md',
        'sha512',
      ],
    );
    // OpenSSL before 3.2 cannot make one; what cannot be made needs not be refused
    if (signature.status === 0) expect(codeOf(judge(signature.stdout))).toBe('algorithm');
    else expect(signature.stderr).toMatch(/not suitable|unsupported|no default digest|invalid digest/);
  });
});

describe('chains', () => {
  /** openssl takes the certificates of one file only. */
  const between = (...names: string[]): string[] => {
    const file = openssl.write('between', Buffer.concat(names.map((name) => openssl.read(`${name}.pem`))));
    return names.length === 0 ? [] : ['-certfile', file];
  };
  const verdictOf = (officer: string, ...names: string[]): string =>
    codeOf(judge(openssl.sign('file', officer, ...between(...names))));

  test.each<[string, string, string]>([
    ['no key usage', '', 'usage'],
    ['key usage for encryption', 'keyUsage=keyEncipherment\n', 'usage'],
    ['non-repudiation alone', 'keyUsage=nonRepudiation\n', 'taken'],
    ['the extended usage of servers', 'keyUsage=digitalSignature\nextendedKeyUsage=serverAuth\n', 'usage'],
    [
      'the extended usage of e-mail',
      'keyUsage=digitalSignature\nextendedKeyUsage=clientAuth,emailProtection\n',
      'taken',
    ],
    ['the rights of an authority', 'basicConstraints=CA:TRUE\nkeyUsage=digitalSignature,keyCertSign\n', 'usage'],
    ['an unknown critical extension', 'keyUsage=digitalSignature\n1.2.3.4=critical,ASN1:UTF8String:x\n', 'certificate'],
    ['an unknown extension', 'keyUsage=digitalSignature\n1.2.3.4=ASN1:UTF8String:x\n', 'taken'],
    ['critical policies', 'keyUsage=digitalSignature\ncertificatePolicies=critical,1.2.3.4\n', 'taken'],
  ])('an officer with %s', (name, extensions, code) => {
    const officer = `officer with ${name}`;
    openssl.officer(officer, 'root', { extensions });
    expect(verdictOf(officer)).toBe(code);
  });

  test.each<[string, string, string]>([
    ['no basic constraints', 'keyUsage=keyCertSign\n', 'usage'],
    ['basic constraints that say no', 'basicConstraints=CA:FALSE\nkeyUsage=keyCertSign\n', 'usage'],
    ['no key usage', 'basicConstraints=CA:TRUE\n', 'usage'],
    ['key usage for signatures only', 'basicConstraints=CA:TRUE\nkeyUsage=digitalSignature\n', 'usage'],
    [
      'constraints on names',
      'basicConstraints=CA:TRUE\nkeyUsage=keyCertSign\nnameConstraints=permitted;dirName:n\n[n]\nO=Test\n',
      'certificate',
    ],
    ['room for no authority below', 'basicConstraints=CA:TRUE,pathlen:0\nkeyUsage=keyCertSign\n', 'taken'],
  ])('an authority with %s', (name, extensions, code) => {
    const authority = `authority with ${name}`;
    openssl.authority(authority, { by: 'root', extensions });
    openssl.officer(`below ${name}`, authority);
    expect(verdictOf(`below ${name}`, authority)).toBe(code);
  });

  test('the length of a path that an authority allows', () => {
    openssl.authority('short', {
      by: 'root',
      extensions: 'basicConstraints=CA:TRUE,pathlen:0\nkeyUsage=keyCertSign\n',
    });
    openssl.authority('below short', { by: 'short' });
    openssl.officer('far below short', 'below short');
    expect(verdictOf('far below short', 'short', 'below short')).toBe('chain');
  });

  test('at most four authorities', () => {
    for (const [name, by] of [
      ['two', 'root'],
      ['three', 'two'],
      ['four', 'three'],
      ['five', 'four'],
    ] as const) {
      openssl.authority(name, { by });
    }
    openssl.officer('of four', 'four');
    openssl.officer('of five', 'five');
    expect(verdictOf('of four', 'two', 'three', 'four')).toBe('taken');
    expect(verdictOf('of five', 'two', 'three', 'four', 'five')).toBe('chain');
  });

  test('an authority with a weak key, and one that signed with SHA-1', () => {
    openssl.authority('weak', { by: 'root', key: 'RSA-1024' });
    openssl.officer('of weak', 'weak');
    expect(verdictOf('of weak', 'weak')).toBe('key');
    openssl.officer('by sha1', 'root', { digest: 'sha1' });
    expect(verdictOf('by sha1')).toBe('algorithm');
  });

  test('an authority of the right name and another key', () => {
    openssl.authority('forged', { subject: '/O=Test/CN=root', key: 'P-256' });
    openssl.officer('of forged', 'forged');
    expect(verdictOf('of forged', 'forged')).toBe('chain');
  });

  test('an authority that has expired', () => {
    openssl.authority('brief', { by: 'root', days: 5 });
    openssl.officer('of brief', 'brief');
    const signature = openssl.sign('file', 'of brief', '-certfile', 'brief.pem');
    expect(codeOf(judge(signature))).toBe('taken');
    const verdict = judge(signature, { at: inDays(10) });
    expect(verdict).toMatchObject({ code: 'files.signature.expired', message: expect.stringContaining('CN=brief') });
  });

  test('a second way is found where the first does not hold', () => {
    // the same authority, certified twice under one key
    openssl.authority('renewed', { by: 'root', days: 5 });
    openssl.run(
      'x509',
      '-req',
      '-in',
      'renewed.csr',
      '-CA',
      'root.pem',
      '-CAkey',
      'root.key',
      '-set_serial',
      '7',
      '-days',
      '900',
      '-extfile',
      'renewed.ext',
      '-out',
      'again.pem',
    );
    openssl.officer('of renewed', 'renewed');
    const signature = openssl.sign('file', 'of renewed', ...between('renewed', 'again'));
    expect(codeOf(judge(signature, { at: inDays(10) }))).toBe('taken');
  });

  test('a self-signed certificate signs nothing, trusted or not', () => {
    openssl.officer('alone', 'alone', { extensions: 'keyUsage=digitalSignature\n' });
    expect(verdictOf('alone')).toBe('chain');
    const signature = openssl.sign('file', 'alone');
    expect(codeOf(judge(signature, { anchors: certificatesOf('alone') }))).toBe('chain');
  });
});

test('base64 that is no PEM is told from what is broken', () => {
  const signature = openssl.sign('file', 'officer', '-certfile', 'issuing.pem');
  expect(() => readSignature(Buffer.from(signature.toString('base64')))).toThrow(/it is base64; send the DER itself/);
});

describe('revocation', () => {
  const signatureOf = (officer: string): Buffer => openssl.sign('file', officer, ...chain);
  const lists = (...files: Buffer[]) => ({ crls: files.flatMap((file) => readRevocationLists(file)) });

  test('a list of every authority of the chain is needed', () => {
    const [root, issuing] = [openssl.revocationList('root'), openssl.revocationList('issuing')];
    expect(codeOf(judge(signatureOf('officer'), lists(root, issuing)))).toBe('taken');
    expect(codeOf(judge(signatureOf('officer'), lists(root)))).toBe('revocation-unknown');
    expect(codeOf(judge(signatureOf('officer'), lists(issuing)))).toBe('revocation-unknown');
    expect(codeOf(judge(signatureOf('officer'), lists()))).toBe('revocation-unknown');
  });

  test('a revoked officer, and a revoked authority', () => {
    openssl.officer('revoked', 'issuing');
    const root = openssl.revocationList('root');
    const issuing = openssl.revocationList('issuing', ['revoked']);
    expect(codeOf(judge(signatureOf('revoked'), lists(root, issuing)))).toBe('revoked');
    expect(codeOf(judge(signatureOf('officer'), lists(root, issuing)))).toBe('taken');
    const rootRevoking = openssl.revocationList('root', ['issuing']);
    expect(codeOf(judge(signatureOf('officer'), lists(rootRevoking, issuing)))).toBe('revoked');
  });

  test('a list that has expired, or is not in force yet, says so', () => {
    const files = [openssl.revocationList('root', [], 900), openssl.revocationList('issuing', [], 10)] as const;
    const late = judge(signatureOf('officer'), { ...lists(...files), at: inDays(11) });
    expect(late).toMatchObject({
      code: 'files.signature.revocation-unknown',
      message: expect.stringContaining('has expired'),
    });
    const later = openssl.revocationList('issuing', [], 10, inDays(1));
    const early = judge(signatureOf('officer'), lists(files[0], later));
    expect(early).toMatchObject({ message: expect.stringContaining('not in force yet') });
  });

  test('a list that was renewed after the instant tells of it by the dates of its entries', () => {
    const root = openssl.revocationList('root', [], 900);
    const renewed = (revokedAt?: Date) =>
      openssl.revocationList('issuing', revokedAt === undefined ? [] : ['officer'], 10, inDays(1), revokedAt);
    const judgedAt = inDays(2);
    const at = new Date(Math.floor(now.getTime() / 1_000) * 1_000);
    const verdictWith = (...files: Buffer[]) =>
      codeOf(judge(signatureOf('officer'), { ...lists(root, ...files), at, judgedAt }));
    const inSeconds = (seconds: number) => new Date(at.getTime() + seconds * 1_000);
    expect(verdictWith(renewed())).toBe('taken');
    expect(verdictWith(renewed(inSeconds(1)))).toBe('taken');
    expect(verdictWith(renewed(at))).toBe('revoked');
    expect(verdictWith(renewed(inSeconds(-1)))).toBe('revoked');
    // beside one that was in force and does not know it yet
    expect(verdictWith(openssl.revocationList('issuing'), renewed(at))).toBe('revoked');
    // what was in force names it: revoked whatever the date
    const early = openssl.revocationList('issuing', ['officer'], 10, new Date(), inSeconds(1));
    expect(verdictWith(early, renewed())).toBe('revoked');
    // not issued yet when it is judged, or when the certificate had expired
    const after = openssl.revocationList('issuing', [], 10, inDays(3));
    expect(verdictWith(after)).toBe('revocation-unknown');
    const tooLate = openssl.revocationList('issuing', [], 10, inDays(1_001));
    const late = judge(signatureOf('officer'), { ...lists(root, tooLate), at, judgedAt: inDays(1_002) });
    expect(codeOf(late)).toBe('revocation-unknown');
  });

  test('a list that another key signed is none', () => {
    openssl.authority('pretender', { subject: '/O=Test/CN=issuing' });
    const forged = openssl.revocationList('pretender');
    expect(codeOf(judge(signatureOf('officer'), lists(openssl.revocationList('root'), forged)))).toBe(
      'revocation-unknown',
    );
  });

  test('broken lists fail cleanly', () => {
    const whole = openssl.run(
      'crl',
      '-in',
      openssl.write('c', openssl.revocationList('issuing', ['officer'])),
      '-outform',
      'DER',
    );
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => readRevocationLists(whole.subarray(0, length))).toThrow(SignatureError);
    }
  });
});

describe('our signatures', () => {
  const ourSignature = (officer: string, text = content): Buffer => {
    const [certificate] = certificatesOf(officer);
    if (certificate === undefined) throw new Error(`no certificate of ${officer}`);
    return signDetached({
      digest: createHash('sha256').update(text).digest(),
      key: createPrivateKey(openssl.read(`${officer}.key`)),
      certificate,
      chain: certificatesOf('issuing'),
      signingTime: now,
    });
  };
  const verifyByOpenssl = (form: string, file = 'file') =>
    openssl.try(
      'cms',
      '-verify',
      '-binary',
      '-inform',
      form,
      '-in',
      'ours',
      '-content',
      file,
      '-CAfile',
      'root.pem',
      '-out',
      'verified',
    );

  test.each(['officer', 'rsa', 'p384'])('of %s are taken by openssl and by us, in DER and PEM', (officer) => {
    const der = ourSignature(officer);
    expect(codeOf(judge(der))).toBe('taken');
    openssl.write('ours', der);
    expect(verifyByOpenssl('DER')).toMatchObject({ status: 0 });
    expect(openssl.read('verified').toString()).toBe(content);
    openssl.write('ours', writeSignaturePem(der));
    expect(verifyByOpenssl('PEM')).toMatchObject({ status: 0 });
    expect(codeOf(judge(openssl.read('ours')))).toBe('taken');
    openssl.write('changed', `${content}x`);
    expect(verifyByOpenssl('PEM', 'changed').status).not.toBe(0);
  });

  test('need the key of the certificate, and one that may sign now', () => {
    const digest = createHash('sha256').digest();
    const codeOfSigning = (officer: string, keyOf: string, signingTime = now): string => {
      const [certificate] = certificatesOf(officer);
      if (certificate === undefined) throw new Error(`no certificate of ${officer}`);
      const key = createPrivateKey(openssl.read(`${keyOf}.key`));
      try {
        signDetached({ digest, key, certificate, chain: [], signingTime });
        return 'made';
      } catch (error) {
        if (!(error instanceof SignatureError)) throw error;
        return error.code.replace('files.signature.', '');
      }
    };
    expect(codeOfSigning('officer', 'officer')).toBe('made');
    expect(codeOfSigning('officer', 'other')).toBe('key');
    expect(codeOfSigning('officer', 'officer', inDays(1_001))).toBe('expired');
    expect(codeOfSigning('issuing', 'issuing')).toBe('usage');
    expect(codeOfSigning('weak-RSA-1024', 'weak-RSA-1024')).toBe('key');
  });
});
