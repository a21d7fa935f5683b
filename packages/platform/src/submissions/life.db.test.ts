import { createHash } from 'node:crypto';
import { receiptSchema, type SubmissionLife } from '@penstock/api';
import { readCertificates, readSignature, verifySignature } from '@penstock/files/signature';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { untilBlocked } from '../foundation/database/testing.ts';
import { testAuthor } from '../foundation/testing-author.ts';
import { setOfficerPolicy } from '../parties/officers-store.ts';
import { listNotices } from '../quarantine/notices-store.ts';
import { event, hold } from '../quarantine/testing-quarantine.ts';
import { waitingFor } from './approvals-store.ts';
import { adt, inForce, sha256, threshold } from './testing-files.ts';
import { type SubmissionWorld, submissionWorld, testPki, userA, userB } from './testing-submissions.ts';
import { dropUnsigned } from './unsigned-store.ts';
import { withdraw } from './withdraw-store.ts';

// What happened to a file: its steps and receipts, what can be had again, who may sign beside the first, taking it back.

let certificates: Awaited<ReturnType<typeof testPki>>;
let world: SubmissionWorld;
beforeAll(async () => {
  certificates = await testPki();
});
afterAll(() => certificates.remove());
beforeEach(async () => {
  world = await submissionWorld(certificates.pki);
});
afterEach(() => world.close());

const a = { headers: { 'x-as': 'a' } };
const at = (path: string) => `${world.address}/api/v1${path}`;
const lifeOf = async (file: string) => (await world.get(`/submissions/${sha256(file)}`)).json as SubmissionLife;
const stepsOf = async (file: string) => (await lifeOf(file)).steps.map(({ state }) => state);

async function bytesOf(path: string, as = 'a'): Promise<Buffer> {
  const answer = await fetch(at(path), { headers: { 'x-as': as } });
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  return Buffer.from(await answer.arrayBuffer());
}

/** Whether the Operator signed these bytes. */
function isSigned(bytes: Buffer, signature: Buffer): boolean {
  const anchors = readCertificates(Buffer.from(certificates.pki.authority));
  const digest = createHash('sha256').update(bytes).digest();
  const now = new Date();
  return verifySignature(readSignature(signature), { digest, anchors, crls: 'none', at: now, judgedAt: now }).ok;
}

/** A file that waits for its second officer. */
async function waiting(): Promise<string> {
  const [tight, loose] = [adt(threshold(500)), adt(threshold(800))];
  await world.submit(tight, world.sign(tight));
  expect(await world.submit(loose, world.sign(loose))).toMatchObject({ state: 'awaiting_second_officer' });
  return loose;
}

describe('a receipt', () => {
  test('is made for each state that a file stays in, signed, and the same bytes for ever', async () => {
    const file = await waiting();
    const path = `/submissions/${sha256(file)}/receipt`;
    const first = await bytesOf(`${path}?state=received`);
    const waits = await bytesOf(path);
    await world.submit(file, world.sign(file, userA, 1));
    expect(await stepsOf(file)).toEqual([
      ...['received', 'verified', 'checked', 'awaiting_second_officer'],
      ...['received', 'verified', 'checked', 'applied'],
    ]);
    const applied = await bytesOf(path);
    expect(await bytesOf(`${path}?state=awaiting_second_officer`)).toEqual(waits);
    for (const [receipt, state] of [
      [waits, 'awaiting_second_officer'],
      [applied, 'applied'],
    ] as const) {
      const { submission } = receiptSchema.parse(JSON.parse(receipt.toString()));
      expect(submission).toMatchObject({
        state,
        sha256: sha256(file),
        isReferenceRaised: true,
        reference: expect.stringMatching(/^SR-\d{8}-[0-9a-f]{10}$/),
        summary: { words: ['4.1.1: quarantine 500 -> 800 an hour'] },
        deliveries: [{ way: 'https', name: 'file.csv', by: userA }, ...(state === 'applied' ? [{}] : [])],
      });
      expect((await lifeOf(file)).steps).toContainEqual(expect.objectContaining({ receiptSha256: sha256(receipt) }));
      expect(isSigned(receipt, await bytesOf(`${path}/signature?state=${state}`))).toBe(true);
      expect(isSigned(first, await bytesOf(`${path}/signature?state=${state}`))).toBe(false);
    }
    expect((await world.get(path, 'b')).status).toBe(404);
    expect((await world.get(`${path}?state=refused`)).status).toBe(404);
  });

  test('of a refused file has every reason', async () => {
    const file = adt('nonsense', threshold(10), threshold(12));
    await world.submit(file, world.sign(file));
    const receipt = JSON.parse((await bytesOf(`/submissions/${sha256(file)}/receipt`)).toString());
    expect(receipt.submission).toMatchObject({ state: 'refused', code: 'submissions.faults', faultCount: 2 });
    expect(receipt.submission.faults.map(({ line }: { line: number }) => line)).toEqual([2, 4]);
  });
});

