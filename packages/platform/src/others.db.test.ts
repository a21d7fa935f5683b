import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { schemaName } from './foundation/database/index.ts';
import { type Right, rightsOf } from './foundation/rights.ts';
import { testCertificate } from './parties/testing-certificates.ts';
import { addPerson, TestBrowser } from './people/testing-people.ts';
import { alpha, beta, startTestApi, type TestApi } from './testing-api.ts';

// What is another User's: everything of Beta that has an id is asked for, and changed, by a machine and by people of Alpha,
// by people of the other User ID that Beta's Party has, and in a tab on Alpha of whoever may act for Beta too, by each route that
// there is. The answer is that for an id that nobody has; nothing of Beta is in it, and nothing of Beta
// is changed by it. A route that takes an id or a body without a row here fails.

const MARK = 'of-beta';
/** Of Beta's Party as well. */
const sibling = '90-B3-D5-1F-30-02-00-01';
const unknownUser = '90-B3-D5-1F-30-7F-00-00';
const sha = (text: string) => createHash('sha256').update(text).digest('hex');

/** For each parameter of a path what Beta has, and what nobody has. Those that only Beta's side could know come at the start. */
const parameters: Record<string, { theirs: string; nobodys: string }> = {
  partyId: { theirs: 'B', nobodys: 'Z' },
  userId: { theirs: beta, nobodys: unknownUser },
  kind: { theirs: 'parties', nobodys: 'parties' },
  name: { theirs: 'flood', nobodys: 'flood' },
  device: { theirs: '00-DB-12-34-56-78-00-99', nobodys: '00-DB-12-34-56-78-00-FF' },
  day: { theirs: '2026-11-22', nobodys: '2026-11-22' },
  // each has a message of its own under its number
  sequence: { theirs: '2', nobodys: '77' },
  event: { theirs: '20261122000000000002', nobodys: '20261122000000000077' },
  sha256: { theirs: sha(MARK), nobodys: sha('nobody') },
  submission: { theirs: sha(MARK), nobodys: sha('nobody') },
  question: { theirs: '00000000-0000-4000-8000-0000000000ce', nobodys: '00000000-0000-4000-8000-000000000077' },
  report: { theirs: '00000000-0000-4000-8000-0000000000be', nobodys: '00000000-0000-4000-8000-000000000077' },
  // nobody's: of all
  version: { theirs: '1', nobodys: '1' },
  outage: { theirs: '00000000-0000-4000-8000-000000000001', nobodys: '00000000-0000-4000-8000-000000000001' },
  export: { theirs: sha(MARK).slice(0, 32), nobodys: sha('nobody').slice(0, 32) },
  change: { theirs: '00000000-0000-4000-8000-0000000000cb', nobodys: '00000000-0000-4000-8000-000000000077' },
  attachment: { theirs: '00000000-0000-4000-8000-0000000000aa', nobodys: '00000000-0000-4000-8000-000000000079' },
  comment: { theirs: '00000000-0000-4000-8000-0000000000c0', nobodys: '00000000-0000-4000-8000-00000000007a' },
  mediation: { theirs: '00000000-0000-4000-8000-0000000000ed', nobodys: '00000000-0000-4000-8000-00000000007b' },
  incident: { theirs: 'INC-100777', nobodys: 'INC-999777' },
  month: { theirs: '2026-12', nobodys: '2026-12' },
  feed: { theirs: '00000000-0000-4000-8000-0000000000fe', nobodys: '00000000-0000-4000-8000-000000000077' },
  webhook: { theirs: '00000000-0000-4000-8000-0000000000eb', nobodys: '00000000-0000-4000-8000-000000000077' },
  year: { theirs: '2026', nobodys: '2026' },
  // a colleague's
  view: { theirs: '00000000-0000-4000-8000-0000000000be', nobodys: '00000000-0000-4000-8000-000000000078' },
  signature: { theirs: sha('signature'), nobodys: sha('no signature') },
};

const webhook = { name: 'of Alpha', url: 'https://alpha.example/hook', types: ['change.shared'] };
const changeContent = {
  title: 'of Alpha',
  statement: { kind: 'firewall_network' },
  affected: { services: ['Signed files'] },
  windows: [{ from: '2026-12-10T22:00', to: '2026-12-10T23:00' }],
};

