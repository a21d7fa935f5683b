import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { formatRequestId, readMessage, signMessage, writeAcknowledgement } from '@penstock/duis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  esme,
  gasSupplier,
  identity,
  operator,
  type Reply,
  signedRequest,
  supplier,
  type TestGateway,
  type TestWorld,
  testWorld,
  withdrawnEsme,
} from './testing-gateway.ts';

let world: TestWorld;
let gateway: TestGateway;

beforeAll(async () => {
  world = await testWorld();
  gateway = await world.gateway();
});
afterAll(() => world.close());

const command = '/duis/send-command';

/** The response code of an answer in DUIS. */
function responseCode(reply: Reply): string {
  const message = readMessage(reply.bytes);
  return message.type === 'response' ? message.responseCode : '';
}

async function logRows(
  reply: Buffer,
): Promise<{ verdict: string; code: string; reason: string | null; streamed: string }[]> {
  const message = readMessage(reply);
  if (message.type !== 'request') throw new Error('a request was expected');
  const { originator, target, counter } = message.requestId;
  const rows = await world.database.pool.query(
    `select verdict, code, reason,
            (select count(*) from stream s where (s.user_id, s.day, s.sequence) = (l.user_id, l.day, l.sequence)) as streamed
     from message_log l where originator = $1 and target = $2 and counter = $3`,
    [originator, target, counter.toString()],
  );
  return rows.rows;
}

describe('a request in order', () => {
  test('is acknowledged after it is recorded and on its stream', async () => {
    const message = signedRequest(world.identities.supplier);
    const reply = await gateway.send(command, message);
    expect(reply.status).toBe(200);
    expect(reply.headers['content-type']).toBe('application/xml; charset=utf-8');
    const answer = readMessage(reply.bytes);
    const asked = readMessage(message);
    expect(answer).toMatchObject({ type: 'response', responseCode: 'I99', requestId: asked.requestId });
    expect(await logRows(message)).toEqual([{ verdict: 'passed', code: 'I99', reason: null, streamed: '1' }]);
  });

  test('sent again gets the same answer, byte for byte, and is recorded once', async () => {
    const message = signedRequest(world.identities.supplier);
    const first = await gateway.send(command, message);
    const again = await gateway.send(command, message);
    expect(again.bytes).toEqual(first.bytes);
    expect(await logRows(message)).toHaveLength(1);
  });

  test('sent many times at once, to two processes, is recorded once', async () => {
    const other = await world.gateway();
    const messages = Array.from({ length: 20 }, () => signedRequest(world.identities.supplier));
    const replies = await Promise.all(
      messages.flatMap((message) => [gateway, other, gateway, other].map((one) => one.send(command, message))),
    );
    expect(new Set(replies.map((reply) => reply.status))).toEqual(new Set([200]));
    expect(new Set(replies.map((reply) => reply.body)).size).toBe(20);
    for (const message of messages) expect(await logRows(message)).toHaveLength(1);
  });
});

describe('the same RequestID', () => {
  test('with other bytes is refused, and the first stays', async () => {
    const message = signedRequest(world.identities.supplier, { counter: 900_001n });
    const other = signedRequest(world.identities.supplier, {
      counter: 900_001n,
      srv: '4.3',
      body: '<sr:ReadInstantaneousPrepayValues/>',
    });
    await gateway.send(command, message);
    const reply = await gateway.send(command, other);
    expect(reply.status).toBe(409);
    expect(JSON.parse(reply.body)).toMatchObject({ code: 'gateway.request-id-reused', where: 'Header/RequestID' });
    expect(await logRows(message)).toHaveLength(1);
  });

  test('with other bytes in the same moment: one is taken, the other refused', async () => {
    const pairs = Array.from({ length: 10 }, (_, index) => {
      const counter = 910_000n + BigInt(index);
      return [
        signedRequest(world.identities.supplier, { counter }),
        signedRequest(world.identities.supplier, { counter }),
      ] as const;
    });
    // ECDSA signatures are random, so the same request signed twice is other bytes
    for (const [one, two] of pairs) expect(one.equals(two)).toBe(false);
    const replies = await Promise.all(pairs.flat().map((message) => gateway.send(command, message)));
    expect(replies.filter((reply) => reply.status === 200)).toHaveLength(10);
    expect(replies.filter((reply) => reply.status === 409)).toHaveLength(10);
  });
});

