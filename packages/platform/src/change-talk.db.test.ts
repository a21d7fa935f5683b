import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import type {
  AttachmentDocument,
  ChangeView,
  CommentDocument,
  Consultation,
  MediationDocument,
  MediationThread,
  SavedChange,
} from '@penstock/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tellConsulted } from './changes/index.ts';
import { zipOf } from './changes/testing-files.ts';
import { asViewerOf } from './foundation/viewing.ts';
import { alpha, beta, operatorId, startTestApi, type TestApi } from './testing-api.ts';

// Alpha, Beta and Gamma are Users; each test makes changes of its own, on days of its own.

const gamma = '90-B3-D5-1F-30-03-00-00';
let started: TestApi;
let day = 0;
beforeAll(async () => {
  started = await startTestApi();
  await started.bring('parties', 'C,Gamma,gas_network_operator');
  await started.bring('user-ids', `${gamma},C,GT,,`);
});
afterAll(() => started.stop());

interface Answer<Body> {
  readonly status: number;
  readonly text: string;
  readonly json: Body & { readonly code?: string; readonly detail?: string };
}
const call = async <Body = object>(as: string, method: string, path: string, body?: object): Promise<Answer<Body>> =>
  (await started.call(as, method, `/api/v1/changes${path}`, body)) as unknown as Answer<Body>;

async function done<Body>(as: string, method: string, path: string, body?: object): Promise<Body> {
  const { status, json, text } = await call<Body>(as, method, path, body);
  if (status !== 200) throw new Error(`${method} ${path}: ${text}`);
  return json;
}
async function share(as: string, content: object, ...states: string[]): Promise<string> {
  const windows = [{ from: `2026-12-${10 + day}T22:00`, to: `2026-12-${11 + day}T02:00` }];
  const rest = { statement: { kind: 'process' }, affected: { services: ['Signed files'] }, windows, backOut: 'b' };
  let { change } = await done<SavedChange>(as, 'POST', '', { content: { title: 't', ...rest, ...content } });
  for (const to of states.length > 0 ? states : ['shared']) {
    ({ change } = await done<SavedChange>(as, 'POST', `/${change.change}/move`, { version: change.version, to }));
  }
  return change.change;
}
const usesOf = async (as: string, change: string) =>
  (await done<{ items: { purpose: string; reader: string }[] }>(as, 'GET', `/${change}/uses`)).items
    .map(({ purpose, reader }) => `${purpose}: ${reader}`)
    .sort();
const noticesOf = async (userId: string, change: string) =>
  (
    await started.database.pool.query<{ words: string }>(
      `select words from notice where user_id = $1 and about = $2 order by noticed_at`,
      [userId, change],
    )
  ).rows.map(({ words }) => words);