test('the bytes of a file, and of its signatures, can be had again with their hash', async () => {
  const file = adt(threshold(10), ...Array.from({ length: 20_000 }, () => ''));
  const signature = world.sign(file);
  await world.submit(file, signature);
  const answer = await fetch(at(`/submissions/${sha256(file)}/file`), a);
  expect(Buffer.from(await answer.arrayBuffer()).toString()).toBe(file);
  const digest = createHash('sha256').update(file).digest('base64');
  expect(answer.headers.get('repr-digest')).toBe(`sha-256=:${digest}:`);
  expect(answer.headers.get('content-disposition')).toContain('"file.csv"');
  const life = await lifeOf(file);
  expect(life.isKept).toBe(true);
  expect(await bytesOf(`/submissions/${sha256(file)}/signatures/${life.signatures[0]?.sha256}`)).toEqual(signature);
  expect((await world.get(`/submissions/${sha256(file)}/file`, 'b')).status).toBe(404);
  expect((await world.get(`/submissions/${sha256(file)}/signatures/${life.signatures[0]?.sha256}`, 'b')).status).toBe(
    404,
  );
  const unsigned = adt(threshold(11));
  await world.submit(unsigned, Buffer.from('junk'));
  await world.database.pool.query(
    `update submission set unsigned_until = '2000-01-01' where unsigned_until is not null`,
  );
  await dropUnsigned(world.database.pool);
  expect(await lifeOf(unsigned)).toMatchObject({ isKept: false });
  expect(await world.get(`/submissions/${sha256(unsigned)}/file`)).toMatchObject({
    status: 409,
    json: { code: 'submissions.bytes-gone' },
  });
});

test('a file that comes again and again is counted, and written down a hundred times', async () => {
  const file = adt(threshold(10));
  const signature = world.sign(file);
  await world.submit(file, signature);
  await world.database.pool.query('update submission set delivery_count = 99');
  for (let n = 0; n < 3; n++) await world.post(file, signature);
  const life = await lifeOf(file);
  expect([life.deliveryCount, life.deliveries.length]).toEqual([102, 2]);
  expect(await stepsOf(file)).toEqual(['received', 'verified', 'checked', 'applied']);
});

test('a span with a date in force in the future is applied at once, and told with its date', async () => {
  const now = adt(threshold(500));
  await world.submit(now, world.sign(now));
  const later = '2126-12-01T00:00:00Z';
  const rows = [
    `threshold,${userA},4.1.1,sent,PT1H,,500,,${later},`,
    `threshold,${userA},4.1.1,sent,PT1H,,300,${later},,`,
  ];
  const file = adt(...rows);
  expect(await world.submit(file, world.sign(file))).toMatchObject({
    state: 'applied',
    summary: { words: [`4.1.1: quarantine 500 -> 300 an hour from ${later}`] },
  });
  // until then the old number is the one by which messages are judged
  const { rows: bounds } = await world.database.pool.query(
    `select b.quarantine::integer as quarantine from threshold_bound b
     join threshold_version v using (threshold_id, version)
     where v.ended_at is null and (b.valid_from is null or b.valid_from <= clock_timestamp())
       and (b.valid_to is null or b.valid_to > clock_timestamp())`,
  );
  expect(bounds).toEqual([{ quarantine: 500 }]);
});

