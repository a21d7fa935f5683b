import { readFileSync } from 'node:fs';
import { codeOf, readTotpSecret, testPassword } from '@penstock/platform/testing/people';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { TestPages } from './testing-pages.ts';
import { alpha, beta, findBarriers, signIn, type TestPortal, userAddress } from './testing-portal.ts';

// Signing in, for whom one acts, and the record, as people meet them.

const MESSAGES = 100_000;
const pages = new TestPages({ messages: MESSAGES });
const openAs = (person: keyof TestPortal['people'], path: string) => pages.openAs(pages.portal.people[person], path);
const heading = (name: string) => pages.heading(name);
const rows = (of: Page = pages.page) => of.getByRole('table').getByRole('row');

describe('signing in', () => {
  test('a link leads where it leads, after the password and a code; a code is good once', async () => {
    const { page } = pages;
    const { desk } = pages.portal.people;
    await page.goto('/messages?for=operator&code=I99');
    const code = await signIn(page, desk);
    await heading('Messages').waitFor();
    expect(new URL(page.url()).search).toBe('?for=operator&code=I99');
    await page.getByRole('button', { name: /signed in as/ }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await heading('Sign in').waitFor();
    // not the code of now, which is another one when 30 s have begun meanwhile
    await signIn(page, desk, code);
    await page.getByRole('alert').getByText('This code was used before.').waitFor();
    await page.getByLabel('Six-digit code').fill(codeOf(desk.totpSecret, 1));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: /signed in as/ }).waitFor();
  });

  test('a wrong password and an address that nobody has are answered alike', async () => {
    const { page } = pages;
    await page.goto('/');
    const said: (string | null)[] = [];
    for (const email of [pages.portal.people.planner.email, 'nobody@people.example']) {
      await page.getByLabel('E-mail address').fill(email);
      await page.getByLabel('Password', { exact: true }).fill('not the password at all');
      await page.getByRole('button', { name: 'Continue' }).click();
      const alert = page.getByRole('alert');
      await alert.getByText('is not right').waitFor();
      expect(await alert.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
      said.push(await alert.textContent());
      await page.reload();
    }
    expect(said[0]).toBe(said[1]);
  });

  test('whoever has no authenticator sets one up, with a picture made in the browser', async () => {
    const { page } = pages;
    const fresh = await pages.portal.addPerson('fresh', { [alpha]: 'read_only' }, false);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).host));
    await page.goto('/');
    await page.getByLabel('E-mail address').fill(fresh.email);
    await page.getByLabel('Password', { exact: true }).fill(testPassword);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('img', { name: /QR code/ }).waitFor();
    expect(await findBarriers(page)).toEqual([]);
    const secret = ((await page.locator('code').textContent()) ?? '').replaceAll(' ', '');
    await page.getByLabel('Six-digit code').fill(codeOf(readTotpSecret(`otpauth://totp/x?secret=${secret}`)));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await heading('Overview').waitFor();
    expect(new Set(asked)).toEqual(new Set([new URL(pages.portal.address).host]));
  });

  test('a session that ends in the middle loses nothing that was typed', async () => {
    const { page } = pages;
    const person = await pages.portal.addPerson('typist', { [alpha]: 'analyst' });
    await page.goto('/messages');
    await signIn(page, person);
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByLabel('Code').fill('half typed');
    await pages.portal.database.pool.query('delete from sign_in."session" where "userId" = $1', [person.personId]);
    // by itself: what happens meanwhile may be asked for first, and then the dialog stands before the button
    await page.getByRole('button', { name: 'Show new messages' }).dispatchEvent('click');
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await signIn(page, person, 1);
    await dialog.waitFor({ state: 'hidden' });
    expect(await page.getByLabel('Code').inputValue()).toBe('half typed');
    await rows().nth(1).waitFor();
  });
});

