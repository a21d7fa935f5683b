// What an event holds, message by message, behind both walls.
import type { HeldMessageDocument, heldMessageQuerySchema } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import type { z } from 'zod';
import { asViewerOf } from '../foundation/viewing.ts';
import { formatPosition } from '../messages/message.ts';
import { cursorOf, positionOfCursor } from '../messages/position-cursor.ts';
import type { Page } from './events-store.ts';

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

/**
 * $1 User, $2 event, $3 and $4 cursor, $5 limit, $6 service, $7 device, $8 whether only what is undecided. In the order of
 * holding; what was deleted when it came is left out.
 */
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
    and ($6::text is null or h.srv = $6) and ($7::macaddr8 is null or h.target = $7)
    and (not $8::boolean or d.action is null)
  order by h.day, h.sequence limit $5`;

/** A page of what an event holds, in the order of holding. */
export async function listHeld(
  pool: pg.Pool,
  userId: Eui,
  event: string,
  asked: z.output<typeof heldMessageQuerySchema>,
): Promise<Page<HeldMessageDocument>> {
  const { cursor, limit, serviceReferenceVariant, device, undecided } = asked;
  const after = cursor === undefined ? { day: '-infinity', sequence: 0n } : positionOfCursor(cursor);
  const { rows } = await asViewerOf(pool, [userId], (client) =>
    client.query<HeldRow>(HELD_SQL, [
      ...[userId, event, after.day, after.sequence, limit + 1],
      ...[serviceReferenceVariant, device, undecided !== undefined],
    ]),
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
