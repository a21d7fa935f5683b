import { X509Certificate } from 'node:crypto';
import { readMessage, requireEui, verifySignature } from '@penstock/duis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { inTransaction } from '../foundation/database/index.ts';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import { testCertificate } from '../parties/testing-certificates.ts';
import { replaceThresholds } from '../thresholds/index.ts';
import { type Alerter, createAlertCursors, writeNextAlerts } from './alerts.ts';
import { event, hold, insertQuarantineWorld, meter, userA, userB } from './testing-quarantine.ts';

const operatorId = requireEui('90-B3-D5-1F-30-00-00-02');
const certificate = testCertificate({ userId: operatorId, serial: '0a' });
const alerter: Alerter = {
  signer: { privateKey: certificate.privateKey, issuer: 'CN=Z1,OU=07', serial: '10' },
  operatorId,
  alertCode: 'N999',
};

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
  await insertQuarantineWorld(database.pool);
  await createAlertCursors(database.pool);
});
afterEach(() => database.drop());

interface Alert {
  readonly user_id: string;
  readonly counter: string;
  readonly device: string;
  readonly body: Buffer;
}
async function alerts(): Promise<Alert[]> {
  const { rows } = await database.pool.query<Alert>(
    `select l.user_id::text, l.counter::text, d.device::text, s.body
     from message_log l
     join stream s on s.user_id = l.user_id and s.direction = 'northbound' and s.day = l.day and s.sequence = l.sequence
     join named_device d on d.user_id = l.user_id and d.day = l.day and d.sequence = l.sequence
     where l.kind = 'dcc_alert' and l.sha256 = sha256(s.body) and l.size = octet_length(s.body)
     order by l.day, l.sequence`,
  );
  return rows;
}

test('each held or deleted request has one alert on its User’s stream, signed by the Operator', async () => {
  await hold(database.pool, { count: 3 });
  await hold(database.pool, { userId: userB, event: '20261120000000000777', from: 10, count: 1 });
  await database.pool.query('update held_message set body = null where sequence = 2');
  expect(await writeNextAlerts(database.pool, 0, alerter)).toEqual([userA, userB]);
  expect(await writeNextAlerts(database.pool, 0, alerter)).toBeUndefined();
  const written = await alerts();
  expect(written).toHaveLength(4);
  expect(new Set(written.map(({ counter }) => counter)).size).toBe(4);
  expect(written.every(({ device }) => requireEui(device) === meter)).toBe(true);
  const [first] = written;
  const message = readMessage(first?.body ?? Buffer.alloc(0));
  if (message.type !== 'response' || message.signature === undefined) throw new Error('no signed alert');
  expect(message.responseId).toMatchObject({ originator: operatorId, target: userA });
  expect(message.body.child('DCCAlertCode')?.text()).toBe('N999');
  const breach = [...message.body.descendants('ADUserThresholdBreach')][0];
  expect(breach?.child('RequestID')?.text()).toBe(`${userA}:${meter}:1`);
  expect(breach?.child('QuarantineEventRef')?.text()).toBe(event);
  expect(verifySignature(message.signature, new X509Certificate(certificate.der).publicKey).ok).toBe(true);
});

test('a threshold that begins afterwards does not count them: what we write ourselves counts for nothing', async () => {
  await hold(database.pool, { count: 3 });
  await writeNextAlerts(database.pool, 0, alerter);
  expect(await alerts()).toHaveLength(3);
  await inTransaction(database.pool, (client) =>
    replaceThresholds(client, {
      owner: userA,
      rows: (['all', 'alerts'] as const).map((services) => ({
        services: [services],
        direction: 'received',
        periodSeconds: 86_400,
        bounds: [{ kind: 'threshold', warning: undefined, quarantine: 10n, from: undefined, to: undefined }],
      })),
      submission: undefined,
      reference: 'SR-1',
    }),
  );
  const { rows } = await database.pool.query('select (closed + current)::integer as count from threshold_count');
  expect(rows).toEqual([{ count: 0 }, { count: 0 }]);
});

test('what was held northbound has none', async () => {
  await hold(database.pool, { count: 2, direction: 'northbound' });
  expect(await writeNextAlerts(database.pool, 0, alerter)).toBeUndefined();
});

test('several processes write each once', async () => {
  await hold(database.pool, { count: 1_700 });
  const write = async () => {
    for (let idle = 0; idle < 3; ) {
      if ((await writeNextAlerts(database.pool, 0, alerter)) === undefined) idle += 1;
    }
  };
  await Promise.all([write(), write(), write()]);
  await write();
  const { rows } = await database.pool.query(
    `select count(*)::integer as rows, count(distinct counter)::integer as counters from message_log where kind = 'dcc_alert'`,
  );
  expect(rows).toEqual([{ rows: 1_700, counters: 1_700 }]);
});
