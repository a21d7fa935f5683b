import { randomBytes } from 'node:crypto';
import { encodeFrames, FRAMES_CONTENT_TYPE, networkDeliveredSchema } from '@penstock/api';
import {
  type Answered,
  type Eui,
  gbcsPayloadPart,
  quarantinedRequest,
  requireEui,
  signMessage,
  writeAcknowledgement,
  writeDccAlert,
  writeDeviceAlert,
  writeErrorResponse,
  writePreCommandResponse,
  writeResponse,
  writeSmets1Response,
  writeSmets1SignedResponse,
} from '@penstock/duis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deliverRoute } from './returns-route.ts';
import {
  esme,
  gasSupplier,
  type Identity,
  identity,
  operator,
  type Reply,
  type SendOptions,
  signedRequest,
  supplier,
  type TestGateway,
  type TestWorld,
  testWorld,
} from './testing-gateway.ts';

let world: TestWorld;
let gateway: TestGateway;

const maxMessageBytes = 1024 * 1024;
const startGateway = (mostWaiting = 1_000): Promise<TestGateway> =>
  world.gateway({
    mostWaiting,
    routes: (returns) => new Map([['POST /network/deliver', deliverRoute(returns, maxMessageBytes)]]),
  });

beforeAll(async () => {
  world = await testWorld();
  gateway = await startGateway();
});
afterAll(() => world.close());

interface Delivered {
  readonly user: Eui | string;
  readonly body: Uint8Array;
}

function send(bytes: Uint8Array, options: SendOptions = {}, to = gateway): Promise<Reply> {
  const headers = { 'content-type': FRAMES_CONTENT_TYPE };
  return to.send('/network/deliver', bytes, { as: world.identities.operator, headers, ...options });
}

const frames = (messages: readonly Delivered[]): Buffer =>
  encodeFrames(messages.map(({ user, body }) => ({ header: { user }, body })));

/** The results of a call that was answered with 200. */
async function deliver(messages: readonly Delivered[], to = gateway) {
  const reply = await send(frames(messages), {}, to);
  expect([reply.status, reply.headers['content-type']]).toEqual([200, 'application/json']);
  return networkDeliveredSchema.parse(JSON.parse(reply.body)).results;
}

let counters = 1_000n;

const answered = (changes: Partial<Answered> = {}): Answered => ({
  requestId: { originator: supplier, target: esme, counter: counters++ },
  serviceReferenceVariant: '4.1.1',
  responseDateTime: new Date('2026-11-22T08:00:00Z'),
  ...changes,
});

const signed = (unsigned: string, as: Identity = world.identities.operator): Delivered => ({
  user: supplier,
  body: signMessage(unsigned, as.signer),
});

/** A response to the supplier, whose request it names. */
const response = (as?: Identity): Delivered => signed(writeResponse(answered(), gbcsPayloadPart(randomBytes(40))), as);

const dccAlert = (): string =>
  writeDccAlert({
    responseId: { originator: operator, target: supplier, counter: counters++ },
    responseDateTime: new Date(),
    alertCode: 'AD1',
    alert: quarantinedRequest('ADUserThresholdBreach', answered().requestId, 12_345_678_901_234_567_890n),
  });

/** What of it is in the record, with its devices and how often it is on the stream. */
async function recorded({ body }: Delivered) {
  const { rows } = await world.database.pool.query(
    `select kind, verdict, code, srv, l.originator is null as "isUnasked", counter, schema_version as version,
            response_id as "responseId", responded_at as "respondedAt",
            translate(l.user_id::text, ':', '-') as user, translate(l.target::text, ':', '-') as target,
            array(select translate(l.target::text, ':', '-') where not is_user_id(l.target)
                  union all
                  select translate(d.device::text, ':', '-') from named_device d
                  where (d.user_id, d.day, d.sequence) = (l.user_id, l.day, l.sequence)) as devices,
            (select count(*)::integer from stream s where s.direction = 'northbound' and s.body = $1
               and (s.user_id, s.message_day, s.message_sequence) = (l.user_id, l.day, l.sequence)) as streamed
     from message_log l where direction = 'northbound' and sha256 = sha256($1)`,
    [body],
  );
  return rows;
}

