import { readFile } from 'node:fs/promises';
import type { TestPerson } from '@penstock/platform/testing/people';
import { describe, expect, test } from 'vitest';
import { alert, recordAlerts, unexplained } from './testing-alerts.ts';
import { TestPages } from './testing-pages.ts';
import { alpha, beta, findBarriers } from './testing-portal.ts';
import { findMeters, recordStory, recordTitles } from './testing-titles.ts';

// What may have caused an alert, and what is decided about it; exports of the record; questions to senders.

let own = '';
let storied = '';
let answerer: TestPerson;
const pages = new TestPages({
  prepare: async (portal) => {
    ({ own, second: storied } = await findMeters(portal));
    await recordTitles(portal, own, 20);
    await recordAlerts(portal, own);
    await recordStory(portal, storied);
    answerer = await portal.addPerson('answerer', { [beta]: 'analyst' });
  },
});

describe('an alert', () => {
  test('has its likely causes first, with reasons; what is done about it is kept with who and when', async () => {
    const page = await pages.openAs(pages.portal.people.analyst, alert);
    const causes = page.getByRole('region', { name: 'What may have caused this' });
    const first = causes.locator('.penstock-causes > li').first();
    await first.getByText('Likely', { exact: true }).waitFor();
    expect(await first.textContent()).toContain('3.3');
    expect(await first.textContent()).toContain('An electricity import supplier');
    expect(await first.getByRole('listitem').count()).toBeGreaterThan(0);
    expect(await causes.textContent()).not.toContain(beta);
    await causes.getByText('Nothing yet.').waitFor();
    expect(await findBarriers(page)).toEqual([]);

    await causes.getByLabel('Note').fill('Call 4711: the installer cleared it');
    await pages.tabTo(causes.getByRole('button', { name: 'Ignore it' }));
    await page.keyboard.press('Enter');
    await causes.getByText('Call 4711: the installer cleared it').waitFor();
    await expect.poll(() => causes.getByRole('textbox', { name: 'Note' }).inputValue()).toBe('');
    await causes.getByRole('button', { name: 'Act on it' }).click();
    const decided = causes.getByRole('region', { name: 'What was decided' }).getByRole('listitem');
    await expect.poll(() => decided.count(), { timeout: 60_000 }).toBe(2);
    expect(await decided.first().textContent()).toMatch(/^Act on it, .*analyst/);
    expect(await decided.nth(1).textContent()).toContain('Ignore it');
    expect(await findBarriers(page)).toEqual([]);
    await page.reload();
    await decided.nth(1).waitFor();
  });

  test('that nothing explains says so; the Operator’s people see it with a reason, and decide nothing', async () => {
    let page = await pages.openAs(pages.portal.people.analyst, unexplained);
    await page.getByText(/^No message that you may see from the 24 hours before the alert explains it/).waitFor();
    page = await pages.openAs(pages.portal.people.desk, `${alert}?user=${alpha}`);
    await page.getByLabel('Why').fill('Call 4711: an alert without a cause');
    await pages.button('Open the record').click();
    const causes = page.getByRole('region', { name: 'What may have caused this' });
    await causes.getByText('Likely', { exact: true }).first().waitFor();
    await causes.getByText('Call 4711: the installer cleared it').waitFor();
    expect(await causes.getByRole('button', { name: /it$/ }).count()).toBe(0);
  });
});

