import { testCertificate } from '@penstock/platform/testing/certificates';
import type { TestPerson } from '@penstock/platform/testing/people';
import { describe, expect, test } from 'vitest';
import { TestPages } from './testing-pages.ts';
import { alpha, beta, findBarriers } from './testing-portal.ts';

// Certificates, Parties and User IDs, as the Operator changes them and a User sees its own.

const people = {} as Record<'chief' | 'own' | 'analyst', TestPerson>;
const pages = new TestPages({
  prepare: async (portal) => {
    people.chief = await portal.addPerson('chief', { operator: 'operator_administrator' });
    people.own = await portal.addPerson('own', { [alpha]: 'user_administrator' });
    people.analyst = portal.people.analyst;
  },
});

describe('certificates', () => {
  test('are registered, renewed and revoked, by keyboard alone; what ends soon is told', async () => {
    const { pool } = pages.portal.database;
    await pages.openAs(people.chief, '/certificates');
    await pages.page.getByRole('table').waitFor();
    const next = testCertificate({
      userId: alpha as NonNullable<Parameters<typeof testCertificate>[0]['userId']>,
      serial: '77',
    });
    await pages.press(pages.button('Register a certificate'));
    const dialog = pages.page.getByRole('dialog', { name: 'Register a certificate' });
    const userId = dialog.getByRole('combobox', { name: 'User ID' });
    await pages.choose(userId, new RegExp(beta), beta);
    await pages.type(dialog.getByLabel('Certificate', { exact: true }), next.pem);
    expect(await findBarriers(pages.page)).toEqual([]);
    const register = dialog.getByRole('button', { name: 'Register', exact: true });
    await pages.press(register);
    await dialog
      .getByRole('alert')
      .getByText(/the User ID in the subject is/)
      .waitFor();
    expect(await findBarriers(pages.page)).toEqual([]);
    await pages.choose(userId, new RegExp(alpha), alpha);
    await pages.press(register);
    await dialog.waitFor({ state: 'detached' });
    const { rows } = await pool.query<{ serial: string }>(
      `update certificate set not_after = now() + interval '5 days 1 hour'
       where user_id = $1 and purpose = 'signing' and serial = $2 returning serial`,
      [alpha, '119'],
    );
    expect(rows).toHaveLength(1);
    await pages.page.reload();
    await pages.page.getByRole('note').getByText('Expires in 5 days').waitFor();
    expect(await findBarriers(pages.page)).toEqual([]);
    const after = testCertificate({
      userId: alpha as NonNullable<Parameters<typeof testCertificate>[0]['userId']>,
      serial: '78',
    });
    await pages.press(pages.page.getByRole('button', { name: 'Renew 119', exact: true }));
    await pages.page.getByText('The new one counts beside the old').waitFor();
    await pages.type(pages.page.getByLabel('Certificate', { exact: true }), after.pem);
    await pages.press(pages.page.getByRole('button', { name: 'Register', exact: true }));
    await pages.page.getByRole('button', { name: 'Revoke 120', exact: true }).waitFor();
    const revoke = pages.page.getByRole('button', { name: 'Revoke 119', exact: true });
    await pages.press(revoke);
    await pages.press(pages.button('Revoke for good'));
    await revoke.waitFor({ state: 'detached' });
    await pages.page.getByRole('note').waitFor({ state: 'detached' });
    await pages.page.getByText('revoked by Operator (chief@people.example)').waitFor();
    // what a machine may do at the API
    const { rows: connecting } = await pool.query<{ serial: string }>(
      "select serial from certificate where user_id = $1 and purpose = 'transport'",
      [alpha],
    );
    await pages.page.goto(`/certificates?find=${connecting[0]?.serial}`);
    await pages.press(pages.page.getByRole('button', { name: `Role of ${connecting[0]?.serial}`, exact: true }));
    const role = pages.page.getByRole('dialog', { name: 'Role of a machine' });
    await pages.choose(role.getByRole('combobox', { name: 'Role at the API' }), 'read only');
    await pages.press(role.getByRole('button', { name: 'Set the role' }));
    await role.waitFor({ state: 'detached' });
    await pages.page.getByText('at the API: read only').waitFor();
    await pages.page.getByRole('link', { name: 'Of officers' }).click();
    await pages.button('Register an officer').waitFor();
    expect(await findBarriers(pages.page)).toEqual([]);
    await pages.page.goto('/people?tab=activity');
    await pages.row('signed in').first().waitFor();
    await pages.page.getByRole('combobox', { name: 'About' }).click();
    await pages.page.getByRole('option', { name: 'Certificates of machines' }).click();
    await pages.page.waitForURL(/about=certificates/);
    await pages.row('certificate revoked').getByText('chief@people.example').waitFor();
    await pages.row('signed in').first().waitFor({ state: 'detached' });
    expect(await findBarriers(pages.page)).toEqual([]);
    await pages.page.goto('/people?tab=activity&about=mail-addresses');
    await pages.page.getByText('Nothing was done yet about ‘E-mail addresses’.').waitFor();
  });

  test('of a User: its administrator sees what the Operator did, and is told', async () => {
    const page = await pages.openAs(people.own, '/people?tab=activity&about=certificates');
    await pages.row('certificate revoked').getByText('chief@people.example').waitFor();
    await page.goto('/notices?kind=access');
    await page
      .getByText(/A certificate of this User ID was revoked: for signing, number 119/)
      .first()
      .waitFor();
    expect(await findBarriers(page)).toEqual([]);
  });

  test('of a User are seen by it, and changed by the Operator', async () => {
    await pages.openAs(people.analyst, '/certificates');
    await pages.page.getByRole('table').waitFor();
    expect(await pages.button(/^Re(gister|new|voke)/).count()).toBe(0);
    const users = await pages.page.locator('[role=cell]:first-child').allTextContents();
    expect(new Set(users)).toEqual(new Set([alpha]));
    await pages.page.getByText('added by Operator,').first().waitFor();
  });
});

describe('Parties and User IDs', () => {
  test('are added and changed by the Operator, and seen by a User as they are registered', async () => {
    await pages.openAs(people.chief, '/directory');
    await pages.button('Add a Party').click();
    await pages.page.getByLabel('Party id').fill('NEW');
    await pages.page.getByLabel('Name').fill('New Energy');
    expect(await findBarriers(pages.page)).toEqual([]);
    await pages.button('Save').click();
    await pages
      .row('New Energy')
      .getByRole('button', { name: /Change/ })
      .click();
    await pages.page.getByRole('combobox', { name: 'Status' }).click();
    await pages.page.getByRole('option', { name: 'Suspended' }).click();
    await pages.button('Save').click();
    await pages.row('New Energy').getByText('Suspended').waitFor();
    await pages.page.getByRole('link', { name: 'User IDs', exact: true }).click();
    await pages.button('Add a User ID').click();
    await pages.page.getByLabel('User ID', { exact: true }).fill('90-B3-D5-1F-30-77-00-00');
    await pages.page.getByRole('combobox', { name: 'Party' }).fill('New');
    await pages.page.getByRole('option', { name: /New Energy/ }).click();
    await pages.page.getByLabel('OU', { exact: true }).check();
    expect(await findBarriers(pages.page)).toEqual([]);
    await pages.button('Save').click();
    await pages.row('90-B3-D5-1F-30-77-00-00').getByText('OU').waitFor();
    await pages.openAs(people.analyst, '/directory?tab=user-ids');
    await pages.row(alpha).waitFor();
    expect(await pages.page.getByRole('row').count()).toBe(2);
    expect(await pages.button(/Add|Change/).count()).toBe(0);
  });
});
