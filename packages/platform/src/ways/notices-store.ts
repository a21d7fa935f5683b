// What Users are told of the ways by notice, in the transaction that changes them.
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import type { Way } from './standing.ts';

/**
 * Tells every User ID that is active, but not the Operator's own.
 * @param begun the outage that the words say is there, which are worth nothing once it has ended
 */
export async function tellAll(
  client: pg.PoolClient,
  { way, words, operatorId, begun }: { way: Way; words: string; operatorId: Eui; begun?: string | undefined },
): Promise<void> {
  await client.query(
    `insert into notice (user_id, noticed_at, kind, about, words, count, begun_outage)
     select u.user_id, clock_timestamp(), 'way', $1, $2, 0, $4
     from user_id u join party p on p.party_id = u.party_id
     where u.status = 'active' and p.status = 'active' and u.user_id <> $3`,
    [way, words, operatorId, begun],
  );
}

export async function tellOne(
  client: pg.PoolClient,
  { way, words, userId }: { way: Way; words: string; userId: Eui },
): Promise<void> {
  await client.query(
    `insert into notice (user_id, noticed_at, kind, about, words, count) values ($1, clock_timestamp(), 'way', $2, $3, 0)`,
    [userId, way, words],
  );
}

/** Whoever changes how ways stand does it alone, so that what is told follows from what is there. */
export async function takeTurn(client: pg.PoolClient): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(hashtextextended('penstock ways', 0))`);
}
