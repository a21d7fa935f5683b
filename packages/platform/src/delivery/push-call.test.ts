import { createHash } from 'node:crypto';
import { requireEui } from '@penstock/duis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pushAgent, pushMessage } from './push-call.ts';
import type { StreamMessage } from './stream.ts';
import {
  clientCertificate,
  credentials,
  neverAnswers,
  type Receiver,
  refuses,
  startReceiver,
  takes,
} from './testing-receiver.ts';

const message: StreamMessage = {
  userId: requireEui('90-B3-D5-1F-30-01-00-00'),
  position: { day: '2026-11-22', sequence: 123n },
  kind: 'device_alert',
  body: Buffer.from('<sr:Response/>'),
};

let receiver: Receiver;
const agent = pushAgent(credentials);
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.close());
const push = (timeoutMs = 5_000, by = agent) => pushMessage(by, receiver.url, message, timeoutMs);

test('the signed bytes go with position and kind, under our client certificate, over one kept connection', async () => {
  expect(await push()).toEqual({ isTaken: true });
  expect(await push()).toEqual({ isTaken: true });
  expect(receiver.connections()).toBe(1);
  expect(receiver.received[0]).toMatchObject({
    body: '<sr:Response/>',
    position: '2026-11-22/123',
    kind: 'device-alert',
    contentType: 'application/xml',
  });
  const shown = receiver.received[0]?.client.replaceAll(':', '').toLowerCase();

  expect(shown).toBe(createHash('sha256').update(clientCertificate.der).digest('hex'));
});

test.each([200, 202, 204])('%i is taken', async (status) => {
  receiver.behaviour = refuses(status);
  expect(await push()).toEqual({ isTaken: true });
});

test.each([301, 400, 404, 429, 500, 503])('%i is not taken', async (status) => {
  receiver.behaviour = refuses(status);
  expect(await push()).toEqual({ isTaken: false, error: `HTTP ${status}` });
});

test('a service that accepts and never answers fails after the time, and so does one that drips', async () => {
  receiver.behaviour = neverAnswers;
  expect(await push(200)).toEqual({ isTaken: false, error: 'no answer within 0.2 s' });
  receiver.behaviour = (_, __, socket) => {
    socket.write('HTTP/1.1 200');
    const timer = setInterval(() => socket.write(' '), 20);
    socket.on('close', () => clearInterval(timer));
  };
  expect(await push(200)).toEqual({ isTaken: false, error: 'no answer within 0.2 s' });
});

test('a connection cut before the status is a failure, after the status its word counts', async () => {
  receiver.behaviour = (_, __, socket) => void socket.destroy();
  expect(await push()).toMatchObject({ isTaken: false });
  receiver.behaviour = (response, _, socket) => {
    response.writeHead(200, { 'content-length': 1_000 });
    response.write('half', () => socket.destroy());
  };
  expect(await push()).toEqual({ isTaken: true });
  receiver.behaviour = takes;
  expect(await push()).toEqual({ isTaken: true });
});

test('an answer without end is ended; only its status counts', async () => {
  receiver.behaviour = (response) => {
    response.writeHead(200);
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(16_384)));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  };
  expect(await push()).toEqual({ isTaken: true });
});

test('a kept connection that the service closed meanwhile is no failure', async () => {
  expect(await push()).toEqual({ isTaken: true });
  let isFirst = true;
  receiver.behaviour = (response, received, socket) => {
    if (isFirst) socket.destroy();
    else takes(response, received, socket);
    isFirst = false;
  };
  expect(await push()).toEqual({ isTaken: true });
  expect(receiver.received).toHaveLength(3);
});

test('a closed port, an unknown name, another authority, no URL: each says what it is', async () => {
  const stranger = pushAgent({ ...credentials, ca: Buffer.from(clientCertificate.pem) });
  expect(await push(5_000, stranger)).toMatchObject({ isTaken: false, error: expect.stringMatching(/CERT|SIGNED/) });
  const nobody = pushAgent({ ca: credentials.ca, cert: undefined, key: undefined });
  expect(await push(5_000, nobody)).toMatchObject({ isTaken: false });
  await receiver.close();
  expect(await push()).toEqual({ isTaken: false, error: 'ECONNREFUSED' });
  expect(await pushMessage(agent, 'https://no-such-host.invalid/', message, 5_000)).toMatchObject({ isTaken: false });
  expect(await pushMessage(agent, 'https://[', message, 5_000)).toMatchObject({ isTaken: false });
});
