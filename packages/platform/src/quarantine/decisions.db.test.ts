import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dropExpiredPartitions, ensurePartitions, inTransaction } from '../foundation/database/index.ts';
import { type TestDatabase, testDatabase } from '../foundation/database/testing.ts';
import {
  checkDecisions,
  type Decided,
  type DecisionFaults,
  type DecisionLine,
  openDecisions,
  recordDecisions,
  stageDecisions,
} from './decisions-store.ts';
import { listHeld } from './held-store.ts';
import { Reports } from './report.ts';
import { dropDecidedDays, expireHeld } from './retention.ts';
import { event, fileNamed, hold, insertQuarantineWorld, linesOf, userA, userB } from './testing-quarantine.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
  await insertQuarantineWorld(database.pool);
});
afterEach(() => database.drop());

class Wrong extends Error {
  readonly faults: DecisionFaults;
  constructor(faults: DecisionFaults) {
    super('faults');
    this.faults = faults;
  }
}

/** As submissions/ does it, with a pause between check and record where asked. */
function decide(file: string, lines: readonly DecisionLine[], between?: () => Promise<void>, userId = userA) {
  return inTransaction(database.pool, async (client) => {
    await openDecisions(client);
    await stageDecisions(client, lines);
    const faults = await checkDecisions(client, userId);
    if (faults !== undefined) throw new Wrong(faults);
    await between?.();
    const decided = await recordDecisions(client, { userId, submission: fileNamed(file) });
    if ('faults' in decided) throw new Wrong(decided);
    return decided;
  });
}
async function faultsOf(work: Promise<Decided>): Promise<[number, string][]> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Wrong)) throw new Error('it was not refused', { cause: error });
  return error.faults.faults.map(({ line, code }) => [line, code]);
}
async function decisions(): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>('select count(*)::integer as count from held_decision');
  return rows[0]?.count ?? -1;
}
async function stateOf(reference = event): Promise<string | undefined> {
  const { rows } = await database.pool.query<{ state: string }>('select state from quarantine_event where event = $1', [
    reference,
  ]);
  return rows[0]?.state;
}

/** How many rows of held messages were read until now. */
async function rowsRead(): Promise<number> {
  // of the connection that read them; there is no other now
  await database.pool.query('select pg_stat_force_next_flush()');
  const { rows } = await database.pool.query<{ count: number }>(
    `select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::integer as count
     from pg_stat_user_tables where relname like 'held_message%'`,
  );
  return rows[0]?.count ?? -1;
}

