// The SQL of decisions. A file's lines are staged in a temporary table, checked there all at once against what is held,
// and recorded in the same transaction, whole or not at all. Set-based: 100,000 lines in about a second.
import { type DecisionErrorCode, decisionErrors, type FileFault, MOST_LISTED_FAULTS } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { byteaArray, integerArray, textArray } from '../foundation/database/binary.ts';
import { ANCHOR } from '../messages/lanes.ts';
import type { HeldAction, ReleaseStart } from './quarantine.ts';
import { beginRelease } from './releases-store.ts';

/** One line of an action file; identifiers are normalised, texts that are not given are empty. */
export interface DecisionLine {
  readonly line: number;
  readonly event: string;
  readonly messageId: string;
  readonly sha256: string;
  readonly action: HeldAction;
  readonly reason: string;
}

export interface Decided {
  readonly process: number;
  readonly delete: number;
  readonly events: number;
}

/** What is wrong with the lines: the first thousand, and how many there are. */
export interface DecisionFaults {
  readonly faults: readonly FileFault[];
  readonly count: number;
}

/** Makes the staging table; it goes with the transaction. */
export async function openDecisions(client: pg.PoolClient): Promise<void> {
  await client.query(
    `create temporary table staged_decision (
       line integer, event numeric(20), message_id text, sha256 bytea, action text, reason text) on commit drop`,
  );
}

export async function stageDecisions(client: pg.PoolClient, lines: readonly DecisionLine[]): Promise<void> {
  await client.query(
    `insert into staged_decision
     select line, event::numeric, message_id, sha256, action, reason
     from unnest($1::integer[], $2::text[], $3::text[], $4::bytea[], $5::text[], $6::text[])
            as s(line, event, message_id, sha256, action, reason)`,
    [
      integerArray(lines.map(({ line }) => line)),
      textArray(lines.map(({ event }) => event)),
      textArray(lines.map(({ messageId }) => messageId)),
      byteaArray(lines.map(({ sha256 }) => (sha256 === '' ? undefined : Buffer.from(sha256, 'hex')))),
      textArray(lines.map(({ action }) => action)),
      textArray(lines.map(({ reason }) => reason)),
    ],
  );
}

/** A file of up to so many lines looks each of them up; a larger one reads all that its events hold, once. */
const FEW_LINES = 5_000;

/**
 * $1 the User. A loop over the lines, whatever the planner thinks of a day that it knows nothing of yet (OFFSET 0 keeps
 * it one): among 400,000 held messages one line takes 20 ms, and 5,000 a quarter of a second, where reading all of them
 * takes two and a half. `event + 0`, or the index of events would be taken on such a day, and all of an event be read for
 * each line.
 */
const MATCH_FEW_SQL = `
  select s.line, s.event, s.action, s.reason, h.day, h.sequence, h.is_deleted,
         s.sha256 is null or s.sha256 = h.sha256 as is_same, s.sha256 is not null as is_bound
  from staged_decision s
  cross join lateral (
    select m.day, m.sequence, m.sha256, m.is_deleted from held_message m
    where m.user_id = $1 and m.message_id = s.message_id and m.event + 0 = s.event
    offset 0) h
  where s.message_id <> ''
  union all
  select s.line, s.event, s.action, s.reason, h.day, h.sequence, h.is_deleted, true, true
  from staged_decision s
  cross join lateral (
    select m.day, m.sequence, m.is_deleted from held_message m
    where m.user_id = $1 and m.sha256 = s.sha256 and m.event + 0 = s.event
    offset 0) h
  where s.message_id = ''`;

