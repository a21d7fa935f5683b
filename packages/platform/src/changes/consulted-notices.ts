// Those who are consulted on a change of the Operator's internal systems are told once when comments are taken, and once when
// they may join its testing. Any number of processes may look; a row says what was told, written with the notices. Whoever was
// told so is told again by the edit that moves the change, or its consultation, to other times: one notice an edit.
import type pg from 'pg';
import { inTransaction } from '../foundation/database/index.ts';
import { type ChangeRow, COLUMNS, type Kept, toKept } from './changes-store.ts';
import { consultationAt, testingAt } from './consultation.ts';
import { londonDay, wordsOfSpan } from './london.ts';
import { tellReadersOf } from './near-store.ts';
import type { ChangeParts } from './parts.ts';

// locked, so that an edit comes before, and is told, or after, and finds the row; what is not shared with everybody asks nobody; of a consultation that lies ahead, or is over, nothing is read
const DUE_SQL = `
  select ${COLUMNS} from change c
  where c.kind = 'internal_system' and c.sharing = 'everybody' and c.state in ('assessed', 'consulted', 'scheduled')
    and (c.content #>> '{statement,consultation,opensOn}' <= $1 and c.content #>> '{statement,consultation,closesOn}' >= $1
           and not exists (select from change_asked a
                           where a.user_id = c.user_id and a.change = c.change and a.what = 'consultation')
         or c.content #> '{statement,testing}' is not null
           and not exists (select from change_asked a
                           where a.user_id = c.user_id and a.change = c.change and a.what = 'testing'))
  order by c.first_at, c.change limit 50 for share of c`;

export async function tellConsulted({ pool, now }: Pick<ChangeParts, 'pool' | 'now'>): Promise<void> {
  const at = now();
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<ChangeRow>(DUE_SQL, [londonDay(at.getTime())]);
    for (const kept of await toKept(client, rows)) {
      const { content, state } = kept;
      const { state: consultation, words } = consultationAt(content, state, at.getTime());
      if (consultation === 'open') await tellOnce(client, kept, { what: 'consultation', at, words });
      if (testingAt(content, state).isOffered) {
        await tellOnce(client, kept, { what: 'testing', at, words: 'You may join its testing.' });
      }
    }
  });
}

async function tellOnce(
  client: pg.PoolClient,
  kept: Kept,
  { what, at, words }: { readonly what: 'consultation' | 'testing'; readonly at: Date; readonly words: string },
): Promise<void> {
  const { rowCount } = await client.query('insert into change_asked values ($1, $2, $3, $4) on conflict do nothing', [
    kept.owner.userId,
    kept.change,
    what,
    at,
  ]);
  if (rowCount === 0) return;
  const said = `“${kept.content.title}”: ${words}`;
  await tellReadersOf(client, kept, { words: said, outline: said });
}

const datesOf = ({ content: { statement }, spans }: Kept) => {
  const its = statement.kind === 'internal_system' ? statement.consultation : undefined;
  return { spans: JSON.stringify(spans), consultation: JSON.stringify([its?.opensOn, its?.closesOn]) };
};

/** Tells those who were told of a change, or of its consultation, that an edit moved it. */
export async function tellConsultedAgain(
  client: pg.PoolClient,
  { before, after, now }: { readonly before: Kept; readonly after: Kept; readonly now: Date },
): Promise<void> {
  const [was, is] = [datesOf(before), datesOf(after)];
  const isMoved = was.spans !== is.spans;
  const isAskedAnew = was.consultation !== is.consultation;
  if (after.content.statement.kind !== 'internal_system' || !(isMoved || isAskedAnew)) return;
  // what is shared less by the same edit is not told
  if (after.content.sharing !== 'everybody') return;
  const key = [after.owner.userId, after.change];
  const { rows } = await client.query<{ what: string }>(
    'select what from change_asked where user_id = $1 and change = $2',
    key,
  );
  const told = rows.map(({ what }) => what);
  const { state, words } = consultationAt(after.content, after.state, now.getTime());
  const isOfConsultation = isAskedAnew && told.includes('consultation');
  // when it opens, they are told that it does
  if (isOfConsultation && state === 'not_open') {
    await client.query(`delete from change_asked where user_id = $1 and change = $2 and what = 'consultation'`, key);
  }
  const [first, ...more] = after.spans;
  const times =
    first === undefined ? 'none yet' : `${wordsOfSpan(first)}${more.length > 0 ? `, and ${more.length} more` : ''}`;
  const said = [
    ...(isMoved && told.length > 0 ? [`Its times are others now: ${times}.`] : []),
    ...(isOfConsultation ? [`Its consultation has other dates now. ${words}`] : []),
  ];
  if (said.length === 0) return;
  const all = `“${after.content.title}”: ${said.join(' ')}`;
  await tellReadersOf(client, after, { words: all, outline: all });
}
