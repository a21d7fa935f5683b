import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

// The browser of the tests: Debian's Chromium, without what draws windows where that is installed.

const builds = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium', '/usr/bin/chromium-browser'];
const executablePath = builds.find((path) => existsSync(path));
/** Why tests that need it are skipped; undefined when it is there. */
export const noBrowser =
  executablePath === undefined ? 'Chromium is not installed (apt-get install chromium-headless-shell)' : undefined;

export function openBrowser(): Promise<Browser> {
  if (executablePath === undefined) throw new Error(noBrowser);
  // Chromium's own sandbox does not start as root
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath, args });
}