/** What a call that changes something says; ids in it as above. Undefined: it says nothing, or is refused before it is read. */
type Body = object | undefined;
const bodies: Readonly<Record<string, (ids: Readonly<Record<string, string>>) => Body>> = {
  'DELETE /api/v1/me/sessions/:sessionId': () => undefined,
  'POST /api/v1/me/sign-out-everywhere': () => undefined,
  'PUT /api/v1/people/:personId': () => ({ status: 'withdrawn' }),
  'PUT /api/v1/people/:personId/roles': ({ userId }) => ({ acting: userId, role: 'read_only' }),
  'POST /api/v1/people/:personId/reset': () => undefined,
  'POST /api/v1/people/invitations': ({ userId }) => ({
    email: 'x@people.example',
    name: 'X',
    acting: userId,
    role: 'read_only',
  }),
  'DELETE /api/v1/people/invitations/:invitationId': () => undefined,
  'POST /api/v1/people/approvals/:approvalId': () => ({ decision: 'refuse' }),
  'PUT /api/v1/people/second-administrator': () => undefined,
  'PUT /api/v1/parties/:partyId': () => ({ name: 'Taken', kind: 'other' }),
  'PUT /api/v1/user-ids/:userId': () => ({ partyId: 'A', roles: ['OU'] }),
  'POST /api/v1/certificates': ({ userId }) => ({ userId, purpose: 'signing', certificate: 'x' }),
  'POST /api/v1/certificates/role': ({ certificate }) => ({ fingerprint: certificate, role: 'aro' }),
  'POST /api/v1/certificates/revoke': ({ certificate }) => ({ purpose: 'signing', fingerprint: certificate }),
  'POST /api/v1/officers': ({ userId }) => ({ userId, certificate: 'x' }),
  'POST /api/v1/officers/revoke': ({ userId, officer }) => ({ userId, fingerprint: officer }),
  'POST /api/v1/ssh-keys': ({ userId }) => ({ userId, name: 'x', key: 'x' }),
  'POST /api/v1/ssh-keys/revoke': ({ userId, sshKey }) => ({ userId, fingerprint: sshKey }),
  'POST /api/v1/email-recipients': ({ userId }) => ({ userId, address: 'x@user.example', certificate: 'x' }),
  'POST /api/v1/email-recipients/revoke': ({ userId, mailAddress }) => ({ userId, fingerprint: mailAddress }),
  'PUT /api/v1/user-ids/:userId/officer-policy': () => ({ secondOfficer: true }),
  'POST /api/v1/imports/:kind': () => undefined,
  'POST /api/v1/submissions': () => undefined,
  'POST /api/v1/submissions/:sha256/signatures': () => undefined,
  'POST /api/v1/submissions/:sha256/withdraw': () => undefined,
  'POST /api/v1/submissions/:sha256/retry': () => undefined,
  'POST /api/v1/quarantine/events/:event': () => ({ owner: 'somebody of Alpha', state: 'investigating' }),
  'POST /api/v1/quarantine/events/:event/notes': () => ({ note: 'written by Alpha' }),
  // always one's own: it names nobody
  'POST /api/v1/views': () => undefined,
  'PUT /api/v1/views/:view': () => ({ name: 'taken' }),
  'DELETE /api/v1/views/:view': () => undefined,
  'POST /api/v1/exports': ({ userId }) => ({ userId, format: 'csv' }),
  'POST /api/v1/devices/:device/titles/exports': () => ({ format: 'csv' }),
  'POST /api/v1/exports/:export/cancel': () => undefined,
  'POST /api/v1/notices/read': ({ userId, event }) => ({ userId, notices: [`2026-11-22T10:00:00Z held ${event}`] }),
  'POST /api/v1/releases/:submission': () => ({ state: 'paused' }),
  // of everybody, and the Operator's to change
  'POST /api/v1/ways/versions': () => undefined,
  'POST /api/v1/ways/versions/:version/withdraw': () => undefined,
  'POST /api/v1/ways/outages': () => undefined,
  'POST /api/v1/ways/outages/:outage': () => undefined,
  'POST /api/v1/ways/outages/:outage/end': () => undefined,
  // always one's own: it names nobody
  'POST /api/v1/ways/reports': () => undefined,
  'POST /api/v1/ways/reports/:report/dismiss': ({ userId }) => ({ userId, answer: 'by Alpha' }),
  'POST /api/v1/changes': ({ userId }) => ({ userId, content: changeContent }),
  'POST /api/v1/changes/preview': ({ userId, change }) => ({ userId, change, content: changeContent }),
  'POST /api/v1/changes/intake': () => undefined,
  'PUT /api/v1/changes/:change': () => ({ version: 1, content: changeContent }),
  'DELETE /api/v1/changes/:change': () => undefined,
  'POST /api/v1/changes/:change/move': () => ({ version: 1, to: 'cancelled' }),
  'POST /api/v1/changes/:change/copy': () => undefined,
  'POST /api/v1/changes/:change/comments': () => ({ words: 'by Alpha' }),
  'POST /api/v1/changes/:change/comments/:comment/answer': () => ({ words: 'by Alpha' }),
  'POST /api/v1/changes/:change/testing': () => ({ joins: true }),
  'POST /api/v1/changes/:change/attachments': () => undefined,
  'DELETE /api/v1/changes/:change/attachments/:attachment': () => undefined,
  'POST /api/v1/changes/mediations': ({ change }) => ({ changes: [change, change], words: 'by Alpha' }),
  'POST /api/v1/changes/mediations/:mediation/messages': () => ({ words: 'by Alpha' }),
  'POST /api/v1/changes/mediations/:mediation/close': () => ({ outcome: 'by Alpha' }),
  // of everybody, and the Operator's to change
  'POST /api/v1/changes/limits': () => undefined,
  'POST /api/v1/changes/calendar': () => undefined,
  'POST /api/v1/changes/calendar/:event/withdraw': () => undefined,
  // always one's own: it names nobody
  'PUT /api/v1/notice-choices': () => undefined,
  'POST /api/v1/feeds': ({ userId }) => ({ userId, name: 'of Alpha' }),
  'POST /api/v1/feeds/:feed/revoke': () => undefined,
  'POST /api/v1/webhooks': ({ userId }) => ({ userId, ...webhook }),
  'PUT /api/v1/webhooks/:webhook': () => ({ ...webhook, isOn: false }),
  'POST /api/v1/webhooks/:webhook/secret': () => undefined,
  'POST /api/v1/webhooks/:webhook/test': () => undefined,
  'POST /api/v1/webhooks/:webhook/remove': () => undefined,
  'POST /api/v1/incidents': ({ userId }) => ({ userId, title: 'x' }),
  'PUT /api/v1/incidents/:incident': () => ({ version: 1, title: 'x' }),
  'POST /api/v1/incidents/:incident/move': () => ({ version: 1, to: 'closed', closing: 'x' }),
  'POST /api/v1/incidents/:incident/escalate': () => ({ version: 1, why: 'x' }),
  'POST /api/v1/incidents/:incident/updates': () => ({ words: 'x' }),
  'POST /api/v1/incidents/:incident/publish': () => ({
    version: 1,
    title: 'x',
    impact: 'outage',
    services: ['Signed files'],
    words: 'x',
  }),
  'PUT /api/v1/status/subscription': ({ userId }) => ({ userId, isSubscribed: true }),
  'POST /api/v1/incidents/:incident/changes/:change': () => ({ verdict: 'confirmed', why: 'x' }),
  'POST /api/v1/incidents/:incident/changes/:change/postpone': () => ({
    version: 1,
    windows: changeContent.windows,
    why: 'x',
  }),
  'POST /api/v1/incidents/:incident/changes/:change/ask': () => ({ why: 'x' }),
  'POST /api/v1/incidents/targets': () => undefined,
  'POST /api/v1/demonstration/incidents/:name': () => ({ isRunning: true }),
  'POST /api/v1/demonstration/rehearsals/firewall': () => ({}),
  'POST /api/v1/title-switches': () => undefined,
  'POST /api/v1/messages/:day/:sequence/decisions': () => ({ decision: 'ignore' }),
  'POST /api/v1/devices/:device/questions': () => ({ reference: 'x', words: 'Why?' }),
  'POST /api/v1/questions/:question/answer': () => ({ answer: 'Because' }),
  'POST /api/v1/questions/:question/close': () => ({}),
  'POST /api/v1/questions/:question/naming': () => ({ agreesToBeNamed: true }),
  'POST /api/v1/devices': ({ device }) => ({ device, kind: 'ESME', status: 'Suspended' }),
};

