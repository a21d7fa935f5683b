import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { operatorRoleNameSchema, type PersonRole, personRoleSchema } from '@penstock/api';
import { needsReason, type Right, rightsOf } from '@penstock/platform/rights';
import { insertIncidents } from '@penstock/platform/testing/incidents';
import type { TestPerson } from '@penstock/platform/testing/people';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { addQuestions, alert, recordAlerts } from './testing-alerts.ts';
import { addChanges, type MadeChanges } from './testing-changes.ts';
import { heldEvent, holdMessages } from './testing-gate.ts';
import { TestPages } from './testing-pages.ts';
import { alpha } from './testing-portal.ts';

// Every page as every role: what is there, what is refused by its address, and that what changes something is offered to
// whoever may do it and to nobody else. Who may is the table of rights (foundation/rights.ts).

type Side = 'user' | 'operator';

interface Offer {
  readonly name: string | RegExp;
  readonly right: Right;
  /** Offered to one side only, whatever the other may by the API. */
  readonly only?: Side;
}

interface Address {
  /** By a function where it has an id that is not known yet. */
  readonly path: string | (() => string);
  readonly heading: string;
  /** One of these takes it to see the page; left out: everybody sees it. */
  readonly sees?: readonly Right[];
  /** What the page says to whoever has none of them. */
  readonly refused?: RegExp;
  /** What it asks the Operator's people where the right takes a reason: there they see this heading. */
  readonly gate?: string;
  readonly offers?: readonly Offer[];
}

const file = 'ab'.repeat(32);
const today = new Date().toISOString().slice(0, 10);
const deliver: Offer = { name: 'Check and deliver a file', right: 'submissions.change' };

