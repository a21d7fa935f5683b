import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { noBrowser, openBrowser } from '@penstock/platform/testing/chromium';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alpha, signIn, startTestPortal, type TestPortal } from './testing-portal.ts';

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
  browser = await openBrowser();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await portal?.stop();
});

const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true }).waitFor();
const rows = (page: Page) => page.getByRole('table').getByRole('row').nth(8).waitFor();

/** What a page needs to be shown, by the name of its picture. */
const pictures: Readonly<Record<string, (page: Page) => Promise<void>>> = {
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
    if (cookies === undefined) {
      await signIn(page, portal.people.analyst);
      await page.getByText(alpha).first().waitFor();
      cookies = await context.cookies();
    }
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
