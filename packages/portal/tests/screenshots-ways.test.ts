import { noBrowser } from '@penstock/platform/testing/chromium';
import type { TestPerson } from '@penstock/platform/testing/people';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { TestPages } from './testing-pages.ts';
import { type Picture, takePictures } from './testing-pictures.ts';
import { alpha, beta } from './testing-portal.ts';

// `npm run screenshots`, as screenshots.test.ts: the ways of delivery, during an outage of the preferred one.

let administrator: TestPerson;

beforeAll(() => expect(noBrowser).toBeUndefined());
const pages = new TestPages({
  settings: {
    PENSTOCK_SFTP_PORT: '0',
    PENSTOCK_SFTP_PUBLIC_ADDRESS: 'sftp.penstock.example:2022',
    PENSTOCK_GATEWAY_PUBLIC_ADDRESS: 'https://gateway.penstock.example:8443',
  },
  prepare: async (portal) => {
    const { pool } = portal.database;
    administrator = await portal.addPerson('administrator', { operator: 'operator_administrator' });
    await pool.query(`update way_use set depends_on = '{internet line,office suite}' where way = 'sftp'`);
    await pool.query(`update way_use set depends_on = '{internet line}' where way = 'https'`);
    await pool.query(
      `update way set succeeded_at = now() - interval '3 minutes', failures = case way when 'https' then 4 else 0 end,
                    failed_at = case way when 'https' then now() - interval '1 minute' end,
                    failure = case way when 'https' then 'the database could not be reached' end`,
    );
    await pool.query(
      `insert into way_outage (outage, way, from_at, reason, expected_end, declared_at, declared_by, changed_at)
     values (gen_random_uuid(), 'https', now() - interval '25 minutes', 'The certificate of the portal has expired',
             now() + interval '2 hours', now() - interval '20 minutes', 'Operator (desk@penstock.example)', now())`,
    );
    await pool.query(
      `insert into way_report (user_id, report, way, reported_at, reported_by, words, changed_at)
     values ($1, gen_random_uuid(), 'sftp', now(), 'x', 'The host key is another one since this morning.', now())`,
      [beta],
    );
    await pool.query(
      `insert into way_version (version, effective_from, set_at, set_by, reason)
     values (2, now() + interval '9 days', now(), 'Operator (planner@penstock.example)', 'Machines deliver most of the files.')`,
    );
    await pool.query(
      `insert into way_use select 2, way, case way when 'sftp' then 'preferred' when 'https' then 'allowed' else use end, depends_on
     from way_use where version = 1`,
    );
    await pool.query(
      `insert into ssh_key (user_id, fingerprint, algorithm, key, name, used_at)
     select u, sha256(u::text::bytea), 'ssh-ed25519', '', 'settlement host', now() - interval '2 hours'
     from unnest(array[$1, $2]::macaddr8[]) u`,
      [alpha, beta],
    );
  },
});

const size = { width: 1280, height: 1100 };
const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true }).waitFor();

const pictures: Readonly<Record<string, Picture>> = {
  ways: {
    who: () => administrator,
    path: () => '/ways',
    size,
    ready: async (page) => {
      await region(page, 'SFTP');
      await region(page, 'Reported by Users');
    },
  },
  'ways-guidance': {
    who: () => pages.portal.people.analyst,
    path: () => '/ways?tab=guidance',
    size,
    ready: (page) => region(page, 'By SFTP'),
  },
  'ways-readiness': {
    who: () => administrator,
    path: () => '/ways?tab=readiness',
    size,
    ready: (page) => page.getByRole('table').waitFor(),
  },
  'ssh-keys': {
    who: () => administrator,
    path: () => '/certificates?tab=ssh-keys',
    size,
    ready: (page) => page.getByRole('table').waitFor(),
  },
};

takePictures(test, pages, pictures);