describe('what the network delivers is recorded on its stream, by its kind', () => {
  const responseId = () => ({ originator: esme, target: supplier, counter: counters++ });
  const at = new Date('2026-11-22T08:00:00Z');
  const smets1 = (): string => {
    const signedResponse = signMessage(
      writeSmets1SignedResponse(responseId(), 'ResponseMessage'),
      world.identities.gasSupplier.signer,
    ).toString('utf8');
    const request = answered();
    const id = { ...responseId(), counter: request.requestId.counter };
    return writeSmets1Response({ ...request, responseId: id, signedResponse });
  };
  const withoutIdentifiers = (text: string): string => text.replace(/<sr:ResponseID>[^<]*<\/sr:ResponseID>/, '');
  const cases: [string, () => string, object][] = [
    ['acknowledgement', () => writeAcknowledgement(answered()), { code: 'I99', srv: '4.1.1', target: esme }],
    [
      'response',
      () => writeResponse(answered(), gbcsPayloadPart(randomBytes(40))),
      { code: 'I0', srv: '4.1.1', target: esme, devices: [esme], version: '5.4', responseId: '' },
    ],
    ['response', () => writeErrorResponse(answered(), 'E20'), { code: 'E20', target: esme }],
    [
      'pre_command',
      () => writePreCommandResponse(answered({ serviceReferenceVariant: '1.1.1' }), '4.1', randomBytes(60)),
      { srv: '1.1.1', target: esme },
    ],
    [
      'device_alert',
      () =>
        writeDeviceAlert({
          responseId: responseId(),
          responseDateTime: at,
          alertCode: '8F3F',
          gbcsPayload: randomBytes(9),
        }),
      { code: '8F3F', srv: null, target: esme, devices: [esme], isUnasked: true },
    ],
    ['dcc_alert', dccAlert, { code: 'AD1', target: operator, devices: [esme], isUnasked: true }],
    [
      'dcc_alert',
      () => withoutIdentifiers(dccAlert()),
      { code: 'AD1', target: operator, devices: [esme], isUnasked: true, responseId: null },
    ],
    ['smets1_response', smets1, { code: 'I0', srv: '4.1.1', target: esme, devices: [esme] }],
  ];

  test.each(cases)('%s', async (kind, write, expected) => {
    const message = signed(write());
    expect(await deliver([message])).toMatchObject([{ outcome: 'recorded' }]);
    const lower = JSON.parse(
      JSON.stringify(expected).replaceAll(/(?:[0-9A-F]{2}-){7}[0-9A-F]{2}/g, (eui) => eui.toLowerCase()),
    );
    expect(await recorded(message)).toMatchObject([
      { kind, verdict: 'passed', user: supplier.toLowerCase(), streamed: 1, respondedAt: expect.any(Date), ...lower },
    ]);
    const [again] = await deliver([message]);
    expect(again?.outcome).toBe('repeated');
  });

  test('two alerts without identifiers that differ are two messages', async () => {
    const alerts = [0, 1].map(() => signed(withoutIdentifiers(dccAlert())));
    expect(await deliver(alerts)).toMatchObject([{ outcome: 'recorded' }, { outcome: 'recorded' }]);
    expect(await deliver(alerts)).toMatchObject([{ outcome: 'repeated' }, { outcome: 'repeated' }]);
  });

  test('one alert for two Users is recorded for each', async () => {
    const body = signMessage(withoutIdentifiers(dccAlert()), world.identities.operator.signer);
    const results = await deliver([supplier, gasSupplier].map((user) => ({ user, body })));
    expect(results.map((result) => result.outcome)).toEqual(['recorded', 'recorded']);
    expect(await recorded({ user: supplier, body })).toHaveLength(2);
  });

  test('several answers to one request are all recorded', async () => {
    const one = answered();
    const messages = [writeAcknowledgement(one), writeResponse(one), writeErrorResponse(one, 'E20')].map((text) =>
      signed(text),
    );
    expect((await deliver(messages)).map((result) => result.outcome)).toEqual(['recorded', 'recorded', 'recorded']);
  });
});