describe('the timeline of a device', () => {
  const entry = (text: string) => pages.page.getByRole('article').filter({ hasText: text });
  const alertEntry = (text: string) => pages.page.locator('.penstock-entry-alert').filter({ hasText: text }).first();
  const searched = (field: string) => new URL(pages.page.url()).searchParams.get(field);

  test('has alerts beside their causes; a burst opens, and each entry leads to what it is', async () => {
    let page = await pages.openAs(pages.portal.people.analyst, `/devices/${storied}`);
    await page.getByRole('link', { name: 'Timeline' }).click();
    const row = page.getByRole('listitem').filter({ has: alertEntry('Event Log Cleared') });
    await row.getByText('Likely cause', { exact: true }).waitFor();
    await row.getByRole('article').filter({ hasText: 'Clear Event Log' }).first().waitFor();
    await page
      .getByText(/^No message that you may see .* explains it/)
      .first()
      .waitFor();
    expect(await page.getByRole('main').textContent()).not.toContain(beta);
    expect(await findBarriers(page)).toEqual([]);

    const burst = entry('48 messages').first();
    await burst.getByText('Update Device Configuration (Voltage)').first().waitFor();
    await pages.tabTo(burst.getByRole('button', { name: 'Show each' }));
    await page.keyboard.press('Enter');
    await burst.getByText('The newest 10 of 24').first().waitFor();
    const open = searched('open');
    expect(open).toMatch(/^m/);
    expect(await findBarriers(page)).toEqual([]);
    await page.reload();
    await burst.getByText('The newest 10 of 24').first().waitFor();
    await burst.getByRole('button', { name: 'Ask the sender' }).first().click();
    await page.getByRole('dialog', { name: 'Ask the sender' }).getByText('Update Device Configuration').waitFor();
    await page.keyboard.press('Escape');
    await burst.getByRole('link', { name: 'Their titles' }).first().click();
    await page.getByRole('table', { name: 'Titles' }).waitFor();
    expect([searched('srv'), searched('tab')]).toEqual(['6.5', null]);

    page = await pages.openAs(pages.portal.people.analyst, `/devices/${storied}?tab=timeline&span=1`);
    const byOneself = page.getByRole('article').filter({ has: page.getByText('You', { exact: true }) });
    const sent = byOneself.first();
    await sent.getByRole('button', { name: 'Show each' }).click();
    await sent.getByRole('link', { name: 'Open this message' }).first().click();
    await page.getByRole('heading', { name: 'Its life' }).waitFor();
    await page.goBack();
    await alertEntry('Event Log Cleared').getByRole('link', { name: 'Open this alert' }).click();
    await page.getByRole('region', { name: 'What may have caused this' }).waitFor();
  });

  test('shows how much is usual and what was not, for a span that one chooses; it is one column on a narrow screen', async () => {
    const page = await pages.openAs(pages.portal.people.analyst, `/devices/${storied}?tab=timeline&span=31`);
    await page.locator('.penstock-plot canvas').waitFor();
    const words = page.getByText(/^34 alerts on .*, where none is usual\./);
    await words.getByRole('link', { name: 'Show that day' }).click();
    await page.getByText('Activity, each hour').waitFor();
    expect(searched('from')).toMatch(/T00:00:00\.000Z$/);
    await page.getByRole('button', { name: 'Earlier' }).click();
    await page.getByRole('button', { name: 'Later' }).waitFor();
    await pages.button('Choose the time').click();
    await page.getByLabel(/^From/).fill('2026-01-02T00:00');
    await page.getByLabel(/^Before/).fill('2026-01-01T00:00');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByRole('alert').getByText('must be later').first().waitFor();
    await page.getByLabel(/^Before/).fill('2026-01-03T00:00');
    await page.getByLabel(/^Before/).press('Enter');
    await page.getByText('Nothing happened in this time.').waitFor();
    await page.getByRole('link', { name: '24 hours' }).click();
    await alertEntry('Event Log Cleared').waitFor();
    expect([searched('span'), searched('from')]).toEqual(['1', null]);

    await pages.button('Saved views').click();
    await pages.button('Save this view…').click();
    await page.getByRole('dialog', { name: 'Save this view' }).getByLabel('Name').fill('A day of the meter');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Save this view' }).waitFor({ state: 'detached' });
    await page.goto(`/devices/${storied}?tab=timeline`);
    await pages.button('Saved views').click();
    await pages.button('A day of the meter').click();
    await expect.poll(() => searched('span')).toBe('1');

    await page.setViewportSize({ width: 320, height: 700 });
    const left = async (text: string) => (await entry(text).first().boundingBox())?.x;
    await expect.poll(async () => (await left('48 messages')) === (await left('Physical Access'))).toBe(true);
    await pages.fits();
  });

  test('is seen by the Operator’s people as the User whom they name, with a reason', async () => {
    const page = await pages.openAs(pages.portal.people.desk, `/devices/${storied}?tab=timeline&user=${alpha}`);
    await page.getByLabel('Why').fill('Call 4713: what happened at this meter');
    await pages.button('Show the titles').click();
    await alertEntry('Event Log Cleared').waitFor();
    expect(await page.getByRole('button', { name: 'Ask the sender' }).count()).toBe(0);
    await page.getByRole('note').getByText('Call 4713').waitFor();
  });
});

