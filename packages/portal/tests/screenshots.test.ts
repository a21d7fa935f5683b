import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { noBrowser, openBrowser } from '@penstock/platform/testing/chromium';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { adtText, chooseFiles, heldEvent, holdMessages, insertLooks, setCounts, signAs } from './testing-gate.ts';
import { alpha, startTestPortal, type TestPortal, visitsTo } from './testing-portal.ts';

// `npm run screenshots`: every page in light and dark under docs/portal, from a whole platform. No part of the tests;
// run it when a page changed, and look at what it made.

const folder = join(import.meta.dirname, '../../../docs/portal');
let portal: TestPortal;
let browser: Browser;
let cookies: Awaited<ReturnType<BrowserContext['cookies']>>;

beforeAll(async () => {
  expect(noBrowser).toBeUndefined();
  mkdirSync(folder, { recursive: true });
  portal = await startTestPortal(2_000);
  await tellOfTraffic(portal.database.pool);
  browser = await openBrowser();
  await fillGate();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await portal?.stop();
});

/** Thresholds by a signed file of the officer who then looks at everything, how far they were used, what is held. */
async function fillGate(): Promise<void> {
  const officer = await portal.addPerson('signer', { [alpha]: 'aro' });
  const { page, close } = await visitsTo(portal, browser)(officer, '/submissions/deliver');
  const text = adtText(
    'all,sent,PT1H,400,500,,,SR-2026-117',
    '4.1.1 4.8.1,sent,PT24H,2000,2500,,,SR-2026-117',
    'alerts,received,PT10M,,100,,,SR-2026-117',
  );
  await chooseFiles(page, text, signAs(portal, text));
  await page.getByText('3 lines, no faults').waitFor();
  await page.getByRole('button', { name: 'Deliver' }).click();
  await page.getByText('It is in force, whole.').waitFor({ timeout: 60_000 });
  cookies = await page.context().cookies();
  await close();
  await setCounts(portal, [0.2, 0.9, 1]);
  await insertLooks(portal);
  await holdMessages(portal, 3_000);
}

/** A day of traffic, with its two peaks, and what is held of it. */
async function tellOfTraffic(pool: TestPortal['database']['pool']): Promise<void> {
  await pool.query(
    `insert into traffic_count (user_id, bucket, kind, count)
     select $1::macaddr8, date_bin('5 minutes', now(), 'epoch') - n * interval '5 minutes', k.kind,
            (k.share * (900 + 500 * sin(n / 23.0) + 180 * cos(n / 3.0) + 60 * sin(n * n)))::bigint
     from generate_series(0, 287) n, (values ('requests', 1.0), ('responses', 0.97), ('alerts', 0.12)) k(kind, share)
     union all
     select $1, date_bin('5 minutes', now(), 'epoch') - n * interval '5 minutes', 'held', 420 - 60 * n
     from generate_series(0, 5) n
     on conflict (user_id, bucket, kind) do update set count = excluded.count`,
    [alpha],
  );
}

const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true }).waitFor();
const rows = (page: Page, last = 8) => page.getByRole('table').getByRole('row').nth(last).waitFor();

/** What a page needs to be shown, by the name of its picture. */
const pictures: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  overview: async (page) => {
    await page.goto('/overview');
    await page
      .getByRole('img', { name: /^Messages of the last 24 hours/ })
      .locator('canvas')
      .waitFor();
  },
  incidents: async (page) => {
    await page.goto('/incidents');
    await page.getByRole('row').nth(1).waitFor();
  },
  messages: async (page) => {
    await page.goto('/messages');
    await rows(page);
  },
  'messages-filtered': async (page) => {
    await page.goto('/messages?srv=6.2.1');
    await rows(page);
  },
  'message-life': async (page) => {
    await page.goto('/messages');
    await rows(page);
    await page.getByRole('row').nth(1).getByRole('link').click();
    await heading(page, 'Its life');
  },
  streams: async (page) => {
    await page.goto('/streams');
    await page.getByRole('region', { name: /^To you/ }).waitFor();
  },
  thresholds: async (page) => {
    await page.goto('/thresholds');
    await page.getByText('Full: the next message is held.').waitFor();
  },
  'threshold-course': async (page) => {
    await page.goto('/thresholds');
    await page.getByRole('link', { name: 'Course and history' }).nth(1).click();
    await page.locator('.penstock-plot canvas').waitFor();
    await page.getByRole('link', { name: 'Officer 1' }).waitFor();
  },
  quarantine: async (page) => {
    await page.goto('/quarantine');
    await rows(page, 1);
  },
  'quarantine-event': async (page) => {
    await page.setViewportSize({ width: 1280, height: 1500 });
    await page.goto(`/quarantine/${heldEvent}`);
    await page.getByRole('region', { name: 'By service' }).waitFor();
    await page.getByRole('table', { name: 'Held messages' }).getByRole('row').nth(8).waitFor();
  },
  'signed-files': async (page) => {
    await page.goto('/submissions');
    await rows(page, 1);
  },
  'signed-file': async (page) => {
    await page.setViewportSize({ width: 1280, height: 1400 });
    await page.goto('/submissions');
    await page.getByRole('table').getByRole('link').first().click();
    await page.getByRole('region', { name: 'Its life' }).waitFor();
  },
  'deliver-file': async (page) => {
    await page.goto('/submissions/deliver');
    const text = adtText('all,sent,PT1H,400,600,,,', '4.1.1,sent,PT24H,1000,1500,,,');
    await chooseFiles(page, text, signAs(portal, text));
    await page.getByText('2 lines, no faults').waitFor();
  },
  'messages-narrow': async (page) => {
    await page.setViewportSize({ width: 360, height: 720 });
    await page.goto('/messages');
    await rows(page);
  },
};

for (const colorScheme of ['light', 'dark'] as const) {
  const open = () =>
    browser.newContext({
      baseURL: portal.address,
      colorScheme,
      locale: 'en-GB',
      viewport: { width: 1280, height: 800 },
    });

  test(`sign-in, ${colorScheme}`, async () => {
    const context = await open();
    const page = await context.newPage();
    await page.goto('/');
    await heading(page, 'Sign in');
    await page.screenshot({ path: join(folder, `sign-in-${colorScheme}.png`) });
    await context.close();
  });

  for (const [name, show] of Object.entries(pictures)) {
    test(`${name}, ${colorScheme}`, async () => {
      const context = await open();
      await context.addCookies(cookies);
      const page = await context.newPage();
      await show(page);
      await page.mouse.move(0, 0);
      await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
      await context.close();
    });
  }
}
