import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { ApiError, demonstrationSchema, type MessageQuery, PenstockClient, personRoleSchema } from '@penstock/api';
import { type Eui, parseRequestId, requireEui } from '@penstock/duis';
import { noBrowser, openBrowser } from '@penstock/platform/testing/chromium';
import { fileNameOf, OPERATOR_ID, USERS } from '@penstock/simulator';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  type Environment,
  findServer,
  freePort,
  Penstock,
  removeFolder,
  testFolder,
  untilReady,
} from './testing-platform.ts';
import { totpAt } from './totp.ts';

// The demonstration as its users run it: one command, then the API and the metrics say what it does.

const soon = { timeout: 90_000, interval: 200 };

let folder: string;
let environment: Environment;
let http: string;
let gateway: string;
let receivePort: number;
let demo: Penstock;
/** Of whoever signed in last. */
let cookie = '';
const clients = new Map<Eui, PenstockClient>();

beforeAll(async () => {
  folder = testFolder();
  receivePort = await freePorts(USERS.filter(({ delivery }) => delivery === 'push').length);
  const [gatewayPort, httpPort] = [String(await freePort()), String(await freePort())];
  gateway = `https://127.0.0.1:${gatewayPort}`;
  http = `http://127.0.0.1:${httpPort}`;
  environment = {
    PENSTOCK_DATA_FOLDER: join(folder, 'data'),
    PENSTOCK_HTTP_HOST: '127.0.0.1',
    PENSTOCK_HTTP_PORT: httpPort,
    PENSTOCK_GATEWAY_PORT: gatewayPort,
    // what was not taken in a rehearsal is soon tried again
    PENSTOCK_DELIVERY_RETRY_WITHIN_SECONDS: '2',
  };
  await startDemo();
});

afterAll(async () => {
  for (const client of clients.values()) client.close();
  await demo?.end('SIGKILL');
  await removeFolder(folder);
});

async function startDemo(): Promise<void> {
  const args = ['demo', '--requests', '40', '--homes', '20', '--receive-port', String(receivePort)];
  demo = new Penstock(args, { environment, folder });
  await untilReady(http, demo);
}

/** The lines of shell below README's heading of the story. */
function readmeStory(): string {
  const readme = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8');
  const [, lines = ''] = /^## A flood is held[\s\S]*?^```sh\n([\s\S]*?)^```/m.exec(readme) ?? [];
  return lines;
}

/** The first of so many ports in a row that nobody listens on now. */
async function freePorts(count: number): Promise<number> {
  const servers: Server[] = [];
  const first = await freePort();
  try {
    for (let port = first; port < first + count; port++) {
      const server = createServer();
      servers.push(server);
      await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
    }
    return first;
  } catch {
    return await freePorts(count);
  } finally {
    for (const server of servers) server.close();
  }
}

/** The API as a User sees it, by the certificate that the demonstration made for it. */
function api(userId: Eui): PenstockClient {
  const known = clients.get(userId);
  if (known !== undefined) return known;
  const pki = join(folder, 'data/demo/pki');
  const own = join(pki, 'users', `${fileNameOf(userId)}-${userId === OPERATOR_ID ? 'change_manager' : 'transport'}`);
  const client = new PenstockClient({
    address: gateway,
    certificate: readFileSync(`${own}.pem`),
    key: readFileSync(`${own}.key`),
    authorities: readFileSync(join(pki, 'ca.pem')),
  });
  clients.set(userId, client);
  return client;
}

const messagesOf = async (userId: Eui, query: Partial<MessageQuery> = {}) => (await api(userId).messages(query)).items;

/** Processes whose command line names the folder of this test. */
function processesOfFolder(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return command.includes(folder) ? [`${pid} ${command}`] : [];
      } catch {
        return []; // it has just ended
      }
    });
}

const [large, other] = USERS.map(({ userId }) => userId);
const pulling = USERS.find(({ delivery }) => delivery === 'pull')?.userId;
if (large === undefined || other === undefined || pulling === undefined) throw new Error('there are too few Users');

