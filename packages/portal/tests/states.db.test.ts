import { insertIncidents } from '@penstock/platform/testing/incidents';
import { expect, test } from 'vitest';
import { addExports, addQuestions, alert, recordAlerts } from './testing-alerts.ts';
import { addChanges, dayFromNow, type MadeChanges } from './testing-changes.ts';
import { adtText, chooseFiles, heldEvent, holdMessages, insertLooks, signAs } from './testing-gate.ts';
import { TestPages } from './testing-pages.ts';
import { alpha, findBarriers, userAddress } from './testing-portal.ts';
import { type ShownPage, walk, walkDialogs } from './testing-states.ts';
import { addTalk, type MadeTalk } from './testing-talk.ts';
import { addErratic, findMeters, recordTitles } from './testing-titles.ts';

// The pages of a User in each of their states.

let meter = '';
let made: MadeChanges;
let talk: MadeTalk;
const pages = new TestPages({
  prepare: async (portal) => {
    await holdMessages(portal, 30);
    meter = (await findMeters(portal)).own;
    await recordTitles(portal, meter, 20);
    await addErratic(portal);
    await recordAlerts(portal, meter);
    await addQuestions(portal);
    made = await addChanges(portal);
    talk = await addTalk(portal, made);
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
  await insertIncidents(pages.portal.database.pool, [
    { userId: alpha, incident: 'INC-200001', title: 'Responses do not come', words: 'Since nine.' },
  ]);
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
  'an incident': () => ({
    path: '/incidents/INC-200001',
    asks: '/incidents/INC-200001',
    whole: (page) => page.getByText('Platform').first(),
    unseen: 'incidents',
  }),
  'the changes of an incident': () => ({
    path: '/incidents/INC-200001?tab=changes',
    asks: '/incidents/INC-200001/changes',
    whole: (page) => page.getByText('No work that you see is at risk.'),
    empty: 'No change that you see overlaps it.',
    nothing: { overlaps: [], isCut: false, atRisk: [] },
  }),
  status: () => ({
    path: '/status',
    asks: '/status',
    whole: (page) => page.getByRole('region', { name: 'Services' }),
    unseen: 'the status page',
  }),
  'the account': () => ({
    path: '/account',
    asks: '/me/account',
    whole: (page) => page.getByRole('heading', { name: 'Passkeys' }),
  }),
  changes: () => ({
    path: '/changes',
    asks: '/changes',
    whole: table,
    empty: 'No change is planned.',
    unseen: 'changes',
  }),
  'a change': () => ({
    path: `/changes/${made.firewall}`,
    asks: `/changes/${made.firewall}`,
    whole: (page) => page.getByRole('region', { name: 'What it affects' }),
    unseen: 'changes',
  }),
  'a change of which an outline is shared': () => ({
    path: `/changes/${made.outline}`,
    whole: (page) => page.getByRole('heading', { name: 'A change of a Supplier' }),
  }),
  'the clashes of a change': () => ({
    path: `/changes/${made.firewall}?tab=clashes`,
    asks: `/changes/${made.firewall}/clashes`,
    whole: (page) => page.getByText('A change that is not shared with you', { exact: false }),
    empty: 'Nothing is in its way.',
    nothing: { clashes: [], warnings: [] },
  }),
  'the attachments of a change': () => ({
    path: `/changes/${made.firewall}?tab=attachments`,
    asks: `/changes/${made.firewall}/attachments`,
    whole: (page) => page.getByText('Wrong plan.pdf'),
    empty: 'Nothing is attached.',
  }),
  'the consultation on a change': () => ({
    path: `/changes/${talk.consulted}?tab=consultation`,
    asks: `/changes/${talk.consulted}/consultation`,
    whole: (page) => page.getByText('Then it is a Saturday.'),
    empty: 'There is no consultation.',
    nothing: { state: 'none', words: 'There is no consultation.', testing: { isOffered: false, joining: [] } },
  }),
  'the comments on a change': () => ({
    path: `/changes/${talk.consulted}?tab=consultation`,
    asks: `/changes/${talk.consulted}/comments`,
    whole: (page) => page.getByText('Then it is a Saturday.'),
    empty: 'There is no comment that you may see.',
  }),
  'the mediation of a clash': () => ({
    path: `/changes/${made.firewall}?tab=mediation`,
    asks: '/changes/mediations',
    whole: (page) => page.getByText('Then we begin at 22:00.'),
    empty: 'No clash of this change is mediated.',
  }),
  'the limits of a change': () => ({
    path: `/changes/${made.firewall}?tab=limits`,
    asks: `/changes/${made.firewall}/clashes`,
    whole: (page) => page.getByText('It keeps every limit.'),
  }),
  'the history of a change': () => ({
    path: `/changes/${made.firewall}?tab=history`,
    asks: `/changes/${made.firewall}/history`,
    whole: (page) => page.getByText('As it was first saved.'),
  }),
  'who used a change': () => ({
    path: `/changes/${made.firewall}?tab=uses`,
    asks: `/changes/${made.firewall}/uses`,
    whole: table,
    empty: 'Nobody used it.',
  }),
  'the month of changes': () => ({
    path: '/changes/calendar',
    asks: '/changes',
    whole: (page) =>
      page.getByRole('grid', { name: 'Month' }).or(page.getByRole('list').filter({ hasText: 'goes on' })),
    empty: 'No change is planned in this time.',
    unseen: 'changes',
  }),
  'the week of changes': () => ({
    path: `/changes/calendar?by=week&day=${dayFromNow(3)}`,
    whole: (page) => page.getByRole('link', { name: /New firewall rules/ }),
  }),
  'changes by service': () => ({
    path: `/changes/calendar?by=services&day=${dayFromNow(3)}`,
    whole: (page) => page.getByRole('link', { name: /New firewall rules/ }),
  }),
  'the schedule of a month': () => ({
    path: `/changes/schedule?month=${dayFromNow(3).slice(0, 7)}`,
    asks: `/changes/schedule/${dayFromNow(3).slice(0, 7)}`,
    whole: (page) => page.getByRole('article'),
    empty: 'No Planned Maintenance is announced for this month.',
    nothing: { month: '2026-12', asOf: '2026-11-22T10:00:00Z', words: '0 h', items: [] },
    unseen: 'changes',
  }),
  'limits on changes': () => ({
    path: '/changes/limits',
    asks: '/changes/limits',
    whole: (page) => page.getByText('Hours of Planned Maintenance a month'),
    unseen: 'limits on changes',
  }),
  'a new change': () => ({
    path: '/changes/new',
    whole: (page) => page.getByRole('combobox', { name: 'Begin with a template' }),
    unseen: 'the making of changes',
  }),
  'a change that is edited': () => ({
    path: `/changes/${made.firewall}/edit`,
    asks: `/changes/${made.firewall}`,
    whole: (page) => page.getByRole('region', { name: 'What other Users would see' }),
    unseen: 'the editing of changes',
  }),
  'a file of changes': () => ({
    path: '/changes/intake',
    whole: (page) => page.getByRole('button', { name: 'Bring it in' }),
    unseen: 'the making of changes',
  }),
  sessions: () => ({
    path: '/account',
    asks: '/me/sessions',
    whole: (page) => page.getByText('(this one)'),
  }),
  'choices of notices': () => ({
    path: '/told',
    asks: '/notice-choices',
    whole: (page) => page.getByRole('table', { name: 'How you are told of each kind of notice' }),
  }),
  'calendar links': () => ({
    path: '/told',
    asks: '/feeds',
    whole: (page) => page.getByText('You have no calendar link yet.'),
  }),
  webhooks: () => ({
    path: '/told',
    asks: '/webhooks',
    whole: (page) => page.getByText('There is no webhook yet.'),
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
    await pages.fits();
  }
});

test('dialogs', () =>
  walkDialogs(pages, pages.portal.people.analyst, [
    ['/messages', 'Export all that this view shows', 'Export all…'],
    ['/messages', 'Save this view', 'Saved views', 'Save this view…'],
    [`/changes/${talk.consulted}?tab=consultation`, 'Comment on this change', 'Comment'],
    [`/changes/${talk.consulted}?tab=consultation`, 'Join testing', 'Ask to join testing'],
    [`/changes/${made.firewall}?tab=mediation`, 'Write a message', 'Write a message'],
    [`/changes/${made.firewall}?tab=attachments`, 'Remove this file?', 'Remove Plan of both sites.pdf'],
  ]));

test('dialogs of the Operator about changes', () =>
  walkDialogs(pages, pages.portal.people.planner, [
    [`/changes/${talk.consulted}?tab=consultation`, 'Answer the comment', 'Answer '],
    [`/changes/${made.firewall}?tab=mediation`, 'Mediate a clash', 'Mediate a clash'],
    [`/changes/${made.firewall}?tab=mediation`, 'Write a message', 'Write a message'],
    [`/changes/${made.firewall}?tab=mediation`, 'Close the mediation', 'Close the mediation'],
  ]));
