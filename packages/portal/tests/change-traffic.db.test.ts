import type { TestPerson } from '@penstock/platform/testing/people';
import { expect, test } from 'vitest';
import { Announcer, addChanges, type MadeChanges } from './testing-changes.ts';
import { TestPages } from './testing-pages.ts';
import { alpha, beta, findBarriers } from './testing-portal.ts';
import { walk } from './testing-states.ts';

// What a change says that it will send: by its owner, before the Operator, and before others with whom it is shared.

let made: MadeChanges;
let ofBeta: TestPerson;
let betas: Announcer;
const pages = new TestPages({
  prepare: async (portal) => {
    made = await addChanges(portal);
    ofBeta = await portal.addPerson('traffic-b', { [beta]: 'analyst' });
    betas = await Announcer.of(portal, ofBeta, beta);
    await portal.database.pool.query(
      `with made as (
         insert into threshold (user_id, services, direction, period_seconds) values ($1, '{all}', 'sent', 3600)
         returning threshold_id),
       version as (
         insert into threshold_version (threshold_id, version, set_at, reference)
         select threshold_id, 1, now(), 'SR-1' from made returning threshold_id)
       insert into threshold_bound (threshold_id, version, kind, warning, quarantine, valid_from, valid_to)
       select threshold_id, 1, 'threshold', 400, 500, '-infinity', 'infinity' from version`,
      [alpha],
    );
  },
});

test('the page in each of its states', () =>
  walk(pages, pages.portal.people.analyst, {
    path: `/changes/${made.firewall}?tab=traffic`,
    asks: `/changes/${made.firewall}/traffic`,
    whole: (page) => page.getByText('Messages would be held'),
    empty: 'No threshold in force would count any of it.',
    nothing: { words: 'x', declared: [{ srv: '4.1.1', perHour: 1 }], thresholds: [], windows: [] },
  }));

test('its owner declares it in the form and reads what it would do; the Operator’s look is told; nobody else has the page', async () => {
  const page = await pages.openAs(pages.portal.people.analyst, `/changes/${made.draft}/edit`);
  const field = page.getByRole('textbox', { name: 'Traffic that it will cause' });
  await field.fill('4.1.1 many');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('alert').getByText('Enter each SRV once').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await field.fill('4.1.1 50\n4.8.1 70');
  await page.getByRole('radio', { name: 'Everybody' }).check();
  await page.getByRole('textbox', { name: 'How it is backed out' }).fill('It moves back.');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('link', { name: 'Traffic' }).click();
  await page.getByRole('region', { name: 'What is declared' }).getByText('4.8.1: 70 requests an hour').waitFor();
  await page.getByText('It stays below').waitFor();
  await page.getByText('No window has begun and been counted yet.').waitFor();
  await page.getByRole('button', { name: 'Share it' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Share it' }).click();
  await page.getByRole('button', { name: 'Schedule it' }).waitFor();

  const operator = await pages.openAs(pages.portal.people.planner, `/changes/${made.draft}?tab=traffic`);
  await operator.getByText('Its owner reads that you looked').waitFor();
  await operator.getByText('4.8.1: 70 requests an hour').waitFor();
  await page.getByRole('link', { name: 'Who used it' }).click();
  await page.getByText('Held against the traffic that came').waitFor();

  // with whom it is shared has what it says, and not what it is held against
  const view = await betas.call('GET', `/${made.draft}`);
  expect(view).toMatchObject({ content: { traffic: [{ srv: '4.1.1' }, { srv: '4.8.1' }] } });
  await expect(betas.call('GET', `/${made.draft}/traffic`)).rejects.toThrow(/404/);
  const other = await pages.openAs(ofBeta, `/changes/${made.draft}?tab=traffic`);
  await other.getByText('4.8.1: 70 requests an hour').waitFor();
  expect(await other.getByRole('link', { name: 'Traffic' }).count()).toBe(0);
});
