// Serves the built pages of the portal. It does not build them (packages/portal/build.ts does), and it knows nothing
// of who is signed in: the pages are the same for everybody, what they show comes from the API.
//
// What always holds: only files that were in the folder at the start are served, from memory, by their exact names,
// so no path leads out of it. Every page has a strict content security policy with a nonce of its own and is never
// kept; a file under /assets has its content's hash in its name and may be kept for ever, and a script the same policy for
// where it runs as a worker. Whatever else is asked for outside /api is the one page, whose router knows the address;
// under /api it stays a problem document.
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { PenstockError } from '../errors.ts';
import type { HttpApp } from './server.ts';

/** Where the repository's own build puts the pages. */
export const builtPortal = fileURLToPath(new URL('../../../../portal/dist', import.meta.url));

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
/** What is not compressed already. */
const compressible: ReadonlySet<string> = new Set(['.css', '.js', '.svg']);

/** What stands for the nonce in the built page. */
const NONCE_MARK = 'penstock-nonce';

interface Asset {
  readonly type: string;
  readonly bytes: Buffer;
  readonly gzip: Buffer | undefined;
}

export interface PortalFiles {
  /** With `penstock-nonce` where each answer has its nonce. */
  readonly page: string;
  /** By their names below /assets. */
  readonly assets: ReadonlyMap<string, Asset>;
}

/** Reads all files of a build, some 700 kB; undefined when there is none. */
export function readPortalFiles(folder: string): PortalFiles | undefined {
  if (!existsSync(join(folder, 'index.html'))) return undefined;
  const assets = new Map<string, Asset>();
  for (const name of readdirSync(join(folder, 'assets'))) {
    const extension = extname(name);
    const type = contentTypes[extension];
    if (type === undefined) throw new Error(`the pages hold ${name}, a kind of file that is not served`);
    const bytes = readFileSync(join(folder, 'assets', name));
    assets.set(name, { type, bytes, gzip: compressible.has(extension) ? gzipSync(bytes, { level: 9 }) : undefined });
  }
  return { page: readFileSync(join(folder, 'index.html'), 'utf8'), assets };
}

/**
 * Scripts, fonts and calls of this origin only; no inline script. Mantine writes style elements, which carry the nonce,
 * and style attributes, which cannot. A script that runs as a worker obeys the policy of its own answer, and has no styles.
 */
export function contentSecurityPolicy(nonce?: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    nonce === undefined ? "style-src 'self'" : `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** `files` undefined: the platform runs without its pages, and says so to who asks for one. */
export function portalRoutes(files: PortalFiles | undefined): (app: HttpApp) => void {
  return (app) => {
    app.get<{ Params: { '*': string } }>(
      '/assets/*',
      { config: { access: 'anyone' }, schema: { hide: true } },
      async (request, reply) => {
        const asset = files?.assets.get(request.params['*']);
        if (asset === undefined) throw new PenstockError('request.not-found');
        const acceptsGzip = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
        const isCompressed = asset.gzip !== undefined && acceptsGzip;
        if (isCompressed) reply.header('content-encoding', 'gzip');
        if (extname(request.params['*']) === '.js') reply.header('content-security-policy', contentSecurityPolicy());
        return reply
          .header('cache-control', 'public, max-age=31536000, immutable')
          .header('vary', 'accept-encoding')
          .type(asset.type)
          .send(isCompressed ? asset.gzip : asset.bytes);
      },
    );
    app.get<{ Params: { '*': string } }>(
      '/*',
      { config: { access: 'anyone' }, schema: { hide: true } },
      async (request, reply) => {
        if (/^api(\/|$)/.test(request.params['*'])) throw new PenstockError('request.not-found');
        if (files === undefined) throw new PenstockError('portal.not-built');
        const nonce = randomBytes(18).toString('base64');
        return reply
          .header('content-security-policy', contentSecurityPolicy(nonce))
          .header('referrer-policy', 'same-origin')
          .header('cross-origin-opener-policy', 'same-origin')
          .header('permissions-policy', 'camera=(), geolocation=(), microphone=()')
          .type('text/html; charset=utf-8')
          .send(files.page.replaceAll(NONCE_MARK, nonce));
      },
    );
  };
}
