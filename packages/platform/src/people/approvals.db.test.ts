import { requireEui } from '@penstock/duis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Viewer } from '../foundation/viewer.ts';
import { readAccessNews } from './access-news-store.ts';
import { MOST_OPEN } from './invitations.ts';
import {
  addPerson,
  testAlpha as alpha,
  testBeta as beta,
  type PeopleServer,
  startPeopleServer,
  TestBrowser,
  type TestPerson,
  testOperatorId,
  testPassword,
} from './testing-people.ts';

// Two administrators of Alpha, one of Beta, two of the Operator.

let server: PeopleServer;
let pool: PeopleServer['database']['pool'];
const people = {} as Record<'ann' | 'ben' | 'bea' | 'chief' | 'deputy', TestPerson>;
const browsers = {} as Record<keyof typeof people, TestBrowser>;

beforeAll(async () => {
  server = await startPeopleServer({ admitsDemonstration: false });
  ({ pool } = server.database);
  for (const [name, roles] of [
    ['ann', { [alpha]: 'user_administrator' }],
    ['ben', { [alpha]: 'user_administrator' }],
    ['bea', { [beta]: 'user_administrator' }],
    ['chief', { operator: 'operator_administrator' }],
    ['deputy', { operator: 'operator_administrator' }],
  ] as const) {
    people[name] = await addPerson(pool, { name, roles });
    browsers[name] = new TestBrowser(server.address);
    await browsers[name].signIn(people[name]);
  }
});
afterAll(() => server.stop());
beforeEach(async () => {
  await pool.query('delete from sign_in."rateLimit"; delete from approval; delete from invitation');
  await pool.query('delete from second_administrator; delete from people_activity');
  await pool.query(`update person set status = 'active', is_demonstration = false`);
});

type Who = keyof typeof people;
const invite = (who: Who, invitation: object = {}) =>
  browsers[who].call('POST', '/api/v1/people/invitations', {
    email: 'new@people.example',
    name: 'New',
    acting: alpha,
    role: 'aro',
    ...invitation,
  });
const tokenOf = ({ json }: { json: Record<string, unknown> }) => String(json.link).split('#')[1] ?? '';
const take = (token: string) =>
  new TestBrowser(server.address).call('POST', '/api/v1/invitations/accept', { token, password: testPassword });
interface Waiting {
  readonly approvalId: string;
  readonly kind: string;
  readonly email: string;
  readonly askedBy: string;
}
const waiting = async (who: Who) =>
  (await browsers[who].call('GET', '/api/v1/people/approvals')).json.items as Waiting[];
const decide = (who: Who, approvalId: string, decision: string) =>
  browsers[who].call('POST', `/api/v1/people/approvals/${approvalId}`, { decision });
async function onlyOne(who: Who): Promise<string> {
  const items = await waiting(who);
  expect(items).toHaveLength(1);
  return items[0]?.approvalId ?? '';
}
const setRole = (who: Who, { personId }: TestPerson, role: string | null, acting: string = alpha) =>
  browsers[who].call('PUT', `/api/v1/people/${personId}/roles`, { acting, role });
const reset = (who: Who, { personId }: TestPerson) => browsers[who].call('POST', `/api/v1/people/${personId}/reset`);
let count = 0;
const somebody = (roles: Parameters<typeof addPerson>[1]['roles'] = { [alpha]: 'analyst' }) => {
  count += 1;
  return addPerson(pool, { name: `somebody${count}`, roles });
};
const activity = async (who: Who) =>
  ((await browsers[who].call('GET', '/api/v1/people-activity')).json.items as { what: string; by: string }[])
    .filter(({ what }) => what !== 'signed-in')
    .map(({ what, by }) => `${what} ${by.split('@')[0]}`)
    // what one transaction does, it does within a millisecond
    .sort();

