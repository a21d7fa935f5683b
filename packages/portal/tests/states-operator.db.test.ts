import { createHash } from 'node:crypto';
import type { TestPerson } from '@penstock/platform/testing/people';
import { test } from 'vitest';
import { TestPages } from './testing-pages.ts';
import { alpha } from './testing-portal.ts';
import { type ShownPage, walk, walkDialogs } from './testing-states.ts';

// The pages of the Operator's people in each of their states, and the demonstration's.

const people = {} as Record<'administrator' | 'security' | 'desk', TestPerson>;
let meter = '';
const stopped = createHash('sha256').update('a file').digest('hex');
const pages = new TestPages({
  demonstration: { state: () => ({ running: [] }), set: async () => undefined, rehearse: () => undefined },
  prepare: async (portal) => {
    people.administrator = await portal.addPerson('chief', { operator: 'operator_administrator' });
    people.security = await portal.addPerson('sec', { operator: 'security' });
    people.desk = portal.people.desk;
    const { pool } = portal.database;
    await pool.query('update person set is_demonstration = true where person_id = $1', [people.administrator.personId]);
    await pool.query(
      `insert into invitation (token_sha256, kind, email, name, acting, role, made_as, made_at, expires_at)
       values (sha256('a link'), 'invitation', 'newcomer@people.example', 'Newcomer', $1, 'aro', 'operator', now(), now() + interval '72 hours')`,
      [alpha],
    );
    await pool.query(
      `insert into approval (kind, acting, person_id, email, name, role, asked_by, asked_by_email, asked_as, asked_at, expires_at)
       select 'role', 'operator', $1, 'desk@people.example', 'desk', 'security', person_id, email, 'operator', now(),
              now() + interval '72 hours'
       from person where person_id = $2`,
      [portal.people.desk.personId, people.administrator.personId],
    );
    await pool.query(
      `insert into ssh_key (user_id, fingerprint, algorithm, key, name)
       values ($1, sha256('a key'), 'ssh-ed25519', 'a key', 'billing-1')`,
      [alpha],
    );
    await pool.query(
      `insert into email_recipient (user_id, fingerprint, address, der, issuer, serial, not_before, not_after)
       values ($1, sha256('mail'), 'officer@user.example', 'x', 'CN=Example', '12', now(), now() + interval '1 year')`,
      [alpha],
    );
    await pool.query(
      `insert into record_reading (user_id, read_at, person_id, email, role, reason, what)
       values ($1, now(), $2, 'desk@people.example', 'service_desk', 'Call 4711: refused', 'messages')`,
      [alpha, portal.people.desk.personId],
    );
    await pool.query(
      `insert into title_reading (user_id, day, read_at, device, what, side, email, role, is_refused, times)
       select $1, (now() at time zone 'UTC')::date, now(), device, 'code=E21', 'operator', 'desk@people.example', 'service_desk',
              is_refused, 12
       from (values ('00-DB-12-34-56-78-00-01'::macaddr8, false), ('00-DB-12-34-56-78-00-01', true), (null, true)) t(device, is_refused)`,
      [alpha],
    );
    await pool.query(
      `insert into submission (user_id, sha256, size, received_at, state, changed_at, kind, reference, failure)
       values ($1, sha256('a file'), 120, now(), 'needs_operator', now(), 'adt', 'SR-1', 'the disk is read-only')`,
      [alpha],
    );
    const { rows } = await pool.query<{ meter: string }>(
      `select upper(replace(device::text, ':', '-')) as meter from device where kind = 'ESME' order by device limit 1`,
    );
    meter = rows[0]?.meter ?? '';
  },
});