describe('refused with a DUIS response, recorded, not sent on', () => {
  const cases: [string, () => Buffer, string, string, string?][] = [
    [
      'an unknown device',
      () => signedRequest(world.identities.supplier, { target: operatorsNeighbour }),
      'E19',
      'gateway.device-unknown',
    ],
    [
      'a device of another supplier',
      () => signedRequest(world.identities.gasSupplier),
      'E4',
      'gateway.device-not-responsible',
    ],
    [
      'a withdrawn device',
      () => signedRequest(world.identities.supplier, { target: withdrawnEsme }),
      'E5',
      'gateway.device-status',
    ],
    ['a suspended User', () => signedRequest(world.identities.suspended), 'E3', 'gateway.user-suspended'],
    [
      'a role that may not send it',
      () => signedRequest(world.identities.gasSupplier, { srv: '4.2', body: '<sr:ReadInstantaneousExportRegisters/>' }),
      'E2',
      'gateway.role-not-eligible',
    ],
    [
      'a wrong Command Variant',
      () => signedRequest(world.identities.supplier, { commandVariant: 4 }),
      'E13',
      'duis.rule.command-variant',
    ],
    [
      'a wrong web service',
      () => signedRequest(world.identities.supplier),
      'E13',
      'duis.rule.service',
      '/duis/transform',
    ],
    [
      'a body of another service',
      () => signedRequest(world.identities.supplier, { body: '<sr:ReadInstantaneousPrepayValues/>' }),
      'E11',
      'duis.rule.body',
    ],
    [
      'the Operator as target of a device request',
      () => signedRequest(world.identities.supplier, { target: operator }),
      'E12',
      'duis.rule.target',
    ],
  ];
  const operatorsNeighbour = '90-B3-D5-1F-30-00-00-99' as typeof esme;

  test.each(cases)('%s', async (_name, make, expected, code, path = command) => {
    const message = make();
    const reply = await gateway.send(path, message);
    expect([reply.status, responseCode(reply), reply.headers['penstock-code']]).toEqual([200, expected, code]);
    expect(reply.headers['penstock-reason']).not.toBe('');
    expect(await logRows(message)).toEqual([{ verdict: 'refused', code: expected, reason: code, streamed: '0' }]);
    expect((await gateway.outcomes())[code]).toBeGreaterThan(0);
  });
});

describe('refused with a problem, and not recorded', () => {
  const edited = (edit: (text: string) => string) => (): Buffer =>
    Buffer.from(edit(signedRequest(world.identities.supplier).toString('utf8')));
  const cases: [string, () => Buffer, number, string][] = [
    ['no XML', () => Buffer.from('hello'), 400, 'duis.xml.malformed'],
    ['nothing', () => Buffer.alloc(0), 400, 'duis.xml.malformed'],
    ['half a message', () => signedRequest(world.identities.supplier).subarray(0, 700), 400, 'duis.xml.malformed'],
    ['a DOCTYPE', edited((text) => `<!DOCTYPE x [<!ENTITY a "b">]>${text}`), 400, 'duis.xml.doctype'],
    [
      'bytes that are no UTF-8',
      () => Buffer.concat([signedRequest(world.identities.supplier), Buffer.from([0xff])]),
      400,
      'duis.xml.encoding',
    ],
    [
      'a bad counter',
      edited((text) => text.replace(/:(\d+)<\/sr:RequestID>/, ':18446744073709551616</sr:RequestID>')),
      400,
      'duis.profile.request-id',
    ],
    [
      'a counter with white space',
      edited((text) => text.replace('</sr:RequestID>', ' </sr:RequestID>')),
      400,
      'duis.profile.request-id',
    ],
    [
      'content that was changed',
      edited((text) => text.replace(/:\d+<\/sr:RequestID>/, ':424242</sr:RequestID>')),
      403,
      'duis.signature.digest',
    ],
    [
      'a signature of another key',
      () =>
        signedRequest({
          ...world.identities.supplier,
          signer: { ...world.identities.supplier.signer, privateKey: world.identities.gasSupplier.signer.privateKey },
        }),
      403,
      'duis.signature.value',
    ],
    [
      'no signature',
      edited((text) => text.replace(/<ds:Signature .*<\/ds:Signature>/, '')),
      403,
      'duis.signature.absent',
    ],
    [
      'two signatures',
      edited((text) => text.replace(/(<ds:Signature .*<\/ds:Signature>)/, '$1$1')),
      403,
      'duis.signature.repeated',
    ],
    [
      'a wrapped body',
      edited((text) => text.replace('<sr:Body>', '<sr:Body/><sr:Body>')),
      400,
      'duis.profile.structure',
    ],
    ['an unknown signer', () => signedRequest(identity(supplier)), 403, 'gateway.signer-unknown'],
    [
      'a signer that is not the originator',
      () => signedRequest(world.identities.gasSupplier, { originator: supplier }),
      403,
      'gateway.signer-not-originator',
    ],
    [
      'a response',
      () =>
        signMessage(
          writeAcknowledgement({
            requestId: { originator: supplier, target: esme, counter: 1n },
            serviceReferenceVariant: '4.1.1',
            responseDateTime: new Date(),
          }),
          world.identities.supplier.signer,
        ),
      400,
      'gateway.not-a-request',
    ],
  ];

  test.each(cases)('%s', async (_name, make, status, code) => {
    const before = await rowCount();
    const reply = await gateway.send(command, make());
    expect(reply.headers['content-type']).toBe('application/problem+json');
    expect([reply.status, JSON.parse(reply.body)]).toMatchObject([
      status,
      { code, status, type: `urn:penstock:error:${code}` },
    ]);
    expect(JSON.parse(reply.body).action).not.toBe('');
    expect(await rowCount()).toBe(before);
    expect((await gateway.outcomes())[code]).toBeGreaterThan(0);
  });

  async function rowCount(): Promise<string> {
    return (
      (await world.database.pool.query<{ count: string }>('select count(*) from message_log')).rows[0]?.count ?? ''
    );
  }

  test.each([
    [
      'another content type',
      command,
      { headers: { 'content-type': 'application/json' } },
      415,
      'request.unsupported-media-type',
    ],
    ['another method', command, { method: 'PUT' }, 405, 'request.method-not-allowed'],
    ['an unknown address', '/duis/other', {}, 404, 'request.not-found'],
  ])('%s', async (_name, path, options, status, code) => {
    const reply = await gateway.send(path, signedRequest(world.identities.supplier), options);
    expect([reply.status, JSON.parse(reply.body).code]).toEqual([status, code]);
  });
});

