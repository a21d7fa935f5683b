import { generateKeyPairSync } from 'node:crypto';
import type { TestPerson } from '@penstock/platform/testing/people';
import { beforeEach, describe, expect, test } from 'vitest';
import { TestPages } from './testing-pages.ts';
import { alpha, beta, findBarriers } from './testing-portal.ts';

// The ways by which files come in, as a User and the Operator's people see and change them; and SSH keys.

const people = {} as Record<'officer' | 'desk' | 'planner' | 'chief' | 'reader', TestPerson>;
const pages = new TestPages({
  prepare: async (portal) => {
    people.officer = await portal.addPerson('officer', { [alpha]: 'aro' });
    people.chief = await portal.addPerson('chief', { operator: 'operator_administrator' });
    people.reader = await portal.addPerson('reader', { [beta]: 'read_only' });
    people.desk = portal.people.desk;
    people.planner = portal.people.planner;
  },
  settings: { PENSTOCK_SFTP_PORT: '0', PENSTOCK_SFTP_PUBLIC_ADDRESS: 'sftp.penstock.example:2022' },
});
const run = (sql: string, values: readonly unknown[] = []) => pages.portal.database.pool.query(sql, [...values]);
beforeEach(async () => {
  for (const what of ['way_outage', 'way_report', 'way_use where version > 1', 'way_version where version > 1']) {
    await run(`delete from ${what}`);
  }
});

const region = (name: string) => pages.page.getByRole('region', { name, exact: true });
const dialog = (name: string) => pages.page.getByRole('dialog', { name });
async function choose(label: string, option: string | RegExp): Promise<void> {
  await pages.page.getByRole('combobox', { name: label, exact: true }).click();
  await pages.page.getByRole('option', { name: option }).click();
}
const https = 'Portal and API (HTTPS)';

describe('a User', () => {
  test('reports an outage, and is told on every page, as it happens, when one is declared', async () => {
    await pages.openAs(people.officer, '/ways');
    await region(https).getByText('Open', { exact: true }).waitFor();
    expect(await pages.button('Declare an outage').count()).toBe(0);
    await pages.button('Report an outage').click();
    await choose('Way', https);
    await dialog('Report an outage').getByLabel('What you see').fill('It answers 502 since ten.');
    expect(await findBarriers(pages.page)).toEqual([]);
    await pages.button('Report it').click();
    await region('What you reported').getByText('Not answered yet').waitFor();
    expect(await findBarriers(pages.page)).toEqual([]);
    await pages.page.getByRole('link', { name: 'Streams', exact: true }).click();
    await pages.page.getByText('Live', { exact: true }).waitFor();
    await run(
      `insert into way_outage (outage, way, from_at, reason, declared_at, declared_by, changed_at)
       values (gen_random_uuid(), 'https', clock_timestamp(), 'A certificate has expired', clock_timestamp(), 'Operator',
               clock_timestamp())`,
    );
    const told = region('Announcements');
    // its times are those of the reader's zone, as all of the page
    await told.locator('time').getByText('+00:00').or(told.locator('time').getByText('+01:00')).first().waitFor();
    await told.getByText(/^Outage of the portal or the API \(HTTPS\) since .*deliver files by SFTP\.$/).waitFor();
    expect(await findBarriers(pages.page)).toEqual([]);
    await told.getByRole('link', { name: 'How to deliver now' }).click();
    await region(`Outage of ${https}`).getByText('A certificate has expired').waitFor();
    await region(https).getByText('Outage declared').waitFor();
    await run(
      `update way_outage set ended_at = clock_timestamp(), ended_by = 'Operator', ended_why = 'r', changed_at = clock_timestamp()`,
    );
    await told.getByText(/^The outage of the portal or the API \(HTTPS\) ended/).waitFor();
    await told.getByRole('button', { name: 'Put away' }).click();
    await told.getByText(/ended/).waitFor({ state: 'detached' });
    await pages.page.reload();
    await region(https).waitFor();
    expect(await told.getByText(/ended/).count()).toBe(0);
  });

  test('finds how to deliver with real addresses and its own User ID, and what it has for each way', async () => {
    await pages.openAs(people.officer, '/ways?tab=guidance');
    const sftp = region('By SFTP');
    await sftp.getByText(/^SHA256:/).waitFor();
    await sftp.getByText(`sftp -i penstock-key -P 2022 ${alpha}@sftp.penstock.example`).waitFor();
    expect(await findBarriers(pages.page)).toEqual([]);
    await pages.page.setViewportSize({ width: 320, height: 700 });
    // a screen that has just become narrow is laid out anew in more than one step
    await pages.fits();
    await pages.page.emulateMedia({ colorScheme: 'dark' });
    expect(await findBarriers(pages.page)).toEqual([]);
    await pages.page.getByRole('link', { name: 'Your access' }).click();
    await pages.row(alpha).getByText('no SSH key is registered').waitFor();
    expect(await pages.page.getByRole('row').count()).toBe(2);
    expect(await findBarriers(pages.page)).toEqual([]);
    await pages.fits();
  });

  test('who only reads changes nothing; what there is not yet is said; a version that there is not is told', async () => {
    await pages.openAs(people.reader, '/ways?tab=history');
    await pages.page.getByText('No outage was declared yet.').waitFor();
    await pages.page.getByText('As the platform comes.').waitFor();
    expect(await findBarriers(pages.page)).toEqual([]);
    await pages.page.getByRole('link', { name: 'Now', exact: true }).click();
    await region('SFTP').waitFor();
    expect(await pages.button(/outage|Change/).count()).toBe(0);
    await pages.page.goto('/ways?tab=guidance&version=99');
    await pages.page.getByRole('alert').getByText('there is no such version').waitFor();
  });
});

