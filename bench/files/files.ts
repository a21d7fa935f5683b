import { execFile, execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { type NewReportRow, writeActions, writeReport } from '@penstock/files';
import { readSignature, verifySignature } from '@penstock/files/signature';
import { temporaryFolder } from '../harness/cleanup.ts';
import { describeMachine } from '../harness/machine.ts';
import type { BenchOptions } from '../harness/options.ts';
import { say } from '../harness/progress.ts';
import type { BenchResult } from '../harness/result.ts';
import { median, rounded } from '../harness/statistics.ts';
import { makeOfficer, type Officer } from './officer.ts';

/**
 * A Quarantined Communications Action File of 100,000 lines is checked and compared with the report whose 100,000 held
 * messages it decides, in a fresh process each time: seconds from the first byte read to the result, and the most
 * memory that the whole process ever had. Beside it the same by the command `penstock`, its start included.
 *
 * Then verifications of a signature a second on one core (read the CMS, chain of three, two revocation lists), in turn
 * with `openssl cms -verify` of the same one, which is a process each time: its start is measured by `openssl version`
 * and told apart. openssl loads its trusted certificate anew each time and is given no revocation lists.
 */

const LINES = 100_000;
const RUNS = { full: 9, quick: 2 };
const VERIFY_MS = 1_000;
const OPENSSL_CALLS = 20;

const root = join(import.meta.dirname, '../..');
const execute = promisify(execFile);

interface Checked {
  readonly seconds: number;
  readonly reportSeconds: number;
  readonly peakMegabytes: number;
  readonly faults: number;
  readonly decisions: { readonly process: number; readonly undecided: number };
}

const event = '12345678901234567890';

function* reportRows(): Generator<NewReportRow> {
  const heldAt = '2026-12-24T18:00:00.000Z';
  const cause = 'all sent in P1D: more than 50000';
  yield { row: 'event', event, heldAt, direction: 'sent', kind: 'ADUserThresholdBreach', cause, count: LINES };
  for (let number = 0; number < LINES; number++) {
    const device = `00-DB-12-34-${number
      .toString(16)
      .toUpperCase()
      .padStart(8, '0')
      .replace(/(..)(?!$)/g, '$1-')}`;
    const messageId = `90-B3-D5-1F-30-01-00-00:${device}:${1_000 + number}`;
    const sha256 = hash('sha256', messageId);
    const rest = { heldAt, direction: 'sent', kind: 'service_request', cause: '' } as const;
    yield { row: 'held', event, srv: '4.1.1', device, messageId, sha256, ...rest };
  }
}

function* actionRows() {
  for (const row of reportRows()) {
    if (row.row === 'event') continue;
    const { messageId, sha256 } = row;
    yield {
      event,
      messageId,
      sha256,
      action: 'process',
      reason: 'agreed with the service desk',
      reference: '',
    } as const;
  }
}

async function checkOnce(actions: string, report: string): Promise<Checked> {
  const script = join(root, 'bench/files/child.ts');
  const { stdout } = await execute(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    script,
    actions,
    report,
  ]);
  const checked: Checked = JSON.parse(stdout);
  const isRight = checked.faults === 0 && checked.decisions.process === LINES && checked.decisions.undecided === 0;
  if (!isRight) throw new Error(`the check came to something else: ${stdout}`);
  return checked;
}

async function commandOnce(actions: string, report: string): Promise<number> {
  const started = performance.now();
  const command = [join(root, 'bin/penstock.cjs'), 'quarantine', 'check', actions, '--report', report];
  await execute(process.execPath, command);
  return (performance.now() - started) / 1000;
}

/** Verifications a second, each from the bytes of the signature on. */
function verifyOurs({ signature, digest, trust }: Officer): number {
  const started = performance.now();
  let count = 0;
  for (; performance.now() - started < VERIFY_MS; count++) {
    const verdict = verifySignature(readSignature(signature), { digest, ...trust });
    if (!verdict.ok) throw new Error(`a good signature is refused: ${verdict.message}`);
  }
  return (count * 1000) / (performance.now() - started);
}

/** Milliseconds a call of openssl. */
function callOpenssl(folder: string, args: readonly string[]): number {
  const started = performance.now();
  for (let call = 0; call < OPENSSL_CALLS; call++) execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  return (performance.now() - started) / OPENSSL_CALLS;
}

export async function files(options: BenchOptions): Promise<BenchResult> {
  const runs = options.quick ? RUNS.quick : RUNS.full;
  const folder = temporaryFolder();
  const [actions, report] = [join(folder, 'actions.csv'), join(folder, 'report.csv')];
  say(`writing ${LINES} lines`);
  await pipeline(writeReport(reportRows()), createWriteStream(report));
  await pipeline(writeActions(actionRows()), createWriteStream(actions));
  const officer = makeOfficer(folder, 'adt-file/1\n');

  const checked: Checked[] = [];
  const commands: number[] = [];
  const ours: number[] = [];
  const opensslVerify: number[] = [];
  const opensslStart: number[] = [];
  const verification = 'cms -verify -binary -inform DER -in content.p7s -content content -CAfile root.pem -purpose any';
  for (let run = 0; run < runs; run++) {
    checked.push(await checkOnce(actions, report));
    commands.push(await commandOnce(actions, report));
    ours.push(verifyOurs(officer));
    opensslVerify.push(callOpenssl(folder, verification.split(' ')));
    opensslStart.push(callOpenssl(folder, ['version']));
    say(
      `run ${run + 1} of ${runs}: ${rounded(checked.at(-1)?.seconds ?? 0)} s, ${rounded(ours.at(-1) ?? 0)} verifications/s`,
    );
  }
  const verifyRate = median(ours);
  const opensslRate = 1000 / median(opensslVerify);
  const opensslNet = 1000 / (median(opensslVerify) - median(opensslStart));
  return {
    name: 'files',
    figures: {
      checkSeconds: rounded(median(checked.map(({ seconds }) => seconds))),
      slowestSeconds: rounded(Math.max(...checked.map(({ seconds }) => seconds))),
      reportSeconds: rounded(median(checked.map(({ reportSeconds }) => reportSeconds))),
      peakMegabytes: rounded(Math.max(...checked.map(({ peakMegabytes }) => peakMegabytes))),
      commandSeconds: rounded(median(commands)),
      verifyPerSecond: rounded(verifyRate),
    },
    floor: { checkSeconds: '< 2', peakMegabytes: '< 200' },
    peers: {
      'openssl cms -verify': {
        version: execFileSync('openssl', ['version'], { encoding: 'utf8' }).trim(),
        perSecond: rounded(opensslRate),
        startMilliseconds: rounded(median(opensslStart)),
        perSecondWithoutStart: rounded(opensslNet),
      },
    },
    ratio: rounded(verifyRate / opensslNet),
    machine: describeMachine(new Date()),
  };
}