describe('the consultation on a change of internal systems', () => {
  const statement = {
    kind: 'internal_system',
    isMaterialRisk: true,
    impactAssessment: { words: 'none', doneOn: '2026-11-01' },
    consultation: { opensOn: '2026-11-20', closesOn: '2026-11-25', words: 'Is it in your way?' },
    testing: { words: 'From the first of December', doneOn: '2026-11-01' },
  };

  test('Users comment to the Operator, and to others only when they choose; the Operator answers', async () => {
    day = 0;
    const change = await share('operator', { title: 'New database', statement, sharing: 'everybody' }, 'assessed');
    const comments = async (as: string) =>
      (await done<{ items: CommentDocument[] }>(as, 'GET', `/${change}/comments`)).items;
    const of = async (as: string) =>
      (await comments(as)).map(({ words, answer }) => `${words} ${answer?.words}`).sort();
    const { state } = await done<Consultation>('alpha', 'GET', `/${change}/consultation`);
    expect(state).toBe('open');
    const hidden = await done<{ comment: string }>('alpha', 'POST', `/${change}/comments`, { words: 'It is.' });
    const open = { words: 'Not in ours.', sharing: 'everybody' };
    await done('beta', 'POST', `/${change}/comments`, open);
    expect(await of('operator')).toEqual(['It is. undefined', 'Not in ours. undefined']);
    expect(await of('alpha')).toEqual(['It is. undefined', 'Not in ours. undefined']);
    for (const as of ['beta', gamma]) expect(await of(as)).toEqual(['Not in ours. undefined']);
    const [theirs] = await comments(gamma);
    expect(theirs).toMatchObject({ writer: { userId: beta, party: 'Beta' }, isYours: false, version: 2 });
    expect(theirs).not.toHaveProperty('by');
    expect((await comments('operator')).map(({ by, sharing }) => `${by} ${sharing}`).sort()).toEqual([
      `${alpha} operator`,
      `${beta} everybody`,
    ]);

    const answer = `/${change}/comments/${hidden.comment}/answer`;
    // whose comment it is makes no difference to who may not answer
    expect(await call('beta', 'POST', answer, { words: 'x' })).toMatchObject({ status: 403 });
    await done('operator', 'POST', answer, { words: 'Then on Sunday.' });
    expect(await call('operator', 'POST', answer, { words: 'x' })).toMatchObject({ json: { code: 'changes.state' } });
    expect(await of('alpha')).toEqual(['It is. Then on Sunday.', 'Not in ours. undefined']);
    expect(await noticesOf(alpha, change)).toEqual(['“New database”: The Operator answered your comment.']);
    expect(await noticesOf(operatorId, change)).toEqual([
      '“New database”: Alpha commented.',
      '“New database”: Beta commented.',
    ]);
    expect(await call('operator', 'POST', `/${change}/comments`, open)).toMatchObject({ status: 403 });

    await done('alpha', 'POST', `/${change}/testing`, { joins: true, words: 'With our head-end' });
    await done('beta', 'POST', `/${change}/testing`, { joins: true });
    await done('beta', 'POST', `/${change}/testing`, { joins: false });
    const joining = async (as: string) =>
      (await done<Consultation>(as, 'GET', `/${change}/consultation`)).testing.joining.map(({ party }) => party);
    expect(await joining('operator')).toEqual(['Alpha']);
    expect(await joining('alpha')).toEqual(['Alpha']);
    expect(await joining('beta')).toEqual([]);
    expect(await usesOf('operator', change)).toEqual([
      `consultation: ${alpha} A Alpha`,
      `consultation: ${beta} B Beta`,
      `consultation: ${gamma} C Gamma`,
    ]);

    // one that is not shared with them asks nobody
    const kept = await share('operator', { title: 'Kept', statement }, 'assessed');
    for (const path of ['comments', 'consultation', 'attachments'])
      expect(await call('alpha', 'GET', `/${kept}/${path}`)).toMatchObject({ status: 404 });
    expect(await call('alpha', 'POST', `/${kept}/comments`, open)).toMatchObject({ status: 404 });
    // and after its end nothing is said any more
    const over = { ...statement, consultation: { opensOn: '2026-11-01', closesOn: '2026-11-21' }, testing: undefined };
    const ended = await share('operator', { title: 'Ended', statement: over, sharing: 'everybody' }, 'assessed');
    expect(await call('alpha', 'POST', `/${ended}/comments`, open)).toMatchObject({
      json: { code: 'changes.state', detail: 'Comments were taken until the end of 21 Nov 2026.' },
    });
    expect(await call('alpha', 'POST', `/${ended}/testing`, { joins: true })).toMatchObject({ status: 409 });
  });

  test('who is consulted is told once that comments are taken, and that testing may be joined; nobody else', async () => {
    const { pool } = started.database;
    const tell = async (at: string) => {
      const parts = { pool, now: () => new Date(at) };
      await Promise.all([tellConsulted(parts), tellConsulted(parts)]);
    };
    const shared = { title: 'New clocks', statement, sharing: 'everybody' };
    const change = await share('operator', shared, 'assessed');
    const kept = await share('operator', { title: 'Kept', statement }, 'assessed');
    const joins = '“New clocks”: You may join its testing.';
    // London's 20 November has not begun
    await tell('2026-11-19T23:59:00Z');
    expect(await noticesOf(alpha, change)).toEqual([joins]);
    await tell('2026-11-20T00:00:00Z');
    await tell('2026-11-21T00:00:00Z');
    for (const userId of [alpha, beta, gamma]) {
      const comments = '“New clocks”: Comments are taken until the end of 25 Nov 2026.';
      expect(await noticesOf(userId, change)).toEqual([joins, comments]);
      expect(await noticesOf(userId, kept)).toEqual([]);
    }
    expect(await noticesOf(operatorId, change)).toEqual([]);
  });

  test('who was consulted is told again by an edit that moves it, once; and by no other edit', async () => {
    const { pool } = started.database;
    const parts = { pool, now: () => new Date('2026-11-22T12:00:00Z') };
    const change = await share('operator', { title: 'Moved', statement, sharing: 'everybody' }, 'assessed');
    const edit = async (rest: object) => {
      const { version, content } = await done<SavedChange['change']>('operator', 'GET', `/${change}`);
      await done('operator', 'PUT', `/${change}`, { version, content: { ...content, ...rest } });
      await tellConsulted(parts);
    };
    // nobody was told yet
    await edit({ windows: [{ from: '2027-02-01T22:00', to: '2027-02-01T23:00' }] });
    const before = await noticesOf(alpha, change);
    expect(before).toHaveLength(2);
    await edit({ description: 'More words' });
    expect(await noticesOf(alpha, change)).toEqual(before);
    await edit({ windows: [{ from: '2027-02-02T22:00', to: '2027-02-02T23:00' }] });
    const moved = '“Moved”: Its times are others now: 2 Feb 2027, 22:00 to 23:00.';
    expect(await noticesOf(alpha, change)).toEqual([...before, moved]);
    const later = { ...statement, consultation: { ...statement.consultation, closesOn: '2026-11-29' } };
    const windows = [2, 3].map((at) => ({ from: `2027-03-0${at}T22:00`, to: `2027-03-0${at}T23:00` }));
    await edit({ statement: later, windows });
    const both =
      '“Moved”: Its times are others now: 2 Mar 2027, 22:00 to 23:00, and 1 more. Its consultation has other dates now. ' +
      'Comments are taken until the end of 29 Nov 2026.';
    expect(await noticesOf(beta, change)).toEqual([...before, moved, both]);
    // not open any more: told of it, and again when it opens
    await edit({ statement: { ...later, consultation: { opensOn: '2026-11-25', closesOn: '2026-11-29' } }, windows });
    const ahead = '“Moved”: Its consultation has other dates now. Comments are taken from 25 Nov 2026 on.';
    await tellConsulted({ pool, now: () => new Date('2026-11-26T12:00:00Z') });
    const opened = '“Moved”: Comments are taken until the end of 29 Nov 2026.';
    expect(await noticesOf(gamma, change)).toEqual([...before, moved, both, ahead, opened]);
    expect(await noticesOf(operatorId, change)).toEqual([]);
  });
});

