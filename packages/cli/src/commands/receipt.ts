import { createWriteStream, readFileSync, renameSync, rmSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { submissionStates } from '@penstock/api';
import { parseEui } from '@penstock/files';
import { readCertificates, readRevocationLists } from '@penstock/files/signature';
import { type Command, Option } from 'commander';
import { exitCode, LocalFailure, localCommand, runLocally } from '../local-failure.ts';
import { LocalFile, printJson } from '../local-files.ts';
import { askServer, asksServer, type ServerOptions, userOf } from '../server.ts';
import { writeWhole } from '../sign-file.ts';
import { NotVerified, type Verified, verifyDocument } from '../verify-document.ts';
import { requireSha256 } from './submissions.ts';

// `penstock receipt`: what the platform signed for a User, fetched and checked; checking needs no server.

interface GetOptions extends ServerOptions {
  readonly out: string;
  readonly state?: (typeof submissionStates)[number];
}

async function get(named: string, options: GetOptions): Promise<number> {
  const sha256 = requireSha256(named);
  return askServer(options, async (client) => {
    const query = { ...userOf(options), ...(options.state === undefined ? {} : { state: options.state }) };
    const receipt = await buffer((await client.receipt(sha256, query)).bytes);
    // asked for apart: should the state change between, it does not fit, and the check says so
    const signature = await buffer((await client.receiptSignature(sha256, query)).bytes);
    writeWhole(options.out, receipt);
    writeWhole(`${options.out}.p7s`, signature);
    if (options.json) printJson({ receipt: options.out, signature: `${options.out}.p7s` });
    else console.log(`${options.out} and ${options.out}.p7s: check them with penstock receipt verify`);
    return 0;
  });
}

async function getFile(named: string, options: ServerOptions & { readonly out: string }): Promise<number> {
  const sha256 = requireSha256(named);
  const temporary = `${options.out}.${process.pid}.tmp`;
  return askServer(options, async (client) => {
    try {
      const { bytes } = await client.original(sha256, userOf(options));
      await pipeline(bytes, createWriteStream(temporary, { flags: 'wx' }));
      const got = await sha256Of(temporary);
      if (got !== sha256) {
        const message = `the bytes that came have the SHA-256 ${got}`;
        throw new LocalFailure(exitCode.faults, message, 'Fetch it again; if that does not help, tell the Operator.');
      }
      renameSync(temporary, options.out);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    if (options.json) printJson({ sha256, out: options.out });
    else console.log(`${options.out}: the file as it was delivered; its SHA-256 was compared`);
    return 0;
  });
}

async function sha256Of(path: string): Promise<string> {
  const file = new LocalFile(path);
  for await (const _ of file.read());
  return file.digest().toString('hex');
}

interface VerifyOptions {
  readonly signature?: string;
  readonly authority: string;
  readonly operator: string;
  readonly revocationList?: string;
  readonly file?: string;
  readonly json?: boolean;
}

/** What was looked at, and what was not, line by line. */
function printVerified(path: string, { signer, tells, compared, notVerified }: Verified): void {
  console.log(`VERIFIED: ${path} was signed by the Operator`);
  console.log(`  signer: ${signer.subject}, certificate with SHA-256 ${signer.fingerprint}`);
  console.log(`  issued by an authority of --authority, valid now; signed ${signer.at} by the Operator's clock`);
  for (const line of tells) console.log(`  it says: ${line}`);
  if (compared !== undefined) console.log(`  ${compared}`);
  for (const line of notVerified) console.log(`not verified: ${line}`);
}

async function verify(path: string, options: VerifyOptions): Promise<number> {
  const operator = parseEui(options.operator);
  if (operator === undefined) {
    throw new LocalFailure(exitCode.usage, `${options.operator} is not an EUI-64`, 'Give the User ID of the Operator.');
  }
  const file = options.file === undefined ? undefined : { path: options.file, sha256: await sha256Of(options.file) };
  const given = {
    document: readFileSync(path),
    signature: readFileSync(options.signature ?? `${path}.p7s`),
    anchors: readCertificates(readFileSync(options.authority)),
    crls: options.revocationList === undefined ? undefined : readRevocationLists(readFileSync(options.revocationList)),
    operator,
    file,
    now: new Date(),
  };
  try {
    const verified = verifyDocument(given);
    if (options.json) printJson({ verified: true, receipt: path, ...verified });
    else printVerified(path, verified);
    return 0;
  } catch (error) {
    if (!(error instanceof NotVerified)) throw error;
    if (options.json) printJson({ verified: false, receipt: path, code: error.code, reason: error.message });
    throw new LocalFailure(exitCode.faults, `NOT VERIFIED: ${path}: ${error.message} (${error.code})`, error.action);
  }
}

/** `penstock receipt`. */
export function receiptCommand(): Command {
  return localCommand('receipt')
    .description('check what the platform signed: receipts of files, reports of what is held (docs/files.md)')
    .addCommand(
      localCommand('verify')
        .description("check a receipt, or a report, by the Operator's signature; no server is asked")
        .argument('<receipt>', 'the receipt as it was given')
        .requiredOption('--authority <file>', "the authority of the Operator's certificate, in PEM or DER")
        .requiredOption(
          '--operator <eui>',
          'the User ID of the Operator: others have certificates of that authority too',
        )
        .option('--signature <file>', 'its signature (default: RECEIPT.p7s)')
        .option('--file <file>', 'the file that was delivered, to be compared with the receipt')
        .option('--revocation-list <file>', "the authority's revocation list")
        .option('--json', 'tell the result as one line of JSON')
        .action((path: string, options: VerifyOptions) => runLocally(() => verify(path, options))),
    )
    .addCommand(
      asksServer(localCommand('get').description('fetch the receipt of a file, with its signature'))
        .argument('<sha256>', 'the SHA-256 of the file')
        .requiredOption('--out <file>', 'where the receipt goes; its signature goes to FILE.p7s')
        .addOption(new Option('--state <state>', 'the last receipt of this state').choices([...submissionStates]))
        .action((sha256: string, options: GetOptions) => runLocally(() => get(sha256, options))),
    )
    .addCommand(
      asksServer(localCommand('file').description('fetch a file as it was delivered, and compare its SHA-256'))
        .argument('<sha256>', 'the SHA-256 of the file')
        .requiredOption('--out <file>', 'where it goes')
        .action((sha256: string, options: ServerOptions & { readonly out: string }) =>
          runLocally(() => getFile(sha256, options)),
        ),
    );
}