/** By the paths of the router. */
const pagesOf: Readonly<Record<string, readonly Address[]>> = {
  '/overview': [{ path: '/overview', heading: 'Overview', sees: ['streams.see'] }],
  '/messages': [
    {
      path: '/messages',
      heading: 'Messages',
      sees: ['record.see'],
      refused: /the records of messages/,
      gate: 'Messages',
      offers: [{ name: 'Export all…', right: 'record.see', only: 'user' }],
    },
  ],
  '/streams': [{ path: '/streams', heading: 'Streams', sees: ['streams.see'] }],
  '/thresholds': [{ path: '/thresholds', heading: 'Thresholds', sees: ['thresholds.see'], offers: [deliver] }],
  '/messages/$day/$sequence': [
    {
      path: `/messages/${today}/1`,
      heading: 'Service request',
      sees: ['record.see'],
      refused: /the records of messages/,
      gate: 'Messages',
    },
    {
      path: alert,
      heading: 'Device alert',
      sees: ['record.see'],
      refused: /the records of messages/,
      gate: 'Messages',
      offers: [{ name: 'Ignore it', right: 'alerts.change', only: 'user' }],
    },
  ],
  '/submissions': [{ path: '/submissions', heading: 'Signed files', sees: ['submissions.see'], offers: [deliver] }],
  '/submissions/deliver': [
    {
      path: '/submissions/deliver',
      heading: 'Check and deliver a file',
      sees: ['submissions.change'],
      refused: /the delivery of files/,
      offers: [{ name: 'Deliver', right: 'submissions.change' }],
    },
  ],
  '/submissions/$sha256': [
    {
      path: `/submissions/${file}`,
      heading: 'Action file',
      sees: ['submissions.see'],
      offers: [
        { name: 'Take it back', right: 'submissions.change', only: 'user' },
        { name: 'Save the file as it was delivered', right: 'record.see', only: 'user' },
        // the reason is asked for first
        { name: 'Show the file', right: 'record.see', only: 'operator' },
      ],
    },
  ],
  '/quarantine': [{ path: '/quarantine', heading: 'Quarantine', sees: ['quarantine.see'] }],
  '/quarantine/$event': [
    {
      path: `/quarantine/${heldEvent}`,
      heading: `Event ${heldEvent}`,
      sees: ['quarantine.see'],
      offers: [
        { name: 'Resolve it', right: 'quarantine.change' },
        { name: 'Let it go on', right: 'releases.change' },
        { name: 'Make the draft', right: 'record.see', only: 'user' },
        { name: 'Show the held messages', right: 'record.see', only: 'operator' },
      ],
    },
  ],
  '/changes': [
    {
      path: '/changes',
      heading: 'Changes',
      sees: ['changes.see'],
      refused: /changes/,
      offers: [
        { name: 'New change', right: 'changes.change' },
        { name: 'Bring in a file', right: 'changes.change' },
      ],
    },
  ],
  '/changes/calendar': [
    { path: '/changes/calendar?by=services', heading: 'Changes', sees: ['changes.see'], refused: /changes/ },
  ],
  '/changes/schedule': [{ path: '/changes/schedule', heading: 'Changes', sees: ['changes.see'], refused: /changes/ }],
  '/changes/limits': [
    {
      path: '/changes/limits',
      heading: 'Changes',
      sees: ['calendar.see'],
      refused: /limits/,
      offers: [
        { name: 'Change the limits', right: 'calendar.change' },
        { name: 'Change the targets', right: 'calendar.change' },
        { name: 'Plan one', right: 'calendar.change' },
        { name: 'Withdraw', right: 'calendar.change' },
      ],
    },
  ],
  '/changes/new': [
    { path: '/changes/new', heading: 'New change', sees: ['changes.change'], refused: /the making of changes/ },
  ],
  '/changes/intake': [
    {
      path: '/changes/intake',
      heading: 'Bring in changes',
      sees: ['changes.change'],
      refused: /the making of changes/,
    },
  ],
  '/changes/$change/edit': [
    {
      path: () => `/changes/${made.maintenance}/edit`,
      heading: 'Edit a change',
      sees: ['changes.change'],
      refused: /the editing of changes/,
    },
  ],
  '/changes/$change': [
    {
      path: () => `/changes/${made.maintenance}`,
      heading: 'Database of the gateway moves to new hosts',
      sees: ['changes.see'],
      refused: /changes/,
      offers: [{ name: 'Edit', right: 'changes.change', only: 'operator' }],
    },
  ],
  '/incidents': [
    {
      path: '/incidents',
      heading: 'Incidents',
      sees: ['incidents.see'],
      offers: [{ name: 'Raise an incident', right: 'incidents.change' }],
    },
  ],
  '/incidents/$incident': [
    {
      path: '/incidents/INC-200001',
      heading: 'Nothing comes',
      sees: ['incidents.see'],
      offers: [
        { name: 'Escalate', right: 'incidents.change' },
        { name: 'Put on the status page', right: 'incidents.change', only: 'operator' },
        { name: 'Write it', right: 'incidents.change' },
      ],
    },
  ],
  '/status': [
    {
      path: '/status',
      heading: 'Status',
      sees: ['status.see'],
      offers: [{ name: 'Subscribe', right: 'status.change', only: 'user' }],
    },
  ],
  '/notices': [{ path: '/notices', heading: 'Notices', sees: ['quarantine.see'] }],
  '/account': [{ path: '/account', heading: 'Your account' }],
  '/told': [
    {
      path: '/told',
      heading: 'How I am told',
      offers: [
        { name: 'Make a calendar link', right: 'feeds.change' },
        { name: 'Set up a webhook', right: 'webhooks.change' },
      ],
    },
  ],
  '/people': [
    {
      path: '/people',
      heading: 'People',
      sees: ['people.see', 'activity.see', 'readings.see'],
      refused: /people/,
      offers: [{ name: 'Invite somebody', right: 'people.change' }],
    },
    {
      path: '/people?tab=approvals',
      heading: 'People',
      sees: ['people.see'],
      refused: /people/,
      offers: [{ name: 'Ask no second administrator', right: 'people.change' }],
    },
  ],
  '/certificates': [
    {
      path: '/certificates',
      heading: 'Certificates',
      sees: ['certificates.see'],
      offers: [
        { name: 'Register a certificate', right: 'certificates.change' },
        { name: /^Revoke/, right: 'certificates.change' },
      ],
    },
    {
      path: '/certificates?tab=officers',
      heading: 'Certificates',
      sees: ['officers.see'],
      offers: [
        { name: 'Register an officer', right: 'officers.change' },
        { name: /^Revoke/, right: 'officers.change' },
      ],
    },
  ],
  '/ways': [
    {
      path: '/ways',
      heading: 'Ways of delivery',
      sees: ['ways.see'],
      offers: [
        { name: 'Declare an outage', right: 'outages.change' },
        { name: 'Change the ways', right: 'ways.change' },
        { name: 'Report an outage', right: 'reports.change', only: 'user' },
      ],
    },
  ],
  '/directory': [
    {
      path: '/directory',
      heading: 'Parties and User IDs',
      sees: ['directory.see'],
      offers: [
        { name: 'Add a Party', right: 'directory.change' },
        { name: /^Change/, right: 'directory.change' },
      ],
    },
    {
      path: '/directory?tab=user-ids',
      heading: 'Parties and User IDs',
      sees: ['directory.see'],
      offers: [{ name: 'Add a User ID', right: 'directory.change' }],
    },
  ],
  '/audit-trail': [
    { path: '/audit-trail', heading: 'Audit trail', sees: ['lookups.see', 'switches.see'] },
    {
      path: '/audit-trail?tab=switches',
      heading: 'Audit trail',
      sees: ['switches.see'],
      offers: [{ name: /^Change/, right: 'switches.change' }],
    },
    // to whoever does not see the record it shows the first of what it has
    { path: '/audit-trail?tab=exports', heading: 'Audit trail', sees: ['switches.see'] },
  ],
  '/reports': [
    {
      path: '/reports?report=RSMI_001',
      heading: 'Reports',
      sees: ['devices.see'],
      refused: /reports/,
      offers: [{ name: 'Show the report', right: 'devices.see' }],
    },
    {
      path: '/reports?report=RSAT_001',
      heading: 'Reports',
      sees: ['devices.see'],
      offers: [{ name: 'Go on to the report', right: 'record.see', only: 'operator' }],
    },
  ],
  '/questions': [
    {
      path: '/questions',
      heading: 'Questions',
      sees: ['questions.see'],
      // those that were put to the Operator are none
      offers: [{ name: /^Decline/, right: 'questions.change', only: 'user' }],
    },
  ],
  '/devices': [{ path: '/devices', heading: 'Devices', sees: ['devices.see'] }],
  '/erratic-devices': [
    {
      path: '/erratic-devices',
      heading: 'Erratic devices',
      sees: ['titles.see'],
      gate: 'Erratic devices',
      offers: [{ name: 'Show the devices', right: 'titles.see', only: 'operator' }],
    },
  ],
  '/devices/$device': [
    {
      path: '/devices/00-DB-12-34-56-78-00-07',
      heading: 'Device',
      sees: ['devices.see', 'titles.see'],
      gate: 'Device',
      offers: [{ name: 'Show the titles', right: 'titles.see', only: 'operator' }],
    },
  ],
};
/** Pages that no role decides on: where one is led on from, for whoever is not signed in, the demonstration's people's. */
const ofNoRole = ['/', '/invitation', '/sign-in/$provider', '/demonstration'];

