import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCertificates, readSignature, verifySignature } from '@penstock/files/signature';
import { OpenSsl } from '@penstock/files/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exitCode } from './local-failure.ts';

// `penstock adt`, `limits` and `quarantine` as officers run them, through bin/penstock.cjs, in a folder without a server.

const root = join(import.meta.dirname, '../../..');
const openssl = new OpenSsl();

function penstock(...args: string[]) {
  const env = { PATH: process.env.PATH };
  return spawnSync(process.execPath, [join(root, 'bin/penstock.cjs'), ...args], {
    cwd: openssl.folder,
    env,
    encoding: 'utf8',
    input: '',
  });
}

/** The examples of docs/files.md, by the name of the profile. */
function exampleOf(id: string): string {
  const text = readFileSync(join(root, 'docs/files.md'), 'utf8');
  return (
    [...text.matchAll(/^```csv\n([\s\S]*?)^```/gm)].map(([, one = '']) => one).find((one) => one.startsWith(id)) ?? ''
  );
}

const adt = exampleOf('adt-file/1');

beforeAll(() => {
  openssl.authority('root');
  openssl.officer('officer', 'root');
  openssl.write('good.csv', adt);
  openssl.write('bad.csv', adt.replace('P1D', 'P1M').replace('50000', 'x'));
  openssl.write('report.csv', exampleOf('quarantine-report/1'));
  openssl.write('actions.csv', exampleOf('quarantine-actions/1'));
});
afterAll(() => openssl.remove());

const by = ['--key', 'officer.key', '--certificate', 'officer.pem'];

/** Whether a signature is that of the officer over the file. */
function isSigned(file: string, signature: string): boolean {
  const read = readSignature(openssl.read(signature));
  const digest = createHash(read.digestAlgorithm).update(openssl.read(file)).digest();
  const anchors = readCertificates(openssl.read('root.pem'));
  const verdict = verifySignature(read, { digest, anchors, crls: 'none', at: new Date() });
  return verdict.ok && verdict.signer.subject === 'CN=officer,O=Test';
}