describe('for whom one acts', () => {
  test('is asked of whoever may act for several, always shown, in the address, and apart in all tabs', async () => {
    const page = await openAs('both', '/messages?code=E5');
    await heading('For whom do you act?').waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await page.getByRole('link', { name: alpha }).click();
    await rows().nth(1).waitFor();
    expect(new URL(page.url()).searchParams.get('for')).toBe(alpha);
    expect(new URL(page.url()).searchParams.get('code')).toBe('E5');
    const other = await page.context().newPage();
    await other.goto(userAddress(alpha, '/messages'));
    await rows(other).nth(1).waitFor();
    await page.getByRole('button', { name: /Acting for/ }).click();
    expect(await findBarriers(page)).toEqual([]);
    await page.getByRole('link', { name: beta }).click();
    // the same page, of the other, without the conditions
    await page.getByText('There are no messages yet.').waitFor();
    expect(new URL(page.url()).search).toBe(`?for=${beta}`);
    const asked = other.waitForRequest(/\/api\/v1\/messages/);
    await other.getByRole('button', { name: 'Show new messages' }).click();
    expect((await asked).headers()['penstock-acting']).toBe(alpha);
    await rows(other).nth(1).waitFor();
    await other.getByRole('button', { name: alpha }).waitFor();
    await other.reload();
    await rows(other).nth(1).waitFor();
    await other.getByRole('button', { name: alpha }).waitFor();
  });

  test.each([/View: times/, /Acting for/, /signed in as/])(
    'what the head opens keeps the focus, by keyboard alone, and gives it back: %s',
    async (name) => {
      const page = await openAs('both', userAddress(alpha, '/account'));
      const opener = pages.button(name);
      await pages.tabTo(opener);
      await page.keyboard.press('Enter');
      const opened = page.locator('.penstock-disclosed');
      await pages.focusComesTo(opened);
      for (let tabs = 0; tabs < 5; tabs += 1) {
        await page.keyboard.press('Tab');
        expect(await pages.holdsFocus(opened)).toBe(true);
      }
      await page.keyboard.press('Escape');
      await opened.waitFor({ state: 'detached' });
      await pages.focusComesTo(opener);
    },
  );

  test('one message is one User’s: acting for another then begins with the overview', async () => {
    const page = await openAs('both', userAddress(alpha, '/messages'));
    await rows().nth(1).getByRole('link').first().click();
    await heading('Its life').waitFor();
    await page.getByRole('button', { name: /Acting for/ }).click();
    await page.getByRole('link', { name: beta }).click();
    await heading('Overview').waitFor();
  });

  test('its name is whole on a narrow screen, and stands over nothing', async () => {
    for (const person of ['both', 'analyst'] as const) {
      const page = await openAs(person, userAddress(alpha, '/account'));
      for (const width of [320, 360, 640, 1280]) {
        await page.setViewportSize({ width, height: 700 });
        const head = page.locator('.penstock-head-bar');
        const cut = await head
          .locator('b, .penstock-acting-id')
          .evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent));
        expect([person, width, cut]).toEqual([person, width, []]);
        const boxes = await head.evaluate((bar) =>
          [...bar.children].map((one) => one.getBoundingClientRect().toJSON()).filter((box) => box.width > 0),
        );
        for (const box of boxes) {
          expect(box.left).toBeGreaterThanOrEqual(0);
          expect([person, width, box.top < 0]).toEqual([person, width, false]);
          expect(box.right).toBeLessThanOrEqual(width);
          const over = boxes.filter(
            (one) =>
              one !== box &&
              one.left < box.right &&
              box.left < one.right &&
              one.top < box.bottom &&
              box.top < one.bottom,
          );
          expect([person, width, over]).toEqual([person, width, []]);
        }
      }
    }
  });

  test.each([beta, 'operator', 'nonsense'])(
    'a link for %s, for whom the person may not act, shows nothing',
    async (acting) => {
      const page = await openAs('analyst', userAddress(acting, '/messages'));
      await page.getByRole('alert').waitFor();
      expect(await page.getByRole('table').count()).toBe(0);
      expect(await findBarriers(page)).toEqual([]);
    },
  );
});

