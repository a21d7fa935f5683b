import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { requireEui } from '@penstock/duis';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { PenstockError } from '../errors.ts';
import { createLog } from '../log.ts';
import { machineOf } from '../testing-machine.ts';
import type { Viewer } from '../viewer.ts';
import { operationRoutes, type ReadyCheck } from './operation-routes.ts';
import { addressOf, createHttpServer, type HttpApp, type HttpServer } from './server.ts';

const log = createLog({ level: 'silent' });
let server: HttpServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function start(...routes: ((app: HttpApp) => void)[]): Promise<string> {
  server = await createHttpServer({ log, version: '0', routes });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  return `http://127.0.0.1:${port}`;
}

describe('the HTTP server', () => {
  test('does not start with a route that does not say who may call it', async () => {
    const routes = [(app: HttpApp) => void app.get('/api/v1/forgotten', async () => 'open')];
    await expect(createHttpServer({ log, version: '0', routes })).rejects.toThrow(/forgotten does not say who/);
  });

  test('every failure is a problem document with a registered code and the id of the request', async () => {
    const lines = new PassThrough();
    const written = createLog({ level: 'warn' }, lines);
    server = await createHttpServer({
      log: written,
      version: '0',
      routes: [
        (app) => {
          app.post(
            '/checked',
            { config: { access: 'anyone' }, schema: { body: z.strictObject({ n: z.int() }) } },
            async () => 'ok',
          );
          app.get('/secret', { config: { access: 'devices.change' } }, async () => 'secret');
          app.get('/broken', { config: { access: 'anyone' } }, async () => {
            throw new Error('password=hunter2');
          });
          app.get('/away', { config: { access: 'anyone' } }, async () => {
            throw new PenstockError('database.unavailable');
          });
          app.get(
            '/wrong-answer',
            { config: { access: 'anyone' }, schema: { response: { 200: z.object({ n: z.int() }) } } },
            async (_, reply) => reply.send(JSON.parse('{"n":"x"}')),
          );
        },
      ],
    });
    const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
    const call = async (path: string, init?: RequestInit) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, init);
      const problem = (await answer.json()) as Record<string, unknown>;
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(problem.requestId).toBe(answer.headers.get('x-request-id'));
      expect(problem.status).toBe(answer.status);
      expect(problem.action).toBeTypeOf('string');
      return { status: answer.status, code: problem.code, detail: problem.detail, headers: answer.headers };
    };
    const json = (body: string) => ({ method: 'POST', body, headers: { 'content-type': 'application/json' } });
    expect(await call('/nowhere')).toMatchObject({ status: 404, code: 'request.not-found' });
    expect(await call('/secret')).toMatchObject({ status: 401, code: 'access.unauthenticated' });
    const wrong = await call('/checked', json('{"n":1.5,"m":2}'));
    expect(wrong).toMatchObject({ status: 400, code: 'request.invalid' });
    expect(wrong.detail).toMatch(/n/);
    expect(await call('/checked', json('{'))).toMatchObject({ status: 400, code: 'request.invalid' });
    expect(await call('/checked', json(`{"n":"${'x'.repeat(2_000_000)}"}`))).toMatchObject({
      status: 413,
      code: 'request.too-large',
    });
    expect(
      await call('/checked', { method: 'POST', body: 'x', headers: { 'content-type': 'image/png' } }),
    ).toMatchObject({
      status: 415,
      code: 'request.unsupported-media-type',
    });
    const broken = await call('/broken');
    expect(broken).toMatchObject({ status: 500, code: 'internal.unexpected', detail: undefined });
    expect(await call('/wrong-answer')).toMatchObject({ status: 500, code: 'internal.unexpected' });
    const away = await call('/away');
    expect(away).toMatchObject({ status: 503, code: 'database.unavailable' });
    expect(away.headers.get('retry-after')).toBe('5');
    lines.end();
    expect(String(lines.read())).toMatch(/a call of the API failed/);
  });

  test('tells whether it lives, is ready, and what is measured', async () => {
    let fails = false;
    const checks: ReadyCheck[] = [
      { name: 'database', check: async () => undefined },
      {
        name: 'partitions',
        check: async () => {
          if (fails) throw new PenstockError('database.partition-missing', { detail: 'message_log_20261123' });
        },
      },
    ];
    const address = await start(operationRoutes({ log, checks, metrics: () => new Registry().metrics() }));
    const get = async (path: string) => {
      const answer = await fetch(address + path);
      return { status: answer.status, body: await answer.text() };
    };
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/readyz')).status).toBe(200);
    fails = true;
    const unready = await get('/readyz');
    expect(unready.status).toBe(503);
    expect(JSON.parse(unready.body)).toEqual({
      isReady: false,
      checks: [
        { name: 'database', isReady: true },
        { name: 'partitions', isReady: false, detail: 'database.partition-missing: message_log_20261123' },
      ],
    });
    expect((await get('/metrics')).status).toBe(200);
    const openapi = JSON.parse((await get('/api/openapi.json')).body) as { openapi: string; paths: object };
    expect(openapi.openapi).toBe('3.1.0');
    expect(Object.keys(openapi.paths)).toContain('/readyz');
  });
});

