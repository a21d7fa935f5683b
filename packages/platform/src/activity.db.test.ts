import { createHash, generateKeyPairSync } from 'node:crypto';
import type { ActivityCode, ActivityPage, SavedChange } from '@penstock/api';
import { importColumns } from '@penstock/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { schemaName } from './foundation/database/index.ts';
import { testCertificate } from './parties/testing-certificates.ts';
import { ACTIVITY_OF_USER_SQL } from './people/activity-store.ts';
import { addPerson, TestBrowser, type TestPerson } from './people/testing-people.ts';
import { alpha, beta, hub, meter, startTestApi, type TestApi } from './testing-api.ts';

// Nobody changes anything unseen: every route that changes something is called here, first with a record that takes nothing,
// when it must change nothing, and then as usual, when it must leave what it says. A route that is in neither table fails.

/** Why a route leaves no row of activity. */
const without: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      'sign-in/email',
      'sign-out',
      'change-password',
      'two-factor/enable',
      'two-factor/verify-totp',
      'passkey/verify-registration',
      'passkey/verify-authentication',
      'passkey/delete-passkey',
      'passkey/register-options-for-link',
      'provider/begin',
      'provider/finish',
    ].map((path) => [
      `POST /api/auth/${path}`,
      'it leaves one: people/*.db.test.ts sign in and out by each and ask for it',
    ]),
  ),
  'POST /api/v1/invitations/look': 'it changes nothing',
  'POST /api/v1/submissions': 'a file has its own life, with who brought it and a receipt of every state',
  'POST /api/v1/submissions/:sha256/signatures': 'as above',
  'POST /api/v1/submissions/:sha256/withdraw': 'as above',
  'POST /api/v1/submissions/:sha256/retry': 'as above',
  'POST /api/v1/quarantine/events/:event': 'the event keeps a note of each change with its author',
  'POST /api/v1/quarantine/events/:event/notes': 'it is a note with its author',
  'POST /api/v1/releases/:submission': 'the release keeps each switch with its author',
  'POST /api/v1/notices/read': 'a mark of the reader alone',
  'PUT /api/v1/notice-choices': "a person's own",
  'POST /api/v1/views': "a person's own",
  'PUT /api/v1/views/:view': "a person's own",
  'DELETE /api/v1/views/:view': "a person's own",
  'POST /api/v1/exports': 'the export keeps who asked for it, and its reading of a record is recorded with its reason',
  'POST /api/v1/exports/:export/cancel': 'as above',
  'POST /api/v1/devices/:device/titles/exports': 'as above: it is a look at titles',
  'POST /api/v1/messages/:day/:sequence/decisions': 'the decision keeps its author',
  'POST /api/v1/devices/:device/questions': 'the question keeps who asked and answered',
  'POST /api/v1/questions/:question/answer': 'as above',
  'POST /api/v1/questions/:question/close': 'as above',
  'POST /api/v1/questions/:question/naming': 'as above',
  'POST /api/v1/changes': 'the change keeps each version with its author',
  'POST /api/v1/changes/intake': 'as above',
  'PUT /api/v1/changes/:change': 'as above',
  'POST /api/v1/changes/:change/move': 'as above',
  'POST /api/v1/changes/:change/copy': 'as above',
  'POST /api/v1/changes/:change/comments': 'the comment keeps its author',
  'POST /api/v1/changes/:change/comments/:comment/answer': 'as above, and who answered',
  'POST /api/v1/changes/:change/testing': 'each time is kept with its author',
  'POST /api/v1/changes/:change/attachments': 'the attachment keeps who attached and removed it',
  'DELETE /api/v1/changes/:change/attachments/:attachment': 'as above',
  'POST /api/v1/changes/mediations': 'the mediation keeps who opened and closed it, and who wrote what',
  'POST /api/v1/changes/mediations/:mediation/messages': 'as above',
  'POST /api/v1/changes/mediations/:mediation/close': 'as above',
  'POST /api/v1/webhooks/:webhook/test': 'it stands among what the webhook was sent',
  'POST /api/v1/changes/preview': 'nothing of it is kept',
  'POST /api/v1/incidents': 'the incident keeps each update with its author',
  'PUT /api/v1/incidents/:incident': 'as above',
  'POST /api/v1/incidents/:incident/move': 'as above',
  'POST /api/v1/incidents/:incident/escalate': 'as above',
  'POST /api/v1/incidents/:incident/updates': 'as above',
  'POST /api/v1/incidents/:incident/publish': 'the incident keeps it with its author',
  'PUT /api/v1/status/subscription': 'of the User itself, which is kept with who set it',
  'POST /api/v1/incidents/:incident/changes/:change': 'the judgement keeps its author',
  'POST /api/v1/incidents/:incident/changes/:change/postpone': 'the change keeps each version with its author',
  'POST /api/v1/incidents/:incident/changes/:change/ask': 'the incident keeps it with its author',
  'POST /api/v1/demonstration/incidents/:name': 'of the simulated network of a demonstration',
  'POST /api/v1/demonstration/rehearsals/firewall': 'as above; its changes and incidents keep their own',
};

