import { noBrowser, openBrowser } from '@penstock/platform/testing/chromium';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { alpha, complaintsOf, findBarriers, signIn, startTestPortal, type TestPortal } from './testing-portal.ts';

// The page after signing in, and incidents: real Chromium in front of a whole platform.

let portal: TestPortal;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: string[];
const cookies = new Map<string, Awaited<ReturnType<BrowserContext['cookies']>>>();

beforeAll(async () => {
  if (noBrowser !== undefined) return;
  portal = await startTestPortal(0);
  await portal.database.pool.query(
    `insert into traffic_count (user_id, bucket, kind, count)
     select u.user_id::macaddr8, date_bin('5 minutes', now(), 'epoch') - n * interval '5 minutes', k.kind, n * k.share
     from generate_series(1, 200) n, (values ('requests', 30), ('responses', 29), ('alerts', 4)) k(kind, share),
          unnest(array[$1, '00:00:00:00:00:00:00:00']) as u(user_id)`,
    [alpha],
  );
  browser = await openBrowser();
  for (const name of ['analyst', 'desk'] as const) {
    const first = await browser.newContext({ baseURL: portal.address });
    const door = await first.newPage();
    await door.goto('/');
    await signIn(door, portal.people[name]);
    await door.getByRole('heading', { name: 'Overview', exact: true }).waitFor();
    cookies.set(name, await first.cookies());
    await first.close();
  }
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await portal?.stop();
});
beforeEach(async (test) => {
  test.skip(noBrowser !== undefined, noBrowser);
  context = await browser.newContext({ baseURL: portal.address });
  complaints = complaintsOf(context);
  context.setDefaultTimeout(15_000);
  page = await context.newPage();
});
afterEach(async () => {
  await context?.close();
  expect(complaints).toEqual([]);
});

async function openAs(name: 'analyst' | 'desk', path: string): Promise<void> {
  await context.addCookies(cookies.get(name) ?? []);
  await page.goto(path);
}
async function hold(event: string): Promise<void> {
  await portal.database.pool.query(
    `insert into quarantine_event (user_id, event, detector, threshold_id, direction, words, first_at, last_at, held,
                                   changed_at)
     values ($1, $2, 'user', 1, 'southbound', 'more than 300 communications (4.1.1) sent within PT1H', now(), now(), 1234, now())`,
    [alpha, event],
  );
}

test('where all is well it says so; what is held stands there by itself, and leads to its incident', async () => {
  await openAs('analyst', '/overview');
  await page.getByRole('heading', { name: 'Everything is in order.' }).waitFor();
  await page.getByRole('img', { name: /^Messages of the last 24 hours.*Requests \d/ }).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await hold('20261122000000000001');
  await page.getByText('1,234 messages held').waitFor();
  // its incident is opened within seconds
  await page.getByRole('heading', { name: '2 things need somebody.' }).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.getByRole('link', { name: /^Incidents 1 open/ }).click();
  await page.getByRole('heading', { name: 'Incidents', exact: true }).waitFor();
  await page.getByRole('row').getByText('INC-20261122000000000001').waitFor();
  await hold('20261122000000000002');
  await page.getByRole('row').getByText('INC-20261122000000000002').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await portal.database.pool.query(`update quarantine_event set state = 'resolved', changed_at = now()`);
  await page.getByText('No incident is open.').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.getByText('All', { exact: true }).click();
  await page.waitForURL(/state=all/);
  await page.getByRole('row').nth(2).waitFor();
  expect(await page.getByRole('row').getByText('Closed').count()).toBe(2);
});

test('the Operator’s people see what concerns all Users, with whose it is', async () => {
  await openAs('desk', '/overview');
  await page.getByText('The service of all Users').waitFor();
  await page.getByRole('button', { name: 'Show as a table' }).click();
  await page.getByRole('region', { name: /as a table/ }).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.goto('/incidents?state=all');
  await page.getByRole('row').nth(2).waitFor();
  expect(await page.getByRole('row').getByText(alpha).count()).toBe(2);
});

test('what the API refuses is said with what to do', async () => {
  await context.route('**/api/v1/{overview,traffic,incidents?*}', (route) =>
    route.fulfill({
      status: 503,
      contentType: 'application/problem+json',
      body: JSON.stringify({
        type: 'x',
        title: 'The database cannot be reached.',
        status: 503,
        code: 'x',
        action: 'Try again.',
      }),
    }),
  );
  for (const path of ['/overview', '/incidents']) {
    await openAs('analyst', path);
    await page.getByRole('alert').first().waitFor();
    expect(await findBarriers(page)).toEqual([]);
  }
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1280, 320]) {
    test(`no barrier and nothing beside the screen: ${colorScheme}, ${width} pixels`, async () => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 700 });
      for (const path of ['/overview', '/incidents?state=all']) {
        await openAs('desk', path);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.getByRole('status').filter({ hasText: 'Loading' }).first().waitFor({ state: 'detached' });
        expect([path, await findBarriers(page)]).toEqual([path, []]);
        const beside = await page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth);
        expect([path, beside]).toEqual([path, 0]);
      }
    });
  }
}