test('whoever loses the right in the middle of a long answer, or acts for another then, has no more of it', async () => {
  const machine = machineOf('0f0f', 'read_only');
  const one: Viewer = { kind: 'user', userIds: [requireEui('90-B3-D5-1F-30-01-00-00')], machine };
  const other: Viewer = { kind: 'user', userIds: [requireEui('90-B3-D5-1F-30-02-00-00')], machine };
  const without: Viewer = { ...one, machine: machineOf('0f0f', undefined) };
  async function* withoutEnd() {
    for (;;) yield `${'line '.repeat(1_000)}\n`;
  }
  for (const then of [undefined, other, without]) {
    let now: Viewer | undefined = one;
    const ends: unknown[] = [];
    const api = await createHttpServer({
      log,
      version: '0',
      routes: [
        (app) =>
          void app.get('/lines', { config: { access: 'devices.see' } }, (_, reply) => {
            const lines = Readable.from(withoutEnd());
            lines.once('close', () => ends.push('closed'));
            return reply.send(lines);
          }),
      ],
    });
    const front = createServer((request, response) => api.handle(request, response, () => now));
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    const { port } = front.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}/lines`);
    expect(answer.status).toBe(200);
    const reader = answer.body?.getReader();
    await reader?.read();
    now = then;
    const readOn = async () => {
      while ((await reader?.read())?.done === false);
    };
    // it breaks off, which is not its end
    await expect(readOn()).rejects.toThrow();
    await expect.poll(() => ends).toEqual(['closed']);
    front.close();
    await api.close();
  }
});

describe('where a call comes from', () => {
  const told = async (trustedProxies: readonly string[], forwarded: string | undefined) => {
    const routes = [
      (app: HttpApp) => void app.get('/from', { config: { access: 'anyone' } }, async (request) => addressOf(request)),
    ];
    server = await createHttpServer({ log, version: '0', routes, trustedProxies });
    const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
    const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded, 'x-real-ip': '192.0.2.1' };
    return (await fetch(`http://127.0.0.1:${port}/from`, { headers })).text();
  };

  test.each([
    ['nobody is trusted', [], '203.0.113.7', '127.0.0.1'],
    ['another is trusted, not the one that calls', ['10.0.0.0/8', '::1'], '203.0.113.7', '127.0.0.1'],
    ['the one that calls is', ['127.0.0.1'], '203.0.113.7', '203.0.113.7'],
    ['by its range', ['127.0.0.0/8'], '2001:db8::7', '2001:db8::7'],
    ['what the caller itself said before is forged', ['127.0.0.1'], '192.0.2.9, 203.0.113.7', '203.0.113.7'],
    ['two proxies, one behind the other', ['127.0.0.1', '10.0.0.5'], '203.0.113.7, 10.0.0.5', '203.0.113.7'],
    ['the nearer one is not trusted', ['127.0.0.1', '10.0.0.5'], '203.0.113.7, 10.0.0.6', '10.0.0.6'],
    ['it says nothing', ['127.0.0.1'], undefined, '127.0.0.1'],
    ['it says what is no address', ['127.0.0.1'], '203.0.113.7, unknown', '127.0.0.1'],
    ['it writes the port behind', ['127.0.0.1'], '203.0.113.7:51234', '127.0.0.1'],
    ['it writes an IPv4 address in the other form', ['127.0.0.1'], '::ffff:203.0.113.7', '203.0.113.7'],
  ])('%s', async (_name, trusted, forwarded, address) => {
    expect(await told(trusted, forwarded)).toBe(address);
  });
});

test('where people come by TLS, browsers are told to come by nothing else', async () => {
  const sent = async (isBehindTls: boolean) => {
    server = await createHttpServer({ log, version: '0', routes: [], isBehindTls });
    const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
    const answer = await fetch(`http://127.0.0.1:${port}/api/openapi.json`);
    await server.close();
    return answer.headers.get('strict-transport-security');
  };
  expect(await sent(true)).toBe('max-age=31536000');
  expect(await sent(false)).toBeNull();
});
