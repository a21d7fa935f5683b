import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeOf, readTotpSecret, TestBrowser, testPassword } from '@penstock/platform/testing/people';
import { startProvider } from '@penstock/platform/testing/provider';
import { afterAll, describe, expect, test } from 'vitest';
import { TestPages } from './testing-pages.ts';
import { alpha, findBarriers, signIn } from './testing-portal.ts';

// Getting in, as people meet it: links, passkeys, an organisation's own sign-in. The provider is at another site
// (127.0.0.1) than the portal (localhost), as a real one is.

const folder = mkdtempSync(join(tmpdir(), 'penstock-providers-'));
const file = join(folder, 'providers.toml');
process.env.PENSTOCK_TEST_CLIENT_SECRET = 'a secret of the tests only';
const provider = await startProvider();
writeFileSync(
  file,
  `[[provider]]
id = "alpha"
name = "Alpha Energy"
issuer = "${provider.issuer}"
client_id = "penstock"
client_secret_variable = "PENSTOCK_TEST_CLIENT_SECRET"
speaks_for = ["operator"]
email_domains = ["alpha.example"]
`,
);
let administrator: TestBrowser;
const pages = new TestPages({
  settings: { PENSTOCK_PEOPLE_IDENTITY_PROVIDERS_FILE: file },
  prepare: async (portal) => {
    provider.open(`${portal.address}/sign-in/alpha`);
    administrator = new TestBrowser(portal.address);
    await administrator.signIn(await portal.addPerson('chief', { operator: 'operator_administrator' }));
  },
});
afterAll(() => {
  provider.stop();
  rmSync(folder, { recursive: true });
});

const heading = (name: string) => pages.heading(name);

async function invite(email: string, acting: string = alpha, role = 'analyst'): Promise<string> {
  const { json } = await administrator.call('POST', '/api/v1/people/invitations', { email, name: 'Nia', acting, role });
  return new URL(String(json.link)).hash;
}

describe('an invitation', () => {
  test('is taken with a password and an authenticator; used, it says what to do', async () => {
    const hash = await invite('newcomer@people.example');
    await pages.page.goto(`/invitation${hash}`);
    await heading('You are invited').waitFor();
    await pages.page.getByText('newcomer@people.example').waitFor();
    expect(await findBarriers(pages.page)).toEqual([]);
    await pages.page.getByLabel('New password').fill('short');
    await pages.button('Set the password').click();
    await pages.page.getByRole('alert').getByText('too easy to guess').waitFor();
    await pages.page.getByLabel('New password').fill(testPassword);
    await pages.button('Set the password').click();
    await pages.page.getByText('Your password is set.').waitFor();
    await pages.button('Continue').click();
    await pages.page.getByRole('img', { name: /QR code/ }).waitFor();
    const secret = ((await pages.page.locator('code').textContent()) ?? '').replaceAll(' ', '');
    await pages.page.getByLabel('Six-digit code').fill(codeOf(readTotpSecret(`otpauth://totp/x?secret=${secret}`)));
    await pages.button('Sign in').click();
    await pages.isIn();
    expect(new URL(pages.page.url()).searchParams.get('for')).toBe(alpha);

    await pages.page.goto(`/invitation${hash}`);
    await pages.page.reload();
    await pages.page.getByRole('alert').getByText('The link is not good any more.').waitFor();
    await pages.page.getByText('it was used before').waitFor();
    expect(await findBarriers(pages.page)).toEqual([]);
    await pages.page.getByRole('link', { name: 'Go to the sign-in' }).click();
    await pages.isIn();
  });

  test('that is over, cut off or unknown says what to do', async () => {
    const hash = await invite('late@people.example');
    await pages.portal.database.pool.query(
      `update invitation set expires_at = now() - interval '1 minute' where email = 'late@people.example'`,
    );
    for (const [link, words] of [
      [hash, 'it was good for 72 hours'],
      [hash.slice(0, -4), 'This link is not whole.'],
      ['', 'This link is not whole.'],
      [`#${'x'.repeat(43)}`, 'There is no such link.'],
    ] as const) {
      await pages.page.goto(`/invitation${link}`);
      await pages.page.getByRole('alert').getByText(words).waitFor();
    }
  });

  test('is taken with a passkey, which then signs in by itself; the account page keeps it', async () => {
    await pages.addAuthenticator();
    await pages.page.goto(`/invitation${await invite('key@people.example')}`);
    await pages.button('Make a passkey instead').click();
    await pages.isIn();
    await pages.page.goto('/account');
    await pages.page.getByText('your only way in').waitFor();
    await pages.page.getByText('You have no password').waitFor();
    expect(await findBarriers(pages.page)).toEqual([]);
    await pages.page.getByLabel('Name of a new passkey').fill('Second device');
    // this device has one already, and says so
    await pages.button('Add a passkey').click();
    await pages.page.getByRole('alert').getByText('No passkey was used.').waitFor();
    await pages.button(/signed in as/).click();
    await pages.page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await pages.button('Sign in with a passkey').click();
    await pages.isIn();
  });

  test('of somebody who has an account is taken signed in', async () => {
    const person = await pages.portal.addPerson('officer', { operator: 'service_desk' });
    await pages.page.goto(`/invitation${await invite(person.email)}`);
    await pages.button('Accept').click();
    await pages.page.getByText(`Sign in as ${person.email} to accept.`).waitFor();
    expect(await findBarriers(pages.page)).toEqual([]);
    await signIn(pages.page, person);
    await pages.isIn();
    await pages.button(/Acting for/).click();
    await pages.page.getByRole('navigation', { name: 'Act for another' }).getByText(alpha).waitFor();
  });
});

