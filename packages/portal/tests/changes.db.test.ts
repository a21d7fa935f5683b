import { expect, test } from 'vitest';
import { addChanges, dayFromNow, type MadeChanges } from './testing-changes.ts';
import { TestPages } from './testing-pages.ts';
import { findBarriers } from './testing-portal.ts';

// What people do with changes: make them, bring them on, meet each other while they edit, and walk through the calendar.

let made: MadeChanges;
const pages = new TestPages({
  prepare: async (portal) => {
    made = await addChanges(portal);
  },
});

test('a change is made from a template, with what others would see; what is missing is named, and it is shared', async () => {
  const page = await pages.openAs(pages.portal.people.analyst, '/changes/new');
  await page.getByRole('button', { name: 'Save as a draft' }).click();
  await page.getByRole('alert').getByText('Enter a title').waitFor();
  await page.getByRole('combobox', { name: 'Begin with a template' }).click();
  await page.getByRole('option', { name: 'Monthly patching' }).click();
  await page.getByRole('textbox', { name: 'Title' }).fill('Patching of December <b>');
  await page.getByRole('radio', { name: 'An outline' }).check();
  const others = page.getByRole('region', { name: 'What other Users would see' });
  await others.getByText('A Supplier').waitFor();
  expect(await others.textContent()).not.toContain('Patching');
  await page.getByRole('button', { name: 'Save as a draft' }).click();
  await pages.heading('Patching of December <b>').waitFor();
  expect(await page.getByRole('button', { name: 'Share it' }).isDisabled()).toBe(true);
  await page.getByText('To be shared it must say a window.').waitFor();
  await page.getByRole('link', { name: 'Edit' }).click();
  await page.getByRole('button', { name: 'Add a window' }).click();
  await page.getByLabel('From (London)').fill(`${dayFromNow(3)}T22:30`);
  await page.getByLabel('To (London)').fill(`${dayFromNow(3)}T21:30`);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('alert').getByText('“To” must be later than “From”.').waitFor();
  await page.getByLabel('To (London)').fill(`${dayFromNow(3)}T23:30`);
  // from the platform, as one types
  await page
    .getByRole('region', { name: 'What speaks against it' })
    .getByText(/Database of the gateway/)
    .first()
    .waitFor();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: 'Share it' }).click();
  const dialog = page.getByRole('dialog', { name: 'Share it' });
  await dialog.getByLabel('Why').fill('It is agreed.');
  expect(await findBarriers(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Share it' }).click();
  await page.getByRole('button', { name: 'Schedule it' }).waitFor();
  await page.getByRole('link', { name: 'History' }).click();
  await page.getByText('Why: It is agreed.').waitFor();
  await page.getByRole('table', { name: 'What version 2 changed' }).getByText('22:30', { exact: false }).waitFor();
  // the template is wanted no more
  await page.goto('/changes?state=template');
  await page.getByRole('link', { name: 'Monthly patching' }).click();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog', { name: 'Delete this template?' }).getByRole('button', { name: 'Delete it' }).click();
  await pages.heading('Changes').waitFor();
  await expect.poll(() => page.getByRole('link', { name: 'Monthly patching' }).count()).toBe(0);
});

test('two people edit at once: what differs is shown, both are brought together, nothing typed is lost', async () => {
  const page = await pages.openAs(pages.portal.people.analyst, `/changes/${made.draft}/edit`);
  await page.getByRole('textbox', { name: 'Title' }).fill('Billing platform moves in two steps');
  const { content, version } = (await made.alphas.call('GET', `/${made.draft}`)) as {
    content: Record<string, unknown>;
    version: number;
  };
  await made.alphas.call('PUT', `/${made.draft}`, { version, content: { ...content, backOut: 'It moves back.' } });
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const alert = page.getByRole('alert');
  await alert.getByText('Somebody else saved this change while you edited it.').waitFor();
  await alert.getByRole('table', { name: 'What they changed' }).getByText('It moves back.').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await alert.getByRole('button', { name: 'Bring both together' }).click();
  expect(await page.getByRole('textbox', { name: 'Title' }).inputValue()).toBe('Billing platform moves in two steps');
  expect(await page.getByRole('textbox', { name: 'How it is backed out' }).inputValue()).toBe('It moves back.');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await pages.heading('Billing platform moves in two steps').waitFor();
});

