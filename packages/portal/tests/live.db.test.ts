import { testCertificate } from '@penstock/platform/testing/certificates';
import { TestBrowser } from '@penstock/platform/testing/people';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { TestPages } from './testing-pages.ts';
import { alpha, beta, findBarriers, signIn, userAddress } from './testing-portal.ts';

// What moves by itself: real Chromium, with its shared worker, in front of a whole platform.

const pages = new TestPages({ messages: 50 });
const openAs = (path: string) => pages.openAs(pages.portal.people.both, path);

let sequence = 1_000;
/** As the network brings it: one more message of a User's record. */
async function record(userId: string): Promise<void> {
  sequence += 1;
  await pages.portal.database.pool.query(
    `insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, target, counter, size, sha256,
                              repetition)
     values ($1, (now() at time zone 'UTC')::date, $2::bigint, now(), 'northbound', 'device_alert', 'passed', $1,
             $2::bigint, 1, sha256('x'), $2::bigint)`,
    [userId, sequence],
  );
}
async function streams(): Promise<string | undefined> {
  const text = await (await fetch(`${pages.portal.address}/metrics`)).text();
  return /^penstock_events_streams (\d+)$/m.exec(text)?.[1];
}
const live = (of: Page) => of.getByRole('status').getByText('Live', { exact: true });
const firstRow = (of: Page) => of.getByRole('table').getByRole('row').nth(1);

test('new messages are counted while the list stands still, and shown when asked for', async () => {
  const page = await openAs(userAddress(alpha, '/messages'));
  await firstRow(page).waitFor();
  await live(page).waitFor();
  const before = await firstRow(page).textContent();
  await record(alpha);
  await page.getByRole('button', { name: 'Show 1 new message', exact: true }).waitFor();
  await record(beta);
  await record(alpha);
  await page.getByRole('button', { name: 'Show 2 new messages' }).waitFor();
  expect(await firstRow(page).textContent()).toBe(before);
  expect(await findBarriers(page)).toEqual([]);
  await page.getByRole('button', { name: 'Show 2 new messages' }).click();
  await page.getByRole('button', { name: 'Show new messages' }).waitFor();
  await firstRow(page).getByText('Device alert').waitFor();
});

test('tabs of one browser share one connection, and each moves for whom it acts', async () => {
  const before = Number(await streams());
  const page = await openAs(userAddress(alpha, '/messages'));
  await live(page).waitFor();
  const other = await page.context().newPage();
  await other.goto(userAddress(beta, '/messages'));
  await live(other).waitFor();
  await expect.poll(streams).toBe(String(before + 1));
  // a message that comes before a list was read is in it, and none that is new
  await firstRow(page).waitFor();
  await firstRow(other).or(other.getByText('There are no messages yet.')).first().waitFor();
  // what the connection missed while it was made anew is told to both, so the pages are at rest before
  await record(beta);
  await other.getByRole('button', { name: /^Show \d+ new message/ }).waitFor();
  await record(alpha);
  await page.getByRole('button', { name: /^Show \d+ new message/ }).waitFor();
  await page.close();
  // the answer is awaited: else the next message may be among those that are shown
  const answered = other.waitForResponse(/\/api\/v1\/messages\?/);
  await other.getByRole('button', { name: /^Show \d+ new message/ }).click();
  await answered;
  await firstRow(other).waitFor();
  await other.getByRole('button', { name: 'Show new messages' }).waitFor();
  await record(beta);
  await other.getByRole('button', { name: 'Show 1 new message', exact: true }).waitFor();
  expect(await streams()).toBe(String(before + 1));
  await other.close();
  await expect.poll(streams, { timeout: 10_000 }).toBe(String(before));
});

test('without shared workers, and when the connection is lost: it is said, and what was missed is read', async () => {
  const page = await openAs(userAddress(alpha, '/streams'));
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'SharedWorker'));
  await page.reload();
  await live(page).waitFor();
  const toYou = page.getByRole('region', { name: `To you, ${alpha}` });
  await toYou.waitFor();
  await page.route('**/api/v1/events*', (route) => route.abort());
  await pages.portal.database.pool.query(`update user_id set status = 'suspended' where user_id = $1`, [beta]);
  await pages.portal.database.pool.query(`update person_role set role = 'analyst' where acting = $1 and role = 'aro'`, [
    alpha,
  ]);
  await page.getByRole('status').getByText('Not live').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await pages.portal.database.pool.query(
    `update stream_cursor set retry_at = now() + interval '1 hour', failing_since = now(), failures = 1, last_error = 'connection refused'
     where user_id = $1 and direction = 'northbound'`,
    [alpha],
  );
  await page.unroute('**/api/v1/events*');
  await live(page).waitFor({ timeout: 40_000 });
  await toYou.getByText('connection refused').waitFor();
  // it has no shared workers ever after
  await page.close();
});

