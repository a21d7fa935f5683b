import { createHash, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Eui } from '@penstock/duis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { event, hold } from '../../quarantine/testing-quarantine.ts';
import { releasedOf } from '../../quarantine/testing-release.ts';
import { GIB, MIB, MOST_GROWN, watchMemory } from '../../submissions/testing-memory.ts';
import { userA, userB } from '../../submissions/testing-submissions.ts';
import { decideOn } from '../testing-decide.ts';
import { MOST_BYTES, SECRET, type SharePointWorld, sharePointWorld } from './testing-sharepoint.ts';

// The platform before a stand-in of the library, with a real database behind it.

let world: SharePointWorld;
let lowest = 1_000;
const adt = (quarantine = lowest--, userId: Eui = userA) =>
  [
    'adt-file/1,user_id,services,direction,period,warning,quarantine,from,to,reference',
    `threshold,${userId},4.1.1,sent,PT1H,,${quarantine},,,`,
    '',
  ].join('\n');
const sha256Of = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');
const homeOf = (userId: Eui) => `Penstock/${userId}`;
const ofA = (path: string) => `${homeOf(userA)}/${path}`;
const ofB = (path: string) => `${homeOf(userB)}/${path}`;

/** Puts a file with its signature, as an officer's program does. */
function putSigned(path: string, bytes: string | Buffer, userId: Eui = userA): string {
  world.library.put(path, bytes);
  world.library.put(`${path}.p7s`, world.submissions.sign(bytes, userId));
  return sha256Of(bytes);
}

const submissionOf = (sha256: string, as = 'a') => world.submissions.get(`/submissions/${sha256}`, as);

async function workOn(): Promise<void> {
  while (await world.submissions.worker.workOnNext());
}

const query = async (sql: string, values: unknown[] = []) =>
  (await world.submissions.database.pool.query(sql, values)).rows;

beforeAll(async () => {
  world = await sharePointWorld();
  await world.look();
}, 120_000);
afterAll(() => world?.close());
beforeEach(() => {
  world.library.heal();
  world.library.pageSize = 3;
});

test('the folders of each User are made, and again where they were deleted', async () => {
  for (const userId of [userA, userB]) {
    expect(world.library.list(homeOf(userId))).toEqual(['incoming', 'receipts', 'reports']);
  }
  world.library.remove(homeOf(userB));
  await world.look();
  expect(world.library.list(homeOf(userB))).toEqual(['incoming', 'receipts', 'reports']);
});

