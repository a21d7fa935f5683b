import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SavedChange, WebhookDelivery, WebhookDocument, WebhookSecret } from '@penstock/api';
import { Registry } from 'prom-client';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { inTransaction } from './foundation/database/index.ts';
import { createLog } from './foundation/log.ts';
import { alpha, beta, operatorId, startTestApi, type TestApi } from './testing-api.ts';
import { readNetworks } from './webhooks/address.ts';
import { fanOut } from './webhooks/fan-out.ts';
import { WebhookSender } from './webhooks/send.ts';
import { tellWebhooks } from './webhooks/tell.ts';

// From a save to the machine that is told of it, over real HTTP.

let started: TestApi;
let receiver: Server;
let url: string;
let sender: WebhookSender;
let answer: number | 'cut' = 204;
let received: { headers: Record<string, string>; body: string }[] = [];

beforeAll(async () => {
  started = await startTestApi();
  receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push({ headers: request.headers as Record<string, string>, body: Buffer.concat(chunks).toString() });
    if (answer === 'cut') response.destroy();
    else response.writeHead(answer, answer === 302 ? { location: url } : {}).end();
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  sender = new WebhookSender({
    pool: started.database.pool,
    clock: { now: () => new Date() },
    log: createLog({ level: 'silent' }),
    registry: new Registry(),
    operatorId,
    allowed: readNetworks(['127.0.0.0/8']),
  });
});
afterAll(async () => {
  receiver?.close();
  await started?.stop();
});
beforeEach(async () => {
  await started.database.pool.query(
    'delete from webhook; delete from webhook_delivery; delete from change_event; delete from change; delete from notice',
  );
  received = [];
  answer = 204;
});

const content = (rest: object = {}) => ({
  title: 'New rules',
  statement: { kind: 'firewall_network' },
  affected: { services: ['Signed files'] },
  windows: [{ from: '2026-12-10T22:00', to: '2026-12-11T02:00' }],
  backOut: 'The old rules.',
  ...rest,
});
async function call<Json>(as: string, method: string, path: string, body?: object): Promise<Json> {
  const { status, json } = await started.call(as, method, `/api/v1${path}`, body);
  if (status !== 200) throw new Error(JSON.stringify(json));
  return json as Json;
}
type Saved = SavedChange['change'];
const save = async (method: string, path: string, body: object, as = 'alpha') =>
  (await call<SavedChange>(as, method, `/changes${path}`, body)).change;
const move = ({ change, version }: Saved, to: string, as = 'alpha') =>
  save('POST', `/${change}/move`, { version, to }, as);
const share = async (rest: object, as = 'alpha') =>
  move(await save('POST', '', { content: content(rest) }, as), 'shared', as);
const types = [
  'change.shared',
  'change.changed',
  'change.moved',
  'change.cancelled',
  'change.withdrawn',
  'change.clash',
];

/** A webhook of Beta; where it goes is set behind the API, which lets nothing inside. */
async function hook(rest: object = {}): Promise<WebhookSecret> {
  const made = await call<WebhookSecret>('beta', 'POST', '/webhooks', {
    name: 'Desk',
    url: 'https://desk.example/hook',
    types,
    ...rest,
  });
  await started.database.pool.query('update webhook set url = $1 where webhook = $2', [url, made.webhook]);
  return made;
}
async function tell(): Promise<void> {
  while (await fanOut(started.database.pool));
  while (await sender.sendNext());
}
const told = () => received.map(({ body }) => JSON.parse(body));
const again = () => started.database.pool.query('update webhook set retry_at = null');
const listed = async (webhook: string) =>
  (await call<{ items: WebhookDelivery[] }>('beta', 'GET', `/webhooks/${webhook}/deliveries`)).items;
const state = async () => (await call<{ items: WebhookDocument[] }>('beta', 'GET', '/webhooks')).items[0];

