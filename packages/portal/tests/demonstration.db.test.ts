import type { DemonstrationDocument } from '@penstock/api';
import { noBrowser, openBrowser } from '@penstock/platform/testing/chromium';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { complaintsOf, findBarriers, signIn, startTestPortal, type TestPortal } from './testing-portal.ts';

// The panel of the demonstration, with a simulated network that does nothing but say so. The whole demonstration is
// tried in packages/cli.

let portal: TestPortal;
let browser: Browser;
let page: Page;
let complaints: string[];
let running: DemonstrationDocument['running'] = [];

beforeAll(async () => {
  if (noBrowser !== undefined) return;
  portal = await startTestPortal(
    0,
    {},
    {
      running: () => running,
      set: async (name, isRunning) => {
        running = running.filter((one) => one.name !== name);
        if (isRunning) running.push({ name, about: `${name}, as the simulator tells it` });
      },
    },
  );
  browser = await openBrowser();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await portal?.stop();
});
beforeEach(async (test) => {
  test.skip(noBrowser !== undefined, noBrowser);
  const context = await browser.newContext({ baseURL: portal.address });
  complaints = complaintsOf(context);
  context.setDefaultTimeout(15_000);
  page = await context.newPage();
});
afterEach(async () => {
  await page?.context().close();
  expect(complaints).toEqual([]);
});

test('its people begin and end incidents, and see what others began', async () => {
  await portal.database.pool.query('update person set is_demonstration = true where person_id = $1', [
    portal.people.analyst.personId,
  ]);
  await page.goto('/');
  await signIn(page, portal.people.analyst);
  await page.getByRole('link', { name: 'Demonstration' }).click();
  const flood = page.getByRole('region', { name: 'A flood of requests' });
  await flood.getByText('Not running').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await flood.getByRole('button', { name: 'Start: A flood of requests' }).click();
  await flood.getByText('Running: flood, as the simulator tells it').waitFor();
  expect(running.map(({ name }) => name)).toEqual(['flood']);
  running.push({ name: 'wild-meter', about: 'begun elsewhere' });
  await page.getByText('Running: begun elsewhere').waitFor();
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 320, height: 700 });
  expect(await findBarriers(page)).toEqual([]);
  expect(await page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth)).toBe(0);
  await flood.getByRole('button', { name: 'Stop: A flood of requests' }).click();
  await flood.getByText('Not running').waitFor();
});

test('nobody else is shown the way', async () => {
  await page.goto('/');
  await signIn(page, portal.people.desk);
  await page.getByRole('heading', { name: 'Overview', exact: true }).waitFor();
  expect(await page.getByRole('link', { name: 'Demonstration' }).count()).toBe(0);
});