describe('the mediation of a clash', () => {
  const threadOf = async (as: string, change: string) =>
    (await done<{ items: MediationDocument[] }>(as, 'GET', `/mediations?change=${change}`)).items[0]?.mediation ?? '';
  const write = (as: string, mediation: string, body: object) =>
    done<MediationThread>(as, 'POST', `/mediations/${mediation}/messages`, body);

  /** Two clash on a day of their own; the other writes this, which is not shown. Returns what Alpha has, without its ids. */
  async function world(other: string, content: object, secrets: readonly string[]) {
    day += 1;
    const mine = await share('alpha', {
      title: 'Mine',
      windows: [{ from: '2027-01-05T10:00', to: '2027-01-05T12:00' }],
    });
    const windows = [{ from: '2027-01-05T11:00', to: '2027-01-05T11:30' }];
    const theirs = await share(other, { title: 'Secret plan', windows, ...content });
    const words = 'Can one of you go first?';
    const both = { changes: [mine, theirs], words };
    const opened = await done<MediationThread>('operator', 'POST', '/mediations', both);
    expect(await call('operator', 'POST', '/mediations', both)).toMatchObject({ json: { code: 'changes.state' } });
    const [thread, theirThread] = [await threadOf('alpha', mine), await threadOf(other, theirs)];
    expect(new Set([thread, theirThread, opened.mediation.mediation]).size).toBe(3);
    for (const secret of secrets) await write(other, theirThread, { words: secret, isNamed: true });
    await write('alpha', thread, { words: 'We can wait.' });
    await write(other, theirThread, { words: 'We need the day.', shownTo: 'other' });
    await write('operator', opened.mediation.mediation, { words: 'For one of you', shownTo: 'second' });
    await write('alpha', thread, { words: 'Then we wait.', shownTo: 'other', isNamed: true });
    const read = await done<MediationThread>('alpha', 'GET', `/mediations/${thread}`);
    return { mine, theirs, thread, theirThread, mediation: opened.mediation.mediation, read };
  }

  test('each side has what is shown to it, and the same whatever the other one is and keeps to itself', async () => {
    const one = await world('beta', {}, ['Our head-end is replaced.', 'It costs a million.']);
    const { mediation: read, messages } = one.read;
    expect(read).toEqual({
      side: 'party',
      mediation: one.thread,
      state: 'open',
      openedAt: '2026-11-22T12:00:00.000Z',
      change: one.mine,
      title: 'Mine',
      reasons: [{ dimension: 'service', value: 'Signed files' }],
    });
    expect(messages).toEqual([
      { number: 1, at: expect.any(String), from: 'operator', words: 'Can one of you go first?', shownTo: 'both' },
      {
        number: 2,
        at: expect.any(String),
        from: 'you',
        by: alpha,
        words: 'We can wait.',
        shownTo: 'nobody',
        isNamed: false,
      },
      { number: 3, at: '2026-11-22T12:00:00.000Z', from: 'other', words: 'We need the day.' },
      {
        number: 4,
        at: expect.any(String),
        from: 'you',
        by: alpha,
        words: 'Then we wait.',
        shownTo: 'other',
        isNamed: true,
      },
    ]);
    const theirs = await done<MediationThread>('beta', 'GET', `/mediations/${one.theirThread}`);
    expect(theirs.messages.map(({ from, party, words }) => `${from} ${party}: ${words}`)).toEqual([
      'operator undefined: Can one of you go first?',
      'you undefined: Our head-end is replaced.',
      'you undefined: It costs a million.',
      'you undefined: We need the day.',
      'operator undefined: For one of you',
      'other Alpha: Then we wait.',
    ]);
    const all = await done<MediationThread>('operator', 'GET', `/mediations/${one.mediation}`);
    expect(all.messages.map(({ from, shownTo }) => `${from} ${shownTo}`)).toEqual([
      'operator both',
      'second nobody',
      'second nobody',
      'first nobody',
      'second other',
      'operator second',
      'first other',
    ]);
    // by another's id nothing is found, and a side opens and closes nothing
    for (const id of [one.theirThread, one.mediation])
      expect(await call('alpha', 'GET', `/mediations/${id}`)).toMatchObject({ status: 404 });
    expect(await call('alpha', 'POST', `/mediations/${one.thread}/close`, { outcome: 'x' })).toMatchObject({
      status: 403,
    });
    const shownTo = { words: 'x', shownTo: 'second' };
    expect(await call('alpha', 'POST', `/mediations/${one.thread}/messages`, shownTo)).toMatchObject({ status: 400 });
    expect(await noticesOf(alpha, one.mine)).toEqual([
      '“Mine”: A change that is not shared with you is at the same time, on the service Signed files.',
      '“Mine”: The Operator wrote in the mediation of a clash.',
      '“Mine”: The other side wrote in the mediation of a clash.',
    ]);
    // of the other side's looks and words nothing is told; the Operator's look is
    expect(await usesOf('beta', one.theirs)).toEqual(['mediation: Operator']);

    const closed = await done<MediationThread>('operator', 'POST', `/mediations/${one.mediation}/close`, {
      outcome: 'Beta first',
    });
    expect(closed.mediation).toMatchObject({
      state: 'closed',
      closedBy: 'Operator',
      changes: [{}, { isSuspended: false }],
    });
    expect((await done<MediationThread>('alpha', 'GET', `/mediations/${one.thread}`)).mediation).toMatchObject({
      state: 'closed',
      outcome: 'Beta first',
    });
    expect(await call('alpha', 'POST', `/mediations/${one.thread}/messages`, { words: 'x' })).toMatchObject({
      json: { code: 'changes.state' },
    });
    for (const [as, id] of [
      ['alpha', one.mine],
      ['beta', one.theirs],
    ] as const) {
      const { version } = await done<ChangeView & { version: number }>(as, 'GET', `/${id}`);
      await done(as, 'POST', `/${id}/move`, { version, to: 'cancelled' });
    }
    expect(
      await call('operator', 'POST', '/mediations', { changes: [one.mine, one.theirs], words: 'x' }),
    ).toMatchObject({
      json: { code: 'changes.state', detail: 'the two changes do not clash as they stand now' },
    });

    // the same of somebody else, with another change, who keeps nothing to itself
    const statement = { kind: 'firmware', version: '9', devices: 9, devicesADay: 3 };
    const other = await world(
      gamma,
      { title: 'Rollout', statement, affected: { services: ['Signed files'], regions: ['North'] } },
      [],
    );
    const plain = ({ read: its, thread, mine }: typeof one) =>
      JSON.stringify(its).replaceAll(thread, 'THREAD').replaceAll(mine, 'MINE');
    expect(plain(other)).toBe(plain(one));

    // behind the second wall there is no more
    const rows = (sql: string) =>
      asViewerOf(started.database.pool, [alpha], async (client) => (await client.query(sql)).rows.length);
    expect(await rows('select thread from change_mediation_side')).toBe(2);
    expect(await rows('select * from change_mediation_message')).toBe(8);
    await expect(rows('select mediation from change_mediation_side')).rejects.toThrow('permission denied');
    await expect(rows('select * from change_mediation')).rejects.toThrow('permission denied');
  });

  test('what the other side shares is shown with it; of a suspended side the Operator is told, and it can write nothing', async () => {
    const { mediation, thread, theirThread, mine } = await world(
      'beta',
      { sharing: 'outline', windows: [{ from: '2027-01-05T11:00', to: '2027-01-05T11:30' }] },
      [],
    );
    const { mediation: shown } = await done<MediationThread>('alpha', 'GET', `/mediations/${thread}`);
    expect(shown).toMatchObject({ other: { see: 'outline', owner: 'a Supplier' } });
    expect(JSON.stringify(shown)).not.toMatch(/Beta|Secret/);
    const listed = await done<{ items: MediationDocument[] }>(
      'operator',
      'GET',
      `/mediations?state=open&change=${mine}`,
    );
    expect(listed.items.map((each) => each.mediation)).toEqual([mediation]);
    const { pool } = started.database;
    await pool.query(`update party set status = 'suspended' where party_id = 'B'`);
    try {
      const { mediation: its } = await done<MediationThread>('operator', 'GET', `/mediations/${mediation}`);
      expect(its).toMatchObject({ changes: [{ isSuspended: false }, { isSuspended: true }] });
      expect(await call('beta', 'POST', `/mediations/${theirThread}/messages`, { words: 'x' })).toMatchObject({
        status: 403,
      });
      expect((await done<MediationThread>('alpha', 'GET', `/mediations/${thread}`)).mediation).toEqual(shown);
      await done('operator', 'POST', `/mediations/${mediation}/close`, { outcome: 'Alpha may go on' });
    } finally {
      await pool.query(`update party set status = 'active' where party_id = 'B'`);
    }
  });
});