describe('decisions of a file', () => {
  test('are recorded whole, begin a release, and what is not named stays held', async () => {
    await hold(database.pool, { count: 10 });
    const lines = [...linesOf({ count: 4 }), ...linesOf({ from: 5, count: 2, action: 'delete' })];
    expect(await decide('one', lines)).toEqual({ process: 4, delete: 2, events: 1 });
    expect(await decisions()).toBe(6);
    expect(await stateOf()).toBe('open');
    const { rows } = await database.pool.query('select state, decided::integer, sent::integer from release');
    expect(rows).toEqual([{ state: 'running', decided: 6, sent: 0 }]);
    await decide('two', linesOf({ from: 7, count: 4 }));
    expect(await stateOf()).toBe('decided');
  });

  test('are told everything that is wrong at once, and nothing is recorded', async () => {
    const other = '20261120000000000002';
    await hold(database.pool, { count: 6 });
    await hold(database.pool, { userId: userB, event: other, from: 100, count: 1 });
    await decide('before', linesOf({ from: 6, count: 1 }));
    await database.pool.query(`update held_message set message_id = (
      select message_id from held_message where sequence = 4) where sequence = 5`);
    const { rows } = await database.pool.query<{ sha256: string }>(
      `select encode(sha256, 'hex') as sha256 from held_message where sequence = 1`,
    );
    const [first] = linesOf({ count: 1 });
    if (first === undefined) throw new Error('no line');
    const lines: DecisionLine[] = [
      { ...first, line: 2, event: '99' },
      // of another User: as unknown as any
      ...linesOf({ userId: userB, event: other, from: 100, count: 1 }).map((line) => ({ ...line, line: 3 })),
      { ...first, line: 4, messageId: first.messageId.replace(/1$/, '77') },
      { ...first, line: 5, sha256: 'ab'.repeat(32) },
      ...linesOf({ from: 4, count: 1 }).map((line) => ({ ...line, line: 6 })),
      ...linesOf({ from: 6, count: 1 }).map((line) => ({ ...line, line: 7 })),
      { ...first, line: 8 },
      { ...first, line: 9, messageId: '', sha256: rows[0]?.sha256 ?? '' },
      { ...first, line: 10, messageId: '', sha256: 'cd'.repeat(32) },
    ];
    expect(await faultsOf(decide('wrong', lines))).toEqual([
      [2, 'decision.event-unknown'],
      [3, 'decision.event-unknown'],
      [4, 'decision.item-unknown'],
      [5, 'decision.other-bytes'],
      [6, 'decision.ambiguous'],
      [7, 'decision.already-decided'],
      [9, 'decision.named-twice'],
      [10, 'decision.item-unknown'],
    ]);
    expect(await decisions()).toBe(1);
    expect((await database.pool.query('select from release')).rowCount).toBe(1);
  });

  test('of a message that was deleted when it came are refused', async () => {
    await hold(database.pool, { count: 1 });
    await database.pool.query('update held_message set body = null');
    expect(await faultsOf(decide('one', linesOf({ count: 1 })))).toEqual([[2, 'decision.deleted']]);
  });

  test('of two files that race one wins; the other is told the lines that were decided meanwhile', async () => {
    await hold(database.pool, { count: 20 });
    // both are checked before either is recorded
    const bothChecked = Promise.withResolvers<void>();
    let checked = 0;
    const between = () => {
      checked += 1;
      if (checked === 2) bothChecked.resolve();
      return bothChecked.promise;
    };
    const results = await Promise.allSettled([
      decide('one', linesOf({ count: 12 }), between),
      decide('two', linesOf({ from: 9, count: 12 }), between),
    ]);
    const won = results.filter(({ status }) => status === 'fulfilled');
    const lost = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    expect(won).toHaveLength(1);
    expect(lost[0]).toBeInstanceOf(Wrong);
    const faults = lost[0] instanceof Wrong ? lost[0].faults : undefined;
    expect(faults?.count).toBe(4);
    expect(new Set(faults?.faults.map(({ code }) => code))).toEqual(new Set(['decision.already-decided']));
    expect(await decisions()).toBe(12);
    expect((await database.pool.query('select from release')).rowCount).toBe(1);
  });

  test.each([
    ['message_id', (line: DecisionLine) => line],
    ['SHA-256', (line: DecisionLine, sha256: string) => ({ ...line, messageId: '', sha256 })],
  ])('of few lines are looked up by %s: the event is not read', async (_, name) => {
    await hold(database.pool, { count: 2_000 });
    const { rows } = await database.pool.query<{ sha256: string }>(
      `select encode(sha256, 'hex') as sha256 from held_message where sequence = 7`,
    );
    const lines = linesOf({ from: 7, count: 1 }).map((line) => name(line, rows[0]?.sha256 ?? ''));
    const before = await rowsRead();
    expect(await decide('one', lines)).toMatchObject({ process: 1 });
    expect((await rowsRead()) - before).toBeLessThan(20);
  });

  test('of more lines than are looked up one by one are matched at once', async () => {
    await hold(database.pool, { count: 5_100 });
    expect(await decide('many', linesOf({ count: 5_050 }))).toEqual({ process: 5_050, delete: 0, events: 1 });
  });

  test('each held message is looked at once when it expires', async () => {
    await hold(database.pool, { count: 12_000 });
    await decide('one', linesOf({ from: 3_000, count: 100 }));
    await database.pool.query(`update held_message set held_at = held_at - interval '90 days' where sequence <= 11000`);
    const before = await rowsRead();
    expect(await expireHeld(database.pool, 30)).toBe(10_900);
    expect((await rowsRead()) - before).toBeLessThan(15_100);
    expect(await stateOf()).toBe('open');
  });

  test('held messages expire to be deleted, and never to be released', async () => {
    await hold(database.pool, { count: 3 });
    await decide('one', linesOf({ count: 1 }));
    expect(await expireHeld(database.pool, 3_000)).toBe(0);
    await database.pool.query(`update held_message set held_at = held_at - interval '90 days'`);
    expect(await expireHeld(database.pool, 30)).toBe(2);
    const { rows } = await database.pool.query('select action, submission from held_decision where sequence > 1');
    expect(rows).toEqual([
      { action: 'delete', submission: null },
      { action: 'delete', submission: null },
    ]);
    expect(await stateOf()).toBe('decided');
    expect(await faultsOf(decide('two', linesOf({ from: 2, count: 1 })))).toEqual([[3, 'decision.already-decided']]);
  });
});

describe('days of held messages', () => {
  test('leave each by itself when nothing in them is needed', async () => {
    const { pool } = database;
    await ensurePartitions(pool, { today: '2026-11-18', ahead: 2 });
    // undecided, then deleted when it came, then decided and not carried out
    await hold(pool, { count: 3 });
    await pool.query(`update held_message set day = date '2026-11-17' + sequence::integer`);
    await pool.query(`update held_message set body = null where sequence = 2`);
    await decide('one', linesOf({ from: 3, count: 1 }));
    const drop = async () => (await dropDecidedDays(pool, '2026-11-21')).map(({ table, day }) => `${table} ${day}`);
    expect(await drop()).toEqual(['held_message 2026-11-19', 'held_decision 2026-11-19']);
    await pool.query(`update release set state = 'done'`);
    expect(await drop()).toEqual(['held_message 2026-11-20', 'held_decision 2026-11-20']);
    expect(await drop()).toEqual([]);
    const { rows } = await pool.query('select sequence::integer from held_message');
    expect(rows).toEqual([{ sequence: 1 }]);
  });

  test('whose record is gone still tell what was held from what was deleted when it came', async () => {
    const { pool } = database;
    await hold(pool, { count: 3 });
    await pool.query(`update held_message set body = null where sequence = 2`);
    await dropExpiredPartitions(pool, { table: 'message_log', firstKept: '2026-11-21' });
    const { items } = await listHeld(pool, userA, event, { limit: 10 });
    expect(items.map(({ position }) => position)).toEqual(['2026-11-20/1', '2026-11-20/3']);
    const pieces: string[] = [];
    const { signal } = new AbortController();
    const { stream: report } = await new Reports(pool).open({ userId: userA, event, operatorId: userB, signal });
    for await (const piece of report) pieces.push(String(piece));
    expect(pieces.join('').match(/:[123],/g)).toEqual([':1,', ':3,']);
  });
});
