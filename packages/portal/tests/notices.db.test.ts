import { EmailKeys } from '@penstock/platform/testing/email';
import type { TestPerson } from '@penstock/platform/testing/people';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { holdMessages } from './testing-gate.ts';
import { TestPages } from './testing-pages.ts';
import { alpha, beta, findBarriers } from './testing-portal.ts';

// What a User is told, and to whom else something goes: notices, who signs, addresses for mails.

const people = {} as Record<'chief' | 'analyst' | 'officer', TestPerson>;
const pages = new TestPages({
  prepare: async (portal) => {
    people.chief = await portal.addPerson('chief', { operator: 'operator_administrator' });
    people.officer = await portal.addPerson('ann', { [alpha]: 'aro' });
    people.analyst = portal.people.analyst;
    await holdMessages(portal, 3);
  },
});
const soon = { timeout: 60_000 };

let keys: EmailKeys;
beforeAll(() => {
  keys = new EmailKeys();
  for (const name of ['first', 'second']) keys.encrypting(name);
  keys.officer('signs', 'root', { extensions: 'keyUsage=critical,digitalSignature\n' });
});
afterAll(() => keys?.remove());

async function tell(kind: string, about: string, words: string): Promise<void> {
  await pages.portal.database.pool.query(
    `insert into notice (user_id, noticed_at, kind, about, words, count) values ($1, clock_timestamp(), $2, $3, $4, 1)`,
    [alpha, kind, about, words],
  );
}

describe('notices', () => {
  const items = () => pages.page.getByRole('main').getByRole('listitem');
  const unread = () => pages.page.getByRole('navigation', { name: 'Pages' }).getByLabel(/unread/);

  test('come while the page is open, lead to what they are about, and are read by one person alone', async () => {
    // that of what is held is the platform's own
    await pages.openAs(people.analyst, '/notices');
    await expect.poll(() => items().count(), soon).toBe(1);
    await expect.poll(() => unread().textContent(), soon).toBe('1');
    await tell('delivery', 'sftp', 'late.csv was not taken in by SFTP: its upload was not finished');
    await expect.poll(() => items().count(), soon).toBe(2);
    await expect.poll(() => unread().textContent(), soon).toBe('2');
    expect(await items().first().textContent()).toContain('late.csv was not taken in by SFTP');
    expect(await findBarriers(pages.page)).toEqual([]);

    // by keyboard: the button goes with its notice, the focus stays on the list
    const read = items()
      .first()
      .getByRole('button', { name: /^Mark as read/ });
    await pages.tabTo(read);
    await pages.page.keyboard.press('Enter');
    await expect.poll(() => items().count(), soon).toBe(1);
    await expect.poll(() => unread().textContent(), soon).toBe('1');
    await pages.focusComesTo(pages.page.getByRole('main'));

    await pages.page.getByRole('link', { name: 'All', exact: true }).click();
    await expect.poll(() => items().count(), soon).toBe(2);
    expect(new URL(pages.page.url()).searchParams.get('show')).toBe('all');
    await pages.page.getByRole('combobox', { name: 'About' }).click();
    await pages.page.getByRole('option', { name: 'File not taken in' }).click();
    await expect.poll(() => items().count(), soon).toBe(1);
    expect(new URL(pages.page.url()).searchParams.get('kind')).toBe('delivery');
    await pages.page.reload();
    await expect.poll(() => items().count(), soon).toBe(1);
    await pages.page.getByRole('link', { name: /^How to deliver/ }).click();
    await pages.page.getByRole('heading', { name: 'Ways of delivery', exact: true }).waitFor();

    // a link is a reading too
    await pages.page.getByRole('link', { name: /^Notices/ }).click();
    await pages.page.getByRole('link', { name: /^Open the event/ }).click();
    await pages.page.getByRole('table', { name: 'Held messages' }).waitFor();
    await expect.poll(() => unread().count(), soon).toBe(0);

    // to another person both are new; she marks all
    await pages.openAs(people.officer, '/notices');
    await expect.poll(() => unread().textContent(), soon).toBe('2');
    await pages.button('Mark all as read').click();
    await pages.page.getByText('You have read every notice.').waitFor();
    await expect.poll(() => unread().count(), soon).toBe(0);
  });

  test('of a User are seen by the Operator who names it', async () => {
    await pages.openAs(people.chief, '/notices?show=all');
    await pages.page.getByText('Choose a User ID.').waitFor();
    expect(await findBarriers(pages.page)).toEqual([]);
    await pages.page.getByRole('combobox', { name: 'User ID' }).fill(alpha);
    await pages.page.getByRole('option', { name: new RegExp(alpha) }).click();
    await expect.poll(() => items().count(), soon).toBe(2);
    await pages.page.getByRole('link', { name: /^Open the event/ }).click();
    await expect.poll(() => new URL(pages.page.url()).searchParams.get('user'), soon).toBe(alpha);
  });
});

