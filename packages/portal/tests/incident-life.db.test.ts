import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { addChanges, dayFromNow } from './testing-changes.ts';
import { TestPages } from './testing-pages.ts';
import { beta, findBarriers } from './testing-portal.ts';

// An incident from the User that raises it through the Operator's change manager to its end, and once more; each on its own page.

const pages = new TestPages({
  prepare: async (portal) => {
    await addChanges(portal);
  },
});

/** What stands in the open dialog, and what is done with it. */
async function say(page: Page, name: string, fields: Readonly<Record<string, string>>, submit: string): Promise<void> {
  const dialog = page.getByRole('dialog', { name });
  for (const [label, words] of Object.entries(fields)) await dialog.getByLabel(label, { exact: true }).fill(words);
  expect(await findBarriers(page)).toEqual([]);
  await dialog.getByRole('button', { name: submit, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

test('it is raised, taken up, assigned, told to all, resolved, closed and opened again; work at risk is postponed', async () => {
  const user = await pages.openAs(pages.portal.people.analyst, '/incidents');
  await user.getByRole('button', { name: 'Raise an incident' }).click();
  const raise = user.getByRole('dialog', { name: 'Raise an incident' });
  await raise.getByRole('button', { name: 'Raise it' }).click();
  await raise.getByRole('alert').getByText('Say in one line what went wrong.').waitFor();
  await raise.getByLabel('DUIS gateway').check();
  await raise.getByLabel('Category').selectOption('3');
  const told = { 'What went wrong': 'No responses since nine', Description: 'Every request times out.' };
  await say(user, 'Raise an incident', told, 'Raise it');
  await pages.heading('No responses since nine').waitFor();
  const path = new URL(user.url()).pathname;

  const operator = await pages.openAs(pages.portal.people.planner, path);
  const does = (name: string) => operator.getByRole('button', { name, exact: true }).click();
  await does('Take it up');
  await say(operator, 'Take it up', {}, 'Take it up');
  await does('Assign and change');
  await operator.getByLabel('Who has it').selectOption('Change management');
  await say(operator, 'Change the incident', { 'Interested Parties': beta }, 'Save');
  await operator.getByText('Change management', { exact: true }).first().waitFor();
  await operator.getByRole('textbox', { name: 'Update' }).fill('The queue is being emptied.');
  await operator.getByRole('button', { name: 'Write it' }).click();
  // the page of whoever raised it moves by itself
  await user.getByText('The queue is being emptied.').waitFor();
  await user.getByText('In progress').first().waitFor();
  // nothing else was changed
  await user.getByText('Assigned to the change manager.', { exact: true }).waitFor();

  await does('Put on the status page');
  const all = { Title: 'Responses are late', 'What is known': 'A queue is being emptied.' };
  await say(operator, 'Tell all Users', all, 'Publish');
  await does('Change the status page');
  const published = operator.getByRole('dialog', { name: 'Tell all Users' });
  // what stands there is what is changed
  await expect.poll(() => published.getByLabel('Title').inputValue()).toBe('Responses are late');
  await say(operator, 'Tell all Users', { 'What is known': 'It is half empty.' }, 'Publish');

  await operator.getByRole('link', { name: 'Changes', exact: true }).last().click();
  const own = operator.getByRole('article').filter({ hasText: 'Database of the gateway' });
  await own.getByRole('button', { name: 'Postpone it' }).click();
  const later = { From: `${dayFromNow(30)}T22:00`, To: `${dayFromNow(31)}T02:00`, Why: 'The gateway is not well.' };
  await say(operator, 'Postpone the change', later, 'Postpone');
  await own.waitFor({ state: 'detached' });
  const theirs = operator.getByRole('article').filter({ hasText: 'New firewall rules' });
  await theirs.getByRole('button', { name: 'Ask to postpone it' }).click();
  await say(operator, 'Ask to postpone it', { Why: 'Please wait until it is well.' }, 'Ask');
  await user.goto('/notices');
  await user.getByText(/^The Operator asks you to postpone “New firewall rules in both sites”/).waitFor();
  await user
    .getByText(/^“Database of the gateway moves to new hosts” of .* is postponed, to .*: The gateway is not well\./)
    .waitFor();
  await user.goto('/status');
  const entry = user.getByRole('article', { name: 'Responses are late' });
  await entry.getByText('It is half empty.').waitFor();

  await does('Resolve it');
  const resolve = operator.getByRole('dialog', { name: 'Resolve it' });
  await resolve.getByRole('button', { name: 'Resolve it' }).click();
  await resolve.getByRole('alert').getByText('Say why it came to be.').waitFor();
  await say(operator, 'Resolve it', { 'Why it came to be': 'A disk was full.' }, 'Resolve it');
  await does('Close it');
  await say(operator, 'Close it', {}, 'Close it');
  await operator.getByText('A disk was full.').first().waitFor();
  await user.goto(path);
  await user.getByText('A disk was full.').first().waitFor();
  await user.getByRole('button', { name: 'Open it again' }).click();
  await say(user, 'Open it again', { Why: 'It times out again.' }, 'Open it again');
  await user.getByText('It times out again.').waitFor();
  await operator.getByRole('button', { name: 'Take it up' }).waitFor();
});