describe('adt', () => {
  test('check says what a file holds, and 0', () => {
    const { status, stdout, stderr } = penstock('adt', 'check', 'good.csv');
    expect([status, stderr]).toEqual([0, 'good.csv: note: lines end with LF\n']);
    expect(stdout).toBe('good.csv: 4 thresholds and 1 exception of 90-B3-D5-1F-30-01-00-00, no faults\n');
  });

  test('check finds all faults with line, column, code and what to do, and 1', () => {
    const { status, stderr } = penstock('adt', 'check', 'bad.csv');
    expect(status).toBe(exitCode.faults);
    expect(stderr).toContain(
      "bad.csv:2:5 period: 'P1M' is of months or years (files.period-calendar). Write the period",
    );
    expect(stderr).toContain('bad.csv:2:7 quarantine: ');
  });

  test('check gives machines everything in one line', () => {
    const bad = JSON.parse(penstock('adt', 'check', '--json', 'bad.csv').stdout);
    expect(bad).toMatchObject({
      ok: false,
      rows: 5,
      faultCount: 2,
      faults: [{ line: 2, code: 'files.period-calendar' }, {}],
    });
    const good = JSON.parse(penstock('adt', 'check', '--json', 'good.csv').stdout);
    expect(good).toMatchObject({ ok: true, contents: { thresholds: [{ quarantine: 50_000 }, {}, {}, {}] } });
  });

  test('diff tells what changes and relaxes, and 2; nothing changes, and 0', () => {
    openssl.write('after.csv', adt.replace('50000', '60000').replace(/.*6\.23.*\n/, ''));
    const { status, stdout } = penstock('adt', 'diff', 'good.csv', 'after.csv');
    expect(status).toBe(exitCode.differences);
    expect(stdout).toContain('~ all sent in P1D: quarantine above 60000\n    quarantine: 50000 -> 60000\n');
    expect(stdout).toContain('    relaxes at all times: the quarantine number rises from 50000 to 60000\n');
    expect(stdout).toContain('- 6.23 sent in P1D');
    expect(stdout).toContain('0 added, 1 removed, 1 changed, 2 unchanged; it could let through');
    expect(penstock('adt', 'diff', 'good.csv', 'good.csv').status).toBe(0);
    const json = JSON.parse(penstock('adt', 'diff', '--json', 'after.csv', 'good.csv').stdout);
    expect(json).toMatchObject({ isDifferent: true, relaxes: false });
    expect(penstock('adt', 'diff', 'good.csv', 'bad.csv').status).toBe(exitCode.faults);
    openssl.write('other.csv', adt.replaceAll('90-B3-D5-1F-30-01-00-00', '90-B3-D5-1F-30-01-00-01'));
    expect(penstock('adt', 'diff', 'good.csv', 'other.csv').stderr).toContain('Compare files of the same User ID');
  });

  test('sign makes a signature that holds, and openssl takes', () => {
    const { status, stdout } = penstock('adt', 'sign', 'good.csv', ...by);
    expect(status).toBe(0);
    expect(stdout).toContain(createHash('sha256').update(adt).digest('hex'));
    expect(isSigned('good.csv', 'good.csv.p7s')).toBe(true);
    const signature = ['-inform', 'DER', '-in', 'good.csv.p7s', '-content', 'good.csv'];
    expect(openssl.try('cms', '-verify', '-binary', ...signature, '-CAfile', 'root.pem', '-out', 'out').status).toBe(0);
  });

  test('sign refuses a file with faults, and writes nothing', () => {
    const { status, stderr } = penstock('adt', 'sign', 'bad.csv', ...by);
    expect(status).toBe(exitCode.faults);
    expect(stderr).toContain('bad.csv has faults and was not signed');
    expect(readdirSync(openssl.folder).filter((name) => name.includes('bad.csv.'))).toEqual([]);
  });

  test('sign opens an encrypted key by a passphrase from a file, and never from the command line', () => {
    openssl.write('passphrase', 'open sesame\n');
    openssl.write('wrong', 'closed\n');
    openssl.run('pkey', '-in', 'officer.key', '-aes256', '-passout', 'file:passphrase', '-out', 'encrypted.key');
    const encrypted = [
      'adt',
      'sign',
      'good.csv',
      '--key',
      'encrypted.key',
      '--certificate',
      'officer.pem',
      '--out',
      'e.p7s',
    ];
    expect(penstock(...encrypted, '--passphrase-file', 'passphrase').status).toBe(0);
    expect(isSigned('good.csv', 'e.p7s')).toBe(true);
    expect(penstock(...encrypted, '--passphrase-file', 'wrong')).toMatchObject({ status: exitCode.faults });
    const unasked = penstock(...encrypted);
    expect([unasked.status, unasked.stderr]).toEqual([exitCode.usage, expect.stringContaining('--passphrase-file')]);
    expect(penstock('adt', 'sign', '--help').stdout).not.toMatch(/--pass(word|phrase) /);
  });

  test('sign refuses another key, and what is no certificate', () => {
    openssl.officer('other', 'root');
    const other = penstock(
      'adt',
      'sign',
      'good.csv',
      '--key',
      'other.key',
      '--certificate',
      'officer.pem',
      '--out',
      'x.p7s',
    );
    expect([other.status, other.stderr]).toEqual([exitCode.faults, expect.stringContaining('files.signature.key')]);
    const none = penstock(
      'adt',
      'sign',
      'good.csv',
      '--key',
      'officer.key',
      '--certificate',
      'good.csv',
      '--out',
      'x.p7s',
    );
    expect([none.status, none.stderr]).toEqual([
      exitCode.faults,
      expect.stringContaining('files.signature.certificate'),
    ]);
    expect(existsSync(openssl.path('x.p7s'))).toBe(false);
  });
});