const pathOf = ({ path }: Address) => (typeof path === 'string' ? path : path());

let made: MadeChanges;
const people = {} as Record<PersonRole, TestPerson>;
const pages = new TestPages({
  prepare: async (portal) => {
    for (const role of personRoleSchema.options) {
      const acting = operatorRoleNameSchema.safeParse(role).success ? 'operator' : alpha;
      people[role] = await portal.addPerson(`as-${role.replaceAll('_', '-')}`, { [acting]: role });
    }
    await holdMessages(portal, 3);
    await recordAlerts(portal, '00-DB-12-34-56-78-00-07');
    await addQuestions(portal);
    made = await addChanges(portal);
    const { pool } = portal.database;
    await insertIncidents(pool, [{ userId: alpha, incident: 'INC-200001', title: 'Nothing comes' }]);
    await pool.query(
      `with chunk as (
         insert into submission_chunk (user_id, upload, number, bytes)
         values ($1, gen_random_uuid(), 0, 'action') returning upload
       ), decided as (
         insert into event_decision (user_id, event, submission, decided) values ($1, $2, decode($3, 'hex'), 1)
       ), release as (
         insert into release (user_id, submission, state, paused_by, next_at, decided, started_at)
         values ($1, decode($3, 'hex'), 'paused', 'Operator', now(), 1, now())
       )
       insert into submission (user_id, sha256, upload, size, received_at, state, changed_at, kind, reference)
       select $1, decode($3, 'hex'), upload, 6, now(), 'awaiting_second_officer', now(), 'actions', 'SR-1' from chunk`,
      [alpha, heldEvent, file],
    );
  },
});

