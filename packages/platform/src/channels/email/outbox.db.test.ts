import { createHash, randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../foundation/clock.ts';
import { loadConfig } from '../../foundation/config.ts';
import { inTransaction } from '../../foundation/database/index.ts';
import { readFileSigner } from '../../foundation/file-signer.ts';
import { createLog } from '../../foundation/log.ts';
import { testAuthor } from '../../foundation/testing-author.ts';
import { registerEmailRecipient, revokeEmailRecipient } from '../../parties/email-recipients-store.ts';
import { Reports } from '../../quarantine/report.ts';
import { event, hold } from '../../quarantine/testing-quarantine.ts';
import { receiveFile } from '../../submissions/receive.ts';
import {
  MOST_BYTES,
  MOST_KEPT_BYTES,
  operatorId,
  type SubmissionWorld,
  submissionWorld,
  testPki,
  userA,
  userB,
} from '../../submissions/testing-submissions.ts';
import { tellOne } from '../../ways/notices-store.ts';
import { declareOutage, endOutage } from '../../ways/outages-store.ts';
import { queueNoticeMails } from './notice-mail-store.ts';
import { NoticeMails } from './notice-mails.ts';
import { Outbox, pauseAfter } from './outbox.ts';
import { openRelay, type Relay } from './relay.ts';
import { type Arrived, address, EmailKeys, Sink } from './testing-email.ts';

// What goes out, into a mail server that asks for STARTTLS, with a real database behind it.

const log = createLog({ level: 'silent' });
let keys: EmailKeys;
let pki: Awaited<ReturnType<typeof testPki>>;
let world: SubmissionWorld;
let sink: Sink;
let arrived: Arrived[];
let outbox: Outbox;
let relay: Relay | undefined;
let makeOutbox: (overrides?: Readonly<Record<string, string>>, registry?: Registry) => Outbox;
let lowest = 1_000;

beforeAll(async () => {
  keys = new EmailKeys();
  for (const name of ['a', 'a2', 'b']) keys.encrypting(name, name === 'a2' ? 'RSA-2048' : 'P-256');
  pki = await testPki();
  world = await submissionWorld(pki.pki);
  sink = new Sink(keys);
  ({ arrived } = sink);
  const port = await sink.listen();
  const operator = pki.pki.users.get(operatorId)?.signing;
  makeOutbox = (overrides = {}, registry = new Registry()) => {
    const environment = {
      ...keys.settings,
      PENSTOCK_EMAIL_RELAY: `smtp://localhost:${port}`,
      PENSTOCK_EMAIL_RELAY_AUTHORITIES_FILE: keys.path('root.pem'),
      PENSTOCK_OPERATOR_SIGNING_KEY_FILE: operator?.keyFile,
      PENSTOCK_OPERATOR_SIGNING_CERTIFICATE_FILE: operator?.certificateFile,
      ...overrides,
    };
    const config = loadConfig({ environment, workingFolder: '/' });
    relay = openRelay(config);
    if (relay === undefined) throw new Error('there is no relay');
    const { pool } = world.database;
    return new Outbox({
      pool,
      log,
      clock: systemClock,
      registry,
      reports: new Reports(pool),
      operatorId,
      signer: readFileSigner(config),
      relay,
      address,
      mostBytes: config.email.maxBytes,
    });
  };
  outbox = makeOutbox();
  const register = (userId: string, name: string, to: string) =>
    registerEmailRecipient(
      world.database.pool,
      { userId, address: to, certificate: keys.text(`${name}.pem`) },
      testAuthor,
    );
  await register(userA, 'a', 'a@user.example');
  await register(userA, 'a2', 'a2@user.example');
  await register(userB, 'b', 'b@user.example');
}, 120_000);
afterAll(async () => {
  await sink?.close();
  await world?.close();
  await pki?.remove();
  keys?.remove();
});
afterEach(async () => {
  sink.failing = 'never';
  arrived.length = 0;
  await world.database.pool.query('delete from email_outbox');
  await world.database.pool.query('delete from submission_delivery');
});

/** Brings a file in as a mail does, and to rest. */
async function deliver(
  userId: typeof userA,
  text: string,
  way: 'email' | 'https' = 'email',
  signature = world.sign(text, userId),
): Promise<string> {
  const once = async function* (bytes: Buffer) {
    yield bytes;
  };
  const parts = async function* () {
    yield { name: 'signature', bytes: once(signature) };
    yield { name: 'file', fileName: 'adt.csv', bytes: once(Buffer.from(text)) };
  };
  const { pool } = world.database;
  const given = { userId, parts: parts(), mostBytes: MOST_BYTES, mostKeptBytes: MOST_KEPT_BYTES, way, by: 'Officer' };
  const sha256 = await receiveFile(pool, { ...given, start: { pausedBy: undefined, rate: undefined } });
  while (await world.worker.workOnNext());
  return sha256.toString('hex');
}

const adt = (userId = userA, quarantine = lowest--) =>
  [
    'adt-file/1,user_id,services,direction,period,warning,quarantine,from,to,reference',
    `threshold,${userId},4.1.1,sent,PT1H,,${quarantine},,,`,
    '',
  ].join('\n');

async function sendAll(by = outbox): Promise<void> {
  await by.queue();
  while (await by.sendNext());
}

const toAddress = (name: string) => arrived.find(({ to }) => to[0] === `${name}@user.example`);

/** Everything that was put off is due. */
const makeDue = () => world.database.pool.query(`update email_outbox set next_try_at = now() where state = 'queued'`);

async function rows(): Promise<{ state: string; tries: number; failure: string | null }[]> {
  const found = await world.database.pool.query('select state, tries, failure from email_outbox order by fingerprint');
  return found.rows;
}

/** What openssl makes of a mail for somebody; undefined: it is not for them. */
function open(mail: Arrived | undefined, name: string): string | undefined {
  keys.write('mail', mail?.text ?? '');
  const said = keys.try(...`cms -decrypt -in mail -inkey ${name}.key -recip ${name}.pem`.split(' '));
  return said.status === 0 ? said.stdout.toString('latin1') : undefined;
}

function attachment(message: string, end: string): Buffer {
  const [, body = ''] = new RegExp(`filename="[^"]*${end}"\\r\\n\\r\\n([A-Za-z0-9+/=\\r\\n]+)`).exec(message) ?? [];
  return Buffer.from(body, 'base64');
}

/** Whether openssl takes a signature over a document for the Operator's. */
function isSigned(document: Buffer, signature: Buffer): boolean {
  keys.write('document', document);
  keys.write('signature', signature);
  keys.write('signer.pem', pki.pki.users.get(operatorId)?.signing.certificate ?? '');
  const verify = 'cms -verify -binary -inform PEM -in signature -content document -noverify -certfile signer.pem';
  return keys.try(...verify.split(' ')).status === 0;
}

describe('a receipt', () => {
  test('goes to each address of the User alone, once, encrypted, over TLS; openssl opens and verifies it', async () => {
    const sha256 = await deliver(userA, adt());
    await deliver(userA, adt(), 'https');
    await sendAll();
    await sendAll();
    expect(arrived.map(({ to }) => to).sort()).toEqual([['a2@user.example'], ['a@user.example']]);
    expect(arrived.every(({ secure, from }) => secure && from === address)).toBe(true);
    const mail = arrived.find(({ to }) => to[0] === 'a@user.example');
    // outside there is no word of it
    expect(mail?.text).not.toContain('applied');
    expect(mail?.text).toContain('Auto-Submitted: auto-generated');
    expect(open(mail, 'b')).toBeUndefined();
    const message = open(mail, 'a') ?? '';
    const receipt = attachment(message, 'applied.json');
    expect(JSON.parse(receipt.toString())).toMatchObject({ submission: { userId: userA, sha256, state: 'applied' } });
    expect(isSigned(receipt, attachment(message, 'json.p7s'))).toBe(true);
    const other = arrived.find(({ to }) => to[0] === 'a2@user.example');
    expect(open(other, 'a2')).toContain('applied.json');
  });

  test('of another User goes to that one’s address, and never elsewhere', async () => {
    await deliver(userB, adt(userB));
    await sendAll();
    expect(arrived.map(({ to }) => to)).toEqual([['b@user.example']]);
    expect(open(arrived[0], 'b')).toContain(userB);
    for (const name of ['a', 'a2']) expect(open(arrived[0], name)).toBeUndefined();
  });

  test('of each state is one', async () => {
    // a higher number waits for a second officer
    const text = adt(userA, 5_000);
    const signature = world.sign(text);
    await deliver(userA, text, 'email', signature);
    await sendAll();
    expect(arrived).toHaveLength(2);
    const waiting = arrived.find(({ to }) => to[0] === 'a@user.example');
    expect(open(waiting, 'a')).toContain('awaiting second officer');
    const waitingId = /Message-ID: (.*)/.exec(waiting?.text ?? '')?.[1];
    // the same mail once more changes nothing
    await deliver(userA, text, 'email', signature);
    await sendAll();
    expect(arrived).toHaveLength(2);
    const other = await deliver(userA, 'no file of any kind');
    await sendAll();
    expect(arrived).toHaveLength(4);
    const refused = arrived.slice(2).find(({ to }) => to[0] === 'a@user.example');
    expect(open(refused, 'a')).toContain(other);
    expect(refused?.text).not.toContain(waitingId);
  });

  test('is sent by one, however many try', async () => {
    for (let n = 0; n < 4; n += 1) await deliver(userA, adt());
    const others = [outbox, makeOutbox(), makeOutbox()];
    await Promise.all(others.map((one) => sendAll(one)));
    expect(arrived).toHaveLength(8);
    const ids = arrived.map(({ text }) => /Message-ID: (.*)/.exec(text)?.[1]);
    expect(new Set(ids).size).toBe(8);
  });

  test('is tried again later and later, under the same Message-ID, until it is passed on', async () => {
    await deliver(userB, adt(userB));
    const health = async () =>
      (await world.database.pool.query(`select failures, failure from way where way = 'email'`)).rows;
    await world.database.pool.query(`update way set failures = 0, failure = null where way = 'email'`);
    const registry = new Registry();
    const counted = makeOutbox({}, registry);
    const outcomes = async () =>
      (await registry.getSingleMetric('penstock_email_sent_total')?.get())?.values.map(({ labels, value }) => [
        labels.outcome,
        value,
      ]);
    // a relay that says to come again is no failure of the way
    sink.failing = 'later';
    for (let time = 0; time < 3; time++) {
      await sendAll(counted);
      expect(arrived).toEqual([]);
      // not before its time
      expect(await counted.sendNext()).toBe(false);
      await makeDue();
    }
    expect([await outcomes(), await health()]).toEqual([[['later', 3]], [{ failures: 0, failure: null }]]);
    sink.failing = 'for good';
    await sendAll(counted);
    await makeDue();
    expect(await rows()).toMatchObject([{ state: 'queued', tries: 4, failure: expect.stringContaining('no') }]);
    expect(await health()).toEqual([{ failures: 1, failure: expect.stringContaining('no') }]);
    sink.failing = 'never';
    await sendAll(counted);
    expect(arrived).toHaveLength(1);
    expect(await rows()).toMatchObject([{ state: 'sent', tries: 5 }]);
    const all = [
      ['later', 3],
      ['again', 1],
      ['sent', 1],
    ];
    expect(await outcomes()).toEqual(all);
    expect([1, 2, 3, 20].map(pauseAfter)).toEqual([30, 60, 120, 3_600]);
  });

  test('is given up after five days', async () => {
    await deliver(userB, adt(userB));
    sink.failing = 'later';
    await outbox.queue();
    await world.database.pool.query(`update email_outbox set queued_at = now() - interval '6 days'`);
    await outbox.sendNext();
    expect(await rows()).toMatchObject([{ state: 'dropped' }]);
  });

  test('that was taken in hand by whoever was killed is sent by another, when its time is over', async () => {
    await deliver(userB, adt(userB));
    await outbox.queue();
    await world.database.pool.query(
      `update email_outbox set tries = 1, next_try_at = clock_timestamp() + interval '10 minutes'`,
    );
    expect(await outbox.sendNext()).toBe(false);
    await makeDue();
    expect(await outbox.sendNext()).toBe(true);
    expect(arrived).toHaveLength(1);
  });

  test('does not go to an address that was revoked meanwhile', async () => {
    const { pool } = world.database;
    keys.encrypting('gone');
    const certificate = keys.text('gone.pem');
    await registerEmailRecipient(pool, { userId: userB, address: 'gone@user.example', certificate }, testAuthor);
    await deliver(userB, adt(userB));
    await outbox.queue();
    expect(await rows()).toHaveLength(2);
    const fingerprint = createHash('sha256').update(Buffer.from(certificate.split('-----')[2] ?? '', 'base64'));
    await revokeEmailRecipient(pool, { userId: userB, fingerprint: fingerprint.digest('hex') }, testAuthor);
    await sendAll();
    expect(arrived.map(({ to }) => to)).toEqual([['b@user.example']]);
  });

  test('goes nowhere without TLS, nor to a relay that cannot show who it is', async () => {
    await deliver(userB, adt(userB));
    await sendAll(makeOutbox({ PENSTOCK_EMAIL_RELAY_AUTHORITIES_FILE: keys.path('b.pem') }));
    expect(await rows()).toMatchObject([{ state: 'queued', tries: 1 }]);
    await makeDue();
    sink.setStartTls(false);
    try {
      await sendAll();
    } finally {
      sink.setStartTls(true);
    }
    expect(await rows()).toMatchObject([{ state: 'queued', tries: 2 }]);
    expect(arrived).toEqual([]);
  });
});

test('what is told of the ways goes to each address once, in any letters, also while e-mail is closed', async () => {
  const { pool } = world.database;
  const words = 'Outage of SFTP: “Störung” at the Operator’s. Until it is ended, deliver files by e-mail.';
  await inTransaction(pool, (client) => tellOne(client, { way: 'sftp', words, userId: userA }));
  for (let round = 0; round < 2; round++) await sendAll();
  expect(arrived.map(({ to }) => to).sort()).toEqual([['a2@user.example'], ['a@user.example']]);
  const message = open(toAddress('a'), 'a') ?? '';
  const [, base64 = ''] = /charset=utf-8\r\n[^\r]*\r\n\r\n([A-Za-z0-9+/=\r\n]+)/.exec(message) ?? [];
  expect(Buffer.from(base64, 'base64').toString()).toContain(words);
  // anybody could encrypt words to the certificate: the Operator's are signed, with when they were told and to whom
  const notice = attachment(message, 'notice.txt');
  expect(notice.toString()).toMatch(new RegExp(`^Told to ${userA} on \\d+ \\w+ \\d{4} at [0-9:]+ UTC:\n${words}\n$`));
  expect(isSigned(notice, attachment(message, 'notice.txt.p7s'))).toBe(true);
  expect(isSigned(Buffer.concat([notice, Buffer.from('.')]), attachment(message, 'notice.txt.p7s'))).toBe(false);
  expect(toAddress('a')?.text).not.toContain('SFTP');
  await pool.query('delete from notice');
});

test('a notice that was put off until its outage had ended does not go any more; that it ended does', async () => {
  const { pool } = world.database;
  const acting = { viewer: { kind: 'operator', userId: operatorId }, author: testAuthor, operatorId } as const;
  const outage = randomUUID();
  await pool.query(`update way set set_up = '{}' where way = 'sftp'`);
  const now = new Date();
  await declareOutage(pool, { way: 'sftp', outage, reason: 'Gone' }, { ...acting, now });
  sink.failing = 'later';
  await sendAll();
  await makeDue();
  await endOutage(pool, { outage, why: 'It is back.' }, { ...acting, now });
  sink.failing = 'never';
  await sendAll();
  expect(
    arrived.map((mail) => open(mail, mail.to[0]?.replace(/@.*/, '') ?? '')?.match(/outage of SFTP ended/i)?.[0]),
  ).toEqual(Array(3).fill('outage of SFTP ended'));
  expect((await rows()).map(({ state }) => state).sort()).toEqual([
    ...Array(3).fill('dropped'),
    ...Array(3).fill('sent'),
  ]);
  await pool.query('delete from notice; delete from way_outage');
});

describe('a report', () => {
  const at = { userId: userA, event };
  const declare = () =>
    world.database.pool.query(
      `insert into way_outage (outage, way, from_at, reason, declared_at, declared_by, changed_at)
       values ($1, 'https', now() - interval '1 minute', 'r', now(), 'Operator', now())`,
      [randomUUID()],
    );
  const end = () => world.database.pool.query('update way_outage set ended_at = now()');
  const later = () =>
    world.database.pool.query(`update email_outbox set queued_at = queued_at - interval '61 minutes'`);
  const toA = (mails: readonly Arrived[]) => mails.filter(({ to }) => to[0] === 'a@user.example');
  afterEach(async () => {
    for (const table of ['way_outage', 'notice', 'event_decision', 'held_message', 'quarantine_event', 'message_log']) {
      await world.database.pool.query(`delete from ${table}`);
    }
  });

  test('goes out while the way is open, to the User’s addresses alone, signed', async () => {
    await hold(world.database.pool, { ...at, count: 30 });
    await sendAll();
    expect(arrived).toEqual([]);
    await declare();
    await sendAll();
    expect(arrived.map(({ to }) => to).sort()).toEqual([['a2@user.example'], ['a@user.example']]);
    const message = open(toA(arrived)[0], 'a');
    const report = attachment(message ?? '', `${event}.csv`).toString();
    expect(report.split('\n').length).toBeGreaterThan(30);
    expect(attachment(message ?? '', 'csv.p7s').toString()).toContain('BEGIN CMS');
  });

  test('goes once in an outage however many notices there are, whatever the age of the event; and in the next outage', async () => {
    const { pool } = world.database;
    await hold(pool, { ...at, count: 3 });
    await pool.query(
      `update quarantine_event set first_at = first_at - interval '80 days', last_at = last_at - interval '80 days'`,
    );
    for (let number = 1; number <= 3; number++) {
      await pool.query(
        `insert into notice (user_id, noticed_at, kind, about, words, count)
         values ($1, clock_timestamp() - make_interval(mins => 10 * $2), 'held', $3, 'w', 1)`,
        [userA, number, event],
      );
    }
    await declare();
    for (let round = 0; round < 3; round++) {
      await sendAll();
      await later();
    }
    expect(toA(arrived)).toHaveLength(1);
    await end();
    await sendAll();
    expect(toA(arrived)).toHaveLength(1);
    await declare();
    for (let round = 0; round < 3; round++) {
      await sendAll();
      await later();
    }
    expect(toA(arrived)).toHaveLength(2);
    expect(arrived).toHaveLength(4);
  });

  test('goes again when it is another, an hour after the last at the earliest, and no more once all is decided', async () => {
    const { pool } = world.database;
    await hold(pool, { ...at, count: 3 });
    await declare();
    await sendAll();
    await hold(pool, { ...at, count: 4, from: 50 });
    await sendAll();
    expect(toA(arrived)).toHaveLength(1);
    await later();
    await sendAll();
    await later();
    await sendAll();
    expect(toA(arrived)).toHaveLength(2);
    const report = attachment(open(toA(arrived)[1], 'a') ?? '', `${event}.csv`).toString();
    expect(report.trim().split('\n').length).toBeGreaterThanOrEqual(7);
    await pool.query(`insert into event_decision (user_id, event, submission, decided) values ($1, $2, '\\x01', 7)`, [
      userA,
      event,
    ]);
    await later();
    await sendAll();
    expect(toA(arrived)).toHaveLength(2);
  });

  test('is made of what there is when it goes: what came while it waited does not send it again', async () => {
    await hold(world.database.pool, { ...at, count: 3 });
    await declare();
    await outbox.queue();
    await hold(world.database.pool, { ...at, count: 4, from: 50 });
    await sendAll();
    await later();
    await sendAll();
    expect(toA(arrived)).toHaveLength(1);
  });

  test('is queued once, however many platforms queue', async () => {
    await hold(world.database.pool, { ...at, count: 3 });
    await declare();
    await Promise.all([outbox, makeOutbox(), makeOutbox()].map((one) => one.queue()));
    await outbox.queue();
    expect(await rows()).toHaveLength(2);
  });

  test('that is too large for a mail is told of; one that waits is dropped when the way closes', async () => {
    await declare();
    await hold(world.database.pool, { ...at, count: 600, from: 1_000 });
    await sendAll(makeOutbox({ PENSTOCK_EMAIL_MAX_BYTES: '65536' }));
    expect(arrived).toHaveLength(2);
    expect(open(toA(arrived)[0], 'a')).toContain('too many for a mail');
    arrived.length = 0;
    await end();
    await declare();
    await outbox.queue();
    await end();
    await sendAll();
    expect(arrived).toEqual([]);
    expect((await rows()).filter(({ state }) => state === 'dropped')).toHaveLength(2);
  });
});

test('a person who chose so is told that there is something, not what: once, of all together, while it may read it', async () => {
  const { pool } = world.database;
  outbox = makeOutbox();
  if (relay === undefined) throw new Error('there is no relay');
  const mails = new NoticeMails({
    ...{ pool, log, clock: systemClock, operatorId, relay, address },
    portal: 'https://portal.example',
  });
  const send = async () => {
    await queueNoticeMails(pool, operatorId);
    return mails.sendNext();
  };
  const tell = (kind: string, about: string) =>
    pool.query(
      `insert into notice (user_id, noticed_at, kind, about, words, count)
       values ($1, clock_timestamp(), $2, $3, 'Secret plan', 0)`,
      [userA, kind, about],
    );
  await pool.query(`insert into person (person_id, email, name) values ('p', 'ann@people.example', 'Ann')`);
  await pool.query(`insert into person_role (person_id, acting, role) values ('p', $1, 'analyst')`, [userA]);
  await tell('change', 'too-early');
  await pool.query(`insert into notice_choice values ('p', $1, 'change', true, true, clock_timestamp())`, [userA]);
  for (const about of ['one', 'two']) await tell('change', about);
  await tell('export', 'not-chosen');
  sink.failing = 'later';
  expect(await send()).toBe(true);
  expect(await send()).toBe(false);
  sink.failing = 'never';
  await pool.query('update notice_mail set next_try_at = clock_timestamp()');
  expect(await send()).toBe(true);
  expect(await send()).toBe(false);
  expect(arrived).toMatchObject([{ to: ['ann@people.example'], secure: true }]);
  expect(arrived[0]?.text).toContain('There are 2 new notices for you.');
  expect(arrived[0]?.text).toContain('https://portal.example/notices');
  for (const secret of ['Secret', userA, 'change']) expect(arrived[0]?.text).not.toContain(secret);
  // within ten minutes nothing more; then not to somebody who is suspended
  await tell('change', 'three');
  expect(await send()).toBe(false);
  await pool.query(`update notice_mail set ended_at = ended_at - interval '1 hour'`);
  await pool.query(`update person set status = 'suspended'`);
  expect(await send()).toBe(true);
  expect(arrived).toHaveLength(1);
  const { rows: kept } = await pool.query<{ state: string }>('select state from notice_mail order by at');
  expect(kept.map(({ state }) => state)).toEqual(['sent', 'sent', 'dropped']);
});