interface Call {
  readonly path?: string;
  readonly body?: object | string;
}
interface Step {
  readonly route: string;
  /** A machine, or somebody who is signed in. */
  readonly who: 'operator' | 'alpha' | 'chief' | 'second' | 'own' | 'guest' | 'operator security';
  readonly call: () => Call | Promise<Call>;
  /** What it leaves, in the order of the codes. */
  readonly leaves: readonly ActivityCode[];
  readonly detail?: RegExp;
}

const certificate = testCertificate({ userId: alpha, serial: '0A01' });
const connecting = testCertificate({ userId: alpha, serial: '0A10' });
const officer = testCertificate({ serial: '0A02' });
const mail = testCertificate({ serial: '0A03' });
const sha256Of = (der: Buffer) => createHash('sha256').update(der).digest('hex');
const sshKey = (() => {
  const { x = '' } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  const field = (bytes: Buffer | string) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(bytes));
    return Buffer.concat([length, Buffer.from(bytes)]);
  };
  return Buffer.concat([field('ssh-ed25519'), field(Buffer.from(x, 'base64url'))]);
})();
const sshFingerprint = `SHA256:${createHash('sha256').update(sshKey).digest('base64').replaceAll('=', '')}`;
const ways = Object.fromEntries(
  ['https', 'sftp', 'email', 'sharepoint'].map((way) => [
    way,
    { use: way === 'https' ? 'preferred' : 'off', dependsOn: [] },
  ]),
);

const ofCategory = { responseMinutes: 5, resolutionMinutes: 3600 };
const targets = {
  categories: { 1: ofCategory, 2: ofCategory, 3: ofCategory, 4: ofCategory, 5: ofCategory },
  waitingSeconds: 30,
  fetchedSeconds: 900,
};
const limits = {
  noticeWorkingDays: { planned_maintenance: 20 },
  monthlyHours: 5,
  allowedFrom: '20:00',
  allowedTo: '08:00',
  mostAtOnce: 10,
  services: [{ name: 'DUIS gateway', dependsOn: [] }],
};

let started: TestApi;
const people = new Map<string, TestPerson>();
const browsers = new Map<string, TestBrowser>();
/** What a call made, which the next one names. */
const made = new Map<string, string>();

const firstOf = async (sql: string): Promise<string> =>
  String((await started.database.pool.query<{ id: string }>(sql)).rows[0]?.id);

const webhook = { name: 'Desk', url: 'https://alpha.example/hook', types: ['change.shared'] };
const webhookPath = async () => `/webhooks/${await firstOf('select webhook as id from webhook')}`;

