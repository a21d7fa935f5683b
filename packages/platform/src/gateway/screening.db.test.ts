import { parseDecimal, requireEui } from '@penstock/duis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inTransaction } from '../foundation/database/index.ts';
import { explainVerdict, listContributors } from '../thresholds/explain.ts';
import { replaceLimits } from '../thresholds/limits-store.ts';
import { ALL_USERS } from '../thresholds/matching.ts';
import { setThresholds, threshold } from '../thresholds/testing-thresholds.ts';
import { judgeHeld } from './held-rights.ts';
import {
  esme,
  identity,
  operator,
  type RequestChanges,
  signedRequest,
  supplier,
  type TestGateway,
  type TestWorld,
  testWorld,
} from './testing-gateway.ts';

// Step 5 from end to end: what is screened is answered as ever, and goes no further.

let world: TestWorld;
let gateway: TestGateway;
beforeAll(async () => {
  world = await testWorld();
  gateway = await world.gateway();
});
afterAll(() => world.close());

const balance = (amount: number): RequestChanges => ({
  srv: '1.5',
  commandVariant: 4,
  body: `<sr:UpdateMeterBalance><sr:CreditMode><sr:AdjustMeterBalance>${amount}</sr:AdjustMeterBalance></sr:CreditMode></sr:UpdateMeterBalance>`,
});

async function send(path: string, changes: RequestChanges = {}): Promise<string> {
  const reply = await gateway.send(path, signedRequest(world.identities.supplier, changes));
  expect([reply.status, reply.body]).toEqual([200, expect.stringContaining('ResponseCode>I99<')]);
  const { rows } = await world.database.pool.query<{ verdict: string }>(
    'select verdict from message_log order by sequence desc limit 1',
  );
  return rows[0]?.verdict ?? '';
}

test('a request above its threshold is acknowledged and held, with the certificate that signed it', async () => {
  await setThresholds(world.database.pool, supplier, [threshold(2n)], new Date());
  const verdicts = [];
  for (let count = 0; count < 4; count++) verdicts.push(await send('/duis/send-command'));
  expect(verdicts).toEqual(['passed', 'passed', 'held', 'held']);
  const { rows } = await world.database.pool.query(
    `select distinct h.signer = ('x' || encode(substr(c.fingerprint, 1, 8), 'hex'))::bit(64)::bigint >> 1 & 9223372036854775807 as is_his
     from held_message h join certificate c on c.user_id = h.user_id and c.purpose = 'signing'`,
  );
  expect(rows).toEqual([{ is_his: true }]);
  await setThresholds(world.database.pool, supplier, [], new Date());
});

test('a value out of bounds is held, of a SMETS1 device deleted; one within passes', async () => {
  await inTransaction(world.database.pool, (client) =>
    replaceLimits(client, {
      rows: [
        {
          attribute: 'UpdateMeterBalance.CreditMode.AdjustMeterBalance',
          maximum: parseDecimal('100'),
          from: undefined,
          to: undefined,
        },
      ],
      submission: undefined,
      reference: 'SR-2',
    }),
  );
  expect(await send('/duis/transform', balance(1))).toBe('passed');
  expect(await send('/duis/transform', balance(2_000_000_000))).toBe('held');
  await world.database.pool.query('update device set is_smets1 = true where device = $1', [esme]);
  expect(await send('/duis/transform', balance(2_000_000_000))).toBe('deleted');
  const { rows } = await world.database.pool.query(
    `select h.words, h.body is null as is_gone from held_message h where h.words is not null order by h.sequence`,
  );
  expect(rows).toMatchObject([{ is_gone: false }, { is_gone: true }]);
  expect(rows[0]).toMatchObject({ words: expect.stringMatching(/^the .+ is above the maximum 100 \(/) });
});

test('what the Operator sends as the CoS Party counts across all Users, and what is held of it is its own', async () => {
  const { pool } = world.database;
  const cosParty = identity(requireEui('90-B3-D5-1F-30-00-00-03'));
  await pool.query(`insert into user_id (user_id, party_id) values ($1, 'OP')`, [cosParty.userId]);
  await pool.query(`insert into user_role (user_id, role) values ($1, 'COS')`, [cosParty.userId]);
  await world.register(cosParty);
  await pool.query('update device set is_smets1 = false');
  await setThresholds(pool, ALL_USERS, [threshold(2n, { services: ['6.23'] })], new Date());
  const cos: RequestChanges = { srv: '6.23', body: '<sr:UpdateSecurityCredentialsCoS/>' };
  const verdicts: string[] = [];
  for (const as of [world.identities.supplier, cosParty, cosParty]) {
    const reply = await gateway.send('/duis/send-command', signedRequest(as, cos), { as });
    expect(reply.body).toContain('ResponseCode>I99<');
    const { rows } = await pool.query<{ verdict: string }>(
      'select verdict from message_log where user_id = $1 order by sequence desc limit 1',
      [as.userId],
    );
    verdicts.push(rows[0]?.verdict ?? '');
  }
  expect(verdicts).toEqual(['passed', 'passed', 'held']);
  // not responsible for the device, and nothing else is its to send
  const other = await gateway.send('/duis/send-command', signedRequest(cosParty), { as: cosParty });
  expect(other.body).toContain('ResponseCode>E2<');

  const found = await pool.query(
    `select q.detector, h.day::text, h.sequence, h.signer from held_message h join quarantine_event q using (user_id, event)
     where h.user_id = $1`,
    [cosParty.userId],
  );
  const [held] = found.rows;
  expect(found.rows).toMatchObject([{ detector: 'all_users' }]);
  const contributors = await pool.query<{ id: string }>('select threshold_id as id from threshold where user_id = $1', [
    ALL_USERS,
  ]);
  expect(
    await listContributors(pool, { thresholdId: contributors.rows[0]?.id ?? '', at: new Date(Date.now() + 1_000) }),
  ).toMatchObject({
    count: 2,
    contributors: [
      { userId: cosParty.userId, count: 1 },
      { userId: supplier, count: 1 },
    ],
  });
  const explained = await explainVerdict(
    pool,
    { kind: 'user', userIds: [cosParty.userId] },
    { userId: undefined, position: { day: held.day, sequence: BigInt(held.sequence) }, now: new Date() },
  );
  expect(explained.words.at(-1)).toBe('it waits for a decision');
  // its rights at the release are those of a new message
  const device = { kind: 'ESME', status: 'Commissioned', isSmets1: false, home: undefined, responsible: [] } as const;
  expect(
    judgeHeld(
      {
        direction: 'southbound',
        srv: '6.23',
        commandVariant: 1,
        target: esme,
        userId: cosParty.userId,
        signer: BigInt(held.signer),
      },
      { directory: world.directory.current(), device, operatorId: operator, instant: Date.now() },
    ),
  ).toBeUndefined();
});
