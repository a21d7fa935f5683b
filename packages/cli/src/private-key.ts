import { createPrivateKey, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { exitCode, LocalFailure } from './local-failure.ts';

// Private keys of officers: read from PEM, on this machine only. A passphrase comes from a file or from the terminal,
// never from the command line, which every process of the machine can see.

const encrypted = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;

function open(path: string, pem: Buffer, passphrase?: string): KeyObject {
  try {
    return createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {
    // what OpenSSL says of it helps nobody
    const what = passphrase === undefined ? 'holds no private key in PEM' : 'does not open with this passphrase';
    throw new LocalFailure(exitCode.faults, `${path} ${what}`, 'Give the private key of the certificate.');
  }
}

/** Asks on the terminal, without showing what is typed. */
async function ask(question: string): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  const noAnswer = (): never => {
    throw new LocalFailure(exitCode.usage, 'no passphrase was given', 'Type it, or give it by --passphrase-file.');
  };
  try {
    // Ctrl-C rejects the question, the end of the input leaves it open
    return await Promise.race([lines.question('').catch(noAnswer), once(lines, 'close').then(noAnswer)]);
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}

/** @param passphraseFile its first line opens the key; without it, an encrypted key is asked for on the terminal */
export async function readPrivateKey(path: string, passphraseFile?: string): Promise<KeyObject> {
  const pem = readFileSync(path);
  if (!encrypted.test(pem.toString('latin1'))) return open(path, pem);
  if (passphraseFile !== undefined)
    return open(path, pem, readFileSync(passphraseFile, 'utf8').split(/\r?\n/, 1)[0] ?? '');
  if (process.stdin.isTTY) return open(path, pem, await ask(`passphrase of ${path}: `));
  const action = 'Give the passphrase by --passphrase-file, or run this on a terminal.';
  throw new LocalFailure(exitCode.usage, `${path} is encrypted, and there is nobody to ask for its passphrase`, action);
}
