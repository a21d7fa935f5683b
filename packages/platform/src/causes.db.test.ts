import type { CausesDocument, TimelineDocument } from '@penstock/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MOST_ALERT_DECISIONS } from './audit-trail/alert-decisions-store.ts';
import { alpha, beta, hub, meter, startTestApi, type TestApi } from './testing-api.ts';

// Alpha supplies the home since 2020; Beta sends to its meter as well. Beta, who may see no title of it, has an alert of it.

let started: TestApi;
const day = '2026-11-22';
beforeAll(async () => {
  started = await startTestApi();
  const made = (user: string, sequence: number, time: string, kind: string, rest: object = {}) => ({
    user,
    sequence,
    at: `${day}T${time}Z`,
    kind,
    direction: kind === 'service_request' || kind === 'signed_pre_command' ? 'southbound' : 'northbound',
    verdict: 'passed',
    target: meter,
    devices: [meter],
    ...rest,
  });
  // given by the import, at the time of the database, which is later than the time of the API here
  await started.database.pool.query(`update user_role set valid_from = '-infinity'`);
  // what all tests of the API have in the record is to this meter too
  await started.database.pool.query('truncate message_log');
  await started.database.pool.query(
    `with made as (
       select * from json_to_recordset($1) as x(
         "user" macaddr8, sequence bigint, at timestamptz, kind message_kind, direction message_direction,
         verdict message_verdict, target macaddr8, devices macaddr8[], srv text, code text)
     ), logged as (
       insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, originator, target, counter,
                                srv, code, size, sha256, repetition)
       select "user", '${day}', sequence, at, direction, kind, verdict, "user", target, sequence, srv, code, 1, sha256('x'), sequence
       from made
     )
     insert into named_device (user_id, day, sequence, device)
     select "user", '${day}', sequence, d.device from made, unnest(devices) as d(device) where d.device <> target`,
    [
      JSON.stringify([
        made(beta, 11, '09:58:00', 'service_request', { srv: '3.3' }),
        made(beta, 12, '09:58:30', 'response', { srv: '3.3', code: 'I0' }),
        made(alpha, 13, '09:59:00', 'service_request', { srv: '4.1.1' }),
        made(beta, 14, '09:59:30', 'service_request', { srv: '6.22', verdict: 'held' }),
        made(beta, 15, '09:59:40', 'service_request', { srv: '6.22', verdict: 'refused' }),
        made(alpha, 20, '10:00:00', 'device_alert', { code: '8F52' }),
        made(beta, 21, '10:00:00', 'device_alert', { code: '8F52' }),
        made(alpha, 22, '10:00:00', 'dcc_alert', { code: 'N1', target: '90-B3-D5-1F-30-00-00-02', devices: [hub] }),
        made(beta, 30, '10:00:01', 'service_request', { srv: '3.3' }),
        made(beta, 31, '2026-11-21', 'service_request', { srv: '3.3', at: '2026-11-21T09:59:59Z' }),
      ]),
    ],
  );
});
afterAll(() => started.stop());

const causesOf = async (as: string, sequence: number, query = '') =>
  (await started.call(as, 'GET', `/api/v1/messages/${day}/${sequence}/causes${query}`))
    .json as unknown as CausesDocument;

test('the causes of an alert are others’ titles and one’s own messages of the day before, the likely first', async () => {
  const found = await causesOf('alpha', 20);
  expect(found).toMatchObject({
    alert: { position: `${day}/20`, code: '8F52', title: 'Event Log Cleared' },
    devices: [{ device: meter, seesTitles: true }],
    finding: '1 likely cause in the 24 hours before the alert.',
    isCut: false,
    decisions: [],
  });
  const { causes } = found;
  expect(causes.map(({ serviceReferenceVariant, kind }) => [serviceReferenceVariant, kind])).toEqual([
    ['3.3', 'service_request'],
    ['3.3', 'response'],
    ['4.1.1', 'service_request'],
  ]);
  expect(causes[0]).toMatchObject({ sender: { role: 'IS', isYou: false }, reference: expect.any(String) });
  expect(causes[0]).not.toHaveProperty('position');
  expect(causes[2]).toMatchObject({ sender: { isYou: true }, position: `${day}/13` });
  expect(JSON.stringify(found)).not.toContain(beta);
  const looks = (await started.call('alpha', 'GET', `/api/v1/title-readings?device=${meter}`)).json;
  expect(looks).toMatchObject({ items: [{ what: `causes of ${day}/20` }] });
});

