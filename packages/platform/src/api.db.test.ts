import { createHash } from 'node:crypto';
import { operatorRoleNameSchema, type PersonRole, personRoleSchema } from '@penstock/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isForPeople } from './foundation/http/caller.ts';
import type { Access } from './foundation/http/server.ts';
import { needsReason, ofPeople, type Right, rightsOf, rightsOfMachine } from './foundation/rights.ts';
import { loadDirectory } from './parties/directory-store.ts';
import { testCertificate } from './parties/testing-certificates.ts';
import { addPerson, TestBrowser } from './people/testing-people.ts';
import { alpha, beta, hub, MACHINE_REASON, meter, operatorId, startTestApi, type TestApi } from './testing-api.ts';

let started: TestApi;
let database: TestApi['database'];
let call: TestApi['call'];
// People call the server's own address with the cookies of their sessions: one for each role, and those whose sessions are
// none any more.
const browsers = new Map<string, TestBrowser>();
const nobodys = new Set(['stale', 'suspended']);
/** The role of each who has one: people by their role, machines (`alpha aro`, `operator security`) by that of their certificate. */
const roleOf = new Map<string, PersonRole>();
const machineNamed = (role: PersonRole) =>
  `${operatorRoleNameSchema.safeParse(role).success ? 'operator' : 'alpha'} ${role}`;
const machines = ['nobody', 'alpha none', 'operator none', ...personRoleSchema.options.map(machineNamed)];

beforeAll(async () => {
  started = await startTestApi();
  ({ database, call } = started);
  const signIn = async (name: string, roles: Readonly<Record<string, PersonRole>>) => {
    const person = await addPerson(database.pool, { name, roles });
    const browser = new TestBrowser(started.own);
    await browser.signIn(person);
    browsers.set(name, browser);
    return person;
  };
  for (const role of personRoleSchema.options) {
    const acting = operatorRoleNameSchema.safeParse(role).success ? 'operator' : alpha;
    await signIn(role, { [acting]: role });
    roleOf.set(role, role);
    roleOf.set(machineNamed(role), role);
  }
  const stale = await signIn('stale', { [alpha]: 'user_administrator' });
  await database.pool.query('delete from sign_in."session" where "userId" = $1', [stale.personId]);
  const suspended = await signIn('suspended', { operator: 'operator_administrator' });
  await database.pool.query(`update person set status = 'suspended' where person_id = $1`, [suspended.personId]);
});
afterAll(() => started.stop());