test('a save is told as what the other side sees of it, signed, in order; each is listed, and the owner reads that it was told', async () => {
  const { webhook, secret } = await hook();
  const open = await share({ sharing: 'everybody' });
  const outlined = await share({
    sharing: 'outline',
    title: 'Secret',
    windows: [{ from: '2026-12-12T22:00', to: '2026-12-13T02:00' }],
  });
  await share({ title: 'Hidden', windows: [{ from: '2026-12-14T22:00', to: '2026-12-15T02:00' }] });
  await tell();
  expect(told()).toMatchObject([
    { type: 'change.shared', data: { userId: beta, change: { see: 'whole', content: { title: 'New rules' } } } },
    { type: 'change.shared', data: { change: { see: 'outline', owner: 'a Supplier' } } },
  ]);
  for (const { headers, body } of received) {
    expect(new Webhook(secret).verify(body, headers)).toBeTruthy();
    expect(body).not.toMatch(/Secret|Hidden/);
  }
  received = [];
  // of an outline nothing is told that does not show; cancelled, it is not there any more
  const edited = content({ sharing: 'outline', title: 'Other secret', windows: outlined.content.windows });
  const next = await save('PUT', `/${outlined.change}`, { version: outlined.version, content: edited });
  await move(next, 'cancelled');
  await move(open, 'scheduled');
  await tell();
  expect(told()).toMatchObject([
    { type: 'change.withdrawn', data: { userId: beta, change: outlined.change } },
    { type: 'change.changed', data: { change: { state: 'scheduled' } } },
  ]);
  expect((await listed(webhook)).map(({ type, state, status }) => `${type} ${state} ${status}`)).toEqual([
    'change.changed sent 204',
    'change.withdrawn sent 204',
    'change.shared sent 204',
    'change.shared sent 204',
  ]);
  const uses = await call<{ items: { purpose: string }[] }>('alpha', 'GET', `/changes/${open.change}/uses`);
  expect(uses.items.map(({ purpose }) => purpose)).toContain('webhook');
});

test('what is not shared any more when it is sent is not sent', async () => {
  await hook();
  const open = await share({ sharing: 'everybody', title: 'Told too early' });
  await fanOut(started.database.pool);
  await save('PUT', `/${open.change}`, { version: open.version, content: content() });
  await tell();
  expect(told()).toEqual([expect.objectContaining({ type: 'change.withdrawn' })]);
});

test('of a clash that there is one; of a month’s schedule, that it is another; only about the service that was asked for', async () => {
  await hook({ types: [...types, 'schedule.published'] });
  await hook({ service: 'DUIS gateway', name: 'Gateway' });
  const mine = await share({ title: 'Mine' }, 'beta');
  await share({ title: 'Secret plan' });
  const statement = { kind: 'planned_maintenance', activity: 'a', disrupted: 'd', riskToReturn: 'r' };
  const disks = {
    title: 'Disks',
    statement,
    sharing: 'everybody',
    windows: [{ from: '2026-12-31T22:00', to: '2027-01-01T02:00' }],
  };
  const made = await save('POST', '', { content: content(disks) }, 'operator');
  await move(await move(made, 'assessed', 'operator'), 'scheduled', 'operator');
  await tell();
  const all = told().map(({ type, data }) => `${type} ${data.month ?? ''}`.trim());
  expect(all.sort()).toEqual([
    'change.changed',
    'change.clash',
    'change.shared',
    'change.shared',
    'schedule.published 2026-12',
    'schedule.published 2027-01',
  ]);
  expect(told().find(({ type }) => type === 'change.clash').data).toEqual({
    userId: beta,
    change: mine.change,
    ask: `/api/v1/changes/${mine.change}/clashes`,
  });
  expect(received.map(({ body }) => body).join()).not.toContain('Secret');
});

test('what is not taken is tried again after a pause, with the same id; then the rest follows', async () => {
  const { webhook } = await hook();
  await share({ sharing: 'everybody', title: 'One' });
  await share({ sharing: 'everybody', title: 'Two' });
  for (const each of [500, 302, 'cut'] as const) {
    answer = each;
    await tell();
    await again();
  }
  expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  // a redirect was not followed: it was called once each time
  expect(received).toHaveLength(3);
  expect(await state()).toMatchObject({ isOn: true, queued: 2, failingSince: expect.any(String) });
  answer = 200;
  await tell();
  expect(
    told()
      .slice(3)
      .map(({ data }) => data.change.content.title),
  ).toEqual(['One', 'Two']);
  expect(await state()).not.toHaveProperty('failingSince');
  const first = (await listed(webhook)).at(-1);
  expect(first).toMatchObject({ state: 'sent', tries: 4, status: 200 });
});

