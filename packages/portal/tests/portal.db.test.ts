import { readFileSync } from 'node:fs';
import { noBrowser, openBrowser } from '@penstock/platform/testing/chromium';
import { codeOf, testPassword } from '@penstock/platform/testing/people';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  alpha,
  beta,
  complaintsOf,
  findBarriers,
  signIn,
  startTestPortal,
  type TestPortal,
  userAddress,
} from './testing-portal.ts';

// The pages as people meet them: real Chromium in front of a whole platform.

const MESSAGES = 100_000;

let portal: TestPortal;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  if (noBrowser !== undefined) return;
  portal = await startTestPortal(MESSAGES);
  browser = await openBrowser();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await portal?.stop();
});
beforeEach(async (test) => {
  test.skip(noBrowser !== undefined, noBrowser);
  context = await browser.newContext({ baseURL: portal.address });
  complaints = complaintsOf(context);
  context.setDefaultTimeout(15_000);
  page = await context.newPage();
});
afterEach(async () => {
  await context?.close();
  expect(complaints).toEqual([]);
});

const heading = (name: string, of = page) => of.getByRole('heading', { name, exact: true });
const rows = (of = page) => of.getByRole('table').getByRole('row');
/** Opened without signing in again: what a page shows is tested, not the door. */
async function openAs(person: keyof TestPortal['people'], path: string): Promise<void> {
  const known = states.get(person);
  if (known !== undefined) {
    await context.addCookies(known);
    return void (await page.goto(path));
  }
  await page.goto('/');
  await signIn(page, portal.people[person]);
  await page
    .getByRole('button', { name: /signed in as/ })
    .or(heading('For whom do you act?'))
    .waitFor();
  states.set(person, await context.cookies());
  await page.goto(path);
}
const states = new Map<string, Awaited<ReturnType<BrowserContext['cookies']>>>();

describe('signing in', () => {
  test('a link leads where it leads, after the password and a code; a code is good once', async () => {
    const { desk } = portal.people;
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
    states.set('desk', await context.cookies());
  });

  test('a wrong password and an address that nobody has are answered alike', async () => {
    await page.goto('/');
    const said: (string | null)[] = [];
    for (const email of [portal.people.planner.email, 'nobody@people.example']) {
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
    const fresh = await portal.addPerson('fresh', { [alpha]: 'read_only' }, false);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).host));
    await page.goto('/');
    await page.getByLabel('E-mail address').fill(fresh.email);
    await page.getByLabel('Password', { exact: true }).fill(testPassword);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('img', { name: /QR code/ }).waitFor();
    expect(await findBarriers(page)).toEqual([]);
    const secret = ((await page.locator('code').textContent()) ?? '').replaceAll(' ', '');
    await page.getByLabel('Six-digit code').fill(codeOf(fromBase32(secret)));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await heading('Overview').waitFor();
    expect(new Set(asked)).toEqual(new Set([new URL(portal.address).host]));
  });

  test('a session that ends in the middle loses nothing that was typed', async () => {
    const person = await portal.addPerson('typist', { [alpha]: 'analyst' });
    await page.goto('/messages');
    await signIn(page, person);
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByLabel('Code').fill('half typed');
    await portal.database.pool.query('delete from sign_in."session" where "userId" = $1', [person.personId]);
    await page.getByRole('button', { name: 'Show new messages' }).click();
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
  test('is asked of whoever may act for several, always shown, in the address, and apart in two tabs', async () => {
    await openAs('both', '/messages?code=E5');
    await heading('For whom do you act?').waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await page.getByRole('link', { name: alpha }).click();
    await rows().nth(1).waitFor();
    expect(new URL(page.url()).searchParams.get('for')).toBe(alpha);
    expect(new URL(page.url()).searchParams.get('code')).toBe('E5');
    const other = await context.newPage();
    await other.goto(userAddress(beta, '/messages'));
    await other.getByText('There are no messages yet.').waitFor();
    await other.getByRole('button', { name: beta }).waitFor();
    await page.getByRole('button', { name: 'Show new messages' }).click();
    await rows().nth(1).waitFor();
    await page.getByRole('button', { name: /Acting for/ }).click();
    expect(await findBarriers(page)).toEqual([]);
    await page.getByRole('link', { name: beta }).click();
    await page.getByText('There are no messages yet.').waitFor();
  });

  test.each([beta, 'operator', 'nonsense'])(
    'a link for %s, for whom the person may not act, shows nothing',
    async (acting) => {
      await openAs('analyst', userAddress(acting, '/messages'));
      await page.getByRole('alert').waitFor();
      expect(await page.getByRole('table').count()).toBe(0);
      expect(await findBarriers(page)).toEqual([]);
    },
  );
});

