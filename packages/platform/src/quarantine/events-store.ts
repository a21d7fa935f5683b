// Quarantine events: as they are shown, behind both walls, and the changes of their workflow.
import type { postEventSchema, QuarantineEventDocument, QuarantineLife } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import type { z } from 'zod';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import { recordOwner, type Viewer } from '../foundation/viewer.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import { ANCHOR } from '../messages/lanes.ts';
import { listContacts } from '../parties/officers-store.ts';
import { readUserIds } from '../parties/parties-store.ts';
import { requireState } from './quarantine.ts';

export interface Page<Item> {
  readonly items: Item[];
  readonly cursor: string | undefined;
}

interface EventRow {
  user_id: string;
  event: string;
  detector: QuarantineEventDocument['detector'];
  direction: QuarantineEventDocument['direction'];
  words: string;
  first_at: Date;
  last_at: Date;
  held: string;
  deleted: string;
  decided: string;
  state: QuarantineEventDocument['state'];
  owner: string | null;
  cause: string | null;
  changed_at: Date;
}

const EVENT_SQL = `
  select q.user_id, lpad(q.event::text, 20, '0') as event, q.detector, q.direction, q.words, q.first_at, q.last_at,
         q.held::text, q.deleted::text, q.state, q.owner, q.cause, q.changed_at,
         (select coalesce(sum(e.decided), 0) from event_decision e
          where e.user_id = q.user_id and e.event = q.event)::text as decided
  from quarantine_event q`;

function toEvent(row: EventRow): QuarantineEventDocument {
  return {
    userId: requireEui(row.user_id),
    event: row.event,
    detector: row.detector,
    direction: row.direction,
    words: row.words,
    firstAt: row.first_at.toISOString(),
    lastAt: row.last_at.toISOString(),
    held: Number(row.held),
    deleted: Number(row.deleted),
    undecided: Number(row.held) - Number(row.decided),
    state: row.state,
    ...(row.owner === null ? {} : { owner: row.owner }),
    ...(row.cause === null ? {} : { cause: row.cause }),
    changedAt: row.changed_at.toISOString(),
  };
}

/** $1 cursor's event, $2 cursor's User, $3 states, $4 limit: of all Users that the viewer may see. */
export const EVENTS_OF_ALL_SQL = `${EVENT_SQL}
  where ($1::numeric is null or (q.event, q.user_id) < ($1::numeric, $2::macaddr8))
    and ($3::text[] is null or q.state = any ($3))
  order by q.event desc, q.user_id desc limit $4`;

/** $5 User. References rise with time. */
const EVENTS_OF_ONE_SQL = `${EVENT_SQL}
  where q.user_id = $5 and ($1::numeric is null or (q.event, q.user_id) < ($1::numeric, $2::macaddr8))
    and ($3::text[] is null or q.state = any ($3))
  order by q.event desc limit $4`;

/** A page of a User's events, or (the Operator, naming no User) of all Users', newest first. */
export async function listEvents(
  pool: pg.Pool,
  viewer: Viewer,
  asked: { userId?: string | undefined; cursor?: string | undefined; limit: number; state?: string | undefined },
): Promise<Page<QuarantineEventDocument>> {
  const { cursor, limit, state } = asked;
  const ofAll = viewer.kind === 'operator' && asked.userId === undefined;
  const owner = ofAll ? undefined : recordOwner(viewer, asked.userId);
  const [, event, user] = /^(\d{20})\/([0-9A-F-]{23})$/.exec(cursor ?? '') ?? [];
  if (cursor !== undefined && event === undefined) {
    throw new PenstockError('request.invalid', { detail: 'this is no cursor of this list', where: 'cursor' });
  }
  const values = [event, user, state?.split(','), limit + 1];
  const { rows } = await asViewerOf(pool, owner === undefined ? await readUserIds(pool) : [owner], (client) =>
    owner === undefined
      ? client.query<EventRow>(EVENTS_OF_ALL_SQL, values)
      : client.query<EventRow>(EVENTS_OF_ONE_SQL, [...values, owner]),
  );
  const items = rows.slice(0, limit).map(toEvent);
  const last = items.at(-1);
  return {
    items,
    cursor: rows.length > limit && last !== undefined ? `${last.event}/${last.userId}` : undefined,
  };
}

