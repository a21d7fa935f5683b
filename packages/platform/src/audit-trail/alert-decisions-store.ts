// What a User decided about its alerts, with who and when: each decision is kept, and the newest counts.
import type { AlertDecisionDocument, SetAlertDecision } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type pg from 'pg';
import { inTransaction } from '../foundation/database/index.ts';
import { PenstockError } from '../foundation/errors.ts';
import { asViewerOf } from '../foundation/viewing.ts';

/** Of one alert. */
export const MOST_ALERT_DECISIONS = 100;

export interface AlertPlace {
  readonly userId: Eui;
  readonly day: string;
  readonly sequence: string;
}

const OF_ALERT = 'user_id = $1 and day = $2::date and sequence = $3::bigint';

/** Newest first. $1 User ID, $2 day, $3 sequence; as the viewer. */
export async function readAlertDecisions(client: pg.PoolClient, alert: AlertPlace): Promise<AlertDecisionDocument[]> {
  const { rows } = await client.query<{
    decision: AlertDecisionDocument['decision'];
    note: string;
    author: string;
    decided_at: Date;
  }>(`select decision, note, author, decided_at from alert_decision where ${OF_ALERT} order by decided_at desc`, [
    alert.userId,
    alert.day,
    alert.sequence,
  ]);
  return rows.map(({ decided_at, ...rest }) => ({ ...rest, decidedAt: decided_at.toISOString() }));
}

/** @throws PenstockError 'request.not-found', 'request.invalid' for what is no alert or was decided on too often */
export async function addAlertDecision(
  pool: pg.Pool,
  alert: AlertPlace,
  { decision, note, author, now }: Pick<SetAlertDecision, 'decision' | 'note'> & { author: string; now: Date },
): Promise<AlertDecisionDocument[]> {
  const { userId, day, sequence } = alert;
  await inTransaction(pool, async (client) => {
    // one at a time for an alert: the bound holds, and no two stand at one instant
    await client.query(`select pg_advisory_xact_lock(hashtextextended('penstock alert ' || $1, 0))`, [
      `${userId} ${day}/${sequence}`,
    ]);
    const { rows } = await client.query<{ is_alert: boolean; decided: string; newest: Date | null }>(
      `select l.kind in ('device_alert', 'dcc_alert') as is_alert, count(d.decided_at) as decided, max(d.decided_at) as newest
       from message_log l left join alert_decision d using (user_id, day, sequence)
       where l.user_id = $1 and l.day = $2::date and l.sequence = $3::bigint
       group by l.kind`,
      [userId, day, sequence],
    );
    const [row] = rows;
    if (row === undefined) throw new PenstockError('request.not-found', { detail: 'there is no such message' });
    if (!row.is_alert) throw new PenstockError('request.invalid', { detail: 'this message is no alert' });
    if (Number(row.decided) >= MOST_ALERT_DECISIONS) {
      throw new PenstockError('request.invalid', { detail: `it was decided on ${MOST_ALERT_DECISIONS} times already` });
    }
    const at = new Date(Math.max(now.getTime(), (row.newest?.getTime() ?? -Infinity) + 1));
    await client.query(
      `insert into alert_decision (user_id, day, sequence, decided_at, decision, note, author)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [userId, day, sequence, at, decision, note, author],
    );
  });
  return asViewerOf(pool, [userId], (client) => readAlertDecisions(client, alert));
}