describe('the second officer', () => {
  test('is told of, is one of the deputies where there are any, and signs without sending the file again', async () => {
    const { pool } = world.database;
    await setOfficerPolicy(pool, userA, { secondOfficer: true, deputies: ['officer-2@example.org'] }, testAuthor);
    const file = await waiting();
    const [first, second] = [1, 2].map((n) => ({ name: `Officer ${n}`, email: `officer-${n}@example.org` }));
    expect((await lifeOf(file)).secondOfficer).toEqual({ signed: [first], mayBe: [second] });
    const form = new FormData();
    form.set('signature', new Blob([new Uint8Array(world.sign(file, userA, 1))]), 'second.p7s');
    const path = `/submissions/${sha256(file)}/signatures`;
    const send = (as: string, to = path) => fetch(at(to), { method: 'POST', body: form, headers: { 'x-as': as } });
    expect((await send('b')).status).toBe(404);
    expect((await send('a', `/submissions/${'0'.repeat(64)}/signatures`)).status).toBe(404);
    expect((await send('a')).status).toBe(202);
    while (await world.worker.workOnNext());
    expect(await lifeOf(file)).toMatchObject({ state: 'applied', signatures: [{}, { name: 'Officer 2' }] });
  });

  test.each([
    [[], { 'officer-1': false, 'officer-2': true, 'officer-3': false }],
    [['officer-2@example.org'], { 'officer-1': false, 'officer-2': true, 'officer-3': false }],
    [['officer-1@example.org'], { 'officer-1': false, 'officer-2': true, 'officer-3': false }],
  ])('has the file among those that wait for them (deputies %j), and nobody else has', async (deputies, expected) => {
    const { pool } = world.database;
    await setOfficerPolicy(pool, userA, { secondOfficer: true, deputies }, testAuthor);
    const file = await waiting();
    const { secondOfficer } = await lifeOf(file);
    for (const [name, isAsked] of Object.entries(expected)) {
      const email = `${name}@example.org`;
      expect(secondOfficer?.mayBe.some((one) => one.email === email)).toBe(isAsked);
      const found = await waitingFor(pool, [userA], email.toUpperCase());
      expect(found.map((hash) => hash.toString('hex'))).toEqual(isAsked ? [sha256(file)] : []);
      expect(await waitingFor(pool, [userB], email)).toEqual([]);
    }
    const list = async (query: string) =>
      ((await world.get(`/submissions?${query}`)).json as { items?: { sha256: string }[] }).items?.map(
        (one) => one.sha256,
      );
    // a machine is nobody who signs
    expect([await list('waitsFor=me'), await list('waitsFor=others')]).toEqual([[], [sha256(file)]]);
  });

  test('is nobody who is no deputy, and neither is the first', async () => {
    const { pool } = world.database;
    // the deputy signs first: anybody else is the second
    await setOfficerPolicy(pool, userA, { secondOfficer: true, deputies: ['officer-1@example.org'] }, testAuthor);
    const file = await waiting();
    expect((await lifeOf(file)).secondOfficer?.mayBe.map(({ name }) => name)).toEqual(['Officer 2']);
    await pool.query(`update officer_policy set deputies = '{officer-3@example.org}'`);
    expect((await lifeOf(file)).secondOfficer?.mayBe).toEqual([]);
    expect(await world.submit(file, world.sign(file, userA, 1))).toMatchObject({ state: 'awaiting_second_officer' });
    expect(await inForce(pool)).toEqual([['90:b3:d5:1f:30:01:00:00', 500]]);
  });

  test('is asked for by whatever could let through what was held', async () => {
    const before = adt(threshold(800));
    await world.submit(before, world.sign(before));
    const relaxing = {
      'a higher number': [threshold(801)],
      'a shorter period': [threshold(800).replace('PT1H', 'PT30M')],
      'an exception': [
        threshold(800),
        `exception,${userA},4.1.1,sent,PT1H,,900,2126-01-01T00:00:00Z,2126-01-02T00:00:00Z,`,
      ],
      'a removal': [`none,${userA},,,,,,,,`],
      'an end': [threshold(800).replace('800,,', '800,,2126-01-01T00:00:00Z')],
      'a later beginning': [threshold(800).replace('800,', '800,2126-01-01T00:00:00Z')],
    };
    const states: Record<string, string | undefined> = {};
    for (const [what, rows] of Object.entries(relaxing)) {
      const file = adt(...rows);
      states[what] = (await world.submit(file, world.sign(file))).state;
    }
    expect(states).toEqual(Object.fromEntries(Object.keys(relaxing).map((what) => [what, 'awaiting_second_officer'])));
  });
});