/** A bare call, as a machine or as a person. */
async function callAs(who: string, method: string, path: string): Promise<{ status: number }> {
  const browser = browsers.get(who);
  if (browser !== undefined) {
    const kept = new Map(browser.cookies);
    const answer = await browser.call(method, path);
    // whatever an answer takes away, somebody who kept a cookie shows it again
    if (nobodys.has(who)) for (const [name, value] of kept) browser.cookies.set(name, value);
    return answer;
  }
  const answer = await fetch(started.address + path, { method, headers: { 'x-as': who } });
  await answer.arrayBuffer();
  return answer;
}
describe('who may call what', () => {
  // Every route there is; one that is added must be added here with the right that it takes.
  const table: Readonly<Record<string, Access>> = {
    'GET /healthz': 'anyone',
    'GET /readyz': 'anyone',
    'GET /metrics': 'anyone',
    'GET /api/openapi.json': 'anyone',
    'GET /api/auth/get-session': 'anyone',
    'POST /api/auth/sign-in/email': 'anyone',
    'POST /api/auth/sign-out': 'anyone',
    'POST /api/auth/change-password': 'anyone',
    'POST /api/auth/two-factor/enable': 'anyone',
    'POST /api/auth/two-factor/verify-totp': 'anyone',
    'GET /api/auth/passkey/generate-register-options': 'anyone',
    'POST /api/auth/passkey/verify-registration': 'anyone',
    'GET /api/auth/passkey/generate-authenticate-options': 'anyone',
    'POST /api/auth/passkey/verify-authentication': 'anyone',
    'GET /api/auth/passkey/list-user-passkeys': 'anyone',
    'POST /api/auth/passkey/delete-passkey': 'anyone',
    'POST /api/auth/passkey/register-options-for-link': 'anyone',
    'POST /api/auth/provider/begin': 'anyone',
    'POST /api/auth/provider/finish': 'anyone',
    'GET /api/v1/me': 'person',
    'GET /api/v1/me/account': 'person',
    'GET /api/v1/me/sessions': 'person',
    'DELETE /api/v1/me/sessions/:sessionId': 'person',
    'POST /api/v1/me/sign-out-everywhere': 'person',
    'GET /api/v1/events': 'person',
    'GET /api/v1/record-readings': 'readings.see',
    'GET /api/v1/record-readings.csv': 'readings.see',
    'GET /api/v1/devices/:device/titles': 'titles.see',
    'GET /api/v1/devices/:device/titles.csv': 'titles.see',
    'GET /api/v1/devices/:device/timeline': 'titles.see',
    'POST /api/v1/devices/:device/titles/exports': 'titles.see',
    'GET /api/v1/devices/erratic': 'titles.see',
    'GET /api/v1/devices/erratic.csv': 'titles.see',
    'GET /api/v1/title-readings': 'lookups.see',
    'GET /api/v1/messages/:day/:sequence/causes': 'titles.see',
    'POST /api/v1/messages/:day/:sequence/decisions': 'alerts.change',
    'POST /api/v1/devices/:device/questions': 'questions.change',
    'GET /api/v1/questions': 'questions.see',
    'GET /api/v1/questions.csv': 'questions.see',
    'GET /api/v1/questions/:question': 'questions.see',
    'POST /api/v1/questions/:question/answer': 'questions.change',
    'POST /api/v1/questions/:question/close': 'questions.change',
    'POST /api/v1/questions/:question/naming': 'questions.change',
    'GET /api/v1/title-readings.csv': 'lookups.see',
    'GET /api/v1/title-switches': 'switches.see',
    'POST /api/v1/title-switches': 'switches.change',
    'GET /api/v1/people': 'people.see',
    'GET /api/v1/people.csv': 'people.see',
    'PUT /api/v1/people/:personId': 'people.change',
    'PUT /api/v1/people/:personId/roles': 'people.change',
    'POST /api/v1/people/:personId/reset': 'people.change',
    'GET /api/v1/people/invitations': 'people.see',
    'GET /api/v1/people/invitations.csv': 'people.see',
    'POST /api/v1/people/invitations': 'people.change',
    'DELETE /api/v1/people/invitations/:invitationId': 'people.change',
    'GET /api/v1/people/approvals': 'people.see',
    'GET /api/v1/people/approvals.csv': 'people.see',
    'POST /api/v1/people/approvals/:approvalId': 'people.change',
    'GET /api/v1/people/second-administrator': 'people.see',
    'PUT /api/v1/people/second-administrator': 'people.change',
    'GET /api/v1/people-activity': 'activity.see',
    'GET /api/v1/people-activity.csv': 'activity.see',
    'POST /api/v1/invitations/look': 'anyone',
    'POST /api/v1/invitations/accept': 'anyone',
    'GET /api/v1/parties': 'directory.see',
    'GET /api/v1/parties.csv': 'directory.see',
    'PUT /api/v1/parties/:partyId': 'directory.change',
    'GET /api/v1/user-ids': 'directory.see',
    'GET /api/v1/user-ids.csv': 'directory.see',
    'PUT /api/v1/user-ids/:userId': 'directory.change',
    'GET /api/v1/certificates': 'certificates.see',
    'GET /api/v1/certificates.csv': 'certificates.see',
    'POST /api/v1/certificates': 'certificates.change',
    'POST /api/v1/certificates/role': 'certificates.change',
    'POST /api/v1/certificates/revoke': 'certificates.change',
    'GET /api/v1/officers': 'officers.see',
    'GET /api/v1/officers.csv': 'officers.see',
    'POST /api/v1/officers': 'officers.change',
    'POST /api/v1/officers/revoke': 'officers.change',
    'GET /api/v1/ssh-keys': 'certificates.see',
    'GET /api/v1/ssh-keys.csv': 'certificates.see',
    'POST /api/v1/ssh-keys': 'certificates.change',
    'POST /api/v1/ssh-keys/revoke': 'certificates.change',
    'GET /api/v1/email': 'submissions.see',
    'GET /api/v1/email-recipients': 'certificates.see',
    'GET /api/v1/email-recipients.csv': 'certificates.see',
    'POST /api/v1/email-recipients': 'certificates.change',
    'POST /api/v1/email-recipients/revoke': 'certificates.change',
    'PUT /api/v1/user-ids/:userId/officer-policy': 'officers.change',
    'GET /api/v1/officer-policy': 'officers.see',
    'POST /api/v1/imports/:kind': 'directory.change',
    'POST /api/v1/submissions': 'submissions.change',
    'GET /api/v1/submissions': 'submissions.see',
    'GET /api/v1/submissions.csv': 'submissions.see',
    'GET /api/v1/submissions/:sha256': 'submissions.see',
    'POST /api/v1/submissions/:sha256/signatures': 'submissions.change',
    'POST /api/v1/submissions/:sha256/withdraw': 'submissions.change',
    'POST /api/v1/submissions/:sha256/retry': 'stopped.change',
    'GET /api/v1/submissions/needing-operator': 'stopped.see',
    'GET /api/v1/submissions/needing-operator.csv': 'stopped.see',
    'GET /api/v1/submissions/:sha256/file': 'submissions.see',
    'GET /api/v1/submissions/:sha256/signatures/:signature': 'submissions.see',
    'GET /api/v1/submissions/:sha256/receipt': 'submissions.see',
    'GET /api/v1/submissions/:sha256/receipt/signature': 'submissions.see',
    'GET /api/v1/quarantine/events': 'quarantine.see',
    'GET /api/v1/quarantine/events.csv': 'quarantine.see',
    'GET /api/v1/quarantine/events/:event': 'quarantine.see',
    'POST /api/v1/quarantine/events/:event': 'quarantine.change',
    'GET /api/v1/quarantine/events/:event/affected': 'quarantine.see',
    'GET /api/v1/quarantine/events/:event/held': 'record.see',
    'GET /api/v1/quarantine/events/:event/held.csv': 'record.see',
    'GET /api/v1/quarantine/events/:event/report': 'record.see',
    'POST /api/v1/quarantine/events/:event/notes': 'quarantine.change',
    'GET /api/v1/releases': 'releases.see',
    'GET /api/v1/releases.csv': 'releases.see',
    'POST /api/v1/releases/:submission': 'releases.change',
    'GET /api/v1/notices': 'quarantine.see',
    'GET /api/v1/notices.csv': 'quarantine.see',
    'POST /api/v1/notices/read': 'quarantine.see',
    'GET /api/v1/notice-choices': 'told.change',
    'PUT /api/v1/notice-choices': 'told.change',
    'GET /api/v1/demonstration': 'demonstration',
    'POST /api/v1/demonstration/incidents/:name': 'demonstration',
    'POST /api/v1/demonstration/rehearsals/firewall': 'demonstration',
    'GET /api/v1/incidents': 'incidents.see',
    'GET /api/v1/incidents.csv': 'incidents.see',
    'POST /api/v1/incidents': 'incidents.change',
    'GET /api/v1/incidents/:incident': 'incidents.see',
    'PUT /api/v1/incidents/:incident': 'incidents.change',
    'POST /api/v1/incidents/:incident/move': 'incidents.change',
    'POST /api/v1/incidents/:incident/escalate': 'incidents.change',
    'POST /api/v1/incidents/:incident/publish': 'incidents.change',
    'GET /api/v1/status': 'status.see',
    'GET /api/v1/status/history': 'status.see',
    'GET /api/v1/status/subscription': 'status.change',
    'PUT /api/v1/status/subscription': 'status.change',
    'GET /api/v1/incidents/:incident/updates': 'incidents.see',
    'POST /api/v1/incidents/:incident/updates': 'incidents.change',
    'GET /api/v1/incidents/:incident/changes': 'incidents.see',
    'GET /api/v1/changes/:change/incidents': 'incidents.see',
    'POST /api/v1/incidents/:incident/changes/:change': 'incidents.change',
    'POST /api/v1/incidents/:incident/changes/:change/postpone': 'changes.change',
    'POST /api/v1/incidents/:incident/changes/:change/ask': 'incidents.change',
    'GET /api/v1/incidents/targets': 'incidents.see',
    'POST /api/v1/incidents/targets': 'calendar.change',
    'GET /api/v1/ways': 'ways.see',
    'GET /api/v1/ways/versions': 'ways.see',
    'GET /api/v1/ways/versions.csv': 'ways.see',
    'POST /api/v1/ways/versions': 'ways.change',
    'POST /api/v1/ways/versions/:version/withdraw': 'ways.change',
    'GET /api/v1/ways/guidance': 'ways.see',
    'GET /api/v1/ways/readiness': 'ways.see',
    'GET /api/v1/ways/readiness.csv': 'ways.see',
    'GET /api/v1/ways/outages': 'outages.see',
    'GET /api/v1/ways/outages.csv': 'outages.see',
    'POST /api/v1/ways/outages': 'outages.change',
    'POST /api/v1/ways/outages/:outage': 'outages.change',
    'POST /api/v1/ways/outages/:outage/end': 'outages.change',
    'GET /api/v1/ways/reports': 'reports.see',
    'GET /api/v1/ways/reports.csv': 'reports.see',
    'POST /api/v1/ways/reports': 'reports.change',
    'POST /api/v1/ways/reports/:report/dismiss': 'reports.change',
    'GET /api/v1/changes': 'changes.see',
    'GET /api/v1/changes.csv': 'changes.see',
    'POST /api/v1/changes': 'changes.change',
    'POST /api/v1/changes/preview': 'changes.change',
    'POST /api/v1/changes/intake': 'changes.change',
    'GET /api/v1/changes/clashes': 'changes.see',
    'GET /api/v1/changes/:change': 'changes.see',
    'PUT /api/v1/changes/:change': 'changes.change',
    'DELETE /api/v1/changes/:change': 'changes.change',
    'POST /api/v1/changes/:change/move': 'changes.change',
    'POST /api/v1/changes/:change/copy': 'changes.change',
    'GET /api/v1/changes/:change/clashes': 'changes.see',
    'GET /api/v1/changes/:change/slots': 'changes.see',
    'GET /api/v1/changes/:change/history': 'changes.see',
    'GET /api/v1/changes/:change/uses': 'changes.see',
    'GET /api/v1/changes/:change/consultation': 'changes.see',
    'GET /api/v1/changes/:change/comments': 'changes.see',
    'POST /api/v1/changes/:change/comments': 'changes.change',
    'POST /api/v1/changes/:change/comments/:comment/answer': 'changes.change',
    'POST /api/v1/changes/:change/testing': 'changes.change',
    'GET /api/v1/changes/:change/attachments': 'changes.see',
    'POST /api/v1/changes/:change/attachments': 'changes.change',
    'GET /api/v1/changes/:change/attachments/:attachment': 'changes.see',
    'DELETE /api/v1/changes/:change/attachments/:attachment': 'changes.change',
    'GET /api/v1/changes/mediations': 'changes.see',
    'POST /api/v1/changes/mediations': 'changes.change',
    'GET /api/v1/changes/mediations/:mediation': 'changes.see',
    'POST /api/v1/changes/mediations/:mediation/messages': 'changes.change',
    'POST /api/v1/changes/mediations/:mediation/close': 'changes.change',
    'GET /api/v1/changes/:change/traffic': 'changes.see',
    'GET /api/v1/changes/schedule/:month': 'changes.see',
    'GET /api/v1/changes/schedule/:month/csv': 'changes.see',
    'GET /api/v1/changes/schedule/:month/pdf': 'changes.see',
    'GET /api/v1/changes/limits': 'calendar.see',
    'POST /api/v1/changes/limits': 'calendar.change',
    'GET /api/v1/changes/bank-holidays/:year': 'calendar.see',
    'GET /api/v1/changes/calendar': 'calendar.see',
    'POST /api/v1/changes/calendar': 'calendar.change',
    'POST /api/v1/changes/calendar/:event/withdraw': 'calendar.change',
    'GET /api/v1/feeds': 'feeds.change',
    'POST /api/v1/feeds': 'feeds.change',
    'POST /api/v1/feeds/:feed/revoke': 'feeds.change',
    'GET /api/v1/feeds/:token/schedule.ics': 'anyone',
    'GET /api/v1/webhooks': 'webhooks.see',
    'POST /api/v1/webhooks': 'webhooks.change',
    'PUT /api/v1/webhooks/:webhook': 'webhooks.change',
    'POST /api/v1/webhooks/:webhook/secret': 'webhooks.change',
    'POST /api/v1/webhooks/:webhook/test': 'webhooks.change',
    'POST /api/v1/webhooks/:webhook/remove': 'webhooks.change',
    'GET /api/v1/webhooks/:webhook/deliveries': 'webhooks.see',
    'GET /api/v1/overview': 'streams.see',
    'GET /api/v1/traffic': 'streams.see',
    'GET /api/v1/devices': 'devices.see',
    'GET /api/v1/devices.csv': 'devices.see',
    'GET /api/v1/devices/:device': 'devices.see',
    'POST /api/v1/devices': 'devices.change',
    'GET /api/v1/messages': 'record.see',
    'GET /api/v1/messages.csv': 'record.see',
    'GET /api/v1/messages/:day/:sequence': 'record.see',
    'GET /api/v1/reports': 'devices.see',
    'GET /api/v1/reports/RSAT_001': 'record.see',
    'GET /api/v1/reports/RSAT_002': 'record.see',
    'GET /api/v1/reports/RSMI_001': 'devices.see',
    'GET /api/v1/reports/RSMI_002': 'devices.see',
    'GET /api/v1/reports/RSMI_003': 'devices.see',
    'GET /api/v1/reports/RSMI_004': 'devices.see',
    'GET /api/v1/views': 'views.change',
    'POST /api/v1/views': 'views.change',
    'PUT /api/v1/views/:view': 'views.change',
    'DELETE /api/v1/views/:view': 'views.change',
    'POST /api/v1/exports': 'record.see',
    'GET /api/v1/exports': 'record.see',
    'GET /api/v1/exports/:export': 'record.see',
    'POST /api/v1/exports/:export/cancel': 'record.see',
    'GET /api/v1/exports/:export/file': 'record.see',
    'GET /api/v1/messages/:day/:sequence/verdict': 'record.see',
    'GET /api/v1/streams': 'streams.see',
    'GET /api/v1/streams.csv': 'streams.see',
    'GET /api/v1/thresholds': 'thresholds.see',
    'GET /api/v1/thresholds.csv': 'thresholds.see',
    'GET /api/v1/thresholds/:thresholdId/usage': 'thresholds.see',
    'GET /api/v1/thresholds/:thresholdId/versions.csv': 'thresholds.see',
    'GET /api/v1/thresholds/:thresholdId/contributors': 'contributors.see',
    'GET /api/v1/limits': 'thresholds.see',
    'GET /api/v1/limits.csv': 'thresholds.see',
    'GET /api/v1/services': 'thresholds.see',
    'GET /assets/*': 'anyone',
    'GET /*': 'anyone',
  };

  // What takes another right besides, when the Operator asks it for a User.
  const ofUsers: Readonly<Record<string, Right>> = {
    'GET /api/v1/submissions/:sha256/file': 'record.see',
    'GET /api/v1/submissions/:sha256/signatures/:signature': 'record.see',
  };

  test('the tables name every route', () => {
    const found = started.accessRules.map(({ method, url, ...rule }) => ({ route: `${method} ${url}`, ...rule }));
    expect(Object.fromEntries(found.map(({ route, access }) => [route, access]))).toEqual(table);
    const besides = found.flatMap(({ route, accessOfUsers }) => (accessOfUsers ? [[route, accessOfUsers]] : []));
    expect(Object.fromEntries(besides)).toEqual(ofUsers);
  });

  test('the document of the API has every route but what no page uses of signing in', async () => {
    const { json } = await call('nobody', 'GET', '/api/openapi.json');
    const paths = json.paths as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    const found = started.accessRules
      .filter(({ url, method }) => {
        const operations = paths[url.replaceAll(/:([A-Za-z0-9]+)/g, '{$1}')];
        return url.startsWith('/api/') && operations?.[method.toLowerCase()] === undefined;
      })
      .map(({ method, url }) => `${method} ${url}`);
    expect(found.sort()).toEqual([
      'GET /api/auth/get-session',
      'GET /api/auth/passkey/list-user-passkeys',
      'GET /api/openapi.json',
    ]);
    expect(paths['/api/auth/sign-in/email']?.post).toMatchObject({
      requestBody: { content: { 'application/json': { schema: { required: ['email', 'password'] } } } },
    });
  });

  for (const [route, right] of Object.entries(ofUsers)) {
    test(`${route}, of a User: ${right} too`, async () => {
      const sha256 = '00'.repeat(32);
      const path = route.replace('GET ', '').replace(':sha256', sha256).replace(':signature', sha256);
      const codeOf = async (who: string, query: string, reason?: string) => {
        const headers = reason === undefined ? {} : { 'penstock-reason': reason };
        return (await browsers.get(who)?.call('GET', path + query, undefined, headers))?.json.code;
      };
      const given = 'a reason that is long enough';
      const seen: Record<string, unknown[]> = {};
      const expected: Record<string, unknown[]> = {};
      for (const role of operatorRoleNameSchema.options) {
        seen[role] = [
          await codeOf(role, ''),
          await codeOf(role, `?userId=${operatorId.toLowerCase()}`),
          await codeOf(role, `?userId=${alpha}`),
          await codeOf(role, `?userId=${alpha.toLowerCase()}`, given),
          // what is no one User ID is nobody's own
          await codeOf(role, `?userId=${operatorId}&userId=${alpha}`),
        ];
        const [without, having] = !rightsOf(role).has(right)
          ? ['access.denied', 'access.denied']
          : [needsReason(role, right) ? 'access.reason-needed' : 'request.not-found', 'request.not-found'];
        expected[role] = ['request.not-found', 'request.not-found', without, having, without];
      }
      expect(seen).toEqual(expected);
      const readings = await database.pool.query('delete from record_reading where user_id = $1 and reason = $2', [
        alpha,
        given,
      ]);
      expect(readings.rowCount).toBe(2);
    });
  }

  function mayEnter(who: string, access: Access): boolean {
    if (access === 'anyone') return true;
    const role = roleOf.get(who);
    if (role === undefined) return false;
    const isPerson = browsers.has(who);
    // nobody here is one of the demonstration's ready people
    if (access === 'demonstration') return false;
    return access === 'person' ? isPerson : (isPerson ? rightsOf(role) : rightsOfMachine(role)).has(access);
  }

  function lacksReason(who: string, access: Access): boolean {
    const role = roleOf.get(who);
    return role !== undefined && access !== 'anyone' && !isForPeople(access) && needsReason(role, access);
  }

  for (const [route, access] of Object.entries(table)) {
    test(`${route}: ${access}`, async () => {
      const [method = '', url = ''] = route.split(' ');
      const path = url
        .replace(':partyId', 'A')
        .replace(':userId', alpha)
        .replace(':kind', 'parties')
        .replace(':device', meter)
        .replace(':day', '2026-11-22')
        .replace(':sequence', '1')
        .replace(':thresholdId', '1')
        .replace(':sha256', '00'.repeat(32))
        .replace(':submission', '00'.repeat(32))
        .replace('calendar/:event', 'calendar/00000000-0000-4000-8000-000000000000')
        .replace(':event', '20261122000000000001')
        .replace(':change', '00000000-0000-4000-8000-000000000000')
        .replace(':month', '2026-12')
        .replace(':feed', '00000000-0000-4000-8000-000000000000')
        .replace(':token', 'none')
        .replace(':webhook', '00000000-0000-4000-8000-000000000000')
        .replace(':year', '2026')
        .replace(':personId', 'unknown')
        .replace(':approvalId', '00000000-0000-4000-8000-000000000000')
        .replace(':invitationId', '00000000-0000-4000-8000-000000000000')
        .replace(':sessionId', 'unknown')
        .replace(':version', '7')
        .replace(':outage', '00000000-0000-4000-8000-000000000000')
        .replace(':question', '00000000-0000-4000-8000-000000000000')
        .replace(':report', '00000000-0000-4000-8000-000000000000')
        .replace(':name', 'flood');
      // these would end the sessions that the other routes are called with
      const isEnding = path.includes('/sign-out');
      const callers = [...machines, ...browsers.keys()].filter((who) => !isEnding || !browsers.has(who));
      const answers = new Map<string, number>();
      for (const who of callers) {
        const { status } = await callAs(who, method, path);
        answers.set(who, status);
        // Past the door a bare call may still be refused for what it lacks: with 401 only by better-auth itself, with
        // 403 for another's or for want of a reason.
        const isIn = status !== 401 && status !== 403;
        // a link is taken from our own pages only, which a bare machine is not
        const isOwnDoor = url.startsWith('/api/auth/') || url.startsWith('/api/v1/invitations/');
        if (access === 'anyone') expect({ who, isIn: isIn || isOwnDoor }).toEqual({ who, isIn: true });
        else if (mayEnter(who, access)) expect({ who, isIn }).toEqual({ who, isIn: !lacksReason(who, access) });
        else {
          const isUnknown = who === 'nobody' || nobodys.has(who) || (isForPeople(access) && !browsers.has(who));
          expect({ who, status }).toEqual({ who, status: isUnknown ? 401 : 403 });
        }
      }
      // a machine is answered as a person of its role, but where the matter is a person's
      if (access === 'anyone' || isForPeople(access) || ofPeople.includes(access)) return;
      for (const role of personRoleSchema.options) {
        const machine = machineNamed(role);
        expect({ machine, status: answers.get(machine) }).toEqual({ machine, status: answers.get(role) });
      }
    });
  }

  test('what nobody may see says what to do', async () => {
    const { json } = await call('nobody', 'GET', '/api/v1/messages');
    expect(json).toMatchObject({ code: 'access.unauthenticated', status: 401 });
    expect(json.detail).toMatch(/client certificate/);
  });

  test('each sees its own', async () => {
    const items = async (as: string, path: string) => (await call(as, 'GET', path)).json.items as { userId?: string }[];
    for (const list of ['/api/v1/messages', '/api/v1/streams', '/api/v1/user-ids']) {
      expect(new Set((await items('alpha', list)).map((item) => item.userId))).toEqual(new Set([alpha]));
      expect(new Set((await items('beta', list)).map((item) => item.userId))).toEqual(new Set([beta]));
    }
    expect(await call('alpha', 'GET', `/api/v1/messages?userId=${beta}`)).toMatchObject({ status: 403 });
    expect(await call('operator service_desk', 'GET', '/api/v1/messages')).toMatchObject({ status: 400 });
    expect((await items('operator service_desk', `/api/v1/messages?userId=${beta.toLowerCase()}`))[0]?.userId).toBe(
      beta,
    );
    expect(await call('alpha', 'GET', '/api/v1/messages/2026-11-22/1')).toMatchObject({ status: 200 });
    expect(await call('beta', 'GET', '/api/v1/messages/2026-11-22/1')).toMatchObject({ status: 404 });
    expect(await call('alpha', 'GET', `/api/v1/devices/${meter}`)).toMatchObject({ status: 200 });
    expect(await call('beta', 'GET', `/api/v1/devices/${meter}`)).toMatchObject({ status: 404 });
  });
});

