import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { adtText, chooseFiles, chooseFilesByKeyboard, insertLooks, setCounts, signAs } from './testing-gate.ts';
import { type PageOptions, TestPages } from './testing-pages.ts';
import { alpha, findBarriers, type TestPortal, userAddress } from './testing-portal.ts';

// Signed files and thresholds as people meet them.

const pages = new TestPages();
const open = (person: keyof TestPortal['people'], path: string, options?: PageOptions) =>
  pages.openAs(pages.portal.people[person], path, options);
const asAro = (path: string) => open('both', userAddress(alpha, path));
const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true });

test('a page without thresholds says so, and who may not deliver is told', async () => {
  const page = await open('analyst', '/thresholds');
  await page.getByText('No thresholds are set.').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  expect(await page.getByRole('link', { name: 'Check and deliver a file' }).count()).toBe(0);
  await page.goto('/thresholds?view=limits');
  await page.getByText('No limits of values are set.').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.goto('/submissions/deliver');
  await page.getByText(/Your role does not see the delivery/).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.goto('/submissions');
  await page.getByText('No file was delivered yet.').waitFor();
  expect(await findBarriers(page)).toEqual([]);
});

test('a file is checked in the browser: every fault with its line, another User’s file, and nothing is sent', async () => {
  const page = await asAro('/submissions/deliver');
  const calls: string[] = [];
  page.on('request', (request) => calls.push(`${request.method()} ${new URL(request.url()).pathname}`));
  await page.getByRole('button', { name: 'Deliver' }).click();
  await page.getByRole('alert').getByText('Choose the file.').waitFor();
  await chooseFiles(page, adtText('all,sent,PT1H,60,50,,,', '99.9,sent,PT1H,,50,,,'));
  await page.getByText('2 things are wrong.').waitFor();
  const faults = page.getByRole('region', { name: 'Faults by line' }).getByRole('row');
  expect(await faults.nth(1).textContent()).toMatch(/^2/);
  expect(await faults.nth(2).textContent()).toMatch(/^3.*99\.9/);
  expect(await findBarriers(page)).toEqual([]);
  await chooseFiles(page, adtText('all,sent,PT1H,40,50,,,').replaceAll(alpha, '90-B3-D5-1F-30-09-00-00'));
  await page.getByText(/It names 90-B3-D5-1F-30-09-00-00/).waitFor();
  await chooseFiles(page, 'name;price\n');
  await page.getByText('Not a file of ours').waitFor();
  // dropped: the file and its signature are told by their names
  await page.getByRole('button', { name: 'Take the file away' }).click();
  const dropped = await page.evaluateHandle(`(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(['x'], 'dropped.csv.p7s'));
    transfer.items.add(new File(['name;price'], 'dropped.csv', { type: 'text/csv' }));
    return transfer;
  })()`);
  await page.locator('.penstock-drop').dispatchEvent('drop', { dataTransfer: dropped });
  await page.getByText('dropped.csv.p7s').waitFor();
  await page.getByText('Not a file of ours').waitFor();
  expect(calls.filter((call) => call.startsWith('POST'))).toEqual([]);
});

test('a signed file is delivered, by keyboard alone, and followed until it is applied; the thresholds are then in force', async () => {
  const page = await asAro('/submissions/deliver');
  const text = adtText(
    'all,sent,PT1H,400,500,,,SR-7',
    '4.1.1 4.8.1,sent,P1D,2000,2500,,,',
    'alerts,received,PT10M,,100,,,',
  );
  await page.getByLabel('File', { exact: true }).waitFor();
  await chooseFilesByKeyboard(pages, text, signAs(pages.portal, text));
  await page.getByText('3 lines, no faults').waitFor();
  await page.getByText('Of the thresholds 3 added, 0 changed, 0 ended, 0 as before.').waitFor();
  await page.getByRole('cell', { name: 'warning 400, quarantine 500' }).waitFor();
  await page.getByRole('region', { name: 'With openssl' }).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await pages.tabTo(page.getByRole('button', { name: 'Deliver' }));
  await page.keyboard.press('Enter');
  await heading(page, 'ADT File').waitFor();
  await page.getByText('It is in force, whole.').waitFor();
  await page.getByText(/^Valid, by /).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.getByRole('link', { name: 'Back to the signed files' }).click();
  await page.getByRole('table').getByText('Applied').waitFor();
  await page.getByText('SR-7').waitFor();
  expect(await findBarriers(page)).toEqual([]);
});

test('how far each is used now, its course and its history, by keyboard and from a link', async () => {
  await setCounts(pages.portal, [0.2, 0.9, 1]);
  await insertLooks(pages.portal);
  const page = await open('analyst', '/thresholds');
  const cards = page.getByRole('main').getByRole('region', { name: / in / });
  await cards.nth(2).waitFor();
  expect(await cards.evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')))).toEqual([
    'Alerts received from the network in 10 minutes',
    'Services 4.1.1, 4.8.1 sent to the network in 24 hours',
    'All messages sent to the network in 1 hour',
  ]);
  await cards.nth(0).getByText('Full: the next message is held.').waitFor();
  await cards.nth(1).getByText('Above the warning. 250 more messages pass before any is held.').waitFor();
  const meter = cards.nth(1).getByRole('meter');
  expect(await meter.getAttribute('aria-valuetext')).toBe('2,250 of 2,500');
  await cards.nth(1).getByRole('link', { name: 'Course and history' }).focus();
  await page.keyboard.press('Enter');
  await page.locator('.penstock-plot canvas').waitFor();
  await page.getByRole('link', { name: 'Officer 1' }).or(cards.nth(1).getByRole('link').nth(1)).first().waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.getByRole('button', { name: 'Show as a table' }).click();
  await page.getByRole('columnheader', { name: 'Quarantine' }).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  const again = await open('analyst', new URL(page.url()).pathname + new URL(page.url()).search);
  await again.locator('.penstock-plot canvas').waitFor();
});

test('the Operator sees those over all Users with who contributed, and a User’s by its User ID', async () => {
  const page = await open('desk', '/thresholds');
  await page.getByText('No thresholds are set.').waitFor();
  await page.getByRole('combobox', { name: 'Whose thresholds' }).click();
  await page.getByRole('option', { name: new RegExp(alpha) }).click();
  await page.getByRole('region', { name: /^All messages/ }).waitFor();
  expect(new URL(page.url()).searchParams.get('user')).toBe(alpha);
  expect(await findBarriers(page)).toEqual([]);
  await pages.portal.database.pool.query(
    `with t as (insert into threshold (user_id, services, direction, period_seconds)
                values ('00:00:00:00:00:00:00:00', '{all}', 'sent', 86400) returning threshold_id),
          v as (insert into threshold_version (threshold_id, version, set_at, reference)
                select threshold_id, 1, now(), 'SR-1' from t),
          c as (insert into threshold_count (user_id, threshold_id, version, period_seconds, bucket, closed, current,
                                             good_until, last_time)
                select '00:00:00:00:00:00:00:00', threshold_id, 1, 86400, counter_bucket(now(), 86400), 0, 9, '-infinity', now()
                from t)
     insert into threshold_bound select threshold_id, 1, 'threshold', null, 1000, '-infinity', 'infinity' from t`,
  );
  await page.goto('/thresholds');
  await page.getByRole('link', { name: 'Course and history' }).click();
  await page.getByText(/^10 by 1 User since|^9 by 1 User since/).waitFor();
  await page.getByRole('link', { name: alpha }).waitFor();
  expect(await findBarriers(page)).toEqual([]);
});