describe('a message is recorded once', () => {
  test('however often it stands in one call', async () => {
    const message = response();
    const results = await deliver([message, message, message]);
    expect(results.map((result) => result.outcome).sort()).toEqual(['recorded', 'repeated', 'repeated']);
    expect(new Set(results.map((result) => result.position)).size).toBe(1);
    expect(await recorded(message)).toMatchObject([{ streamed: 1 }]);
  });

  test('however many processes take it at once; each tells the same position', async () => {
    const gateways = [gateway, await startGateway(), await startGateway()];
    const messages = Array.from({ length: 30 }, () => response());
    const answers = await Promise.all([...gateways, ...gateways].map((one) => deliver(messages, one)));
    for (const [index, message] of messages.entries()) {
      const results = answers.map((answer) => answer[index]);
      expect(results.filter((result) => result?.outcome === 'recorded')).toHaveLength(1);
      expect(results.filter((result) => result?.outcome === 'repeated')).toHaveLength(answers.length - 1);
      expect(new Set(results.map((result) => result?.position)).size).toBe(1);
      expect(await recorded(message)).toMatchObject([{ streamed: 1 }]);
    }
  });

  test('a call of more messages than may wait is taken whole', async () => {
    const narrow = await startGateway(5);
    const messages = Array.from({ length: 40 }, () => response());
    const results = await deliver(messages, narrow);
    expect(results.every((result) => result.outcome === 'recorded')).toBe(true);
  });
});

describe('refused, and the others of the call recorded', () => {
  const unknownUser = requireEui('90-B3-D5-1F-30-0F-00-00');
  const edited = (edit: (text: string) => string): Delivered => {
    const { user, body } = response();
    return { user, body: Buffer.from(edit(Buffer.from(body).toString('utf8'))) };
  };
  const cases: [string, () => Delivered, string][] = [
    ['for another User than it names', () => ({ ...response(), user: gasSupplier }), 'gateway.recipient'],
    [
      'an alert for another User than it names',
      () => ({ ...signed(dccAlert()), user: gasSupplier }),
      'gateway.recipient',
    ],
    ['for an unknown User', () => ({ ...response(), user: unknownUser }), 'gateway.recipient'],
    ["with a User's signature", () => response(world.identities.supplier), 'gateway.signer-not-operator'],
    [
      'with an unregistered certificate of the Operator',
      () => response(identity(operator)),
      'gateway.signer-not-operator',
    ],
    [
      'with a signature of another key',
      () => {
        const { operator: own, supplier: other } = world.identities;
        return response({ ...own, signer: { ...own.signer, privateKey: other.signer.privateKey } });
      },
      'gateway.signer-not-operator',
    ],
    [
      'without signature',
      () => edited((text) => text.replace(/<ds:Signature .*<\/ds:Signature>/, '')),
      'gateway.signer-not-operator',
    ],
    [
      'changed after it was signed',
      () => edited((text) => text.replace('<sr:ResponseCode>I0<', '<sr:ResponseCode>I1<')),
      'gateway.signer-not-operator',
    ],
    ['a request', () => ({ user: supplier, body: signedRequest(world.identities.operator) }), 'gateway.not-a-response'],
    ['no XML', () => ({ user: supplier, body: Buffer.from('hello') }), 'duis.xml.malformed'],
    ['nothing', () => ({ user: supplier, body: Buffer.alloc(0) }), 'duis.xml.malformed'],
    ['with a DOCTYPE', () => edited((text) => `<!DOCTYPE x>${text}`), 'duis.xml.doctype'],
  ];

  test.each(cases)('%s', async (_name, make, code) => {
    const bad = make();
    const [before, after] = [response(), response()];
    const results = await deliver([before, bad, after]);
    expect(results).toMatchObject([{ outcome: 'recorded' }, { outcome: 'refused', code }, { outcome: 'recorded' }]);
    expect(results[1]?.position).toBeUndefined();
    expect(await recorded(bad)).toEqual([]);
  });

  test.each([
    ['expired', { notAfter: new Date('2024-01-01T00:00:00Z') }],
    ['not yet valid', { notBefore: new Date('2044-01-01T00:00:00Z') }],
  ])("the Operator's certificate is %s", async (standing, validity) => {
    const other = identity(operator, validity);
    await world.register(other);
    await world.directory.reload();
    expect(await deliver([response(other), response()])).toMatchObject([
      {
        outcome: 'refused',
        code: 'gateway.signer-not-operator',
        detail: `the signing certificate is ${standing}`,
      },
      { outcome: 'recorded' },
    ]);
  });

  test("the Operator's certificate is revoked: from the commit of the revocation on, whatever the process knew", async () => {
    const leaving = identity(operator);
    await world.register(leaving);
    await world.directory.reload();
    expect(await deliver([response(leaving)])).toMatchObject([{ outcome: 'recorded' }]);
    await world.database.pool.query(
      `with revoked as (update certificate set revoked_at = clock_timestamp() where serial = $1)
       update directory_version set version = version + 1`,
      [leaving.signer.serial],
    );
    const [late, other] = [response(leaving), response()];
    expect(await deliver([late, other])).toMatchObject([
      { outcome: 'refused', detail: 'the signing certificate is revoked' },
      { outcome: 'recorded' },
    ]);
    expect(await recorded(late)).toEqual([]);
  });
});

