import { expect, test } from 'vitest';
import { addExports, addQuestions, alert, recordAlerts } from './testing-alerts.ts';
import { adtText, chooseFiles, heldEvent, holdMessages, insertLooks, signAs } from './testing-gate.ts';
import { TestPages } from './testing-pages.ts';
import { alpha, findBarriers, userAddress } from './testing-portal.ts';
import { type ShownPage, walk, walkDialogs } from './testing-states.ts';
import { addErratic, findMeters, recordTitles } from './testing-titles.ts';

// The pages of a User in each of their states.

let meter = '';
const pages = new TestPages({
  prepare: async (portal) => {
    await holdMessages(portal, 30);
    meter = (await findMeters(portal)).own;
    await recordTitles(portal, meter, 20);
    await addErratic(portal);
    await recordAlerts(portal, meter);
    await addQuestions(portal);
  },
});
let file = '';
let threshold = '';
const message = `/messages/${new Date().toISOString().slice(0, 10)}/10`;

test('there is something of everything', async () => {
  const officer = await pages.portal.addPerson('officer', { [alpha]: 'aro' });
  const page = await pages.openAs(officer, '/submissions/deliver');
  const text = adtText('all,sent,PT1H,400,500,,,SR-7');
  await chooseFiles(page, text, signAs(pages.portal, text));
  await page.getByRole('button', { name: 'Deliver' }).click();
  await page.getByText('It is in force, whole.').waitFor({ timeout: 60_000 });
  file = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  await pages.portal.database.pool.query(
    `insert into attribute_limit (attribute, version, maximum, valid_from, valid_to, set_at, reference)
     values ('x', 1, 1, '-infinity', 'infinity', now(), 'SR-1')`,
  );
  const { rows } = await pages.portal.database.pool.query<{ threshold_id: string }>(
    'select threshold_id from threshold where user_id = $1',
    [alpha],
  );
  threshold = String(rows[0]?.threshold_id);
  await insertLooks(pages.portal);
  await addExports(pages.portal);
  await pages.portal.database.pool.query(
    `insert into email_recipient (user_id, fingerprint, address, der, issuer, serial, not_before, not_after)
     values ($1, sha256('mail'), 'officer@user.example', 'x', 'CN=Example', '12', now(), now() + interval '1 year')`,
    [alpha],
  );
  await expect
    .poll(async () => (await pages.portal.database.pool.query('select from incident')).rowCount, { timeout: 60_000 })
    .toBe(1);
});