describe('a file and its signature', () => {
  test('become a submission by SharePoint once both lie still, and go; the receipt comes, signed', async () => {
    const sha256 = putSigned(ofA('incoming/thresholds.csv'), adt());
    await world.look();
    expect((await submissionOf(sha256)).status).toBe(404);
    await world.look();
    await workOn();
    expect((await submissionOf(sha256)).json).toMatchObject({
      state: 'applied',
      deliveries: [{ way: 'sharepoint', name: 'thresholds.csv', by: 'An Officer, officer@example.org' }],
    });
    expect(world.library.list(ofA('incoming'))).toEqual([]);
    await world.look();
    const receipts = world.library.list(ofA('receipts')).filter((name) => name.includes(sha256.slice(0, 16)));
    expect(receipts).toEqual([expect.stringMatching(/-applied\.json$/), expect.stringMatching(/-applied\.json\.p7s$/)]);
    const receipt = JSON.parse(world.library.read(ofA(`receipts/${receipts[0]}`)).toString());
    expect(receipt).toMatchObject({ document: 'penstock-receipt/1', submission: { userId: userA, sha256 } });
    expect(world.library.read(ofA(`receipts/${receipts[1]}`)).toString()).toContain('BEGIN');
  });

  test('wait while the content of one is still coming, or changes between two looks', async () => {
    const sha256 = putSigned(ofA('incoming/slow.csv'), adt());
    world.library.pend(ofA('incoming/slow.csv'), true);
    await world.look(3);
    expect((await submissionOf(sha256)).status).toBe(404);
    world.library.pend(ofA('incoming/slow.csv'), false);
    await world.look();
    const other = putSigned(ofA('incoming/slow.csv'), adt());
    await world.look();
    expect([(await submissionOf(sha256)).status, (await submissionOf(other)).status]).toEqual([404, 404]);
    await world.look();
    expect((await submissionOf(other)).status).toBe(200);
  });

  test('under a name for the time of the upload wait for their last name', async () => {
    const sha256 = putSigned(ofA('incoming/late.csv.part'), adt());
    world.library.move(ofA('incoming/late.csv.part.p7s'), ofA('incoming/late.csv.p7s'));
    await world.look(3);
    expect((await submissionOf(sha256)).status).toBe(404);
    world.library.move(ofA('incoming/late.csv.part'), ofA('incoming/late.csv'));
    await world.look(2);
    expect((await submissionOf(sha256)).status).toBe(200);
  });

  test('come through many pages, and changes too', async () => {
    world.library.pageSize = 2;
    const all = [1, 2, 3].map((number) => putSigned(ofA(`incoming/page-${number}.csv`), adt()));
    await world.look(2);
    for (const sha256 of all) expect((await submissionOf(sha256)).status).toBe(200);
    expect(world.library.list(ofA('incoming'))).toEqual([]);
  });

  test('that cannot be taken in say why beside the receipts, and go on when they are put anew', async () => {
    const text = adt();
    world.library.put(ofA('incoming/bad.csv'), text);
    world.library.put(ofA('incoming/bad.csv.p7s'), '');
    world.library.put(ofA('incoming/b%2e%2e..#ü.csv'), 'a name with tricks');
    world.library.put(ofA('incoming/big.csv'), 'x', GIB);
    world.library.put(ofA('incoming/big.csv.p7s'), 'any');
    await world.look(3);
    const told = world.library.list(ofA('receipts')).filter((name) => name.endsWith('.not-taken.json'));
    expect(told.sort()).toEqual([
      'bad.csv.not-taken.json',
      'big.csv.not-taken.json',
      expect.stringMatching(/^file-[0-9a-f]{12}\.not-taken\.json$/),
    ]);
    expect(JSON.parse(world.library.read(ofA('receipts/bad.csv.not-taken.json')).toString())).toMatchObject({
      name: 'bad.csv',
      code: 'submissions.parts',
      action: expect.stringContaining('signature'),
    });
    // one above the limit is never fetched
    const bigId = world.library.find(ofA('incoming/big.csv'))?.id;
    expect(world.library.asked.filter(({ path }) => path.startsWith(`/download/${bigId}`))).toEqual([]);
    const sha256 = putSigned(ofA('incoming/bad.csv'), text);
    for (const name of ['incoming/b%2e%2e..#ü.csv', 'incoming/big.csv', 'incoming/big.csv.p7s']) {
      world.library.remove(ofA(name));
    }
    await world.look(3);
    expect((await submissionOf(sha256)).status).toBe(200);
    expect(world.library.list(ofA('receipts')).join()).not.toContain('not-taken');
  });

  test('are one submission with every signature, and what has nothing beside it is told of after an hour', async () => {
    const text = adt(5_000);
    world.library.put(ofA('incoming/Both.csv'), text);
    world.library.put(ofA('incoming/both.csv.P7S'), world.submissions.sign(text, userA, 0));
    world.library.put(ofA('incoming/BOTH.csv.2.p7s'), world.submissions.sign(text, userA, 1));
    world.library.put(ofA('incoming/lone.csv'), text);
    world.library.put(ofA('incoming/other.csv.p7s'), 'any');
    await world.look(2);
    await workOn();
    expect((await submissionOf(sha256Of(text))).json).toMatchObject({
      state: 'applied',
      signatures: [{ verdict: 'valid' }, { verdict: 'valid' }],
    });
    expect(world.library.list(ofA('incoming'))).toEqual(['lone.csv', 'other.csv.p7s']);
    expect(world.library.list(ofA('receipts')).join()).not.toContain('not-taken');
    await query(`update sharepoint_file set changed_at = changed_at - interval '2 hours'`);
    await world.look(2);
    const told = world.library.list(ofA('receipts')).filter((name) => name.endsWith('.not-taken.json'));
    expect(told).toEqual(['lone.csv.not-taken.json', 'other.csv.p7s.not-taken.json']);
    const notices = await query(`select words from notice where kind = 'delivery' and about = 'sharepoint'`);
    expect(notices.filter(({ words }) => /^(lone.csv|other.csv.p7s) was not/.test(words))).toHaveLength(2);
    // the file is in play still: its signature is all that was wanting
    world.library.put(ofA('incoming/lone.csv.p7s'), world.submissions.sign(text, userA, 0));
    world.library.remove(ofA('incoming/other.csv.p7s'));
    await world.look(3);
    expect(world.library.list(ofA('incoming'))).toEqual([]);
    expect(world.library.list(ofA('receipts')).join()).not.toContain('not-taken');
  });

  test.each([
    ['others than the library says', { status: 200, body: 'other' }],
    ['never given', { status: 404 }],
    ['held back', { status: 403 }],
  ])(
    'whose bytes are %s are fetched so often, then told of, and again once the library has others',
    async (_, answer) => {
      const bound = putSigned(ofA('incoming/unfit.csv'), adt());
      await world.look();
      const id = world.library.find(ofA('incoming/unfit.csv'))?.id;
      const fetched = () => world.library.asked.filter(({ path }) => path.startsWith(`/download/${id}`)).length;
      const before = fetched();
      world.library.fail(new RegExp(`^GET /download/${id}`), answer, { times: 100 });
      // others are served all the while
      const other = putSigned(ofA('incoming/fit.csv'), adt());
      await world.look(9);
      expect(fetched() - before).toBe(5);
      expect((await submissionOf(other)).status).toBe(200);
      const told = JSON.parse(world.library.read(ofA('receipts/unfit.csv.not-taken.json')).toString());
      expect(told).toMatchObject({ code: 'submissions.unfit', detail: expect.stringContaining('5 times') });
      const notices = await query(`select words from notice where words like 'unfit.csv was not taken in%'`);
      expect(notices).not.toEqual([]);
      const [{ failure }] = await query(`select failure from way where way = 'sharepoint'`);
      expect(failure).toContain(userA);
      // a look at what is there, or a new name of the signature alone, fetches nothing
      world.library.put(ofA('incoming/any.csv'), 'x');
      await world.look(3);
      expect(fetched() - before).toBe(5);
      world.library.heal();
      const next = putSigned(ofA('incoming/unfit.csv'), adt());
      world.library.remove(ofA('incoming/any.csv'));
      await world.look(3);
      expect([(await submissionOf(bound)).status, (await submissionOf(next)).status]).toEqual([404, 200]);
      expect(world.library.list(ofA('receipts')).join()).not.toContain('not-taken');
    },
  );

  test('are not taken while the way is closed, which is said, and are when it is open', async () => {
    await query(`update way_use set use = 'fallback' where way = 'sharepoint'`);
    const sha256 = putSigned(ofA('incoming/closed.csv'), adt());
    await world.look(3);
    const said = JSON.parse(world.library.read(ofA('receipts/closed.csv.not-taken.json')).toString());
    expect(said).toMatchObject({ code: 'ways.closed', detail: expect.stringContaining('SharePoint is closed') });
    await query(`update way_use set use = 'allowed' where way = 'sharepoint'`);
    await world.look(2);
    expect((await submissionOf(sha256)).status).toBe(200);
    await query(`update way_use set use = 'off' where way = 'sharepoint'`);
    const before = world.library.asked.length;
    await world.look();
    expect(world.library.asked.length).toBe(before);
    await query(`update way_use set use = 'allowed' where way = 'sharepoint'`);
  });
});