describe('adt of the Operator', () => {
  const operator = '90-B3-D5-1F-30-01-00-00';
  const withoutWarnings = adt.replace(',40000,', ',,').replace(',800,', ',,');

  test('check and diff say so, and a warning is a fault', () => {
    openssl.write('operator.csv', withoutWarnings);
    const good = penstock('adt', 'check', 'operator.csv', '--operator', operator.toLowerCase());
    expect(good).toMatchObject({
      status: 0,
      stdout: `operator.csv: 4 thresholds and 1 exception of ${operator}, across all Users, no faults\n`,
    });
    const bad = penstock('adt', 'check', 'good.csv', '--operator', operator);
    expect([bad.status, bad.stderr]).toEqual([exitCode.faults, expect.stringContaining('files.operator-warning')]);
    const diff = ['adt', 'diff', 'good.csv', 'operator.csv'];
    expect(penstock(...diff).status).toBe(exitCode.differences);
    expect(penstock(...diff, '--operator', operator).stderr).toContain('good.csv has faults and cannot be compared');
    expect(penstock('adt', 'check', 'good.csv', '--operator', 'us').status).toBe(exitCode.usage);
  });

  test('sign refuses a warning', () => {
    const signed = (file: string) => penstock('adt', 'sign', file, ...by, '--operator', operator, '--out', `${file}.o`);
    expect([signed('good.csv').status, existsSync(openssl.path('good.csv.o'))]).toEqual([exitCode.faults, false]);
    expect(signed('operator.csv').status).toBe(0);
    expect(isSigned('operator.csv', 'operator.csv.o')).toBe(true);
  });
});

describe('limits', () => {
  const limits = exampleOf('attribute-limits/1');
  beforeAll(() => openssl.write('limits.csv', limits));

  test('check takes the example of the page, whose attributes are there, and finds what is wrong', () => {
    expect(penstock('limits', 'check', 'limits.csv')).toMatchObject({
      status: 0,
      stdout: 'limits.csv: 4 rows of limits for 3 attributes, no faults\n',
    });
    openssl.write('wrong.csv', limits.replace('TopUpDevice.UTRN', 'TopUpDevice.Utrn').replace('-1000,', '1E+03,'));
    const { status, stderr } = penstock('limits', 'check', 'wrong.csv');
    expect(status).toBe(exitCode.faults);
    expect(stderr).toContain("wrong.csv:5:2 attribute: 'TopUpDevice.Utrn' is not in the catalogue");
    expect(stderr).toContain('a spreadsheet may have rewritten it) (files.decimal)');
    const json = JSON.parse(penstock('limits', 'check', '--json', 'limits.csv').stdout);
    expect(json).toMatchObject({ ok: true, contents: { limits: [{ maximum: '2.5' }, {}, {}, {}] } });
    expect(penstock('limits', 'check', 'good.csv').stderr).toContain('this is an ADT File (adt-file/1) and not');
  });

  test('diff tells what changes and relaxes', () => {
    openssl.write('after.csv', limits.replace(',500,', ',600,').replace(/.*AdjustMeterBalance.*\n/, ''));
    const { status, stdout } = penstock('limits', 'diff', 'limits.csv', 'after.csv');
    expect(status).toBe(exitCode.differences);
    expect(stdout).toContain('- UpdateMeterBalance.CreditMode.AdjustMeterBalance: passes from -1000 to 1000\n');
    expect(stdout).toContain('    relaxes at all times: the minimum -1000 is no more\n');
    expect(stdout).toContain('~ TopUpDevice.UTRN: passes to 600\n    maximum: 500 -> 600\n');
    expect(stdout).toContain('    relaxes at all times: the maximum rises from 500 to 600\n');
    expect(stdout).toContain('attributes: 0 added, 1 removed, 1 changed, 1 unchanged; it could let through');
    expect(penstock('limits', 'diff', 'limits.csv', 'limits.csv').status).toBe(0);
    const json = JSON.parse(penstock('limits', 'diff', '--json', 'after.csv', 'limits.csv').stdout);
    expect(json).toMatchObject({ isDifferent: true, relaxes: false });
  });

  test('sign makes a signature that holds, and refuses a file with faults', () => {
    expect(penstock('limits', 'sign', 'limits.csv', ...by).status).toBe(0);
    expect(isSigned('limits.csv', 'limits.csv.p7s')).toBe(true);
    expect(penstock('limits', 'sign', 'good.csv', ...by, '--out', 'no.p7s').status).toBe(exitCode.faults);
    expect(existsSync(openssl.path('no.p7s'))).toBe(false);
  });
});

