import type { TestPerson } from '@penstock/platform/testing/people';
import { test } from 'vitest';
import { TestPages } from './testing-pages.ts';
import { alpha } from './testing-portal.ts';
import { type ShownPage, walk, walkDialogs } from './testing-states.ts';

// The pages of the ways in each of their states: with an outage that a User reported, and one that is declared.

const people = {} as Record<'analyst' | 'administrator' | 'desk' | 'planner', TestPerson>;
const pages = new TestPages({
  prepare: async (portal) => {
    Object.assign(people, portal.people);
    people.administrator = await portal.addPerson('chief', { operator: 'operator_administrator' });
    const { pool } = portal.database;
    await pool.query(
      `insert into way_outage (outage, way, from_at, reason, declared_by, declared_at, changed_at)
       values (gen_random_uuid(), 'https', now() - interval '1 hour', 'The portal does not answer everybody', 'desk@people.example',
               now() - interval '1 hour', now())`,
    );
    await pool.query(
      `insert into way_report (user_id, report, way, reported_at, reported_by, words, changed_at)
       values ($1, gen_random_uuid(), 'https', now(), 'analyst@people.example', 'Nothing is taken since nine', now())`,
      [alpha],
    );
  },
});

const shown: Readonly<Record<string, () => ShownPage & { as?: keyof typeof people }>> = {
  'the ways now': () => ({
    path: '/ways',
    asks: '/ways',
    whole: (page) => page.getByRole('region', { name: /^Outage of/ }),
    unseen: 'the ways of delivery',
  }),
  'the ways now, of the Operator': () => ({
    as: 'administrator',
    path: '/ways',
    whole: (page) => page.getByText('Nothing is taken since nine'),
  }),
  'how to use them': () => ({
    path: '/ways?tab=guidance',
    asks: '/ways/guidance',
    whole: (page) => page.getByRole('region').nth(1),
  }),
  'who can use which': () => ({
    as: 'administrator',
    path: '/ways?tab=readiness',
    asks: '/ways/readiness',
    whole: (page) => page.getByRole('row').nth(1),
    empty: 'No User ID is active.',
  }),
  'outages that were': () => ({
    path: '/ways?tab=history',
    asks: '/ways/outages',
    whole: (page) => page.getByText('The portal does not answer everybody'),
    empty: 'No outage was declared yet.',
  }),
  'how they were used': () => ({
    path: '/ways?tab=history',
    asks: '/ways/versions',
    whole: (page) => page.getByRole('heading', { name: 'How the ways were used' }),
    empty: 'Nothing was set yet.',
  }),
};

for (const [name, page] of Object.entries(shown)) {
  test(name, () => {
    const { as = 'analyst', ...of } = page();
    return walk(pages, people[as], of);
  });
}

test('dialogs', async () => {
  await walkDialogs(pages, people.analyst, [['/ways', 'Report an outage', 'Report an outage']]);
  await walkDialogs(pages, people.planner, [['/ways', 'Change the ways', 'Change the ways']]);
  await walkDialogs(pages, people.desk, [
    ['/ways', 'Declare an outage', 'Declare an outage'],
    ['/ways', 'Answer without an outage', /^No outage/],
    ['/ways', 'Change the expected end', 'Change the expected end'],
    ['/ways', /^End the outage of/, 'End the outage'],
  ]);
});
