import { expect, test } from 'vitest';
import { TestPages } from './testing-pages.ts';
import { alpha, findBarriers, type TestPortal } from './testing-portal.ts';

// The page after signing in, and incidents.

const pages = new TestPages({
  messages: 0,
  prepare: async ({ database }) => {
    await database.pool.query(
      `insert into traffic_count (user_id, bucket, kind, count)
       select u.user_id::macaddr8, date_bin('5 minutes', now(), 'epoch') - n * interval '5 minutes', k.kind, n * k.share
       from generate_series(1, 200) n, (values ('requests', 30), ('responses', 29), ('alerts', 4)) k(kind, share),
            unnest(array[$1, '00:00:00:00:00:00:00:00']) as u(user_id)`,
      [alpha],
    );
  },
});
const openAs = (name: keyof TestPortal['people'], path: string) => pages.openAs(pages.portal.people[name], path);

async function hold(event: string): Promise<void> {
  await pages.portal.database.pool.query(
    `insert into quarantine_event (user_id, event, detector, threshold_id, direction, words, first_at, last_at, held,
                                   changed_at)
     values ($1, $2, 'user', 1, 'southbound', 'more than 300 communications (4.1.1) sent within PT1H', now(), now(), 1234, now())`,
    [alpha, event],
  );
}

test('where all is well it says so; what is held stands there by itself, and leads to its incident', async () => {
  const page = await openAs('analyst', '/overview');
  await page.getByRole('heading', { name: 'Everything is in order.' }).waitFor();
  await page.getByRole('img', { name: /^Messages of the last 24 hours.*Requests \d/ }).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await hold('20261122000000000001');
  await page.getByText('1,234 messages held').waitFor();
  // its incident is opened within seconds
  await page.getByText('Of what is held, and closes with it.').waitFor();
  expect(await page.getByRole('heading', { name: 'One thing needs somebody.' }).count()).toBe(1);
  expect(await findBarriers(page)).toEqual([]);
  await page.getByRole('link', { name: /^Incidents 1 open/ }).click();
  await page.getByRole('heading', { name: 'Incidents', exact: true }).waitFor();
  const numbers = page.getByRole('row').getByText(/^INC-\d+$/);
  await numbers.first().waitFor();
  await hold('20261122000000000002');
  await expect.poll(() => numbers.count()).toBe(2);
  expect(await findBarriers(page)).toEqual([]);
  await pages.portal.database.pool.query(`update quarantine_event set state = 'resolved', changed_at = now()`);
  await page.getByText('No incident is open.').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.getByText('All', { exact: true }).click();
  await page.waitForURL(/state=all/);
  await page.getByRole('row').nth(2).waitFor();
  expect(await page.getByRole('row').getByText('Closed').count()).toBe(2);
});

test('the Operator’s people see what concerns all Users, with whose it is', async () => {
  const page = await openAs('desk', '/overview');
  await page.getByText('The service of all Users').waitFor();
  await page.getByRole('button', { name: 'Show as a table' }).click();
  await page.getByRole('region', { name: /as a table/ }).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('userIds=')) asked.push(request.url());
  });
  await page.goto('/incidents?state=all');
  await page.getByRole('row').nth(2).waitFor();
  expect(await page.getByRole('row').getByText(alpha).count()).toBe(2);
  // with the name of its Party, asked for all at once; when something changed, once more
  await expect.poll(() => page.getByRole('row').getByText('Northwind Energy').count()).toBe(2);
  expect(new Set(asked).size).toBe(1);
  expect(await findBarriers(page)).toEqual([]);
});

test('an incident is raised, taken up and told to all; its owner follows it by itself', async () => {
  const user = await openAs('analyst', '/incidents');
  await user.getByRole('button', { name: 'Raise an incident' }).click();
  const dialog = user.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Raise it' }).click();
  await dialog.getByRole('alert').getByText('Say in one line what went wrong.').waitFor();
  await dialog.getByRole('textbox', { name: 'What went wrong' }).fill('No responses since nine');
  await dialog.getByRole('checkbox', { name: 'DUIS gateway' }).check();
  await dialog.getByText('SRVs, device models and regions').click();
  await dialog.getByRole('textbox', { name: 'SRVs' }).fill('4.1.1');
  await dialog.getByRole('textbox', { name: 'Regions' }).fill('North');
  expect(await findBarriers(user)).toEqual([]);
  await dialog.getByRole('button', { name: 'Raise it' }).click();
  await user.getByRole('heading', { name: 'No responses since nine' }).waitFor();
  for (const named of ['4.1.1', 'North']) await user.getByRole('definition').getByText(named).waitFor();
  const desk = await openAs('desk', new URL(user.url()).pathname);
  await desk.getByRole('button', { name: 'Take it up' }).click();
  await desk.getByRole('dialog').getByRole('button', { name: 'Take it up' }).click();
  await user.getByText('In progress').first().waitFor();
  await desk.getByRole('button', { name: 'Put on the status page' }).click();
  await desk.getByRole('textbox', { name: 'Title' }).fill('Responses are late');
  await desk.getByRole('textbox', { name: 'What is known' }).fill('A line is cut.');
  await desk.getByRole('button', { name: 'Publish' }).click();
  await desk.getByRole('dialog').waitFor({ state: 'hidden' });
  await desk.getByRole('textbox', { name: 'Update' }).fill('For us alone');
  await desk.getByRole('combobox', { name: 'For' }).selectOption({ label: 'The Operator alone' });
  await desk.getByRole('button', { name: 'Write it' }).click();
  await desk.getByRole('row').getByText('For us alone').waitFor();
  expect(await findBarriers(desk)).toEqual([]);
  await user.getByRole('row').getByText('A line is cut.').waitFor();
  expect(await user.getByText('For us alone').count()).toBe(0);
  expect(await findBarriers(user)).toEqual([]);
  await user.getByRole('link', { name: 'Status', exact: true }).click();
  await user.getByText('One service does not work as it should.').waitFor();
  await user.getByText('A line is cut.').waitFor();
  await user.getByRole('button', { name: 'Subscribe' }).click();
  await user.getByRole('dialog').getByRole('button', { name: 'Subscribe' }).click();
  await user.getByRole('button', { name: 'Subscribed' }).waitFor();
  expect(await findBarriers(user)).toEqual([]);
});
