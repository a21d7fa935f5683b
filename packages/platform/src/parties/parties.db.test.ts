import { createHash } from 'node:crypto';
import { importColumns, type PersonRole } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Author } from '../foundation/activity.ts';
import { readCsvRows } from '../foundation/csv.ts';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import { ImportRefused } from '../foundation/faults.ts';
import { oneRow, runImport } from '../foundation/import.ts';
import { createLog } from '../foundation/log.ts';
import { testAuthor } from '../foundation/testing-author.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { setCertificateRole } from './certificate-role.ts';
import { openDirectory } from './directory-reader.ts';
import { loadDirectory } from './directory-store.ts';
import { rolesAt, standingOf } from './parties.ts';
import { certificatesImporter, partiesImporter, userIdsImporter } from './parties-import.ts';
import { listCertificates, listParties, listUserIds, revokeCertificate, setUserSwitches } from './parties-store.ts';
import { type TestCertificate, testCertificate } from './testing-certificates.ts';

const log = createLog({ level: 'silent' });
const alpha = requireEui('90-B3-D5-1F-30-01-00-00');
const beta = requireEui('90-B3-D5-1F-30-02-00-00');
const operator = { kind: 'operator', userId: requireEui('90-B3-D5-1F-30-00-00-02') } as const;
const sha256Of = (der: Buffer) => createHash('sha256').update(der).digest('hex');
const user = (userId: Eui) => ({ kind: 'user', userIds: [userId] }) as const;

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
});
afterEach(() => database.drop());

async function* once(text: string) {
  yield Buffer.from(text);
}
async function bring(kind: 'parties' | 'user-ids' | 'certificates', ...lines: string[]) {
  const text = `${importColumns[kind].join(',')}\n${lines.join('\n')}\n`;
  if (kind === 'parties') {
    return runImport(database.pool, partiesImporter, testAuthor, (columns, faults) =>
      readCsvRows(once(text), columns, faults),
    );
  }
  if (kind === 'user-ids') {
    return runImport(database.pool, userIdsImporter, testAuthor, (columns, faults) =>
      readCsvRows(once(text), columns, faults),
    );
  }
  return runImport(database.pool, certificatesImporter, testAuthor, (columns, faults) =>
    readCsvRows(once(text), columns, faults),
  );
}
async function faultsOf(work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ImportRefused)) throw new Error('it was not refused', { cause: error });
  return error.faults.map(({ line, column, code }) => [line, column, code]);
}
async function version(): Promise<bigint> {
  const { rows } = await database.pool.query<{ version: string }>('select version from directory_version');
  return BigInt(rows[0]?.version ?? -1);
}
async function bringUsers() {
  await bring('parties', 'ALPHA,"Alpha, Limited",large_supplier', 'BETA,Beta,small_supplier');
  await bring('user-ids', `${alpha},ALPHA,IS|ES,,`, `${beta},BETA,GS,https://beta.example/receive,push`);
}

describe('imports of the directory', () => {
  test('each import that changes something moves the version once; the same again moves nothing', async () => {
    expect(await version()).toBe(1n);
    await bringUsers();
    expect(await version()).toBe(3n);
    expect(await bring('parties', 'ALPHA,"Alpha, Limited",large_supplier')).toEqual({
      kind: 'parties',
      rows: 1,
      changed: 0,
    });
    expect(await bring('user-ids', `${alpha.toLowerCase()},ALPHA,ES|IS,,pull`)).toMatchObject({ changed: 0 });
    expect(await version()).toBe(3n);
  });

  test('every fault of a file is named at once, and nothing of it is applied', async () => {
    await bringUsers();
    const before = await version();
    const certificate = testCertificate({ userId: beta, serial: '01' });
    expect(
      await faultsOf(bring('parties', 'two words,A,large_supplier', 'C,,nobody', 'D,D,other', 'D,D,other')),
    ).toEqual([
      [2, 'party_id', 'import.value.invalid'],
      [3, 'name', 'import.value.missing'],
      [3, 'kind', 'import.value.invalid'],
      [5, 'party_id', 'import.duplicate'],
    ]);
    expect(
      await faultsOf(
        bring('user-ids', `90-B3,ALPHA,IS|IS,http://x,post`, `${alpha},NOBODY,IS,,push`, `${beta},NOBODY,GS,,`),
      ),
    ).toEqual([
      [2, 'user_id', 'import.value.invalid'],
      [2, 'roles', 'import.value.invalid'],
      [2, 'delivery', 'import.value.invalid'],
      [2, 'receive_url', 'import.value.invalid'],
      [3, 'receive_url', 'import.value.missing'],
      [4, 'party_id', 'import.unknown-party'],
    ]);
    expect(
      await faultsOf(
        bring(
          'certificates',
          `${alpha},signing,${certificate.base64},`,
          `${beta},sealing,,`,
          `${operator.userId},transport,${certificate.base64},`,
          `${alpha},transport,"not, one",`,
        ),
      ),
    ).toEqual([
      [2, 'certificate', 'import.certificate.user'],
      [3, 'purpose', 'import.value.invalid'],
      [3, 'certificate', 'import.value.missing'],
      [4, 'user_id', 'import.unknown-user'],
      [5, 'certificate', 'import.certificate.unreadable'],
    ]);
    expect(await version()).toBe(before);
    expect((await listParties(database.pool, operator, { limit: 50 })).items.length).toBe(2);
  });

  test('a role that is no longer listed ends, and may begin again', async () => {
    await bringUsers();
    await bring('user-ids', `${alpha},ALPHA,IS|OU,,`);
    await bring('user-ids', `${alpha},ALPHA,IS|ES,,`);
    const { items } = await listUserIds(database.pool, user(alpha), { limit: 50 });
    expect(items.map((item) => item.userId)).toEqual([alpha]);
    const spans = items[0]?.roles.map(({ role, validTo }) => [role, validTo === undefined]).sort();
    expect(spans).toEqual([
      ['ES', false],
      ['ES', true],
      ['IS', true],
      ['OU', false],
    ]);
  });
});

