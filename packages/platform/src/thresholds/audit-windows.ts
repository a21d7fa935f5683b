import type pg from 'pg';

/** What the log says of the promise; all zero when it was kept. */
export interface WindowAudit {
  /** Messages that went out though more than the number in force went out in the period up to them. */
  readonly exceeded: number;
  /** Messages that a threshold held though no more than its number would have gone out, with them, in period and step. */
  readonly heldWithin: number;
  /** Held messages; an audit of none proves nothing. */
  readonly held: number;
}

interface Threshold {
  threshold_id: string;
  period_seconds: string;
  quarantine: string;
  set_at: string;
}

/**
 * Counts every window of every threshold in force anew, from the log alone, and judges the messages recorded since the
 * version in force was set; its numbers must not change in time, as exceptions do. It reads the whole log.
 */
export async function auditWindows(client: pg.Pool | pg.PoolClient): Promise<WindowAudit> {
  const { rows: thresholds } = await client.query<Threshold>(
    `select t.threshold_id, t.period_seconds, b.quarantine, v.set_at::text
     from threshold t
     join threshold_version v on v.threshold_id = t.threshold_id and v.ended_at is null
     join threshold_bound b on b.threshold_id = v.threshold_id and b.version = v.version`,
  );
  const audit = { exceeded: 0, heldWithin: 0, held: 0 };
  for (const { threshold_id, period_seconds, quarantine, set_at } of thresholds) {
    const { rows } = await client.query<{ exceeded: string; held_within: string; held: string }>(
      `with counted as (
         select l.recorded_at, l.verdict = 'held' as is_held
         from threshold t
         join message_log l
           on (l.user_id = t.user_id or t.user_id = '00:00:00:00:00:00:00:00')
          and is_counted(t.services, t.direction, l.direction, l.kind, 'passed', l.command_variant, l.srv, l.reason)
         left join held_message h on h.user_id = l.user_id and h.day = l.day and h.sequence = l.sequence
         left join quarantine_event e on e.user_id = h.user_id and e.event = h.event
         where t.threshold_id = $1 and (l.verdict in ('passed', 'warned') or e.threshold_id = $1)
       ), windows as (
         select is_held and recorded_at >= $5 as is_held, not is_held and recorded_at >= $5 as is_passed,
                count(*) filter (where not is_held) over (
                  order by recorded_at range between $2::interval preceding and current row) as in_period,
                count(*) filter (where not is_held) over (
                  order by recorded_at range between $3::interval preceding and current row) as in_reach
         from counted
       )
       select count(*) filter (where is_passed and in_period > $4)::text as exceeded,
              count(*) filter (where is_held and in_reach < $4)::text as held_within,
              count(*) filter (where is_held)::text as held
       from windows`,
      [
        threshold_id,
        `${period_seconds} s`,
        `${Number(period_seconds) + stepOf(Number(period_seconds))} s`,
        quarantine,
        set_at,
      ],
    );
    const [row] = rows;
    audit.exceeded += Number(row?.exceeded);
    audit.heldWithin += Number(row?.held_within);
    audit.held += Number(row?.held);
  }
  return audit;
}

/** In seconds; see counter_bucket. */
function stepOf(periodSeconds: number): number {
  return Math.max(1, periodSeconds / 1_440);
}
