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
  const { rows } = await pool.query<{ device: string }>(
    `select upper(replace(device::text, ':', '-')) as device from device where kind = 'ESME' order by device limit 1`,
  );
  const device = String(rows[0]?.device);
  // where, what happens, and what is there then
  const changes: readonly (readonly [string, readonly [string, ...unknown[]], string])[] = [
    [`/devices?find=${device}`, [`update device set status = 'Suspended' where device = $1`, device], 'Suspended'],
    [
      '/thresholds?view=limits',
      [
        `insert into attribute_limit (attribute, version, maximum, valid_from, valid_to, set_at, reference)
         values ('a.new.limit', 1, 1, '-infinity', 'infinity', now(), '')`,
      ],
      'a.new.limit',
    ],
    ['/certificates', [`update certificate set revoked_at = now() where user_id = $1`, alpha], 'Revoked'],
    ['/directory', [`update party set name = 'Renamed Energy' where party_id = 'NORTHWIND'`], 'Renamed Energy'],
    ['/directory?tab=user-ids', [`update user_id set status = 'suspended' where user_id = $1`, beta], 'Suspended'],
    [
      '/certificates?tab=email',
      [
        `insert into email_recipient (user_id, fingerprint, address, der, issuer, serial, not_before, not_after)
         values ($1, sha256('mail'), 'new@user.example', 'x', 'CN=Example', '12', now(), now() + interval '1 year')`,
        alpha,
      ],
      'new@user.example',
    ],
    [
      '/incidents',
      [
        `insert into incident (user_id, incident, event, title, state, opened_at)
         values ($1, 'INC-1', 20261122000000000009, 'Held: a new one', 'open', now())`,
        alpha,
      ],
      'Held: a new one',
    ],
  ];
  const shown: Page[] = [];
  for (const [path] of changes) {
    const page = await pages.openAs(pages.portal.people.desk, path);
    await live(page).waitFor();
    await page.getByRole('main').getByText('Loading').waitFor({ state: 'detached' });
    shown.push(page);
  }
  for (const [, [sql, ...values]] of changes) await pool.query(sql, values);
  await pool.query('update directory_version set version = version + 1, moved_at = clock_timestamp()');
  await pool.query('update devices_changed set changed_at = clock_timestamp()');
  for (const [index, [path, , text]] of changes.entries()) {
    await expect
      .poll(async () => [path, (await shown[index]?.getByRole('main').textContent())?.includes(text)])
      .toEqual([path, true]);
  }
});