const table: ShownPage['whole'] = (page) => page.getByRole('row').nth(1);
const shown: Readonly<Record<string, () => ShownPage & { as?: keyof typeof people }>> = {
  overview: () => ({
    path: '/overview',
    asks: '/overview',
    whole: (page) => page.getByText('The service of all Users'),
    unseen: 'the service as a whole',
  }),
  'whose record': () => ({
    as: 'desk',
    path: '/messages',
    whole: (page) => page.getByRole('combobox', { name: 'Whose record' }),
  }),
  streams: () => ({ path: '/streams', asks: '/streams', whole: (page) => page.getByRole('region', { name: /^To / }) }),
  incidents: () => ({
    path: '/incidents?state=all',
    asks: '/incidents',
    whole: (page) => page.getByText('There is no incident here.'),
  }),
  devices: () => ({
    path: `/devices?find=${meter}`,
    asks: `/devices/${meter}`,
    whole: (page) => page.getByRole('region', { name: meter }),
    unseen: 'devices',
  }),
  people: () => ({
    path: '/people',
    asks: '/people',
    whole: table,
    empty: 'Nobody acts here yet.',
    unseen: 'people',
  }),
  invitations: () => ({
    path: '/people?tab=invitations',
    asks: '/people/invitations',
    whole: table,
    empty: 'No invitation is open.',
  }),
  approvals: () => ({
    path: '/people?tab=approvals',
    asks: '/people/approvals',
    whole: table,
    empty: 'Nothing waits for a second administrator.',
  }),
  'who approves': () => ({
    path: '/people?tab=approvals',
    asks: '/people/second-administrator',
    whole: (page) => page.getByRole('region', { name: 'A second administrator' }),
  }),
  activity: () => ({
    path: '/people?tab=activity',
    asks: '/people-activity',
    whole: table,
    empty: 'Nothing was done yet.',
  }),
  readings: () => ({
    as: 'security',
    path: '/people?tab=readings',
    asks: '/record-readings',
    whole: table,
    empty: 'Nobody of the Operator has read a record.',
  }),
  'who looked at titles': () => ({
    path: '/audit-trail',
    asks: '/title-readings',
    whole: table,
    empty: 'Nobody has looked at titles.',
    unseen: 'the audit trail',
  }),
  'a person': () => ({
    path: `/people?person=${pages.portal.people.desk.personId}`,
    whole: (page) => page.getByRole('dialog', { name: 'desk' }),
  }),
  'an invitation': () => ({
    path: '/people?person=new',
    whole: (page) => page.getByRole('dialog', { name: 'Invite somebody' }),
  }),
  certificates: () => ({
    path: '/certificates',
    asks: '/certificates',
    whole: table,
    empty: 'No certificate is registered yet',
    unseen: 'certificates',
  }),
  officers: () => ({
    path: '/certificates?tab=officers',
    asks: '/officers',
    whole: table,
    empty: 'No officer is registered yet',
  }),
  'SSH keys': () => ({
    path: '/certificates?tab=ssh-keys',
    asks: '/ssh-keys',
    whole: table,
    empty: 'No SSH key is registered yet',
  }),
  parties: () => ({
    path: '/directory',
    asks: '/parties',
    whole: table,
    empty: 'There are no Parties yet.',
    unseen: 'Parties',
  }),
  'User IDs': () => ({
    path: '/directory?tab=user-ids',
    asks: '/user-ids',
    whole: table,
    empty: 'There are no User IDs yet.',
  }),
  'files that wait for the Operator': () => ({
    path: '/submissions?list=stopped',
    asks: '/submissions/needing-operator',
    whole: table,
    empty: 'No file waits for the Operator.',
  }),
  'a file that waits for the Operator': () => ({
    as: 'security',
    path: `/submissions/${stopped}?user=${encodeURIComponent(alpha)}`,
    whole: (page) => page.getByRole('button', { name: 'Try it again' }),
  }),
  'the demonstration': () => ({
    path: '/demonstration',
    asks: '/demonstration',
    whole: (page) => page.getByRole('region', { name: 'A flood of requests' }),
  }),
};

for (const [name, page] of Object.entries(shown)) {
  test(name, () => {
    const { as = 'administrator', ...of } = page();
    return walk(pages, people[as], of);
  });
}

test('dialogs', () =>
  walkDialogs(pages, people.administrator, [
    ['/people?tab=approvals', 'Take it back?', /^Take it back/],
    ['/certificates', 'Register a certificate', 'Register a certificate'],
    ['/certificates', 'Renew a certificate', /^Renew/],
    ['/certificates', 'Role of a machine', /^Role/],
    ['/certificates', 'Revoke this certificate?', /^Revoke/],
    ['/certificates?tab=officers', 'Register an officer', 'Register an officer'],
    ['/certificates?tab=officers', 'Revoke this officer’s certificate?', /^Revoke/],
    ['/certificates?tab=ssh-keys', 'Register an SSH key', 'Register an SSH key'],
    ['/certificates?tab=ssh-keys', 'Revoke this SSH key?', /^Revoke/],
    ['/certificates?tab=email', 'Register an address', 'Register an address'],
    ['/certificates?tab=email', 'Revoke this address?', /^Revoke/],
    [`/certificates?tab=signing&user=${alpha}`, `Who signs for ${alpha}`, 'Change the rule'],
    ['/directory', 'Add a Party', 'Add a Party'],
    ['/directory', /^Change /, /^Change/],
    ['/directory?tab=user-ids', 'Add a User ID', 'Add a User ID'],
    ['/directory?tab=user-ids', 'Change a User ID', /^Change/],
    ['/audit-trail?tab=switches', /./, /^Change/],
    [`/people?person=${pages.portal.people.planner.personId}`, /Suspend/, 'Suspend'],
    [`/people?person=${pages.portal.people.analyst.personId}`, /Reset/, 'Reset the sign-in'],
  ]));
