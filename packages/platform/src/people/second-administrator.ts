// Whether a Party wants a second administrator to approve what gives access: it does, unless it says otherwise.
import type { SecondAdministrator } from '@penstock/api';
import type pg from 'pg';
import { inTransaction } from '../foundation/database/database.ts';
import { byManager, recordActivity } from './activity-store.ts';
import type { Manager } from './administration.ts';
import { lockPeople, type Organisation, readOrganisations } from './administrators-store.ts';
import { needsSecond } from './approvals.ts';
import { askApproval, dropQuestions } from './approvals-store.ts';

async function organisationOf(
  client: pg.Pool | pg.PoolClient,
  { acting, admitsDemonstration }: { acting: string; admitsDemonstration: boolean },
): Promise<Organisation> {
  const [organisation] = await readOrganisations(client, { actings: [acting], admitsDemonstration });
  if (organisation === undefined) throw new Error('one that was asked for is not there');
  return organisation;
}

/** What the Party wants, and whether it has administrators enough for it to count. */
export async function readSecondAdministrator(
  pool: pg.Pool,
  of: { acting: string; admitsDemonstration: boolean },
): Promise<SecondAdministrator> {
  const organisation = await organisationOf(pool, of);
  return {
    isWanted: organisation.wantsSecond,
    administrators: organisation.administrators,
    isNeeded: needsSecond([organisation]),
  };
}

/** To want one is done at once; to want none any more waits for one. */
export async function wishSecondAdministrator(
  pool: pg.Pool,
  asked: { manager: Manager; isWanted: boolean; address: string; now: Date; admitsDemonstration: boolean },
): Promise<{ changed: boolean; awaitsApproval?: boolean }> {
  const { manager, isWanted, address, now, admitsDemonstration } = asked;
  const { acting, email } = manager;
  return inTransaction(pool, async (client) => {
    await lockPeople(client);
    const organisation = await organisationOf(client, { acting, admitsDemonstration });
    if (organisation.wantsSecond === isWanted) return { changed: false };
    if (!isWanted && needsSecond([organisation])) {
      await askApproval(client, { kind: 'policy', manager, acting, email, name: email, address, now });
      return { changed: false, awaitsApproval: true };
    }
    await dropQuestions(client, { kind: 'policy', acting, email, now });
    await applyWish(client, { manager, isWanted, address });
    return { changed: true };
  });
}

/** In the caller's transaction. */
export async function applyWish(
  client: pg.PoolClient,
  { manager, isWanted, address }: { manager: Manager; isWanted: boolean; address: string },
): Promise<void> {
  const { acting, email } = manager;
  await client.query(
    `insert into second_administrator (party_id, is_wanted)
     select coalesce((select party_id from user_id where user_id = nullif($1, 'operator')::macaddr8), 'operator'), $2
     on conflict (party_id) do update set is_wanted = excluded.is_wanted`,
    [acting, isWanted],
  );
  const detail = isWanted ? 'a second administrator approves' : 'no second administrator approves';
  await recordActivity(client, { what: 'policy-changed', email, by: byManager(manager), acting, detail, address });
}
