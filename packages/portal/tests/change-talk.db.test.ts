import { expect, test } from 'vitest';
import { addChanges, type MadeChanges } from './testing-changes.ts';
import { TestPages } from './testing-pages.ts';
import { addTalk, type MadeTalk } from './testing-talk.ts';

// What people say about changes and attach to them, on the pages; by alpha, and by the Operator's change manager.

let made: MadeChanges;
let talk: MadeTalk;
const pages = new TestPages({
  prepare: async (portal) => {
    made = await addChanges(portal);
    talk = await addTalk(portal, made);
  },
});

test('a User comments to the Operator alone, joins testing, and reads the answer; others see only what is shown to them', async () => {
  const page = await pages.openAs(pages.portal.people.analyst, `/changes/${talk.consulted}?tab=consultation`);
  await page.getByText('Seen by you and the Operator').waitFor();
  await page.getByText('Then it is a Saturday.').waitFor();
  await page.getByText('Seen by everybody who sees this change').waitFor();
  await page.getByRole('button', { name: 'Comment' }).click();
  const dialog = page.getByRole('dialog', { name: 'Comment on this change' });
  await dialog.getByRole('button', { name: 'Send the comment' }).click();
  await dialog.getByRole('alert').getByText('Write the comment.').waitFor();
  await dialog.getByRole('textbox', { name: 'Comment' }).fill('One thing more.');
  await dialog.getByRole('button', { name: 'Send the comment' }).click();
  await page.getByRole('region', { name: 'Comments' }).getByText('One thing more.').waitFor();
  await page.getByRole('button', { name: 'Ask to join testing' }).click();
  await page.getByRole('button', { name: 'Ask to join', exact: true }).click();
  await page.getByRole('button', { name: 'Do not join after all' }).waitFor();
  const { items } = (await talk.betas.call('GET', `/${talk.consulted}/comments`)) as { items: { words: string }[] };
  expect(items.map(({ words }) => words)).toEqual([
    'Ours does it at once. Please tell us the new authority beforehand.',
  ]);

  const operator = await pages.openAs(pages.portal.people.planner, `/changes/${talk.consulted}?tab=consultation`);
  const comment = operator.getByRole('listitem').filter({ hasText: 'One thing more.' });
  await comment.getByRole('button', { name: /^Answer / }).click();
  await operator.getByRole('textbox', { name: 'Answer' }).fill('Noted.');
  await operator.getByRole('button', { name: 'Send the answer' }).click();
  await comment.getByText('Noted.').waitFor();
  await expect
    .poll(() => operator.getByRole('list', { name: 'Who joins testing' }).getByRole('listitem').count())
    .toBe(2);
  // the writer is told, and its page shows it without being asked
  await page.getByText('Noted.').waitFor();
});

test('the Operator mediates; each side reads what is shown to it, and neither who the other is', async () => {
  const page = await pages.openAs(pages.portal.people.analyst, `/changes/${made.firewall}?tab=mediation`);
  const thread = page.getByRole('list', { name: 'Messages' }).getByRole('listitem');
  await expect.poll(() => thread.count()).toBe(5);
  await page.getByText('We can be ready by 20:00.').waitFor();
  const text = await page.getByRole('main').textContent();
  expect(text).not.toMatch(/old system ends|Meter data management/);
  await page.getByRole('button', { name: 'Write a message' }).click();
  await page.getByRole('textbox', { name: 'Message' }).fill('Agreed.');
  await page.getByRole('radio', { name: 'The Operator and the other side' }).check();
  await page.getByRole('button', { name: 'Send the message' }).click();
  await thread.filter({ hasText: 'Agreed.' }).getByText('Shown to the other side, without a name').waitFor();

  const operator = await pages.openAs(pages.portal.people.planner, `/changes/${made.firewall}?tab=mediation`);
  await operator.getByText('The day is fixed').waitFor();
  await operator.getByText('Agreed.').waitFor();
  await operator.getByRole('button', { name: 'Close the mediation' }).click();
  await operator.getByRole('textbox', { name: 'Outcome' }).fill('One at 18:00, one at 22:00.');
  await operator.getByRole('button', { name: 'Close it' }).click();
  await page.getByText('One at 18:00, one at 22:00.').waitFor();
  await page.getByRole('button', { name: 'Write a message' }).waitFor({ state: 'detached' });
  // of another clash of it another one is opened
  await operator.getByRole('button', { name: 'Mediate a clash' }).click();
  await operator.getByRole('radio', { name: /Certificates are renewed/ }).check();
  await operator.getByRole('textbox', { name: 'First message' }).fill('On signed files, too.');
  await operator.getByRole('button', { name: 'Open the mediation' }).click();
  await operator.getByRole('region', { name: 'Clash on Signed files' }).waitFor();
  await page.getByRole('region', { name: 'Clash on Signed files' }).getByText('On signed files, too.').waitFor();
});

test('a file is attached, saved and removed; one that is not what it says is refused', async () => {
  const page = await pages.openAs(pages.portal.people.analyst, `/changes/${made.draft}?tab=attachments`);
  await page.getByText('Nothing is attached.').waitFor();
  const give = async (name: string, words: string) => {
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: 'File', exact: true }).click(),
    ]);
    await chooser.setFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(words) });
    await page.getByRole('button', { name: 'Attach it' }).click();
  };
  await give('notes.exe', 'x');
  await page
    .getByRole('alert')
    .getByText(/whose name ends in/)
    .waitFor();
  await give('plan.pdf', 'no plan');
  await page
    .getByRole('alert')
    .getByText(/it is text, and its name does not say so/)
    .waitFor();
  await give('notes.txt', 'On Sunday.');
  const list = page.getByRole('list', { name: 'Attachments' });
  await list.getByText('notes.txt').waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save notes.txt' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('notes.txt');
  await page.getByRole('button', { name: 'Remove notes.txt' }).click();
  await page.getByRole('button', { name: 'Remove it' }).click();
  await page.getByRole('region', { name: 'Removed' }).getByText('notes.txt').waitFor();
  await page.getByText('Nothing is attached.').waitFor();
});