test('every page of the router is named above', () => {
  const router = readFileSync(join(import.meta.dirname, '../src/app/router.tsx'), 'utf8');
  const paths = [...router.matchAll(/^ {2}path: '([^']+)',$/gm)].map(([, path]) => path);
  expect(paths.length).toBe((router.match(/createRoute\(/g) ?? []).length);
  expect([...Object.keys(pagesOf), ...ofNoRole].sort()).toEqual(paths.sort());
});

/** As a link of the page leads there: what is loaded stays. */
const follow = (page: Page, address: string) => page.evaluate(`history.pushState({}, '', ${JSON.stringify(address)})`);

function addressFor(path: string, side: Side): string {
  if (side === 'user') return path;
  return `${path}${path.includes('?') ? '&' : '?'}user=${encodeURIComponent(alpha)}`;
}

for (const role of personRoleSchema.options) {
  const side: Side = operatorRoleNameSchema.safeParse(role).success ? 'operator' : 'user';
  const may = rightsOf(role);
  test(role.replaceAll('_', ' '), async () => {
    const page = await pages.openAs(people[role], '/account');
    await pages.heading('Your account').waitFor();
    const main = page.getByRole('main');
    const refused = Object.values(pagesOf)
      .flat()
      .filter(({ sees }) => sees !== undefined && !sees.some((right) => may.has(right)));
    for (const address of Object.values(pagesOf).flat()) {
      const { heading, sees, gate, offers = [] } = address;
      const path = pathOf(address);
      if (refused.includes(address)) continue;
      await follow(page, addressFor(path, side));
      const isGated = gate !== undefined && sees?.some((right) => needsReason(role, right)) === true;
      await main.getByRole('heading', { level: 1, name: isGated ? gate : heading, exact: true }).waitFor();
      if (isGated) await main.getByLabel('Why').waitFor();
      await expect.poll(() => main.getByText(/^Loading /).count()).toBe(0);
      expect([
        path,
        await main
          .getByText('Your role does not see')
          .filter({ hasNotText: /lines of|see messages;/ })
          .count(),
      ]).toEqual([path, 0]);
      for (const { name, right, only } of offers) {
        const offered = main.getByRole('button', { name }).or(main.getByRole('link', { name }));
        if (may.has(right) && (only === undefined || only === side)) await offered.first().waitFor();
        else expect([path, String(name), await offered.count()]).toEqual([path, String(name), 0]);
      }
    }
    for (const address of refused) {
      const { refused: words = /./, offers = [] } = address;
      const path = pathOf(address);
      await page.goto(addressFor(path, side));
      await main.getByText('Your role does not see').filter({ hasText: words }).waitFor();
      for (const { name } of offers) {
        expect([path, String(name), await main.getByRole('button', { name }).count()]).toEqual([path, String(name), 0]);
      }
    }
  });
}
