import type { DemonstrationDocument } from '@penstock/api';
import { noBrowser } from '@penstock/platform/testing/chromium';
import type { TestPerson } from '@penstock/platform/testing/people';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { addExports, addQuestions, alert, recordAlerts } from './testing-alerts.ts';
import { adtText, chooseFiles, heldEvent, holdMessages, insertLooks, setCounts, signAs } from './testing-gate.ts';
import { TestPages } from './testing-pages.ts';
import { type Picture, takePictures } from './testing-pictures.ts';
import { alpha, type TestPortal } from './testing-portal.ts';
import { addErratic, findMeters, recordStory, recordTitles } from './testing-titles.ts';

// `npm run screenshots`: every page in light and dark under docs/portal, from a whole platform. No part of the tests;
// run it when a page changed, and look at what it made.

let officer: TestPerson;
let meter = '';
let storied = '';
let running: DemonstrationDocument['running'] = [];

beforeAll(() => expect(noBrowser).toBeUndefined());
const pages = new TestPages({
  messages: 2_000,
  demonstration: {
    state: () => ({ running }),
    rehearse: () => undefined,
    set: async (name, isRunning) => {
      running = isRunning ? [{ name, about: '200 requests a second, for 2 minutes' }] : [];
    },
  },
  prepare: async (portal) => {
    const { pool } = portal.database;
    ({ own: meter, second: storied } = await findMeters(portal));
    await recordTitles(portal, meter, 300);
    await addErratic(portal);
    await recordAlerts(portal, meter);
    await addQuestions(portal);
    await addExports(portal);
    await pool.query(
      `insert into title_switch (switch, valid_from, value, author)
       values ('sender', now() - interval '200 days', 'party', 'change.manager@operator.example'),
              ('sender', now() - interval '80 days', 'role', 'change.manager@operator.example'),
              ('history', now() + interval '30 days', 'hidden', 'change.manager@operator.example')`,
    );
    officer = await portal.addPerson('signer', { [alpha]: 'aro' });
    await pool.query('update person set is_demonstration = true where person_id = $1', [officer.personId]);
    await tellOfTraffic(pool);
    await deliver(pool);
    // of days on which nothing was delivered: there are no partitions for it
    await recordStory(portal, storied);
    await pool.query(
      `insert into attribute_limit (attribute, version, minimum, maximum, valid_from, valid_to, set_at, reference)
       values ('tariff.standing_charge', 1, 0, 1, '-infinity', 'infinity', now() - interval '9 days', 'SR-2026-101')`,
    );
  },
});

/**
 * As a network and a User do that take what there is: requests within a second, a response some seconds after its request,
 * and the cursors where the last of them stands.
 */
async function deliver(pool: TestPortal['database']['pool']): Promise<void> {
  await pool.query(
    `update message_log set recorded_at = recorded_at - interval '4 seconds' where user_id = $1 and direction = 'southbound'`,
    [alpha],
  );
  await pool.query(
    `with taken as (
       select user_id, direction, day, sequence,
              lag(sequence, 1, 0::bigint) over (partition by direction order by sequence) as before,
              recorded_at + case direction when 'southbound' then interval '700 ms' else interval '240 ms' end as at
       from message_log where user_id = $1
     ), told as (
       insert into delivery (user_id, day, direction, from_day, from_sequence, to_day, to_sequence, delivered_at)
       select user_id, day, direction, day, before, day, sequence, at from taken
     )
     insert into stream_cursor (user_id, direction, day, sequence, moved_at)
     select distinct on (direction) user_id, direction, day, sequence, at from taken order by direction, sequence desc
     on conflict (user_id, direction) do update
       set day = excluded.day, sequence = excluded.sequence, moved_at = excluded.moved_at`,
    [alpha],
  );
}

/** A day of traffic, with its two peaks, and what is held of it. */
async function tellOfTraffic(pool: TestPortal['database']['pool']): Promise<void> {
  await pool.query(
    `insert into traffic_count (user_id, bucket, kind, count)
     select $1::macaddr8, date_bin('5 minutes', now(), 'epoch') - n * interval '5 minutes', k.kind,
            (k.share * (900 + 500 * sin(n / 23.0) + 180 * cos(n / 3.0) + 60 * sin(n * n)))::bigint
     from generate_series(0, 287) n, (values ('requests', 1.0), ('responses', 0.97), ('alerts', 0.12)) k(kind, share)
     union all
     select $1, date_bin('5 minutes', now(), 'epoch') - n * interval '5 minutes', 'held', 420 - 60 * n
     from generate_series(0, 5) n
     on conflict (user_id, bucket, kind) do update set count = excluded.count`,
    [alpha],
  );
}

/** Thresholds by a signed file of the officer who then looks at everything, how far they were used, what is held. */
test('what the pages show', async () => {
  const page = await pages.openAs(officer, '/submissions/deliver');
  const text = adtText(
    'all,sent,PT1H,400,500,,,SR-2026-117',
    '4.1.1 4.8.1,sent,PT24H,2000,2500,,,SR-2026-117',
    'alerts,received,PT10M,,100,,,SR-2026-117',
  );
  await chooseFiles(page, text, signAs(pages.portal, text));
  await page.getByText('3 lines, no faults').waitFor();
  await page.getByRole('button', { name: 'Deliver' }).click();
  await page.getByText('It is in force, whole.').waitFor({ timeout: 60_000 });
  await setCounts(pages.portal, [0.2, 0.9, 1]);
  await insertLooks(pages.portal);
  await holdMessages(pages.portal, 3_000);
});

