// The SQL of whose signature a file waits for: those that a person may sign as the second officer, by the rule of
// secondsOf (submission.ts).
import type { Eui } from '@penstock/duis';
import type pg from 'pg';

/** Nobody signs more; what is behind them is told when these are done. */
const MOST_TOLD = 1_000;

/** $1 the User IDs, $2 the address of a person in lower case. */
const WAITS_FOR_SQL = `
  select s.sha256 from submission s
  where s.state = 'awaiting_second_officer' and s.user_id = any ($1::macaddr8[])
    and exists (select from officer o
                where o.user_id = s.user_id and lower(o.email) = $2
                  and o.revoked_at is null and o.not_after > clock_timestamp())
    and exists (select from submission_signature g
                left join officer_policy p on p.user_id = g.user_id
                where g.user_id = s.user_id and g.sha256 = s.sha256 and g.verdict = 'valid'
                  and (s.withdrawn_at is null or g.received_at > s.withdrawn_at)
                  and mailbox_of(g.email) <> mailbox_of($2)
                  and (coalesce(p.deputies, '{}') = '{}' or $2 = any (p.deputies) or lower(g.email) = any (p.deputies)))
  order by s.changed_at limit ${MOST_TOLD}`;

/** The files of these User IDs that wait for the signature of the person with this address. */
export async function waitingFor(pool: pg.Pool, userIds: readonly Eui[], email: string): Promise<Buffer[]> {
  const { rows } = await pool.query<{ sha256: Buffer }>(WAITS_FOR_SQL, [userIds, email.toLowerCase()]);
  return rows.map(({ sha256 }) => sha256);
}
