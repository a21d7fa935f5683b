import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

// Programs that some tests compare with and that npm does not bring. They come from Debian when the tests run as root;
// else the tests that need them are skipped, and the end of the run says so.

const tools: readonly { command: string; debianPackage: string; orElse?: string }[] = [
  { command: 'xmlsec1', debianPackage: 'xmlsec1' },
  // without what draws windows: a file of tests of pages took 24 s of CPU with it, and 39 with the whole browser
  { command: 'chromium-headless-shell', debianPackage: 'chromium-headless-shell', orElse: 'chromium' },
  { command: 'sftp', debianPackage: 'openssh-client' },
];

// Chromium is some 70 MB with what it needs
const aptTimeoutMs = 400_000;

function isInstalled(command: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function apt(...args: string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', ['-qq', ...args], { env, stdio: 'ignore', timeout: aptTimeoutMs }).status === 0;
}

/** Installs what is missing and can be installed; returns one line for each tool that stays missing. */
export function installTools(): string[] {
  return tools.flatMap(({ command, debianPackage, orElse = command }) => {
    if (isInstalled(command)) return [];
    const how = `${command} is not installed (apt-get install ${debianPackage})`;
    if (process.getuid?.() !== 0) return isInstalled(orElse) ? [] : [how];
    const install = () => apt('install', '-y', '--no-install-recommends', debianPackage);
    if (install() || (apt('update') && install())) return isInstalled(command) ? [] : [how];
    return isInstalled(orElse) ? [] : [`${how}, and apt-get could not install it`];
  });
}