describe('what is attached', () => {
  const docx = zipOf('[Content_Types].xml', 'word/document.xml');
  const send = async (as: string, change: string, name: string, bytes: Buffer) => {
    const answer = await fetch(
      `${started.address}/api/v1/changes/${change}/attachments?name=${encodeURIComponent(name)}`,
      {
        method: 'POST',
        headers: { 'x-as': as, 'content-type': 'application/octet-stream' },
        body: new Uint8Array(bytes),
      },
    );
    return {
      status: answer.status,
      json: (await answer.json()) as AttachmentDocument & { code?: string; detail?: string },
    };
  };
  const namesOf = async (as: string, change: string) =>
    (await done<{ items: AttachmentDocument[] }>(as, 'GET', `/${change}/attachments`)).items.map(
      ({ name, removedAt }) => `${name}${removedAt === undefined ? '' : ' (removed)'}`,
    );

  test('is there for whoever sees the whole, to be saved as it came; who took it is told to the owner', async () => {
    day += 1;
    const change = await share('alpha', { title: 'Rollout', sharing: 'everybody' });
    // more than a chunk
    const plan = Buffer.from(`Zürich\n${'0123456789abcde\n'.repeat(70_000)}`);
    const made = await send('alpha', change, 'Plan – Zürich (1).txt', plan);
    const sha256 = createHash('sha256').update(plan).digest('hex');
    expect(made).toMatchObject({
      status: 200,
      json: { type: 'text/plain', bytes: plan.length, sha256, attachedBy: alpha },
    });
    const path = `/api/v1/changes/${change}/attachments/${made.json.attachment}`;
    const answer = await fetch(started.address + path, { headers: { 'x-as': 'beta' } });
    expect(Buffer.from(await answer.arrayBuffer()).equals(plan)).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-length': String(plan.length),
      'content-disposition': `attachment; filename="Plan___Z_rich__1_.txt"; filename*=UTF-8''Plan%20%E2%80%93%20Z%C3%BCrich%20%281%29.txt`,
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'repr-digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`,
    });
    expect(await usesOf('alpha', change)).toContain(`attachment: ${beta} B Beta`);
    const { items } = await done<{ items: AttachmentDocument[] }>('beta', 'GET', `/${change}/attachments`);
    expect(items[0]).not.toHaveProperty('attachedBy');

    expect(await send('beta', change, 'x.txt', plan)).toMatchObject({ status: 403 });
    expect(await send('alpha', change, 'x.pdf', docx)).toMatchObject({
      status: 422,
      json: { code: 'changes.attachment' },
    });
    expect(await send('alpha', change, '../x.docx', docx)).toMatchObject({ status: 400 });
    expect(await send('alpha', change, 'again.txt', plan)).toMatchObject({ status: 422 });
    expect(await send('alpha', change, 'large.txt', Buffer.alloc(10_000_001, 'a'))).toMatchObject({
      json: { code: 'request.too-large' },
    });
    for (let number = 2; number <= 10; number++) {
      expect(await send('alpha', change, `${number}.csv`, Buffer.from(`${number}`))).toMatchObject({ status: 200 });
    }
    expect(await send('alpha', change, 'x.docx', docx)).toMatchObject({
      status: 409,
      json: { code: 'changes.too-many' },
    });

    expect(await call('operator', 'DELETE', path.slice('/api/v1/changes'.length))).toMatchObject({ status: 403 });
    await done('alpha', 'DELETE', path.slice('/api/v1/changes'.length));
    expect(await call('beta', 'GET', path.slice('/api/v1/changes'.length))).toMatchObject({ status: 404 });
    for (const as of ['alpha', 'operator'])
      expect((await namesOf(as, change)).at(-1)).toBe('Plan – Zürich (1).txt (removed)');
    expect(await namesOf('beta', change)).not.toContain('Plan – Zürich (1).txt (removed)');
    const { rows } = await started.database.pool.query('select from change_attachment_chunk where attachment = $1', [
      made.json.attachment,
    ]);
    expect(rows).toEqual([]);
    // of a suspended User nothing changes, and the Operator sees it still
    const { pool } = started.database;
    await pool.query(`update user_id set status = 'suspended' where user_id = $1`, [alpha]);
    expect(await send('alpha', change, 'x.docx', docx)).toMatchObject({ status: 403 });
    expect(await namesOf('operator', change)).toHaveLength(10);
    await pool.query(`update user_id set status = 'active' where user_id = $1`, [alpha]);
  });

  test('of an outline, or of what is not shared, there is none to others; of a draft what was removed stays its owner’s', async () => {
    day += 1;
    const made = await done<SavedChange>('alpha', 'POST', '', {
      content: {
        title: 'Draft',
        statement: { kind: 'process' },
        affected: { services: ['Signed files'] },
        windows: [{ from: '2027-02-01T10:00', to: '2027-02-01T11:00' }],
      },
    });
    const { change } = made.change;
    const first = await send('alpha', change, 'first.docx', docx);
    await done('alpha', 'DELETE', `/${change}/attachments/${first.json.attachment}`);
    const second = await send('alpha', change, 'second.docx', docx);
    expect(await call('operator', 'GET', `/${change}/attachments`)).toMatchObject({ status: 404 });
    await done('alpha', 'POST', `/${change}/move`, { version: 1, to: 'shared' });
    expect(await namesOf('alpha', change)).toEqual(['second.docx', 'first.docx (removed)']);
    expect(await namesOf('operator', change)).toEqual(['second.docx']);
    const outline = await share('alpha', { sharing: 'outline' });
    await send('alpha', outline, 'third.docx', docx);
    for (const path of [
      `/${change}/attachments`,
      `/${outline}/attachments`,
      `/${change}/attachments/${second.json.attachment}`,
    ])
      expect(await call('beta', 'GET', path)).toMatchObject({ status: 404 });
    const rows = (sql: string) =>
      asViewerOf(
        started.database.pool,
        [beta],
        async (client) => (await client.query(sql, [[change, outline]])).rows.length,
      );
    for (const its of ['change_attachment', 'change_attachment_chunk'])
      expect(await rows(`select from ${its} where change = any ($1::uuid[])`)).toBe(0);
  });

  test('a User attaches one at a time, however long the first one takes', async () => {
    day += 1;
    const change = await share('alpha', {});
    const { port, hostname } = new URL(started.address);
    const begin = () => {
      const slow = connect(Number(port), hostname);
      slow.write(
        `POST /api/v1/changes/${change}/attachments?name=a.txt HTTP/1.1\r\nhost: x\r\nx-as: alpha\r\ncontent-type: application/octet-stream\r\ncontent-length: 5\r\n\r\nab`,
      );
      return slow;
    };
    let slow = begin();
    // it is answered only where one of the others was quicker, and refused then
    const again = () => {
      slow = begin().once('data', again);
    };
    slow.once('data', again);
    await expect
      .poll(async () => (await send('alpha', change, 'b.txt', Buffer.from('b'))).json.code)
      .toBe('changes.upload-under-way');
    slow.destroy();
    await expect.poll(async () => (await send('alpha', change, 'c.txt', Buffer.from('c'))).status).toBe(200);
    expect(await namesOf('alpha', change)).not.toContain('a.txt');
  });
});