describe('a call that is refused as a whole', () => {
  const whole = () => frames([response()]);
  const cases: [string, () => Buffer, string][] = [
    ['cut off in a body', () => whole().subarray(0, 700), 'the bytes end in the middle of a frame'],
    ['no frames', () => Buffer.from('hello\n'), "a header ends with 'length='"],
    [
      'a length too short',
      () =>
        Buffer.from(
          whole()
            .toString('latin1')
            .replace(/length=\d+/, 'length=5'),
          'latin1',
        ),
      'no line feed',
    ],
    ['a frame without User', () => encodeFrames([{ header: {}, body: response().body }]), 'a frame names no User ID'],
    [
      'a second frame whose User is none',
      () => frames([response(), { ...response(), user: 'me' }]),
      'a frame names no User ID',
    ],
  ];
  test.each(cases)('%s', async (_name, make, detail) => {
    const before = await logSize();
    const reply = await send(make());
    expect([reply.status, JSON.parse(reply.body)]).toMatchObject([400, { code: 'request.invalid' }]);
    expect(JSON.parse(reply.body).detail).toContain(detail);
    expect(await logSize()).toBe(before);
  });

  test('more bytes than a call may have', async () => {
    const reply = await send(frames([{ user: supplier, body: Buffer.alloc(maxMessageBytes) }]));
    expect([reply.status, JSON.parse(reply.body).code]).toEqual([413, 'request.too-large']);
  });

  test('more frames than a call may have', async () => {
    const reply = await send(
      encodeFrames(Array.from({ length: 1_001 }, () => ({ header: { user: supplier }, body: Buffer.from('x') }))),
    );
    expect([reply.status, JSON.parse(reply.body)]).toMatchObject([400, { code: 'request.invalid' }]);
  });

  test('from somebody else than the Operator', async () => {
    const message = response();
    const byUser = await send(frames([message]), { as: world.identities.supplier });
    expect([byUser.status, JSON.parse(byUser.body).code]).toEqual([403, 'access.denied']);
    // nor who has a role at the API, whichever
    const setRole = async (role: string | null) => {
      await world.database.pool.query(
        `with moved as (update directory_version set version = version + 1)
         update certificate set role = $2 where user_id = $1 and purpose = 'transport'`,
        [operator, role],
      );
      await world.directory.reload();
    };
    await setRole('operator_administrator');
    const byMachine = await send(frames([response()]));
    await setRole(null);
    expect([byMachine.status, JSON.parse(byMachine.body).code]).toEqual([403, 'access.denied']);
    const unknown = await send(frames([message]), { as: identity(operator) });
    expect([unknown.status, JSON.parse(unknown.body).code]).toEqual([401, 'access.unauthenticated']);
    const headers = { 'content-type': FRAMES_CONTENT_TYPE };
    const nobody = await gateway.send('/network/deliver', frames([message]), { headers });
    expect(nobody.status).toBe(401);
    expect(await recorded(message)).toEqual([]);
  });

  test('by another method', async () => {
    const reply = await send(frames([response()]), { method: 'PUT' });
    expect([reply.status, JSON.parse(reply.body).code]).toEqual([405, 'request.method-not-allowed']);
  });

  async function logSize(): Promise<number> {
    const { rows } = await world.database.pool.query<{ size: number }>(
      'select count(*)::integer as size from message_log',
    );
    return rows[0]?.size ?? -1;
  }
});

