import { generateKeyPairSync } from 'node:crypto';
import ssh2 from 'ssh2';
import { describe, expect, test } from 'vitest';
import { fingerprintText, readSshKey, SshKeyFault } from './ssh-keys.ts';

const field = (bytes: Uint8Array | string) => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, Buffer.from(bytes)]);
};

/** The line of a .pub file. */
function lineOf(kind: 'ed25519' | 'ecdsa' | 'rsa', bits: 256 | 384 | 521 | 1024 | 2048 = 256): string {
  const generate = ssh2.utils.generateKeyPairSync as (kind: string, options?: object) => { public: string };
  if (kind !== 'ed25519') return generate(kind, { bits }).public;
  // the library leaves out a leading zero of these
  const { x = '' } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  const key = Buffer.concat([field('ssh-ed25519'), field(Buffer.from(x, 'base64url'))]);
  return `ssh-ed25519 ${key.toString('base64')}`;
}

describe('a key', () => {
  test.each([
    ['ssh-ed25519', lineOf('ed25519')],
    ['ecdsa-sha2-nistp256', lineOf('ecdsa', 256)],
    ['ecdsa-sha2-nistp384', lineOf('ecdsa', 384)],
    ['ssh-rsa', lineOf('rsa', 2048)],
  ])('of the kind %s is read, with or without a comment', (algorithm, line) => {
    const read = readSshKey(`${line} somebody@somewhere\n`);
    expect(read).toEqual(readSshKey(line));
    expect(read.algorithm).toBe(algorithm);
    const parsed = ssh2.utils.parseKey(line);
    if (parsed instanceof Error || Array.isArray(parsed)) throw new Error('the library does not read it');
    expect(read.key.equals(parsed.getPublicSSH())).toBe(true);
    expect(fingerprintText(read.fingerprint)).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
  });

  const good = lineOf('ed25519').split(' ')[1] ?? '';
  test.each([
    ['nothing', '', /must begin with/],
    ['a weak one', lineOf('rsa', 1024), /1024 bits/],
    ['a curve that is not taken', lineOf('ecdsa', 521), /must begin with/],
    ['another kind than it says', `ssh-rsa ${good}`, /another kind/],
    ['one that is cut off', `ssh-ed25519 ${good.slice(0, 48)}`, /cut off/],
    [
      'one with something behind',
      `ssh-ed25519 ${Buffer.concat([Buffer.from(good, 'base64'), Buffer.alloc(4)]).toString('base64')}`,
      /no key of the kind/,
    ],
    ['no base64', 'ssh-ed25519 !!!!', /no base64/],
    ['options before it', `command="id" ssh-ed25519 ${good}`, /must begin with/],
  ])('%s is refused', (_, line, why) => {
    expect(() => readSshKey(line)).toThrow(SshKeyFault);
    expect(() => readSshKey(line)).toThrow(why);
  });

  test('that is private is refused without a word of it', () => {
    const { privateKey } = generateKeyPairSync('ed25519', {
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    const secret = privateKey.split('\n')[1] ?? '';
    for (const text of [privateKey, ssh2.utils.generateKeyPairSync('ed25519').private]) {
      expect(() => readSshKey(text)).toThrow('private key');
      expect(() => readSshKey(text)).not.toThrow(secret);
    }
  });
});
