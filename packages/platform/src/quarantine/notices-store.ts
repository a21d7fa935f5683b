// Notices as they are listed, and what of them somebody has read.
//
// Of each reader there is an instant until which all is read, and single marks after it. A notice may be written a moment
// after the instant that it names: so the instant stays an hour behind, and what is newer has a mark of its own.
import { MOST_UNREAD_COUNTED, type NoticeDocument, type NoticeKind } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import { mutedKinds } from './choices-store.ts';
import type { Page } from './events-store.ts';

/** Whose marks these are: a person's own; machines of one User ID have theirs together. */
export function readerOf({ kind, person }: Viewer): string {
  return person?.personId ?? (kind === 'user' ? 'machine' : 'operator');
}

interface NoticeRow {
  user_id: string;
  noticed_at: Date;
  kind: NoticeKind;
  about: string;
  words: string;
  count: string;
  notice: string;
  is_read: boolean;
}

const REFERENCE = /^(\d{4}-[0-9T:.-]{12,24}Z) ([a-z]+) ([0-9A-Za-z-]+)$/;

/** Of `notice n`, by the reader $2. */
const IS_READ = `(
  n.noticed_at <= (select r.read_until from notice_reader r where r.user_id = n.user_id and r.reader = $2)
  or exists (select from notice_read m
             where m.user_id = n.user_id and m.reader = $2 and m.noticed_at = n.noticed_at and m.kind = n.kind
               and m.about = n.about)) is true`;

const LIST_SQL = `
  select n.user_id, n.noticed_at, n.kind, n.about, n.words, n.count::text, ${IS_READ} or n.kind = any ($9) as is_read,
         to_char(n.noticed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || ' ' || n.kind || ' ' || n.about as notice
  from notice n
  where n.user_id = $1 and ($3::timestamptz is null or (n.noticed_at, n.kind, n.about) < ($3::timestamptz, $4, $5))
    and ($6::text[] is null or n.kind = any ($6)) and (not $7::boolean or (${IS_READ}) is false and n.kind <> all ($9))
  order by n.noticed_at desc, n.kind desc, n.about desc limit $8`;

const UNREAD_SQL = `
  select count(*)::integer as count from (
    select from notice n
    where n.user_id = $1
      and n.noticed_at > coalesce((select r.read_until from notice_reader r where r.user_id = $1 and r.reader = $2),
                                  '-infinity')
      and (${IS_READ}) is false and n.kind <> all ($4)
    limit $3) unread`;

export interface NoticeQuery {
  readonly cursor?: string | undefined;
  readonly limit: number;
  readonly kind?: readonly NoticeKind[] | undefined;
  readonly unread?: 'true' | undefined;
}

/** A page, newest first, as a reader has read it; and how many it has not. */
export async function listNotices(
  pool: pg.Pool,
  { userId, reader }: { userId: Eui; reader: string },
  { cursor, limit, kind, unread }: NoticeQuery,
): Promise<Page<NoticeDocument> & { readonly unread: number }> {
  const [, at, lastKind, about] = REFERENCE.exec(cursor ?? '') ?? [];
  if (cursor !== undefined && at === undefined) {
    throw new PenstockError('request.invalid', { detail: 'this is no cursor of this list', where: 'cursor' });
  }
  const muted = await mutedKinds(pool, { userId, reader });
  return asViewerOf(pool, [userId], async (client) => {
    const { rows } = await client.query<NoticeRow>(LIST_SQL, [
      userId,
      reader,
      at,
      lastKind,
      about,
      kind,
      unread !== undefined,
      limit + 1,
      muted,
    ]);
    const counted = await client.query<{ count: number }>(UNREAD_SQL, [
      ...[userId, reader, MOST_UNREAD_COUNTED],
      muted,
    ]);
    const shown = rows.slice(0, limit);
    return {
      items: shown.map(({ notice, noticed_at, is_read, ...row }) => ({
        userId: requireEui(row.user_id),
        notice,
        at: noticed_at.toISOString(),
        kind: row.kind,
        about: row.about,
        words: row.words,
        count: Number(row.count),
        isRead: is_read,
      })),
      unread: counted.rows[0]?.count ?? 0,
      cursor: rows.length > limit ? shown.at(-1)?.notice : undefined,
    };
  });
}

export interface Marked {
  /** Single ones; those that there are not are passed over. */
  readonly notices?: readonly string[] | undefined;
  /** All until this one and with it. */
  readonly until?: string | undefined;
}

/** Marks notices of a User ID as read by one reader; false when all were so before. */
export async function markRead(
  pool: pg.Pool,
  { userId, reader }: { userId: Eui; reader: string },
  { notices = [], until }: Marked,
): Promise<boolean> {
  const parts = notices.map((notice) => REFERENCE.exec(notice) ?? []);
  return inTransaction(pool, async (client) => {
    const marked = await client.query(
      `insert into notice_read (user_id, reader, noticed_at, kind, about)
       select n.user_id, $2, n.noticed_at, n.kind, n.about from notice n
       where n.user_id = $1 and (${IS_READ}) is false
         and ((n.noticed_at, n.kind, n.about) in
                (select * from unnest($3::timestamptz[], $4::text[], $5::text[]))
              or (n.noticed_at <= $6::timestamptz and n.noticed_at > clock_timestamp() - interval '1 hour'))
       on conflict do nothing`,
      [
        userId,
        reader,
        parts.map(([, at]) => at),
        parts.map(([, , kind]) => kind),
        parts.map((part) => part[3]),
        instantOf(until),
      ],
    );
    const moved = until !== undefined && (await moveUntil(client, { userId, reader }, until));
    return (marked.rowCount ?? 0) > 0 || moved;
  });
}

function instantOf(notice: string | undefined): string | undefined {
  return REFERENCE.exec(notice ?? '')?.[1];
}

async function moveUntil(
  client: pg.PoolClient,
  { userId, reader }: { userId: Eui; reader: string },
  until: string,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `insert into notice_reader as r (user_id, reader, read_until)
     select $1, $2, least($3::timestamptz, clock_timestamp() - interval '1 hour')
     where exists (select from notice n where n.user_id = $1 and n.noticed_at <= $3::timestamptz)
     on conflict (user_id, reader) do update set read_until = excluded.read_until
     where r.read_until < excluded.read_until
       and exists (select from notice n where n.user_id = r.user_id
                     and n.noticed_at > r.read_until and n.noticed_at <= excluded.read_until)`,
    [userId, reader, instantOf(until)],
  );
  await client.query(
    `delete from notice_read m using notice_reader r
     where m.user_id = $1 and m.reader = $2 and r.user_id = $1 and r.reader = $2 and m.noticed_at <= r.read_until`,
    [userId, reader],
  );
  return rowCount === 1;
}