describe('certificates', () => {
  test.each([
    ['expired', { notAfter: new Date('2024-01-01T00:00:00Z') }],
    ['not yet valid', { notBefore: new Date('2044-01-01T00:00:00Z') }],
  ])('%s: refused', async (standing, validity) => {
    const other = identity(supplier, validity);
    await world.register(other);
    await world.directory.reload();
    const reply = await gateway.send(command, signedRequest(other));
    expect(JSON.parse(reply.body)).toMatchObject({
      code: 'gateway.signer-not-valid',
      detail: `the signing certificate is ${standing}`,
    });
  });

  test('revoked: refused from the commit of the revocation on, though the process has not read the directory again', async () => {
    const leaving = identity(gasSupplier);
    await world.register(leaving);
    await world.directory.reload();
    const target = {
      target: operator,
      srv: '8.2',
      commandVariant: 8,
      body: '<sr:ReadInventory><sr:DeviceID>00-DB-12-34-56-78-90-A0</sr:DeviceID></sr:ReadInventory>',
    };
    expect((await gateway.send('/duis/non-device', signedRequest(leaving, target))).status).toBe(200);
    const known = world.directory.current().version;
    // no notice: the directory of this process is the old one when the message comes
    await world.database.pool.query(
      `with revoked as (update certificate set revoked_at = clock_timestamp() where serial = $1)
       update directory_version set version = version + 1`,
      [leaving.signer.serial],
    );
    const message = signedRequest(leaving, target);
    const reply = await gateway.send('/duis/non-device', message);
    expect(known).toBeLessThan(world.directory.current().version);
    expect(JSON.parse(reply.body)).toMatchObject({
      code: 'gateway.signer-not-valid',
      detail: 'the signing certificate is revoked',
    });
    expect(await logRows(message)).toEqual([]);
  });

  test('mutual TLS, where it is required: only registered and valid client certificates', async () => {
    const strict = await world.gateway({ options: { requiresClientCertificate: true } });
    const message = signedRequest(world.identities.supplier);
    expect((await strict.send(command, message)).status).toBe(401);
    expect((await strict.send(command, message, { as: identity(supplier) })).status).toBe(401);
    expect((await strict.send(command, message, { as: world.identities.suspended })).status).toBe(401);
    expect((await strict.send(command, message, { as: world.identities.supplier })).status).toBe(200);
  });
});