test('causes and timeline that are open follow the switches, and the causes a meter that is lost', async () => {
  const { pool } = pages.portal.database;
  const setSender = (value: 'role' | 'party') =>
    pool.query(
      `insert into title_switch (switch, valid_from, value, author) values ('sender', '-infinity', $1, 'x')
       on conflict (switch, valid_from) do update set value = excluded.value, set_at = clock_timestamp()`,
      [value],
    );
  const setEnd = async (end: string) => {
    await pool.query(`update responsibility set valid_to = ${end} where device = $1 and user_id = $2`, [own, alpha]);
    await pool.query('select refresh_responsible(array[$1::macaddr8])', [own]);
  };
  const page = await pages.openAs(pages.portal.people.analyst, alert);
  const causes = page.getByRole('region', { name: 'What may have caused this' });
  await causes.getByText('An electricity import supplier', { exact: false }).first().waitFor();
  await setSender('party');
  await causes.getByText(', an electricity import supplier', { exact: false }).first().waitFor();
  await setEnd('now()');
  await causes.getByText('only the own messages were looked at').waitFor();
  expect(await causes.textContent()).not.toContain('3.3');
  await setEnd("'infinity'");

  await page.goto(`/devices/${storied}?tab=timeline&span=1`);
  const role = page.getByRole('article').getByText('An electricity import supplier', { exact: true });
  await page.getByRole('article').filter({ hasText: 'Clear Event Log' }).first().waitFor();
  expect(await role.count()).toBe(0);
  await setSender('role');
  await role.first().waitFor();
});