describe('lists as CSV files', () => {
  const event = '20261122000000000007';
  const csv = async (as: string, path: string) => {
    const answer = await fetch(`${started.address}/api/v1${path}`, { headers: { 'x-as': as } });
    expect([path, answer.status]).toEqual([path, 200]);
    expect(answer.headers.get('content-type')).toMatch(/^text\/csv/);
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="[a-z0-9-]+\.csv"$/);
    return (await answer.text()).trimEnd().split('\r\n');
  };

  test('each has what meets its conditions, of whom it may be, and no cell that is a formula', async () => {
    await database.pool.query(
      `with e as (
         insert into quarantine_event (user_id, event, detector, threshold_id, direction, words, first_at, last_at, held,
                                       owner, changed_at)
         values ($1, $2, 'user', 1, 'southbound', 'more than 300', now(), now(), 2, '=cmd|x', now())
       ), i as (
         insert into incident (user_id, incident, title, state, category, began_at, opened_at, opened_by, counted_from, respond_by,
                               resolve_by)
         values ($1, 'INC-100000', '@SUM(A1)', 'open', 4, now(), now(), 'x', now(), now(), now())
       ), s as (
         insert into submission (user_id, sha256, size, received_at, state, changed_at, kind, reference)
         values ($1, sha256('a file'), 6, now(), 'applied', now(), 'adt', '+SR')
       ), t as (
         insert into threshold (user_id, services, direction, period_seconds)
         values ($1, '{4.1.1,4.8.1}', 'sent', 3600) returning threshold_id
       ), v as (
         insert into threshold_version (threshold_id, version, set_at, reference)
         select threshold_id, 1, now(), '-SR' from t
       ), h as (
         insert into held_message (user_id, day, sequence, event, held_at, direction, kind, command_variant, srv, originator,
                                   target, counter, message_id, signer, version, count, bound, size, sha256, body)
         select $1, '2026-11-22', 100 + i, $2, now(), 'southbound', 'service_request', 1, srv, $1, $3, i, 'id ' || i, 1, 1, 2,
                1, 1, sha256(srv::bytea), 'x'
         from (values (1, '4.1.1'), (2, '4.8.1')) as made(i, srv)
       )
       insert into threshold_bound
       select threshold_id, 1, 'threshold', 40, 50, '-infinity', 'infinity' from t`,
      [alpha, event, meter],
    );
    const rows: Record<string, string[]> = {};
    for (const path of ['/quarantine/events.csv', '/incidents.csv', '/submissions.csv', '/thresholds.csv']) {
      rows[path] = await csv('alpha', path);
      expect(await csv('beta', path)).toEqual([rows[path][0]]);
    }
    expect(rows['/quarantine/events.csv']?.[1]).toMatch(
      new RegExp(`^${event},${alpha},open,user,.*,2,2,0,'=cmd\\|x,,`),
    );
    expect(rows['/incidents.csv']?.[1]).toMatch(new RegExp(`^INC-100000,${alpha},open,4,'@SUM\\(A1\\),`));
    expect(rows['/submissions.csv']?.[1]).toMatch(/,adt,applied,[^,]*,'\+SR,/);
    expect(rows['/thresholds.csv']?.[1]).toMatch(/^\d+,[^,]*,4\.1\.1 4\.8\.1,sent,PT1H,1,.*,'-SR,threshold,,,40,50,/);
    expect(await csv('alpha', '/incidents.csv?state=closed')).toHaveLength(1);
    expect(await csv('operator', '/incidents.csv')).toHaveLength(2);
    expect(await csv('alpha', '/quarantine/events.csv?state=decided,resolved')).toHaveLength(1);
    expect((await csv('alpha', '/streams.csv')).slice(1).map((line) => line.split(',').slice(0, 3))).toEqual([
      [alpha, 'southbound', '0'],
      [alpha, 'northbound', '0'],
    ]);
    expect(await csv('operator', '/streams.csv?needs=somebody')).toHaveLength(1);
    const held = `/quarantine/events/${event}/held.csv`;
    expect(await csv('alpha', held)).toHaveLength(3);
    expect(await csv('alpha', `${held}?serviceReferenceVariant=4.8.1`)).toHaveLength(2);
    expect(await csv('beta', held)).toHaveLength(1);
    // nothing of it is left for the tests that follow
    await database.pool.query('delete from quarantine_event where event = $1', [event]);
  });

  test('each other list, too, with the conditions of the list', async () => {
    const { pool } = database;
    const before = await pool.query(`select words from notice where user_id = $1`, [alpha]);
    expect(before.rowCount).toBe(0);
    await pool.query(
      `with r as (
         insert into release (user_id, submission, state, next_at, decided, started_at)
         values ($1, sha256('a file'), 'running', now(), 7, now())
       ), l as (
         insert into attribute_limit (attribute, version, maximum, valid_from, valid_to, set_at, reference)
         values ('a.limit', 1, 12.50, '-infinity', 'infinity', now(), '=LIMIT')
       ), o as (
         insert into way_outage (outage, way, from_at, reason, declared_at, declared_by, ended_at, changed_at)
         values (gen_random_uuid(), 'https', now(), '=OUTAGE', now(), 'desk', now(), now())
       )
       insert into notice values ($1, now(), 'held', '1', '+NOTICE', 3), ($1, now(), 'warning', '2', 'another', 1)`,
      [alpha],
    );
    await pool.query(`update party set name = '=Alpha' where party_id = 'A'`);
    await pool.query(
      `insert into submission (user_id, sha256, size, received_at, state, changed_at, kind, reference,
                               named_references)
       values ($1, sha256('waits'), 6, now(), 'awaiting_second_officer', now(), 'adt', 'SR-2', '{SR-2,SR-3}'),
              ($1, sha256('stopped'), 6, now(), 'needs_operator', now(), 'adt', '@STOPPED', null)`,
      [alpha],
    );
    const { rows } = await pool.query<{ id: string }>('select threshold_id as id from threshold where user_id = $1', [
      alpha,
    ]);
    const history = `/thresholds/${rows[0]?.id}/versions.csv`;
    // of whom, how many lines without the header, and what stands in them
    const expected: readonly (readonly [string, string, number, RegExp])[] = [
      ['alpha', '/parties.csv', 1, /^A,'=Alpha,large_supplier,active$/],
      ['operator', '/parties.csv?find=beta', 1, /^B,/],
      ['alpha', '/user-ids.csv', 1, new RegExp(`^${alpha},A,'=Alpha,active,ES [^,]*; IS `)],
      ['operator', '/user-ids.csv', 3, /90-B3/],
      ['alpha', `/devices.csv?home=${hub}`, 2, new RegExp(`${meter},ESME,Commissioned,.*IS ${alpha}`)],
      ['beta', `/devices.csv?home=${hub}`, 0, /^$/],
      ['beta', '/limits.csv', 1, /^a\.limit,1,,12\.50,.*,'=LIMIT,$/],
      ['alpha', history, 1, /^\d+,.*,'-SR,threshold,,,40,50$/],
      ['alpha', '/releases.csv', 1, /,running,,,7,0,0,0,$/],
      ['beta', '/releases.csv', 0, /^$/],
      ['alpha', '/notices.csv', 2, /'\+NOTICE,3,no/],
      ['alpha', '/notices.csv?kind=warning', 1, /,another,1,no$/],
      ['beta', '/notices.csv', 0, /^$/],
      ['alpha', '/submissions.csv?state=awaiting_second_officer', 1, /,SR-2 SR-3,/],
      ['alpha', '/submissions.csv?waitsFor=others', 1, /,SR-2 SR-3,/],
      ['alpha', '/submissions.csv?waitsFor=me', 0, /^$/],
      ['operator', '/submissions/needing-operator.csv', 1, /,adt,'@STOPPED,/],
      ['operator', '/ways/outages.csv', 1, /^https,[^,]*,'=OUTAGE,/],
      ['alpha', '/ways/versions.csv', 1, /^1,/],
      ['alpha', '/ways/readiness.csv', 1, new RegExp(`^${alpha},'=Alpha,`)],
      ['alpha', '/ways/reports.csv', 0, /^$/],
      ['alpha', '/questions.csv?side=asked', 0, /^$/],
      ['alpha', '/email-recipients.csv', 0, /^$/],
    ];
    for (const [who, path, lines, words] of expected) {
      const body = (await csv(who, path)).slice(1);
      expect([path, body.length]).toEqual([path, lines]);
      expect([path, body.join('\n')]).toEqual([path, expect.stringMatching(words)]);
    }
    expect(await call('beta', 'GET', `/api/v1${history}`)).toMatchObject({ status: 404 });
    for (const path of ['/certificates.csv', '/officers.csv', '/ssh-keys.csv', '/email-recipients.csv']) {
      expect((await csv('alpha', path))[0]).toMatch(/,registeredAt,registeredBy,revokedAt,revokedBy/);
    }
    await pool.query(`update party set name = 'Alpha' where party_id = 'A'`);
    for (const table of ['release', 'attribute_limit', 'way_outage', 'notice', 'submission']) {
      await pool.query(`delete from ${table}`);
    }
  });
});

describe('lists of people and certificates', () => {
  /** Lines of the file, without its header; as whom, and what is looked for. */
  async function linesAs(who: string, path: string): Promise<string[]> {
    const answer = await browsers.get(who)?.call('GET', `/api/v1${path}`);
    expect([path, answer?.status]).toEqual([path, 200]);
    return (answer?.text ?? '').trimEnd().split('\r\n').slice(1);
  }
  const some = (text: string) => expect.stringContaining(text);

  test('are found by what they show, of whom one may see, and leave as files', async () => {
    await database.pool.query(
      `with made as (
         insert into people_activity (what, email, author, acting, detail)
         values ('role-changed', 'x@people.example', '=boss@people.example', $1::text, 'none -> aro'),
                ('role-changed', 'y@people.example', 'y@people.example', $2::text, 'none -> aro')
       )
       insert into record_reading (user_id, read_at, person_id, email, role, reason, what)
       values ($1::text::macaddr8, now(), 'p', 'desk@people.example', 'service_desk', '+44 called of INC-1', 'messages'),
              ($2::text::macaddr8, now(), 'p', 'desk@people.example', 'service_desk', 'another call', 'messages')`,
      [alpha, beta],
    );
    // a role, a Party's name, a User ID in either case; not another's people
    expect(await linesAs('operator_administrator', '/people.csv?find=read%20only%20')).toEqual([
      some(`,read_only of ${alpha}`),
    ]);
    await database.pool.query(
      `with i as (
         insert into invitation (token_sha256, kind, email, name, acting, role, made_as, made_at, expires_at)
         values (sha256('a link'), 'invitation', 'new@people.example', '=New', $1::text, 'aro', 'operator', now(),
                 now() + interval '3 days')
       )
       insert into approval (kind, acting, email, name, role, asked_by, asked_by_email, asked_as, asked_at, expires_at)
       select 'role', r.acting, 'x@people.example', '@Asked', 'aro', r.person_id, 'x@people.example', r.acting, now(),
              now() + interval '1 day'
       from person_role r where r.acting = $1 and r.role = 'user_administrator' limit 1`,
      [alpha],
    );
    expect(await linesAs('user_administrator', '/people/invitations.csv')).toEqual([some(`,'=New,${alpha},aro,`)]);
    expect(await linesAs('user_administrator', '/people/approvals.csv')).toEqual([some(",'@Asked,aro,")]);
    await database.pool.query('delete from approval');
    await database.pool.query('delete from invitation');
    expect((await linesAs('operator_administrator', '/people.csv')).length).toBeGreaterThan(
      (await linesAs('user_administrator', '/people.csv')).length,
    );
    expect(await linesAs('user_administrator', '/people.csv?find=security@')).toEqual([]);
    expect(await linesAs('security', '/people-activity.csv?find=role%20changed')).toHaveLength(2);
    expect(await linesAs('security', `/people-activity.csv?find=${beta.toLowerCase()}&about=people`)).toEqual([
      some('y@people.example'),
    ]);
    expect(await linesAs('user_administrator', '/people-activity.csv?find=ROLE%20c')).toEqual([some(",'=boss@people")]);
    expect(await linesAs('security', '/record-readings.csv?find=called')).toEqual([some(",'+44 called of INC-1,")]);
    expect(await linesAs('user_administrator', '/record-readings.csv?find=desk@')).toHaveLength(1);
    const certificate = testCertificate({ userId: alpha, serial: '0C' });
    for (const path of ['/certificates', '/officers']) {
      const purpose =
        path === '/certificates' ? { purpose: 'transport' } : { name: '@Ann', email: 'ann@alpha.example' };
      const body = { userId: alpha, ...purpose, certificate: certificate.pem };
      expect(await call('operator', 'POST', `/api/v1${path}`, body)).toMatchObject({ status: 200 });
    }
    expect(await linesAs('security', '/certificates.csv?find=CN%3Dno%20such')).toEqual([]);
    const found = await linesAs('analyst', '/certificates.csv?find=transport');
    expect(found).toEqual([]);
    expect(await linesAs('security', `/officers.csv?find=ann@`)).toEqual([some(`${alpha},'@Ann,ann@alpha.example,`)]);
    expect(await linesAs('security', '/ssh-keys.csv?find=x')).toEqual([]);
    expect((await linesAs('security', `/certificates.csv?find=${alpha}`)).every((line) => line.startsWith(alpha))).toBe(
      true,
    );
    // nothing of it is left for the tests that follow
    await database.pool.query('delete from record_reading');
    for (const table of ['certificate', 'officer']) {
      await database.pool.query(`delete from ${table} where user_id = $1 and serial = '12'`, [alpha]);
    }
  });
});

describe('the Operator’s people', () => {
  const of = (who: string) => {
    const browser = browsers.get(who);
    if (browser === undefined) throw new Error(`there is no ${who}`);
    return (path: string, reason?: string) =>
      browser.call('GET', path, undefined, reason === undefined ? {} : { 'penstock-reason': reason });
  };

  test('a machine of the Operator gives a reason as well, which is seen with its certificate', async () => {
    await database.pool.query('delete from record_reading');
    const path = `/api/v1/messages?userId=${alpha}`;
    expect((await fetch(started.address + path, { headers: { 'x-as': 'operator service_desk' } })).status).toBe(403);
    expect((await database.pool.query('select from record_reading')).rowCount).toBe(0);
    expect(await call('operator service_desk', 'GET', path)).toMatchObject({ status: 200 });
    const { json } = await of('user_administrator')('/api/v1/record-readings');
    expect(json.items).toMatchObject([
      {
        userId: alpha,
        email: 'machine of the Operator',
        role: 'service_desk',
        reason: MACHINE_REASON,
        what: 'messages limit=50',
      },
    ]);
    await database.pool.query('delete from record_reading');
  });

  test('read a User’s record with a reason, which that User’s administrator and security see', async () => {
    const desk = of('service_desk');
    const path = `/api/v1/messages?userId=${alpha}`;
    expect(await desk(path)).toMatchObject({ status: 403, json: { code: 'access.reason-needed' } });
    for (const bad of ['short', '%', 'x'.repeat(501), encodeURIComponent('two\nlines of reason')]) {
      expect(await desk(path, bad)).toMatchObject({ status: 400, json: { where: 'penstock-reason' } });
    }
    expect((await database.pool.query('select from record_reading')).rowCount).toBe(0);
    const reason = 'Störung 4711, asked by telephone';
    expect(await desk(path, encodeURIComponent(reason))).toMatchObject({ status: 200 });
    expect(await desk(`/api/v1/messages/2026-11-22/1?userId=${alpha}`, encodeURIComponent(reason))).toMatchObject({
      status: 200,
    });
    const expected = [
      {
        userId: alpha,
        email: 'service_desk@people.example',
        role: 'service_desk',
        reason,
        what: 'message 2026-11-22/1',
      },
      { userId: alpha, reason, what: 'messages limit=50' },
    ];
    for (const who of ['user_administrator', 'security']) {
      const page = await of(who)('/api/v1/record-readings?limit=1');
      const next = await of(who)(`/api/v1/record-readings?limit=1&cursor=${page.json.cursor}`);
      const items = [...(page.json.items as { what: string }[]), ...(next.json.items as { what: string }[])];
      expect(items.sort((one, other) => one.what.localeCompare(other.what))).toMatchObject(expected);
    }
    expect((await of('security')(`/api/v1/record-readings?userId=${beta}`)).json.items).toEqual([]);
    expect(await of('security')('/api/v1/record-readings?cursor=x')).toMatchObject({ status: 400 });
  });

  test('take the bytes of a User’s signed file with a reason; what became of it they see without', async () => {
    const file = `action,20261122000000000001,${alpha}:${meter}:1,,process,`;
    const sha256 = createHash('sha256').update(file).digest('hex');
    await database.pool.query(
      `with chunk as (
         insert into submission_chunk (user_id, upload, number, bytes)
         values ($1, gen_random_uuid(), 0, $2) returning upload)
       insert into submission (user_id, sha256, upload, size, received_at, state, changed_at, kind, reference)
       select $1, sha256($2), upload, octet_length($2), now(), 'applied', now(), 'actions', 'SR' from chunk`,
      [alpha, Buffer.from(file)],
    );
    const [desk, planner] = [of('service_desk'), of('change_manager')];
    const one = `/api/v1/submissions/${sha256}`;
    const shown = await desk(`${one}?userId=${alpha}`);
    expect(shown).toMatchObject({ status: 200, json: { kind: 'actions' } });
    expect(JSON.stringify(shown.json)).not.toContain(meter);
    const bytes = `${one}/file?userId=${alpha}`;
    expect(await desk(bytes)).toMatchObject({ status: 403, json: { code: 'access.reason-needed' } });
    expect(await planner(bytes, 'The same is asked for by another')).toMatchObject({
      status: 403,
      json: { code: 'access.denied' },
    });
    const reason = 'Alpha asks which messages its file names';
    const { status, headers } = await desk(bytes, reason);
    expect([status, headers.get('content-length')]).toEqual([200, String(file.length)]);
    const { items } = (await of('user_administrator')('/api/v1/record-readings?limit=1')).json;
    expect(items).toMatchObject([{ reason, what: `signed file ${sha256}` }]);
    // the User's own people and machines give none
    for (const answer of [await of('read_only')(`${one}/file`), await call('alpha', 'GET', `${one}/file`)]) {
      expect(answer.status).toBe(200);
    }
    await database.pool.query('delete from submission');
  });
});

describe('changes by the Operator', () => {
  test('an import answers with every fault, and is applied whole or not at all', async () => {
    const text = 'party_id,name,kind\nC,Gamma,other\nD,,other\nE,E,nobody\n';
    const { status, json } = await call('operator', 'POST', '/api/v1/imports/parties', text);
    expect(status).toBe(422);
    expect(json).toMatchObject({ code: 'import.refused', faultCount: 2, where: 'parties' });
    expect(json.faults).toMatchObject([
      { line: 3, column: 'name', code: 'import.value.missing' },
      { line: 4, column: 'kind', code: 'import.value.invalid' },
    ]);
    const { json: parties } = await call('operator', 'GET', '/api/v1/parties');
    expect((parties.items as { partyId: string }[]).map((item) => item.partyId)).toEqual(['A', 'B', 'O']);
  });

  test('a Party that is suspended is so with its User IDs and its people, and comes back with them', async () => {
    const put = (status?: string) =>
      call('operator', 'PUT', '/api/v1/parties/A', { name: 'Alpha', kind: 'large_supplier', status });
    const isIn = async () => (await browsers.get('analyst')?.call('GET', '/api/v1/me'))?.status;
    expect((await put('suspended')).json).toEqual({ changed: true });
    expect((await put('suspended')).json).toEqual({ changed: false });
    expect(await isIn()).toBe(403);
    const directory = await loadDirectory(database.pool, new Map(), async () => undefined);
    expect(directory.user(alpha)?.status).toBe('suspended');
    expect(directory.user(beta)?.status).toBe('active');
    expect((await put()).json).toEqual({ changed: false });
    expect((await put('active')).json).toEqual({ changed: true });
    expect(await isIn()).toBe(200);
  });

  test('single changes go the same way, with the same faults', async () => {
    const party = { name: 'Gamma', kind: 'other' };
    expect((await call('operator', 'PUT', '/api/v1/parties/C', party)).json).toEqual({ changed: true });
    expect((await call('operator', 'PUT', '/api/v1/parties/C', party)).json).toEqual({ changed: false });
    const user = { partyId: 'C', roles: ['OU'], status: 'suspended' };
    expect((await call('operator', 'PUT', '/api/v1/user-ids/90-B3-D5-1F-30-09-00-00', user)).json).toEqual({
      changed: true,
    });
    const wrong = {
      userId: beta,
      purpose: 'signing',
      certificate: testCertificate({ userId: alpha, serial: '01' }).pem,
    };
    expect((await call('operator', 'POST', '/api/v1/certificates', wrong)).json).toMatchObject({
      code: 'import.refused',
      faults: [{ code: 'import.certificate.user' }],
    });
    const right = { ...wrong, userId: alpha };
    expect((await call('operator', 'POST', '/api/v1/certificates', right)).json).toEqual({ changed: true });
    const { json } = await call('alpha', 'GET', '/api/v1/certificates');
    const [certificate] = json.items as { fingerprint: string }[];
    const ending = async (before: string) =>
      ((await call('alpha', 'GET', `/api/v1/certificates?expiresBefore=${before}`)).json.items as object[]).length;
    expect([await ending('2020-01-01T00:00:00Z'), await ending('2999-01-01T00:00:00Z')]).toEqual([0, 1]);
    const revocation = { purpose: 'signing', fingerprint: certificate?.fingerprint };
    expect((await call('operator', 'POST', '/api/v1/certificates/revoke', revocation)).json).toEqual({ changed: true });
    expect(await ending('2999-01-01T00:00:00Z')).toBe(0);
    const device = { device: meter, kind: 'ESME', status: 'Suspended', home: hub, importMpan: '1000000000001' };
    expect((await call('operator', 'POST', '/api/v1/devices', device)).json).toEqual({ changed: true });
    expect((await call('alpha', 'GET', `/api/v1/devices/${meter}`)).json).toMatchObject({ status: 'Suspended' });
  });
});