describe('the service desk', () => {
  test('declares what a User reports, moves its end, and ends it, by keyboard alone; every User is told', async () => {
    await run(
      `insert into way_report (user_id, report, way, reported_at, reported_by, words, changed_at)
       values ($1, gen_random_uuid(), 'https', now(), 'x', 'It answers 502', now()), ($2, gen_random_uuid(), 'sftp', now(), 'x', 'No answer', now())`,
      [alpha, beta],
    );
    const { keyboard } = await pages.openAs(people.desk, '/ways');
    const reported = region('Reported by Users');
    await reported.getByText('It answers 502').waitFor();
    expect(await findBarriers(pages.page)).toEqual([]);
    await pages.press(pages.button(`No outage of what ${beta} reports`));
    await pages.type(dialog('Answer without an outage').getByLabel('Answer'), 'Your key was revoked.');
    await pages.press(pages.button('Answer').last());
    await reported.getByText('No answer').waitFor({ state: 'detached' });
    await pages.press(pages.button(`Declare the outage that ${alpha} reports`));
    const declaring = dialog('Declare an outage');
    await declaring.getByText('It is the preferred way: fallbacks open').waitFor();
    await pages.type(declaring.getByLabel('Reason'), 'A certificate has expired');
    await pages.typeNewYear(declaring.getByLabel(/^Expected end/), '2020');
    await pages.press(pages.button('Declare it and tell all Users'));
    await declaring.getByRole('alert').getByText('it ends before it begins').waitFor();
    expect(await findBarriers(pages.page)).toEqual([]);
    await pages.tabTo(declaring.getByLabel(/^Expected end/));
    for (let part = 0; part < 6; part += 1) {
      await keyboard.press('Backspace');
      await keyboard.press('ArrowRight');
    }
    await pages.press(pages.button('Declare it and tell all Users'));
    await region(`Outage of ${https}`).getByText('not known').waitFor();
    await reported.waitFor({ state: 'detached' });
    await region('Announcements')
      .getByText(/^Outage of the portal/)
      .waitFor();
    await pages.press(pages.button('Change the expected end'));
    const moving = dialog('Change the expected end');
    await pages.typeNewYear(moving.getByLabel(/^Expected end/), '2099');
    await pages.press(pages.button('Change it and tell all Users'));
    await region(`Outage of ${https}`).getByText('1 Jan 2099').waitFor();
    await pages.press(pages.button('End the outage'));
    await pages.type(dialog(`End the outage of ${https}`).getByLabel('What put it right'), 'It was renewed.');
    await pages.press(pages.button('End it and tell all Users'));
    await region(`Outage of ${https}`).waitFor({ state: 'detached' });
    const { rows } = await run(`select words from notice where user_id = $1 and kind = 'way'`, [beta]);
    expect(rows).toHaveLength(4);
    await pages.page.getByRole('link', { name: 'History' }).click();
    await pages.row('A certificate has expired').getByText('It was renewed.').waitFor();
    expect(await findBarriers(pages.page)).toEqual([]);
    expect(await pages.button('Change the ways').count()).toBe(0);
    await pages.page.getByRole('link', { name: 'Who is ready' }).click();
    await pages.row(alpha).waitFor();
    await pages.row(beta).waitFor();
    expect(await findBarriers(pages.page)).toEqual([]);
  });
});

