import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { TestPages } from './testing-pages.ts';
import { alpha, beta, findBarriers } from './testing-portal.ts';
import { addErratic, findMeters, recordTitles } from './testing-titles.ts';

// The page of a device with the titles of everybody's messages, as who is responsible and the Operator see it.

let own = '';
let other = '';
let erratic: readonly string[] = [];
const pages = new TestPages({
  prepare: async (portal) => {
    ({ own, other } = await findMeters(portal));
    await recordTitles(portal, own, 140);
    erratic = await addErratic(portal);
  },
});
const looks = async (): Promise<number> => {
  const { rows } = await pages.portal.database.pool.query('select count(*)::int as n from title_reading');
  return rows[0].n;
};
/** Until when alpha is responsible for its meter; that it has ended is told by itself. */
async function setEnd(end: string): Promise<void> {
  const { pool } = pages.portal.database;
  await pool.query(`update responsibility set valid_to = ${end} where device = $1 and user_id = $2`, [own, alpha]);
  await pool.query('select refresh_responsible(array[$1::macaddr8])', [own]);
}
const loaded = () => pages.page.getByRole('status').filter({ hasText: /loaded/ });

test('a User sees what everybody sent to its meter, and never who: with reasons, narrowed, as a file', async () => {
  const page = await pages.openAs(pages.portal.people.analyst, `/devices?find=${own}`);
  await page.getByRole('region', { name: own }).getByRole('link', { name: own }).click();
  await page.getByRole('table', { name: 'Titles' }).waitFor();
  await pages.row('An electricity import supplier').first().waitFor();
  await pages.row('You were its import supplier then').first().waitFor();
  const words = (await page.getByRole('table').textContent()) ?? '';
  expect(words).toContain('You');
  expect(words).not.toContain(beta);
  expect(await findBarriers(page)).toEqual([]);
  await loaded().getByText('scroll down').waitFor();
  await page.getByRole('region', { name: 'Titles, newest first' }).evaluate((box) => box.scrollTo(0, box.scrollHeight));
  await loaded().getByText('that is all').waitFor();

  await pages.button('Filter').click();
  await page.getByLabel('Service (SRV)').fill('seven');
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await page.getByRole('alert').getByText('Enter a service as numbers').first().waitFor();
  await page.getByLabel('Service (SRV)').fill('11.1');
  await page.getByLabel('Service (SRV)').press('Enter');
  await pages.row('names it in its body').first().waitFor();
  await pages.row('addressed to it').first().waitFor({ state: 'detached' });
  expect(new URL(page.url()).searchParams.get('srv')).toBe('11.1');
  const saved = page.waitForEvent('download');
  await pages.button('Export as CSV').click();
  const lines = (await readFile(await (await saved).path(), 'utf8')).trim().split('\n');
  expect(lines).toHaveLength(1 + 28);
  expect(lines.join()).not.toContain(beta);
});

test('a title that was sent later is behind the button; who loses the meter loses what is on the page', async () => {
  const page = await pages.openAs(pages.portal.people.analyst, `/devices/${own}?code=E21`);
  await pages.row('No answer from the device').first().waitFor();
  const before = await looks();
  await pages.button('Show new titles').click();
  // a change of the directory that is told late asks once more
  await expect.poll(looks).toBeGreaterThan(before);
  await setEnd('now()');
  // the facts and the titles each say it
  await page.getByText('Both look the same here.').nth(1).waitFor();
  await page.getByText('There are no titles to see here.').waitFor();
  expect(await page.getByRole('row').count()).toBe(0);
  const lost = await page.getByRole('main').textContent();
  await page.goto(`/devices/${other}?code=E21`);
  await page.getByText('Both look the same here.').nth(1).waitFor();
  expect((await page.getByRole('main').textContent())?.replaceAll(other, own)).toBe(lost);
  await setEnd("'infinity'");
});

test('the Operator’s people name a User and say why; both are recorded; others of them see what the device is', async () => {
  const page = await pages.openAs(pages.portal.people.desk, `/devices/${own}`);
  // names that come in while the list is open may close it
  const choose = async () => {
    await page.getByRole('combobox', { name: 'As which User' }).click();
    return page
      .getByRole('option', { name: alpha })
      .click({ timeout: 3_000 })
      .then(
        () => true,
        () => false,
      );
  };
  await expect.poll(choose).toBe(true);
  await page.getByLabel('Why').fill('Call 4711: alerts without a cause');
  expect(await findBarriers(page)).toEqual([]);
  const before = await looks();
  await pages.button('Show the titles').click();
  await pages.row('This User').first().waitFor();
  await pages.row('The User was its import supplier then').first().waitFor();
  expect(await looks()).toBeGreaterThan(before);
  await page.getByRole('note').getByText('Call 4711').waitFor();
  await pages.button('Stop reading it').click();
  await page.getByRole('combobox', { name: 'As which User' }).waitFor();
  await pages.openAs(pages.portal.people.planner, `/devices/${own}`);
  await pages.page.getByText('The audit trail of devices is not for your role.').waitFor();
  await pages.page.goto('/devices/a-meter');
  await pages.page.getByText('This is no device.').waitFor();
  expect(await findBarriers(pages.page)).toEqual([]);
});