test('who set a switch is told to a User without a name of the Operator’s people', async () => {
  await started.database.pool.query(
    "insert into title_switch values ('history', '2026-01-01T00:00:00Z', 'shown', 'Operator (desk@people.example)')",
  );
  const authors = async (as: string) => {
    const { items } = (await started.call(as, 'GET', '/api/v1/title-switches')).json as {
      items: { author?: string }[];
    };
    return items.flatMap(({ author }) => author ?? []);
  };
  expect(await authors('alpha')).toEqual(['Operator']);
  expect(await authors('operator')).toEqual(['Operator (desk@people.example)']);
});

test('who may see no titles of the device is told so and given its own record', async () => {
  const { devices, causes, finding } = await causesOf('beta', 21);
  expect(devices).toEqual([{ device: meter, seesTitles: false }]);
  expect(finding).toMatch(/You see your own messages only/);
  expect(causes.map(({ sender, position }) => [sender, position])).toEqual([
    [{ isYou: true }, `${day}/11`],
    [{ isYou: true }, `${day}/12`],
  ]);
});

test('the alert of the Operator is looked at by the devices that it names; another’s is nobody’s; a request is no alert', async () => {
  expect(await causesOf('alpha', 22)).toMatchObject({
    devices: [{ device: hub, seesTitles: true }],
    finding: 'No message that you may see from the 24 hours before the alert explains it.',
    causes: [],
  });
  expect(await causesOf('beta', 20)).toMatchObject({ status: 404 });
  expect(await causesOf('alpha', 13)).toMatchObject({ status: 400, detail: 'this message is no alert' });
  expect(await causesOf('operator service_desk', 20)).toMatchObject({ status: 400 });
  expect((await causesOf('operator service_desk', 20, `?userId=${alpha}`)).causes).toHaveLength(3);
});

