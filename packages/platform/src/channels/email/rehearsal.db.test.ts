import { createHash, randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { systemClock } from '../../foundation/clock.ts';
import { loadConfig } from '../../foundation/config.ts';
import { createLog } from '../../foundation/log.ts';
import { registerEmailRecipient } from '../../parties/email-recipients-store.ts';
import { Reports } from '../../quarantine/report.ts';
import {
  operatorId,
  type SubmissionWorld,
  submissionWorld,
  testPki,
  userA,
} from '../../submissions/testing-submissions.ts';
import { declareOutage, endOutage } from '../../ways/outages-store.ts';
import { findStanding, writeSetUp } from '../../ways/ways-store.ts';
import { type Email, startEmail } from './index.ts';
import { Dialog, EmailKeys, messageOf, Sink } from './testing-email.ts';

// A whole outage is played: the preferred way is down, the outage declared, a file comes by e-mail, its receipt goes out,
// the way is back, and e-mail is closed again.

const soon = { timeout: 60_000, interval: 50 };
let keys: EmailKeys;
let pki: Awaited<ReturnType<typeof testPki>>;
let world: SubmissionWorld;
let sink: Sink;
let email: Email | undefined;

beforeAll(async () => {
  keys = new EmailKeys();
  keys.encrypting('officer');
  sink = new Sink(keys);
  pki = await testPki();
  world = await submissionWorld(pki.pki);
  const { pool } = world.database;
  await writeSetUp(pool, { https: { portal: '', api: '', mostBytes: 1 } });
  const certificate = keys.text('officer.pem');
  await registerEmailRecipient(pool, { userId: userA, address: 'officer@user.example', certificate });
  const environment = {
    ...keys.settings,
    PENSTOCK_EMAIL_RELAY: `smtp://localhost:${await sink.listen()}`,
    PENSTOCK_EMAIL_RELAY_AUTHORITIES_FILE: keys.path('root.pem'),
    PENSTOCK_FILES_TRUST_ANCHORS: pki.pki.fileAuthorityFile,
    PENSTOCK_FILES_REVOCATION_LISTS: pki.pki.revocationListFile,
  };
  email = await startEmail({
    config: loadConfig({ environment, workingFolder: '/' }),
    log: createLog({ level: 'silent' }),
    clock: systemClock,
    registry: new Registry(),
    pool,
    reports: new Reports(pool),
  });
}, 120_000);
afterAll(async () => {
  await email?.stop();
  await sink?.close();
  await world?.close();
  await pki?.remove();
  keys?.remove();
});

async function send(mail: string): Promise<string> {
  const dialog = await Dialog.secure(email?.port ?? 0);
  const said = await dialog.mail(mail);
  dialog.end();
  return said;
}

test('an outage of the preferred way, from its declaration to its end', async () => {
  const { pool } = world.database;
  const text = [
    'adt-file/1,user_id,services,direction,period,warning,quarantine,from,to,reference',
    `threshold,${userA},4.1.1,sent,PT1H,,500,,,`,
    '',
  ].join('\n');
  const signature = world.sign(text);
  const sha256 = createHash('sha256').update(text).digest('hex');
  const message = messageOf({ name: 'adt.csv', bytes: text }, { name: 'adt.csv.p7s', bytes: signature });
  const mail = keys.encrypt(message, userA);
  const acting = () => ({
    viewer: { kind: 'operator', userId: operatorId } as const,
    now: new Date(),
    operatorId,
  });

  expect(await send(mail)).toMatch(/^550 Not taken: E-mail is closed/);
  const outage = randomUUID();
  await declareOutage(pool, { outage, way: 'https', reason: 'The portal and the API do not answer.' }, acting());
  expect((await findStanding(pool, 'email', new Date())).sentence).toContain('E-mail is open');
  expect(await send(mail)).toContain(`250 taken in as ${sha256}; receipts go to the registered address`);
  while (await world.worker.workOnNext());
  await vi.waitFor(() => expect(sink.arrived).toHaveLength(1), soon);
  expect(sink.arrived[0]?.to).toEqual(['officer@user.example']);
  keys.write('mail', sink.arrived[0]?.text ?? '');
  const opened = keys.run(...'cms -decrypt -in mail -inkey officer.key -recip officer.pem'.split(' ')).toString();
  expect(opened).toContain('is now in the state: applied');

  await endOutage(pool, { outage, why: 'They answer again.' }, acting());
  expect(await send(mail)).toMatch(/^550 Not taken: E-mail is closed/);
  // by the way that is back it is the same submission, and nothing is applied twice
  expect(await world.post(text, signature)).toMatchObject({ status: 202, json: { sha256, state: 'applied' } });
  const { json } = await world.get(`/submissions/${sha256}`);
  expect(json.deliveries?.map(({ way }) => way).sort()).toEqual(['email', 'https']);
  expect(sink.arrived).toHaveLength(1);
});
