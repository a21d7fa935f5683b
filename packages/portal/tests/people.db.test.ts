import type { TestPerson } from '@penstock/platform/testing/people';
import { describe, expect, test } from 'vitest';
import { TestPages } from './testing-pages.ts';
import { alpha, beta, findBarriers, signIn } from './testing-portal.ts';

// People, their roles and invitations, as administrators meet them; what was done about it.

const people = {} as Record<'own' | 'chief' | 'security' | 'analyst', TestPerson>;
const pages = new TestPages({
  prepare: async (portal) => {
    people.own = await portal.addPerson('own', { [alpha]: 'user_administrator' });
    people.chief = await portal.addPerson('chief', { operator: 'operator_administrator' });
    people.security = await portal.addPerson('sec', { operator: 'security' });
    people.analyst = portal.people.analyst;
  },
});

describe('people', () => {
  test('are invited, by keyboard alone, by a link that is shown once, and the invitation is withdrawn', async () => {
    await pages.openAs(people.own, '/people');
    await pages.row('own@people.example').getByText('you').waitFor();
    const { keyboard } = pages.page;
    await pages.tabTo(pages.button('Invite somebody'));
    await keyboard.press('Enter');
    const dialog = pages.page.getByRole('dialog', { name: 'Invite somebody' });
    await pages.focusComesTo(dialog.getByLabel('E-mail address'));
    expect(await findBarriers(pages.page)).toEqual([]);
    await keyboard.type('own@people.example');
    await keyboard.press('Tab');
    await keyboard.type('Ivo');
    await pages.choose(dialog.getByRole('combobox', { name: 'Role' }), /^analyst/);
    await pages.tabTo(pages.button('Make the link'));
    await keyboard.press('Enter');
    await dialog.getByRole('alert').getByText('Nobody changes the own rights.').waitFor();
    expect(await findBarriers(pages.page)).toEqual([]);
    // what was typed is there still
    expect(await dialog.getByLabel('Name').inputValue()).toBe('Ivo');
    await dialog.getByLabel('E-mail address').fill('invited@people.example');
    await pages.button('Make the link').click();
    const link = (await pages.page.locator('.penstock-once').textContent()) ?? '';
    expect(link).toMatch(/\/invitation#[\w-]{43}$/);
    expect(await findBarriers(pages.page)).toEqual([]);
    await pages.button('I have handed it over').click();
    await pages.page.getByRole('link', { name: 'Open invitations' }).click();
    await pages
      .row('invited@people.example')
      .getByRole('button', { name: /Withdraw/ })
      .click();
    await pages.page.getByText('No invitation is open.').waitFor();
    expect(await findBarriers(pages.page)).toEqual([]);
    await pages.page.getByRole('link', { name: 'Activity' }).click();
    await pages.row('invitation withdrawn').getByText('invited@people.example').waitFor();
    expect(await findBarriers(pages.page)).toEqual([]);
    expect(new URL(pages.page.url()).searchParams.get('tab')).toBe('activity');
    await pages.page.getByLabel('Find what was done').fill('Invited@people');
    await pages.page.keyboard.press('Enter');
    await pages.page.waitForURL(/find=Invited/);
    await pages.row('signed in').waitFor({ state: 'detached' });
    await expect.poll(() => pages.page.getByRole('row').count()).toBe(3);
    const [file] = await Promise.all([pages.page.waitForEvent('download'), pages.button('Export as CSV').click()]);
    expect(file.suggestedFilename()).toMatch(/^people-activity-.*\.csv$/);
    await pages.page.goto('/people?tab=activity&find=nobody-here');
    await pages.page.getByText('Nothing is found by').waitFor();
    expect(await findBarriers(pages.page)).toEqual([]);
  });

  test('a dialog keeps the focus, by keyboard alone, and gives it back; what is missing is told with the way to it', async () => {
    const page = await pages.openAs(people.own, '/people');
    await pages.row('own@people.example').waitFor();
    await pages.tabTo(pages.button('Invite somebody'));
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Invite somebody' });
    await pages.focusComesTo(dialog);
    for (let tabs = 0; tabs < 12; tabs += 1) {
      await page.keyboard.press('Tab');
      expect(await pages.holdsFocus(dialog)).toBe(true);
    }
    await pages.tabTo(dialog.getByRole('button', { name: 'Make the link' }));
    await page.keyboard.press('Enter');
    const summary = dialog.getByRole('alert');
    await summary.waitFor();
    await pages.focusComesTo(summary);
    expect(await findBarriers(page)).toEqual([]);
    const ways = summary.getByRole('button');
    expect(await ways.allTextContents()).toEqual([
      'Enter an e-mail address in the form name@example.org.',
      'Enter the name of the person.',
      'Choose a role.',
    ]);
    for (const [way, field] of [
      [1, dialog.getByLabel('Name')],
      [2, dialog.getByRole('combobox', { name: 'Role' })],
      [0, dialog.getByLabel('E-mail address')],
    ] as const) {
      await ways.nth(way).focus();
      await page.keyboard.press('Enter');
      await pages.focusComesTo(field);
    }
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await pages.focusComesTo(pages.button('Invite somebody'));
  });

  test('get another role, are suspended, let in, and reset; the last administrator stays', async () => {
    const { personId } = await pages.portal.addPerson('reader', { [alpha]: 'read_only' });
    await pages.openAs(people.own, `/people?person=${personId}`);
    const dialog = pages.page.getByRole('dialog', { name: 'reader' });
    await dialog.waitFor();
    expect(await findBarriers(pages.page)).toEqual([]);
    await dialog.getByRole('combobox', { name: 'Role' }).click();
    await pages.page.getByRole('option', { name: /^ARO/ }).click();
    await pages.button('Give this role').click();
    await pages.row('reader@people.example').getByText('ARO').waitFor();
    const open = () =>
      pages
        .row('reader@people.example')
        .getByRole('button', { name: /Change/ })
        .click();
    await open();
    await pages.button('Suspend').click();
    await pages.page.getByRole('dialog', { name: 'Suspend this person?' }).waitFor();
    expect(await findBarriers(pages.page)).toEqual([]);
    await pages.button('Suspend').click();
    await pages.row('reader@people.example').getByText('Suspended').waitFor();
    await open();
    await pages.button('Let in again').click();
    await pages.row('reader@people.example').getByText('Active').waitFor();
    await open();
    await pages.button('Reset the sign-in').click();
    await pages.button(/^Reset$/).click();
    await pages.page.getByText('It is shown this once').waitFor();
    await pages.button('I have handed it over').click();

    await pages.openAs(people.chief, `/people?person=${people.own.personId}`);
    await pages.button('Suspend').click();
    await pages.button('Suspend').click();
    await pages.page.getByRole('alert').getByText('This is the last administrator.').waitFor();
    await pages.button('Leave it as it is').click();
    await pages.page.getByRole('dialog', { name: 'own' }).waitFor();
    expect(await findBarriers(pages.page)).toEqual([]);
  });

  test('of another User are not there, whatever the address says; a session that ends loses nothing typed', async () => {
    const stranger = await pages.portal.addPerson('stranger', { [beta]: 'read_only' });
    await pages.openAs(people.own, `/people?person=${stranger.personId}`);
    await pages.row('own@people.example').waitFor();
    expect(await pages.page.getByRole('dialog').count()).toBe(0);
    expect(await pages.row('stranger').count()).toBe(0);
    await pages.button('Invite somebody').click();
    await pages.page.getByLabel('Name').fill('half typed');
    await pages.page.getByLabel('E-mail address').fill('half@people.example');
    await pages.page.getByRole('combobox', { name: 'Role' }).click();
    await pages.page.getByRole('option', { name: /^read only/ }).click();
    await pages.portal.database.pool.query('delete from sign_in."session" where "userId" = $1', [people.own.personId]);
    // live pages may have noticed already, and then the dialog is over the button
    await pages.button('Make the link').dispatchEvent('click');
    const ended = pages.page.getByRole('dialog', { name: 'Your session has ended' });
    await ended.waitFor();
    expect(await findBarriers(pages.page)).toEqual([]);
    await pages.page.keyboard.press('Escape');
    await signIn(ended, people.own, 1);
    await ended.waitFor({ state: 'hidden' });
    expect(await pages.page.getByLabel('Name').inputValue()).toBe('half typed');
    await pages.button('Make the link').click();
    await pages.page.locator('.penstock-once').waitFor();
  });

  test('who comes is there without anybody asking', async () => {
    await pages.openAs(people.chief, '/people');
    await pages.row('chief@people.example').waitFor();
    await pages.page.getByText('Live', { exact: true }).waitFor();
    const { personId, email } = await pages.portal.addPerson('leaver', { [alpha]: 'analyst' });
    await pages.portal.database.pool.query(
      `insert into people_activity (what, person_id, email, author, acting) values ('invitation-accepted', $1, $2, $2, $3)`,
      [personId, email, alpha],
    );
    await pages.row(email).waitFor();
  });

  test('who are to sign wait for a second administrator, who is told, approves by keyboard alone, and may ask for none', async () => {
    const peer = await pages.portal.addPerson('peer', { [alpha]: 'user_administrator' });
    const page = await pages.openAs(people.own, '/people?person=new');
    await page.getByLabel('E-mail address').fill('signer@people.example');
    await page.getByLabel('Name').fill('Sia');
    await page.getByRole('combobox', { name: 'Role' }).click();
    await page.getByRole('option', { name: /^ARO/ }).click();
    await pages.button('Make the link').click();
    await page.getByText('It opens nothing until another administrator has approved it').waitFor();
    const link = (await page.locator('.penstock-once').textContent()) ?? '';
    await pages.button('I have handed it over').click();
    await page.getByRole('link', { name: 'Approvals' }).click();
    await pages.row('signer@people.example').getByRole('button', { name: 'Take it back' }).waitFor();
    expect(await pages.button('Approve').count()).toBe(0);
    expect(await findBarriers(page)).toEqual([]);
    await page.goto(link);
    await page.getByText('another administrator has to approve it').first().waitFor();
    expect(await findBarriers(page)).toEqual([]);

    await pages.openAs(peer, '/overview');
    await pages.press(pages.page.getByRole('link', { name: /1 approval to give/ }));
    await pages.press(pages.row('signer@people.example').getByRole('button', { name: 'Approve' }));
    const dialog = pages.page.getByRole('dialog', { name: 'Approve it?' });
    await dialog.getByText('Make sure that the address is the person’s.').waitFor();
    await pages.lookNarrow();
    await pages.press(dialog.getByRole('button', { name: 'Approve' }));
    await pages.page.getByText('Nothing waits for a second administrator.').waitFor();
    await pages.press(pages.button('Ask no second administrator'));
    await pages.button('Ask none').waitFor();
    await pages.lookNarrow();
    await pages.press(pages.button('Ask none'));
    await pages.page.getByText('It waits for another administrator, as').waitFor();
    await pages.press(pages.row('Want no second administrator').getByRole('button', { name: 'Take it back' }));
    await pages.press(pages.button('Take it back').last());
    await pages.page.getByText('Nothing waits for a second administrator.').waitFor();
    await pages.openAs(people.own, link);
    await pages.heading('Set up your sign-in').or(pages.page.getByText('signer@people.example')).first().waitFor();
  });

  test('are seen by security, and not by an analyst', async () => {
    await pages.openAs(people.security, '/people');
    await pages.row('own@people.example').waitFor();
    expect(await pages.button('Invite somebody').count()).toBe(0);
    await pages.page.getByRole('link', { name: 'Who read a record' }).click();
    await pages.page.getByText('Nobody of the Operator has read a record.').waitFor();
    expect(await findBarriers(pages.page)).toEqual([]);
    await pages.openAs(people.analyst, '/people');
    await pages.page.getByText('Your role does not see people.').waitFor();
    expect(await pages.page.getByRole('link', { name: 'People' }).count()).toBe(0);
    expect(await findBarriers(pages.page)).toEqual([]);
  });

  test('a hundred thousand entries do not freeze a list: few rows are in the document, and scrolling loads on', async () => {
    await pages.portal.database.pool.query(
      `insert into people_activity (what, email, author)
       select 'signed-in', n || '@many.example', n || '@many.example' from generate_series(1, 100000) n`,
    );
    const page = await pages.openAs(people.security, '/people?tab=activity');
    await pages.row('@many.example').first().waitFor();
    await page.getByRole('region', { name: 'Activity' }).focus();
    // each goes to the end of what is loaded, from where more is asked for
    const isLong = async () => {
      await page.keyboard.press('End');
      return page.getByText('A list as long as this stands still').count();
    };
    await expect.poll(isLong).toBe(1);
    expect(await page.getByRole('row').count()).toBeLessThan(60);
    await page.keyboard.press('Home');
    await page.locator('[role=row][aria-rowindex="2"]').waitFor();
    const scrolled = () => page.getByRole('region', { name: 'Activity' }).evaluate((region) => region.scrollTop);
    await expect.poll(scrolled).toBe(0);
    expect(await findBarriers(page)).toEqual([]);
  });
});