describe('size, time and TLS', () => {
  test('a body above the limit, declared or not, gets 413', async () => {
    const large = Buffer.alloc(1024 * 1024 + 1, 'x');
    const declared = await gateway.send(command, large);
    expect([declared.status, JSON.parse(declared.body).code]).toEqual([413, 'request.too-large']);
    const head = `POST ${command} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n`;
    const answer = await raw(`${head}100001\r\n${'x'.repeat(0x100001)}\r\n0\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('a body or header that does not come in time ends the connection, others are served', async () => {
    const slowBody = raw(`POST ${command} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n<sr:`);
    const slowHeader = raw(`POST ${command} HTTP/1.1\r\nhost: x\r\nx-`);
    expect((await gateway.send(command, signedRequest(world.identities.supplier))).status).toBe(200);
    expect(await slowHeader).toMatch(/^HTTP\/1\.1 408 /);
    expect(await slowBody).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('plain HTTP and an old TLS are refused and counted', async () => {
    const plain = await new Promise<string>((resolve) => {
      const socket = connect(gateway.port, '127.0.0.1', () => socket.write(`POST ${command} HTTP/1.1\r\n\r\n`));
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
      });
      socket.on('error', () => resolve(text));
      socket.on('close', () => resolve(text));
    });
    expect(plain).not.toMatch(/^HTTP/);
    const old = await new Promise<string>((resolve) => {
      const socket = connectTls({
        port: gateway.port,
        host: '127.0.0.1',
        rejectUnauthorized: false,
        maxVersion: 'TLSv1.1',
        minVersion: 'TLSv1',
      });
      socket.on('error', (error) => resolve(error.message));
      socket.on('secureConnect', () => resolve('connected'));
    });
    expect(old).not.toBe('connected');
    expect((await gateway.outcomes())['tls-failed']).toBeGreaterThanOrEqual(1);
  });

  /** Writes over TLS and returns what comes until the end. */
  function raw(text: string): Promise<string> {
    return new Promise((resolve) => {
      const socket = connectTls({ port: gateway.port, host: '127.0.0.1', rejectUnauthorized: false }, () =>
        socket.write(text),
      );
      let received = '';
      socket.on('data', (chunk: Buffer) => {
        received += chunk.toString('latin1');
      });
      socket.on('error', () => resolve(received));
      socket.on('close', () => resolve(received));
    });
  }
});

describe('when it cannot record', () => {
  test('too much waits: 503 and when to come back', async () => {
    const full = await world.gateway({ mostWaiting: 0 });
    const reply = await full.send(command, signedRequest(world.identities.supplier));
    expect([reply.status, reply.headers['retry-after'], JSON.parse(reply.body).code]).toEqual([
      503,
      '1',
      'service.not-ready',
    ]);
  });

  test('the database goes away and comes back: 503, then the same bytes are taken', async () => {
    const message = signedRequest(world.identities.supplier);
    const name = new URL(world.database.url).pathname.slice(1);
    await world.database.administer(`alter database ${name} with allow_connections false`);
    await world.database.administer(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
    const away = await gateway.send(command, message);
    expect([away.status, away.headers['retry-after'], JSON.parse(away.body).code]).toEqual([
      503,
      '1',
      'database.unavailable',
    ]);
    await world.database.administer(`alter database ${name} with allow_connections true`);
    const back = await gateway.send(command, message);
    expect([back.status, responseCode(back)]).toEqual([200, 'I99']);
    expect(await logRows(message)).toHaveLength(1);
  });

  test('stop: what was taken is answered, then the port is closed', async () => {
    const leaving = await world.gateway();
    const message = signedRequest(world.identities.supplier);
    // somebody else holds the lane, so the message waits in its batch
    const other = await world.database.pool.connect();
    await other.query('begin');
    await other.query('select from lane for update');
    const asked = leaving.send(command, message);
    await expect.poll(() => leaving.committer.waiting).toBe(1);
    const stopped = leaving.stop();
    await other.query('rollback');
    other.release();
    await stopped;
    expect((await asked).status).toBe(200);
    const again = await new Promise<string>((resolve) => {
      const socket = connect(leaving.port, '127.0.0.1', () => resolve('connected'));
      socket.on('error', (error) => resolve('code' in error ? String(error.code) : error.message));
    });
    expect(again).toBe('ECONNREFUSED');
  });

  test('stop: a request that is never sent whole does not hold it', async () => {
    const leaving = await world.gateway({ options: { bodyTimeoutSeconds: 1 } });
    const half = connectTls({ port: leaving.port, host: '127.0.0.1', rejectUnauthorized: false }, () =>
      half.write(`POST ${command} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n<sr:`),
    );
    const ended = new Promise((resolve) => half.on('close', resolve));
    half.on('error', () => undefined).resume();
    await new Promise((resolve) => half.once('secureConnect', resolve));
    await leaving.stop();
    await ended;
  });
});

describe('answers', () => {
  test('of a sequence name each its own request', async () => {
    const messages = Array.from({ length: 50 }, () => signedRequest(world.identities.supplier));
    const replies = await Promise.all(messages.map((message) => gateway.send(command, message)));
    const idOf = (bytes: Buffer): string => {
      const { requestId } = readMessage(bytes);
      return requestId === undefined ? '' : formatRequestId(requestId);
    };
    expect(replies.map((reply) => idOf(reply.bytes))).toEqual(messages.map(idOf));
  });
});
