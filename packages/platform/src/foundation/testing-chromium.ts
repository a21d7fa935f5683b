import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

// The browser of the tests: Debian's Chromium.

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path));
/** Why tests that need it are skipped; undefined when it is there. */
export const noBrowser =
  executablePath === undefined ? 'chromium is not installed (apt-get install chromium)' : undefined;

export function openBrowser(): Promise<Browser> {
  if (executablePath === undefined) throw new Error(noBrowser);
  // Chromium's own sandbox does not start as root
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath, args });
}
