import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { chooseFiles, heldEvent, holdMessages, signAs } from './testing-gate.ts';
import { type PageOptions, TestPages } from './testing-pages.ts';
import { alpha, findBarriers, type TestPortal, userAddress } from './testing-portal.ts';

// From 100,000 held messages to the release of a third of them: draft, signature, delivery, release.

/** Of three services one third each; the first message is of the second service. */
const OF_ONE_SERVICE = 33_333;
/** The draft of the messages of one service, as the page made it. */
let draft = '';

const pages = new TestPages({ prepare: (portal) => holdMessages(portal, 100_000) });
const open = (person: keyof TestPortal['people'], path: string, options?: PageOptions) =>
  pages.openAs(pages.portal.people[person], path, options);
const asAro = (path: string) => open('both', userAddress(alpha, path));
const heldRows = (page: Page) => page.getByRole('table', { name: 'Held messages' }).getByRole('row');
const eventPath = `/quarantine/${heldEvent}`;

test('a draft is made of one service without freezing the page; it decides nothing', async () => {
  const page = await asAro(`${eventPath}?srv=4.8.1`);
  await heldRows(page).nth(5).waitFor();
  await page.getByRole('radio', { name: 'Those of service 4.8.1' }).check();
  await page.getByLabel('Reason').fill('asked for, and harmless');
  await page.getByRole('textbox', { name: 'Service request' }).fill('SR-42');
  await page.evaluate(() => {
    const began = performance.now();
    const longest = { milliseconds: 0, shareOf: () => longest.milliseconds / (performance.now() - began) };
    let before = began;
    const look = () => {
      longest.milliseconds = Math.max(longest.milliseconds, performance.now() - before);
      before = performance.now();
      setTimeout(look, 20);
    };
    look();
    Object.assign(globalThis, { longest });
  });
  const [download] = await Promise.all([
    page.waitForEvent('download', { timeout: 90_000 }),
    page.getByRole('button', { name: 'Make the draft' }).click(),
  ]);
  // work in the page would be one long gap; how long the gaps are that the machine makes, nobody knows
  expect(await page.evaluate(() => Reflect.get(globalThis, 'longest').shareOf())).toBeLessThan(0.5);
  draft = readFileSync(await download.path(), 'utf8');
  const lines = draft.trimEnd().split('\r\n');
  expect(lines).toHaveLength(1 + OF_ONE_SERVICE + 1);
  expect(lines[1]).toMatch(/^action,20261122000000000001,90-B3-.*,process,"?asked for, and harmless"?,SR-42$/);
  await page.getByText(/penstock quarantine sign actions-/).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.getByText('100,000, of which 100,000 undecided').waitFor();
});

test('one by one, by keyboard alone: a draft of what is chosen', async () => {
  const page = await asAro(`${eventPath}?srv=7.4`);
  await heldRows(page).nth(5).waitFor();
  for (const row of [1, 2]) {
    await pages.tabTo(heldRows(page).nth(row).getByRole('checkbox'));
    await page.keyboard.press('Space');
  }
  await pages.tabTo(page.getByRole('button', { name: 'Go past the list' }), 'Shift+Tab');
  await page.keyboard.press('Enter');
  await pages.tabTo(page.getByRole('radio', { name: /^Process/ }));
  await page.keyboard.press('ArrowDown');
  await pages.tabTo(page.getByRole('radio', { name: /^All/ }));
  await page.keyboard.press('ArrowUp');
  expect(await page.getByRole('radio', { name: 'The 2 chosen above' }).isChecked()).toBe(true);
  await pages.tabTo(page.getByRole('button', { name: 'Make the draft' }));
  const [download] = await Promise.all([
    page.waitForEvent('download', { timeout: 90_000 }),
    page.keyboard.press('Enter'),
  ]);
  const lines = readFileSync(await download.path(), 'utf8')
    .trimEnd()
    .split('\r\n');
  expect(lines).toHaveLength(3);
  expect(lines[1]).toMatch(/,delete,,$/);
});

test('the signed file releases: checked against what is held, begun paused, let go on, followed to its end', async () => {
  const page = await asAro('/submissions/deliver');
  await chooseFiles(page, draft, signAs(pages.portal, draft));
  await page.getByText(/^Every message is held now; 66,66\d of these events stay held\.$/).waitFor({ timeout: 90_000 });
  await page.getByLabel('Its release begins paused').check();
  expect(await findBarriers(page)).toEqual([]);
  await page.getByRole('button', { name: 'Deliver' }).click();
  await page.getByText('It is in force, whole.').waitFor({ timeout: 90_000 });
  await page.goto(userAddress(alpha, eventPath));
  const release = page.getByRole('region', { name: 'Release' });
  await release.getByText(/^Paused by .*both/).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await release.getByRole('button', { name: 'Let it go on' }).click();
  await release.getByText('Everything in it was carried out.').waitFor({ timeout: 120_000 });
  const done = await release.textContent();
  expect(done).toMatch(/33,334 of 33,334: .*resumed by 90-B3-D5-1F-30-01-00-00 \(both@/);
  await page.getByText(/^100,000, of which 66,66\d undecided/).waitFor();
  const again = await asAro(`${eventPath}?srv=4.8.1`);
  await again.getByText('No held message meets these conditions.').waitFor();
});