test('the change manager sets how the ways are used by keyboard alone, is told what a fallback shares, and withdraws it', async () => {
  await pages.openAs(people.planner, '/ways');
  await pages.press(pages.button('Change the ways'));
  const changing = dialog('Change the ways');
  await pages.choose(changing.getByRole('combobox', { name: https, exact: true }), 'Fallback');
  await pages.type(changing.getByLabel(`What ${https} depends on`), 'Internet line');
  await pages.choose(changing.getByRole('combobox', { name: 'SFTP', exact: true }), 'Preferred');
  await pages.type(changing.getByLabel('What SFTP depends on'), 'internet line, office suite');
  await changing.getByText(`${https} shares internet line with SFTP.`).waitFor();
  await pages.lookNarrow();
  await pages.type(changing.getByLabel('Reason'), 'Machines deliver most');
  await pages.typeNewYear(changing.getByLabel(/^From/), '2099');
  await pages.press(pages.button('Set it and tell all Users'));
  await changing.getByRole('alert').getByText('A fallback depends on what the preferred way depends on.').waitFor();
  await pages.press(changing.getByLabel('I know it, and want it all the same'), 'Space');
  await pages.press(pages.button('Set it and tell all Users'));
  const planned = region('What will change');
  await planned.getByText(/SFTP: preferred/).waitFor();
  await region('Announcements')
    .getByText(/SFTP is the preferred way/)
    .waitFor();
  expect(await findBarriers(pages.page)).toEqual([]);
  await pages.press(pages.button('Withdraw version 2'));
  await pages.button('Withdraw it and tell all Users').waitFor();
  await pages.lookNarrow();
  await pages.press(pages.button('Withdraw it and tell all Users'));
  await planned.waitFor({ state: 'detached' });
  await region('Announcements')
    .getByText(/SFTP is the preferred way/)
    .waitFor({ state: 'detached' });
});

test('SSH keys are registered and revoked by the Operator, and a User sees its own', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const field = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  const x = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const line = `ssh-ed25519 ${Buffer.concat([field(Buffer.from('ssh-ed25519')), field(x)]).toString('base64')} host`;
  await pages.openAs(people.chief, '/certificates?tab=ssh-keys');
  await pages.page.getByText('No SSH key is registered yet').waitFor();
  await pages.button('Register an SSH key').click();
  const registering = dialog('Register an SSH key');
  await registering.getByRole('combobox', { name: 'User ID' }).fill(alpha);
  await pages.page.getByRole('option', { name: new RegExp(alpha) }).click();
  await registering.getByLabel('Machine').fill('settlement host');
  await registering.getByLabel('Public key').fill(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  await registering.getByRole('button', { name: 'Register' }).click();
  await registering
    .getByRole('alert')
    .getByText(/this is a private key/)
    .waitFor();
  expect(await findBarriers(pages.page)).toEqual([]);
  await registering.getByLabel('Public key').fill(line);
  await registering.getByRole('button', { name: 'Register' }).click();
  await pages.row('settlement host').getByText('not used yet').waitFor();
  expect(await findBarriers(pages.page)).toEqual([]);
  await pages.openAs(people.officer, '/certificates?tab=ssh-keys');
  await pages.row('settlement host').getByText('Registered').waitFor();
  expect(await pages.button(/Re(gister|voke)/).count()).toBe(0);
  await pages.openAs(people.chief, '/certificates?tab=ssh-keys');
  await pages.button('Revoke the key of settlement host').click();
  await pages.button('Revoke for good').click();
  await pages.row('settlement host').getByText('Revoked', { exact: true }).waitFor();
});
