// The key by which clients know the server: a file of the data folder that is made when it is not there, or the one that
// the configuration names. Platforms behind one address need the same.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import type { Config } from '../../foundation/config.ts';
import { PenstockError } from '../../foundation/errors.ts';
import { dataFolderFault } from '../../foundation/start-faults.ts';
import { fingerprintText } from '../../parties/ssh-keys.ts';

const FILE = 'sftp-host-key';

function invalid(detail: string, cause?: unknown): PenstockError {
  return new PenstockError('config.invalid', { detail, cause });
}

/** Of 'ssh-ed25519' and a public key of 32 bytes, each with its length. */
const PUBLIC_KEY_BYTES = 4 + 11 + 4 + 32;

/** A key in the form of OpenSSH. One in 256 that the library makes lacks a leading zero, and no client would take it. */
function makeKey(): string {
  for (;;) {
    const { private: text } = ssh2.utils.generateKeyPairSync('ed25519', { comment: 'penstock' });
    const key = ssh2.utils.parseKey(text);
    if (!(key instanceof Error) && !Array.isArray(key) && key.getPublicSSH().length === PUBLIC_KEY_BYTES) return text;
  }
}

function make(file: string): void {
  try {
    writeFileSync(file, makeKey(), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    // there already, or another process made it meanwhile
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

export interface HostKey {
  readonly pem: Buffer;
  /** In the form of RFC 4253: what clients see. */
  readonly publicKey: Buffer;
}

/** @throws PenstockError 'config.invalid' when it cannot be read, is no private key, or others may read it */
export function readHostKey(config: Config): HostKey {
  const file = config.sftp.hostKeyFile ?? join(config.dataFolder, FILE);
  const named = 'sftp.host_key_file (PENSTOCK_SFTP_HOST_KEY_FILE)';
  let pem: Buffer;
  try {
    if (config.sftp.hostKeyFile === undefined) {
      mkdirSync(config.dataFolder, { recursive: true });
      make(file);
    }
    pem = readFileSync(file);
    if ((statSync(file).mode & 0o077) !== 0) throw invalid(`${named}: ${file} may be read by others: chmod 600 it`);
  } catch (cause) {
    const fault = dataFolderFault(config, cause);
    throw fault instanceof PenstockError ? fault : invalid(`${named}: ${file} cannot be read`, cause);
  }
  const read = ssh2.utils.parseKey(pem);
  const key = Array.isArray(read) ? read[0] : read;
  if (key === undefined || key instanceof Error || !key.isPrivateKey()) {
    throw invalid(`${named}: ${file} is no private key without a passphrase`);
  }
  return { pem, publicKey: key.getPublicSSH() };
}

/** What clients are told: the fingerprint as OpenSSH prints it, and the line of known_hosts without the host. */
export function shownHostKey({ publicKey }: HostKey): { readonly fingerprint: string; readonly hostKey: string } {
  const kind = publicKey.subarray(4, 4 + publicKey.readUInt32BE()).toString('latin1');
  return {
    fingerprint: fingerprintText(createHash('sha256').update(publicKey).digest()),
    hostKey: `${kind} ${publicKey.toString('base64')}`,
  };
}
