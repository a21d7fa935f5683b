import { parseDecimal } from '@penstock/duis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inTransaction } from '../foundation/database/index.ts';
import { replaceLimits } from '../thresholds/limits-store.ts';
import { setThresholds, threshold } from '../thresholds/testing-thresholds.ts';
import {
  esme,
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
