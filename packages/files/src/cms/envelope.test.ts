import { createPrivateKey } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OpenSsl } from '../testing/openssl.ts';
import { readCertificates } from './certificate.ts';
import { EnvelopeError } from './envelope-errors.ts';
import { type Opener, openEnvelope } from './open-envelope.ts';
import { recipientFault, sealEnvelope } from './seal-envelope.ts';

// Both directions with the real openssl, and what must not open.

const openssl = new OpenSsl();
const content = Buffer.from('a file,\r\nof two lines\n'.repeat(400));
const usage = 'keyUsage=critical,keyEncipherment,keyAgreement\nsubjectKeyIdentifier=hash\n';

beforeAll(() => {
  openssl.write('file', content);
  openssl.authority('root', { key: 'RSA-2048' });
  for (const [name, key] of [
    ['p256', 'P-256'],
    ['p384', 'P-384'],
    ['rsa', 'RSA-2048'],
  ] as const) {
    openssl.officer(name, 'root', { key, extensions: usage });
  }
  openssl.officer('other', 'root', { extensions: usage });
  openssl.officer('weak', 'root', { key: 'P-224', extensions: usage });
  openssl.officer('signs', 'root');
});
afterAll(() => openssl.remove());

function certificateOf(name: string) {
  const [certificate] = readCertificates(openssl.read(`${name}.pem`));
  if (certificate === undefined) throw new Error('no certificate');
  return certificate;
}

function opener(name: string): Opener {
  return { key: createPrivateKey(openssl.read(`${name}.key`)), certificate: certificateOf(name) };
}

function seal(names: readonly string[], ...options: readonly string[]): Buffer {
  const to = names.flatMap((name) => ['-recip', `${name}.pem`]);
  return openssl.run('cms', '-encrypt', '-binary', '-in', 'file', '-outform', 'DER', ...options, ...to);
}

/** What came of it: the content, or the end of the code. */
function open(bytes: Uint8Array, name: string): string | Buffer {
  try {
    return openEnvelope(bytes, opener(name)).content;
  } catch (error) {
    if (!(error instanceof EnvelopeError)) throw error;
    return error.code.replace('files.envelope.', '');
  }
}

describe('what openssl encrypts', () => {
  test.each(['p256', 'p384', 'rsa'])('for %s is opened, by every usual option', (name) => {
    const options = [
      ['-aes256'],
      ['-aes-256-gcm'],
      ['-aes256', '-stream'],
      ['-aes-256-gcm', '-indef'],
      ['-aes256', '-keyid'],
    ];
    for (const option of options) expect(open(seal([name], ...option), name)).toEqual(content);
    expect(open(seal(['other', name], '-aes256'), name)).toEqual(content);
    expect(openEnvelope(seal([name], '-aes256'), opener(name)).isAuthentic).toBe(false);
    expect(openEnvelope(seal([name], '-aes-256-gcm'), opener(name)).isAuthentic).toBe(true);
  });

  test('by other derivations and paddings is opened, too', () => {
    for (const digest of ['sha256', 'sha384', 'sha512']) {
      const by = ['-recip', 'p256.pem', '-keyopt', `ecdh_kdf_md:${digest}`];
      expect(open(seal([], '-aes256', ...by), 'p256')).toEqual(content);
    }
    const oaep = ['-recip', 'rsa.pem', '-keyopt', 'rsa_padding_mode:oaep'];
    expect(open(seal([], '-aes256', ...oaep), 'rsa')).toEqual(content);
    expect(open(seal([], '-aes256', ...oaep, '-keyopt', 'rsa_oaep_md:sha256'), 'rsa')).toEqual(content);
  });

  test.each([
    ['for somebody else', () => seal(['other'], '-aes256'), 'recipient'],
    ['by AES-128', () => seal(['p256'], '-aes128'), 'algorithm'],
    ['by 3DES', () => seal(['p256'], '-des3'), 'algorithm'],
    ['by AES-128-GCM', () => seal(['p256'], '-aes-128-gcm'), 'algorithm'],
    [
      'with a password',
      () => openssl.run(...'cms -encrypt -aes256 -outform DER -in file -pwri_password x'.split(' ')),
      'recipient',
    ],
    [
      'that is signed only',
      () => openssl.run(...'cms -sign -nodetach -outform DER -in file -signer p256.pem -inkey p256.key'.split(' ')),
      'form',
    ],
    ['that is in the clear', () => content, 'form'],
    ['that is nothing', () => Buffer.alloc(0), 'form'],
    [
      'that is another kind of CMS',
      () => openssl.run(...'cms -digest_create -outform DER -in file'.split(' ')),
      'form',
    ],
  ])('%s is refused', (_, make, code) => {
    expect(open(make(), 'p256')).toBe(code);
  });

  test('with a wrapped key, a content or a tag that was changed does not open', () => {
    for (const name of ['p256', 'rsa']) {
      for (const cipher of ['-aes256', '-aes-256-gcm']) {
        const bytes = seal([name], cipher);
        const last = Buffer.from(bytes);
        last[last.length - 1] = (last.at(-1) ?? 0) ^ 1;
        const outcome = open(last, name);
        expect(outcome === 'opening' || !content.equals(Buffer.from(outcome))).toBe(true);
        // cut off, and with something behind
        for (const length of [0, 1, 20, bytes.length - 1]) expect(open(bytes.subarray(0, length), name)).toBe('form');
        expect(open(Buffer.concat([bytes, Buffer.of(0)]), name)).toBe('form');
      }
    }
  });

  test('and was changed anywhere throws nothing but what is registered, and by GCM shows nothing else', () => {
    const by = (name: string, cipher: string) => ({ name, cipher, bytes: seal([name], cipher), key: opener(name) });
    const samples = ['p256', 'rsa'].flatMap((name) => [by(name, '-aes256'), by(name, '-aes-256-gcm')]);
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.nat(), fc.integer({ min: 1, max: 255 }), (sample, at, change) => {
        const bytes = Buffer.from(sample.bytes);
        const position = at % Math.min(bytes.length, 700);
        bytes[position] = (bytes[position] ?? 0) ^ change;
        try {
          const opened = openEnvelope(bytes, sample.key);
          if (opened.isAuthentic) expect(opened.content).toEqual(content);
        } catch (error) {
          expect(error).toBeInstanceOf(EnvelopeError);
        }
      }),
      { seed: 3, numRuns: 1_500 },
    );
  });
});

describe('what is sealed here', () => {
  test.each(['p256', 'p384', 'rsa'])('for %s is opened by openssl, and here, and by nobody else', (name) => {
    openssl.write('sealed', sealEnvelope(content, certificateOf(name)));
    const decrypt = (who: string) =>
      openssl.try(...`cms -decrypt -binary -inform DER -in sealed -inkey ${who}.key -recip ${who}.pem`.split(' '));
    expect(decrypt(name).stdout).toEqual(content);
    expect(decrypt('other').status).not.toBe(0);
    expect(open(openssl.read('sealed'), name)).toEqual(content);
    expect(open(openssl.read('sealed'), 'other')).toBe('recipient');
  });

  test('is never for a weak key, nor for one that only signs', () => {
    expect(() => sealEnvelope(content, certificateOf('weak'))).toThrow(EnvelopeError);
    expect(() => sealEnvelope(content, certificateOf('signs'))).toThrow('its keyUsage has no keyAgreement');
    expect(recipientFault(certificateOf('rsa'))).toBeUndefined();
  });
});
