import type { TestPerson } from '@penstock/platform/testing/people';
import { describe, expect, test } from 'vitest';
import { TestPages } from './testing-pages.ts';
import { findBarriers } from './testing-portal.ts';

// Whoever acts for hundreds of User IDs, as a shared resource provider does, finds the one that is meant.

/** Of Party R, with one of them for each of as many homes of suppliers. */
const OTHERS = 300;
const idOf = (number: number) =>
  `90-B3-D5-1F-30-60-${number.toString(16).toUpperCase().padStart(4, '0')}`.replace(/(..)$/, '-$1');
const one = idOf(217);

let provider: TestPerson;
const pages = new TestPages({
  prepare: async ({ addPerson, database: { pool } }) => {
    await pool.query(
      `insert into party (party_id, name, kind) select 'S' || i, 'Supplier ' || i, 'other' from generate_series(1, $1) i`,
      [OTHERS],
    );
    const ids = Array.from({ length: OTHERS }, (_, index) => idOf(index + 1));
    await pool.query(
      `insert into user_id (user_id, party_id) select u, 'S' || i from unnest($1::macaddr8[]) with ordinality as given(u, i)`,
      [ids],
    );
    provider = await addPerson('provider', Object.fromEntries(ids.map((id) => [id, 'aro'])));
  },
});

describe('of three hundred User IDs', () => {
  test('the first question finds one by its name, by keyboard alone', async () => {
    const page = await pages.openAs(provider, '/account');
    await pages.heading('For whom do you act?').waitFor();
    const links = page.getByRole('listitem').getByRole('link');
    expect(await links.count()).toBe(50);
    await page.getByText('300, the first 50 shown: type a part of it').waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await pages.lookNarrow();
    await pages.type(page.getByLabel('Find by name, User ID or Party'), 'supplier 217');
    await page.getByText('1 of 300', { exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await pages.focusComesTo(page.getByRole('link', { name: one }));
    expect(new URL(page.url()).searchParams.has('for')).toBe(false);
    await page.keyboard.press('Enter');
    await pages.heading('Your account').waitFor();
    expect(new URL(page.url()).searchParams.get('for')).toBe(one);
  });

  test('and the menu in the head another: by User ID, by Party, and says when there is none', async () => {
    const page = await pages.openAs(provider, `/account?for=${one}`);
    const opener = pages.button(/Acting for/);
    await pages.press(opener);
    const box = page.getByLabel('Find by name, User ID or Party');
    await pages.focusComesTo(box);
    expect(await findBarriers(page)).toEqual([]);
    await page.keyboard.type('nobody');
    await page.getByRole('status').getByText('None of the 300 contains this').waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await page.keyboard.press('ArrowDown');
    await pages.focusComesTo(box);
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('s30');
    await page.getByText('2 of 300', { exact: true }).waitFor();
    // down past the first, and back into the box
    const [first, second] = [idOf(30), idOf(300)].map((id) => page.getByRole('link', { name: id }));
    if (first === undefined || second === undefined) throw new Error('two were named');
    await page.keyboard.press('ArrowDown');
    await pages.focusComesTo(first);
    await page.keyboard.press('ArrowDown');
    await pages.focusComesTo(second);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await pages.focusComesTo(box);
    await pages.lookNarrow();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type(idOf(18).replaceAll('-', '').toLowerCase());
    await page.getByText('1 of 300', { exact: true }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await pages.button(idOf(18)).waitFor();
    await page.locator('.penstock-disclosed').waitFor({ state: 'detached' });
    expect(new URL(page.url()).searchParams.get('for')).toBe(idOf(18));
    await pages.press(opener, 'Space');
    await pages.focusComesTo(box);
    await page.keyboard.press('Escape');
    await pages.focusComesTo(opener);
  });
});

test('a tab on each of two: what is begun in both is done in each to its own', async () => {
  const page = await pages.openAs(provider, `/status?for=${one}`);
  const other = await page.context().newPage();
  await other.goto(`/status?for=${idOf(18)}`);
  const dialogs = [page, other].map((tab) => tab.getByRole('dialog', { name: 'Be told of the status' }));
  for (const tab of [page, other]) await tab.getByRole('button', { name: 'Subscribe' }).click();
  const { pool } = pages.portal.database;
  for (const [tab, done] of [
    [0, [one]],
    [1, [one, idOf(18)]],
  ] as const) {
    await dialogs[tab]?.getByRole('button', { name: 'Subscribe' }).click();
    await dialogs[tab]?.waitFor({ state: 'detached' });
    const { rows } = await pool.query('select eui_text(user_id) as id from status_subscription order by set_at');
    expect(rows).toEqual(done.map((id) => ({ id })));
  }
});
