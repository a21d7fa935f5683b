import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Findings } from '@penstock/files';
import { readCertificates, signDetached } from '@penstock/files/signature';
import type { Command } from 'commander';
import { exitCode, LocalFailure, runLocally } from './local-failure.ts';
import { describeFindings, LocalFile, printFindings, printJson } from './local-files.ts';
import { readPrivateKey } from './private-key.ts';

// `penstock adt sign`, `quarantine sign` and `limits sign`: the bytes that were checked are the bytes that are signed.

interface Options {
  readonly key: string;
  readonly certificate: string;
  readonly chain?: string;
  readonly out?: string;
  readonly passphraseFile?: string;
  readonly json?: boolean;
}

/** Written whole or not at all. */
export function writeWhole(path: string, bytes: Uint8Array): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, bytes, { flag: 'wx' });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Finds what is wrong with a file; `More` are options of its kind, beside those of signing. */
type Check<More> = (file: LocalFile, options: More) => Promise<Findings>;

async function sign<More>(path: string, check: Check<More>, options: Options & More): Promise<number> {
  const key = await readPrivateKey(options.key, options.passphraseFile);
  const [certificate, ...more] = readCertificates(readFileSync(options.certificate));
  if (certificate === undefined) throw new RangeError('a certificate file without certificates was read');
  const chain = [...more, ...(options.chain === undefined ? [] : readCertificates(readFileSync(options.chain)))];
  const file = new LocalFile(path);
  const findings = await check(file, options);
  if (findings.faultCount > 0) {
    printFindings(path, findings);
    if (options.json) printJson(describeFindings(path, findings));
    throw new LocalFailure(exitCode.faults, `${path} has faults and was not signed`, 'Correct the file first.');
  }
  const digest = file.digest();
  const signingTime = new Date();
  const bytes = signDetached({ digest, key, certificate, chain, signingTime });
  const out = options.out ?? `${path}.p7s`;
  writeWhole(out, bytes);
  const sha256 = digest.toString('hex');
  const { fingerprint } = certificate;
  if (options.json) printJson({ file: path, signature: out, sha256, fingerprint, signingTime });
  else console.log(`${out}: signature of ${path} (SHA-256 ${sha256}) by the certificate with SHA-256 ${fingerprint}`);
  return 0;
}

/** Gives a command the arguments and options of signing. */
export function signing<More>(command: Command, check: Check<More>): Command {
  return command
    .argument('<file>', 'the file to sign; one with faults is refused')
    .requiredOption('--key <file>', 'the private key of the officer, in PEM')
    .requiredOption('--certificate <file>', 'its certificate, in PEM or DER')
    .option('--chain <file>', 'certificates of the authorities between, in PEM')
    .option('--out <file>', 'where the signature goes (default: FILE.p7s)')
    .option('--passphrase-file <file>', 'a file whose first line opens an encrypted key (default: asked for)')
    .option('--json', 'tell the result as one line of JSON')
    .action((path: string, options: Options & More) => runLocally(() => sign(path, check, options)));
}
