import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { heldEvent, holdMessages } from './testing-gate.ts';
import { type PageOptions, TestPages } from './testing-pages.ts';
import { alpha, beta, findBarriers, type TestPortal, userAddress } from './testing-portal.ts';

// Quarantine as the User and the service desk meet it, with 100,000 held messages.

const pages = new TestPages({ prepare: (portal) => holdMessages(portal, 100_000) });
const open = (person: keyof TestPortal['people'], path: string, options?: PageOptions) =>
  pages.openAs(pages.portal.people[person], path, options);
const asAro = (path: string) => open('both', userAddress(alpha, path));
const heldRows = (page: Page) => page.getByRole('table', { name: 'Held messages' }).getByRole('row');
const eventPath = `/quarantine/${heldEvent}`;

test('the list leads to the event; another User has none, and a link keeps what is shown', async () => {
  const page = await open('analyst', '/quarantine');
  await page.getByRole('link', { name: heldEvent }).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.getByRole('link', { name: 'Resolved' }).click();
  await page.getByText('There are no such events.').waitFor();
  expect(new URL(page.url()).searchParams.get('show')).toBe('resolved');
  expect(await findBarriers(page)).toEqual([]);
  await page.goto('/quarantine?show=all');
  await page.getByRole('link', { name: heldEvent }).click();
  await page.getByRole('heading', { name: `Event ${heldEvent}` }).waitFor();
  const other = await open('both', userAddress(beta, '/quarantine'));
  await other.getByText('Nothing is held that needs work.').waitFor();
  expect(await findBarriers(other)).toEqual([]);
  await other.goto(userAddress(beta, eventPath));
  await other.getByRole('alert').first().waitFor();
  expect(await other.getByText('Officer 1').count()).toBe(0);
  expect(await findBarriers(other)).toEqual([]);
});

test('an event says why, whom to call and what it affects; 100,000 messages scroll without a pause', async () => {
  const page = await asAro(eventPath);
  await page.getByText('More than 500 communications (all) sent within 1 hour: threshold 1 version 1').waitFor();
  await page.getByText('100,000, of which 100,000 undecided').waitFor();
  await page.getByRole('link', { name: /officer-1/ }).waitFor();
  const telephone = page.getByRole('region', { name: 'Whom to call' }).locator('a[href^="tel:+441632"]');
  expect((await telephone.allTextContents()).length).toBeGreaterThan(0);
  await page.getByText('desk@operator.example').waitFor();
  await page
    .getByRole('region', { name: 'What it affects' })
    .getByRole('row', { name: /^4\.8\.1/ })
    .waitFor();
  await heldRows(page).nth(5).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  const list = page.getByRole('region', { name: 'Held messages, oldest first' });
  for (let page = 0; page < 15; page += 1) {
    await list.evaluate((box) => box.scrollTo(0, box.scrollHeight));
    await list.page().waitForTimeout(150);
  }
  await page.getByText(/^[1-9],\d00 loaded/).waitFor();
  expect(await heldRows(page).count()).toBeLessThan(60);
});

test('what people do is noted with their names; it is not resolved before all is decided', async () => {
  const page = await asAro(eventPath);
  await page.getByLabel('Owner').fill('network operations');
  await page.getByRole('button', { name: 'Investigate it' }).click();
  await page.getByText('Investigating', { exact: true }).waitFor();
  await page.getByRole('textbox', { name: 'Note' }).fill('A script ran twice.');
  await page.getByRole('button', { name: 'Add the note' }).click();
  const notes = page.getByRole('list', { name: 'Notes, oldest first' }).getByRole('listitem');
  await notes.nth(2).waitFor();
  expect((await notes.allTextContents()).join()).toContain(`${alpha} (${pages.portal.people.both.email})`);
  await page.getByLabel('Cause').fill('a script');
  await page.getByRole('button', { name: 'Resolve it' }).click();
  await page.getByRole('alert').getByText('100000 held messages are undecided').waitFor();
  expect(await page.getByLabel('Cause').inputValue()).toBe('a script');
  expect(await findBarriers(page)).toEqual([]);
});

test('what others do is shown as it happens, and does not take what one types', async () => {
  const page = await asAro(eventPath);
  await page.getByRole('textbox', { name: 'Note' }).fill('half a sente');
  const desk = await open('desk', `${eventPath}?user=${alpha}`);
  await desk.getByRole('textbox', { name: 'Note' }).fill('The User was called.');
  await desk.getByRole('button', { name: 'Add the note' }).click();
  const notes = page.getByRole('list', { name: 'Notes, oldest first' });
  await notes.getByText('The User was called.').waitFor();
  await notes.getByText(`Operator (${pages.portal.people.desk.email})`).waitFor();
  expect(await page.getByRole('textbox', { name: 'Note' }).inputValue()).toBe('half a sente');
});

test('the service desk sees all Users’ events, says why it reads messages, and drafts nothing', async () => {
  const page = await open('desk', '/quarantine');
  await page.getByRole('link', { name: heldEvent }).click();
  await page.getByRole('heading', { name: `Event ${heldEvent}` }).waitFor();
  expect(new URL(page.url()).searchParams.get('user')).toBe(alpha);
  await page.getByRole('button', { name: 'Show the held messages' }).click();
  await page.getByRole('alert').getByText('Give a reason of at least 10 characters.').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.getByLabel('Why').fill('Call 4711: what is held');
  await page.getByRole('button', { name: 'Show the held messages' }).click();
  await heldRows(page).nth(5).waitFor();
  expect(await page.getByRole('button', { name: 'Make the draft' }).count()).toBe(0);
  expect(await findBarriers(page)).toEqual([]);
  const { rows } = await pages.portal.database.pool.query(
    `select what from record_reading where reason like 'Call 4711%'`,
  );
  expect(rows[0]).toEqual({ what: `messages held by ${heldEvent}` });
});

test('a role that sees events and no messages is told so, and changes nothing', async () => {
  const page = await open('planner', `${eventPath}?user=${alpha}`);
  await page.getByText('Your role sees events and does not change them.').waitFor();
  await page.getByText(/^Your role does not see messages/).waitFor();
  expect(await findBarriers(page)).toEqual([]);
});
