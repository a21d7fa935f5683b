import { noBrowser, openBrowser } from '@penstock/platform/testing/chromium';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  alpha,
  beta,
  complaintsOf,
  findBarriers,
  signIn,
  startTestPortal,
  type TestPortal,
  userAddress,
} from './testing-portal.ts';

// What moves by itself: real Chromium, with its shared worker, in front of a whole platform.

let portal: TestPortal;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: string[];
let cookies: Awaited<ReturnType<BrowserContext['cookies']>> = [];

beforeAll(async () => {
  if (noBrowser !== undefined) return;
  portal = await startTestPortal(50);
  browser = await openBrowser();
  const first = await browser.newContext({ baseURL: portal.address });
  const door = await first.newPage();
  await door.goto('/');
  await signIn(door, portal.people.both);
  await door.getByRole('heading', { name: 'For whom do you act?' }).waitFor();
  cookies = await first.cookies();
  await first.close();
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
  await context.addCookies(cookies);
  page = await context.newPage();
});
afterEach(async () => {
  await context?.close();
  expect(complaints).toEqual([]);
});

let sequence = 1_000;
/** As the network brings it: one more message of a User's record. */
async function record(userId: string): Promise<void> {
  sequence += 1;
  await portal.database.pool.query(
    `insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, target, counter, size, sha256,
                              repetition)
     values ($1, (now() at time zone 'UTC')::date, $2::bigint, now(), 'northbound', 'device_alert', 'passed', $1,
             $2::bigint, 1, sha256('x'), $2::bigint)`,
    [userId, sequence],
  );
}
async function streams(): Promise<string | undefined> {
  const text = await (await fetch(`${portal.address}/metrics`)).text();
  return /^penstock_events_streams (\d+)$/m.exec(text)?.[1];
}
const live = (of: Page) => of.getByRole('status').getByText('Live', { exact: true });
const firstRow = (of: Page) => of.getByRole('table').getByRole('row').nth(1);

test('new messages are counted while the list stands still, and shown when asked for', async () => {
  await page.goto(userAddress(alpha, '/messages'));
  await firstRow(page).waitFor();
  await live(page).waitFor();
  const before = await firstRow(page).textContent();
  await record(alpha);
  await page.getByRole('button', { name: 'Show 1 new message', exact: true }).waitFor();
  await record(beta);
  await record(alpha);
  await page.getByRole('button', { name: 'Show 2 new messages' }).waitFor();
  expect(await firstRow(page).textContent()).toBe(before);
  expect(await findBarriers(page)).toEqual([]);
  await page.getByRole('button', { name: 'Show 2 new messages' }).click();
  await page.getByRole('button', { name: 'Show new messages' }).waitFor();
  await firstRow(page).getByText('Device alert').waitFor();
});

test('tabs of one browser share one connection, and each moves for whom it acts', async () => {
  const before = Number(await streams());
  await page.goto(userAddress(alpha, '/messages'));
  await live(page).waitFor();
  const other = await context.newPage();
  await other.goto(userAddress(beta, '/messages'));
  await live(other).waitFor();
  await expect.poll(streams, { timeout: 10_000 }).toBe(String(before + 1));
  // what the connection missed while it was made anew is told to both, so the pages are at rest before
  await record(beta);
  await other.getByRole('button', { name: /^Show \d+ new message/ }).waitFor();
  await record(alpha);
  await page.getByRole('button', { name: /^Show \d+ new message/ }).waitFor();
  await page.close();
  await other.getByRole('button', { name: /^Show \d+ new message/ }).click();
  // else the next message may be among those that are shown
  await other.getByRole('button', { name: 'Show new messages' }).waitFor();
  await record(beta);
  await other.getByRole('button', { name: 'Show 1 new message', exact: true }).waitFor();
  expect(await streams()).toBe(String(before + 1));
  await other.close();
  await expect.poll(streams, { timeout: 10_000 }).toBe(String(before));
});

test('without shared workers, and when the connection is lost: it is said, and what was missed is read', async () => {
  await context.addInitScript(() => Reflect.deleteProperty(globalThis, 'SharedWorker'));
  await page.goto(userAddress(alpha, '/streams'));
  await live(page).waitFor();
  const toYou = page.getByRole('region', { name: `To you, ${alpha}` });
  await toYou.waitFor();
  await context.route('**/api/v1/events*', (route) => route.abort());
  await portal.database.pool.query(`update user_id set status = 'suspended' where user_id = $1`, [beta]);
  await portal.database.pool.query(`update person_role set role = 'analyst' where acting = $1 and role = 'aro'`, [
    alpha,
  ]);
  await page.getByRole('status').getByText('Not live').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await portal.database.pool.query(
    `update stream_cursor set retry_at = now() + interval '1 hour', failing_since = now(), failures = 1, last_error = 'connection refused'
     where user_id = $1 and direction = 'northbound'`,
    [alpha],
  );
  await context.unroute('**/api/v1/events*');
  await live(page).waitFor({ timeout: 40_000 });
  await toYou.getByText('connection refused').waitFor();
});

test('a session that ends is said by the page itself, before anybody asks for something', async () => {
  await page.goto(userAddress(alpha, '/streams'));
  await live(page).waitFor();
  await portal.database.pool.query('delete from sign_in."session" where "userId" = $1', [portal.people.both.personId]);
  await page.getByRole('dialog', { name: 'Your session has ended' }).waitFor();
  await signIn(page, portal.people.both, 1);
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await live(page).waitFor();
});