let started: TestApi;
let marks: string[];
const browsers = new Map<string, TestBrowser>();

beforeAll(async () => {
  started = await startTestApi();
  const { pool } = started.database;
  const device = parameters.device?.theirs;
  await started.bring('user-ids', `${sibling},B,IS,,`);
  await started.bring('devices', `${device},ESME,Commissioned,,2000000000002,,,,,,,`);
  await started.bring('registrations', `2000000000002,IS,${beta},2020-01-01T00:00:00Z,`);
  const certificate = testCertificate({ userId: beta, serial: '0B' });
  const registered = { userId: beta, purpose: 'signing', certificate: certificate.pem };
  expect(await started.call('operator', 'POST', '/api/v1/certificates', registered)).toMatchObject({ status: 200 });

  for (const [name, roles] of [
    ['administrator', { [alpha]: 'user_administrator' }],
    ['officer', { [alpha]: 'aro' }],
    ['sibling-administrator', { [sibling]: 'user_administrator' }],
    ['sibling-officer', { [sibling]: 'aro' }],
    [MARK, { [beta]: 'user_administrator' }],
  ] as const) {
    const person = await addPerson(pool, { name, roles });
    const browser = new TestBrowser(started.own);
    await browser.signIn(person);
    browsers.set(name, browser);
  }
  const [event, file] = [parameters.event?.theirs, parameters.sha256?.theirs];
  for (const [sql, ...values] of [
    [
      `insert into quarantine_event (user_id, event, detector, threshold_id, direction, words, first_at, last_at, held, changed_at)
       values ($1, $2, 'user', 1, 'southbound', $3, now(), now(), 1, now())`,
      event,
      MARK,
    ],
    [`insert into quarantine_note values ($1, $2, 1, now(), $3, $3)`, event, MARK],
    [
      // the day of the clock that the API goes by, at which its role holds too
      `with held as (update user_role set valid_from = '-infinity' where user_id = $1)
       insert into device_activity (device, user_id, day, busy_on, counts)
       select $2, u, '2026-11-22', '2026-11-22', array_fill(1, array[29]) || 99
       from unnest(array[$1, '00:00:00:00:00:00:00:00']::macaddr8[]) u`,
      device,
    ],
    [`insert into notice values ($1, now(), 'held', $2, $3, 1)`, event, MARK],
    [
      `insert into export (user_id, export, asked_by, author, requested_at, format, conditions, state, first_day, last_day, day,
                           sequence, turn_at, changed_at, bytes)
       values ($1, $2, 'user', $3, now(), 'csv', '{}', 'done', now(), now(), now(), 0, now(), now(), 7)`,
      parameters.export?.theirs,
      MARK,
    ],
    [
      `insert into saved_view
       select r.person_id, r.acting, $2::uuid, $3, 'messages', '{}', now() from person_role r where r.acting::macaddr8 = $1`,
      parameters.view?.theirs,
      MARK,
    ],
    [`insert into export_chunk values ($1, $2, 0, 7, '\\x00')`, parameters.export?.theirs],
    [
      `with made as (
         insert into incident (user_id, incident, title, state, category, began_at, opened_at, opened_by, counted_from, respond_by,
                               resolve_by)
         values ($1, $2, $3, 'open', 3, now(), now(), $3, now(), now(), now()) returning user_id, incident)
       insert into incident_update select user_id, incident, 1, now(), 'written', $3, 'readers', $3 from made`,
      parameters.incident?.theirs,
      MARK,
    ],
    [
      `insert into held_message (user_id, day, sequence, event, held_at, direction, kind, srv, target, counter, message_id,
                                 version, count, bound, size, sha256, body)
       values ($1, '2026-11-22', 2, $2, now(), 'southbound', 'service_request', '4.1.1', $3, 1, '${beta}:${parameters.device?.theirs}:1', 1, 2, 1, 1, sha256('x'), 'x')`,
      event,
      device,
    ],
    [
      `insert into submission (user_id, sha256, upload, size, received_at, state, changed_at, kind, reference)
       values ($1, decode($2, 'hex'), '00000000-0000-4000-8000-000000000007', octet_length($3), now(),
               'awaiting_second_officer', now(), 'actions', $3)`,
      file,
      MARK,
    ],
    [
      `insert into submission_chunk (user_id, upload, number, bytes)
       values ($1, '00000000-0000-4000-8000-000000000007', 0, convert_to($2, 'UTF8'))`,
      MARK,
    ],
    [
      `insert into submission_step (user_id, sha256, at, state, receipt)
       select user_id, sha256, changed_at, state, convert_to($2, 'UTF8') from submission where user_id = $1`,
      MARK,
    ],
    [
      `insert into submission_signature (user_id, sha256, signature_sha256, signature, received_at, verdict, name, email)
       values ($1, decode($2, 'hex'), sha256('signature'), 'x', now(), 'valid', $3, $3)`,
      file,
      MARK,
    ],
    [
      `insert into release (user_id, submission, state, next_at, decided, started_at)
       values ($1, decode($2, 'hex'), 'running', now(), 1, now())`,
      file,
    ],
    [
      `insert into officer (user_id, fingerprint, issuer, serial, der, not_before, not_after, name, email)
       values ($1, sha256('officer'), 'CN=x', '1', 'x', now(), now() + interval '1 year', $2, $2)`,
      MARK,
    ],
    [
      `insert into way_report (user_id, report, way, reported_at, reported_by, words, changed_at)
       values ($1, $2, 'email', now(), $3, $3, now())`,
      parameters.report?.theirs,
      MARK,
    ],
    [`insert into officer_policy values ($1, true, false, array[$2])`, MARK],
    [
      `with made as (
         insert into change
         select $1, $2::uuid, 'scheduled', 1, 'operator', 'process', c, '[[1796940000000, 1796943600000]]', '2026-12-10T22:00Z',
                '2026-12-10T23:00Z', now(), now(), $3::text
         from jsonb_build_object('title', $3::text, 'statement', '{"kind": "process"}'::jsonb, 'sharing', 'operator', 'size',
           'small', 'affected', '{"services": ["Signed files"], "srvs": [], "interfaces": [], "deviceModels": [], "regions": [],
           "userIds": []}'::jsonb, 'windows', '[]'::jsonb, 'contacts', '[]'::jsonb) c
         returning user_id, change, content)
       insert into change_version select user_id, change, 1, 'scheduled', now(), $3, $3, content from made`,
      parameters.change?.theirs,
      MARK,
    ],
    [
      `with made as (
         insert into webhook (user_id, webhook, side, name, url, types, secret, made_at, made_by)
         values ($1, $2, 'user', $3, 'https://x.example/', array['change.shared'], $3, now(), $3) returning user_id, webhook)
       insert into webhook_delivery (user_id, webhook, message, type, about, at)
       select user_id, webhook, gen_random_uuid(), 'change.shared', $3, now() from made`,
      parameters.webhook?.theirs,
      MARK,
    ],
    [
      `insert into change_feed (user_id, feed, token_sha256, side, certificate, name, made_at, made_by)
       values ($1, $2, '\\x00', 'user', $3, $3, now(), $3)`,
      parameters.feed?.theirs,
      MARK,
    ],
    [
      `with made as (
         insert into change_attachment
         select $1, $2::uuid, $3::uuid, $4 || '.txt', 'text/plain', octet_length($4), sha256(convert_to($4, 'UTF8')), 1, now(), $4
         returning user_id, change, attachment)
       insert into change_attachment_chunk select user_id, change, attachment, 0, convert_to($4, 'UTF8') from made`,
      parameters.change?.theirs,
      parameters.attachment?.theirs,
      MARK,
    ],
    [
      `insert into change_comment values ($1, $2, $3, $1, 1, now(), $4, 'operator', $4)`,
      parameters.change?.theirs,
      parameters.comment?.theirs,
      MARK,
    ],
    [
      `with side as (insert into change_mediation_side values ($1, $2, gen_random_uuid(), $3, true, '[]', now())
                     returning user_id, thread)
       insert into change_mediation_message select user_id, thread, 1, now(), 'you', null, $4, $4, 'nobody', false from side`,
      parameters.mediation?.theirs,
      parameters.change?.theirs,
      MARK,
    ],
    [
      `with asked as (
         insert into asked_question (user_id, question, device, title, asked_at, words, state, agrees, changed_at)
         values ($1, gen_random_uuid(), $2, '', now(), $4, 'open', true, now())
       )
       insert into received_question (user_id, question, day, sequence, asker_role, received_at, words, state, agrees, changed_at)
       values ($1, $3, '2026-11-22', 2, 'IS', now(), $4, 'open', true, now())`,
      device,
      parameters.question?.theirs,
      MARK,
    ],
    [
      `insert into email_recipient (user_id, fingerprint, address, der, issuer, serial, not_before, not_after)
       values ($1, sha256('mail'), $2, 'x', 'x', '1', '2020-01-01', '2100-01-01')`,
      MARK,
    ],
    [
      `insert into ssh_key (user_id, fingerprint, algorithm, key, name) values ($1, sha256('ssh'), 'ssh-ed25519', 'x', $2)`,
      MARK,
    ],
    [
      `with t as (insert into threshold (user_id, services, direction, period_seconds)
                  values ($1, array['all'], 'sent', 86400) returning threshold_id),
            v as (insert into threshold_version
                  select threshold_id, 1, now() - interval '1 day', null, $2 from t returning threshold_id)
       insert into threshold_bound select threshold_id, 1, 'threshold', 1, 2, '2020-01-01', '2030-01-01' from v`,
      MARK,
    ],
    [
      `insert into record_reading (user_id, read_at, person_id, email, role, reason, what)
       values ($1, now(), 'x', 'desk@operator.example', 'service_desk', $2, $2)`,
      MARK,
    ],
    [
      `insert into invitation (token_sha256, kind, email, name, acting, role, made_as, made_at, expires_at)
       values (sha256('link'), 'invitation', $2 || '@invited.example', $2, upper(replace($1::text, ':', '-')), 'aro', 'operator',
               now(), now() + interval '3 days')`,
      MARK,
    ],
    [
      `insert into approval (kind, acting, email, name, role, asked_by, asked_by_email, asked_as, asked_at, expires_at)
       select 'role', r.acting, $2 || '@asked.example', $2, 'aro', r.person_id, $2, r.acting, now(), now() + interval '1 day'
       from person_role r where r.acting = upper(replace($1::macaddr8::text, ':', '-'))`,
      MARK,
    ],
  ] as const) {
    await pool.query(sql as string, [beta, ...values]);
  }
  const idOf = async (sql: string) => String((await pool.query<{ id: unknown }>(sql, [beta])).rows[0]?.id);
  const uuid = '00000000-0000-4000-8000-000000000000';
  const found: readonly (readonly [string, string, string])[] = [
    ['thresholdId', await idOf('select threshold_id as id from threshold where user_id = $1'), '999999'],
    ['approvalId', await idOf(`select approval_id as id from approval where $1::macaddr8 is not null`), uuid],
    ['invitationId', await idOf(`select invitation_id as id from invitation where $1::macaddr8 is not null`), uuid],
    [
      'personId',
      await idOf(`select person_id as id from person_role where acting = upper(replace($1::macaddr8::text, ':', '-'))`),
      'nobody',
    ],
    [
      'sessionId',
      await idOf(`select s."id" from sign_in."session" s join person_role r on r.person_id = s."userId"
                              where acting = upper(replace($1::macaddr8::text, ':', '-'))`),
      'nobody',
    ],
    [
      'certificate',
      await idOf(`select encode(fingerprint, 'hex') as id from certificate where user_id = $1`),
      sha('none'),
    ],
    ['officer', await idOf(`select encode(fingerprint, 'hex') as id from officer where user_id = $1`), sha('none')],
    ['mailAddress', sha('mail'), sha('none')],
    [
      'sshKey',
      `SHA256:${createHash('sha256').update('ssh').digest('base64').replaceAll('=', '')}`,
      `SHA256:${'A'.repeat(43)}`,
    ],
  ];
  for (const [name, theirs, nobodys] of found) parameters[name] = { theirs, nobodys };
  // who may act for both has things of its own at Beta, which are not Alpha's either
  for (const role of ['user_administrator', 'aro'] as const) {
    const name = `both-${role === 'aro' ? 'officer' : 'administrator'}`;
    const person = await addPerson(pool, { name, roles: { [alpha]: role, [beta]: role } });
    await pool.query(`insert into saved_view values ($1, $2, $3, $4, 'messages', '{}', now())`, [
      ...[person.personId, beta, parameters.view?.theirs, MARK],
    ]);
    const browser = new TestBrowser(started.own);
    await browser.signIn(person);
    browsers.set(name, browser);
  }
  marks = [
    MARK,
    beta,
    'Beta',
    ...['device', 'event', 'sha256', 'personId', 'sessionId', 'invitationId', 'certificate', 'officer'].map(
      (name) => parameters[name]?.theirs ?? MARK,
    ),
  ];
});
afterAll(() => started.stop());