/** One event with its notes, and whom to call. @throws PenstockError 'request.not-found' */
export async function readEvent(pool: pg.Pool, userId: Eui, event: string, desk?: string): Promise<QuarantineLife> {
  const officers = await listContacts(pool, userId);
  return asViewerOf(pool, [userId], async (client) => {
    const [row] = (await client.query<EventRow>(`${EVENT_SQL} where q.user_id = $1 and q.event = $2`, [userId, event]))
      .rows;
    if (row === undefined) throw new PenstockError('request.not-found', { detail: 'there is no such event' });
    const notes = await client.query<{ noted_at: Date; author: string; note: string }>(
      'select noted_at, author, note from quarantine_note where user_id = $1 and event = $2 order by number',
      [userId, event],
    );
    return {
      ...toEvent(row),
      notes: notes.rows.map(({ noted_at, author, note }) => ({ at: noted_at.toISOString(), author, note })),
      contacts: { officers, ...(desk === undefined ? {} : { desk }) },
    };
  });
}

/** Writes a note down. @throws PenstockError 'request.not-found' */
export async function addNote(
  pool: pg.Pool,
  { userId, event, author, note }: { userId: Eui; event: string; author: string; note: string },
): Promise<void> {
  await inTransaction(pool, async (client) => {
    await lockEvent(client, userId, event);
    await client.query(
      `insert into quarantine_note (user_id, event, number, noted_at, author, note)
       select $1, $2, 1 + count(*), clock_timestamp(), $3, $4 from quarantine_note where user_id = $1 and event = $2`,
      [userId, event, author, note],
    );
  });
}

async function lockEvent(client: pg.PoolClient, userId: Eui, event: string) {
  const { rows } = await client.query<{ state: QuarantineEventDocument['state']; cause: string | null; held: string }>(
    'select state, cause, held::text from quarantine_event where user_id = $1 and event = $2 for update',
    [userId, event],
  );
  if (rows[0] === undefined) throw new PenstockError('request.not-found', { detail: 'there is no such event' });
  return rows[0];
}

/**
 * Changes owner, cause or state; what is left out stays. Each change is noted with who made it. Under the lane's lock, so
 * that nothing is held in an event that is being resolved.
 * @throws PenstockError 'request.not-found', 'quarantine.state'
 */
export async function changeEvent(
  pool: pg.Pool,
  options: { userId: Eui; event: string; author: string; change: z.output<typeof postEventSchema> },
): Promise<void> {
  const { userId, event, author, change } = options;
  await inTransaction(pool, async (client) => {
    await client.query(
      'select from lane where user_id = $2 and lane = (select lane from user_id where user_id = $1) for update',
      [userId, ANCHOR],
    );
    const found = await lockEvent(client, userId, event);
    const cause = change.cause ?? found.cause ?? undefined;
    if (change.state !== undefined) {
      const { rows } = await client.query<{ decided: string; releasing: boolean }>(
        `select coalesce(sum(e.decided), 0)::text as decided,
                coalesce(bool_or(r.state <> 'done'), false) as releasing
         from event_decision e left join release r on r.user_id = e.user_id and r.submission = e.submission
         where e.user_id = $1 and e.event = $2`,
        [userId, event],
      );
      const undecided = BigInt(found.held) - BigInt(rows[0]?.decided ?? 0);
      requireState({ state: found.state, cause, undecided, isReleasing: rows[0]?.releasing === true }, change.state);
    }
    await client.query(
      `update quarantine_event
       set owner = coalesce($3, owner), cause = coalesce($4, cause), state = coalesce($5, state),
           changed_at = clock_timestamp()
       where user_id = $1 and event = $2`,
      [userId, event, change.owner, change.cause, change.state],
    );
    const told = Object.entries(change).filter(([, value]) => value !== undefined);
    await client.query(
      `insert into quarantine_note (user_id, event, number, noted_at, author, note)
       select $1, $2, (select count(*) from quarantine_note where user_id = $1 and event = $2) + n, clock_timestamp(), $3,
              note
       from unnest($4::text[]) with ordinality as t(note, n)`,
      [userId, event, author, told.map(([name, value]) => `${name}: ${value}`)],
    );
  });
}
