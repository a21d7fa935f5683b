import { expect, test } from 'vitest';
import { TestPages } from './testing-pages.ts';
import { alpha, findBarriers } from './testing-portal.ts';

// Devices as a User and the Operator find them.

/** A meter of alpha's with its metering point, and one that alpha has nothing to do with. */
let own: { device: string; import_mpan: string; home: string };
let other: { device: string; mpxn: string };
const pages = new TestPages({
  prepare: async (portal) => {
    const { pool } = portal.database;
    const responsible = `exists (select from responsibility r where r.device = d.device and r.user_id = $1
                                   and r.valid_from <= now() and now() < r.valid_to)`;
    const upper = (column: string) => `upper(replace(${column}::text, ':', '-'))`;
    const found = await pool.query(
      `select ${upper('d.device')} as device, d.import_mpan, ${upper('d.home')} as home from device d
       where d.kind = 'ESME' and d.import_mpan is not null and ${responsible} order by d.device limit 1`,
      [alpha],
    );
    const others = await pool.query(
      `select ${upper('d.device')} as device, coalesce(d.import_mpan, d.mprn) as mpxn from device d
       where coalesce(d.import_mpan, d.mprn) is not null and not ${responsible} order by d.device limit 1`,
      [alpha],
    );
    [own] = found.rows;
    [other] = others.rows;
    expect([own, other]).not.toContain(undefined);
  },
});

const card = (device: string) => pages.page.getByRole('region', { name: device });
const find = async (text: string) => {
  await pages.page.getByLabel(/Device \(EUI-64\)/).fill(text);
  await pages.page.getByRole('button', { name: 'Find' }).click();
};

test('a User finds its own by EUI and by metering point, with the home; the address shows the same', async () => {
  await pages.openAs(pages.portal.people.analyst, '/devices');
  await find(own.device.toLowerCase());
  await card(own.device).getByText('import supplier').first().waitFor();
  expect(await findBarriers(pages.page)).toEqual([]);
  expect(new URL(pages.page.url()).searchParams.get('find')).toBe(own.device.toLowerCase());
  const count = await pages.page.getByRole('region').count();
  await pages.page.goto(`/devices?find=${own.import_mpan}`);
  await card(own.device).waitFor();
  expect(await pages.page.getByRole('region').count()).toBe(count);
  // of a User: no metering points, and nobody else's responsibility
  expect(await pages.page.getByText('Import MPAN').count()).toBe(0);
  await card(own.device).getByRole('link', { name: 'Messages of this device' }).click();
  await pages.page.getByText('Device').first().waitFor();
  expect(new URL(pages.page.url()).searchParams.get('device')).toBe(own.device);
});

test('what is another’s and what there is not look the same; what is neither is told', async () => {
  await pages.openAs(pages.portal.people.analyst, '/devices');
  const said: (string | null)[] = [];
  for (const text of [other.device, '00-00-00-00-00-00-00-77', other.mpxn, '1999999999999']) {
    await pages.page.goto(`/devices?find=${text}`);
    const nothing = pages.page.getByRole('status').filter({ hasText: 'Nothing was found.' });
    await nothing.waitFor();
    said.push(await nothing.textContent());
    expect(await pages.page.getByRole('region').count()).toBe(0);
  }
  expect(new Set(said).size).toBe(1);
  expect(await findBarriers(pages.page)).toEqual([]);
  await find('meter 7');
  await pages.page
    .getByRole('alert')
    .getByText(/^Enter a device as eight pairs/)
    .waitFor();
  expect(await findBarriers(pages.page)).toEqual([]);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the Operator finds every one, who is responsible when, and its home: ${colorScheme}`, async () => {
    await pages.page.emulateMedia({ colorScheme });
    await pages.openAs(pages.portal.people.desk, `/devices?find=${other.device}`);
    await card(other.device).waitFor();
    await pages.page.goto(`/devices?find=${own.device}`);
    await card(own.device).getByText(own.import_mpan).waitFor();
    await card(own.device).getByRole('link', { name: own.home }).click();
    await card(own.home).waitFor();
    expect(await findBarriers(pages.page)).toEqual([]);
    await pages.page.setViewportSize({ width: 320, height: 700 });
    expect(await findBarriers(pages.page)).toEqual([]);
    await pages.fits();
  });
}
