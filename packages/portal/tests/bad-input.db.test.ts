import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { adtText, chooseFiles, signAs } from './testing-gate.ts';
import { TestPages } from './testing-pages.ts';
import { alpha, beta, findBarriers, signIn, userAddress } from './testing-portal.ts';

// What people do wrong, or what goes wrong under their hands: nothing that was typed is lost, and nothing is done for
// another User or in another person's name.

const pages = new TestPages();
const sessionsOf = (personId: string) =>
  pages.portal.database.pool.query('delete from sign_in."session" where "userId" = $1', [personId]);
const endedDialog = (page: Page) => page.getByRole('dialog', { name: 'Your session has ended' });

async function fillReport(page: Page, words: string): Promise<void> {
  await page.getByRole('button', { name: 'Report an outage' }).click();
  await page.getByRole('combobox', { name: 'Way' }).click();
  await page.getByRole('option').first().click();
  await page.getByLabel('What you see').fill(words);
}
const report = (page: Page) => page.getByRole('button', { name: 'Report it' }).dispatchEvent('click');
const reports = async () =>
  (
    await pages.portal.database.pool.query(
      `select upper(replace(user_id::text, ':', '-')) as user, words, reported_by from way_report order by words`,
    )
  ).rows;

test('a wrong code says so and lets one try again; the address in the bar is where one comes to', async () => {
  const { page } = pages;
  const { analyst } = pages.portal.people;
  await page.goto('/incidents?state=all');
  await signIn(page, analyst, '000000');
  await page.getByRole('alert').getByText(/code/).first().waitFor();
  expect(await findBarriers(page)).toEqual([]);
  expect(await page.getByLabel('Six-digit code').inputValue()).toBe('');
  await page.getByLabel('Six-digit code').fill('12');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').getByRole('button').first().waitFor();
  await page.getByRole('button', { name: 'Start again' }).click();
  await signIn(page, analyst);
  await pages.heading('Incidents').waitFor();
  expect(new URL(page.url()).searchParams.get('state')).toBe('all');
});

test('a session that ends while a file is delivered keeps file and signature, and they go out after signing in', async () => {
  const officer = await pages.portal.addPerson('officer', { [alpha]: 'aro' });
  const page = await pages.openAs(officer, '/submissions/deliver');
  const text = adtText('all,sent,PT1H,400,500,,,SR-7');
  await chooseFiles(page, text, signAs(pages.portal, text));
  await page.getByText('1 line, no faults').waitFor();
  await sessionsOf(officer.personId);
  await page.getByRole('button', { name: 'Deliver' }).dispatchEvent('click');
  await endedDialog(page).waitFor();
  await signIn(endedDialog(page), officer, 1);
  await endedDialog(page).waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Deliver' }).click();
  await page.getByText('It is in force, whole.').waitFor();
});

test('two tabs that act for different Users change each its own; a role that ends in one ends nothing in the other', async () => {
  const { pool } = pages.portal.database;
  const person = await pages.portal.addPerson('two', { [alpha]: 'aro', [beta]: 'aro' });
  const one = await pages.openAs(person, userAddress(alpha, '/ways'));
  await fillReport(one, 'a: seen by Alpha');
  const other = await pages.openAs(person, userAddress(beta, '/ways'));
  await fillReport(other, 'b: seen by Beta');
  await Promise.all([report(one), report(other)]);
  for (const [page, words] of [
    [one, 'a: seen by Alpha'],
    [other, 'b: seen by Beta'],
  ] as const) {
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByText(words).waitFor();
  }
  expect(await reports()).toMatchObject([
    { user: alpha, words: 'a: seen by Alpha' },
    { user: beta, words: 'b: seen by Beta' },
  ]);
  await pool.query('delete from way_report');
  await fillReport(one, 'c: seen by Alpha again');
  await fillReport(other, 'd: seen by Beta again');
  await pool.query('delete from person_role where person_id = $1 and acting = $2', [person.personId, beta]);
  await Promise.all([report(one), report(other)]);
  await one.getByRole('dialog').waitFor({ state: 'detached' });
  await other
    .getByRole('alert')
    .or(other.getByRole('heading', { name: 'Penstock could not be opened' }))
    .first()
    .waitFor();
  expect(await reports()).toMatchObject([{ user: alpha, words: 'c: seen by Alpha again' }]);
});

test('who signs in in another tab does nothing of what the first person typed in this one', async () => {
  const { pool } = pages.portal.database;
  await pool.query('delete from way_report');
  const first = await pages.portal.addPerson('first', { [alpha]: 'aro' });
  const second = await pages.portal.addPerson('second', { [alpha]: 'aro' });
  const page = await pages.openAs(first, '/ways');
  await fillReport(page, 'typed by the first');
  const other = await page.context().newPage();
  await other.goto('/account');
  await other.getByRole('button', { name: /signed in as/ }).click();
  await other.getByRole('button', { name: 'Sign out', exact: true }).click();
  await signIn(other, second);
  await other.getByRole('button', { name: /signed in as/ }).waitFor();
  await report(page);
  await endedDialog(page).waitFor();
  expect(await reports()).toEqual([]);
  // the first one comes back, and it is as it was left
  await signIn(endedDialog(page), first, 1);
  await endedDialog(page).waitFor({ state: 'hidden' });
  expect(await page.getByLabel('What you see').inputValue()).toBe('typed by the first');
  await report(page);
  await expect
    .poll(reports)
    .toMatchObject([{ words: 'typed by the first', reported_by: expect.stringContaining(first.email) }]);
});
