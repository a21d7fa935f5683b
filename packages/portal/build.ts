// Builds the pages into `dist`, where the platform serves them from. What they are made of is hashed, and when the
// last build was of the same, nothing is done (some 40 ms); so `npm ci`, `npm start` and the tests all call it.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

const root = import.meta.dirname;
const stampFile = join(root, 'dist', '.content-hash');
/** Whatever is in these decides what is built. */
const sources = [
  'src',
  'index.html',
  'build.ts',
  'package.json',
  '../api/src',
  '../files/src',
  '../../package-lock.json',
];

function filesOf(path: string): string[] {
  if (!existsSync(path)) return [];
  const entries = readdirSync(path, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function contentHash(): string {
  const hash = createHash('sha256');
  for (const source of sources) {
    const path = join(root, source);
    for (const file of /\.\w+$/.test(source) ? [path] : filesOf(path).sort()) {
      hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
    }
  }
  return hash.digest('hex');
}

// whoever calls: from tests, React would be built as its slow and larger half for developers
process.env.NODE_ENV = 'production';
const wanted = contentHash();
if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== wanted) {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    build: {
      target: 'es2022',
      // nothing inline: the content security policy lets no data: address be a script or a font
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 1_000,
      // libraries say 'use client' for servers that render, which there are none of here: 900 kB of warnings
      rolldownOptions: { checks: { moduleLevelDirective: false } },
    },
  });
  writeFileSync(stampFile, wanted);
}