const idsOf = (whose: 'theirs' | 'nobodys') =>
  Object.fromEntries(Object.entries(parameters).map(([name, ids]) => [name, ids[whose]]));

interface Said {
  readonly status: number;
  readonly text: string;
}
async function ask(who: string, method: string, path: string, body: Body, acting?: string): Promise<Said> {
  const browser = browsers.get(who);
  if (browser === undefined) return started.call('alpha', method, path, body);
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const answer = await fetch(started.own + path, {
    method,
    headers: {
      cookie,
      origin: started.own,
      ...(acting === undefined ? {} : { 'penstock-acting': acting }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, text: await answer.text() };
}

/** An answer without what a call says of itself: its own number and time, and the ids that it was asked with. */
function plain({ status, text }: Said, ids: Readonly<Record<string, string>>): Said {
  const without = Object.values(ids)
    .filter((id) => id.length > 10)
    .reduce((rest, id) => rest.replaceAll(id, 'ID'), text);
  return { status, text: without.replace(/"(requestId|asOf)":"[^"]*"/g, '') };
}

/** The rows of Beta in every table that has rows of Users, and who it has. */
async function stateOfBeta(): Promise<unknown> {
  const { pool } = started.database;
  const { rows: tables } = await pool.query<{ name: string }>(
    `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'user_id'
     where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = '${schemaName}'::regnamespace order by 1`,
  );
  expect(tables.length).toBeGreaterThan(20);
  const state: Record<string, unknown> = {};
  for (const { name } of tables) {
    const { rows } = await pool.query(
      `select count(*), md5(string_agg(t::text, ' ' order by t::text)) as rows from ${name} t where user_id = $1`,
      [beta],
    );
    state[name] = rows;
  }
  for (const sql of [
    'select * from person order by 1',
    'select * from person_role order by 1, 2',
    'select * from invitation order by 1',
    'select * from approval order by 1',
    `select * from device where device = '${parameters.device?.theirs}'`,
    `select * from party where party_id = 'B'`,
    `select * from saved_view where acting = '${beta}' order by 1, 2, 3`,
    `select * from notice_choice where acting = '${beta}' order by 1, 2, 3`,
    `select s."id" from sign_in."session" s join person p on p.person_id = s."userId" where p.name = '${MARK}'`,
  ]) {
    state[sql] = (await pool.query(sql)).rows;
  }
  return state;
}

const pathOf = (url: string, ids: Readonly<Record<string, string>>) =>
  url.replaceAll(/:([A-Za-z0-9]+)/g, (_, name: string) => {
    const id = ids[name];
    if (id === undefined) throw new Error(`nothing says what Beta has as ${name}: add it to the parameters above`);
    return encodeURIComponent(id);
  });

describe('nothing of another User', () => {
  test('is shown or changed, by whichever route and whoever asks; an id of theirs is as one of nobody', async () => {
    const before = await stateOfBeta();
    const [theirs, nobodys] = [idsOf('theirs'), idsOf('nobodys')];
    const routes = started.accessRules.filter(({ url, access }) => url.startsWith('/api/v1/') && access !== 'anyone');
    for (const { method, url, access } of routes) {
      const route = `${method} ${url}`;
      // would end the session that the others are asked with; it takes no id
      if (route === 'POST /api/v1/me/sign-out-everywhere') continue;
      const bodyOf = method === 'GET' ? () => undefined : bodies[route];
      if (bodyOf === undefined) throw new Error(`${route} changes something: say above what it is called with`);
      // of the people the one who may most of it
      const isOfficers = rightsOf('aro').has(access as Right) && !rightsOf('user_administrator').has(access as Right);
      const person = isOfficers ? 'officer' : 'administrator';
      for (const who of ['machine', person, `sibling-${person}`, `both-${person}`]) {
        const isOfBoth = who.startsWith('both');
        const shown = isOfBoth ? alpha : undefined;
        const tried = async (
          query: string,
          ids: Readonly<Record<string, string>>,
          acting: string | undefined = shown,
        ) => {
          const said = await ask(who, method, pathOf(url, ids) + query, bodyOf(ids), acting);
          // for whom one may act is no secret to oneself
          const isChoice = isOfBoth && url === '/api/v1/me';
          const answer = plain(said, isChoice ? { ...ids, choice: beta } : ids);
          // nor is whose Party it is to those of the Party
          const known: readonly string[] = isChoice || who.startsWith('sibling') ? ['Beta'] : [];
          for (const mark of marks.filter((one) => !known.includes(one))) {
            expect({ route, who, query, acting, shows: answer.text.includes(mark) && mark }).toEqual({
              route,
              who,
              query,
              acting,
              shows: false,
            });
          }
          return answer;
        };
        const own = await tried('', theirs);
        // without an id in it both are the same call
        if (url.includes('/:') || bodyOf(theirs) !== undefined) {
          expect({ route, who, ...own }).toEqual({ route, who, ...(await tried('', nobodys)) });
        }
        const named = await tried(`?userId=${beta}`, theirs);
        expect({ route, who, ...named }).toEqual({ route, who, ...(await tried(`?userId=${unknownUser}`, nobodys)) });
        expect({ route, who, isDone: method !== 'GET' && named.status < 300 }).toEqual({ route, who, isDone: false });
        const isOfOneself = url.startsWith('/api/v1/me/') || url === '/api/v1/events';
        if (who === 'machine' || isOfOneself) continue;
        for (const acting of isOfBoth ? [sibling, unknownUser, 'operator', 'nonsense', `${alpha}, ${beta}`] : [beta]) {
          const { status } = await tried('', theirs, acting);
          expect({ route, who, acting, status }).toEqual({ route, who, acting, status: 403 });
        }
      }
    }
    expect(await stateOfBeta()).toEqual(before);
  }, 300_000);

  test('and what is asked for here is there, for Beta itself', async () => {
    const ids = idsOf('theirs');
    for (const url of [
      '/api/v1/submissions/:sha256',
      '/api/v1/submissions/:sha256/file',
      '/api/v1/submissions/:sha256/signatures/:signature',
      '/api/v1/submissions/:sha256/receipt',
      '/api/v1/submissions/:sha256/receipt/signature',
      '/api/v1/quarantine/events/:event',
      '/api/v1/quarantine/events/:event/report',
      '/api/v1/devices/:device',
      '/api/v1/messages/:day/:sequence',
      '/api/v1/thresholds/:thresholdId/usage',
      '/api/v1/officer-policy',
      '/api/v1/changes/:change/attachments/:attachment',
      '/api/v1/changes/mediations/:mediation',
    ]) {
      const { status } = await ask(MARK, 'GET', pathOf(url, ids), undefined);
      expect({ url, status }).toEqual({ url, status: 200 });
    }
    for (const list of [
      'quarantine/events',
      'submissions',
      'releases',
      'incidents',
      'notices',
      'officers',
      'ssh-keys',
      'email-recipients',
      'certificates',
      'thresholds',
      'people',
      'people/invitations',
      'people/approvals',
      'devices/erratic',
      'record-readings',
      `changes/${ids.change}/comments`,
      `changes/${ids.change}/attachments`,
    ]) {
      const { text } = await ask(MARK, 'GET', `/api/v1/${list}`, undefined);
      expect({ list, isThere: text.includes(MARK) || text.includes(beta) }).toEqual({ list, isThere: true });
    }
  });
});
