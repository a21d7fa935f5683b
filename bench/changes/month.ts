import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { changeIntakeColumns } from '@penstock/api';
import { type BrowserContext, chromium } from 'playwright-core';
import { atEnd } from '../harness/cleanup.ts';
import { Platform } from '../harness/platform.ts';
import { median } from '../harness/statistics.ts';
import { openWorld } from '../harness/world.ts';
import { signUp } from './sign-up.ts';

/**
 * A month of so many changes in the browser: a whole platform, its built pages, real Chromium. Measured from the last byte of
 * the last answer that the month is made of to the frame in which its bars stand: reading the answer, checking it against its
 * schema, laying out the month, drawing and painting it. What the answers took before is told beside it.
 */

const MONTH = '2027-01';
/** What one file may bring in. */
const AT_ONCE = 500;
const services = ['DUIS gateway', 'Network interface', 'Registration data', 'Self-Service Interface', 'Signed files'];

export interface DrawnMonth {
  readonly drawnMs: number;
  readonly drawnMostMs: number;
  /** From the begin of the first question to the last byte of the last answer. */
  readonly answeredMs: number;
  readonly shown: number;
}

const builds = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium', '/usr/bin/chromium-browser'];
const executablePath = builds.find((path) => existsSync(path));

/** Or why nothing is drawn. */
export async function drawMonth(changes: number, runs: number): Promise<DrawnMonth | { readonly skipped: string }> {
  if (executablePath === undefined) return { skipped: 'Chromium is not installed (apt-get install chromium)' };
  const folder = mkdtempSync(join(tmpdir(), 'penstock-bench-month-'));
  atEnd(`removing ${folder}`, () => rmSync(folder, { recursive: true, force: true }));
  const world = await openWorld({ folder, seed: 'month', homes: 2, now: new Date().toISOString(), receivePort: 0 });
  const platform = await Platform.prepare({ folder, world, profileFolder: undefined });
  await platform.start();
  try {
    await platform.import(world);
    // Chromium's own sandbox does not start as root
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const browser = await chromium.launch({ executablePath, args });
    try {
      const baseURL = platform.httpOrigin.replace('127.0.0.1', 'localhost');
      const context = await browser.newContext({ baseURL, locale: 'en-GB', viewport: { width: 1280, height: 900 } });
      await signUp(context, platform.dataFolder, baseURL);
      for (let from = 0; from < changes; from += AT_ONCE) {
        await bringIn(context, baseURL, { count: Math.min(AT_ONCE, changes - from), from });
      }
      return await measure(context, { runs, changes });
    } finally {
      await browser.close();
    }
  } finally {
    await platform.stop();
  }
}

/** Most take some hours of a night, some a day or two. */
function lineOf(number: number): string {
  const begins = Date.UTC(2027, 0, 1 + ((number * 7) % 30), 18 + ((number * 5) % 6));
  const hours = number % 12 === 0 ? 30 : 1 + (number % 6);
  const local = (at: number) => new Date(at).toISOString().slice(0, 16);
  const cells: Partial<Record<(typeof changeIntakeColumns)[number], string>> = {
    kind: number % 4 === 0 ? 'release' : 'planned_maintenance',
    title: `Change ${number} of the month with a title as long as most`,
    services: services[number % services.length] ?? '',
    from: local(begins),
    to: local(begins + hours * 3_600_000),
  };
  return changeIntakeColumns.map((column) => cells[column] ?? '').join(',');
}

async function bringIn(
  { request }: BrowserContext,
  origin: string,
  { count, from }: { readonly count: number; readonly from: number },
): Promise<void> {
  const lines = Array.from({ length: count }, (_, index) => lineOf(from + index));
  const answer = await request.post('/api/v1/changes/intake', {
    headers: { 'content-type': 'text/csv', origin, 'penstock-acting': 'operator' },
    data: [changeIntakeColumns.join(','), ...lines, ''].join('\r\n'),
  });
  if (!answer.ok()) throw new Error(`the changes were answered with ${answer.status()} ${await answer.text()}`);
}

/** In the page: when its bars are painted. A message that is sent in a frame comes after that frame is painted. */
const WATCH = `
  new MutationObserver((_, watcher) => {
    if (document.querySelector('.penstock-week .penstock-bar-link') === null) return;
    watcher.disconnect();
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => { globalThis.penstockDrawnAt = performance.now(); };
      port2.postMessage(null);
    });
  }).observe(document, { childList: true, subtree: true });`;

/** In the page: what the answers took, and what came after them. */
const READ = `(() => {
  const answers = performance.getEntriesByType('resource').filter(({ name }) => /\\/api\\/v1\\/changes(\\?|\\/calendar|\\/bank)/.test(name));
  const begun = Math.min(...answers.map(({ startTime }) => startTime));
  const answered = Math.max(...answers.map(({ responseEnd }) => responseEnd));
  return { drawn: globalThis.penstockDrawnAt - answered, answered: answered - begun };
})()`;

async function measure(
  context: BrowserContext,
  { runs, changes }: { readonly runs: number; readonly changes: number },
): Promise<DrawnMonth> {
  context.setDefaultTimeout(60_000);
  await context.addInitScript(WATCH);
  const drawn: number[] = [];
  const answered: number[] = [];
  let shown = 0;
  // the first run fetches and compiles the scripts
  for (let run = -1; run < runs; run++) {
    const page = await context.newPage();
    await page.goto(`/changes/calendar?day=${MONTH}-15`);
    // (waitForFunction is refused by the page's own policy)
    while (!(await page.evaluate('globalThis.penstockDrawnAt !== undefined'))) await pause(50);
    const text = (await page.getByText(/in this time/).textContent()) ?? '';
    shown = Number(/^[\d,]+/.exec(text)?.[0].replaceAll(',', '') ?? 0);
    const { drawn: its, answered: before } = await page.evaluate<{ drawn: number; answered: number }>(READ);
    await page.close();
    if (run >= 0) {
      drawn.push(its);
      answered.push(before);
    }
  }
  if (shown !== changes) throw new Error(`the month shows ${shown} changes of ${changes}`);
  return { drawnMs: median(drawn), drawnMostMs: Math.max(...drawn), answeredMs: median(answered), shown };
}