const table: ShownPage['whole'] = (page) => page.getByRole('row').nth(1);
const shown: Readonly<Record<string, () => ShownPage>> = {
  overview: () => ({
    path: '/overview',
    asks: '/overview',
    whole: (page) => page.getByRole('heading', { name: /need/ }),
    unseen: 'the service as a whole',
  }),
  notices: () => ({
    path: '/notices',
    asks: '/notices',
    whole: (page) => page.getByRole('button', { name: /^Mark as read/ }),
    empty: 'You have read every notice.',
    nothing: { items: [], unread: 0 },
    unseen: 'notices',
  }),
  'who signs': () => ({
    path: '/certificates?tab=signing',
    asks: '/officer-policy',
    whole: (page) => page.getByText('Two officers sign'),
  }),
  'addresses for mails': () => ({
    path: '/certificates?tab=email',
    asks: '/email-recipients',
    whole: (page) => page.getByText('officer@user.example'),
    empty: 'No address is registered yet',
  }),
  messages: () => ({
    path: '/messages',
    asks: '/messages',
    whole: table,
    empty: 'There are no messages yet.',
    unseen: 'the records of messages',
  }),
  'messages that meet conditions': () => ({
    path: '/messages?code=I99',
    asks: '/messages',
    whole: table,
    empty: 'No message meets these conditions.',
  }),
  thresholds: () => ({
    path: '/thresholds',
    asks: '/thresholds',
    whole: (page) => page.getByRole('meter'),
    empty: 'No thresholds are set.',
    unseen: 'thresholds',
  }),
  'the life of a message': () => ({
    path: message,
    asks: message,
    whole: (page) => page.getByRole('region', { name: 'Why' }).getByText(/./).nth(1),
    unseen: 'the records of messages',
  }),
  'why a message passed': () => ({
    path: message,
    asks: `${message}/verdict`,
    whole: (page) => page.getByRole('region', { name: 'Why' }).getByText(/./).nth(1),
  }),
  'the course of a threshold': () => ({
    path: `/thresholds?open=${threshold}`,
    asks: `/thresholds/${threshold}/usage`,
    whole: (page) => page.getByRole('img', { name: /In the period that ended then/ }),
  }),
  limits: () => ({
    path: '/thresholds?view=limits',
    asks: '/limits',
    whole: table,
    empty: 'No limits of values are set.',
  }),
  quarantine: () => ({
    path: '/quarantine',
    asks: '/quarantine/events',
    whole: table,
    empty: 'Nothing is held that needs work.',
    unseen: 'quarantine events',
  }),
  'an event': () => ({
    path: `/quarantine/${heldEvent}`,
    asks: `/quarantine/events/${heldEvent}`,
    whole: (page) => page.getByRole('table', { name: 'Held messages' }),
    unseen: 'quarantine events',
  }),
  'what an event holds': () => ({
    path: `/quarantine/${heldEvent}`,
    asks: `/quarantine/events/${heldEvent}/held`,
    whole: (page) => page.getByRole('table', { name: 'Held messages' }),
    empty: 'No held message meets these conditions.',
  }),
  'signed files': () => ({
    path: '/submissions',
    asks: '/submissions',
    whole: table,
    empty: 'No file was delivered yet.',
    unseen: 'signed files',
  }),
  'a signed file': () => ({
    path: `/submissions/${file}`,
    asks: `/submissions/${file}`,
    whole: (page) => page.getByText('It is in force, whole.'),
    unseen: 'signed files',
  }),
  'the delivery of a file': () => ({
    path: '/submissions/deliver',
    whole: (page) => page.getByText('Your role does not see the delivery of files'),
  }),
  streams: () => ({
    path: '/streams',
    asks: '/streams',
    whole: (page) => page.getByRole('region', { name: /^To you/ }),
    empty: 'There are no streams.',
    unseen: 'streams',
  }),
  'a device with its titles': () => ({
    path: `/devices/${meter}`,
    asks: `/devices/${meter}/titles`,
    whole: (page) => page.getByRole('table', { name: 'Titles' }),
    empty: 'There are no titles yet.',
    unseen: 'devices',
  }),
  'erratic devices': () => ({
    path: '/erratic-devices',
    asks: '/devices/erratic',
    whole: table,
    empty: 'None of the devices is erratic.',
    unseen: 'erratic devices',
  }),
  'a device with its timeline': () => ({
    path: `/devices/${meter}?tab=timeline&span=1`,
    asks: `/devices/${meter}/timeline`,
    whole: (page) => page.getByRole('article').filter({ hasText: 'Event Log Cleared' }),
    empty: 'Nothing happened in this time.',
    nothing: {
      device: meter,
      userId: alpha,
      from: '2026-11-21T10:00:00.000Z',
      to: '2026-11-22T10:00:00.000Z',
      activity: { step: 'hour', items: [] },
      items: [],
    },
    unseen: 'devices',
  }),
  'what a device is': () => ({
    path: `/devices/${meter}?code=E21`,
    asks: `/devices/${meter}`,
    whole: (page) => page.getByRole('region', { name: meter }),
  }),
  'what titles show': () => ({
    path: '/audit-trail',
    asks: '/title-switches',
    whole: (page) => page.getByRole('region', { name: 'History' }),
    unseen: 'the audit trail',
  }),
  'what may have caused an alert': () => ({
    path: alert,
    asks: `${alert}/causes`,
    whole: (page) => page.getByText('Likely', { exact: true }),
  }),
  exports: () => ({
    path: '/audit-trail?tab=exports',
    asks: '/exports',
    whole: table,
    empty: 'No export was asked for.',
    unseen: 'the audit trail',
  }),
  'questions to answer': () => ({
    path: '/questions',
    asks: '/questions',
    whole: (page) => page.getByText('Why was this sent?'),
    empty: 'Nobody has asked you anything.',
    unseen: 'questions',
  }),
  'questions that were asked': () => ({
    path: '/questions?tab=asked',
    asks: '/questions',
    whole: (page) => page.getByText('What was cleared here?'),
    empty: 'You have asked nothing.',
  }),
  incidents: () => ({
    path: '/incidents',
    asks: '/incidents',
    whole: table,
    empty: 'No incident is open.',
    unseen: 'incidents',
  }),
  'the account': () => ({
    path: '/account',
    asks: '/me/account',
    whole: (page) => page.getByRole('heading', { name: 'Passkeys' }),
  }),
  sessions: () => ({
    path: '/account',
    asks: '/me/sessions',
    whole: (page) => page.getByText('(this one)'),
  }),
  'an address without a page': () => ({
    path: '/nowhere',
    whole: (page) => page.getByRole('heading', { name: 'There is nothing at this address' }),
  }),
};

for (const [name, page] of Object.entries(shown)) {
  test(name, () => walk(pages, pages.portal.people.analyst, page()));
}

test('the page that delivers files, before an officer', async () => {
  const aro = pages.portal.people.both;
  const path = userAddress(alpha, '/submissions/deliver');
  const deliver: ShownPage['whole'] = (page) => page.getByRole('button', { name: 'Deliver' });
  await walk(pages, aro, { path, whole: deliver, unseen: 'the delivery of files' });
  // checked, on the narrowest screen: a fault by its line, and what would change
  const page = await pages.openAs(aro, path, { colorScheme: 'dark', viewport: { width: 320, height: 700 } });
  for (const [line, checked] of [
    ['all,sent,PT1H,500,400,,,SR-8', page.getByRole('region', { name: 'Faults by line' })],
    ['all,sent,PT1H,300,500,,,SR-8', page.getByText(/no faults/)],
  ] as const) {
    const text = adtText(line);
    await chooseFiles(page, text, signAs(pages.portal, text));
    await checked.waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await expect.poll(() => pages.beside()).toBe(0);
  }
});

test('dialogs', () =>
  walkDialogs(pages, pages.portal.people.analyst, [
    ['/messages', 'Export all that this view shows', 'Export all…'],
    ['/messages', 'Save this view', 'Saved views', 'Save this view…'],
  ]));
