// Mediations: the Operator opens one for a clash, the three write in it, the Operator closes it.
//
// What always holds: each of the three has rows of its own (0021_change_talk.sql), written together under the lock of the
// mediation; what a side reads is its own rows alone.
import { randomUUID } from 'node:crypto';
import type { postMediationMessageSchema, postMediationSchema } from '@penstock/api';
import { type Eui, requireEui } from '@penstock/duis';
import type pg from 'pg';
import type { z } from 'zod';
import { authorOf } from '../foundation/author.ts';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import type { Viewer } from '../foundation/viewer.ts';
import { Calendar } from './calendar.ts';
import { readLimits, takeTurn } from './calendar-store.ts';
import { type Kept, requireOwn } from './changes-store.ts';
import { ClashIndex } from './clash-index.ts';
import type { Clash, Reason } from './clashes.ts';
import { factsOf, tell } from './findings-store.ts';
import { limitsAt } from './limits.ts';
import { copiesOf, type Party, parties, reasonsFor, type Said, type Sender, shownToOf } from './mediation.ts';
import type { Asked, ChangeParts } from './parts.ts';
import { requireActive } from './seen-store.ts';
import { isLive } from './states.ts';
import { recordUses } from './uses-store.ts';

/** Messages that each of the three may write: a bound of all together would tell a side how much the other has written. */
const MOST_MESSAGES = 200;

const wrong = (detail: string, where?: string) =>
  new PenstockError('changes.state', { detail, ...(where === undefined ? {} : { where }) });

function requireOperator(viewer: Viewer): Viewer & { readonly kind: 'operator' } {
  if (viewer.kind !== 'operator') throw new PenstockError('access.denied', { detail: 'the Operator mediates' });
  return viewer;
}

export interface SideRow {
  readonly user_id: string;
  readonly thread: string;
  readonly mediation: string;
  readonly change: string;
  readonly is_first: boolean;
  readonly reasons: readonly Reason[];
}
const SIDE = 'user_id, thread, mediation, change, is_first, reasons';

async function clashOfTwo(client: Asked, now: Date, [one, other]: readonly [Kept, Kept]): Promise<Clash | undefined> {
  const { services } = limitsAt(await readLimits(client), now.getTime()).limits;
  const rules = { calendar: new Calendar([]), mostAtOnce: 2, services };
  return new ClashIndex(rules, [factsOf(other)]).of(factsOf(one)).find(({ kind }) => kind === 'change');
}

/** @throws PenstockError 'access.denied', 'request.not-found', 'changes.state' where there is nothing to mediate */
export async function openMediation(
  parts: ChangeParts,
  viewer: Viewer,
  { changes, words }: z.output<typeof postMediationSchema>,
): Promise<string> {
  const { userId } = requireOperator(viewer);
  const mediation = randomUUID();
  await inTransaction(parts.pool, async (client) => {
    await takeTurn(client);
    const one = await requireOwn(parts, viewer, changes[0], { client });
    const other = await requireOwn(parts, viewer, changes[1], { client });
    const owners = new Set([one.owner.userId, other.owner.userId, userId]);
    if (owners.size < 3) throw wrong('a clash between changes of two Users is mediated', 'changes');
    const now = parts.now();
    const clash = isLive(one.state) && isLive(other.state) ? await clashOfTwo(client, now, [one, other]) : undefined;
    if (clash === undefined) throw wrong('the two changes do not clash as they stand now', 'changes');
    const [ofOne, ofOther] = [await openOf(client, one), await openOf(client, other)];
    if (ofOne.some((each) => ofOther.includes(each))) throw wrong('this clash is being mediated already', 'changes');
    await client.query(
      'insert into change_mediation (user_id, mediation, opened_at, opened_by) values ($1, $2, $3, $4)',
      [userId, mediation, now, authorOf(viewer)],
    );
    for (const mine of [one, other]) {
      const reasons = JSON.stringify(reasonsFor(mine, clash));
      await client.query(
        `insert into change_mediation_side (user_id, thread, mediation, change, is_first, reasons, opened_at)
         values ($1, $2, $3, $4, $5, $6, $7)`,
        [mine.owner.userId, randomUUID(), mediation, mine.change, mine === one, reasons, now],
      );
    }
    await recordUses(parts, viewer, { changes, purpose: 'mediation', client });
    await say(parts, client, { mediation, sender: 'operator', by: authorOf(viewer), party: '', words });
  });
  return mediation;
}

/** The mediations of a change that are open. */
async function openOf(client: Asked, { owner, change }: Kept): Promise<string[]> {
  const { rows } = await client.query<{ mediation: string }>(
    'select mediation from change_mediation_side where user_id = $1 and change = $2 and closed_at is null',
    [owner.userId, change],
  );
  return rows.map(({ mediation }) => mediation);
}

/** The mediation that a viewer names, as one of the three, locked. @throws PenstockError 'request.not-found', 'changes.state' */
async function lock(
  { operatorId }: ChangeParts,
  client: pg.PoolClient,
  viewer: Viewer,
  named: string,
): Promise<{ readonly mediation: string; readonly sender: Sender; readonly userId: Eui }> {
  const own = viewer.kind === 'operator' ? undefined : await sideOf(client, viewer.userIds, named);
  if (viewer.kind === 'user' && own === undefined) throw noMediation();
  const mediation = own?.mediation ?? named;
  const { rows } = await client.query<{ closed_at: Date | null }>(
    'select closed_at from change_mediation where user_id = $1 and mediation = $2 for update',
    [operatorId, mediation],
  );
  if (rows[0] === undefined) throw noMediation();
  if (rows[0].closed_at !== null) throw wrong('this mediation is closed');
  if (own === undefined) return { mediation, sender: 'operator', userId: operatorId };
  return { mediation, sender: own.is_first ? 'first' : 'second', userId: requireEui(own.user_id) };
}

