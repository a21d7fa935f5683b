import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runNode } from './run-node.ts';

// What `npm pack` and `npm publish` run in a package that others install. Node strips types everywhere but below
// node_modules: so inside the workspace a package is its .ts, in the tarball it is JavaScript and declarations in
// dist/, and package.json says so. npm itself takes nothing from publishConfig but the registry's settings, therefore
// `prepare` puts publishConfig.exports in place of exports, last of all, and `restore` puts the file back. When
// packing broke in between, the next `prepare` or `restore` mends it.

const folder = process.cwd();
const manifestFile = join(folder, 'package.json');
const keptFile = join(folder, 'package.json.kept');
const output = join(folder, 'dist');

function restore(): void {
  if (existsSync(keptFile)) renameSync(keptFile, manifestFile);
  rmSync(output, { recursive: true, force: true });
}

interface Manifest {
  readonly scripts?: unknown;
  readonly publishConfig: { readonly exports: unknown };
  readonly exports: unknown;
}

/** What the tarball says of itself: what it exports, and nothing about how it was made. */
function packedManifest(text: string): string {
  const read: Manifest = JSON.parse(text);
  const { scripts: _scripts, publishConfig, ...manifest } = read;
  return `${JSON.stringify({ ...manifest, exports: publishConfig.exports }, null, 2)}\n`;
}

async function prepare(): Promise<void> {
  restore();
  const status = await runNode(['node_modules/typescript/bin/tsc', '-p', join(folder, 'tsconfig.build.json')]);
  if (status !== 0) {
    restore();
    process.exitCode = 1;
    return;
  }
  const packed = packedManifest(readFileSync(manifestFile, 'utf8'));
  copyFileSync(manifestFile, keptFile);
  writeFileSync(manifestFile, packed);
}

const [step] = process.argv.slice(2);
if (step === 'prepare') await prepare();
else if (step === 'restore') restore();
else throw new Error(`pack prepare | restore, not ${step}`);
