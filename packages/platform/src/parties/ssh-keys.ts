// SSH keys of a User ID's machines, as they are registered: one line in the form of OpenSSH's .pub files. Pure.
import { createHash } from 'node:crypto';

export interface SshKey {
  readonly algorithm: string;
  /** In the form of RFC 4253, section 6.6. */
  readonly key: Buffer;
  /** SHA-256 of it. */
  readonly fingerprint: Buffer;
}

/** What is wrong with a key; it never repeats what was given, which may be somebody's private key. */
export class SshKeyFault extends Error {
  override readonly name = 'SshKeyFault';
}

const LEAST_RSA_BITS = 2048;
const MOST_RSA_BITS = 16384;
const ED25519_BYTES = 32;
const pointBytes = new Map([
  ['ecdsa-sha2-nistp256', 65],
  ['ecdsa-sha2-nistp384', 97],
]);

/** The strings of an SSH structure, each with four bytes of its length before it. */
function fieldsOf(bytes: Buffer): Buffer[] {
  const fields: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + 4 > bytes.length) throw new SshKeyFault('the key is cut off');
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) throw new SshKeyFault('the key is cut off');
    fields.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return fields;
}

function bitsOf(number: Buffer | undefined): number {
  return number === undefined ? 0 : BigInt(`0x${number.toString('hex') || '0'}`).toString(2).length;
}

function requireFit(algorithm: string, parts: readonly Buffer[]): void {
  const [one, two] = parts;
  if (algorithm === 'ssh-ed25519') {
    if (parts.length === 1 && one?.length === ED25519_BYTES) return;
  } else if (algorithm === 'ssh-rsa') {
    const bits = bitsOf(two);
    if (parts.length === 2 && (bits < LEAST_RSA_BITS || bits > MOST_RSA_BITS)) {
      throw new SshKeyFault(`the key is RSA of ${bits} bits; it must have ${LEAST_RSA_BITS} or more`);
    }
    if (parts.length === 2) return;
  } else {
    const curve = algorithm.replace('ecdsa-sha2-', '');
    const isCurve = one?.toString('latin1') === curve;
    if (parts.length === 2 && isCurve && two?.[0] === 4 && two.length === pointBytes.get(algorithm)) return;
  }
  throw new SshKeyFault(`this is no key of the kind ${algorithm}`);
}

/**
 * Reads a public key: Ed25519, ECDSA on P-256 or P-384, or RSA of 2048 bits or more.
 * @throws SshKeyFault
 */
export function readSshKey(text: string): SshKey {
  if (text.includes('PRIVATE KEY')) {
    throw new SshKeyFault('this is a private key, which must stay where it is: give the line of the .pub file');
  }
  const [algorithm = '', base64 = ''] = text.trim().split(/\s+/, 2);
  if (!/^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384))$/.test(algorithm)) {
    throw new SshKeyFault('the line must begin with ssh-ed25519, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384 or ssh-rsa');
  }
  if (!/^[A-Za-z0-9+/]{40,6000}={0,2}$/.test(base64)) throw new SshKeyFault('the second word of the line is no base64');
  const key = Buffer.from(base64, 'base64');
  const [named, ...parts] = fieldsOf(key);
  if (named?.toString('latin1') !== algorithm) throw new SshKeyFault('the key is of another kind than the line says');
  requireFit(algorithm, parts);
  return { algorithm, key, fingerprint: createHash('sha256').update(key).digest() };
}

/** As OpenSSH prints it: `SHA256:` and base64 without padding. */
export function fingerprintText(fingerprint: Buffer): string {
  return `SHA256:${fingerprint.toString('base64').replace(/=+$/, '')}`;
}