test('a report comes, its decisions go back the same way, and what they let go is released', async () => {
  const { pool } = world.submissions.database;
  const own = '20261120000000000061';
  await hold(pool, { event: own, from: 6_001, count: 3 });
  await world.look();
  const decisions = await decideOn(world.library.read(ofA(`reports/${own}.csv`)).toString());
  const sha256 = putSigned(ofA('incoming/decisions.csv'), decisions);
  await world.look(2);
  await workOn();
  expect((await submissionOf(sha256)).json).toMatchObject({
    state: 'applied',
    kind: 'actions',
    deliveries: [{ way: 'sharepoint', name: 'decisions.csv' }],
  });
  expect(await releasedOf(pool, own)).toEqual([6_001, 6_002]);
  await world.look();
  expect(world.library.list(ofA('receipts')).join()).toContain(`${sha256.slice(0, 16)}-applied.json`);
  expect(world.library.list(ofA('reports'))).not.toContain(`${own}.csv`);
});

test('an answer that unpacks to a gigabyte is dropped where the size is passed that the library told', async () => {
  // a gzip may have many members
  const member = gzipSync(Buffer.alloc(64 * MIB));
  const bomb = Buffer.concat(Array.from({ length: 16 }, () => member));
  const id = world.library.put(ofA('incoming/bomb.csv'), 'a few bytes');
  world.library.put(ofA('incoming/bomb.csv.p7s'), world.submissions.sign('a few bytes'));
  const headers = { 'content-encoding': 'gzip' };
  world.library.fail(new RegExp(`^GET /download/${id}/`), { status: 200, headers, body: bomb }, { times: 9 });
  const memory = watchMemory();
  await world.look(3);
  expect(memory.grown()).toBeLessThan(MOST_GROWN);
  expect((await submissionOf(sha256Of('a few bytes'))).status).toBe(404);
  const [waits] = await query(`select unfit from sharepoint_file where name = 'bomb.csv'`);
  expect(waits).toEqual({ unfit: 2 });
  for (const name of ['bomb.csv', 'bomb.csv.p7s']) world.library.remove(ofA(`incoming/${name}`));
});

