import { spawnSync } from 'node:child_process';
import { createHash, createPrivateKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReceiptDocument } from '@penstock/api';
import { readCertificates, signDetached, writeSignaturePem } from '@penstock/files/signature';
import { type Credential, OPERATOR_ID, openPki, type Pki, subjectsOf, USERS } from '@penstock/simulator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NotVerified, verifyDocument } from './verify-document.ts';

// The Operator's certificates and Users' are of one authority, as they may be: who signed is a question of its own.

const userId = USERS[0]?.userId ?? '';
const file = Buffer.from('the file that was delivered');
const sha256 = createHash('sha256').update(file).digest('hex');
const receipt = Buffer.from(
  JSON.stringify({
    document: 'penstock-receipt/1',
    submission: {
      userId,
      sha256,
      size: file.length,
      receivedAt: '2026-11-20T10:00:00.000Z',
      state: 'applied',
      changedAt: '2026-11-20T10:00:01.000Z',
      kind: 'adt',
      reference: 'SR-1',
      references: ['SR-1'],
      isReferenceRaised: false,
      faultCount: 0,
      signatures: [],
      deliveries: [],
      faults: [],
      summary: { words: ['1.1.1: quarantine 500 -> 800 a day'] },
    },
  } satisfies ReceiptDocument),
);

let folder: string;
let pki: Pki;
const now = new Date();
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-receipt-'));
  pki = await openPki(join(folder, 'pki'), subjectsOf(USERS), now);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const operator = (): Credential => credentialOf(OPERATOR_ID);
function credentialOf(id: string): Credential {
  const found = [...pki.users].find(([known]) => known === id)?.[1].signing;
  if (found === undefined) throw new Error('no such credential');
  return found;
}

function sign(document: Buffer, by: Credential): Buffer {
  const [certificate] = readCertificates(Buffer.from(by.certificate));
  if (certificate === undefined) throw new Error('no certificate');
  const digest = createHash('sha256').update(document).digest();
  const key = createPrivateKey(by.key);
  return Buffer.from(writeSignaturePem(signDetached({ digest, key, certificate, chain: [], signingTime: now })));
}

function verify(changes: Partial<Parameters<typeof verifyDocument>[0]> = {}) {
  const document = changes.document ?? receipt;
  const anchors = readCertificates(Buffer.from(pki.authority));
  const signature = sign(document, operator());
  return verifyDocument({
    document,
    signature,
    anchors,
    crls: undefined,
    operator: OPERATOR_ID,
    file: undefined,
    now,
    ...changes,
  });
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof NotVerified) return error.code;
    throw error;
  }
  return 'verified';
}

test('a receipt of the Operator is verified, and what was not looked at is named', () => {
  const { tells, compared, notVerified } = verify();
  expect(tells).toContain('1.1.1: quarantine 500 -> 800 a day');
  expect(tells[0]).toContain(sha256);
  expect(compared).toBeUndefined();
  expect(notVerified.join()).toMatch(/revoked.*no --file.*own clock/);
  const whole = verify({ file: { path: 'f', sha256 } });
  expect(whole.compared).toContain('byte for byte');
  expect(whole.notVerified.join()).not.toContain('--file');
});

test('anything else is not', () => {
  const changed = Buffer.from(receipt.toString().replace('applied', 'refused'));
  const officers = readCertificates(readFileSync(pki.fileAuthorityFile));
  const longAfter = new Date(now.getTime() + 100 * 365 * 24 * 60 * 60 * 1000);
  const codes = {
    changed: codeOf(() => verify({ document: changed, signature: sign(receipt, operator()) })),
    none: codeOf(() => verify({ signature: Buffer.alloc(0) })),
    byUser: codeOf(() => verify({ signature: sign(receipt, credentialOf(userId)) })),
    otherAuthority: codeOf(() => verify({ anchors: officers })),
    expired: codeOf(() => verify({ now: longAfter })),
    otherFile: codeOf(() => verify({ file: { path: 'f', sha256: '0'.repeat(64) } })),
    otherDocument: codeOf(() => verify({ document: Buffer.from('{"document":"penstock-receipt/9"}') })),
    revocationUnknown: codeOf(() => verify({ crls: [] })),
  };
  expect(codes).toEqual({
    changed: 'files.signature.content',
    none: 'files.signature.form',
    byUser: 'receipt.other-signer',
    otherAuthority: 'files.signature.chain',
    expired: 'files.signature.expired',
    otherFile: 'receipt.other-file',
    otherDocument: 'receipt.unknown',
    revocationUnknown: 'files.signature.revocation-unknown',
  });
});

test('a report, and a word on a file that was not taken, are verified too', () => {
  const report = Buffer.from(
    'quarantine-report/1,event,srv,device,message_id,sha256,held_at,direction,kind,cause,count\n',
  );
  expect(verify({ document: report }).tells).toEqual(['it is a Quarantined Communications Report']);
  const refused = {
    document: 'penstock-not-taken/1',
    name: 'a.csv',
    at: '2026-11-20T10:00:00.000Z',
    code: 'submissions.parts',
    detail: 'empty',
    action: '',
  };
  expect(verify({ document: Buffer.from(JSON.stringify(refused)) }).tells[0]).toContain('a.csv');
});

test('the command says it aloud, and so does openssl', () => {
  const at = (name: string) => join(folder, name);
  writeFileSync(at('receipt.json'), receipt);
  writeFileSync(at('receipt.json.p7s'), sign(receipt, operator()));
  writeFileSync(at('other.json'), receipt.toString().replace('applied', 'refused'));
  const bin = join(import.meta.dirname, '../../../bin/penstock.cjs');
  const given = ['--authority', pki.authorityFile, '--operator', OPERATOR_ID, '--signature', at('receipt.json.p7s')];
  const run = (name: string) =>
    spawnSync(process.execPath, [bin, 'receipt', 'verify', at(name), ...given], { encoding: 'utf8' });
  expect(run('receipt.json')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^VERIFIED: .*not verified: /s),
  });
  expect(run('other.json')).toMatchObject({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(/^penstock: NOT VERIFIED: /),
  });
  const openssl = (name: string) => {
    const of = ['-inform', 'PEM', '-in', at('receipt.json.p7s'), '-content', at(name), '-CAfile', pki.authorityFile];
    return spawnSync('openssl', ['cms', '-verify', '-binary', ...of, '-out', '/dev/null']).status;
  };
  expect([openssl('receipt.json'), openssl('other.json')]).toEqual([0, 4]);
});
