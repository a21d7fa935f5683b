// The key with which cookies are signed and second factors encrypted: in a file of the data folder that only the
// platform's own user may read, made when it is not there. Platforms that share a database need the same file.
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { z } from 'zod';
import type { Config } from '../foundation/config.ts';
import { PenstockError } from '../foundation/errors.ts';
import { dataFolderFault } from '../foundation/start-faults.ts';

const FILE = 'secrets.toml';
const schema = z.strictObject({ session_secret: z.string().min(32) });

function invalid(detail: string, cause?: unknown): PenstockError {
  return new PenstockError('config.invalid', { detail, cause });
}

function make(file: string): void {
  const text = [
    '# Signs the cookies of sessions and encrypts second factors. Keep it: without it everybody has to be',
    '# enrolled again. Whoever reads it can sign in as anybody.',
    `session_secret = "${randomBytes(48).toString('base64url')}"`,
    '',
  ].join('\n');
  try {
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    // another process made it meanwhile
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

/** @throws PenstockError 'config.invalid' when the file cannot be read, is none of ours, or others may read it */
export function readSessionSecret(config: Config): string {
  const file = join(config.dataFolder, FILE);
  try {
    mkdirSync(config.dataFolder, { recursive: true });
    make(file);
    if ((statSync(file).mode & 0o077) !== 0) throw invalid(`${file} may be read by others: chmod 600 it`);
    return schema.parse(parse(readFileSync(file, 'utf8'))).session_secret;
  } catch (cause) {
    const fault = dataFolderFault(config, cause);
    throw fault instanceof PenstockError ? fault : invalid(`${file} cannot be used as the file of secrets`, cause);
  }
}