/** $1 the User. Two joins, because an OR would be a loop over all pairs. */
const MATCH_MANY_SQL = `
  with held as not materialized (
    select h.day, h.sequence, h.event, h.message_id, h.sha256, h.is_deleted
    from held_message h
    where h.user_id = $1 and h.event = any (array(select distinct event from staged_decision))
  )
  select s.line, s.event, s.action, s.reason, h.day, h.sequence, h.is_deleted,
         s.sha256 is null or s.sha256 = h.sha256 as is_same, s.sha256 is not null as is_bound
  from staged_decision s join held h on h.event = s.event and h.message_id = s.message_id
  where s.message_id <> ''
  union all
  select s.line, s.event, s.action, s.reason, h.day, h.sequence, h.is_deleted, true, true
  from staged_decision s join held h on h.event = s.event and h.sha256 = s.sha256
  where s.message_id = ''`;

/**
 * Finds the held message of each staged line. A larger file is joined without nested loops, because a planner that knows
 * nothing yet of a day of 100,000 held messages would choose one, and read all of them again for each line.
 */
async function matchDecisions(client: pg.PoolClient, userId: Eui): Promise<void> {
  await client.query('analyze staged_decision');
  const { rows } = await client.query<{ lines: number }>('select count(*)::integer as lines from staged_decision');
  const areFew = (rows[0]?.lines ?? 0) <= FEW_LINES;
  await client.query(
    areFew ? 'set local enable_seqscan = off; set local enable_bitmapscan = off' : 'set local enable_nestloop = off',
  );
  await client.query(
    `create temporary table matched_decision on commit drop as ${areFew ? MATCH_FEW_SQL : MATCH_MANY_SQL}`,
    [userId],
  );
  await client.query('analyze matched_decision');
}

/** $1 the User. Each line's fault, the gravest only. */
const FAULTS_SQL = `
  with line as (
    select s.line, s.event,
           count(m.line) as found, count(*) filter (where m.is_same) as same,
           bool_or(m.is_deleted) filter (where m.is_same) as is_deleted
    from staged_decision s left join matched_decision m on m.line = s.line
    group by s.line, s.event
  ), twice as (
    select line, first_line from (
      select line, min(line) over (partition by day, sequence) as first_line from matched_decision where is_same) w
    where line > first_line
  ), decided as (
    select m.line, d.action, d.decided_at, d.submission
    from matched_decision m
    join held_decision d on d.user_id = $1 and d.day = m.day and d.sequence = m.sequence
    where m.is_same
  ), fault as (
    select line, 'event' as column, 'decision.event-unknown' as code,
           format('you have no event %s', event) as message
    from line l where not exists (select from quarantine_event q where q.user_id = $1 and q.event = l.event)
    union all
    select line, 'message_id', 'decision.item-unknown', format('event %s holds no such message of yours', event)
    from line l
    where found = 0 and exists (select from quarantine_event q where q.user_id = $1 and q.event = l.event)
    union all
    select line, 'sha256', 'decision.other-bytes', 'the held message has another SHA-256'
    from line where found > 0 and same = 0
    union all
    select line, 'message_id', 'decision.ambiguous', format('event %s holds %s messages of this message_id', event, same)
    from line where same > 1
    union all
    select line, 'message_id', 'decision.deleted', 'the message was deleted when it came'
    from line where same = 1 and is_deleted
    union all
    select line, 'message_id', 'decision.named-twice', format('line %s means the same message', first_line)
    from twice
    union all
    select line, 'message_id', 'decision.already-decided',
           case when submission is null then format('it expired at %s', decided_at at time zone 'UTC')
                else format('it was decided (%s) at %s by the file %s', action,
                            to_char(decided_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                            encode(submission, 'hex')) end
    from decided
  )
  select line, "column", code, message, count(*) over () as total from fault order by line, code limit ${MOST_LISTED_FAULTS}`;

interface FaultRow {
  line: number;
  column: string;
  code: DecisionErrorCode;
  message: string;
  total: string;
}

async function findFaults(client: pg.PoolClient, userId: Eui): Promise<DecisionFaults | undefined> {
  const { rows } = await client.query<FaultRow>(FAULTS_SQL, [userId]);
  const [first] = rows;
  if (first === undefined) return undefined;
  const faults = rows.map(({ line, column, code, message }) => ({
    line,
    column,
    code,
    message,
    action: decisionErrors[code],
  }));
  return { faults, count: Number(first.total) };
}