test('one walks through the month by keys and opens a day; each view shows the change', async () => {
  const day = dayFromNow(3);
  const page = await pages.openAs(pages.portal.people.analyst, `/changes/calendar?day=${day}`);
  const cell = (of: string) => page.locator(`[data-day="${of}"]`);
  const current = page.getByRole('navigation', { name: 'Ways to see it' }).locator('[aria-current="page"]');
  await expect.poll(() => current.allTextContents()).toEqual(['Month']);
  await cell(day).focus();
  for (const [key, to] of [
    ['ArrowRight', dayFromNow(4)],
    ['ArrowDown', dayFromNow(11)],
    ['ArrowUp', dayFromNow(4)],
    ['ArrowLeft', day],
  ] as const) {
    await page.keyboard.press(key);
    await pages.focusComesTo(cell(to));
  }
  await page.keyboard.press('Enter');
  const link = page.getByRole('link', { name: /New firewall rules/ }).first();
  await link.waitFor();
  expect(new URL(page.url()).searchParams.get('by')).toBe('day');
  for (const view of ['By Party', 'Week', 'By service']) {
    await page.getByRole('link', { name: view, exact: true }).click();
    await page.getByRole('link', { name: view, exact: true }).and(page.locator('[aria-current]')).waitFor();
    await link.waitFor();
  }
});

test('the change manager sets limits and plans around changes; a file of changes says all its faults', async () => {
  const page = await pages.openAs(pages.portal.people.planner, '/changes/limits');
  await page.getByRole('button', { name: 'Change the limits' }).click();
  const dialog = page.getByRole('dialog', { name: 'Change the limits' });
  await dialog.getByLabel('Changes at once').fill('none');
  await dialog.getByRole('button', { name: 'Set the limits' }).click();
  await dialog.getByRole('alert').getByText('Say why.').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await dialog.getByLabel('Changes at once').fill('7');
  await dialog.getByRole('textbox', { name: 'Why' }).fill('Fewer at once');
  await dialog.getByRole('button', { name: 'Set the limits' }).click();
  await page.getByText('7 at most').waitFor();
  await page.getByRole('button', { name: 'Change the targets' }).click();
  const targets = page.getByRole('dialog', { name: 'Change the targets' });
  await targets.getByLabel('Category 3: taken up within').fill('0');
  await targets.getByRole('textbox', { name: 'Why' }).fill('Quicker');
  await targets.getByRole('button', { name: 'Set the targets' }).click();
  await targets.getByRole('alert').getByText('Enter minutes').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await targets.getByLabel('Category 3: taken up within').fill('30');
  await targets.getByRole('button', { name: 'Set the targets' }).click();
  await page.getByText('Taken up within 30 min, resolved within 3 d').waitFor();
  await page
    .getByRole('row', { name: /Second data centre/ })
    .getByRole('button', { name: 'Withdraw' })
    .click();
  await page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click();
  await page.getByRole('row', { name: /Second data centre/ }).waitFor({ state: 'detached' });
  await page.goto('/changes/intake');
  const head =
    'kind,title,description,sharing,size,services,srvs,interfaces,device_models,regions,from,to,back_out\r\n';
  await page.locator('input[type=file]').setInputFiles({
    name: 'changes.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(`${head}emergency,,,all,,,x,,,,2027-03-28T01:30,2027-03-28T03:00,\r\n`),
  });
  await page.getByRole('button', { name: 'Bring it in' }).click();
  await expect
    .poll(() => page.getByRole('region', { name: 'Faults by line' }).getByRole('row').count())
    .toBeGreaterThan(3);
  expect(await findBarriers(page)).toEqual([]);
});