describe('while it runs', () => {
  test('it says where everything is, and the example that it prints is answered', async () => {
    // it is ready before it says so
    await expect.poll(() => demo.stdout).toContain('Ctrl-C stops it');
    for (const text of [gateway, http, '/healthz', 'curl -s --cacert']) expect(demo.stdout).toContain(text);
  });

  test.each([large, pulling])('User %s receives the responses to its requests', async (userId) => {
    await vi.waitFor(
      async () => expect((await messagesOf(userId, { kind: 'response' })).length).toBeGreaterThan(0),
      soon,
    );
    const [response] = await messagesOf(userId, { kind: 'response' });
    expect(response).toMatchObject({ userId, direction: 'northbound', verdict: 'passed' });
    await vi.waitFor(
      async () => expect(await api(userId).message(response?.position ?? '')).toHaveProperty('takenAt'),
      soon,
    );
  });

  test('pre-commands come back, are signed and are sent on', async () => {
    await vi.waitFor(async () => expect(await messagesOf(large, { kind: 'signed_pre_command' })).not.toEqual([]), soon);
    const [sent] = await messagesOf(large, { kind: 'signed_pre_command' });
    expect(sent).toMatchObject({ direction: 'southbound', verdict: 'passed', code: 'I99' });
    const asked = await messagesOf(large, {
      kind: 'pre_command',
      ...(sent === undefined ? {} : { device: sent.target, serviceReferenceVariant: sent.serviceReferenceVariant }),
    });
    expect(asked).not.toEqual([]);
  });

  test('alerts come', async () => {
    await vi.waitFor(async () => {
      const kinds = ['device_alert', 'dcc_alert'] as const;
      const pages = await Promise.all(USERS.flatMap(({ userId }) => kinds.map((kind) => messagesOf(userId, { kind }))));
      expect(pages.flat()).not.toEqual([]);
    }, soon);
  });

  test('one message’s whole life: acknowledged, taken by the network, answered, delivered', async () => {
    const life = await vi.waitFor(async () => {
      for (const { position } of await messagesOf(large, { kind: 'service_request', code: 'I99' })) {
        const one = await api(large).message(position);
        if (one.related.some(({ kind, takenAt }) => kind === 'response' && takenAt !== undefined)) return one;
      }
      throw new Error('no request has its answer yet');
    }, soon);
    const answer = life.related.find(({ kind }) => kind === 'response');
    expect(life).toMatchObject({
      userId: large,
      direction: 'southbound',
      verdict: 'passed',
      devices: expect.any(Array),
    });
    expect(parseRequestId(life.requestId ?? '')?.originator).toBe(large);
    expect(answer?.requestId).toBe(life.requestId);
    const instants = [life.recordedAt, life.takenAt, answer?.recordedAt, answer?.takenAt].map((at) =>
      Date.parse(at ?? ''),
    );
    expect(instants).toEqual(instants.toSorted((one, two) => one - two));
  });

  test('a User sees its own messages and nobody else’s; the Operator sees those of the User that it names', async () => {
    const own = await messagesOf(large, { limit: 200 });
    expect(new Set(own.map(({ userId }) => userId))).toEqual(new Set([large]));
    // an alert may have no RequestID, and nothing can be asked by what is not there
    const message = own.find(({ requestId }) => requestId !== undefined);
    expect(message).toBeDefined();
    const position = message?.position ?? '';
    const refused = await api(other)
      .message(position)
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ApiError);
    expect(refused).toMatchObject({ status: 404 });
    const asked = await api(other)
      .messages({ userId: large })
      .then(
        ({ items }) => items,
        (error: unknown) => error,
      );
    expect(asked).toMatchObject({ status: 403 });
    expect(await messagesOf(other, { requestId: message?.requestId })).toEqual([]);
    // as the change manager: what is a User's own is not for it
    expect(
      await api(OPERATOR_ID)
        .message(position, { userId: large })
        .catch((error: unknown) => error),
    ).toMatchObject({ status: 403 });
  });

  test('somebody of each role signs in with what is printed; one of them begins a rehearsal', async () => {
    const password = /the password of all is (\S+)/.exec(demo.stdout)?.[1];
    const people = [...demo.stdout.matchAll(/^ {2}(\S+@\S+\.example) +([A-Z2-7]+)$/gm)];
    expect(people).toHaveLength(8);
    const roles: unknown[] = [];
    let post = async (_path: string, _body: object) => {};
    for (const [, email = '', secret = ''] of people) {
      // the first with what the command says, as whoever has no authenticator app
      const code = roles.length === 0 ? await saidCode(email) : totpAt(secret, Date.now()).code;
      cookie = '';
      post = async (path: string, body: object) => {
        const headers = { 'content-type': 'application/json', origin: http, cookie };
        const answer = await fetch(http + path, { method: 'POST', headers, body: JSON.stringify(body) });
        expect(answer.status).toBe(200);
        const set = answer.headers.getSetCookie().map((one) => one.split(';')[0]);
        if (set.length > 0) cookie = set.join('; ');
      };
      await post('/api/auth/sign-in/email', { email, password });
      await post('/api/auth/two-factor/verify-totp', { code });
      const me = (await (await fetch(`${http}/api/v1/me`, { headers: { cookie } })).json()) as Record<string, object>;
      roles.push((me.acting as { role: string }).role);
    }
    expect(roles).toEqual(personRoleSchema.options);
    // an incident is opened after five seconds, and not after thirty
    const [inForce] = (await api(OPERATOR_ID).incidentTargets()).items;
    if (inForce === undefined) throw new Error('there are no targets');
    const targets = { ...inForce.targets, waitingSeconds: 5 };
    await api(OPERATOR_ID).setIncidentTargets({ reason: 'so that the rehearsal is quick', targets });
    await post('/api/v1/demonstration/rehearsals/firewall', { messages: 200 });
  });

  test('`penstock demo people` says again whom one may sign in as', async () => {
    const command = new Penstock(['demo', 'people'], { environment, folder });
    expect(await command.ended).toMatchObject({ code: 0 });
    expect(command.stdout.trim()).not.toBe('');
    expect(demo.stdout).toContain(command.stdout.trim());
  });

  test('`penstock demo code` knows only the people of the demonstration', async () => {
    const unknown = new Penstock(['demo', 'code', 'nobody@supplier.example'], { environment, folder });
    expect(await unknown.ended).toMatchObject({ code: 1 });
    expect(unknown.stderr).toContain('aro@supplier.example');
  });

  test('one supplier has one officer sign what it lets go, another two', async () => {
    const [, other] = USERS;
    const policyOf = async (userId: Eui) => (await api(userId).officerPolicy()).secondOfficerForRelease;
    await expect.poll(() => policyOf(requireEui(other?.userId ?? ''))).toBe(true);
    expect(await policyOf(large)).toBe(false);
  });

  test('something is planned: by the Operator, by Users, and each sees of it what its owner chose', async () => {
    const titlesOf = async (userId: Eui) => {
      const { items } = await api(userId).changes.list({ limit: 200 });
      return items.map((one) => (one.see === 'whole' ? one.content.title : one.owner));
    };
    await expect.poll(() => titlesOf(large)).toContain('a Network Operator');
    expect(await titlesOf(large)).toEqual(
      expect.arrayContaining(['a Supplier', 'Release of spring', 'New firewall rules for the gateway']),
    );
    const { items } = await api(large).changes.clashes();
    const words = items.flatMap(({ clashes }) => clashes.map((clash) => clash.words)).join('\n');
    expect(words).toMatch(/“Certificates of the network interface are renewed” .* DUIS gateway which needs Network/);
    expect(words).toMatch(/A change of a Supplier .* the device model AB01 010A030B/);
  });

  test('streams: a User sees its two', async () => {
    const { items } = await api(large).streams();
    expect(items.map(({ userId, direction }) => [userId, direction])).toEqual([
      [large, 'southbound'],
      [large, 'northbound'],
    ]);
    await vi.waitFor(async () => {
      for (const stream of (await api(large).streams()).items) expect(stream.cursor).toBeDefined();
    }, soon);
  });

  test('nobody is answered without a certificate; metrics count what was answered, committed and delivered', async () => {
    expect((await fetch(`${http}/api/v1/messages`)).status).toBe(401);
    const text = await (await fetch(`${http}/metrics`)).text();
    const value = (name: RegExp) =>
      text
        .split('\n')
        .filter((line) => name.test(line))
        .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    expect(value(/^penstock_gateway_answers_total\{.*outcome="accepted"/)).toBeGreaterThan(0);
    expect(value(/^penstock_commit_messages_total/)).toBeGreaterThan(0);
    expect(value(/^penstock_commit_failed_messages_total/)).toBe(0);
    expect(value(/^penstock_gateway_answers_total\{.*outcome="(internal|database)/)).toBe(0);
  });

  test('README’s dozen lines: a flood is held, decided on, signed with openssl and released', async () => {
    const lines = readmeStory()
      .replaceAll('data/demo', join(folder, 'data/demo'))
      .replaceAll(
        'node bin/penstock.cjs',
        `${process.execPath} ${join(import.meta.dirname, '../../../bin/penstock.cjs')}`,
      );
    const story = spawn('bash', ['-e', '-c', lines], {
      cwd: folder,
      env: { ...process.env, ...environment, PENSTOCK_SERVER: gateway },
    });
    const said: string[] = [];
    for (const output of [story.stdout, story.stderr]) output.on('data', (chunk: Buffer) => said.push(String(chunk)));
    const [code] = (await once(story, 'close')) as [number];
    expect([code, said.join('')]).toEqual([
      0,
      expect.stringMatching(/applied[\s\S]*to process[\s\S]*applied[\s\S]*done/),
    ]);
    const released = await api(USERS[0]?.userId ?? OPERATOR_ID).releases();
    expect(released.items).toMatchObject([{ state: 'done', deleted: 0, refused: 0 }]);
    expect(released.items[0]?.sent).toBeGreaterThan(0);
  }, 120_000);

  test('in a browser: its officer begins the flood on the panel, and what is held comes in by itself', async (context) => {
    context.skip(noBrowser !== undefined, noBrowser);
    const [, email = '', secret = ''] = /^ {2}(aro@\S+\.example) +([A-Z2-7]+)$/m.exec(demo.stdout) ?? [];
    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      page.setDefaultTimeout(40_000);
      await page.goto(http);
      await page.getByLabel('E-mail address').fill(email);
      await page
        .getByLabel('Password', { exact: true })
        .fill(/the password of all is (\S+)/.exec(demo.stdout)?.[1] ?? '');
      await page.getByRole('button', { name: 'Continue' }).click();
      // the next code: this one may have been used
      await page.getByLabel('Six-digit code').fill(totpAt(secret, Date.now() + 30_000).code);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('link', { name: 'Demonstration' }).click();
      const flood = page.getByRole('region', { name: 'A flood of requests' });
      await flood.getByRole('button', { name: /^Start/ }).click();
      await flood.getByText(/^Running/).waitFor();
      await flood.getByRole('link', { name: 'See what is held, on the overview' }).click();
      await page.getByRole('link', { name: /^Quarantine .*held/ }).click();
      await page.getByRole('row').nth(1).getByRole('link').first().click();
      await page.getByRole('table', { name: 'Held messages' }).getByRole('row').nth(1).waitFor();
      await page.getByRole('button', { name: /^Show [\d,]+ new held messages$/ }).waitFor();
      await page.getByRole('link', { name: 'Demonstration' }).click();
      await flood.getByRole('button', { name: /^Stop/ }).click();
      await flood.getByText('Not running').waitFor();
    } finally {
      await browser.close();
    }
  }, 120_000);

  test('the rehearsal: where the change was announced, the incident names it first, and else nobody knows why', async () => {
    const look = async () => {
      const answer = await fetch(`${http}/api/v1/demonstration`, { headers: { cookie } });
      return demonstrationSchema.parse(await answer.json()).rehearsal;
    };
    await expect.poll(async () => (await look())?.state, { timeout: 240_000 }).not.toBe('running');
    const { state, said, scenes } = (await look()) ?? {};
    expect([state, said?.join('\n')]).toEqual(['done', expect.stringContaining('Played')]);
    const causes = scenes?.map(({ moments }) => moments.find(({ step }) => step === 'cause')?.words);
    expect(causes).toEqual([
      expect.stringMatching(/^It names first “New firewall rules for the gateway” of Northwind Energy/),
      expect.stringMatching(/^It names no change/),
    ]);
    for (const { moments, others } of scenes ?? []) {
      const order = moments.map(({ step }) => step);
      expect(order).toEqual(['planned', 'blocked', 'opened', 'cause', 'waiting', 'reopened', 'ended']);
      expect(others.waiting.count).toBeGreaterThan(0);
    }
    // nothing of it goes on
    const { items } = await api(OPERATOR_ID).incidents({ userId: large, state: 'active' });
    expect(items.filter(({ cause }) => cause?.kind === 'stream')).toEqual([]);
    expect((await api(large).changes.list({ state: 'cancelled' })).items).toHaveLength(1);
  }, 300_000);

  test('no line of the log wants a person', async () => {
    const log = readFileSync(join(folder, 'data/demo/penstock.log'), 'utf8').trim().split('\n');
    expect(log.filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([]);
    expect(demo.stderr).toBe('');
  });
});

describe('when it is stopped', () => {
  test('SIGTERM ends it in order, with 0, and nothing is left running', async () => {
    expect(await demo.end()).toEqual({ code: 0, signal: null });
    expect(demo.stderr).toBe('');
    expect(processesOfFolder()).toEqual([]);
  });

  test('started again on the same folder it works, and the record is still there', async () => {
    await startDemo();
    const recorded = await messagesOf(large, { kind: 'service_request' });
    expect(recorded).not.toEqual([]);
    const [newest] = recorded;
    await vi.waitFor(async () => {
      const [later] = await messagesOf(large, { kind: 'service_request', code: 'I99' });
      expect(later?.position).not.toBe(newest?.position);
    }, soon);
  });

  test('a second signal ends it at once, with 1; the next start takes over what it left', async () => {
    demo.child.kill('SIGINT');
    expect(await demo.end('SIGTERM')).toEqual({ code: 1, signal: null });
    // the simulator ends with it, its PostgreSQL waits for the next start
    await vi.waitFor(() => expect(processesOfFolder().filter((line) => line.includes('simulator'))).toEqual([]), soon);
    await startDemo();
    expect(await messagesOf(large)).not.toEqual([]);
    expect(await demo.end('SIGINT')).toEqual({ code: 0, signal: null });
    expect(processesOfFolder()).toEqual([]);
    expect(findServer(join(folder, 'data'))).toBeUndefined();
  });
});

/** What `penstock demo code` says of a person. */
async function saidCode(email: string): Promise<string> {
  const command = new Penstock(['demo', 'code', email], { environment, folder });
  expect(await command.ended).toMatchObject({ code: 0 });
  return command.stdout.slice(0, 6);
}