const steps: readonly Step[] = [
  {
    route: 'PUT /api/v1/parties/:partyId',
    who: 'operator',
    call: () => ({ path: '/parties/A', body: { name: 'Alpha plc', kind: 'large_supplier' } }),
    leaves: ['party-changed'],
    detail: /^name: Alpha -> Alpha plc$/,
  },
  {
    route: 'PUT /api/v1/user-ids/:userId',
    who: 'operator',
    call: () => ({
      path: `/user-ids/${alpha}`,
      body: {
        partyId: 'A',
        roles: ['IS'],
        receiveUrl: 'https://name:secret@a.example/in?token=secret',
        risingCounters: false,
      },
    }),
    leaves: ['user-id-changed', 'user-id-switched'],
    detail:
      /^roles: ES IS -> IS; address for delivery: none -> https:\/\/a.example\/in \/ rising counters: true -> false$/,
  },
  {
    route: 'POST /api/v1/certificates',
    who: 'operator',
    call: () => ({ body: { userId: alpha, purpose: 'signing', certificate: certificate.pem } }),
    leaves: ['certificate-registered'],
    detail: /^for signing, number 2561 of CN=Z1,OU=07, until 20/,
  },
  {
    route: 'POST /api/v1/certificates/role',
    who: 'operator',
    call: () => ({ body: { fingerprint: sha256Of(connecting.der), role: 'analyst' } }),
    leaves: ['certificate-role-changed'],
    detail: /^number 2576 of CN=Z1,OU=07: role: none -> analyst$/,
  },
  {
    route: 'POST /api/v1/certificates/revoke',
    who: 'operator',
    call: () => ({ body: { purpose: 'signing', fingerprint: sha256Of(certificate.der) } }),
    leaves: ['certificate-revoked'],
  },
  {
    route: 'POST /api/v1/officers',
    who: 'chief',
    call: () => ({
      body: { userId: alpha, name: 'Ann', email: 'ann@alpha.example', certificate: officer.pem },
    }),
    leaves: ['officer-registered'],
    detail: /^Ann, ann@alpha.example, certificate number 2562 /,
  },
  {
    route: 'PUT /api/v1/user-ids/:userId/officer-policy',
    who: 'chief',
    call: () => ({
      path: `/user-ids/${alpha}/officer-policy`,
      body: { secondOfficer: false, deputies: ['ann@alpha.example'] },
    }),
    leaves: ['officer-policy-changed'],
    detail: /^second officer: asked for -> not asked for; who may be the second: any -> ann@alpha.example$/,
  },
  {
    route: 'POST /api/v1/officers/revoke',
    who: 'chief',
    call: () => ({ body: { userId: alpha, fingerprint: sha256Of(officer.der) } }),
    leaves: ['officer-revoked'],
  },
  {
    route: 'POST /api/v1/ssh-keys',
    who: 'operator',
    call: () => ({ body: { userId: alpha, name: 'host', key: `ssh-ed25519 ${sshKey.toString('base64')}` } }),
    leaves: ['ssh-key-registered'],
  },
  {
    route: 'POST /api/v1/ssh-keys/revoke',
    who: 'operator',
    call: () => ({ body: { userId: alpha, fingerprint: sshFingerprint } }),
    leaves: ['ssh-key-revoked'],
  },
  {
    route: 'POST /api/v1/email-recipients',
    who: 'operator',
    call: () => ({ body: { userId: alpha, address: 'desk@alpha.example', certificate: mail.pem } }),
    leaves: ['mail-address-registered'],
  },
  {
    route: 'POST /api/v1/email-recipients/revoke',
    who: 'operator',
    call: () => ({ body: { userId: alpha, fingerprint: sha256Of(mail.der) } }),
    leaves: ['mail-address-revoked'],
  },
  {
    route: 'POST /api/v1/imports/:kind',
    who: 'operator',
    call: () => ({
      path: '/imports/registrations',
      body: `mpxn,role,user_id,valid_from,valid_to\n1000000000001,IS,${alpha},2020-01-01T00:00:00Z,2026-11-01T00:00:00Z\n1000000000001,IS,${beta},2026-11-01T00:00:00Z,\n`,
    }),
    leaves: ['registrations-changed', 'registrations-changed', 'registrations-changed'],
    detail: /^with another end: 1 \/ new: 1 \/ 2 registrations$/,
  },
  {
    route: 'POST /api/v1/devices',
    who: 'chief',
    call: () => ({
      body: { device: meter, kind: 'ESME', status: 'Suspended', home: hub, importMpan: '1000000000001' },
    }),
    leaves: ['devices-changed', 'devices-changed'],
    detail: /^(00-DB-12-34-56-78-00-02: status: Commissioned -> Suspended( \/ )?){2}$/,
  },
  {
    route: 'POST /api/v1/imports/:kind',
    who: 'operator',
    call: () => ({
      path: '/imports/devices',
      body: `${importColumns.devices.join()}\n${meter},ESME,Commissioned,${hub},1000000000001,,,Maker,,,,\n${hub},CHF,Suspended,,,,,,,,,\n`,
    }),
    leaves: ['devices-changed', 'devices-changed'],
    detail: /^(2 devices: with another status: 2, with another kind, make or firmware: 1( \/ )?){2}$/,
  },
  {
    route: 'POST /api/v1/title-switches',
    who: 'operator',
    call: () => ({ body: { switch: 'sender', value: 'party' } }),
    leaves: ['title-switch-set'],
    detail: /^sender: role -> party, from 2026-11-22T12:00:00.000Z$/,
  },
  {
    route: 'POST /api/v1/ways/versions',
    who: 'operator',
    call: () => ({
      body: { effectiveFrom: '2026-12-01T00:00:00Z', reason: 'As agreed.', ways, acceptsShared: true },
    }),
    leaves: ['ways-set'],
  },
  {
    route: 'POST /api/v1/ways/versions/:version/withdraw',
    who: 'operator',
    call: async () => ({
      path: `/ways/versions/${await firstOf('select max(version) as id from way_version')}/withdraw`,
    }),
    leaves: ['ways-withdrawn'],
  },
  {
    route: 'POST /api/v1/ways/reports',
    who: 'alpha',
    call: () => ({ body: { way: 'https', words: 'It does not answer.' } }),
    leaves: ['outage-reported'],
  },
  {
    route: 'POST /api/v1/ways/reports/:report/dismiss',
    who: 'operator security',
    call: async () => ({
      path: `/ways/reports/${await firstOf('select report as id from way_report')}/dismiss`,
      body: { userId: alpha, answer: 'It answers.' },
    }),
    leaves: ['outage-report-answered'],
  },
  {
    route: 'POST /api/v1/ways/outages',
    who: 'operator security',
    call: () => ({ body: { way: 'https', reason: 'The line is cut.' } }),
    leaves: ['outage-declared'],
  },
  {
    route: 'POST /api/v1/ways/outages/:outage',
    who: 'operator security',
    call: async () => ({
      path: `/ways/outages/${await firstOf('select outage as id from way_outage')}`,
      body: { expectedEnd: '2026-11-22T18:00:00Z' },
    }),
    leaves: ['outage-changed'],
  },
  {
    route: 'POST /api/v1/ways/outages/:outage/end',
    who: 'operator security',
    call: async () => ({
      path: `/ways/outages/${await firstOf('select outage as id from way_outage')}/end`,
      body: { why: 'It is mended.' },
    }),
    leaves: ['outage-ended'],
  },
  {
    route: 'POST /api/v1/feeds',
    who: 'alpha',
    call: () => ({ body: { name: 'On the wall', service: 'Signed files' } }),
    leaves: ['feed-made'],
    detail: /^On the wall: Signed files$/,
  },
  {
    route: 'POST /api/v1/feeds/:feed/revoke',
    who: 'alpha',
    call: async () => ({ path: `/feeds/${await firstOf('select feed as id from change_feed')}/revoke` }),
    leaves: ['feed-revoked'],
    detail: /^On the wall, made by /,
  },
  {
    route: 'POST /api/v1/webhooks',
    who: 'alpha',
    call: () => ({ body: webhook }),
    leaves: ['webhook-made'],
    detail: /^Desk: https:\/\/alpha.example, change.shared$/,
  },
  {
    route: 'PUT /api/v1/webhooks/:webhook',
    who: 'alpha',
    call: async () => ({ path: await webhookPath(), body: { ...webhook, name: 'Night desk', isOn: true } }),
    leaves: ['webhook-changed'],
    detail: /^name: Desk -> Night desk$/,
  },
  {
    route: 'POST /api/v1/webhooks/:webhook/secret',
    who: 'alpha',
    call: async () => ({ path: `${await webhookPath()}/secret` }),
    leaves: ['webhook-key-renewed'],
  },
  {
    route: 'POST /api/v1/webhooks/:webhook/remove',
    who: 'alpha',
    call: async () => ({ path: `${await webhookPath()}/remove` }),
    leaves: ['webhook-removed'],
  },
  {
    route: 'POST /api/v1/changes/limits',
    who: 'operator',
    call: () => ({ body: { reason: 'As agreed.', limits } }),
    leaves: ['change-limits-set'],
    detail:
      /^version 2 from 2026-11-22T12:00:00.000Z: hours a month: 6 -> 5; services: .+ -> DUIS gateway. As agreed.$/,
  },
  {
    route: 'POST /api/v1/changes/calendar',
    who: 'operator',
    call: () => ({
      body: { kind: 'freeze', name: 'Winter', windows: [{ from: '2026-12-24T12:00', to: '2027-01-02T12:00' }] },
    }),
    leaves: ['calendar-event-set'],
    detail: /^freeze: Winter, of all services, 2026-12-24T12:00:00.000Z to 2027-01-02T12:00:00.000Z$/,
  },
  {
    route: 'POST /api/v1/changes/calendar/:event/withdraw',
    who: 'operator',
    call: async () => ({
      path: `/changes/calendar/${await firstOf('select event as id from change_calendar')}/withdraw`,
    }),
    leaves: ['calendar-event-withdrawn'],
  },
  {
    route: 'DELETE /api/v1/changes/:change',
    who: 'alpha',
    call: async () => {
      const content = { title: 'Each month', statement: { kind: 'process' }, affected: {}, windows: [] };
      const made = await started.call('alpha', 'POST', '/api/v1/changes', { content, isTemplate: true });
      const { change } = (made.json as SavedChange).change;
      return { path: `/changes/${change}` };
    },
    leaves: ['change-template-deleted'],
    detail: /^template [0-9a-f-]{36}, of one version$/,
  },
  {
    route: 'POST /api/v1/incidents/targets',
    who: 'operator',
    call: () => ({ body: { reason: 'As agreed.', targets } }),
    leaves: ['incident-targets-set'],
    detail: /^version 2 from 2026-11-22T12:00:00.000Z: category 1: 10 min\/4 h -> 5 min\/60 h; .+. As agreed.$/,
  },
  {
    route: 'POST /api/v1/people/invitations',
    who: 'own',
    call: () => ({ body: { email: 'new@people.example', name: 'New', acting: alpha, role: 'read_only' } }),
    leaves: ['invited'],
  },
  {
    route: 'DELETE /api/v1/people/invitations/:invitationId',
    who: 'own',
    call: async () => ({ path: `/people/invitations/${await firstOf('select invitation_id as id from invitation')}` }),
    leaves: ['invitation-withdrawn'],
  },
  {
    route: 'PUT /api/v1/people/:personId/roles',
    who: 'own',
    call: () => ({ path: `/people/${people.get('guest')?.personId}/roles`, body: { acting: alpha, role: 'analyst' } }),
    leaves: ['role-changed'],
  },
  {
    route: 'PUT /api/v1/people/second-administrator',
    who: 'own',
    call: () => ({ body: { isWanted: false } }),
    leaves: ['policy-changed'],
  },
  {
    route: 'POST /api/v1/people/:personId/reset',
    who: 'chief',
    call: () => ({ path: `/people/${people.get('guest')?.personId}/reset` }),
    leaves: ['reset-asked'],
  },
  {
    route: 'POST /api/v1/people/approvals/:approvalId',
    who: 'second',
    call: async () => ({
      path: `/people/approvals/${await firstOf('select approval_id as id from approval where decision is null')}`,
      body: { decision: 'approve' },
    }),
    leaves: ['approved', 'reset'],
  },
  {
    route: 'POST /api/v1/invitations/accept',
    who: 'guest',
    call: () => ({
      body: { token: made.get('POST /api/v1/people/:personId/reset'), password: 'an entirely new password' },
    }),
    leaves: ['reset-taken'],
  },
  {
    route: 'PUT /api/v1/people/:personId',
    who: 'own',
    call: () => ({ path: `/people/${people.get('guest')?.personId}`, body: { status: 'suspended' } }),
    leaves: ['status-changed'],
  },
  {
    route: 'DELETE /api/v1/me/sessions/:sessionId',
    who: 'own',
    call: async () => ({
      path: `/me/sessions/${await firstOf(`select "id" as id from sign_in."session" where "userId" = '${people.get('own')?.personId}' order by "createdAt" limit 1`)}`,
    }),
    leaves: ['session-ended'],
  },
  {
    route: 'POST /api/v1/me/sign-out-everywhere',
    who: 'second',
    call: () => ({}),
    leaves: ['signed-out-everywhere'],
  },
];

