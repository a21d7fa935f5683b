// How a change came about, and who used it: for its owner, and of its history for the Operator from when it was told.
import type { ChangeContent, ChangeState } from '@penstock/api';
import { shownAuthor } from '../foundation/author.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { requireOwn } from './changes-store.ts';
import type { ChangeParts } from './parts.ts';
import { readerOf } from './sharing.ts';
import { differencesOf } from './states.ts';
import { type Purpose, recordUses } from './uses-store.ts';

interface VersionRow {
  readonly version: number;
  readonly state: ChangeState;
  readonly at: Date;
  readonly author: string;
  readonly why: string | null;
  readonly content: ChangeContent;
  readonly before: ChangeContent | null;
}
interface Page {
  readonly change: string;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/**
 * Every version of a change, newest first. The Operator sees those since it was told: what a draft said is its owner's.
 * @throws PenstockError 'request.not-found', 'request.invalid'
 */
export async function listVersions(parts: ChangeParts, viewer: Viewer, { change, cursor, limit }: Page) {
  const kept = await requireOwn(parts, viewer, change);
  if (cursor !== undefined && !/^[1-9]\d{0,5}$/.test(cursor)) throw wrongCursor();
  const isOwn = readerOf(viewer).userIds.includes(kept.owner.userId);
  const { rows } = await parts.pool.query<VersionRow>(
    `select v.version, v.state, v.at, v.author, v.why, v.content, b.content as before
     from change_version v
     left join change_version b on b.user_id = v.user_id and b.change = v.change and b.version = v.version - 1
       and ($5 or b.state not in ('draft', 'template'))
     where v.user_id = $1 and v.change = $2 and v.version < coalesce($3::integer, 2147483647)
       and ($5 or v.state not in ('draft', 'template'))
     order by v.version desc limit $4`,
    [kept.owner.userId, change, cursor, limit + 1, isOwn],
  );
  await recordUses(parts, viewer, { changes: [change], purpose: 'history' });
  const shown = rows.slice(0, limit);
  return {
    items: shown.map((row) => ({
      version: row.version,
      at: row.at.toISOString(),
      by: shownAuthor(viewer, row.author),
      state: row.state,
      ...(row.why === null ? {} : { why: row.why }),
      differs: row.before === null ? [] : differencesOf(row.before, row.content),
      content: row.content,
    })),
    cursor: rows.length > limit ? String(shown.at(-1)?.version) : undefined,
  };
}

const wrongCursor = () =>
  new PenstockError('request.invalid', { detail: 'this is no cursor of this list', where: 'cursor' });

interface UseRow {
  readonly day: string;
  readonly purpose: Purpose;
  readonly reader: string;
  readonly first_at: Date;
  readonly last_at: Date;
  readonly times: number;
  /** Of a User ID. */
  readonly words: string | null;
}

const CURSOR = /^\d{4}-\d\d-\d\d~[a-z]{1,20}~[^~]{0,5000}$/;

/** Who used a change of one's own, newest day first. @throws PenstockError 'request.not-found', 'request.invalid' */
export async function listUses(parts: ChangeParts, viewer: Viewer, { change, cursor, limit }: Page) {
  const kept = await requireOwn(parts, viewer, change, { isOwnerOnly: true });
  if (cursor !== undefined && !CURSOR.test(cursor)) throw wrongCursor();
  const [day, purpose, reader] = (cursor ?? 'infinity~~').split('~');
  const { rows } = await parts.pool.query<UseRow>(
    `select u.day::text, u.purpose, u.reader, u.first_at, u.last_at, u.times,
            case when u.reader ~ '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' then user_words(u.reader::macaddr8) end as words
     from change_use u
     where u.user_id = $1 and u.change = $2
       and (u.day < $3::date or u.day = $3::date and (u.purpose, u.reader) > ($4, $5))
     order by u.day desc, u.purpose, u.reader limit $6`,
    [kept.owner.userId, change, day, purpose, reader, limit + 1],
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map((row) => ({
      day: row.day,
      purpose: row.purpose,
      reader: row.reader === '' ? 'the platform, for a change of somebody else' : (row.words ?? row.reader),
      firstAt: row.first_at.toISOString(),
      lastAt: row.last_at.toISOString(),
      times: row.times,
    })),
    cursor: rows.length > limit && last !== undefined ? `${last.day}~${last.purpose}~${last.reader}` : undefined,
  };
}