describe('messages', () => {
  test('of a hundred thousand few rows are in the document; a page that fails is asked for once, until a person asks', async () => {
    const page = await openAs('analyst', '/messages');
    await rows().nth(1).waitFor();
    let given = 0;
    let refused = 0;
    let isRefused = true;
    await page.route('**/api/v1/messages?*', async (route) => {
      const isFirst = !new URL(route.request().url()).searchParams.has('cursor');
      if (!isFirst && isRefused) {
        refused += 1;
        const words = { title: 'Too many questions.', action: 'Wait a little.' };
        const problem = { type: 'about:blank', code: 'request.too-many', status: 429, ...words };
        return route.fulfill({ status: 429, contentType: 'application/problem+json', body: JSON.stringify(problem) });
      }
      given = isFirst ? 1 : given + 1;
      const answer = await (await route.fetch()).json();
      const [day] = answer.items[0].position.split('/');
      const items = Array.from({ length: 25_000 }, (_, index) => ({
        ...answer.items[0],
        position: `${day}/${1_000_000 - given * 25_000 - index}`,
      }));
      return route.fulfill({ json: { items, cursor: given < 4 ? answer.cursor : undefined } });
    });
    await page.reload();
    const list = page.getByRole('region', { name: /Messages/ });
    await page.getByText('25,000 messages loaded').waitFor();
    await list.focus();
    await page.keyboard.press('End');
    const failure = page.getByRole('alert').filter({ hasText: 'The next rows did not come. Too many questions.' });
    await failure.waitFor();
    await page.keyboard.press('Home');
    await page.locator('[role=row][aria-rowindex="2"]').waitFor();
    await page.keyboard.press('End');
    await page.locator('[role=row][aria-rowindex="25001"]').waitFor();
    expect(await page.getByText('25,000 messages loaded').count()).toBe(1);
    expect(refused).toBe(1);
    expect(await findBarriers(page)).toEqual([]);

    isRefused = false;
    await failure.getByRole('button', { name: 'Try again' }).click();
    for (const loaded of ['50,000', '75,000', '100,000']) {
      await page.getByText(`${loaded} messages loaded`).waitFor();
      await list.focus();
      await page.keyboard.press('End');
    }
    await page.getByText('that is all of them').waitFor();
    await page.locator('[role=row][aria-rowindex="100001"]').waitFor();
    expect(await rows().count()).toBeLessThan(60);
    await page.keyboard.press('Home');
    await page.locator('[role=row][aria-rowindex="2"]').waitFor();
  });

  test('conditions stand in the address, and the address shows the same again; what is wrong is named', async () => {
    const page = await openAs('analyst', '/messages');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByLabel('Device').fill('meter 7');
    await page.getByLabel('Metering point (MPxN)').fill('12345');
    await page.getByLabel('Service (SRV)').fill('four');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    const summary = page.getByRole('alert');
    await summary.getByRole('button', { name: /Enter a metering point/ }).waitFor();
    await summary.getByRole('button', { name: /Enter a device/ }).click();
    expect(await page.getByLabel('Device').evaluate((field) => field === field.ownerDocument.activeElement)).toBe(true);
    expect(await findBarriers(page)).toEqual([]);
    await page.getByLabel('Device').fill('');
    await page.getByLabel('Metering point (MPxN)').fill('');
    await page.getByLabel('Service (SRV)').fill('6.2.1');
    await page.getByLabel('Code').fill('E5');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.waitForURL(/srv=6\.2\.1/);
    const again = await page.context().newPage();
    await again.goto(page.url());
    await rows(again).nth(1).waitFor();
    const cells = await rows(again).nth(1).getByRole('cell').allTextContents();
    expect(cells.slice(2)).toEqual(['6.2.1', expect.stringMatching(/^00-DB-/), 'Refused', 'E5']);
    expect(await again.getByLabel('Code').inputValue()).toBe('E5');
    await page.getByLabel('Metering point (MPxN)').fill('10 0000 0000 001');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByText('No message meets these conditions.').waitFor();
    expect(await page.getByLabel('Metering point (MPxN)').inputValue()).toBe('1000000000001');
  });

  test('a link with a condition that is none says so', async () => {
    const page = await openAs('analyst', '/messages?from=yesterday');
    await page.getByRole('alert').getByText('from').waitFor();
    expect(await findBarriers(page)).toEqual([]);
  });

  test('one message’s whole life, by keyboard alone, in London’s time and in UTC', async () => {
    const page = await openAs('analyst', '/messages');
    await rows().nth(1).waitFor();
    await page.getByRole('region', { name: /Messages/ }).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await heading('Response').waitFor();
    await page.getByText('Service request received').waitFor();
    const steps = page.getByRole('list').getByRole('listitem');
    for (const [index, title] of ['Service request received', 'Passed', 'Response received'].entries()) {
      expect(await steps.nth(index).textContent()).toMatch(new RegExp(`^${title}.*\\d\\d:\\d\\d:\\d\\d \\+0[01]:00`));
    }
    await heading('Why').waitFor();
    await page.getByText('No threshold').waitFor();
    await page.getByRole('button', { name: /View/ }).click();
    await page.getByLabel('UTC').check();
    expect(await findBarriers(page)).toEqual([]);
    await page.keyboard.press('Escape');
    expect(await page.locator('time').first().textContent()).toMatch(/\d\d:\d\d:\d\d UTC/);
    // the browser keeps it, as people want it
    await page.getByRole('button', { name: /View/ }).click();
    await page.getByLabel('Europe/London').check();
  });

  test('what one sees as a CSV file, safe against formulas', async () => {
    const page = await openAs('analyst', '/messages?code=E5');
    await rows().nth(1).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export as CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^messages-.*\.csv$/);
    const lines = readFileSync(await download.path(), 'utf8').split('\r\n');
    expect(lines).toHaveLength(MESSAGES / 10 + 2);
    expect(lines[0]).toMatch(/^recordedAt,position,userId/);
    expect(lines[1]).toContain(`,E5,"'=HYPERLINK(""x"")",`);
  });

  test('the Operator’s people name the User and say why; whose role sees no record is told', async () => {
    let page = await openAs('desk', '/messages');
    await page.getByRole('button', { name: 'Open the record' }).click();
    await page.getByRole('alert').waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await page.getByRole('combobox', { name: 'Whose record' }).fill(alpha);
    await page.getByRole('option', { name: alpha }).click();
    await page.getByLabel('Why').fill('Call 4711: requests are refused, für Prüfung');
    await page.getByRole('button', { name: 'Open the record' }).click();
    await rows().nth(1).waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await page.getByText('Call 4711').waitFor();
    page = await openAs('planner', '/messages');
    await page.getByText('Your role does not see the records of messages.').waitFor();
    expect(await findBarriers(page)).toEqual([]);
  });
});