describe('an invitation to sign or to administer', () => {
  test('is good when another administrator has approved it, and all of it is told', async () => {
    const made = await invite('ann');
    expect(made).toMatchObject({ status: 200, json: { awaitsApproval: true } });
    const token = tokenOf(made);
    const awaited = { status: 409, json: { code: 'people.approval-awaited' } };
    expect(await new TestBrowser(server.address).call('POST', '/api/v1/invitations/look', { token })).toMatchObject(
      awaited,
    );
    expect(await take(token)).toMatchObject(awaited);
    expect(await waiting('ben')).toMatchObject([
      { kind: 'invitation', acting: alpha, email: 'new@people.example', role: 'aro', askedBy: people.ann.email },
    ]);
    expect(await waiting('bea')).toEqual([]);
    const approvalId = await onlyOne('chief');
    const own = { status: 403, json: { code: 'people.own-approval' } };
    expect(await decide('ann', approvalId, 'approve')).toMatchObject(own);
    expect(await decide('bea', approvalId, 'approve')).toMatchObject({ status: 404 });
    expect(await decide('ben', approvalId, 'maybe')).toMatchObject({ status: 400 });
    expect(await decide('ben', approvalId, 'approve')).toMatchObject({ status: 200 });
    expect(await decide('ben', approvalId, 'approve')).toMatchObject({ status: 404 });
    expect(await take(token)).toMatchObject({ status: 200 });
    expect(await activity('ben')).toEqual(['invitation-accepted new', 'approved ben', 'invitation-asked ann'].sort());
  });

  test('that is refused, taken back, too old, or whose maker administers no more, is never good', async () => {
    for (const [name, end] of [
      ['refused', async (id: string) => decide('ben', id, 'refuse')],
      ['taken back', async (id: string) => decide('ann', id, 'refuse')],
      [
        'too old',
        async () =>
          pool.query(
            `update approval set expires_at = expires_at - interval '72 hours';
             update invitation set expires_at = expires_at - interval '72 hours'`,
          ),
      ],
      [
        'maker',
        async () => pool.query(`update person set status = 'suspended' where person_id = $1`, [people.ann.personId]),
      ],
    ] as const) {
      const token = tokenOf(await invite('ann', { email: `${name.replace(' ', '-')}@people.example` }));
      const approvalId = await onlyOne('chief');
      await end(approvalId);
      expect([name, await waiting('chief')]).toEqual([name, []]);
      expect([name, (await decide('deputy', approvalId, 'approve')).status]).toEqual([name, 404]);
      expect([name, (await take(token)).status < 300]).toEqual([name, false]);
      await pool.query(`update person set status = 'active'; delete from approval; delete from invitation`);
    }
  });

  test('waits for nobody where a role only sees, a single one administers, or no second one is wanted', async () => {
    const isGood = async (who: Who, invitation: object) => (await invite(who, invitation)).json.awaitsApproval !== true;
    expect(await isGood('ann', { role: 'analyst' })).toBe(true);
    expect(await isGood('ann', { role: 'user_administrator' })).toBe(false);
    expect(await isGood('bea', { acting: beta })).toBe(true);
    // the Operator's two, for a User that has a single one
    expect(await isGood('chief', { acting: beta })).toBe(false);
    expect(await isGood('chief', { acting: 'operator', role: 'security' })).toBe(false);
    expect(await isGood('chief', { acting: 'operator', role: 'service_desk' })).toBe(true);
    await pool.query(`insert into second_administrator values ('A', false)`);
    expect(await isGood('ann', { role: 'user_administrator' })).toBe(true);
    // people of a demonstration that does not run approve nothing
    await pool.query('delete from second_administrator');
    await pool.query('update person set is_demonstration = true where person_id = $1', [people.ben.personId]);
    expect(await isGood('ann', { role: 'user_administrator' })).toBe(true);
  });

  test('cannot be made alone by ending a colleague’s access first', async () => {
    const put = (status: string) => browsers.ann.call('PUT', `/api/v1/people/${people.ben.personId}`, { status });
    expect(await put('suspended')).toMatchObject({ status: 200 });
    expect(await invite('ann')).toMatchObject({ json: { awaitsApproval: true } });
    expect(await put('active')).toMatchObject({ status: 200 });
    expect(await setRole('ann', people.ben, 'analyst')).toMatchObject({ json: { changed: true } });
    expect(await invite('ann')).toMatchObject({ json: { awaitsApproval: true } });
    await pool.query(`update people_activity set at = at - interval '73 hours'`);
    expect((await invite('ann')).json.awaitsApproval).toBeUndefined();
    await pool.query(`update person_role set role = 'user_administrator' where person_id = $1`, [people.ben.personId]);
    await browsers.ben.signIn(people.ben, 1);
  });

  test(`is one of ${MOST_OPEN} open ones of a Party at most, however many are made at once`, async () => {
    await pool.query(
      `insert into invitation (token_sha256, kind, email, name, acting, role, made_as, made_at, expires_at)
       select sha256(n::text::bytea), 'invitation', 'many' || n || '@people.example', 'Many', $1, 'analyst', $1, now(),
              now() + interval '1 day'
       from generate_series(1, $2) n`,
      [alpha, MOST_OPEN - 2],
    );
    const answers = await Promise.all(
      [1, 2, 3, 4].map((n) =>
        invite(n % 2 === 0 ? 'ann' : 'ben', { email: `one${n}@people.example`, role: 'analyst' }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 409, 409]);
    expect(answers.find(({ status }) => status === 409)?.json).toMatchObject({
      code: 'people.too-many-invitations',
      detail: `${MOST_OPEN} are open`,
    });
    // another in the place of one that is open, and another Party's, are no more
    expect(await invite('ann', { email: 'many1@people.example', role: 'analyst' })).toMatchObject({ status: 200 });
    expect(await invite('bea', { acting: beta })).toMatchObject({ status: 200 });
  });
});

describe('a role that signs or administers', () => {
  test('is given when another administrator has approved it, and taken away at once', async () => {
    const person = await somebody();
    const roleOf = async () =>
      (await pool.query('select role from person_role where person_id = $1', [person.personId])).rows[0]?.role;
    expect(await setRole('ann', person, 'read_only')).toMatchObject({ json: { changed: true } });
    expect(await setRole('ann', person, 'user_administrator')).toMatchObject({
      json: { changed: false, awaitsApproval: true },
    });
    // another wish takes its place
    expect(await setRole('ann', person, 'aro')).toMatchObject({ json: { changed: false, awaitsApproval: true } });
    expect(await roleOf()).toBe('read_only');
    expect(await decide('ben', await onlyOne('ben'), 'approve')).toMatchObject({ status: 200 });
    expect(await roleOf()).toBe('aro');
    expect(await setRole('ben', person, null)).toMatchObject({ json: { changed: true } });
    expect(await activity('ann')).toEqual(
      [
        'role-changed ben',
        'approved ben',
        'role-changed ann',
        'role-asked ann',
        'role-asked ann',
        'role-changed ann',
      ].sort(),
    );
  });

  test('that is wished for goes with another change of it', async () => {
    const person = await somebody();
    await setRole('ann', person, 'aro');
    await setRole('ann', person, 'read_only');
    expect(await waiting('ben')).toEqual([]);
  });

  test('is decided on once, whoever answers at the same time', async () => {
    for (const decisions of [
      ['approve', 'approve'],
      ['approve', 'refuse'],
    ] as const) {
      const person = await somebody();
      await setRole('ann', person, 'aro');
      const approvalId = await onlyOne('ben');
      const answers = await Promise.all([
        decide('ben', approvalId, decisions[0]),
        decide('chief', approvalId, decisions[1]),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 404]);
      const { rows } = await pool.query('select role from person_role where person_id = $1', [person.personId]);
      const isGiven = rows[0]?.role === 'aro';
      expect(isGiven).toBe(answers[0]?.status === 200 || decisions[1] === 'approve');
      const { rowCount } = await pool.query(
        `select from people_activity where person_id = $1 and what in ('approved', 'approval-refused')`,
        [person.personId],
      );
      expect(rowCount).toBe(1);
    }
  });
});

describe('a reset', () => {
  test('takes nothing and its link opens nothing, until another administrator has approved it', async () => {
    const person = await somebody({ [alpha]: 'aro' });
    const browser = new TestBrowser(server.address);
    await browser.signIn(person);
    const made = await reset('ann', person);
    expect(made).toMatchObject({ status: 200, json: { awaitsApproval: true } });
    expect(await browser.call('GET', '/api/v1/me')).toMatchObject({ status: 200 });
    expect(await take(tokenOf(made))).toMatchObject({ status: 409, json: { code: 'people.approval-awaited' } });
    expect(await decide('ben', await onlyOne('ben'), 'approve')).toMatchObject({ status: 200 });
    expect(await browser.call('GET', '/api/v1/me')).toMatchObject({ status: 401 });
    expect(await take(tokenOf(made))).toMatchObject({ status: 200 });
    expect(await activity('ben')).toEqual(
      [`reset-taken ${person.email.split('@')[0]}`, 'approved ben', 'reset ann', 'reset-asked ann'].sort(),
    );
  });

  test('of one of two administrators waits for the Operator, and is not the other’s way in', async () => {
    const made = await reset('ann', people.ben);
    const approvalId = await onlyOne('chief');
    for (const [who, code] of [
      ['ann', 'people.own-approval'],
      ['ben', 'people.own-approval'],
      ['bea', 'request.not-found'],
    ] as const) {
      expect([who, (await decide(who, approvalId, 'approve')).json.code]).toEqual([who, code]);
    }
    expect(await take(tokenOf(made))).toMatchObject({ status: 409 });
    // whom it is about says no
    expect(await decide('ben', approvalId, 'refuse')).toMatchObject({ status: 200 });
    expect(await browsers.ben.call('GET', '/api/v1/me')).toMatchObject({ status: 200 });
    expect(await take(tokenOf(made))).toMatchObject({ status: 410 });
  });
});

describe('whether a second administrator is wanted', () => {
  const path = '/api/v1/people/second-administrator';
  const wish = (who: Who, isWanted: boolean) => browsers[who].call('PUT', path, { isWanted });
  const read = async (who: Who) => (await browsers[who].call('GET', path)).json;

  test('is, unless it says otherwise; to want none waits for one, to want one does not', async () => {
    expect(await read('ann')).toEqual({ isWanted: true, administrators: 2, isNeeded: true });
    expect(await read('bea')).toEqual({ isWanted: true, administrators: 1, isNeeded: false });
    expect(await wish('ann', true)).toMatchObject({ json: { changed: false } });
    expect(await wish('ann', false)).toMatchObject({ json: { changed: false, awaitsApproval: true } });
    const approvalId = await onlyOne('ben');
    expect(await decide('ann', approvalId, 'approve')).toMatchObject({ status: 403 });
    expect(await decide('ben', approvalId, 'approve')).toMatchObject({ status: 200 });
    expect(await read('ann')).toEqual({ isWanted: false, administrators: 2, isNeeded: false });
    expect(await read('chief')).toMatchObject({ isWanted: true });
    expect((await invite('ann')).json.awaitsApproval).toBeUndefined();
    expect(await wish('ben', true)).toMatchObject({ json: { changed: true } });
    expect(await activity('ann')).toEqual(
      ['policy-changed ben', 'invited ann', 'approved ben', 'policy-changed ann', 'policy-asked ann'].sort(),
    );
  });
});

test('the other administrators are told: of what waits for their yes, and of what was given', async () => {
  const viewerOf = (who: Who): Viewer => {
    const person = { personId: people[who].personId, email: people[who].email, reason: undefined };
    if (who === 'chief' || who === 'deputy') {
      return { kind: 'operator', userId: testOperatorId, person: { ...person, role: 'operator_administrator' } };
    }
    const userId = requireEui(who === 'bea' ? beta : alpha);
    return { kind: 'user', userIds: [userId], person: { ...person, role: 'user_administrator' } };
  };
  const news = async () =>
    Object.fromEntries(
      await Promise.all(
        (['ann', 'ben', 'bea', 'chief', 'deputy'] as const).map(async (who) => {
          const told = await readAccessNews(pool, viewerOf(who), new Date());
          return [who, told && [told.approvals, told.given, told.last?.what]];
        }),
      ),
    );
  const nothing = [0, 0, undefined];
  const all = { ann: nothing, ben: nothing, bea: nothing, chief: nothing, deputy: nothing };
  expect(await news()).toEqual(all);
  await invite('ann');
  expect(await news()).toEqual({ ...all, ben: [1, 0, undefined] });
  await invite('ann', { email: 'sees@people.example', role: 'analyst' });
  expect(await news()).toEqual({ ...all, ben: [1, 1, 'invited'] });
  await pool.query('delete from approval; delete from people_activity');
  // nobody of Alpha is left who could say yes
  await reset('ann', people.ben);
  expect(await news()).toEqual({ ...all, chief: [1, 0, undefined], deputy: [1, 0, undefined] });
  await pool.query('delete from approval; delete from people_activity');
  await invite('chief', { email: 'sees@people.example', role: 'analyst' });
  const told = [0, 1, 'invited'];
  expect(await news()).toEqual({ ...all, ann: told, ben: told, deputy: told });
  expect(await readAccessNews(pool, { kind: 'user', userIds: [requireEui(alpha)] }, new Date())).toBeUndefined();
});

test('the last administrator that is no demonstration’s stays, where the demonstration does not run', async () => {
  const demonstration = await somebody({ [beta]: 'user_administrator' });
  await pool.query('update person set is_demonstration = true where person_id = $1', [demonstration.personId]);
  const last = { status: 409, json: { code: 'people.last-administrator', detail: `of ${beta}` } };
  expect(await setRole('chief', people.bea, 'analyst', beta)).toMatchObject(last);
  const status = (to: string) => browsers.chief.call('PUT', `/api/v1/people/${people.bea.personId}`, { status: to });
  expect(await status('suspended')).toMatchObject(last);
  expect(await status('withdrawn')).toMatchObject(last);
  await pool.query('update person set is_demonstration = false where person_id = $1', [demonstration.personId]);
  expect(await status('suspended')).toMatchObject({ status: 200 });
});
