import type { DemonstrationDocument } from '@penstock/api';
import { expect, test } from 'vitest';
import { TestPages } from './testing-pages.ts';
import { findBarriers } from './testing-portal.ts';

// The panel of the demonstration, with a simulated network that does nothing but say so. The whole demonstration is
// tried in packages/cli.

let running: DemonstrationDocument['running'] = [];
let rehearsal: DemonstrationDocument['rehearsal'];
const others = { count: 20, median: 31.4, most: 88 };
const sceneOf = (isAnnounced: boolean, words: string) => ({
  isAnnounced,
  moments: [
    { step: 'blocked' as const, seconds: 0, words: 'The route is blocked.' },
    { step: 'cause' as const, seconds: 33, words },
  ],
  others: { before: others, filling: others, waiting: { count: 0, median: 0, most: 0 } },
});
const pages = new TestPages({
  messages: 0,
  demonstration: {
    state: () => ({ running, ...(rehearsal === undefined ? {} : { rehearsal }) }),
    set: async (name, isRunning) => {
      running = running.filter((one) => one.name !== name);
      if (isRunning) running.push({ name, about: `${name}, as the simulator tells it` });
    },
    rehearse: (messages) => {
      rehearsal = { state: 'running', messages, said: ['150 messages wait.'], scenes: [] };
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
  await pages.fits();
  await flood.getByRole('button', { name: 'Stop: A flood of requests' }).click();
  await flood.getByText('Not running').waitFor();
});

test('a rehearsal says how far it is, and then what was known when', async () => {
  const page = await pages.openAs(pages.portal.people.analyst, '/demonstration');
  const card = page.getByRole('region', { name: 'A firewall change that blocks a route' });
  await card.getByText('Not played yet').waitFor();
  await card.getByRole('button', { name: /^Rehearse/ }).click();
  await card.getByText('Running: 150 messages wait.').waitFor();
  expect(await card.getByRole('button', { name: /^Rehearse/ }).isDisabled()).toBe(true);
  rehearsal = {
    state: 'done',
    messages: 2_000,
    said: [],
    scenes: [sceneOf(true, 'It names first “New firewall rules”.'), sceneOf(false, 'It names no change.')],
  };
  await card.getByText('Played to its end').waitFor();
  const untold = card.getByRole('region', { name: 'Nobody was told of it' });
  expect(await untold.getByRole('listitem').allTextContents()).toEqual([
    '+0 s The route is blocked.',
    '+33 s It names no change.',
  ]);
  await untold.getByText('Before: 31 ms, 88 ms (20 messages)').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.setViewportSize({ width: 320, height: 700 });
  await pages.fits();
});

test('nobody else is shown the way', async () => {
  const page = await pages.openAs(pages.portal.people.desk, '/');
  await page.getByRole('heading', { name: 'Overview', exact: true }).waitFor();
  expect(await page.getByRole('link', { name: 'Demonstration' }).count()).toBe(0);
});
