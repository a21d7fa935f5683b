import { noBrowser } from '@penstock/platform/testing/chromium';
import type { TestPerson } from '@penstock/platform/testing/people';
import { beforeAll, expect, test } from 'vitest';
import { TestPages } from './testing-pages.ts';
import { type Picture, takePictures } from './testing-pictures.ts';
import { alpha } from './testing-portal.ts';

// `npm run screenshots`, as screenshots.test.ts: the pages of people, certificates, Parties and devices, and those before
// somebody is signed in.

const token = 'x'.repeat(43);
const people = {} as Record<'administrator' | 'fresh' | 'leaving' | 'security', TestPerson>;
let meter = '';

beforeAll(() => expect(noBrowser).toBeUndefined());
const pages = new TestPages({
  prepare: async (portal) => {
    const { pool } = portal.database;
    people.administrator = await portal.addPerson('administrator', { operator: 'operator_administrator' });
    people.fresh = await portal.addPerson('new', { [alpha]: 'read_only' }, false);
    people.leaving = await portal.addPerson('leaving', { [alpha]: 'analyst' });
    await portal.addPerson('reader', { [alpha]: 'user_administrator' });
    people.security = await portal.addPerson('officer', { [alpha]: 'aro', operator: 'security' });
    await portal.addPerson('deputy', { operator: 'operator_administrator' });
    await pool.query(
      `insert into approval (kind, acting, person_id, email, name, role, asked_by, asked_by_email, asked_as, asked_at, expires_at)
       select w.kind, 'operator', s.person_id, s.email, s.name, w.role, a.person_id, a.email, 'operator', now() - w.ago,
              now() - w.ago + interval '72 hours'
       from (values ('role', 'security', 'leaving', 'deputy', interval '20 minutes'),
                    ('reset', null, 'planner', 'administrator', interval '3 hours')) w(kind, role, subject, asker, ago)
       join person s on s.name = w.subject join person a on a.name = w.asker`,
    );
    await pool.query(
      `insert into invitation (token_sha256, kind, email, name, acting, role, made_as, made_at, expires_at)
       values (sha256($1), 'invitation', 'newcomer@supplier.example', 'Newcomer', $2, 'aro', 'operator', now(), now() + interval '72 hours')`,
      [token, alpha],
    );
    await pool.query(
      `insert into record_reading (user_id, read_at, person_id, email, role, reason, what)
       values ($1, now() - interval '20 minutes', $2, $3, 'service_desk', 'Call 4711: requests are refused', 'messages')`,
      [alpha, portal.people.desk.personId, portal.people.desk.email],
    );
    await pool.query(
      `insert into title_reading (user_id, day, read_at, device, what, side, email, role, is_refused, times)
       select $1, (now() at time zone 'UTC')::date, now() - n * interval '7 minutes', ('00-DB-12-34-56-78-90-0' || n)::macaddr8,
              (array['', 'code=E21', 'export kind=response'])[n % 3 + 1],
              (array['user', 'operator'])[n % 2 + 1], (array['analyst@supplier.example', 'desk@operator.example'])[n % 2 + 1],
              (array['analyst', 'service_desk'])[n % 2 + 1], n in (2, 6), case n when 2 then 31 else 1 end
       from generate_series(1, 7) n`,
      [alpha],
    );
    await pool.query(
      `update certificate set not_after = now() + interval '12 days 1 hour' where user_id = $1 and purpose = 'transport'`,
      [alpha],
    );
    await pool.query(
      `insert into email_recipient (user_id, fingerprint, address, der, issuer, serial, not_before, not_after)
       values ($1, sha256('mail'), 'ann.officer@supplier.example', 'x', 'CN=Supplier Mail CA', '4711', now(), now() + interval '1 year')`,
      [alpha],
    );
    const told = [
      [
        'held',
        '20261122000000000001',
        '812 held, 0 deleted: threshold 1 version 3: more than 500 of 4.1.1 sent in PT1H',
        812,
      ],
      [
        'submission',
        'ab12'.repeat(16),
        'the ADT File of SR-20261122-4f was applied: 4.1.1: quarantine 800 -> 500 an hour',
        0,
      ],
      ['way', 'https', 'An outage of the portal or the API (HTTPS) is declared: use SFTP or e-mail', 0],
      ['delivery', 'sftp', 'late.csv was not taken in by SFTP: the file that it is over is not there', 0],
    ] as const;
    for (const [minutes, notice] of told.entries()) {
      await pool.query(
        `insert into notice (user_id, noticed_at, kind, about, words, count)
         values ($1, now() - make_interval(mins => 20 - 5 * $2), $3, $4, $5, $6)`,
        [alpha, minutes, ...notice],
      );
    }
    await pool.query(`insert into notice_reader values ($1, $2, now() - interval '12 minutes')`, [
      alpha,
      portal.people.analyst.personId,
    ]);
    const { rows } = await pool.query<{ meter: string }>(
      `select upper(replace(device::text, ':', '-')) as meter from device where kind = 'ESME' order by device limit 1`,
    );
    meter = rows[0]?.meter ?? '';
  },
});