describe('quarantine', () => {
  test('check counts decisions, and looks them up in the report', () => {
    expect(penstock('quarantine', 'check', 'actions.csv')).toMatchObject({
      status: 0,
      stdout: 'actions.csv: 1 to process, 1 to delete, no faults\n',
    });
    const checked = penstock('quarantine', 'check', 'actions.csv', '--report', 'report.csv', '--json');
    expect(JSON.parse(checked.stdout)).toMatchObject({ ok: true, decisions: { process: 1, delete: 1, undecided: 0 } });
    openssl.write('foreign.csv', exampleOf('quarantine-actions/1').replace(':1001', ':1002'));
    const foreign = penstock('quarantine', 'check', 'foreign.csv', '--report', 'report.csv');
    expect([foreign.status, foreign.stderr]).toEqual([exitCode.faults, expect.stringContaining('files.not-held')]);
  });

  test('decide makes an action file of what is chosen, which can be signed', () => {
    const device = '00-db-12-34-56-78-90-a1';
    const decide = ['quarantine', 'decide', 'report.csv', '--delete', '--reason', '=not ours', '--out', 'made.csv'];
    const made = penstock(...decide, '--event', '12345678901234567890', '--srv', '4.1.2', '--device', device);
    expect(made).toMatchObject({ status: 0, stdout: 'made.csv: 1 of 2 held messages to delete; sign it next\n' });
    const lines = openssl.read('made.csv').toString().split('\r\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(/^action,12345678901234567890,.*:1001,0f1e2d.*,delete,'=not ours,$/);
    expect(penstock('quarantine', 'check', 'made.csv', '--report', 'report.csv').stdout).toContain('1 stay held');
    expect(penstock('quarantine', 'sign', 'made.csv', ...by).status).toBe(0);
    expect(isSigned('made.csv', 'made.csv.p7s')).toBe(true);
  });

  test('decide writes nothing when nothing is chosen, the choice is wrong, or the report has faults', () => {
    const decide = (...args: string[]) => penstock('quarantine', 'decide', ...args, '--out', 'none.csv');
    expect(decide('report.csv', '--process', '--srv', '1.1.1').status).toBe(exitCode.faults);
    expect(decide('report.csv', '--process', '--delete').status).toBe(exitCode.usage);
    expect(decide('report.csv').status).toBe(exitCode.usage);
    expect(decide('report.csv', '--process', '--event', 'x').status).toBe(exitCode.usage);
    expect(decide('report.csv', '--process', '--reason', 'a\tb').status).toBe(exitCode.faults);
    expect(decide('actions.csv', '--process').status).toBe(exitCode.faults);
    expect(decide('missing.csv', '--process').status).toBe(exitCode.input);
    expect(readdirSync(openssl.folder).filter((name) => name.startsWith('none.csv'))).toEqual([]);
  });
});

test('a wrong command line and a missing file have exit codes of their own', () => {
  expect(penstock('adt', 'check').status).toBe(exitCode.usage);
  expect(penstock('adt', 'other').status).toBe(exitCode.usage);
  expect(penstock('adt', 'check', 'missing.csv').status).toBe(exitCode.input);
  expect(penstock('adt', '--help').status).toBe(0);
});

test('the exit codes are those of docs/files.md', () => {
  const text = readFileSync(join(root, 'docs/files.md'), 'utf8');
  const told = [...text.matchAll(/^\| (\d+) \| /gm)].map(([, code]) => Number(code));
  expect(told).toEqual([0, ...Object.values(exitCode)]);
});
