import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

// Programs that some tests compare with and that npm does not bring. They come from Debian when the tests run as root;
// else the tests that need them are skipped, and the end of the run says so.

const tools = [
  { command: 'xmlsec1', debianPackage: 'xmlsec1' },
  { command: 'chromium', debianPackage: 'chromium' },
  { command: 'sftp', debianPackage: 'openssh-client' },
];

// Chromium is some 90 MB with what it needs
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
  return tools.flatMap(({ command, debianPackage }) => {
    if (isInstalled(command)) return [];
    const how = `${command} is not installed (apt-get install ${debianPackage})`;
    if (process.getuid?.() !== 0) return [how];
    const install = () => apt('install', '-y', '--no-install-recommends', debianPackage);
    if (install() || (apt('update') && install())) return isInstalled(command) ? [] : [how];
    return [`${how}, and apt-get could not install it`];
  });
}