describe('a User’s folder', () => {
  test('that was renamed or moved gets nothing and gives nothing, whoever has its name now', async () => {
    // A's folder and B's change names: what is A's would lie before B's people
    world.library.move(homeOf(userA), 'Penstock/kept');
    world.library.move(homeOf(userB), homeOf(userA));
    const sha256 = putSigned(ofA('incoming/under-another.csv'), adt());
    const own = putSigned('Penstock/kept/incoming/own.csv', adt());
    await hold(world.submissions.database.pool, { count: 2 });
    const before = [world.library.list(ofA('reports')), world.library.list(ofA('receipts'))];
    await world.look(3);
    expect([world.library.list(ofA('reports')), world.library.list(ofA('receipts'))]).toEqual(before);
    expect(world.library.list('Penstock/kept/reports')).toEqual([]);
    expect((await submissionOf(sha256)).status).toBe(404);
    expect((await submissionOf(own)).status).toBe(404);
    const again = await world.reopen();
    await again.round();
    await expect(again.look.probe?.()).rejects.toThrow(/renamed or moved/);
    world.library.move(homeOf(userA), homeOf(userB));
    world.library.move('Penstock/kept', homeOf(userA));
    world.library.remove(ofB('incoming/under-another.csv'));
    world.library.remove(ofB('incoming/under-another.csv.p7s'));
    await world.look(3);
    expect((await submissionOf(own)).status).toBe(200);
    expect(world.library.list(ofA('reports'))).toEqual([`${event}.csv`, `${event}.csv.p7s`]);
  });

  test('that is a shortcut to another’s is not taken for it', async () => {
    for (const folder of ['incoming', 'receipts', 'reports']) {
      world.library.remove(ofB(folder));
      world.library.shortcut(ofB(folder), world.library.find(ofA(folder))?.id ?? '');
    }
    const asked = world.library.asked.length;
    await world.look(2);
    const put = world.library.asked.slice(asked).filter(({ method }) => method === 'PUT');
    expect(put).toEqual([]);
    expect(await query(`select from sharepoint_folder where user_id = $1 and kind = 'incoming'`, [userB])).toEqual([]);
    for (const folder of ['incoming', 'receipts', 'reports']) world.library.remove(ofB(folder));
    await world.look();
    expect(world.library.list(homeOf(userB))).toEqual(['incoming', 'receipts', 'reports']);
  });

  test('takes no file that is a shortcut, a folder, or lies elsewhere', async () => {
    const sha256 = putSigned(ofB('incoming/of-b.csv'), adt(lowest--, userB), userB);
    world.library.move(ofB('incoming/of-b.csv'), ofB('of-b.csv'));
    world.library.shortcut(ofA('incoming/of-b.csv'), world.library.find(ofB('of-b.csv'))?.id ?? '');
    world.library.put(ofA('incoming/of-b.csv.p7s'), 'any');
    world.library.folder(ofA('incoming/folder.csv'));
    world.library.put(ofA('incoming/folder.csv.p7s'), 'any');
    await world.look(3);
    expect([(await submissionOf(sha256)).status, (await submissionOf(sha256, 'b')).status]).toEqual([404, 404]);
    for (const path of [ofA('incoming/of-b.csv'), ofA('incoming/of-b.csv.p7s'), ofA('incoming/folder.csv')]) {
      world.library.remove(path);
    }
    for (const path of [ofA('incoming/folder.csv.p7s'), ofB('of-b.csv'), ofB('incoming/of-b.csv.p7s')]) {
      world.library.remove(path);
    }
  });
});