describe('who signs', () => {
  test('is seen by the User, and changed by the Operator', async () => {
    const { pool } = pages.portal.database;
    await pages.openAs(people.analyst, '/certificates?tab=signing');
    await pages.page.getByText('Two officers sign whatever could let through what is held.').waitFor();
    await pages.page.getByText('any two officers of the User ID').waitFor();
    expect(await pages.button('Change the rule').count()).toBe(0);
    const [first] = (
      await pool.query<{ email: string }>('select lower(email) as email from officer where user_id = $1 order by 1', [
        alpha,
      ])
    ).rows;
    const email = first?.email ?? '';

    const admin = await pages.openAs(people.chief, `/certificates?tab=signing&user=${alpha}`);
    await pages.button('Change the rule').click();
    const dialog = admin.getByRole('dialog', { name: `Who signs for ${alpha}` });
    await dialog.getByRole('checkbox', { name: new RegExp(email) }).check();
    const release = dialog.getByRole('checkbox', { name: 'Two officers sign the release of held messages' });
    await release.check();
    expect(await findBarriers(admin)).toEqual([]);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await admin.getByText('One of the two is one of these:').waitFor();
    await admin.getByText('Two officers sign the release of held messages.').waitFor();
    const policy = async () =>
      (
        await pool.query(
          'select second_officer, second_officer_for_release as release, deputies from officer_policy where user_id = $1',
          [alpha],
        )
      ).rows;
    expect(await policy()).toEqual([{ second_officer: true, release: true, deputies: [email] }]);

    await pages.button('Change the rule').click();
    await dialog.getByRole('radio', { name: 'One officer signs it' }).check();
    await release.uncheck();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await admin.getByText('One officer signs everything.').waitFor();
    expect(await policy()).toEqual([{ second_officer: false, release: false, deputies: [] }]);
    expect(await findBarriers(admin)).toEqual([]);
  });
});

describe('addresses for mails', () => {
  test('are registered, renewed and revoked by the Operator, and seen by the User', async () => {
    await pages.openAs(people.chief, '/certificates?tab=email');
    await pages.page.getByText('No address is registered yet').waitFor();
    await pages.button('Register an address').click();
    const dialog = pages.page.getByRole('dialog', { name: 'Register an address' });
    await dialog.getByRole('button', { name: 'Register', exact: true }).click();
    await dialog.getByRole('alert').getByText('Choose a User ID.').waitFor();
    for (const [name, userId] of [
      ['first', alpha],
      ['second', beta],
    ] as const) {
      if (name !== 'first') await pages.button('Register an address').click();
      await dialog.getByRole('combobox', { name: 'User ID' }).fill(userId);
      await pages.page.getByRole('option', { name: new RegExp(userId) }).click();
      await dialog.getByLabel('E-mail address').fill(`${name}@user.example`);
      await dialog.getByLabel('Certificate', { exact: true }).fill(keys.text('signs.pem'));
      if (name === 'first') {
        // one that only signs
        await dialog.getByRole('button', { name: 'Register', exact: true }).click();
        await dialog
          .getByRole('alert')
          .getByText(/nothing can be encrypted to this certificate/)
          .waitFor();
        expect(await findBarriers(pages.page)).toEqual([]);
      }
      await dialog.getByLabel('Certificate', { exact: true }).fill(keys.text(`${name}.pem`));
      await dialog.getByRole('button', { name: 'Register', exact: true }).click();
      await dialog.waitFor({ state: 'detached' });
    }
    expect(await pages.row('@user.example').count()).toBe(2);
    expect(await findBarriers(pages.page)).toEqual([]);
    const ofUser = await pages.openAs(people.analyst, '/certificates?tab=email');
    await pages.row('first@user.example').waitFor();
    expect([
      await ofUser.getByText('second@user.example').count(),
      await pages.button(/^Re(gister|new|voke)/).count(),
    ]).toEqual([0, 0]);
    await pages.openAs(people.chief, '/certificates?tab=email');
    await pages.button('Revoke that of first@user.example').click();
    await pages.button('Revoke for good').click();
    await pages.row('first@user.example').getByText('Revoked', { exact: true }).waitFor();
  });
});
