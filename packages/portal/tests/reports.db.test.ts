import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { TestPages } from './testing-pages.ts';
import { alpha, findBarriers } from './testing-portal.ts';
import { walk } from './testing-states.ts';
import { findMeters, recordTitles } from './testing-titles.ts';

// The page of reports: in each of its states, as a User fetches one, and as the Operator does.

let meter = '';
const pages = new TestPages({
  prepare: async (portal) => {
    meter = (await findMeters(portal)).own;
    await recordTitles(portal, meter, 20);
  },
});
const month = new Date().toISOString().slice(0, 7);
const show = () => pages.button('Show the report');

test('the page in each of its states', () =>
  walk(pages, pages.portal.people.analyst, {
    path: '/reports?report=RSAT_002',
    asks: '/reports',
    whole: () => show(),
    empty: 'There is no report for you.',
    unseen: 'reports',
  }));

test('a User finds the reports, reads what one holds, asks for it and saves what it was shown', async () => {
  const page = await pages.openAs(pages.portal.people.analyst, '/audit-trail?tab=exports');
  await page.getByRole('main').getByRole('link', { name: 'reports' }).click();
  await pages.heading('Reports').waitFor();
  await page.getByText('the layouts are Penstock’s own').waitFor();
  await page.getByRole('link', { name: 'RSMI_001' }).click();
  await show().click();
  await page.getByRole('table', { name: 'RSMI_001' }).getByRole('cell', { name: 'ESME' }).first().waitFor();
  expect(await findBarriers(page)).toEqual([]);

  await page.getByRole('link', { name: 'RSAT_002' }).click();
  await show().click();
  await page.getByRole('alert').getByText('Enter a device as eight pairs').waitFor();
  await page.getByLabel('Device (EUI-64)').fill(meter.toLowerCase());
  await show().click();
  const table = page.getByRole('table', { name: 'RSAT_002' });
  await table.getByRole('row').nth(1).waitFor();
  expect(new URL(page.url()).searchParams.get('device')).toBe(meter);
  const rows = (await table.getByRole('row').count()) - 1;
  const [download] = await Promise.all([page.waitForEvent('download'), pages.button('Save as CSV').click()]);
  expect(download.suggestedFilename()).toBe(`RSAT_002-${month}.csv`);
  const lines = (await readFile((await download.path()) ?? '', 'utf8')).trimEnd().split('\r\n');
  expect(lines.length).toBe(rows + 1);
  expect(lines[1]).toContain(`${month},${alpha},${meter}`);
  // what was made for one device does not stand under another
  await page.getByLabel('Device (EUI-64)').fill('00-DB-12-34-56-78-90-A0');
  await table.waitFor({ state: 'detached' });
});

test('the Operator names whose devices, and gives a reason for a record', async () => {
  const page = await pages.openAs(pages.portal.people.desk, '/reports?report=RSMI_003');
  await page.getByRole('combobox', { name: 'Whose devices' }).waitFor();
  expect(await show().count()).toBe(0);
  await page.goto(`/reports?report=RSMI_003&user=${alpha}`);
  await show().click();
  await page.getByRole('table', { name: 'RSMI_003' }).waitFor();
  await page.goto(`/reports?report=RSAT_001&user=${alpha}`);
  await page.getByLabel('Why').fill('Call 4711: counts of a month');
  await pages.button('Go on to the report').click();
  await show().click();
  await page.getByRole('table', { name: 'RSAT_001' }).or(page.getByText('It has no lines')).first().waitFor();
  const { rows } = await pages.portal.database.pool.query<{ what: string }>(
    `select what from record_reading where reason = 'Call 4711: counts of a month'`,
  );
  expect(rows.map(({ what }) => what)).toEqual([expect.stringContaining('report RSAT_001')]);
});