describe('messages', () => {
  test('a hundred thousand do not freeze the list: few rows are in the document, and scrolling loads on', async () => {
    await openAs('analyst', '/messages');
    await rows().nth(1).waitFor();
    expect(await rows().count()).toBeLessThan(60);
    const list = page.getByRole('region', { name: /Messages/ });
    await list.focus();
    const from = performance.now();
    for (let pages = 2; pages <= 12; pages += 1) {
      await page.keyboard.press('End');
      await page.getByText(new RegExp(`^${(pages * 200).toLocaleString('en-GB')} messages loaded`)).waitFor();
    }
    expect(await rows().count()).toBeLessThan(60);
    await page.keyboard.press('Home');
    await page.locator('[role=row][aria-rowindex="2"]').waitFor();
    expect(performance.now() - from).toBeLessThan(30_000);
  });

  test('conditions stand in the address, and the address shows the same again; what is wrong is named', async () => {
    await openAs('analyst', '/messages');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByLabel('Device').fill('meter 7');
    await page.getByLabel('Service (SRV)').fill('four');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    const summary = page.getByRole('alert');
    await summary.getByRole('button', { name: /Enter a device/ }).click();
    expect(await page.getByLabel('Device').evaluate((field) => field === field.ownerDocument.activeElement)).toBe(true);
    expect(await findBarriers(page)).toEqual([]);
    await page.getByLabel('Device').fill('');
    await page.getByLabel('Service (SRV)').fill('6.2.1');
    await page.getByLabel('Code').fill('E5');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.waitForURL(/srv=6\.2\.1/);
    const again = await context.newPage();
    await again.goto(page.url());
    await rows(again).nth(1).waitFor();
    const cells = await rows(again).nth(1).getByRole('cell').allTextContents();
    expect(cells.slice(2)).toEqual(['6.2.1', expect.stringMatching(/^00-DB-/), 'Refused', 'E5']);
    expect(await again.getByLabel('Code').inputValue()).toBe('E5');
  });

  test('a link with a condition that is none says so', async () => {
    await openAs('analyst', '/messages?from=yesterday');
    await page.getByRole('alert').getByText('from').waitFor();
    expect(await findBarriers(page)).toEqual([]);
  });

  test('one message’s whole life, by keyboard alone, in London’s time and in UTC', async () => {
    await openAs('analyst', '/messages');
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
  });

  test('what one sees as a CSV file, safe against formulas', async () => {
    await openAs('analyst', '/messages?code=E5');
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
    await openAs('desk', '/messages');
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
    await context.clearCookies();
    await openAs('planner', '/messages');
    await page.getByText('Your role does not see the records of messages.').waitFor();
    expect(await findBarriers(page)).toEqual([]);
  });
});

describe('streams', () => {
  test('a User sees its two, the Operator’s people all, what needs somebody first, as it changes', async () => {
    await openAs('analyst', '/streams');
    await page.getByRole('region', { name: `To you, ${alpha}` }).waitFor();
    expect(await page.getByRole('region', { name: /^To / }).count()).toBe(2);
    expect(await page.getByRole('region', { name: /^To / }).getByText('Everything has been taken.').count()).toBe(2);
    await portal.database.pool.query(
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
    await context.clearCookies();
    await openAs('desk', '/streams');
    const streams = page.getByRole('region', { name: /^To / });
    await streams.nth(2).waitFor();
    expect(await streams.first().getAttribute('aria-label')).toBe(`To the User, ${alpha}`);
  });
});

describe('every page', () => {
  const pages = ['/streams', '/messages', '/messages?srv=99.9', '/messages?srv=4.1.1', '/nowhere'];
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1280, 320]) {
      test(`has no barrier and nothing beside the screen: ${colorScheme}, ${width} pixels`, async () => {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 700 });
        await openAs('analyst', '/messages');
        await rows().nth(1).getByRole('link').click();
        await heading('Its life').waitFor();
        for (const path of [new URL(page.url()).pathname, ...pages]) {
          await page.goto(path);
          await page.getByRole('heading', { level: 1 }).waitFor();
          expect([path, await findBarriers(page)]).toEqual([path, []]);
          const beside = await page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth);
          expect([path, beside]).toEqual([path, 0]);
        }
      });
    }
  }

  test('loads less than 300 kB of script, all of it from here, and nothing of a third party', async () => {
    let bytes = 0;
    const hosts = new Set<string>();
    page.on('response', async (response) => {
      hosts.add(new URL(response.url()).host);
      if (response.request().resourceType() === 'script') bytes += Number(response.headers()['content-length']);
    });
    await openAs('analyst', '/messages');
    await rows().nth(1).waitFor();
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThan(300_000);
    expect(hosts).toEqual(new Set([new URL(portal.address).host]));
  });
});

/** The bytes of RFC 4648 base32, as latin1 text: how authenticator apps are given their secret. */
function fromBase32(text: string): string {
  const bits = [...text.replace(/=+$/, '')]
    .map((character) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(character).toString(2).padStart(5, '0'))
    .join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2))).toString('latin1');
}