const noMediation = () => new PenstockError('request.not-found', { detail: 'there is no such mediation' });

async function sideOf(client: Asked, userIds: readonly Eui[], thread: string): Promise<SideRow | undefined> {
  const { rows } = await client.query<SideRow>(
    `select ${SIDE} from change_mediation_side
     where user_id = any ($1::macaddr8[]) and thread = $2`,
    [userIds, thread],
  );
  return rows[0];
}

/** Both sides, by which they are. */
export async function sidesOf(client: Asked, mediation: string): Promise<Readonly<Record<Party, SideRow>>> {
  const { rows } = await client.query<SideRow>(`select ${SIDE} from change_mediation_side where mediation = $1`, [
    mediation,
  ]);
  const [first, second] = [rows.find((row) => row.is_first), rows.find((row) => !row.is_first)];
  if (first === undefined || second === undefined) throw new Error(`the mediation ${mediation} has not two sides`);
  return { first, second };
}

/** Writes in a mediation. @throws PenstockError 'request.not-found', 'changes.state', 'changes.too-many', 'access.denied' */
export async function writeInMediation(
  parts: ChangeParts,
  viewer: Viewer,
  message: z.output<typeof postMediationMessageSchema> & { readonly mediation: string },
): Promise<void> {
  await inTransaction(parts.pool, async (client) => {
    const { mediation, sender, userId } = await lock(parts, client, viewer, message.mediation);
    const party = sender === 'operator' ? '' : await requireActive(client, userId);
    const { words, shownTo, isNamed } = message;
    if (shownToOf({ sender, shownTo }) === undefined) {
      const whom = sender === 'operator' ? 'both, first or second' : 'nobody or other';
      throw new PenstockError('request.invalid', { detail: `show it to ${whom}`, where: 'shownTo' });
    }
    await say(parts, client, { mediation, sender, by: authorOf(viewer), party, words, shownTo, isNamed });
  });
}

async function say(
  parts: ChangeParts,
  client: pg.PoolClient,
  said: Omit<Said, 'at' | 'shownTo' | 'isNamed'> & Partial<Said> & { readonly mediation: string },
): Promise<void> {
  const { mediation, sender } = said;
  const { rows } = await client.query<{ count: number }>(
    'select count(*)::integer as count from change_mediation_message where user_id = $1 and thread = $2 and sender = $3',
    [parts.operatorId, mediation, sender],
  );
  if ((rows[0]?.count ?? 0) >= MOST_MESSAGES) {
    throw new PenstockError('changes.too-many', { detail: `you have written ${MOST_MESSAGES} messages in it` });
  }
  const sides = await sidesOf(client, mediation);
  for (const copy of copiesOf({ shownTo: undefined, isNamed: false, at: parts.now(), ...said })) {
    const [userId, thread] =
      copy.to === 'operator' ? [parts.operatorId, mediation] : [sides[copy.to].user_id, sides[copy.to].thread];
    await client.query(
      `insert into change_mediation_message (user_id, thread, number, at, sender, party, author, words, shown_to, is_named)
       select $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6, $7, $8, $9
       from change_mediation_message where user_id = $1 and thread = $2`,
      [userId, thread, copy.at, copy.from, copy.party, copy.by, copy.words, copy.shownTo, copy.isNamed],
    );
    if (copy.to === sender) continue;
    const who = sender === 'operator' ? 'The Operator' : copy.to === 'operator' ? said.party : 'The other side';
    const about = copy.to === 'operator' ? sides[sender === 'second' ? 'second' : 'first'] : sides[copy.to];
    await tellOf(parts, client, about, `${who} wrote in the mediation of a clash.`, userId);
  }
}

/** Tells somebody of a mediation, by the title of the side's own change. */
async function tellOf(
  parts: ChangeParts,
  client: pg.PoolClient,
  side: SideRow,
  words: string,
  userId: string,
): Promise<void> {
  const operator: Viewer = { kind: 'operator', userId: parts.operatorId };
  await tell(client, await requireOwn(parts, operator, side.change, { client }), words, userId);
}

/** @throws PenstockError 'access.denied', 'request.not-found', 'changes.state' when it is closed */
export async function closeMediation(
  parts: ChangeParts,
  viewer: Viewer,
  { mediation, outcome }: { readonly mediation: string; readonly outcome: string },
): Promise<void> {
  const { userId } = requireOperator(viewer);
  await inTransaction(parts.pool, async (client) => {
    await lock(parts, client, viewer, mediation);
    const now = parts.now();
    await client.query(
      `update change_mediation set closed_at = $3, closed_by = $4, outcome = $5 where user_id = $1 and mediation = $2`,
      [userId, mediation, now, authorOf(viewer), outcome],
    );
    const sides = await sidesOf(client, mediation);
    for (const side of parties.map((each) => sides[each])) {
      await client.query(
        'update change_mediation_side set closed_at = $3, outcome = $4 where user_id = $1 and thread = $2',
        [side.user_id, side.thread, now, outcome],
      );
      await tellOf(parts, client, side, 'The Operator closed the mediation of a clash.', side.user_id);
    }
  });
}
