import type { QuestionDocument, TitlePage } from '@penstock/api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MOST_OPEN_QUESTIONS } from './audit-trail/questions.ts';
import { alpha, beta, meter, operatorId, startTestApi, type TestApi } from './testing-api.ts';

// Alpha supplies the meter; Beta and the Operator sent to it, and Alpha itself.

let started: TestApi;
const day = '2026-11-22';
const references = new Map<string, string>();
beforeAll(async () => {
  started = await startTestApi();
  const { pool } = started.database;
  // given by the import, at the time of the database, which is later than the time of the API here
  await pool.query(`update user_role set valid_from = '-infinity'`);
  await pool.query(
    `with made as (
       select u, i, array['3.3', '6.22', '4.1.1', '8.11'] as srvs
       from unnest(array[$1, $2, $3, $1]::macaddr8[]) with ordinality as x(u, i)
     )
     insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, originator, target, counter,
                              srv, code, size, sha256, repetition)
     select u, '${day}', 10 + i, '${day}T09:00:00.123456Z', 'southbound', 'service_request', 'passed', u, $4, 10 + i,
            srvs[i], 'I99', 1, sha256('x'), i from made`,
    [beta, operatorId, alpha, meter],
  );
  const { json } = await started.call('alpha', 'GET', `/api/v1/devices/${meter}/titles`);
  for (const { serviceReferenceVariant: srv = '', reference } of (json as unknown as TitlePage).items) {
    references.set(srv, reference);
  }
});
afterAll(() => started.stop());

const ask = (as: string, srv: string, rest: object = {}) =>
  started.call(as, 'POST', `/api/v1/devices/${meter}/questions`, {
    reference: references.get(srv) ?? srv,
    words: 'Why did you send this?',
    ...rest,
  });
const list = async (as: string, side: 'asked' | 'received', query = '') =>
  (await started.call(as, 'GET', `/api/v1/questions?side=${side}${query}`)).json as unknown as {
    items: QuestionDocument[];
    cursor?: string;
  };
const does = (as: string, question: string, what: string, body: object = {}) =>
  started.call(as, 'POST', `/api/v1/questions/${question}/${what}`, body);
const idOf = (json: unknown) => (json as QuestionDocument).question;

test('a question goes to the hidden sender and its answer back; neither is told who the other is, until both agree', async () => {
  const { json, status } = await ask('alpha', '3.3', { agreesToBeNamed: true });
  expect(status).toBe(200);
  const question = idOf(json);
  const received = await list('beta', 'received');
  expect(received.items).toEqual([
    {
      side: 'received',
      question,
      userId: beta,
      position: `${day}/11`,
      askerRole: 'IS',
      receivedAt: `${day}T12:00:00.000Z`,
      words: 'Why did you send this?',
      state: 'open',
      agreesToBeNamed: false,
    },
  ]);
  expect((await started.call('beta', 'GET', '/api/v1/overview')).json).toMatchObject({ questions: { toAnswer: 1 } });
  expect((await started.call('alpha', 'GET', '/api/v1/overview')).json).toMatchObject({ questions: { toAnswer: 0 } });
  expect((await started.call('beta', 'GET', '/api/v1/notices')).json).toMatchObject({
    items: [{ kind: 'question', about: question.replaceAll('-', '') }],
  });
  expect(await does('beta', question, 'answer', { answer: 'By mistake.' })).toMatchObject({
    status: 200,
    json: { state: 'answered' },
  });
  const shown = await started.call('alpha', 'GET', `/api/v1/questions/${question}`);
  expect(shown.json).toEqual({
    side: 'asked',
    question,
    userId: alpha,
    device: meter,
    askedAt: `${day}T12:00:00.000Z`,
    words: 'Why did you send this?',
    state: 'answered',
    answer: 'By mistake.',
    answeredAt: `${day}T12:00:00.000Z`,
    agreesToBeNamed: true,
    title: expect.objectContaining({ serviceReferenceVariant: '3.3', sender: { role: 'IS', isYou: false } }),
  });
  for (const text of [shown.text, (await started.call('alpha', 'GET', '/api/v1/notices')).text]) {
    expect(text).not.toMatch(new RegExp(`${beta}|Beta`));
  }
  const beforeNaming = await started.call('beta', 'GET', `/api/v1/questions/${question}`);
  expect(beforeNaming.text).not.toMatch(new RegExp(`${alpha}|Alpha|${meter}`));

  expect((await does('beta', question, 'naming', { agreesToBeNamed: true })).json).toMatchObject({
    named: { party: 'Alpha', userId: alpha },
  });
  expect((await started.call('alpha', 'GET', `/api/v1/questions/${question}`)).json).toMatchObject({
    named: { party: 'Beta', userId: beta },
  });
  expect(await does('alpha', question, 'naming', { agreesToBeNamed: false })).toMatchObject({ status: 409 });
  expect(await does('beta', question, 'answer', { answer: 'Again' })).toMatchObject({ status: 409 });
});