/** What is wrong with the staged decisions, all at once; undefined: nothing. */
export async function checkDecisions(client: pg.PoolClient, userId: Eui): Promise<DecisionFaults | undefined> {
  await matchDecisions(client, userId);
  return findFaults(client, userId);
}

/** What the staged decisions would do, once they are checked. */
export async function countDecisions(client: pg.PoolClient): Promise<Decided> {
  const { rows } = await client.query<Decided>(
    `select count(*) filter (where action = 'process')::integer as process,
            count(*) filter (where action = 'delete')::integer as delete,
            count(distinct event)::integer as events
     from matched_decision`,
  );
  if (rows[0] === undefined) throw new Error('an aggregate has one row');
  return rows[0];
}

/**
 * Records the decisions of a file, which were checked, and begins its release. What another file decided meanwhile is
 * found by the key, and told; the caller then rolls back.
 */
export async function recordDecisions(
  client: pg.PoolClient,
  options: { readonly userId: Eui; readonly submission: Buffer; readonly start?: ReleaseStart },
): Promise<Decided | DecisionFaults> {
  const { userId, submission, start = {} } = options;
  // in one order, so that two files that race wait for each other and never in a circle
  const { rowCount } = await client.query(
    `insert into held_decision (user_id, day, sequence, event, action, reason, submission, decided_at)
     select $1, day, sequence, event, action, reason, $2, clock_timestamp() from matched_decision
     order by day, sequence
     on conflict do nothing`,
    [userId, submission],
  );
  const { rows } = await client.query<{ process: number; delete: number; events: number }>(
    `select count(*) filter (where action = 'process')::integer as process,
            count(*) filter (where action = 'delete')::integer as delete, count(distinct event)::integer as events
     from matched_decision`,
  );
  const [decided] = rows;
  if (decided === undefined) throw new Error('a count without a row');
  if (rowCount !== decided.process + decided.delete) {
    const race = await findRace(client, userId, submission);
    if (race !== undefined) return race;
    throw new Error(`${rowCount} decisions were recorded of ${decided.process + decided.delete}`);
  }
  await beginRelease(client, { userId, submission, start, decided: decided.process + decided.delete });
  await countDecided(client, userId, submission);
  return decided;
}

/** The lines that another file decided after the check; the decisions of this one are in the table already. */
async function findRace(client: pg.PoolClient, userId: Eui, own: Buffer): Promise<DecisionFaults | undefined> {
  await client.query(
    `delete from matched_decision m using held_decision d
     where d.user_id = $1 and d.day = m.day and d.sequence = m.sequence and d.submission = $2`,
    [userId, own],
  );
  const { rows } = await client.query('select from matched_decision limit 1');
  if (rows.length === 0) return undefined;
  await client.query(
    'delete from staged_decision s where not exists (select from matched_decision m where m.line = s.line)',
  );
  return findFaults(client, userId);
}

/**
 * Counts the decisions by event, and marks the events in which nothing is undecided any more: under the lane's lock,
 * which whoever holds messages has too, so that nothing is held between the look and the mark.
 */
async function countDecided(client: pg.PoolClient, userId: Eui, submission: Buffer): Promise<void> {
  await client.query(
    `insert into event_decision (user_id, event, submission, decided)
     select $1, event, $2, count(*) from matched_decision group by event`,
    [userId, submission],
  );
  await client.query(
    `select from lane where user_id = $2 and lane = (select lane from user_id where user_id = $1) for update`,
    [userId, ANCHOR],
  );
  await client.query(MARK_DECIDED_SQL, [userId]);
}

/** $1 the User: its events become 'decided' whose held messages all are. */
export const MARK_DECIDED_SQL = `
  update quarantine_event q set state = 'decided', changed_at = clock_timestamp()
  where q.user_id = $1 and q.state in ('open', 'investigating') and q.held > 0
    and q.held <= (select coalesce(sum(e.decided), 0) from event_decision e
                   where e.user_id = q.user_id and e.event = q.event)`;
