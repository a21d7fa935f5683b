// Changes around a time, for whoever looks for what could have to do with something: those that took place, or are to.
import type pg from 'pg';
import { type ChangeRow, COLUMNS, type Kept, toKept } from './changes-store.ts';
import type { ChangeFacts } from './clashes.ts';
import { factsOf } from './findings-store.ts';
import type { Asked } from './parts.ts';
import { seesOf } from './sharing.ts';
import type { Span } from './windows.ts';

/** No drafts and nothing that was cancelled; what is in progress longer than was planned, too. */
export async function readNear(asked: Asked, { from, to }: Span): Promise<Kept[]> {
  const { rows } = await asked.query<ChangeRow>(
    `select ${COLUMNS} from change c
     where c.first_at < $2 and (c.last_at > $1 or c.state = 'in_progress')
       and c.state in ('assessed', 'consulted', 'shared', 'scheduled', 'in_progress', 'done', 'backed_out')
     order by c.first_at, c.change`,
    [new Date(from), new Date(to)],
  );
  return toKept(asked, rows);
}

/** One of them, by its id. */
export async function readNearOne(asked: Asked, change: string): Promise<Kept | undefined> {
  const { rows } = await asked.query<ChangeRow>(
    `select ${COLUMNS} from change c where c.change = $1 and c.state not in ('template', 'draft', 'cancelled')`,
    [change],
  );
  return (await toKept(asked, rows))[0];
}

/** What is found by; a change that is in progress takes its time until now. */
export function nearFactsOf(kept: Kept, now: number): ChangeFacts {
  const facts = factsOf(kept);
  const last = kept.spans.at(-1)?.to;
  if (kept.state !== 'in_progress' || last === undefined || last >= now) return facts;
  return { ...facts, spans: [...facts.spans, { from: last, to: now }] };
}

/** Tells those who see a change: every other active User as far as it is shared with them, or nobody. */
export async function tellReadersOf(
  client: pg.PoolClient,
  kept: Kept,
  { words, outline }: { readonly words: string; readonly outline: string },
): Promise<void> {
  const sees = seesOf(kept, { kind: 'user', userIds: [] });
  if (sees === 'nothing') return;
  await client.query(
    `insert into notice (user_id, noticed_at, kind, about, words, count)
     select u.user_id, clock_timestamp(), 'change', $2, $3, 0
     from user_id u join party p on p.party_id = u.party_id
     where u.status = 'active' and p.status = 'active' and p.kind <> 'operator' and u.user_id <> $1`,
    [kept.owner.userId, kept.change, sees === 'whole' ? words : outline],
  );
}