test('who took a message and was killed leaves it to the next; a suspended Party is told nothing', async () => {
  const { pool } = started.database;
  await hook();
  await share({ sharing: 'everybody' });
  while (await fanOut(pool));
  await pool.query(`update webhook set leased_until = clock_timestamp() + interval '1 minute'`);
  expect(await sender.sendNext()).toBe(false);
  await pool.query(`update webhook set leased_until = clock_timestamp()`);
  await pool.query(`update party set status = 'suspended' where party_id = 'B'`);
  expect(await sender.sendNext()).toBe(false);
  await pool.query(`update party set status = 'active' where party_id = 'B'`);
  expect(await sender.sendNext()).toBe(true);
  expect(received).toHaveLength(1);
});

test('a webhook that is gone, or fails for days, is turned off with a notice; turned on, it begins anew', async () => {
  const { pool } = started.database;
  const { webhook } = await hook();
  const notices = async () =>
    (await pool.query<{ words: string }>(`select words from notice where kind = 'webhook'`)).rows.map(
      ({ words }) => words,
    );
  for (const [status, words] of [
    [410, /turned off: it answered 410 Gone\.$/],
    [503, /turned off: it took nothing since .+: HTTP 503\.$/],
  ] as const) {
    await pool.query(`update webhook set failing_since = $1`, [status === 503 ? new Date('2026-01-01') : null]);
    await share({ sharing: 'everybody' });
    await share({ sharing: 'everybody' });
    answer = status;
    await tell();
    expect(await state()).toMatchObject({ isOn: false, queued: 0, offWhy: expect.any(String) });
    expect((await notices()).at(-1)).toMatch(words);
    await pool.query('delete from notice');
    const { name, url: to, types: all } = (await state()) as WebhookDocument;
    expect(to).toBe(url);
    const on = { name, url: 'https://desk.example/hook', types: all, isOn: true };
    expect(await call('beta', 'PUT', `/webhooks/${webhook}`, on)).toEqual({ changed: true });
    await pool.query('update webhook set url = $1', [url]);
  }
});

test('for a day after a new secret both sign; a test is sent; an address inside is refused, by its name too', async () => {
  const { webhook, secret } = await hook();
  const renewed = await call<WebhookSecret>('beta', 'POST', `/webhooks/${webhook}/secret`);
  await started.database.pool.query(`update webhook set old_until = clock_timestamp() + interval '1 hour'`);
  await call('beta', 'POST', `/webhooks/${webhook}/test`);
  await tell();
  const [{ headers, body } = { headers: {}, body: '' }] = received;
  for (const each of [secret, renewed.secret])
    expect(new Webhook(each).verify(body, headers)).toMatchObject({ type: 'webhook.test' });
  const kept = await started.database.pool.query<{ text: string }>(
    `select string_agg(w::text, ' ') as text from webhook w`,
  );
  expect(kept.rows[0]?.text).not.toContain(secret.slice(6));
  const inside = { name: 'x', url: 'https://10.0.0.1/', types };
  expect(await started.call('beta', 'POST', '/api/v1/webhooks', inside)).toMatchObject({
    status: 422,
    json: { code: 'webhooks.address', where: 'url' },
  });
  await started.database.pool.query('delete from webhook_delivery');
  // a name of this machine, which only a look-up shows
  await started.database.pool.query(`update webhook set url = 'https://localhost:9/'`);
  const strict = new WebhookSender({
    pool: started.database.pool,
    clock: { now: () => new Date() },
    log: createLog({ level: 'silent' }),
    registry: new Registry(),
    operatorId,
    allowed: readNetworks([]),
  });
  await call('beta', 'POST', `/webhooks/${webhook}/test`);
  await strict.sendNext();
  expect((await listed(webhook))[0]).toMatchObject({ state: 'queued', failure: 'ADDRESS_NOT_ALLOWED' });
});

test('of an incident whoever may see it is told, in the transaction that changes it; by its id', async () => {
  await hook({ types: ['incident.opened'] });
  const incident = { type: 'incident.opened', about: 'INC-7', userIds: [alpha, beta] } as const;
  await inTransaction(started.database.pool, (client) => tellWebhooks(client, incident));
  await tell();
  expect(told()).toMatchObject([{ type: 'incident.opened', data: { userId: beta, incident: 'INC-7' } }]);
});
