import { createHash } from 'node:crypto';
import type { FeedDocument, FeedLink, SavedChange } from '@penstock/api';
import ICAL from 'ical.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testCertificate } from './parties/testing-certificates.ts';
import { addPerson, TestBrowser, type TestPerson } from './people/testing-people.ts';
import { alpha, beta, startTestApi, type TestApi } from './testing-api.ts';

// Calendar links: what a calendar has and when it has it no more, over the API as a calendar program asks.

let started: TestApi;
let analyst: TestPerson;
let browser: TestBrowser;
let administrator: TestBrowser;
beforeAll(async () => {
  started = await startTestApi();
  const { pool } = started.database;
  const signIn = async (person: TestPerson) => {
    const made = new TestBrowser(started.own);
    await made.signIn(person);
    return made;
  };
  analyst = await addPerson(pool, { name: 'analyst', roles: { [beta]: 'analyst' } });
  browser = await signIn(analyst);
  administrator = await signIn(await addPerson(pool, { name: 'chief', roles: { [beta]: 'user_administrator' } }));
});
afterAll(() => started.stop());

const content = (rest: object = {}) => ({
  title: 'New firewall rules',
  statement: { kind: 'firewall_network' },
  affected: { services: ['Signed files'] },
  windows: [{ from: '2026-12-10T22:00', to: '2026-12-11T02:00' }],
  backOut: 'The old rules are loaded again.',
  ...rest,
});
type Saved = SavedChange['change'];
async function save(method: string, path: string, body: object): Promise<Saved> {
  const { status, json } = await started.call('alpha', method, `/api/v1/changes${path}`, body);
  if (status !== 200) throw new Error(JSON.stringify(json));
  return (json as unknown as SavedChange).change;
}
const move = ({ change, version }: Saved, to: string) => save('POST', `/${change}/move`, { version, to });
const edit = ({ change, version }: Saved, rest: object) =>
  save('PUT', `/${change}`, { version, content: content(rest) });
const share = async (rest: object) => move(await save('POST', '', { content: content(rest) }), 'shared');

async function makeLink(by: TestBrowser, rest: object = {}): Promise<FeedLink> {
  const { json, status } = await by.call('POST', '/api/v1/feeds', { name: 'Mine', ...rest });
  expect(status).toBe(200);
  return json as unknown as FeedLink;
}
const get = (path: string, headers: Record<string, string> = {}) => fetch(started.own + path, { headers });
async function entries(path: string) {
  const answer = await get(path);
  const text = await answer.text();
  const root = new ICAL.Component(ICAL.parse(text));
  const found = root.getAllSubcomponents('vevent').map((component) => {
    const { uid, sequence, summary, startDate } = new ICAL.Event(component);
    const status = component.getFirstPropertyValue('status');
    return { uid, sequence, summary, at: startDate.toJSDate().toISOString(), status };
  });
  return { text, found, etag: answer.headers.get('etag') ?? '', type: answer.headers.get('content-type') };
}
const summaries = async (path: string) => (await entries(path)).found.map(({ summary }) => summary).sort();
const statusOf = async (path: string) => (await get(path)).status;

test('a calendar has what its reader sees; edits of what is not shared change no letter of it', async () => {
  const { path } = await makeLink(browser);
  await save('POST', '', { content: content({ title: 'A draft' }) });
  await share({ title: 'Hidden' });
  const outlined = await share({ title: 'Outlined secret', sharing: 'outline' });
  const open = await share({ title: 'Open, to all', sharing: 'everybody' });
  await started.call('operator', 'POST', '/api/v1/changes/calendar', {
    kind: 'freeze',
    name: 'Christmas',
    services: ['DUIS gateway'],
    windows: [{ from: '2026-12-20T00:00', to: '2026-12-28T00:00' }],
  });
  const first = await entries(path);
  expect(first.type).toBe('text/calendar; charset=utf-8; method=PUBLISH');
  expect(first.found.map(({ summary, status }) => `${summary}: ${status}`).sort()).toEqual([
    'A change of a Supplier: Signed files: CONFIRMED',
    'Freeze: Christmas: CONFIRMED',
    'Open, to all: TENTATIVE',
  ]);
  for (const secret of ['Outlined', 'Hidden', 'draft']) expect(first.text).not.toContain(secret);

  const hidden = await edit(outlined, { title: 'Other secret', sharing: 'outline', description: 'Why' });
  expect((await entries(path)).text).toBe(first.text);
  expect((await get(path, { 'if-none-match': first.etag })).status).toBe(304);

  await edit(hidden, { sharing: 'outline', windows: [{ from: '2026-12-12T22:00', to: '2026-12-13T02:00' }] });
  await move(open, 'cancelled');
  const second = await entries(path);
  const bySummary = (list: typeof first, summary: string) => list.found.find((each) => each.summary === summary);
  for (const [summary, now] of [
    ['A change of a Supplier: Signed files', { sequence: 1, at: '2026-12-12T22:00:00.000Z', status: 'CONFIRMED' }],
    ['Open, to all', { sequence: 1, at: '2026-12-10T22:00:00.000Z', status: 'CANCELLED' }],
  ] as const) {
    expect(bySummary(second, summary)).toEqual({ summary, uid: bySummary(first, summary)?.uid, ...now });
  }
  // what is about one service only
  const gateway = await makeLink(browser, { service: 'DUIS gateway' });
  expect(await summaries(gateway.path)).toEqual(['Freeze: Christmas']);
  const uses = await started.call('alpha', 'GET', `/api/v1/changes/${outlined.change}/uses`);
  const items = uses.json.items as { purpose: string; reader: string }[];
  expect(items.find(({ purpose }) => purpose === 'feed')?.reader).toContain(beta);
});

