import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLog } from '../log.ts';
import { portalRoutes, readPortalFiles } from './portal-files.ts';
import { createHttpServer, type HttpServer } from './server.ts';

const script = 'console.log("portal");'.repeat(50);
let folder: string;
let server: HttpServer | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-portal-'));
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  rmSync(folder, { recursive: true });
});

/** A server with what was built into the folder; returns its address. */
async function serve({ isBuilt }: { isBuilt: boolean }): Promise<string> {
  if (isBuilt) {
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<meta nonce="penstock-nonce"><div id="root"></div>');
    writeFileSync(join(folder, 'assets/index-abc.js'), script);
    writeFileSync(join(folder, 'secret.txt'), 'not of the pages');
  }
  const routes = [portalRoutes(readPortalFiles(folder))];
  server = await createHttpServer({ log: createLog({ level: 'silent' }), version: '0', routes });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  return `http://127.0.0.1:${port}`;
}

describe('the pages', () => {
  test('come at every address that is not of the API, never kept, each with a nonce of its own in a strict policy', async () => {
    const http = await serve({ isBuilt: true });
    const nonces = new Set<string>();
    for (const path of ['/', '/messages', '/messages/2026-11-22/1?for=x', '/secret.txt', '/nobody/knows']) {
      const answer = await fetch(http + path);
      const nonce = /nonce="([^"]+)"/.exec(await answer.text())?.[1] ?? '';
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(answer.headers.get('cache-control')).toBe('no-store');
      const policy = answer.headers.get('content-security-policy') ?? '';
      expect(policy).toContain(`style-src 'self' 'nonce-${nonce}'`);
      expect(policy).toContain("default-src 'none'; script-src 'self';");
      expect(policy).not.toMatch(/script-src[^;]*unsafe|https?:|\*/);
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(5);
  });

  test('their files may be kept for ever, and are compressed for who takes that', async () => {
    const http = await serve({ isBuilt: true });
    const plain = await fetch(`${http}/assets/index-abc.js`, { headers: { 'accept-encoding': 'identity' } });
    expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    // where it runs as a worker it obeys its own
    expect(plain.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self'; .*style-src 'self';/,
    );
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(await plain.text()).toBe(script);
    const compressed = await fetch(`${http}/assets/index-abc.js`);
    expect(compressed.headers.get('content-encoding')).toBe('gzip');
    expect(await compressed.text()).toBe(script);
    expect(gunzipSync(readPortalFiles(folder)?.assets.get('index-abc.js')?.gzip ?? '').toString()).toBe(script);
  });

  test.each(['/assets/nothing.js', '/assets/..%2Fsecret.txt', '/api', '/api/v1/nothing', '/api/../api/nothing'])(
    '%s is a problem document',
    async (path) => {
      const http = await serve({ isBuilt: true });
      const answer = await fetch(http + path);
      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([404, 'request.not-found']);
      expect(answer.headers.get('cache-control')).toBe('no-store');
    },
  );

  test('that were not built are told of', async () => {
    const http = await serve({ isBuilt: false });
    const answer = await fetch(http);
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([503, 'portal.not-built']);
  });
});