test('no receipt or report of a User ever comes to lie in another’s folder', async () => {
  const ofBoth = [
    putSigned(ofA('incoming/x.csv'), adt()),
    putSigned(ofB('incoming/x.csv'), adt(lowest--, userB), userB),
  ];
  const eventOfB = '20261120000000000002';
  await hold(world.submissions.database.pool, { userId: userB, event: eventOfB, from: 5_000, count: 3 });
  await world.look(2);
  await workOn();
  await world.look();
  for (const [userId, otherSha] of [
    [userA, ofBoth[1]],
    [userB, ofBoth[0]],
  ] as const) {
    const receipts = world.library.list(`${homeOf(userId)}/receipts`).filter((name) => name.endsWith('.json'));
    expect(receipts.length).toBeGreaterThan(0);
    for (const name of receipts) {
      const text = world.library.read(`${homeOf(userId)}/receipts/${name}`).toString();
      expect(JSON.parse(text).submission.userId).toBe(userId);
      expect(text).not.toContain(otherSha);
    }
  }
  expect(world.library.list(ofB('reports'))).toEqual([`${eventOfB}.csv`, `${eventOfB}.csv.p7s`]);
  expect(world.library.list(ofA('reports'))).toEqual([`${event}.csv`, `${event}.csv.p7s`]);
  expect(world.library.read(ofB(`reports/${eventOfB}.csv`)).toString()).not.toContain(userA);
  // and whatever was put by name was put into a folder of the one whose name stands above it
  const stray = world.library.asked.filter(
    ({ method, path }) => method === 'PUT' && !path.startsWith('/upload/') && !/items\/[^/:]+:\//.test(path),
  );
  expect(stray).toEqual([]);
});

