import type { DemonstrationDocument } from '@penstock/api';
import { expect, test } from 'vitest';
import { TestPages } from './testing-pages.ts';
import { findBarriers } from './testing-portal.ts';

// The panel of the demonstration, with a simulated network that does nothing but say so. The whole demonstration is
// tried in packages/cli.

let running: DemonstrationDocument['running'] = [];
const pages = new TestPages({
  messages: 0,
  demonstration: {
    running: () => running,
    set: async (name, isRunning) => {
      running = running.filter((one) => one.name !== name);
      if (isRunning) running.push({ name, about: `${name}, as the simulator tells it` });
    },
  },
  prepare: async ({ database, people }) => {
    await database.pool.query('update person set is_demonstration = true where person_id = $1', [
      people.analyst.personId,
    ]);
  },
});

test('its people begin and end incidents, and see what others began', async () => {
  const page = await pages.openAs(pages.portal.people.analyst, '/');
  await page.getByRole('link', { name: 'Demonstration' }).click();
  const flood = page.getByRole('region', { name: 'A flood of requests' });
  await flood.getByText('Not running').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await flood.getByRole('button', { name: 'Start: A flood of requests' }).click();
  await flood.getByText('Running: flood, as the simulator tells it').waitFor();
  expect(running.map(({ name }) => name)).toEqual(['flood']);
  running.push({ name: 'wild-meter', about: 'begun elsewhere' });
  await page.getByText('Running: begun elsewhere').waitFor();
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 320, height: 700 });
  expect(await findBarriers(page)).toEqual([]);
  expect(await pages.beside()).toBe(0);
  await flood.getByRole('button', { name: 'Stop: A flood of requests' }).click();
  await flood.getByText('Not running').waitFor();
});

test('nobody else is shown the way', async () => {
  const page = await pages.openAs(pages.portal.people.desk, '/');
  await page.getByRole('heading', { name: 'Overview', exact: true }).waitFor();
  expect(await page.getByRole('link', { name: 'Demonstration' }).count()).toBe(0);
});
