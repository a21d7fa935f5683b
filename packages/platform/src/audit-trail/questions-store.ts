// Questions about titles: put to whoever sent the message, and read by either side.
//
// What always holds: whoever reads a side's row reads it as the viewer of that User ID, and it has nothing of the other side
// (0017_questions.sql). What one side does becomes the other's row in question-changes-store.ts, under a lock on both.
import type { AskedQuestion, AskQuestion, QuestionDocument, QuestionPage, QuestionQuery } from '@penstock/api';
import { type Eui, parseEui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import { recordOwner, type Viewer } from '../foundation/viewer.ts';
import { asViewerOf } from '../foundation/viewing.ts';
import {
  type AskedRow,
  MOST_OPEN_QUESTIONS,
  MOST_QUESTIONS_A_DAY,
  openSince,
  QUESTION_DAYS,
  type ReceivedRow,
  toAsked,
  toMinute,
  toReceived,
} from './questions.ts';
import { formatPlace, parsePlace, type TitlePlace, type TitleStore } from './title-store.ts';

const SHARED = 'q.question, q.user_id, q.words, q.state, q.answer, q.answered_at, q.agrees, q.named_user_id';
const columns = {
  asked: `${SHARED}, q.device, q.asked_at`,
  received: `${SHARED}, q.day::text, q.sequence::text, q.asker_role, q.received_at`,
} as const;
/** Asked as the viewer: for each row that names somebody. */
const NAMED_PARTY = 'case when q.named_user_id is not null then named_party(q.user_id, q.question) end as named_party';
/** Since when a question stands, in each side's table. */
export const since = { asked: 'asked_at', received: 'received_at' } as const;

type OwnRow = (AskedRow | ReceivedRow) & { readonly cursor: string };

export interface QuestionParts {
  readonly pool: pg.Pool;
  readonly titles: TitleStore;
  readonly now: () => Date;
}

/** The User ID whose questions are meant; the Operator's are those of its own. */
export function ownId(viewer: Viewer, named: string | undefined): Eui {
  if (viewer.kind === 'user') return recordOwner(viewer, named);
  if (named === undefined || parseEui(named) === viewer.userId) return viewer.userId;
  throw new PenstockError('access.denied', { detail: 'questions are their User’s own', where: 'userId' });
}

/** Writes a notice about a question. */
export function tell(client: pg.PoolClient, userId: string, question: string, at: Date, words: string) {
  return client.query(
    `insert into notice (user_id, noticed_at, kind, about, words, count) values ($1, $2, 'question', $3, $4, 0)
     on conflict do nothing`,
    [userId, at, question.replaceAll('-', ''), words],
  );
}

/**
 * Puts a question about a title to whoever sent its message. Whether that is a User or the Operator, active or not, makes no
 * difference to the one who asks.
 * @throws PenstockError those of TitleStore.open, 'questions.no-title', '.own', '.asked', '.too-many'
 */
export async function askQuestion(
  { pool, titles, now }: QuestionParts,
  viewer: Viewer,
  device: Eui,
  asked: AskQuestion,
): Promise<AskedQuestion> {
  if (viewer.kind === 'operator') throw new PenstockError('access.denied', { detail: 'the Operator asks by itself' });
  const userId = recordOwner(viewer, asked.userId);
  const view = await titles.open(viewer, { device, userId, what: 'question' });
  const place = await titles.placeOf(view, asked.reference);
  const title = place && (await titles.titleAt(view, place));
  if (place === undefined || title === undefined) throw new PenstockError('questions.no-title', { where: 'reference' });
  if (title.sender.isYou) throw new PenstockError('questions.own');
  const at = now();
  const row = await inTransaction(pool, async (client) => {
    await client.query(`select pg_advisory_xact_lock(hashtextextended('penstock questions ' || $1, 0))`, [userId]);
    await requireRoom(client, { userId, device, place, at });
    const { rows } = await client.query<AskedRow>(
      `insert into asked_question as q (user_id, question, device, title, asked_at, words, state, agrees, changed_at)
       values ($1, gen_random_uuid(), $2, $3, $4, $5, 'open', $6, clock_timestamp())
       returning ${columns.asked}, null as named_party`,
      [userId, device, formatPlace(place), at, asked.words, asked.agreesToBeNamed],
    );
    const [made] = rows as [AskedRow];
    const { rows: put } = await client.query<{ user_id: string }>(
      `insert into received_question (user_id, question, day, sequence, asker_role, received_at, words, state, agrees, changed_at)
       select d.user_id, $1, d.day, d.sequence, $2, $3, $4, 'open', false, clock_timestamp()
       from message_device d
       where d.device = $5 and d.day = $6::date and d.sequence = $7::bigint
         and title_tie(d.user_id, d.sequence, (select key from sealing_key)) = $8::bigint
       limit 1 returning user_id`,
      [made.question, title.why.role, toMinute(at), asked.words, device, place.day, place.sequence, place.tie],
    );
    const [receiver] = put;
    if (receiver === undefined) throw new PenstockError('questions.no-title', { where: 'reference' });
    await tell(client, receiver.user_id, made.question, toMinute(at), 'Somebody asks about a message of yours');
    return made;
  });
  return toAsked(row, at);
}

async function requireRoom(
  client: pg.PoolClient,
  { userId, device, place, at }: { userId: Eui; device: Eui; place: TitlePlace; at: Date },
): Promise<void> {
  const { rows } = await client.query<{ open: number; today: number; same: number }>(
    `select count(*) filter (where state = 'open' and asked_at > $2)::integer as open,
            count(*) filter (where asked_at > $3::timestamptz - interval '1 day')::integer as today,
            count(*) filter (where state = 'open' and asked_at > $2 and device = $4 and title = $5)::integer as same
     from asked_question where user_id = $1 and asked_at > $2`,
    [userId, openSince(at), at, device, formatPlace(place)],
  );
  const { open, today, same } = rows[0] ?? { open: 0, today: 0, same: 0 };
  if (same > 0) throw new PenstockError('questions.asked');
  if (open >= MOST_OPEN_QUESTIONS || today >= MOST_QUESTIONS_A_DAY) {
    const detail = `${open} are open (of ${MOST_OPEN_QUESTIONS}), ${today} were asked within a day (of ${MOST_QUESTIONS_A_DAY})`;
    throw new PenstockError('questions.too-many', { detail });
  }
}

const FIRST_CURSOR = 'infinity~ffffffff-ffff-ffff-ffff-ffffffffffff';

/** @throws PenstockError of recordOwner, 'request.invalid' for a cursor of something else */
export async function listQuestions(
  { pool, now }: QuestionParts,
  viewer: Viewer,
  { userId: named, side, state, cursor, limit }: QuestionQuery,
): Promise<QuestionPage> {
  const userId = ownId(viewer, named);
  const [at, id] = (cursor ?? FIRST_CURSOR).split('~');
  if (cursor !== undefined && !/^\d{4}-[0-9T:.-]{12,24}Z~[0-9a-f-]{36}$/.test(cursor)) {
    throw new PenstockError('request.invalid', { detail: 'this is no cursor of this list', where: 'cursor' });
  }
  const begins = openSince(now());
  const { rows } = await asViewerOf(pool, [userId], (client) =>
    client.query<OwnRow>(
      `select ${columns[side]}, ${NAMED_PARTY},
              to_char(q.${since[side]} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '~' || q.question as cursor
       from ${side}_question q
       where q.user_id = $1 and (q.${since[side]}, q.question) < ($2::timestamptz, $3::uuid)
         and ($4::text is null
              or case when q.state = 'open' and q.${since[side]} <= $5 then 'expired' else q.state end = $4)
       order by q.${since[side]} desc, q.question desc limit $6`,
      [userId, at, id, state ?? null, begins, limit + 1],
    ),
  );
  const shown = rows.slice(0, limit);
  return {
    items: shown.map((row) => toDocument(row, now())),
    cursor: rows.length > limit ? shown.at(-1)?.cursor : undefined,
  };
}

/** How many open questions wait for an answer of these User IDs. */
export async function countToAnswer(pool: pg.Pool, userIds: readonly Eui[]): Promise<number> {
  const { rows } = await asViewerOf(pool, userIds, (client) =>
    client.query<{ count: number }>(
      `select count(*)::integer as count from received_question
       where user_id = any ($1::macaddr8[]) and state = 'open'
         and received_at > clock_timestamp() - make_interval(days => $2)`,
      [userIds, QUESTION_DAYS],
    ),
  );
  return rows[0]?.count ?? 0;
}

function toDocument(row: OwnRow, now: Date): QuestionDocument {
  return 'device' in row ? toAsked(row, now) : toReceived(row, now);
}

/**
 * One question, from the side of the viewer; of one that it asked with the title, as far as it may see it now.
 * @throws PenstockError of recordOwner, 'request.not-found'
 */
export async function readQuestion(
  { pool, titles, now }: QuestionParts,
  viewer: Viewer,
  { userId: named, question }: { userId?: string | undefined; question: string },
): Promise<QuestionDocument> {
  const userId = ownId(viewer, named);
  const found = await asViewerOf(pool, [userId], async (client) => {
    for (const [side, title] of [
      ['asked', 'asked_title(q.question)'],
      ['received', 'null'],
    ] as const) {
      const { rows } = await client.query<OwnRow & { title: string | null }>(
        `select ${columns[side]}, ${NAMED_PARTY}, '' as cursor, ${title} as title
         from ${side}_question q where q.user_id = $1 and q.question = $2`,
        [userId, question],
      );
      if (rows[0] !== undefined) return rows[0];
    }
    return undefined;
  });
  if (found === undefined) throw new PenstockError('request.not-found', { detail: 'there is no such question' });
  const document = toDocument(found, now());
  const place = parsePlace(found.title ?? undefined);
  if (document.side === 'received' || place === undefined) return document;
  const device = requireEui(document.device);
  const view = await titles.openIfSeen(viewer, { device, userId, what: `question ${question}` });
  const title = view && (await titles.titleAt(view, place));
  if (title === undefined) return document;
  const { reference, ...shown } = title;
  return { ...document, title: shown };
}