describe('streams', () => {
  test('a User sees its two; the Operator’s people find those that need somebody, and those of a User', async () => {
    let page = await openAs('analyst', '/streams?needs=somebody');
    await page.getByText('No stream needs somebody.').waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await page.getByRole('link', { name: 'All', exact: true }).click();
    await page.getByRole('region', { name: `To you, ${alpha}` }).waitFor();
    expect(await page.getByRole('region', { name: /^To / }).count()).toBe(2);
    expect(await page.getByRole('region', { name: /^To / }).getByText('Everything has been taken.').count()).toBe(2);
    await pages.portal.database.pool.query(
      `insert into stream_cursor (user_id, direction, failing_since, failures, last_error, retry_at)
       values ($1, 'northbound', now() - interval '5 minutes', 4, 'connection refused', now() + interval '1 minute')
       on conflict (user_id, direction) do update
         set failing_since = excluded.failing_since, failures = excluded.failures, last_error = excluded.last_error,
             retry_at = excluded.retry_at`,
      [alpha],
    );
    await page
      .getByRole('region', { name: `To you, ${alpha}` })
      .getByText('connection refused')
      .waitFor();
    expect(await findBarriers(page)).toEqual([]);
    page = await openAs('desk', '/streams');
    const streams = page.getByRole('region', { name: /^To / });
    await streams.nth(2).waitFor();
    await page.getByRole('link', { name: 'Those that need somebody' }).click();
    await page.waitForURL(/needs=somebody/);
    await expect.poll(() => streams.count()).toBe(1);
    expect(await streams.first().getAttribute('aria-label')).toBe(`To the User, ${alpha}`);
    await page.getByLabel('Find a User').fill('no such Party');
    await page.getByRole('button', { name: 'Find', exact: true }).click();
    await page.getByText('No stream is found by').waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await page.goto(`/streams?find=${alpha.toLowerCase()}`);
    await expect.poll(() => streams.count()).toBe(2);
    expect(await page.getByLabel('Find a User').inputValue()).toBe(alpha.toLowerCase());
    await page.getByRole('button', { name: 'Show all' }).click();
    await streams.nth(2).waitFor();
  });
});

test('the first page, with its chart, is less than 300 kB of script, all of it from here, and nothing of a third party', async () => {
  const { page } = pages;
  const reader = await pages.portal.addPerson('first', { [alpha]: 'analyst' });
  let bytes = 0;
  const hosts = new Set<string>();
  page.on('response', async (response) => {
    hosts.add(new URL(response.url()).host);
    if (response.request().resourceType() === 'script') bytes += Number(response.headers()['content-length']);
  });
  await page.goto('/overview');
  await signIn(page, reader);
  await page.locator('.penstock-plot canvas').waitFor();
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThan(300_000);
  expect(hosts).toEqual(new Set([new URL(pages.portal.address).host]));
});