describe('when it cannot record', () => {
  test('the database goes away: 503 and nothing half done; delivered again, each is there once', async () => {
    const messages = Array.from({ length: 20 }, () => response());
    const name = new URL(world.database.url).pathname.slice(1);
    await world.database.administer(`alter database ${name} with allow_connections false`);
    await world.database.administer(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
    const away = await send(frames(messages));
    expect([away.status, away.headers['retry-after'], JSON.parse(away.body).code]).toEqual([
      503,
      '1',
      'database.unavailable',
    ]);
    await world.database.administer(`alter database ${name} with allow_connections true`);
    await deliverAgain(messages);
  });

  test('a batch dies under it: 503, nothing of that batch stays, and delivered again each is there once', async () => {
    const messages = Array.from({ length: 5 }, () => response());
    const other = await world.database.pool.connect();
    await other.query('begin');
    await other.query('select from lane for update');
    const asked = send(frames(messages));
    const { rows } = await expectWaiting();
    await world.database.administer(`select pg_terminate_backend(${rows[0]?.pid})`);
    await other.query('rollback');
    other.release();
    expect((await asked).status).toBe(503);
    // those that came to the committer later stood in a batch of their own
    expect(await deliverAgain(messages)).toContain('recorded');
  });

  test('too much waits already: 503 and when to come back', async () => {
    const full = await startGateway(0);
    const message = response();
    const reply = await send(frames([message]), {}, full);
    expect([reply.status, reply.headers['retry-after'], JSON.parse(reply.body).code]).toEqual([
      503,
      '1',
      'service.not-ready',
    ]);
    expect(await recorded(message)).toEqual([]);
  });

  /** What was recorded is so, whole; what was not is recorded now; each once. Returns the outcomes. */
  async function deliverAgain(messages: readonly Delivered[]): Promise<string[]> {
    const before = await Promise.all(messages.map(recorded));
    const outcomes = (await deliver(messages)).map((result) => result.outcome);
    expect(outcomes).toEqual(before.map((rows) => (rows.length === 0 ? 'recorded' : 'repeated')));
    for (const message of messages) {
      expect(await recorded(message)).toMatchObject([{ streamed: 1, devices: [esme.toLowerCase()] }]);
    }
    return outcomes;
  }

  /** The server process whose batch waits for the lane. */
  function expectWaiting() {
    const waiting = () =>
      world.database.pool.query<{ pid: number }>(
        `select pid from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock' and query like '%record_batch%'`,
      );
    return expect.poll(waiting).toMatchObject({ rowCount: 1 }).then(waiting);
  }
});

test('what comes in one call is on the stream in its order, though signatures are verified side by side', async () => {
  // an acknowledgement and its response share their RequestID, as real ones do
  const messages = Array.from({ length: 100 }, () => {
    const to = answered();
    return [signed(writeAcknowledgement(to)), signed(writeResponse(to, gbcsPayloadPart(randomBytes(40)))), response()];
  }).flat();
  const positions = (await deliver(messages)).map(({ position }) => BigInt(position?.split('/')[1] ?? 0));
  expect(positions).toEqual(positions.toSorted((one, other) => (one < other ? -1 : 1)));
});