describe('the timeline of a device', () => {
  const path = `/api/v1/devices/${meter}/timeline`;
  const timelineOf = async (as: string, query = '') =>
    (await started.call(as, 'GET', `${path}${query}`)) as unknown as { status: number; json: TimelineDocument };

  test('has what was sent and what the viewer had of it side by side, with causes, and the way to each', async () => {
    const { json } = await timelineOf('alpha');
    expect(json).toMatchObject({ device: meter, userId: alpha });
    const told = json.items.map((entry) =>
      entry.what === 'alerts'
        ? [entry.code, entry.count, entry.causes.map(({ likelihood, recordedAt }) => `${likelihood} ${recordedAt}`)]
        : entry.parts.map(({ kind, serviceReferenceVariant, sender, count, messages }) =>
            [kind, serviceReferenceVariant, sender.isYou ? messages[0]?.position : sender.role, count].join(' '),
          ),
    );
    expect(told).toEqual([
      ['service_request 3.3 IS 1'],
      ['8F52', 1, [`likely ${day}T09:58:00.000Z`, `possible ${day}T09:58:30.000Z`]],
      ['service_request 3.3 IS 1', 'response 3.3 IS 1', `service_request 4.1.1 ${day}/13 1`],
      ['service_request 3.3 IS 1'],
    ]);
    expect(json.activity?.step).toBe('day');
    expect(json.activity?.items.slice(-2).map(({ messages, alerts }) => [messages.count, alerts.count])).toEqual([
      [1, 0],
      [4, 1],
    ]);
    expect(JSON.stringify(json)).not.toContain(beta);
    const looks = (await started.call('alpha', 'GET', `/api/v1/title-readings?device=${meter}`)).json;
    expect(looks).toMatchObject({
      items: expect.arrayContaining([
        expect.objectContaining({ what: expect.stringMatching(/^timeline from=2026-11-15T.* to=2026-11-22T/) }),
      ]),
    });
  });

  test('is read by pages of whole runs, and a cursor is good for its own timeline only', async () => {
    const first = (await timelineOf('alpha', '?limit=1')).json;
    expect([first.items.length, first.activity === undefined]).toEqual([1, false]);
    const second = (await timelineOf('alpha', `?limit=1&cursor=${first.cursor}`)).json;
    expect(second.items.map(({ what, last }) => [what, last])).toEqual([['alerts', `${day}T10:00:00.000Z`]]);
    expect([second.activity, second.from, second.to]).toEqual([undefined, first.from, first.to]);
    const titles = (await started.call('alpha', 'GET', `/api/v1/devices/${meter}/titles?limit=1`)).json;
    for (const cursor of ['x', (titles as { cursor: string }).cursor, `${first.cursor}A`]) {
      expect(await timelineOf('alpha', `?cursor=${cursor}`)).toMatchObject({ status: 400 });
    }
    const ofHub = await started.call('alpha', 'GET', `/api/v1/devices/${hub}/timeline?cursor=${first.cursor}`);
    expect(ofHub.status).toBe(400);
  });

  test('of an hour is counted by the hour; a span that is none or too long is refused', async () => {
    const { json } = await timelineOf('alpha', `?from=${day}T09:30:00Z&to=${day}T10:00:00Z`);
    expect(json.activity).toMatchObject({ step: 'hour', items: [{ from: `${day}T09:00:00.000Z` }] });
    expect(json.items.map(({ what }) => what)).toEqual(['messages']);
    for (const query of [
      `?from=${day}T10:00:00Z&to=${day}T10:00:00Z`,
      `?from=2026-08-01T00:00:00Z`,
      '?from=yesterday',
      '?kind=response',
      '?limit=0',
    ]) {
      expect([query, (await timelineOf('alpha', query)).status]).toEqual([query, 400]);
    }
    expect((await timelineOf('alpha', '?from=1990-01-01T00:00:00Z&to=1990-01-02T00:00:00Z')).json.items).toEqual([]);
  });

  test('is not there for who sees no titles of it; the Operator names a User', async () => {
    const unknown = await started.call('beta', 'GET', `/api/v1/devices/00-DB-12-34-56-78-00-FF/timeline`);
    expect((await timelineOf('beta')).json).toMatchObject({
      status: 404,
      detail: (unknown.json as { detail: string }).detail,
    });
    expect(await timelineOf('beta', `?userId=${alpha}`)).toMatchObject({ status: 403 });
    expect(await timelineOf('operator service_desk')).toMatchObject({ status: 400 });
    expect((await timelineOf('operator service_desk', `?userId=${alpha}`)).json.items).toHaveLength(4);
  });
});

test('a decision is kept with who and when, and shown with the alert; the newest counts', async () => {
  const decide = (as: string, sequence: number, body: object) =>
    started.call(as, 'POST', `/api/v1/messages/${day}/${sequence}/decisions`, body);
  expect(await decide('alpha', 20, { decision: 'act', note: ' Asked the sender ' })).toMatchObject({ status: 200 });
  expect((await decide('alpha', 20, { decision: 'ignore' })).json).toMatchObject({
    items: [
      { decision: 'ignore', note: '', author: alpha },
      { decision: 'act', note: 'Asked the sender' },
    ],
  });
  expect((await causesOf('alpha', 20)).decisions).toHaveLength(2);
  expect((await started.call('alpha', 'GET', `/api/v1/messages/${day}/20`)).json).toMatchObject({
    alertDecision: { decision: 'ignore' },
  });
  for (const [as, sequence, body, status] of [
    ['beta', 20, { decision: 'ignore' }, 404],
    ['beta', 20, { decision: 'ignore', userId: alpha }, 403],
    ['operator', 20, { decision: 'ignore', userId: alpha }, 403],
    ['alpha', 13, { decision: 'ignore' }, 400],
    ['alpha', 20, { decision: 'later' }, 400],
    ['alpha', 20, { decision: 'act', note: 'x'.repeat(2_001) }, 400],
  ] as const) {
    expect([as, sequence, (await decide(as, sequence, body)).status]).toEqual([as, sequence, status]);
  }
  await started.database.pool.query(
    `insert into alert_decision
     select $1, $2, 22, now() - make_interval(secs => i), 'act', '', 'x' from generate_series(1, $3) i`,
    [alpha, day, MOST_ALERT_DECISIONS],
  );
  expect(await decide('alpha', 22, { decision: 'act' })).toMatchObject({ status: 400 });
});
