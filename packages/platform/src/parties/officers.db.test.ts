import type { importColumns } from '@penstock/api';
import { requireEui } from '@penstock/duis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { allAtOnce, type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import { ImportRefused } from '../foundation/faults.ts';
import { oneRow, runImport } from '../foundation/import.ts';
import { testAuthor } from '../foundation/testing-author.ts';
import { officersImporter } from './officers-import.ts';
import { findOfficer, listOfficers, readOfficerPolicy, revokeOfficer, setOfficerPolicy } from './officers-store.ts';
import { certificatesImporter } from './parties-import.ts';
import { testCertificate } from './testing-certificates.ts';

const alpha = requireEui('90-B3-D5-1F-30-01-00-00');
const beta = requireEui('90-B3-D5-1F-30-02-00-00');

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
  await database.pool.query(`insert into party (party_id, name, kind) values ('P', 'P', 'other')`);
  await database.pool.query(`insert into user_id (user_id, party_id) values ($1, 'P'), ($2, 'P')`, [alpha, beta]);
});
afterEach(() => database.drop());

const officer = (certificate: string, changes: Partial<Record<(typeof importColumns.officers)[number], string>> = {}) =>
  runImport(database.pool, officersImporter, testAuthor, (columns) =>
    oneRow(columns, { user_id: alpha, name: 'Officer 1', email: 'officer-1@example.org', certificate, ...changes }),
  );
async function codesOf(work: Promise<unknown>): Promise<string[]> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ImportRefused)) throw new Error('it was not refused', { cause: error });
  return error.faults.map((fault) => `${fault.column} ${fault.code}`);
}

test('an officer is registered, known by its certificate, and revoked for good', async () => {
  const { base64, pem } = testCertificate({ serial: '01', curve: 'P-384' });
  expect(await officer(base64)).toMatchObject({ rows: 1, changed: 1 });
  expect(await officer(pem)).toMatchObject({ changed: 0 });
  expect(await officer(base64, { user_id: beta })).toMatchObject({ changed: 1 });
  const { items } = await listOfficers(database.pool, { kind: 'user', userIds: [alpha] }, { limit: 50 });
  expect(items).toMatchObject([{ userId: alpha, email: 'officer-1@example.org', serial: '1' }]);
  const fingerprint = items[0]?.fingerprint ?? '';
  expect(await findOfficer(database.pool, alpha, fingerprint)).toMatchObject({ fingerprint, revokedAt: undefined });

  expect(await revokeOfficer(database.pool, { userId: alpha, fingerprint }, testAuthor)).toBe(true);
  expect(await revokeOfficer(database.pool, { userId: alpha, fingerprint }, testAuthor)).toBe(false);
  expect(await officer(base64)).toMatchObject({ changed: 0 });
  expect((await findOfficer(database.pool, alpha, fingerprint))?.revokedAt).toBeInstanceOf(Date);
  expect((await findOfficer(database.pool, beta, fingerprint))?.revokedAt).toBeUndefined();
  await expect(
    revokeOfficer(database.pool, { userId: alpha, fingerprint: '00'.repeat(32) }, testAuthor),
  ).rejects.toMatchObject({
    code: 'request.not-found',
  });
});

test('a telephone number comes, changes and goes with its officer', async () => {
  const { base64 } = testCertificate({ serial: '01' });
  const numbers = async () => {
    const { items } = await listOfficers(database.pool, { kind: 'user', userIds: [alpha] }, { limit: 10 });
    return items.map(({ telephone }) => telephone);
  };
  expect(await officer(base64, { telephone: ' +44 1632 960001 ' })).toMatchObject({ changed: 1 });
  expect(await numbers()).toEqual(['+44 1632 960001']);
  expect(await officer(base64, { telephone: '+44 1632 960001' })).toMatchObject({ changed: 0 });
  expect(await officer(base64)).toMatchObject({ changed: 1 });
  expect(await numbers()).toEqual([undefined]);
});

test('a certificate stays that of one address, under every User ID and after it was revoked; a name changes', async () => {
  const { base64 } = testCertificate({ serial: '01' });
  await officer(base64);
  expect(await codesOf(officer(base64, { email: 'other@example.org' }))).toEqual(['email import.officer.other-person']);
  const elsewhere = { user_id: beta, email: 'other@example.org' };
  expect(await codesOf(officer(base64, elsewhere))).toEqual(['email import.officer.other-person']);
  expect(await officer(base64, { email: 'OFFICER-1@example.org', name: 'Officer One' })).toMatchObject({ changed: 1 });
  const second = testCertificate({ serial: '02' }).base64;
  const same = { name: 'officer  one', email: 'second@example.org' };
  expect(await codesOf(officer(second, same))).toEqual(['name import.officer.same-name']);
  const { rows } = await database.pool.query<{ id: string }>(`select encode(fingerprint, 'hex') as id from officer`);
  await revokeOfficer(database.pool, { userId: alpha, fingerprint: rows[0]?.id ?? '' }, testAuthor);
  expect(await codesOf(officer(base64, { email: 'other@example.org' }))).toEqual(['email import.officer.other-person']);
  expect(await officer(second, same)).toMatchObject({ changed: 1 });
  const done = await database.pool.query<{ what: string; detail: string }>(
    `select what, detail from people_activity where what like 'officer-%' order by at, activity_id`,
  );
  expect(done.rows.map(({ what }) => what)).toEqual([
    'officer-registered',
    'officer-changed',
    'officer-revoked',
    'officer-registered',
  ]);
  expect(done.rows[1]?.detail).toBe(
    'OFFICER-1@example.org: name: Officer 1 -> Officer One; e-mail: officer-1@example.org -> OFFICER-1@example.org',
  );
});