test('a link is its maker’s, shown once and kept as a digest; it is gone when it is revoked or the rights are', async () => {
  const { pool } = started.database;
  const { feed, path } = await makeLink(browser, { name: 'For the wall' });
  const token = path.split('/')[4] ?? '';
  const kept = await pool.query<{ text: string }>(`select string_agg(f::text, ' ') as text from change_feed f`);
  expect(kept.rows[0]?.text).not.toContain(token);
  expect(kept.rows[0]?.text).toContain(createHash('sha256').update(token).digest('hex'));
  const listOf = async (by: TestBrowser) =>
    (await by.call('GET', '/api/v1/feeds')).json.items as readonly FeedDocument[];
  const mine = (await listOf(administrator)).find((link) => link.feed === feed);
  expect(mine).toMatchObject({ name: 'For the wall', isYours: false, uses: 0, madeBy: `${beta} (${analyst.email})` });
  expect((await started.call('alpha', 'GET', '/api/v1/feeds')).json).toEqual({ items: [] });
  expect(await statusOf(path)).toBe(200);
  expect((await listOf(browser)).find((link) => link.feed === feed)).toMatchObject({ isYours: true, uses: 1 });

  for (const [end, begin] of [
    [
      `update person set status = 'suspended' where person_id = $1`,
      `update person set status = 'active' where person_id = $1`,
    ],
    [
      `update party set status = 'suspended' where party_id = 'B' and $1 <> ''`,
      `update party set status = 'active' where party_id = 'B' and $1 <> ''`,
    ],
    [
      `delete from person_role where person_id = $1`,
      `insert into person_role (person_id, acting, role) values ($1, '${beta}', 'read_only')`,
    ],
  ] as const) {
    await pool.query(end, [analyst.personId]);
    expect(await statusOf(path)).toBe(410);
    await pool.query(begin, [analyst.personId]);
    expect(await statusOf(path)).toBe(200);
  }
  await pool.query('update change_feed set hour_uses = 60 where feed = $1', [feed]);
  expect(await statusOf(path)).toBe(429);
  // whoever keeps the people of the User revokes a colleague's
  const revoke = () => administrator.call('POST', `/api/v1/feeds/${feed}/revoke`);
  expect(await revoke()).toMatchObject({ json: { changed: true } });
  expect(await revoke()).toMatchObject({ status: 404 });
  expect(await statusOf(path)).toBe(410);
  expect(await statusOf('/api/v1/feeds/none/schedule.ics')).toBe(404);
  for (;;) {
    const { status, json } = await browser.call('POST', '/api/v1/feeds', { name: 'more' });
    if (status === 200) continue;
    expect(json.code).toBe('feeds.too-many');
    break;
  }
});

test('a machine’s link is good as long as the machine is known', async () => {
  const { pool } = started.database;
  const certificate = testCertificate({ userId: alpha, serial: '0D' });
  const fingerprint = createHash('sha256').update(certificate.der).digest('hex');
  const { json } = await started.call('alpha', 'POST', '/api/v1/feeds', { name: 'Wall' });
  const { path } = json as unknown as FeedLink;
  expect(await statusOf(path)).toBe(410);
  const transport = { userId: alpha, purpose: 'transport', certificate: certificate.pem, role: 'read_only' };
  expect(await started.call('operator', 'POST', '/api/v1/certificates', transport)).toMatchObject({ status: 200 });
  await pool.query('update change_feed set certificate = $1 where certificate is not null', [fingerprint]);
  expect(await summaries(path)).toContain('Hidden');
  const setRole = (role: string | null) =>
    started.call('operator', 'POST', '/api/v1/certificates/role', { fingerprint, role });
  expect(await setRole(null)).toMatchObject({ status: 200 });
  expect(await statusOf(path)).toBe(410);
  expect(await setRole('read_only')).toMatchObject({ status: 200 });
  expect(await statusOf(path)).toBe(200);
  await started.call('operator', 'POST', '/api/v1/certificates/revoke', { purpose: 'transport', fingerprint });
  expect(await statusOf(path)).toBe(410);
});
