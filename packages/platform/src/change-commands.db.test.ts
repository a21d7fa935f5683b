import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { changeContentSchema } from '@penstock/api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { z } from 'zod';
import { alpha, beta, TestFront } from './testing-client.ts';

// `penstock change` against the API, as its users run it.

type Content = z.input<typeof changeContentSchema>;

let front: TestFront;
beforeAll(async () => {
  front = await TestFront.start();
  const { pool } = front.database;
  await pool.query(`insert into party (party_id, name, kind) values ('A', 'Alpha', 'other'), ('B', 'Beta', 'other')`);
  await pool.query(`insert into user_id (user_id, party_id) values ($1, 'A'), ($2, 'B')`, [alpha, beta]);
  await pool.query(`insert into user_role (user_id, role) values ($1, 'IS'), ($2, 'IS')`, [alpha, beta]);
});
afterAll(() => front.stop());

const content: Content = {
  title: 'New firewall rules',
  statement: { kind: 'firewall_network' },
  sharing: 'outline',
  affected: { services: ['DUIS gateway'] },
  windows: [{ from: '2026-12-10T22:00', to: '2026-12-11T02:00' }],
  backOut: 'The rules before are loaded again.',
};
const change = (who: string, ...args: string[]) => front.run(who, 'change', ...args).ended;
const write = (name: string, value: unknown) => writeFileSync(join(front.folder, name), JSON.stringify(value));

test('a change is made, shown, edited, moved and copied; each sees of it what its owner chose', async () => {
  write('new.json', content);
  const made = await change('alpha', 'create', 'new.json', '--json');
  expect(made).toMatchObject({ code: 0, err: '' });
  const id: string = JSON.parse(made.out).change.change;
  const shown = JSON.parse((await change('alpha', 'show', id, '--json')).out);
  write('edited.json', { ...shown, content: { ...shown.content, title: 'Newer firewall rules' } });
  const edited = await change('alpha', 'edit', id, 'edited.json', '--why', 'a better title');
  expect(edited.out).toBe(`${id}: version 2, draft\nNothing speaks against it.\n`);
  const again = await change('alpha', 'edit', id, 'edited.json');
  expect(again).toMatchObject({ code: 4, err: expect.stringContaining('changes.version-conflict') });
  expect((await change('alpha', 'move', id, 'shared')).out).toContain('version 3, shared');
  const [own, others, listed, slots] = await Promise.all([
    change('alpha', 'show', id),
    change('operator', 'move', id, 'scheduled'),
    change('alpha', 'list', '--mine', '--service', 'DUIS gateway'),
    change('alpha', 'slots', id),
  ]);
  const copied = await change('alpha', 'copy', id);
  expect(own.out).toMatch(/^Newer firewall rules\nfirewall_network of Alpha, shared, version 3, shared with outline\n/);
  expect(own.out).toContain('  Thu 10 Dec 2026 22:00 GMT to Fri 11 Dec 2026 02:00 GMT\n');
  expect(others).toMatchObject({ code: 4, err: expect.stringContaining('changes.state') });
  expect(listed.out).toMatch(new RegExp(`^change.*\n${id}  shared  Thu 10 Dec .*  yours  Newer firewall rules\n$`));
  expect(copied.out).toMatch(/: version 1, draft\n/);
  expect(slots.code).toBe(0);
});

test('clashes, a month as a document, and drafts from a file with every fault of it', async () => {
  const { changes } = front.clientOf('operator');
  const planned: typeof content = {
    ...content,
    title: 'New certificates',
    statement: { kind: 'planned_maintenance', activity: 'A', disrupted: 'D', riskToReturn: 'R' },
    sharing: 'everybody',
  };
  const { change: one } = await changes.create({ content: planned });
  await changes.move(one.change, { version: 1, to: 'assessed' });
  await changes.move(one.change, { version: 2, to: 'scheduled' });
  const lines = ['kind,title,description,sharing,size,services,srvs,interfaces,device_models,regions,from,to,back_out'];
  writeFileSync(join(front.folder, 'good.csv'), [...lines, 'process,Night,,,,,4.8.1,,,,,,'].join('\n'));
  writeFileSync(join(front.folder, 'bad.csv'), [...lines, 'process,,,,,,,,,,,,', 'none,Night,,,,,,,,,,,'].join('\n'));
  const [clashes, own, month, file, good, bad] = await Promise.all([
    change('alpha', 'clashes'),
    change('operator', 'clashes', one.change),
    change('alpha', 'schedule', '2026-12'),
    change('alpha', 'schedule', '2026-12', '--out', 'month.csv'),
    change('alpha', 'intake', 'good.csv'),
    change('alpha', 'intake', 'bad.csv'),
  ]);
  expect(clashes.out).toMatch(
    /Newer firewall rules\n {2}clash: “New certificates” of .* on the service DUIS gateway\./,
  );
  expect(own.out).toMatch(/^clash: “Newer firewall rules” of Alpha .*\n {2}Thu 10 Dec[^\n]*\nwarning: /);
  expect(month.out).toMatch(/\nNew certificates\n {2}Thu 10 Dec .*\n {2}the activity: A\n/);
  expect([file.code, readFileSync(join(front.folder, 'month.csv'), 'utf8')]).toEqual([
    0,
    expect.stringContaining('New certificates'),
  ]);
  expect(good).toMatchObject({ code: 0, out: expect.stringContaining('good.csv: 1 drafts') });
  expect(bad).toMatchObject({ code: 4, err: expect.stringMatching(/\n2:title: .*\n3:kind: /) });
});