describe('an export', () => {
  test('is asked for on the page of messages, made in the background, fetched and deleted', async () => {
    const page = await pages.openAs(pages.portal.people.analyst, '/messages?code=I99');
    await pages.button('Export all…').click();
    const dialog = page.getByRole('dialog', { name: 'Export all that this view shows' });
    await dialog.getByRole('radio', { name: /^JSON lines/ }).check();
    expect(await findBarriers(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Make the file' }).click();
    // it becomes ready while the page is looked at
    await pages.row('Code: I99').getByText('Ready').waitFor();
    expect(await findBarriers(page)).toEqual([]);
    const saved = page.waitForEvent('download');
    await pages.button(/^Save the file/).click();
    const file = await saved;
    expect(file.suggestedFilename()).toMatch(/^messages-.*\.jsonl$/);
    const lines = (await readFile(await file.path(), 'utf8')).trim().split('\n');
    const { rows } = await pages.portal.database.pool.query(
      `select count(*)::int as n from message_log where user_id = $1 and code = 'I99'`,
      [alpha],
    );
    expect(lines).toHaveLength(rows[0].n);
    expect(lines.every((line) => JSON.parse(line).code === 'I99')).toBe(true);

    await page.goto('/notices?kind=export');
    await page.getByRole('link', { name: /^Open the exports/ }).click();
    await pages.button(/^Delete the file/).click();
    await pages.row('Code: I99').getByText('Cancelled').waitFor();
    expect(await pages.button(/^Save the file/).count()).toBe(0);
  });

  test('of the titles of a device is asked for on its page, and what cannot be made says why and what to do', async () => {
    const page = await pages.openAs(pages.portal.people.analyst, `/devices/${own}?kind=response`);
    await pages.button('Export all…').click();
    const dialog = page.getByRole('dialog', { name: 'Export all that this view shows' });
    await dialog.getByText(/only while you may see these titles/).waitFor();
    await dialog.getByRole('button', { name: 'Make the file' }).click();
    const row = pages.row(`Titles of ${own}; Kind: Response`);
    await row.getByText('Ready').waitFor();
    const saved = page.waitForEvent('download');
    await pages.button(/^Save the file/).click();
    expect((await saved).suggestedFilename()).toMatch(/^titles-.*\.csv$/);
    const { pool } = pages.portal.database;
    await pool.query(`update export set state = 'failed', failure = 'export.sight-changed' where sight is not null`);
    await page.reload();
    await row.getByText(/What may be seen of the device has changed .* Ask for them anew/).waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await pool.query('delete from export where sight is not null');
  });

  test('of a User is the Operator’s own, with a reason', async () => {
    const page = await pages.openAs(pages.portal.people.desk, `/messages?code=8F52&user=${alpha}`);
    await page.getByLabel('Why').fill('Call 4712: a file for the service desk');
    await pages.button('Open the record').click();
    await pages.button('Export all…').click();
    await pages.button('Make the file').click();
    await pages.row('Code: 8F52').getByText('Ready').waitFor();
    expect(await pages.row('Code: I99').count()).toBe(0);
    await page.getByRole('note').getByText('Call 4712').waitFor();
    const saved = page.waitForEvent('download');
    await pages.button(/^Save the file/).click();
    expect(await readFile(await (await saved).path(), 'utf8')).toContain('8F52');
  });
});

test('an export says how far it is while it is made, and is cancelled', async () => {
  const one = {
    userId: alpha,
    export: 'ab'.repeat(16),
    of: 'messages',
    format: 'csv',
    conditions: { kind: 'response' },
    state: 'running',
    requestedAt: new Date().toISOString(),
    author: 'ann@supplier.example',
    rows: 3_120_455,
    bytes: 812_000_000,
    days: { done: 12, all: 31 },
  };
  const page = await pages.openAs(pages.portal.people.analyst, 'about:blank');
  let asked = '';
  await page.route(
    ({ pathname }) => pathname === '/api/v1/exports',
    (route) => route.fulfill({ json: { items: [one] } }),
  );
  await page.route('**/api/v1/exports/*/cancel', (route) => {
    asked = new URL(route.request().url()).pathname;
    one.state = 'cancelled';
    return route.fulfill({ json: one });
  });
  await page.goto('/audit-trail?tab=exports');
  const bar = page.getByRole('progressbar', { name: 'Days that are done' });
  await bar.waitFor();
  expect([await bar.getAttribute('value'), await bar.getAttribute('max')]).toEqual(['12', '31']);
  await page.getByText('3,120,455 messages, 812 MB').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await pages.button(/^Cancel/).click();
  await pages.row('Kind: Response').getByText('Cancelled').waitFor();
  expect(asked).toBe(`/api/v1/exports/${one.export}/cancel`);
});

describe('a question', () => {
  test('goes from a title to its hidden sender, and the answer back; both are named when both agree', async () => {
    let page = await pages.openAs(pages.portal.people.analyst, `/devices/${own}?srv=3.3`);
    await pages.row('Clear').getByRole('button', { name: 'Ask the sender' }).click();
    const dialog = page.getByRole('dialog', { name: 'Ask the sender' });
    await dialog.getByRole('button', { name: 'Send the question' }).click();
    await dialog.getByRole('alert').getByText('Write the question.').waitFor();
    await dialog.getByLabel('Question').fill('Why was the log cleared?\nAn alert came of it.');
    await dialog.getByLabel('We agree to be named').check();
    await pages.lookNarrow();
    await dialog.getByRole('button', { name: 'Send the question' }).click();
    await page.getByRole('status').filter({ hasText: 'on its way' }).getByRole('link', { name: 'Questions' }).click();
    await page.getByText('Waits for an answer').waitFor();
    await page.getByText('You agreed to be named.').waitFor();

    page = await pages.openAs(answerer, '/overview');
    await page.getByRole('link', { name: /1 question to answer/ }).click();
    const item = () => pages.page.getByRole('main').getByRole('listitem');
    await item().getByText('An alert came of it.').first().waitFor();
    expect(await item().textContent()).not.toContain(alpha);
    await item()
      .getByRole('button', { name: /^Answer/ })
      .click();
    await page.getByLabel('Answer', { exact: true }).fill('The meter was exchanged.');
    await page.getByLabel('We agree to be named').check();
    await pages.lookNarrow();
    await pages.button('Send the answer').click();
    await item().getByText(`(${alpha})`).waitFor();
    expect(await findBarriers(page)).toEqual([]);

    page = await pages.openAs(pages.portal.people.analyst, '/notices?kind=question');
    await page
      .getByRole('link', { name: /^Open the questions/ })
      .first()
      .click();
    await page.getByText('Nobody has asked you anything.').waitFor();
    await page.getByRole('link', { name: 'Asked by you' }).click();
    await item().getByText('The meter was exchanged.').waitFor();
    await item().getByText(`(${beta})`).waitFor();
  });

  test('is declined by one side, or withdrawn by the other', async () => {
    const asks = async (words: string) => {
      const page = await pages.openAs(pages.portal.people.analyst, `/devices/${own}?srv=3.3`);
      await pages.row('Clear').getByRole('button', { name: 'Ask the sender' }).click();
      await page.getByRole('dialog').getByLabel('Question').fill(words);
      await pages.button('Send the question').click();
      await page.getByRole('status').filter({ hasText: 'on its way' }).waitFor();
    };
    const item = (words: string) => pages.page.getByRole('main').getByRole('listitem').filter({ hasText: words });
    await asks('Is this one to be answered?');
    await pages.openAs(answerer, '/questions');
    await pages.button(/^Decline\W+Is this one/).click();
    await pages.lookNarrow();
    await pages.button('Decline it').click();
    await item('Is this one').getByText('You declined').waitFor();

    await asks('Is this one to be withdrawn?');
    await pages.openAs(pages.portal.people.analyst, '/questions?tab=asked');
    await item('Is this one to be answered?').getByText('Declined').waitFor();
    await pages.button(/^Agree to be named\W+Is this one to be withdrawn/).click();
    await pages.button(/^Do not name me after all\W+Is this/).waitFor();
    await pages.button(/^Withdraw\W+Is this/).click();
    await pages.lookNarrow();
    await pages.button('Withdraw it').click();
    await item('Is this one to be withdrawn?').getByText('You withdrew it').waitFor();
  });
});

test('a view is saved by name, shown again, renamed and deleted, by its person alone', async () => {
  let page = await pages.openAs(pages.portal.people.analyst, '/messages?code=I0&kind=response');
  await pages.button('Saved views').click();
  await page.getByText('None yet.').waitFor();
  await pages.button('Save this view…').click();
  const dialog = page.getByRole('dialog', { name: 'Save this view' });
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await dialog.getByRole('alert').getByText('Enter a name for the view.').waitFor();
  await dialog.getByLabel('Name').fill('Good responses');
  await pages.lookNarrow();
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });

  page = await pages.openAs(pages.portal.people.analyst, '/messages');
  await pages.button('Saved views').click();
  await pages.button('Good responses').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await pages.button('Good responses').click();
  await expect.poll(() => new URL(page.url()).searchParams.get('kind'), { timeout: 60_000 }).toBe('response');
  expect(new URL(page.url()).searchParams.get('code')).toBe('I0');
  await pages.button('Saved views').click();
  await pages.button('Rename or delete…').click();
  const kept = page.getByRole('dialog', { name: 'Saved views' });
  await kept.getByLabel('Name of Good responses').fill('What went well');
  await kept.getByRole('button', { name: /^Rename/ }).click();
  await kept.getByLabel('Name of What went well').waitFor();
  await pages.lookNarrow();
  await kept.getByRole('button', { name: /^Delete/ }).click();
  await kept.getByText('There are none.').waitFor();

  // of a device
  await page.goto(`/devices/${own}?code=I0`);
  await pages.button('Saved views').click();
  await pages.button('Save this view…').click();
  await page.getByRole('dialog', { name: 'Save this view' }).getByLabel('Name').fill('The meter');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Save this view' }).waitFor({ state: 'detached' });
  await page.goto(`/devices/${own}`);
  await pages.button('Saved views').click();
  await pages.button('The meter').click();
  await expect.poll(() => new URL(page.url()).searchParams.get('code'), { timeout: 60_000 }).toBe('I0');
});
