/**
 * The questions behind an explanation: what was stored of a hold, and what the log says of a message that passed. Times
 * are text: a Date would cut their microseconds off, and with them the messages of an instant.
 */

/** $1 User ID, $2 day, $3 sequence. */
export const RECORDED_SQL = `
  select l.recorded_at::text, l.verdict, l.reason, l.direction, l.command_variant
  from message_log l where l.user_id = $1 and l.day = $2 and l.sequence = $3`;

/** $1 User ID, $2 day, $3 sequence: one row of a message that was held or deleted. */
export const HELD_SQL = `
  select h.event::text, h.count, h.window_from::text, h.words as value_words,
         coalesce(threshold_words(e.threshold_id, h.version, h.bound::bigint), e.words) as words
  from held_message h join quarantine_event e on e.user_id = h.user_id and e.event = h.event
  where h.user_id = $1 and h.day = $2 and h.sequence = $3`;

/**
 * $1 owner of the thresholds, $2 User ID, $3 day, $4 sequence: every threshold of the owner that the message counted
 * for, with its version, its numbers and its window as they stood then.
 */
export const COUNTED_FOR_SQL = `
  select t.threshold_id, t.services, t.direction, iso_duration(t.period_seconds) as period, v.version, b.warning,
         b.quarantine, window_start(l.recorded_at, t.period_seconds)::text as window_from
  from message_log l
  join threshold t
    on t.user_id = $1
   and is_counted(t.services, t.direction, l.direction, l.kind, l.verdict, l.command_variant, l.srv, l.reason)
  join threshold_version v
    on v.threshold_id = t.threshold_id and v.set_at <= l.recorded_at
   and (v.ended_at is null or v.ended_at > l.recorded_at)
  left join lateral (
    select b.warning, b.quarantine from threshold_bound b
    where b.threshold_id = v.threshold_id and b.version = v.version
      and b.valid_from <= l.recorded_at and b.valid_to > l.recorded_at
    order by b.kind = 'exception' desc, b.valid_from desc limit 1
  ) as b on true
  where l.user_id = $2 and l.day = $3 and l.sequence = $4
  order by t.threshold_id`;