test('what is wrong with a command, a file or a question is told by the exit code', async () => {
  const none = '00000000-0000-4000-8000-000000000000';
  const wrong = [
    ['show', 'one'],
    ['move', none, 'template'],
    ['create', 'none.json'],
    ['create', 'ca.pem'],
    ['edit', none, 'new.json'],
  ];
  const ended = await Promise.all(wrong.map((args) => change('alpha', ...args)));
  expect(ended.map(({ code }) => code)).toEqual([4, 64, 66, 1, 64]);
});

test('a User reads a consultation, comments and joins testing; the Operator answers; others read what is shown to them', async () => {
  const { changes } = front.clientOf('operator');
  const { change: one } = await changes.create({
    content: {
      title: 'New certificates of the internal network',
      statement: {
        kind: 'internal_system',
        isMaterialRisk: true,
        impactAssessment: { words: 'Connections are made anew.', doneOn: '2026-11-10' },
        consultation: {
          opensOn: '2026-11-20',
          closesOn: '2026-11-30',
          words: 'Do your systems come back by themselves?',
        },
        testing: { words: 'For two weeks.', doneOn: '2026-11-20' },
      },
      sharing: 'everybody',
      affected: { services: ['Network interface'] },
      windows: [{ from: '2026-12-20T22:00', to: '2026-12-20T23:00' }],
    },
  });
  const id = one.change;
  await changes.move(id, { version: 1, to: 'assessed' });
  const commented = await change('alpha', 'comment', id, 'Within five minutes.\nRather on a weekend.');
  const shown = await change('beta', 'comment', id, 'At once.', '--for', 'everybody', '--json');
  const joined = await change('beta', 'consult', id, '--join', 'With both adaptors');
  expect(commented).toMatchObject({ code: 0, out: expect.stringMatching(/^[0-9a-f-]{36}: commented\n$/) });
  expect(joined.out).toMatch(
    /asked:\n {2}Do your systems .*\ntesting, which may be joined:\n.*\njoins testing: Beta .*\n {2}With both adaptors\n$/,
  );
  const comment = commented.out.slice(0, 36);
  const answered = await change('manager', 'answer', id, comment, 'Then on a Saturday.');
  expect(answered).toMatchObject({ code: 0, out: `${comment}: answered\n` });
  const [own, others, operators, asJson, left, tooEarly] = await Promise.all([
    change('alpha', 'comments', id),
    change('beta', 'comments', id),
    change('manager', 'comments', id),
    change('manager', 'comments', id, '--json'),
    change('beta', 'consult', id, '--leave'),
    change('alpha', 'consult', id, '--join', '--leave'),
  ]);
  expect(own.out).toMatch(
    /: yours, .*seen by the Operator\n {2}Within five minutes\.\n {2}Rather on a weekend\.\n {2}answered .*:\n {4}Then on a Saturday\.\n/,
  );
  expect(own.out).toMatch(/: Beta, .*seen by everybody who is consulted\n {2}At once\.\n/);
  expect(others.out).toMatch(/^[0-9a-f-]{36}: yours, [^\n]*\n {2}At once\.\n$/);
  expect(operators.out).toMatch(/: Alpha, .*, by .*\n/);
  expect(JSON.parse(asJson.out).items).toHaveLength(2);
  expect(JSON.parse(shown.out)).toEqual({ comment: expect.any(String) });
  expect(left.out).not.toContain('joins testing');
  expect(tooEarly.code).toBe(64);
  expect(await change('manager', 'comment', id, 'Myself')).toMatchObject({
    code: 4,
    err: expect.stringContaining('access.denied'),
  });
});