describe('the organisation’s own sign-in', () => {
  const open = async (email: string) => {
    await pages.button('Sign in with your organisation').click();
    await pages.page.getByLabel('E-mail address').fill(email);
    await pages.button('Go to its sign-in').click();
  };

  test('takes an invitation, and leads back to the place where it began', async () => {
    const email = 'olu@alpha.example';
    provider.signsIn({ subject: 'olu', email });
    await pages.page.goto(`/invitation${await invite(email, 'operator', 'service_desk')}`);
    await pages.button('Continue with Alpha Energy').click();
    await pages.isIn();
    await pages.button(/signed in as/).click();
    await pages.page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await heading('Sign in').waitFor();
    await pages.page.goto('/streams?for=operator');
    await pages.button('Sign in with your organisation').click();
    expect(await findBarriers(pages.page)).toEqual([]);
    await pages.page.getByLabel('E-mail address').fill(email);
    await pages.button('Go to its sign-in').click();
    await pages.isIn();
    expect(new URL(pages.page.url()).pathname).toBe('/streams');
    await pages.page.goto('/account');
    await pages.page.getByText('You signed in with Alpha Energy').waitFor();
  });

  test('that asked for no second factor is followed by a code', async () => {
    const person = await pages.portal.addPerson('provided', { operator: 'security' });
    const email = 'provided@alpha.example';
    await pages.portal.database.pool.query('update person set email = $1 where person_id = $2', [
      email,
      person.personId,
    ]);
    provider.signsIn({ subject: 'provided', email, amr: ['pwd'] });
    await pages.page.goto('/');
    await open(email);
    await pages.page.getByLabel('Six-digit code').fill(codeOf(person.totpSecret));
    expect(await findBarriers(pages.page)).toEqual([]);
    await pages.button('Sign in').click();
    await pages.isIn();
  });

  test('of an address that none knows, or of a person that nobody invited, says what to do', async () => {
    await pages.page.goto('/');
    await open('somebody@nowhere.example');
    await pages.page.getByRole('alert').getByText('No organisation has its own sign-in').waitFor();
    expect(await findBarriers(pages.page)).toEqual([]);
    provider.signsIn({ subject: 'nobody', email: 'nobody@alpha.example' });
    await pages.page.getByLabel('E-mail address').fill('nobody@alpha.example');
    await pages.button('Go to its sign-in').click();
    await pages.page.getByRole('alert').getByText('Use the link of your invitation').waitFor();
    expect(new URL(pages.page.url()).search).toBe('');
    expect(await findBarriers(pages.page)).toEqual([]);
    await pages.page.reload();
    await pages.page.getByRole('alert').getByText('not begun in this browser').waitFor();
  });
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`no page before signing in has a barrier at 320 pixels: ${colorScheme}`, async () => {
    await pages.page.emulateMedia({ colorScheme });
    await pages.page.setViewportSize({ width: 320, height: 700 });
    const hash = await invite(`narrow-${colorScheme}@people.example`);
    for (const path of ['/', `/invitation${hash}`, '/sign-in/alpha']) {
      await pages.page.goto(path);
      await pages.page.getByRole('heading', { level: 2 }).or(pages.page.getByRole('alert')).first().waitFor();
      expect([path, await findBarriers(pages.page)]).toEqual([path, []]);
      await pages.fits();
    }
  });
}
