import { TestBrowser, testPassword } from '@penstock/platform/testing/people';
import { expect, test } from 'vitest';
import { TestPages } from './testing-pages.ts';
import { alpha, findBarriers, signIn } from './testing-portal.ts';

// The own account: where one is signed in, passkeys, the password.

const pages = new TestPages();
const heading = (name: string) => pages.heading(name);

test('shows where one is signed in and ends it there; a new password signs out everywhere else', async () => {
  const person = await pages.portal.addPerson('admin', { [alpha]: 'analyst' });
  const other = new TestBrowser(pages.portal.address);
  await other.signIn(person);
  await pages.page.goto('/account');
  await signIn(pages.page, person, 1);
  await heading('Your account').waitFor();
  await pages.page.getByText('(this one)').waitFor();
  expect(await findBarriers(pages.page)).toEqual([]);
  await pages.button(/^Sign out there/).click();
  await pages.button(/^Sign out there/).waitFor({ state: 'detached' });
  expect(await other.call('GET', '/api/v1/me')).toMatchObject({ status: 401 });
  await pages.portal.database.pool.query(
    `insert into sign_in."passkey" ("id", "name", "publicKey", "userId", "credentialID", "counter", "deviceType", "backedUp")
     values ($1, 'Old telephone', 'x', $1, $1, 0, 'singleDevice', false)`,
    [person.personId],
  );
  await pages.page.getByLabel('Password now').fill('not the password');
  await pages.page.getByLabel('New password').fill('an entirely new password');
  await pages.button('Change the password').click();
  await pages.page.getByRole('alert').getByText('The password is not right.').waitFor();
  await pages.page.getByLabel('Password now').fill(testPassword);
  await pages.button('Change the password').click();
  await pages.page.getByText('The password is changed').waitFor();
  await pages.page.getByText('These passkeys sign in as before: Old telephone.').waitFor();
  await pages.button('Sign out everywhere, here too').click();
  await heading('Sign in').waitFor();
  const { rows } = await pages.portal.database.pool.query('select from sign_in."session" where "userId" = $1', [
    person.personId,
  ]);
  expect(rows).toEqual([]);
});

test('takes passkeys and lets them go', async () => {
  const person = await pages.portal.addPerson('holder', { [alpha]: 'analyst' });
  await pages.addAuthenticator();
  await pages.page.goto('/account');
  await signIn(pages.page, person);
  await pages.page.getByLabel('Name of a new passkey').fill('Laptop');
  await pages.button('Add a passkey').click();
  await pages.page.getByText('Laptop').waitFor();
  expect(await findBarriers(pages.page)).toEqual([]);
  // a while later it is asked again who this is
  await pages.portal.database.pool.query(
    `update sign_in."session" set "provenAt" = now() - interval '11 minutes' where "userId" = $1`,
    [person.personId],
  );
  await pages.button('Remove the passkey Laptop').click();
  await heading('Prove that it is you').waitFor();
  await pages.lookNarrow();
  await pages.page.getByLabel('Six-digit code').fill('000000');
  await pages.button('Go on').click();
  await pages.page.getByRole('alert').getByText('The code is not right').waitFor();
  await pages.button('Use a passkey').click();
  await pages.page.getByText('With a passkey your device').waitFor();
});

test('chooses how one is told: of kinds of notices, by a calendar, by a webhook; a link and a secret are shown once', async () => {
  const { page, portal } = pages;
  const button = (name: string) => pages.button(name);
  const person = await portal.addPerson('told', { [alpha]: 'user_administrator' });
  await page.goto('/told');
  await signIn(page, person);
  await heading('How I am told').waitFor();
  const mail = page.getByRole('checkbox', { name: 'Change: by e-mail' });
  await mail.check();
  await page.reload();
  await expect.poll(() => mail.isChecked()).toBe(true);
  expect(await findBarriers(page)).toEqual([]);

  await button('Make a calendar link').click();
  await button('Make it').click();
  await page.getByRole('alert').getByText('Enter what the link is for.').waitFor();
  await page.getByLabel('What it is for').fill('My wall');
  await button('Make it').click();
  const once = page.locator('.penstock-once');
  await once.waitFor();
  expect(await findBarriers(page)).toEqual([]);
  const link = (await once.textContent()) ?? '';
  expect(await (await fetch(link)).text()).toContain('X-WR-CALNAME:My wall');
  await button('I have it').click();
  await button('Revoke the link My wall').click();
  await button('Revoke for good').click();
  await page.getByText('You have no calendar link yet.').waitFor();
  expect((await fetch(link)).status).toBe(410);

  await button('Set up a webhook').click();
  await page.getByLabel('What it is for').fill('Desk');
  await page.getByLabel('Address').fill('https://10.0.0.1/hook');
  await button('Set it up').click();
  await page.getByText('Webhooks do not go to this address.').waitFor();
  await page.getByLabel('Address').fill('https://desk.invalid/hook');
  await button('Set it up').click();
  await expect.poll(() => once.textContent()).toMatch(/^whsec_/);
  await button('I have it').click();
  await pages.button(/^Remove/).click();
  await button('Remove for good').click();
  await page.getByText('There is no webhook yet.').waitFor();
});