describe('a large report', () => {
  test('goes in pieces, and goes on where it stopped', async () => {
    const large = '20261120000000000003';
    await hold(world.submissions.database.pool, { event: large, from: 100_000, count: 22_000 });
    world.library.fail(/^PUT \/upload\//, { status: 503, headers: { 'retry-after': '3600' } }, { times: 1 });
    world.library.fail(/^PUT \/upload\//, 'cut', { times: 1 });
    const pieces = () =>
      world.library.asked.filter(({ method, path }) => method === 'PUT' && path.startsWith('/upload/'));
    await world.look();
    expect(pieces().length).toBe(1);
    // the second piece is stored although its answer does not come
    await world.look();
    await world.look();
    const [row] = await query('select * from sharepoint_document where name = $1', [`${large}.csv`]);
    expect(row).toMatchObject({ upload_address: null, item: world.library.find(ofA(`reports/${large}.csv`))?.id });
    const sessions = world.library.asked.filter(({ path }) => path.endsWith('createUploadSession'));
    expect(sessions.length).toBe(1);
    const text = world.library.read(ofA(`reports/${large}.csv`)).toString();
    expect(text.length).toBeGreaterThan(4 * 1024 * 1024);
    expect(text.split('\n').length).toBeGreaterThan(22_000);
    expect(world.library.leaks).toBe(0);
    // what is held no more has no report
    await query('delete from held_message where event = $1', [large]);
    await query('delete from quarantine_event where event = $1', [large]);
    await world.look();
    expect(world.library.list(ofA('reports'))).toEqual([`${event}.csv`, `${event}.csv.p7s`]);
  });
});

describe('the platform killed', () => {
  test.each([
    [
      'after a file became a submission, before that is written down',
      `update sharepoint_file set is_taken = false, is_settled = true`,
    ],
    ['before it is deleted in the library', 'select'],
  ])('%s: it is one submission, and goes', async (_, sql) => {
    const sha256 = putSigned(ofA('incoming/killed.csv'), adt());
    world.library.fail(/^DELETE /, { status: 500 }, { times: 5 });
    await world.look(2);
    await query(sql);
    expect(world.library.list(ofA('incoming')).length).toBe(2);
    world.library.heal();
    await world.look(2);
    expect(world.library.list(ofA('incoming'))).toEqual([]);
    const found = await query(
      `select count(*)::integer as count from submission where user_id = $1 and sha256 = decode($2, 'hex')`,
      [userA, sha256],
    );
    expect(found).toEqual([{ count: 1 }]);
  });

  test('between a page of changes and the next: it goes on from there', async () => {
    world.library.pageSize = 1;
    const sha256 = putSigned(ofA('incoming/paged.csv'), adt());
    world.library.put(ofB('incoming/alone.csv'), 'x');
    let pages = 0;
    const delta = /^GET .*\/root\/delta$/;
    const isDelta = ({ method, path }: { method: string; path: string }) => delta.test(`${method} ${path}`);
    pages = world.library.asked.filter(isDelta).length;
    await world.look();
    const whole = world.library.asked.filter(isDelta).length - pages;
    expect(whole).toBeGreaterThan(2);
    world.library.fail(/^GET .*\/children$/, { status: 500 }, { times: 1 });
    await world.look(3);
    expect((await submissionOf(sha256)).status).toBe(200);
    world.library.remove(ofB('incoming/alone.csv'));
  });

  test('a file that is put anew while the old one is taken is not deleted with it', async () => {
    const old = putSigned(ofA('incoming/twice.csv'), adt());
    world.library.fail(/^DELETE /, { status: 500 }, { times: 5 });
    await world.look(2);
    world.library.heal();
    const next = putSigned(ofA('incoming/twice.csv'), adt());
    await world.look(2);
    for (const sha256 of [old, next]) expect((await submissionOf(sha256)).status).toBe(200);
    expect(world.library.list(ofA('incoming'))).toEqual([]);
  });
});

describe('the service', () => {
  test('that forgot where changes were asked for is asked from now on, and nothing is missed', async () => {
    const sha256 = putSigned(ofA('incoming/forgotten.csv'), adt());
    world.library.forgetLinks();
    await world.look(2);
    expect((await submissionOf(sha256)).status).toBe(200);
    expect(world.lines.join()).toContain('tells changes no longer');
  });

  const failures: [string, RegExp, Parameters<SharePointWorld['library']['fail']>[1]][] = [
    ['429 to a listing', /^GET .*\/children$/, { status: 429, headers: { 'retry-after': '3600' } }],
    ['503 to changes', /^GET .*\/delta$/, { status: 503, headers: { 'retry-after': '120' } }],
    ['503 without a pause', /^GET .*\/children$/, { status: 503 }],
    ['500 with a page', /^GET .*\/delta$/, { status: 500, body: '<html>' }],
    ['half a page', /^GET .*\/children$/, 'cut'],
    ['half of the changes', /^GET .*\/delta$/, 'cut'],
    ['no JSON', /^GET .*\/children$/, { status: 200, body: '{"value": [' }],
    ['another form', /^GET .*\/delta$/, { status: 200, body: '{"value": [{"name": 7}]}' }],
    [
      'a link to elsewhere',
      /^GET .*\/delta$/,
      { status: 200, body: '{"value": [], "@odata.nextLink": "https://x.example/v1.0/"}' },
    ],
    ['half a file', /^GET \/download\//, 'cut'],
    ['other bytes', /^GET \/download\//, { status: 200, body: 'other' }],
    ['no content', /^GET \/download\//, { status: 404 }],
    ['no right to the content', /^GET \/download\//, { status: 403 }],
    ['no token', /^POST .*\/token$/, { status: 503, headers: { 'retry-after': '60' } }],
  ];
  test.each(failures)('that answers %s loses nothing', async (_, match, failure) => {
    const sha256 = putSigned(ofA('incoming/failing.csv'), adt());
    await world.look();
    world.library.fail(match, failure, { times: 1 });
    await world.look(3);
    expect((await submissionOf(sha256)).status).toBe(200);
    expect(world.library.list(ofA('incoming'))).toEqual([]);
    const found = await query(
      `select count(*)::integer as count from submission_delivery where sha256 = decode($1, 'hex')`,
      [sha256],
    );
    expect(found).toEqual([{ count: 1 }]);
  });

  test.each([
    ['seconds', () => '3600'],
    ['a date', () => new Date(Date.now() + 3_600_000).toUTCString()],
  ])('that says to wait, in %s, is asked nothing at all until then', async (_, retryAfter) => {
    const opened = await world.reopen();
    world.library.fail(/^GET .*\/root\/delta$/, { status: 429, headers: { 'retry-after': retryAfter() } });
    await opened.round();
    const asked = world.library.asked.length;
    await opened.round();
    await opened.round();
    await expect(opened.look.probe?.()).rejects.toThrow(/429/);
    expect(world.library.asked.length).toBe(asked);
  });

  test('that refuses a token gives another, once; one that gives none is the way’s fault', async () => {
    const opened = await world.reopen();
    await opened.round();
    const given = world.library.tokensGiven;
    world.library.expireTokens();
    await opened.round();
    await opened.look.probe?.();
    expect(world.library.tokensGiven).toBe(given + 1);
    world.library.fail(/^GET /, { status: 401 }, { times: 100 });
    await opened.round();
    expect(world.library.tokensGiven).toBe(given + 2);
    await expect(opened.look.probe?.()).rejects.toThrow(/401/);
    world.library.heal();
    const refused = { error: 'invalid_client', error_description: 'AADSTS7000215: Invalid client secret provided.' };
    world.library.fail(/^POST .*\/token$/, {
      status: 401,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(refused),
    });
    const other = await world.reopen();
    await other.round();
    await expect(other.look.probe?.()).rejects.toThrow(/AADSTS7000215/);
  });

  test('that lets nobody into a folder is told in the way’s health, and the other Users go on', async () => {
    const sha256 = putSigned(ofB('incoming/others.csv'), adt(lowest--, userB), userB);
    world.library.put(ofA('incoming/any.csv'), 'x');
    const id = world.library.find(ofA('incoming'))?.id;
    world.library.fail(new RegExp(`^GET .*/items/${id}/children$`), { status: 403 }, { times: 3 });
    await world.look(2);
    expect((await submissionOf(sha256, 'b')).status).toBe(200);
    const [{ failure, failures }] = await query(`select failure, failures from way where way = 'sharepoint'`);
    expect(failure).toContain('403');
    expect(failures).toBeGreaterThanOrEqual(0);
    world.library.remove(ofA('incoming/any.csv'));
  });

  test('that lost the root folder is the way’s fault', async () => {
    world.library.move('Penstock', 'Elsewhere');
    const opened = await world.reopen();
    await opened.round();
    await expect(opened.look.probe?.()).rejects.toThrow(/sharepoint\.root_folder/);
    world.library.move('Elsewhere', 'Penstock');
  });
});

test('two platforms take turns, and a file is delivered once', async () => {
  const sha256 = putSigned(ofA('incoming/turns.csv'), adt());
  const both = [await world.open(), await world.open()];
  for (let round = 0; round < 3; round++) await Promise.all(both.map((one) => one.round()));
  await Promise.all(both.map((one) => one.stop()));
  const found = await query(`select way from submission_delivery where sha256 = decode($1, 'hex')`, [sha256]);
  expect(found).toEqual([{ way: 'sharepoint' }]);
});

test('a random file of the largest size comes whole', async () => {
  const sha256 = putSigned(ofA('incoming/large.csv'), randomBytes(MOST_BYTES));
  await world.look(2);
  expect((await submissionOf(sha256)).json).toMatchObject({ size: MOST_BYTES });
});

test('neither the secret nor a token nor an address that lets in was logged', () => {
  const text = world.lines.join('\n');
  expect(text).toContain('a file came in by SharePoint');
  expect(text).not.toContain(SECRET);
  expect(text).not.toMatch(/Bearer|\/download\/|\/upload\//);
  expect(world.library.leaks).toBe(0);
});