test('every fault of a row is told', async () => {
  expect(await codesOf(officer('', { user_id: 'x', name: '', email: 'nobody', telephone: '01632 960001' }))).toEqual([
    'user_id import.value.invalid',
    'name import.value.missing',
    'email import.value.invalid',
    'telephone import.value.invalid',
    'certificate import.value.missing',
  ]);
  const { base64 } = testCertificate({ serial: '01' });
  for (const name of ['Officer\u200b 2', 'Officer \u202e2', 'Officer 2\u3164', 'Officer\t2']) {
    expect(await codesOf(officer(base64, { name }))).toEqual(['name import.value.invalid']);
  }
  expect(await codesOf(officer(base64, { user_id: '90-B3-D5-1F-30-07-00-00' }))).toEqual([
    'user_id import.unknown-user',
  ]);
  expect(await codesOf(officer('AAAA'))).toEqual(['certificate import.certificate.unreadable']);
});

test('a certificate signs messages or files, never both', async () => {
  const certificate = (base64: string) =>
    runImport(database.pool, certificatesImporter, testAuthor, (columns) =>
      oneRow(columns, { user_id: alpha, purpose: 'signing', certificate: base64 }),
    );
  const one = testCertificate({ userId: alpha, serial: '01' });
  await certificate(one.base64);
  expect(await codesOf(officer(one.base64))).toEqual(['certificate import.officer.signs-messages']);
  const other = testCertificate({ userId: alpha, serial: '02' });
  await officer(other.base64);
  expect(await codesOf(certificate(other.base64))).toEqual(['certificate import.officer.signs-messages']);
});

test('a second officer is asked for unless the policy says otherwise', async () => {
  const { pool } = database;
  const [asked, notAsked] = [true, false].map((secondOfficer) => ({ secondOfficer, deputies: [] as string[] }));
  if (asked === undefined || notAsked === undefined) throw new Error('no policies');
  expect(await readOfficerPolicy(pool, alpha)).toMatchObject(asked);
  expect(await setOfficerPolicy(pool, alpha, asked, testAuthor)).toBe(false);
  expect(await setOfficerPolicy(pool, alpha, notAsked, testAuthor)).toBe(true);
  expect([await readOfficerPolicy(pool, alpha), await readOfficerPolicy(pool, beta)]).toMatchObject([notAsked, asked]);
  expect(await setOfficerPolicy(pool, alpha, asked, testAuthor)).toBe(true);
  expect(await setOfficerPolicy(pool, alpha, asked, testAuthor)).toBe(false);
  await expect(setOfficerPolicy(pool, '90-B3-D5-1F-30-07-00-00', asked, testAuthor)).rejects.toMatchObject({
    code: 'request.not-found',
  });
});

test('two policies at once are recorded one after the other', async () => {
  const { pool } = database;
  const policy = { secondOfficer: true, deputies: [] as string[], secondOfficerForRelease: true };
  await setOfficerPolicy(pool, alpha, policy, testAuthor);
  await allAtOnce(
    pool,
    'select from officer_policy for update',
    [
      { ...policy, secondOfficer: false },
      { ...policy, secondOfficerForRelease: false },
    ].map((changed) => () => setOfficerPolicy(pool, alpha, changed, testAuthor)),
  );
  const { rows } = await pool.query<{ detail: string }>(
    `select detail from people_activity where what = 'officer-policy-changed' order by at, activity_id`,
  );
  // each changed one thing alone, so the later one changes two, back and forth
  expect(rows.slice(1).map(({ detail }) => detail.split(' -> ').length - 1)).toEqual([1, 2]);
});

test('deputies are officers of the User', async () => {
  const { pool } = database;
  await officer(testCertificate({ userId: alpha, serial: '05' }).base64);
  const { rows } = await pool.query<{ email: string }>('select email from officer where user_id = $1', [alpha]);
  const email = rows[0]?.email ?? '';
  const named = (...deputies: string[]) => setOfficerPolicy(pool, alpha, { secondOfficer: true, deputies }, testAuthor);
  expect(await named(email.toUpperCase())).toBe(true);
  expect(await readOfficerPolicy(pool, alpha)).toMatchObject({ secondOfficer: true, deputies: [email.toLowerCase()] });
  await expect(named('nobody@example.org')).rejects.toMatchObject({ code: 'request.invalid' });
});