const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true }).waitFor();
const rows = (page: Page, last = 8) => page.getByRole('table').getByRole('row').nth(last).waitFor();
const of = (path: string, ready: Picture['ready'], size?: Picture['size']): Picture => ({
  who: () => officer,
  path: () => path,
  ready,
  ...(size === undefined ? {} : { size }),
});

takePictures(test, pages, {
  overview: of('/overview', (page) =>
    page
      .getByRole('img', { name: /^Messages of the last 24 hours/ })
      .locator('canvas')
      .waitFor(),
  ),
  incidents: of('/incidents', (page) => page.getByRole('row').nth(1).waitFor()),
  incident: of('/incidents', async (page) => {
    await page.getByRole('row').nth(1).getByRole('link').first().click();
    await page.getByRole('table', { name: 'Updates' }).or(page.getByRole('row').nth(1)).first().waitFor();
    await heading(page, 'How it stands');
  }),
  status: of('/status', (page) => page.getByRole('region', { name: 'Services' }).waitFor()),
  messages: of('/messages', rows),
  'messages-filtered': of('/messages?srv=6.2.1', rows),
  'message-life': of('/messages', async (page) => {
    await rows(page);
    await page.getByRole('row').nth(1).getByRole('link').first().click();
    await heading(page, 'Its life');
    await page.getByText('Loading the reason').waitFor({ state: 'detached' });
  }),
  alert: {
    who: () => officer,
    path: () => alert,
    ready: (page) => page.getByText('Likely', { exact: true }).first().waitFor(),
    size: { width: 1280, height: 1400 },
  },
  exports: of('/audit-trail?tab=exports', (page) => rows(page, 3)),
  reports: of('/reports?report=RSMI_001', async (page) => {
    await page.getByRole('button', { name: 'Show the report' }).click();
    await page.getByRole('table', { name: 'RSMI_001' }).waitFor();
  }),
  questions: of('/questions', (page) => page.getByText('Why was this sent?').first().waitFor()),
  device: {
    who: () => officer,
    path: () => `/devices/${meter}`,
    ready: (page) => rows(page, 5),
    size: { width: 1280, height: 1100 },
  },
  'erratic-devices': of('/erratic-devices', (page) => rows(page, 3)),
  'device-timeline': {
    who: () => officer,
    path: () => `/devices/${storied}?tab=timeline&span=31`,
    ready: async (page) => {
      await page.locator('.penstock-plot canvas').waitFor();
      const burst = page.getByRole('article').filter({ hasText: '48 messages' });
      if (!(await burst.getByRole('button', { name: 'Hide details' }).isVisible())) {
        await burst.getByRole('button', { name: 'Show each' }).click();
      }
      await burst.getByText('The newest 10 of 24').first().waitFor();
      // below the head of the page
      const part = page.getByRole('region', { name: 'Timeline' });
      await part.evaluate((box) => box.ownerDocument.defaultView?.scrollBy(0, box.getBoundingClientRect().top - 110));
    },
    size: { width: 1280, height: 1950 },
  },
  'audit-trail-switches': of('/audit-trail?tab=switches', (page) =>
    page.getByRole('region', { name: 'History' }).waitFor(),
  ),
  streams: of('/streams', (page) => page.getByRole('region', { name: /^To you/ }).waitFor()),
  thresholds: of('/thresholds', (page) => page.getByText('Full: the next message is held.').waitFor()),
  'threshold-course': of('/thresholds', async (page) => {
    await page.getByRole('link', { name: 'Course and history' }).nth(1).click();
    await page.locator('.penstock-plot canvas').waitFor();
    await page.getByRole('link', { name: 'Officer 1' }).waitFor();
  }),
  limits: of('/thresholds?view=limits', (page) => rows(page, 1)),
  quarantine: of('/quarantine', (page) => rows(page, 1)),
  'quarantine-event': of(
    `/quarantine/${heldEvent}`,
    async (page) => {
      await page.getByRole('region', { name: 'By service' }).waitFor();
      await page.getByRole('table', { name: 'Held messages' }).getByRole('row').nth(5).waitFor();
    },
    { width: 1280, height: 1700 },
  ),
  'signed-files': of('/submissions', (page) => rows(page, 1)),
  'signed-file': of(
    '/submissions',
    async (page) => {
      await page.getByRole('row').nth(1).getByRole('link').click();
      await page.getByRole('region', { name: 'Its life' }).waitFor();
    },
    { width: 1280, height: 1400 },
  ),
  'deliver-file': of('/submissions/deliver', async (page) => {
    const text = adtText('all,sent,PT1H,400,600,,,', '4.1.1,sent,PT24H,1000,1500,,,');
    await chooseFiles(page, text, signAs(pages.portal, text));
    await page.getByText('2 lines, no faults').waitFor();
  }),
  demonstration: of('/demonstration', async (page) => {
    running = [];
    await page.getByRole('button', { name: 'Start: A flood of requests' }).click();
    await page.getByText(/^Running:/).waitFor();
  }),
  'messages-narrow': of('/messages', (page) => rows(page, 3), { width: 360, height: 720 }),
});