test('the Operator mediates a clash of two Users: each reads and writes its own thread', async () => {
  const make = async (who: 'alpha' | 'beta', title: string) => {
    const { changes } = front.clientOf(who);
    const planned: Content = { ...content, title, sharing: 'operator', affected: { services: ['Signed files'] } };
    const { change: made } = await changes.create({ content: planned });
    await changes.move(made.change, { version: 1, to: 'shared' });
    return made.change;
  };
  const [first, second] = [await make('alpha', 'Of Alpha'), await make('beta', 'Of Beta')];
  const opened = await change('manager', 'mediate', first, second, 'Can one of you begin later?', '--json');
  expect(opened).toMatchObject({ code: 0, err: '' });
  const mediation: string = JSON.parse(opened.out).mediation.mediation;
  const ofSide = async (who: string, id: string) => {
    const listed = await change(who, 'mediations', id, '--state', 'open');
    return /^([0-9a-f-]{36}) {2}open/m.exec(listed.out)?.[1] ?? '';
  };
  const [ours, theirs] = [await ofSide('alpha', first), await ofSide('beta', second)];
  expect(new Set([mediation, ours, theirs]).size).toBe(3);
  expect((await change('beta', 'reply', theirs, 'The day is fixed.')).out).toMatch(
    / you \(.*\), .*, to the Operator alone\n {2}The day is fixed\.\n$/,
  );
  expect((await change('alpha', 'reply', ours, 'We begin at 23:00.', '--for', 'other', '--named')).code).toBe(0);
  const wrong = await change('alpha', 'reply', ours, 'x', '--for', 'first');
  expect(wrong).toMatchObject({ code: 4, err: expect.stringContaining('show it to nobody or other') });
  const [asOther, asOperator] = [
    await change('beta', 'mediation', theirs),
    await change('manager', 'mediation', mediation),
  ];
  expect(asOther.out).toMatch(/\n3\. the other side, Alpha, .*\n {2}We begin at 23:00\.\n$/);
  expect(asOther.out).not.toContain(first);
  expect(asOperator.out).toMatch(
    /first: Of Alpha .* of Alpha\nsecond: Of Beta .* of Beta\nclash on: service Signed files\n/,
  );
  expect((await change('alpha', 'mediation', mediation)).code).toBe(4);
  const closed = await change('manager', 'settle', mediation, 'One at 22:00, one at 23:00.');
  expect(closed.out).toMatch(/: closed, [\s\S]*\noutcome:\n {2}One at 22:00, one at 23:00\.\n$/);
  expect(await change('alpha', 'reply', ours, 'Late')).toMatchObject({
    code: 4,
    err: expect.stringContaining('changes.state'),
  });
});

test('a file is attached, listed, fetched to the letter and removed; one that is not what it says is refused by the words of the API', async () => {
  write('of-files.json', { ...content, title: 'With files', sharing: 'everybody' });
  const id: string = JSON.parse((await change('alpha', 'create', 'of-files.json', '--json')).out).change.change;
  const words = 'On Sunday.\n'.repeat(100_000);
  writeFileSync(join(front.folder, 'notes.txt'), words);
  writeFileSync(join(front.folder, 'plan.pdf'), 'no plan');
  writeFileSync(join(front.folder, 'large.txt'), Buffer.alloc(10_000_001, 'x'));
  expect((await change('alpha', 'attachments', id)).out).toBe('Nothing is attached.\n');
  const attached = await change('alpha', 'attach', id, 'notes.txt');
  expect(attached).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringMatching(/^[0-9a-f-]{36} {2}notes\.txt {2}text\/plain, 1100000 bytes/),
  });
  await change('alpha', 'move', id, 'shared');
  const [other, twice, large, folder, unknown, denied] = await Promise.all([
    change('beta', 'attachment', id, 'notes.txt', '--out', 'of-alpha.txt'),
    change('beta', 'attachment', id, 'notes.txt'),
    change('alpha', 'attach', id, 'large.txt'),
    change('alpha', 'attach', id, '.'),
    change('beta', 'attachment', id, 'none.txt'),
    change('beta', 'attach', id, 'ca.pem', '--name', 'authority.txt'),
  ]);
  expect(other).toMatchObject({ code: 0, err: '' });
  expect(readFileSync(join(front.folder, 'of-alpha.txt'), 'utf8') === words).toBe(true);
  expect(twice).toMatchObject({ code: 66, err: expect.stringContaining('notes.txt is there already') });
  expect(large).toMatchObject({ code: 4, err: expect.stringContaining('a file may have 10000000 bytes') });
  expect([folder.code, unknown.code]).toEqual([66, 4]);
  expect(denied).toMatchObject({ code: 4, err: expect.stringContaining('access.denied') });
  const [untrue, unnamed] = [
    await change('alpha', 'attach', id, 'plan.pdf'),
    await change('alpha', 'attach', id, 'ca.pem', '--name', '../ca.txt'),
  ];
  expect(untrue).toMatchObject({
    code: 4,
    err: expect.stringMatching(/^penstock: changes\.attachment: .*it is text, and its name does not say so/),
  });
  expect(unnamed).toMatchObject({ code: 4, err: expect.stringContaining('must be the name of a file') });
  expect((await change('alpha', 'detach', id, 'notes.txt')).out).toBe('notes.txt: removed\n');
  expect((await change('beta', 'attachment', id, 'notes.txt', '--out', 'gone.txt')).code).toBe(4);
  expect((await change('alpha', 'attachments', id)).out).toMatch(/; removed /);
});