beforeAll(async () => {
  started = await startTestApi();
  const { pool } = started.database;
  for (const [name, roles] of [
    ['chief', { operator: 'operator_administrator' }],
    ['second', { operator: 'operator_administrator' }],
    ['own', { [alpha]: 'user_administrator' }],
    ['theirs', { [beta]: 'user_administrator' }],
    ['guest', { [alpha]: 'read_only' }],
  ] as const) {
    const person = await addPerson(pool, { name, roles });
    people.set(name, person);
    const browser = new TestBrowser(started.own);
    browsers.set(name, browser);
    if (name !== 'guest') await browser.signIn(person);
  }
  // of two sessions the one ends the other
  const other = new TestBrowser(started.own);
  const own = people.get('own');
  if (own === undefined) throw new Error('nobody administers Alpha');
  const first = browsers.get('own');
  await other.signIn(own, 1);
  if (first === undefined) throw new Error('nobody is signed in');
  browsers.set('own', other);
  await pool.query(`update way set set_up = '{}'`);
  const registered = { userId: alpha, purpose: 'transport', certificate: connecting.pem };
  expect(await started.call('operator', 'POST', '/api/v1/certificates', registered)).toMatchObject({ status: 200 });
});
afterAll(() => started.stop());

async function callAs({ route, who, call }: Step, prepared = call()) {
  const [method = '', url = ''] = route.split(' ');
  const { path = url.replace('/api/v1', ''), body } = await prepared;
  const browser = browsers.get(who);
  if (browser === undefined) return started.call(who, method, `/api/v1${path}`, body);
  return browser.call(method, `/api/v1${path}`, body as object | undefined);
}