test('a session that ends is said by the page itself, before anybody asks for something', async () => {
  const page = await openAs(userAddress(alpha, '/streams'));
  await live(page).waitFor();
  await pages.portal.database.pool.query('delete from sign_in."session" where "userId" = $1', [
    pages.portal.people.both.personId,
  ]);
  await page.getByRole('dialog', { name: 'Your session has ended' }).waitFor();
  await signIn(page, pages.portal.people.both, 1);
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await live(page).waitFor();
});

test('each list moves by itself: devices, limits, certificates, Parties, User IDs, addresses, incidents', async () => {
  const { pool } = pages.portal.database;
  const chief = new TestBrowser(pages.portal.address);
  await chief.signIn(await pages.portal.addPerson('chief', { operator: 'operator_administrator' }));
  const desk = new TestBrowser(pages.portal.address);
  await desk.signIn(pages.portal.people.desk, 1);
  const { rows } = await pool.query<{ device: string }>(
    `select eui_text(device) as device from device where kind = 'ESME' order by device limit 1`,
  );
  const device = String(rows[0]?.device);
  const party = (await pool.query<{ id: string }>('select party_id as id from user_id where user_id = $1', [beta]))
    .rows[0]?.id;
  const fingerprint = (
    await pool.query<{ hex: string }>(
      `select encode(fingerprint, 'hex') as hex from certificate where user_id = $1 and purpose = 'signing'`,
      [alpha],
    )
  ).rows[0]?.hex;
  const mail = testCertificate({ userId: alpha, serial: '0D' });
  const by = (browser: TestBrowser, method: string, path: string, body: object) => async () => {
    const { status, text } = await browser.call(method, `/api/v1${path}`, body);
    expect([path, status, text]).toEqual([path, 200, expect.anything()]);
  };
  // where, what somebody does by the API, and what is there then
  const changes: readonly (readonly [string, () => Promise<unknown>, string])[] = [
    [
      `/devices?find=${device}`,
      by(chief, 'POST', '/devices', { device, kind: 'ESME', status: 'Suspended' }),
      'Suspended',
    ],
    [
      '/thresholds?view=limits',
      // limits are set by signed files alone
      () =>
        pool.query(
          `insert into attribute_limit (attribute, version, maximum, valid_from, valid_to, set_at, reference)
           values ('a.new.limit', 1, 1, '-infinity', 'infinity', now(), '')`,
        ),
      'a.new.limit',
    ],
    ['/certificates', by(chief, 'POST', '/certificates/revoke', { purpose: 'signing', fingerprint }), 'Revoked'],
    [
      '/directory',
      by(chief, 'PUT', '/parties/NORTHWIND', { name: 'Renamed Energy', kind: 'large_supplier' }),
      'Renamed Energy',
    ],
    [
      '/directory?tab=user-ids',
      by(chief, 'PUT', `/user-ids/${beta}`, { partyId: party, roles: ['IS'], status: 'suspended' }),
      'Suspended',
    ],
    [
      '/certificates?tab=email',
      by(chief, 'POST', '/email-recipients', {
        userId: alpha,
        address: 'new@user.example',
        certificate: mail.pem,
      }),
      'new@user.example',
    ],
    ['/incidents', by(desk, 'POST', '/incidents', { userId: alpha, title: 'A new one' }), 'A new one'],
  ];
  const shown: Page[] = [];
  for (const [path] of changes) {
    const page = await pages.openAs(pages.portal.people.desk, path);
    await live(page).waitFor();
    await page.getByRole('main').getByText('Loading').waitFor({ state: 'detached' });
    shown.push(page);
  }
  for (const [, change] of changes) await change();
  for (const [index, [path, , text]] of changes.entries()) {
    await expect
      .poll(async () => [path, (await shown[index]?.getByRole('main').textContent())?.includes(text)])
      .toEqual([path, true]);
  }
});