const ofAdministrator = (path: string, ready: Picture['ready']): Picture => ({
  who: () => people.administrator,
  path: () => path,
  ready,
});
const table: Picture['ready'] = (page) => page.getByRole('table').waitFor();

const pictures: Readonly<Record<string, Picture>> = {
  'sign-in': {
    path: () => '/',
    ready: (page) => page.getByRole('heading', { name: 'Sign in', exact: true }).waitFor(),
  },
  'second-factor': {
    path: () => '/',
    ready: async (page) => {
      await page.getByLabel('E-mail address').fill(people.fresh.email);
      await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByRole('img', { name: /QR code/ }).waitFor();
    },
  },
  'sign-in-refused': {
    path: () => '/',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByRole('alert').waitFor();
    },
  },
  'choose-for-whom': {
    who: () => pages.portal.people.both,
    path: () => '/overview',
    ready: (page) => page.getByRole('heading', { name: 'For whom do you act?' }).waitFor(),
  },
  'session-ended': {
    who: () => people.leaving,
    path: () => '/messages',
    ready: async (page) => {
      await page.getByRole('table').waitFor();
      await page.route('**/api/v1/messages*', (route) =>
        route.fulfill({
          status: 401,
          contentType: 'application/problem+json',
          body: JSON.stringify({
            type: 'about:blank',
            title: 'It is not known who is asking.',
            status: 401,
            code: 'access.unauthenticated',
            action: 'Sign in.',
          }),
        }),
      );
      // what asks by itself may have brought the dialog already, and the button is behind it then
      await page.getByRole('button', { name: 'Export as CSV', includeHidden: true }).dispatchEvent('click');
      await page.getByRole('dialog').waitFor();
    },
  },
  invitation: {
    path: () => `/invitation#${token}`,
    ready: (page) => page.getByRole('heading', { name: 'Set a password' }).waitFor(),
  },
  account: {
    who: () => pages.portal.people.analyst,
    path: () => '/account',
    ready: (page) => page.getByRole('heading', { name: 'Passkeys', exact: true }).waitFor(),
  },
  told: ofAdministrator('/told', (page) => page.getByText('There is no webhook yet.').waitFor()),
  'told-webhook': ofAdministrator('/told', async (page) => {
    await page.getByRole('button', { name: 'Set up a webhook' }).click();
    await page.getByRole('dialog').waitFor();
  }),
  'no-right': {
    who: () => pages.portal.people.planner,
    path: () => '/messages',
    ready: (page) => page.getByText('Your role does not see').waitFor(),
  },
  people: ofAdministrator('/people', table),
  'people-invite': ofAdministrator('/people?person=new', (page) => page.getByLabel('Name').fill('Newcomer')),
  'people-invitations': ofAdministrator('/people?tab=invitations', table),
  'people-approvals': ofAdministrator('/people?tab=approvals', table),
  'people-activity': ofAdministrator('/people?tab=activity', table),
  'people-readings': { who: () => people.security, path: () => '/people?for=operator&tab=readings', ready: table },
  'audit-trail-looks': {
    who: () => people.security,
    path: () => '/audit-trail?for=operator',
    ready: table,
  },
  certificates: ofAdministrator('/certificates', (page) => page.getByRole('note').waitFor()),
  officers: ofAdministrator('/certificates?tab=officers', table),
  'who-signs': {
    who: () => pages.portal.people.analyst,
    path: () => '/certificates?tab=signing',
    ready: (page) => page.getByText('Two officers sign').waitFor(),
  },
  'mail-addresses': ofAdministrator('/certificates?tab=email', table),
  notices: {
    who: () => pages.portal.people.analyst,
    path: () => '/notices?show=all',
    ready: (page) => page.getByText('late.csv was not taken in').first().waitFor(),
  },
  parties: ofAdministrator('/directory?tab=user-ids', table),
  devices: {
    who: () => pages.portal.people.desk,
    path: () => `/devices?find=${meter}`,
    ready: (page) => page.getByRole('region', { name: meter }).waitFor(),
  },
};

takePictures(test, pages, pictures);