/** Every row there is, but a key that whoever needs it first makes, and who is signed in. */
async function state(): Promise<Readonly<Record<string, string | null>>> {
  const { pool } = started.database;
  const { rows: tables } = await pool.query<{ name: string }>(
    `select relname as name from pg_class
     where relkind in ('r', 'p') and not relispartition and relnamespace = '${schemaName}'::regnamespace
       and relname <> 'sealing_key' order by 1`,
  );
  const each = tables.map(
    ({ name }) => `select '${name}' as name, md5(string_agg(t::text, ' ' order by t::text)) as rows from ${name} t`,
  );
  const { rows } = await pool.query<{ name: string; rows: string | null }>(
    [...each, `select 'session', string_agg("id", ' ' order by "id") from sign_in."session"`].join(' union all '),
  );
  // by name: the parts of the union are read in parallel, and come in any order
  return Object.fromEntries(rows.map((row) => [row.name, row.rows]));
}

interface Row {
  what: string;
  author: string;
  author_role: string | null;
  author_acting: string | null;
  address: string | null;
  detail: string | null;
}

describe('nobody changes anything unseen', () => {
  test('every route that changes something is here, with what it leaves or why it leaves nothing', () => {
    const routes = started.accessRules
      .filter(({ method }) => method !== 'GET')
      .map(({ method, url }) => `${method} ${url}`);
    expect([...new Set(steps.map(({ route }) => route)), ...Object.keys(without)].sort()).toEqual(routes.sort());
  });

  for (const step of steps) {
    test(`${step.route} leaves ${step.leaves.join(', ')}`, async () => {
      const { pool } = started.database;
      // a change that cannot be recorded is none
      const prepared = step.call();
      await prepared;
      const before = await state();
      expect(Object.keys(before).length).toBeGreaterThan(50);
      await pool.query('alter table people_activity add constraint takes_nothing check (false) not valid');
      const refused = await callAs(step, prepared);
      await pool.query('alter table people_activity drop constraint takes_nothing');
      expect(refused).toMatchObject({ status: 500 });
      expect(await state()).toEqual(before);

      const { rows: already } = await pool.query<{ id: string }>('select activity_id as id from people_activity');
      const answer = await callAs(step);
      expect(answer).toMatchObject({ status: 200 });
      made.set(step.route, new URL(String(answer.json.link ?? 'x:'), 'http://x').hash.slice(1));
      const { rows } = await pool.query<Row>(
        `select what, author, author_role, author_acting, host(address::inet) as address, detail from people_activity
         where activity_id <> all ($1) order by what, detail desc`,
        [already.map(({ id }) => id)],
      );
      expect(rows.map(({ what }) => what)).toEqual(step.leaves);
      if (step.detail !== undefined) expect(rows.map(({ detail }) => detail).join(' / ')).toMatch(step.detail);
      const person = people.get(step.who);
      for (const row of rows) {
        expect(row.address).toMatch(/^127\.0\.0\.1$|^203\.0\.113\./);
        if (person === undefined) {
          const [name, acting] = step.who.startsWith('operator')
            ? ['of the Operator', 'operator']
            : [`of ${alpha}`, alpha];
          expect(row).toMatchObject({ author: name, author_role: 'machine', author_acting: acting });
        }
        // what was approved is done in the name of who asked
        else if (row.what === 'reset') expect(row.author).toBe('chief@people.example');
        else expect(row.author).toBe(person.email);
      }
    });
  }

  const listed = async (who: string, query = '') => {
    const answer = await browsers.get(who)?.call('GET', `/api/v1/people-activity?limit=200${query}`);
    return (answer?.json.items ?? []) as ActivityPage['items'];
  };

  test('a User sees what the Operator did to it and to its Party, and nothing of another; the Operator sees all', async () => {
    const [own, theirs, all] = [await listed('own'), await listed('theirs'), await listed('chief')];
    const codes = (items: ActivityPage['items']) => new Set(items.map(({ what }) => what));
    for (const what of ['party-changed', 'certificate-registered', 'officer-revoked', 'ssh-key-registered'] as const) {
      expect(codes(own)).toContain(what);
      expect(codes(theirs)).not.toContain(what);
    }
    expect(theirs.filter(({ acting, partyId }) => acting === alpha || partyId === 'A')).toEqual([]);
    // of a change of responsibility to each its own
    expect(theirs.find(({ what }) => what === 'registrations-changed')).toMatchObject({
      acting: beta,
      byActing: 'operator',
    });
    expect(codes(all).size).toBeGreaterThan(steps.length);
    expect((await listed('own', '&about=ssh-keys')).map(({ what }) => what)).toEqual([
      'ssh-key-revoked',
      'ssh-key-registered',
    ]);
    expect((await listed('own', '&find=Alpha%20plc')).length).toBeGreaterThan(0);
    expect(JSON.stringify(all)).not.toContain('secret');
  });

  test('a Party sees which User IDs it gets and loses, and of one that it lost nothing else', async () => {
    const moved = '90-B3-D5-1F-30-01-00-09';
    const inPartyOf = (party: string) =>
      started.call('operator', 'POST', '/api/v1/imports/user-ids', `${columns}\n${moved},${party},IS,,\n`);
    const columns = 'user_id,party_id,roles,receive_url,delivery';
    const of = async (who: string) =>
      (await listed(who, `&about=directory&find=${moved}`)).map(({ what, detail }) => [what, detail]);
    expect(await inPartyOf('A')).toMatchObject({ status: 200 });
    const registered = ['user-id-registered', 'Party: none -> A; roles: none -> IS; delivery: none -> pull'];
    expect(await of('own')).toEqual([registered]);
    expect(await of('theirs')).toEqual([]);
    expect(await inPartyOf('B')).toMatchObject({ status: 200 });
    expect(await of('theirs')).toEqual([['user-id-changed', 'Party: A -> B']]);
    expect(await of('own')).toEqual([['user-id-changed', `${moved} is no longer of this Party`], registered]);
  });

  test('from where the Operator works is shown to no User, nor found by it', async () => {
    const own = await listed('own');
    const [ofOperator, itself] = [
      own.filter(({ byActing }) => byActing === 'operator'),
      own.filter(({ byActing }) => byActing !== 'operator'),
    ];
    expect(ofOperator.length).toBeGreaterThan(0);
    expect(ofOperator.filter(({ address }) => address !== undefined)).toEqual([]);
    expect(itself.every(({ address }) => address !== undefined)).toBe(true);
    const found = await listed('chief', '&find=127.0.0.1');
    expect(found.some(({ byActing, acting }) => byActing === 'operator' && acting === alpha)).toBe(true);
    expect((await listed('own', '&find=127.0.0.1')).filter(({ byActing }) => byActing === 'operator')).toEqual([]);
  });

  test("a User's page descends indexes of its own rows, however many others have", async () => {
    const { pool } = started.database;
    await pool.query(
      `insert into people_activity (what, email, author, at, acting, party_id, person_id)
       select 'invited', 'x', 'x', now() - n * interval '1 minute', case n % 3 when 0 then $1 end, case n % 3 when 1 then 'B' end,
              case n % 3 when 2 then 'nobody' end
       from generate_series(1, 5000) n`,
      [beta],
    );
    await pool.query('analyze people_activity');
    const { rows } = await pool.query<{ 'QUERY PLAN': unknown }>(`explain (format json) ${ACTIVITY_OF_USER_SQL}`, [
      'infinity',
      'ffffffff-ffff-ffff-ffff-ffffffffffff',
      [alpha],
      51,
      null,
      null,
    ]);
    const plan = JSON.stringify(rows[0]?.['QUERY PLAN']);
    const scans = [...plan.matchAll(/"(people_activity_\w+)"/g)].map(([, name]) => name);
    for (const name of ['people_activity_acting', 'people_activity_party', 'people_activity_person'])
      expect(scans).toContain(name);
    expect(scans).not.toContain('people_activity_time');
    expect(plan).not.toMatch(/"Seq Scan"[^{}]*"Relation Name":"people_activity"/);
  });

  test('the User is told by a notice, and the lists say who did it: to a User, the Operator', async () => {
    const told = await started.call('alpha', 'GET', '/api/v1/notices?kind=access&limit=200');
    const words = (told.json.items as { words: string }[]).map((one) => one.words);
    expect(words).toContainEqual(
      expect.stringMatching(/^A certificate was registered for this User ID: for signing, /),
    );
    expect(words).toContainEqual(expect.stringMatching(/^An officer of this User ID was revoked .*: Ann, ann@alpha/));
    expect((await started.call('beta', 'GET', '/api/v1/notices?kind=access')).json.items).toEqual([]);
    const by = async (who: string, path: string) => {
      const { json } = await started.call(who, 'GET', path);
      return (json.items as { registeredBy?: string; revokedBy?: string }[]).map((one) => [
        one.registeredBy,
        one.revokedBy,
      ]);
    };
    for (const path of ['/api/v1/certificates?find=2561', '/api/v1/ssh-keys', '/api/v1/email-recipients']) {
      expect([path, await by('alpha', path)]).toEqual([path, [['Operator', 'Operator']]]);
      const machine = 'Operator (machine of the Operator)';
      expect([path, await by('operator', path)]).toEqual([path, [[machine, machine]]]);
    }
    expect(await by('operator', '/api/v1/officers')).toEqual([
      ['Operator (chief@people.example)', 'Operator (chief@people.example)'],
    ]);
  });
});