describe('a file that is taken back', () => {
  const send = async (file: string, as = 'a', query = '') => {
    const answer = await fetch(at(`/submissions/${sha256(file)}/withdraw${query}`), {
      method: 'POST',
      headers: { 'x-as': as },
    });
    return { status: answer.status, json: (await answer.json()) as SubmissionLife & { code?: string } };
  };

  test('is not applied, and the signatures that it had count no more', async () => {
    const file = await waiting();
    expect((await send(file, 'operator', `?userId=${userA}`)).json.code).toBe('access.denied');
    expect((await send(file, 'b')).status).toBe(404);
    expect((await send(file)).json).toMatchObject({ state: 'withdrawn' });
    expect((await send(file)).json).toMatchObject({ state: 'withdrawn' });
    expect((await lifeOf(file)).steps.at(-1)).toMatchObject({ state: 'withdrawn', by: userA });
    // the second officer's comes too late: only one counts
    expect(await world.submit(file, world.sign(file, userA, 1))).toMatchObject({ state: 'awaiting_second_officer' });
    expect(await world.submit(file, world.sign(file))).toMatchObject({ state: 'applied' });
    expect((await send(file)).json).toMatchObject({ code: 'submissions.settled' });
  });

  test('stays so when a signature comes that is worth nothing', async () => {
    const file = await waiting();
    await send(file);
    expect(await world.submit(file, Buffer.from('junk'))).toMatchObject({ state: 'withdrawn' });
    expect((await send(adt(threshold(1)))).status).toBe(404);
  });

  test('before anybody worked on it is never applied', async () => {
    const file = adt(threshold(10));
    await world.post(file, world.sign(file));
    expect((await send(file)).json).toMatchObject({ state: 'withdrawn' });
    expect(await world.worker.workOnNext()).toBe(false);
    expect(await inForce(world.database.pool)).toEqual([]);
  });

  test('while it is applied is applied or withdrawn, never both', async () => {
    const { pool } = world.database;
    const file = adt(threshold(10));
    await world.post(file, world.sign(file));
    // the worker waits in the transaction that applies it, before the file's row is locked
    const blocker = await pool.connect();
    await blocker.query('begin; select from officer for update');
    const working = world.worker.workOnNext();
    await untilBlocked(pool);
    const taken = withdraw(pool, { userId: userA, sha256: Buffer.from(sha256(file), 'hex'), by: userA });
    const outcome = Promise.allSettled([taken]);
    await blocker.query('commit');
    blocker.release();
    await working;
    const [{ status }] = await outcome;
    const isWithdrawn = status === 'fulfilled';
    expect(await lifeOf(file)).toMatchObject({ state: isWithdrawn ? 'withdrawn' : 'applied' });
    expect(await inForce(pool)).toHaveLength(isWithdrawn ? 0 : 1);
  });
});

test('the officers are told what became of a file, with the difference', async () => {
  const file = await waiting();
  await world.submit(file, world.sign(file, userA, 1));
  const bad = adt('nonsense');
  await world.submit(bad, world.sign(bad));
  const { items } = await listNotices(world.database.pool, { userId: userA, reader: 'x' }, { limit: 10 });
  expect(items.map(({ words }) => words.replace(/SR-\S+/, 'SR'))).toEqual([
    'the ADT File of SR was refused: 1 fault; nothing was applied',
    'the ADT File of SR was applied: 4.1.1: quarantine 500 -> 800 an hour',
    'the ADT File of SR waits for the signature of a second officer: 4.1.1: quarantine 500 -> 800 an hour',
    'the ADT File of SR was applied: 4.1.1: quarantine none -> 500 an hour',
  ]);
});

test('a list of those that wait has nothing else', async () => {
  const file = await waiting();
  const page = async (state: string) =>
    ((await world.get(`/submissions?state=${state}`)).json as { items?: SubmissionLife[] }).items;
  expect((await page('awaiting_second_officer'))?.map((one) => one.sha256)).toEqual([sha256(file)]);
  expect(await page('refused,withdrawn')).toEqual([]);
  expect((await world.get('/submissions?state=nonsense')).status).toBe(400);
});

test('the report of what is held is signed by the Operator', async () => {
  await hold(world.database.pool, { count: 3 });
  const answer = await fetch(at(`/quarantine/events/${event}/report`), a);
  const report = Buffer.from(await answer.arrayBuffer());
  const signature = Buffer.from(answer.headers.get('penstock-signature') ?? '', 'base64');
  expect(isSigned(report, signature)).toBe(true);
  expect(isSigned(Buffer.from('other'), signature)).toBe(false);
});
