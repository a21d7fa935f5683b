/** A server with the real `sftp` before it. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';

/** Why the tests cannot run here; undefined: they can. */
export const noSftp = existsSync('/usr/bin/sftp')
  ? undefined
  : 'sftp is not installed (apt-get install openssh-client)';

export interface Client {
  readonly folder: string;
  /** Makes a key and returns the line of its .pub file. */
  makeKey(name: string, ...kind: string[]): string;
  /** Runs commands as a batch: it ends at the first that fails. */
  run(
    batch: readonly string[],
    options: { user: string; key: string; flags?: string[]; killWhen?: Promise<unknown> },
  ): Promise<Run>;
  remove(): void;
}

export interface Run {
  readonly code: number | null;
  readonly output: string;
}

export function sftpClient(port: number, hostKey: Buffer): Client {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-sftp-'));
  const type = hostKey.subarray(4, 4 + hostKey.readUInt32BE()).toString('latin1');
  writeFileSync(join(folder, 'known_hosts'), `[127.0.0.1]:${port} ${type} ${hostKey.toString('base64')}\n`);
  return {
    folder,
    makeKey(name, ...kind) {
      const made = spawnSync('ssh-keygen', ['-q', '-N', '', '-f', join(folder, name), '-C', name, ...kind]);
      if (made.status !== 0) throw new Error(made.stderr.toString());
      return readFileSync(join(folder, `${name}.pub`), 'utf8');
    },
    run(batch, { user, key, flags = [], killWhen }) {
      const options = {
        IdentityFile: join(folder, key),
        UserKnownHostsFile: join(folder, 'known_hosts'),
        IdentitiesOnly: 'yes',
        BatchMode: 'yes',
        StrictHostKeyChecking: 'yes',
      };
      const args = [
        ...flags,
        ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
        ...['-P', String(port), '-b', '-', `${user}@127.0.0.1`],
      ];
      const child = spawn('/usr/bin/sftp', args, { cwd: folder, env: { PATH: process.env.PATH, HOME: folder } });
      let output = '';
      child.stdout.on('data', (text) => {
        output += text;
      });
      child.stderr.on('data', (text) => {
        output += text;
      });
      child.stdin.on('error', () => undefined);
      child.stdin.end(`${batch.join('\n')}\n`);
      const kill = () => child.kill('SIGKILL');
      killWhen?.then(kill, kill);
      return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** What clients see of the host key in a file. */
export function publicKeyIn(file: string): Buffer {
  const key = ssh2.utils.parseKey(readFileSync(file));
  if (key instanceof Error || Array.isArray(key)) throw new Error('there is no host key');
  return key.getPublicSSH();
}
