// Quarantine events: as they are shown, behind both walls, and the changes of their workflow.
import type { HeldMessageDocument, postEventSchema, QuarantineEventDocument, QuarantineLife } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import type { z } from 'zod';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import { ANCHOR } from '../messages/lanes.ts';
import { formatPosition } from '../messages/message.ts';
import { cursorOf, positionOfCursor } from '../messages/position-cursor.ts';
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

/** A page of a User's events, newest first: their references rise with time. */
export async function listEvents(
  pool: pg.Pool,
  userId: Eui,
  { cursor, limit, state }: { cursor?: string | undefined; limit: number; state?: string | undefined },
): Promise<Page<QuarantineEventDocument>> {
  if (cursor !== undefined && !/^\d{20}$/.test(cursor)) {
    throw new PenstockError('request.invalid', { detail: 'this is no cursor of this list', where: 'cursor' });
  }
  const { rows } = await asViewerOf(pool, [userId], (client) =>
    client.query<EventRow>(
      `${EVENT_SQL}
       where q.user_id = $1 and ($2::numeric is null or q.event < $2::numeric) and ($3::text is null or q.state = $3)
       order by q.event desc limit $4`,
      [userId, cursor, state, limit + 1],
    ),
  );
  const items = rows.slice(0, limit).map(toEvent);
  return { items, cursor: rows.length > limit ? items.at(-1)?.event : undefined };
}

/** One event with its notes. @throws PenstockError 'request.not-found' */
export async function readEvent(pool: pg.Pool, userId: Eui, event: string): Promise<QuarantineLife> {
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
    };
  });
}

interface HeldRow {
  day: string;
  sequence: string;
  event: string;
  held_at: Date;
  direction: HeldMessageDocument['direction'];
  kind: HeldMessageDocument['kind'];
  message_id: string;
  srv: string | null;
  target: string;
  size: number;
  sha256: string;
  action: 'process' | 'delete' | null;
  reason: string;
  decided_at: Date;
  submission: string | null;
  released_at: Date | null;
  refusal: { code: string; detail: string; at: string } | null;
}

/** $1 User, $2 event, $3 and $4 cursor, $5 limit. In the order of holding; what was deleted when it came is left out. */
export const HELD_SQL = `
  select h.day::text, h.sequence::text, lpad(h.event::text, 20, '0') as event, h.held_at, h.direction, h.kind,
         h.message_id, h.srv, h.target, h.size, encode(h.sha256, 'hex') as sha256, d.action, d.reason, d.decided_at,
         encode(d.submission, 'hex') as submission,
         case d.action when 'process' then (
           select s.released_at from release_span s
           where s.user_id = h.user_id and s.submission = d.submission
             and s.day = h.day and s.to_sequence >= h.sequence and s.from_sequence < h.sequence
           order by s.to_sequence limit 1) end as released_at,
         (select jsonb_build_object('code', f.code, 'detail', f.detail, 'at',
                   to_char(f.refused_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
          from release_refusal f
          where f.user_id = h.user_id and f.day = h.day and f.sequence = h.sequence
          order by f.round desc limit 1) as refusal
  from held_message h
  left join held_decision d on d.user_id = h.user_id and d.day = h.day and d.sequence = h.sequence
  where h.user_id = $1 and h.event = $2 and (h.day, h.sequence) > ($3::date, $4::bigint)
    and not h.is_deleted
  order by h.day, h.sequence limit $5`;

/** A page of what an event holds, in the order of holding. */
export async function listHeld(
  pool: pg.Pool,
  userId: Eui,
  event: string,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<Page<HeldMessageDocument>> {
  const after = cursor === undefined ? { day: '-infinity', sequence: 0n } : positionOfCursor(cursor);
  const { rows } = await asViewerOf(pool, [userId], (client) =>
    client.query<HeldRow>(HELD_SQL, [userId, event, after.day, after.sequence, limit + 1]),
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toHeld),
    cursor: rows.length > limit && last !== undefined ? cursorOf(last) : undefined,
  };
}

function toHeld(row: HeldRow): HeldMessageDocument {
  const { event, direction, kind, size, sha256, action, reason, refusal } = row;
  return {
    position: formatPosition(row),
    event,
    heldAt: row.held_at.toISOString(),
    direction,
    kind,
    messageId: row.message_id,
    ...(row.srv === null ? {} : { serviceReferenceVariant: row.srv }),
    target: requireEui(row.target),
    size,
    sha256,
    ...(action === null
      ? {}
      : {
          decision: {
            action,
            reason,
            decidedAt: row.decided_at.toISOString(),
            ...(row.submission === null ? {} : { submission: row.submission }),
            ...(row.released_at === null ? {} : { releasedAt: row.released_at.toISOString() }),
          },
        }),
    ...(refusal === null ? {} : { refusal }),
  };
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