test('the Operator is asked like everybody, and answers for itself', async () => {
  const question = idOf((await ask('alpha', '6.22')).json);
  expect((await list('operator security', 'received')).items).toMatchObject([{ question, userId: operatorId }]);
  expect((await list('beta', 'received', '&state=open')).items).toEqual([]);
  expect(await does('beta', question, 'answer', { answer: 'x' })).toMatchObject({ status: 404 });
  expect(await does('operator security', question, 'close')).toMatchObject({
    status: 200,
    json: { state: 'declined' },
  });
  const { json } = await started.call('alpha', 'GET', `/api/v1/questions/${question}`);
  expect(json).toMatchObject({ state: 'declined' });
  expect(json).not.toHaveProperty('answeredAt');
});

test('nobody asks about one’s own title, one that was not shown to it, or twice; only while it may see the device', async () => {
  expect(await ask('alpha', '4.1.1')).toMatchObject({ status: 409, json: { code: 'questions.own' } });
  for (const made of ['x', references.get('3.3')?.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')) ?? '']) {
    expect(await ask('alpha', made)).toMatchObject({ status: 404, json: { code: 'questions.no-title' } });
  }
  const first = await ask('alpha', '8.11');
  expect(first.status).toBe(200);
  expect(await ask('alpha', '8.11')).toMatchObject({ status: 409, json: { code: 'questions.asked' } });
  expect(await does('alpha', idOf(first.json), 'close')).toMatchObject({ json: { state: 'withdrawn' } });
  expect(await does('beta', idOf(first.json), 'answer', { answer: 'x' })).toMatchObject({ status: 409 });
  expect(await ask('beta', '3.3')).toMatchObject({ status: 404, json: { code: 'request.not-found' } });
  expect(await ask('operator security', '3.3')).toMatchObject({ status: 403 });
  for (const words of ['', 'x'.repeat(2_001), 'hid\u202eden']) {
    expect(await ask('alpha', '3.3', { words })).toMatchObject({ status: 400 });
  }
});

test('a suspended sender is asked as any other, and a suspended one does nothing; who lost the device keeps no title', async () => {
  const { pool } = started.database;
  const suspend = (userId: string, status: string) =>
    pool.query('update user_id set status = $2 where user_id = $1', [userId, status]);
  await suspend(beta, 'suspended');
  const asked = await ask('alpha', '8.11');
  expect(asked).toMatchObject({ status: 200, json: { state: 'open' } });
  expect(await does('beta', idOf(asked.json), 'answer', { answer: 'x' })).toMatchObject({ status: 403 });
  await suspend(beta, 'active');
  await suspend(alpha, 'suspended');
  expect(await ask('alpha', '3.3')).toMatchObject({ status: 404 });
  const { json } = await started.call('alpha', 'GET', `/api/v1/questions/${idOf(asked.json)}`);
  expect(json).not.toHaveProperty('title');
  await suspend(alpha, 'active');
});

test('pages go from the newest to the oldest; only so many are open at a time', async () => {
  const seen: string[] = [];
  let cursor = '';
  do {
    const page = await list('alpha', 'asked', `&limit=2${cursor}`);
    seen.push(...page.items.map(({ question }) => question));
    cursor = page.cursor === undefined ? '' : `&cursor=${encodeURIComponent(page.cursor)}`;
  } while (cursor !== '');
  expect([seen.length, new Set(seen).size]).toEqual([4, 4]);
  expect(await list('alpha', 'asked', '&cursor=x')).toMatchObject({ status: 400 });
  expect(await list('operator security', 'asked', `&userId=${alpha}`)).toMatchObject({ status: 403 });
  const { pool } = started.database;
  await pool.query(
    `insert into asked_question (user_id, question, device, title, asked_at, words, state, agrees, changed_at)
     select $1, gen_random_uuid(), $2, i::text, '2026-11-20', 'x', 'open', false, now() from generate_series(1, $3) i`,
    [alpha, meter, MOST_OPEN_QUESTIONS],
  );
  expect(await ask('alpha', '3.3')).toMatchObject({ status: 429, json: { code: 'questions.too-many' } });
  await pool.query(`update asked_question set asked_at = '2026-10-20' where asked_at = '2026-11-20'`);
  expect((await list('alpha', 'asked', '&state=expired&limit=200')).items).toHaveLength(MOST_OPEN_QUESTIONS);
  expect(await ask('alpha', '3.3')).toMatchObject({ status: 200 });
});
