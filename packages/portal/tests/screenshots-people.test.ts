import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { noBrowser, openBrowser } from '@penstock/platform/testing/chromium';
import type { TestPerson } from '@penstock/platform/testing/people';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alpha, startTestPortal, type TestPortal, visitsTo } from './testing-portal.ts';

// `npm run screenshots`, as screenshots.test.ts: the pages of people, certificates, Parties and devices.

const folder = join(import.meta.dirname, '../../../docs/portal');
const token = 'x'.repeat(43);
let portal: TestPortal;
let browser: Browser;
let visit: ReturnType<typeof visitsTo>;
let administrator: TestPerson;
let meter = '';

beforeAll(async () => {
  expect(noBrowser).toBeUndefined();
  mkdirSync(folder, { recursive: true });
  portal = await startTestPortal(10);
  const { pool } = portal.database;
  administrator = await portal.addPerson('administrator', { operator: 'operator_administrator' });
  await portal.addPerson('reader', { [alpha]: 'user_administrator' });
  await portal.addPerson('officer', { [alpha]: 'aro', operator: 'security' });
  await portal.addPerson('new', { [alpha]: 'read_only' }, false);
  await pool.query(
    `insert into invitation (token_sha256, kind, email, name, acting, role, made_as, made_at, expires_at)
     values (sha256($1), 'invitation', 'newcomer@supplier.example', 'Newcomer', $2, 'aro', $2, now(), now() + interval '72 hours')`,
    [token, alpha],
  );
  await pool.query(
    `update certificate set not_after = now() + interval '12 days 1 hour' where user_id = $1 and purpose = 'transport'`,
    [alpha],
  );
  const { rows } = await pool.query<{ meter: string }>(
    `select upper(replace(device::text, ':', '-')) as meter from device where kind = 'ESME' order by device limit 1`,
  );
  meter = rows[0]?.meter ?? '';
  browser = await openBrowser();
  visit = visitsTo(portal, browser);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await portal?.stop();
});

interface Picture {
  readonly who: () => TestPerson;
  readonly path: () => string;
  /** Resolves when the page is whole. */
  readonly ready: (page: Page) => Promise<void>;
}
const table = (page: Page) => page.getByRole('table').waitFor();

const pictures: Readonly<Record<string, Picture>> = {
  account: {
    who: () => portal.people.analyst,
    path: () => '/account',
    ready: (page) => page.getByRole('heading', { name: 'Passkeys', exact: true }).waitFor(),
  },
  people: { who: () => administrator, path: () => '/people', ready: table },
  'people-invite': {
    who: () => administrator,
    path: () => '/people?person=new',
    ready: (page) => page.getByLabel('Name').fill('Newcomer'),
  },
  certificates: {
    who: () => administrator,
    path: () => '/certificates',
    ready: (page) => page.getByRole('note').waitFor(),
  },
  parties: { who: () => administrator, path: () => '/directory?tab=user-ids', ready: table },
  devices: {
    who: () => portal.people.desk,
    path: () => `/devices?find=${meter}`,
    ready: (page) => page.getByRole('region', { name: meter }).waitFor(),
  },
};

for (const colorScheme of ['light', 'dark'] as const) {
  const options = { colorScheme, locale: 'en-GB', viewport: { width: 1280, height: 800 } };

  test(`invitation, ${colorScheme}`, async () => {
    const context = await browser.newContext({ baseURL: portal.address, ...options });
    const page = await context.newPage();
    await page.goto(`/invitation#${token}`);
    await page.getByRole('heading', { name: 'Set a password' }).waitFor();
    await page.screenshot({ path: join(folder, `invitation-${colorScheme}.png`) });
    await context.close();
  });

  for (const [name, { who, path, ready }] of Object.entries(pictures)) {
    test(`${name}, ${colorScheme}`, async () => {
      const { page, close } = await visit(who(), path(), options);
      await ready(page);
      await page.mouse.move(0, 0);
      await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
      await close();
    });
  }
}