test('who looked stands on the audit trail; a switch is set from an instant on, by keyboard alone, and everybody reads what holds', async () => {
  const chief = await pages.portal.addPerson('manager', { operator: 'change_manager' });
  const head = await pages.portal.addPerson('head', { [alpha]: 'user_administrator' });
  let page = await pages.openAs(head, '/audit-trail');
  await pages.row(own).filter({ hasText: 'analyst' }).first().waitFor();
  await page.getByLabel('Find a look').fill('Variant=11.1');
  await pages.button('Find').click();
  await pages.row('As a file: serviceReferenceVariant=11.1').waitFor();
  expect(await page.getByRole('button', { name: /^Change/ }).count()).toBe(0);

  page = await pages.openAs(chief, '/audit-trail?tab=switches');
  await pages.press(pages.button(/^Change\s+Who sent/));
  const choice = page.getByRole('radio', { checked: true });
  await pages.tabTo(choice);
  const party = page.getByRole('radio', { name: 'The Party' });
  for (let downs = 0; downs < 3 && !(await party.isChecked()); downs += 1) await page.keyboard.press('ArrowDown');
  await pages.typeNewYear(page.getByLabel(/^From/), '2020');
  await pages.press(pages.button('Set it'));
  await page.getByRole('alert').getByText('not past').first().waitFor();
  // a date without its time is not taken for 'at once'
  await pages.tabTo(page.getByLabel(/^From/));
  await page.keyboard.press('Backspace');
  await pages.press(pages.button('Set it'));
  await page
    .getByRole('alert')
    .getByText(/^Complete “From .*, or leave it empty\.$/)
    .waitFor();
  await pages.typeNewYear(page.getByLabel(/^From/), '2031');
  expect(await findBarriers(page)).toEqual([]);
  await pages.press(pages.button('Set it'));
  const sender = page.getByRole('region', { name: 'Who sent a request' });
  await sender.getByText('1 Jan 2031').waitFor();
  await pages.press(pages.button(/^Change\s+History/));
  await pages.tabTo(choice);
  const hidden = page.getByRole('radio', { name: 'Hidden' });
  for (let downs = 0; downs < 3 && !(await hidden.isChecked()); downs += 1) await page.keyboard.press('ArrowDown');
  await pages.press(pages.button('Set it'));
  await page.getByRole('region', { name: 'History' }).getByText('set by').waitFor();

  page = await pages.openAs(pages.portal.people.analyst, '/audit-trail');
  await page.getByRole('region', { name: 'History' }).getByText('the times at which they were responsible').waitFor();
  await page.getByText('What held before').click();
  await page.getByText('Shown: from the beginning').waitFor();
  expect(await page.getByRole('button', { name: /^Change/ }).count()).toBe(0);
});

test('erratic devices stand on their page, the worst first, for who is responsible now, and lead to their titles', async () => {
  const [first = '', second = '', third = '', usual = ''] = erratic;
  let page = await pages.openAs(pages.portal.people.analyst, '/overview');
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Erratic devices' }).click();
  await pages.row('412 alerts today; usual 3 a day').waitFor();
  const rows = (await page.getByRole('table').getByRole('row').allTextContents()).slice(1);
  expect(rows.map((text) => erratic.find((device) => text.includes(device)))).toEqual([first, second, third]);
  expect(rows.join()).not.toContain(usual);
  await page.getByRole('img', { name: 'Alerts a day: 412 today' }).waitFor();
  const saved = page.waitForEvent('download');
  await pages.button('Export as CSV').click();
  const lines = (await readFile(await (await saved).path(), 'utf8')).trim().split('\n');
  expect(lines).toHaveLength(1 + 3);

  const { pool } = pages.portal.database;
  await pool.query('update responsibility set valid_to = now() where device = $1 and user_id = $2', [third, alpha]);
  await pool.query('select refresh_responsible(array[$1::macaddr8])', [third]);
  await pages.button('Look again').click();
  await pages.row(third).waitFor({ state: 'detached' });
  await pages.row(first).getByRole('link').click();
  await page.getByRole('heading', { name: 'Audit trail' }).waitFor();

  const head = await pages.portal.addPerson('chief', { [alpha]: 'user_administrator' });
  page = await pages.openAs(head, '/audit-trail');
  await pages.row('Erratic devices, as a file').filter({ hasText: 'A list of devices' }).waitFor();
  page = await pages.openAs(pages.portal.people.desk, `/erratic-devices?user=${alpha}`);
  await page.getByLabel('Why').fill('Call 4712: a meter that alerts');
  expect(await findBarriers(page)).toEqual([]);
  await pages.button('Show the devices').click();
  await pages.row(second).waitFor();
  await page.getByRole('note').getByText('Call 4712').waitFor();
});