describe('the directory', () => {
  test('finds signers, peers and Users, and follows renewal, revocation and suspension', async () => {
    await bringUsers();
    const directory = await openDirectory({
      readRules: async () => undefined,
      pool: database.pool,
      log,
      pollMilliseconds: 3_600_000,
    });
    try {
      const old = testCertificate({ userId: alpha, serial: '01' });
      const renewed = testCertificate({ userId: alpha, serial: '0cafe0cafe0cafe0cafe0cafe0cafe00' });
      await runImport(database.pool, certificatesImporter, testAuthor, (columns) =>
        oneRow(columns, { user_id: alpha, purpose: 'signing', certificate: old.pem }),
      );
      await bring('certificates', `${alpha},signing,${renewed.base64},`, `${beta},transport,${old.base64},`);

      const loaded = await directory.reload();
      expect(loaded).toBe(directory.current());
      expect(loaded.version).toBe(await version());
      const serial = BigInt('0x0cafe0cafe0cafe0cafe0cafe0cafe00').toString();
      expect(loaded.signer('CN=Z1, OU=07', serial)?.userId).toBe(alpha);
      expect(loaded.signer('OU = 07, CN = Z1', `00${serial}`)?.userId).toBe(alpha);
      expect(loaded.signer('CN=Z2,OU=07', serial)).toBeUndefined();
      const signer = loaded.signer('CN=Z1,OU=07', '1');
      expect(signer?.key.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');

      const { items } = await listCertificates(database.pool, user(beta), { limit: 50 });
      expect(items).toMatchObject([{ userId: beta, purpose: 'transport', issuer: 'CN=Z1,OU=07', serial: '1' }]);
      const fingerprint = items[0]?.fingerprint ?? '';
      expect(loaded.transportPeer(fingerprint)?.userId).toBe(beta);
      expect(loaded.user(beta)).toMatchObject({ delivery: 'push', partyId: 'BETA', status: 'active', lane: 0 });
      const betaUser = loaded.user(beta);
      if (betaUser === undefined) throw new Error('Beta is missing');
      expect(rolesAt(betaUser, Date.now() + 1_000)).toEqual(['GS']);
      expect(rolesAt(betaUser, Date.now() - 600_000)).toEqual([]);

      expect(await revokeCertificate(database.pool, { purpose: 'signing', fingerprint }, testAuthor)).toBe(true);
      expect(await revokeCertificate(database.pool, { purpose: 'signing', fingerprint }, testAuthor)).toBe(false);
      expect(await setUserSwitches(database.pool, beta, { status: 'suspended' }, testAuthor)).toBe(true);
      expect(await setUserSwitches(database.pool, beta, { status: 'suspended' }, testAuthor)).toBe(false);
      expect(await setUserSwitches(database.pool, beta, { risingCounters: false }, testAuthor)).toBe(true);
      expect(await setUserSwitches(database.pool, beta, {}, testAuthor)).toBe(false);
      expect((await loadDirectory(database.pool, new Map(), async () => undefined)).user(beta)).toMatchObject({
        status: 'suspended',
        risingCounters: false,
      });
      const after = await directory.reload();
      const revoked = after.signer('CN=Z1,OU=07', '1');
      if (revoked === undefined) throw new Error('a revoked certificate is still known');
      expect(standingOf(revoked, Date.now() + 1_000)).toBe('revoked');
      expect(after.transportPeer(fingerprint)?.revokedAt).toBeUndefined();
      expect(after.user(beta)?.status).toBe('suspended');
      // The one before is as it was: what rests on it says so by its version.
      expect(loaded.user(beta)?.status).toBe('active');
    } finally {
      await directory.close();
    }
  });

  test('a certificate stays with its User ID, and an import never takes a revocation back', async () => {
    await bringUsers();
    const one = testCertificate({ userId: alpha, serial: '01' });
    await bring('certificates', `${alpha},signing,${one.base64},`, `${alpha},transport,${one.base64},`);
    expect(await faultsOf(bring('certificates', `${beta},transport,${one.base64},`))).toEqual([
      [2, 'certificate', 'import.certificate.other-user'],
    ]);
    const another = testCertificate({ userId: alpha, serial: '01' });
    expect(await faultsOf(bring('certificates', `${alpha},signing,${another.base64},`))).toEqual([
      [2, 'certificate', 'import.certificate.other-user'],
    ]);
    const { items } = await listCertificates(database.pool, user(alpha), { limit: 50 });
    await revokeCertificate(
      database.pool,
      { purpose: 'signing', fingerprint: items[0]?.fingerprint ?? '' },
      testAuthor,
    );
    expect(await bring('certificates', `${alpha},signing,${one.base64},`)).toMatchObject({ changed: 0 });
    const again = await listCertificates(database.pool, user(alpha), { limit: 50 });
    expect(again.items.map((item) => item.revokedAt !== undefined)).toEqual([true, false]);
  });

  test('a machine is known at the API by a role of its side, which nobody gives beyond the own rights', async () => {
    await bringUsers();
    const { pool } = database;
    await pool.query("insert into party values ('OPERATOR', 'Operator', 'operator') on conflict do nothing");
    const operatorId = operator.userId;
    await bring('user-ids', `${operatorId},OPERATOR,OPERATOR,,`);
    const [one, own, signing] = ['21', '22', '23'].map((serial) => testCertificate({ userId: alpha, serial }));
    if (one === undefined || own === undefined || signing === undefined) throw new Error('no certificates');
    const line = (userId: string, purpose: string, { base64 }: TestCertificate, role: string) =>
      `${userId},${purpose},${base64},${role}`;
    expect(
      await faultsOf(
        bring(
          'certificates',
          line(alpha, 'signing', signing, 'aro'),
          line(alpha, 'transport', one, 'security'),
          line(operatorId, 'transport', own, 'aro'),
          line(alpha, 'transport', one, 'officer'),
        ),
      ),
    ).toEqual([
      [2, 'role', 'import.certificate.role'],
      [3, 'role', 'import.certificate.role'],
      [4, 'role', 'import.certificate.role'],
      [5, 'role', 'import.value.invalid'],
    ]);
    // brought by security's people
    const more = bring('certificates', line(operatorId, 'transport', own, 'operator_administrator'));
    expect(await faultsOf(more)).toEqual([[2, 'role', 'import.certificate.more-than-own']]);
    const brought = [line(alpha, 'transport', one, 'aro'), line(operatorId, 'transport', own, 'service_desk')];
    expect(await bring('certificates', ...brought)).toMatchObject({ changed: 2 });
    expect(await bring('certificates', ...brought)).toMatchObject({ changed: 0 });
    expect(await bring('certificates', line(alpha, 'transport', one, ''))).toMatchObject({ changed: 1 });

    const fingerprint = sha256Of(own.der);
    const roleNow = async () => {
      const directory = await loadDirectory(pool, new Map(), async () => undefined);
      return directory.transportPeer(fingerprint)?.role;
    };
    expect(await roleNow()).toBe('service_desk');
    const machine: Author = { ...testAuthor, name: fingerprint, role: 'machine', machineRole: 'service_desk' };
    const set = (role: PersonRole | null, author: Author) => setCertificateRole(pool, { fingerprint, role }, author);
    await expect(set('security', machine)).rejects.toMatchObject({ code: 'certificates.more-than-own' });
    await expect(set('change_manager', testAuthor)).rejects.toMatchObject({ code: 'certificates.more-than-own' });
    await expect(set('aro', testAuthor)).rejects.toMatchObject({ code: 'request.invalid', where: 'role' });
    expect(await roleNow()).toBe('service_desk');
    const before = await version();
    expect(await set('security', testAuthor)).toBe(true);
    expect(await set('security', testAuthor)).toBe(false);
    expect([await roleNow(), await version()]).toEqual(['security', before + 1n]);
    expect(await set('change_manager', { ...testAuthor, role: 'console' })).toBe(true);
    expect(await set(null, machine)).toBe(true);
    expect(await roleNow()).toBeUndefined();
    await revokeCertificate(pool, { purpose: 'transport', fingerprint }, testAuthor);
    await expect(set('security', testAuthor)).rejects.toMatchObject({ code: 'request.not-found' });
    expect(await bring('certificates', line(operatorId, 'transport', own, 'security'))).toMatchObject({ changed: 0 });
    const { rows } = await pool.query<{ detail: string }>(
      "select detail from people_activity where what = 'certificate-role-changed' order by at desc limit 3",
    );
    expect(rows.map(({ detail }) => detail.replace(/^.*: /, ''))).toEqual([
      'change manager -> none',
      'security -> change manager',
      'service desk -> security',
    ]);
  });

  test('a change wakes the directory long before its poll', async () => {
    await bringUsers();
    const directory = await openDirectory({
      readRules: async () => undefined,
      pool: database.pool,
      log,
      pollMilliseconds: 3_600_000,
    });
    try {
      await setUserSwitches(database.pool, alpha, { status: 'suspended' }, testAuthor);
      await expect.poll(() => directory.current().user(alpha)?.status).toBe('suspended');
    } finally {
      await directory.close();
    }
  });

  test('without any notice the poll finds the change', async () => {
    await bringUsers();
    const directory = await openDirectory({
      readRules: async () => undefined,
      pool: database.pool,
      log,
      pollMilliseconds: 20,
    });
    try {
      await database.pool.query("update user_id set status = 'suspended'");
      await database.pool.query('update directory_version set version = version + 1');
      await expect.poll(() => directory.current().user(alpha)?.status).toBe('suspended');
    } finally {
      await directory.close();
    }
  });

  test('lists are paged by key and show a User its own only', async () => {
    await bringUsers();
    const first = await listUserIds(database.pool, operator, { limit: 1 });
    const second = await listUserIds(database.pool, operator, { limit: 1, cursor: first.cursor });
    expect([first.items[0]?.userId, second.items[0]?.userId]).toEqual([alpha, beta]);
    expect(second.cursor).toBeUndefined();
    expect((await listParties(database.pool, user(beta), { limit: 50 })).items.map((item) => item.partyId)).toEqual([
      'BETA',
    ]);
  });

  test('lists are found by identifiers and names, and by whose they are, never another’s', async () => {
    await bringUsers();
    const users = async (as: Viewer, query: object) =>
      (await listUserIds(database.pool, as, { limit: 50, ...query })).items.map(({ userId }) => userId);
    expect((await listUserIds(database.pool, operator, { limit: 1 })).items[0]?.partyName).toBe('Alpha, Limited');
    expect(await users(operator, { find: 'bet' })).toEqual([beta]);
    expect(await users(operator, { find: alpha.toLowerCase() })).toEqual([alpha]);
    expect(await users(operator, { find: '%' })).toEqual([]);
    expect(await users(operator, { userIds: `${beta},90-B3-D5-1F-30-07-00-00` })).toEqual([beta]);
    expect(await users(user(alpha), { find: 'bet' })).toEqual([]);
    expect(await users(user(alpha), { userIds: `${alpha},${beta}` })).toEqual([alpha]);
    const { items } = await listParties(database.pool, operator, { limit: 50, find: 'ALPH' });
    expect(items.map(({ partyId }) => partyId)).toEqual(['ALPHA']);
  });
});

test('Users that are registered when there are several lanes are spread over them, and keep theirs', async () => {
  const makeLanes = (lanes: string) =>
    database.pool.query(`insert into lane (user_id, lane) select '00:00:00:00:00:00:00:00', unnest($1::smallint[])`, [
      lanes,
    ]);
  await makeLanes('{1,2}');
  await bring('parties', 'A,Alpha,large_supplier');
  const users = Array.from({ length: 60 }, (_, index) => `90-B3-D5-1F-30-09-00-${String(index).padStart(2, '0')}`);
  const lanes = async () =>
    [...(await loadDirectory(database.pool, new Map(), async () => undefined)).users()].map(
      ({ userId, lane }) => `${userId} ${lane}`,
    );
  await bring('user-ids', ...users.map((userId) => `${userId},A,IS,,pull`));
  const before = await lanes();
  expect(new Set(before.map((one) => one.split(' ')[1]))).toEqual(new Set(['0', '1', '2']));
  await makeLanes('{3,4}');
  await bring('user-ids', ...users.map((userId) => `${userId},A,IS|GS,,pull`));
  expect(await lanes()).toEqual(before);
});
