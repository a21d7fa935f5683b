// What either side does with a question: answers, declines, withdraws it, agrees to be named. One side's doing becomes the
// other's row here and nowhere else.
import type { QuestionDocument } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { mayDo, type QuestionAction, type QuestionSide, stateAt, toMinute } from './questions.ts';
import { ownId, type QuestionParts, readQuestion, since, tell } from './questions-store.ts';

interface SideRow {
  readonly user_id: string;
  readonly state: 'open' | 'answered' | 'declined' | 'withdrawn';
  readonly agrees: boolean;
  readonly named_user_id: string | null;
  readonly since: Date;
}
type Sides = Readonly<Record<QuestionSide, SideRow>>;

export interface QuestionChange {
  readonly userId?: string | undefined;
  readonly question: string;
  /** `close`: withdrawn by whoever asked, declined by the other. */
  readonly action: 'close' | Extract<QuestionAction, 'answer' | 'agree' | 'disagree'>;
  /** Of an answer. */
  readonly answer?: string;
  /** Of an answer: whether whoever answers agrees to be named with it. */
  readonly agrees?: boolean;
}

/** @throws PenstockError of recordOwner, 'request.not-found', 'access.denied', 'questions.closed' */
export async function changeQuestion(
  parts: QuestionParts,
  viewer: Viewer,
  change: QuestionChange,
): Promise<QuestionDocument> {
  const { pool } = parts;
  const { question } = change;
  const userId = ownId(viewer, change.userId);
  const now = parts.now();
  await inTransaction(pool, async (client) => {
    const sides = await lockSides(client, question);
    const side = sides && (['asked', 'received'] as const).find((one) => requireEui(sides[one].user_id) === userId);
    if (sides === undefined || side === undefined) {
      throw new PenstockError('request.not-found', { detail: 'there is no such question' });
    }
    await requireActive(client, userId);
    const own = sides[side];
    const action = change.action === 'close' ? (side === 'asked' ? 'withdraw' : 'decline') : change.action;
    const state = stateAt(own, now);
    if (!mayDo(action, { side, state, isNamed: own.named_user_id !== null })) {
      throw new PenstockError('questions.closed', { detail: `it is ${state}` });
    }
    if (action === 'answer' || action === 'decline' || action === 'withdraw') {
      await end(client, { sides, question, action, answer: change.answer, now });
    }
    const agrees =
      action === 'agree' || (action !== 'disagree' && (own.agrees || (action === 'answer' && change.agrees === true)));
    await client.query(
      `update ${side}_question set agrees = $3, changed_at = clock_timestamp() where user_id = $1 and question = $2`,
      [userId, question, agrees],
    );
    const goesOn = action === 'answer' || action === 'agree';
    if (goesOn && agrees && sides[side === 'asked' ? 'received' : 'asked'].agrees)
      await name(client, sides, { question, now });
  });
  return readQuestion(parts, viewer, { userId, question });
}

/** Both rows of a question: the asking side's first, whoever does it, so that two at once wait for each other in one order. */
async function lockSides(client: pg.PoolClient, question: string): Promise<Sides | undefined> {
  const locked = async (side: QuestionSide): Promise<SideRow | undefined> => {
    const { rows } = await client.query<SideRow>(
      `select user_id, state, agrees, named_user_id, ${since[side]} as since from ${side}_question
       where question = $1 for update`,
      [question],
    );
    return rows[0];
  };
  const asked = await locked('asked');
  const received = await locked('received');
  return asked && received && { asked, received };
}

async function requireActive(client: pg.PoolClient, userId: Eui): Promise<void> {
  const { rowCount } = await client.query(
    `select from user_id u join party p using (party_id)
     where u.user_id = $1 and u.status = 'active' and p.status = 'active'`,
    [userId],
  );
  if (rowCount === 0) throw new PenstockError('access.denied', { detail: 'this User ID is not active' });
}

const endings = { answer: 'answered', decline: 'declined', withdraw: 'withdrawn' } as const;

async function end(
  client: pg.PoolClient,
  ending: {
    readonly sides: Sides;
    readonly question: string;
    readonly action: keyof typeof endings;
    readonly answer: string | undefined;
    readonly now: Date;
  },
): Promise<void> {
  const { sides, question, action, answer, now } = ending;
  const at = toMinute(now);
  for (const side of ['asked', 'received'] as const) {
    await client.query(
      `update ${side}_question set state = $3, answer = $4, answered_at = $5, changed_at = clock_timestamp()
       where user_id = $1 and question = $2`,
      [sides[side].user_id, question, endings[action], answer ?? null, action === 'answer' ? at : null],
    );
  }
  if (action === 'withdraw') return;
  await tell(client, sides.asked.user_id, question, at, `Your question about a title was ${endings[action]}`);
}

/** Tells each side who the other is. */
async function name(
  client: pg.PoolClient,
  { asked, received }: Sides,
  { question, now }: { question: string; now: Date },
): Promise<void> {
  for (const [side, own, other] of [
    ['asked', asked.user_id, received.user_id],
    ['received', received.user_id, asked.user_id],
  ] as const) {
    await client.query(
      `update ${side}_question set named_user_id = $3, changed_at = clock_timestamp()
       where user_id = $1 and question = $2`,
      [own, question, other],
    );
    await tell(client, own, question, toMinute(now), 'Both sides of a question agreed to be named');
  }
}

/** What the record has no messages of any more. */
export async function dropOldQuestions(pool: pg.Pool, before: Date): Promise<void> {
  await pool.query('delete from asked_question where asked_at < $1', [before]);
  await pool.query('delete from received_question where received_at < $1', [before]);
}
