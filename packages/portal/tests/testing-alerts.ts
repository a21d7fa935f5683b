import { alpha, beta, type TestPortal } from './testing-portal.ts';

// Alerts of alpha, for the tests of what may have caused them, and for their pictures.

export const alertDay = new Date().toISOString().slice(0, 10);
/** An alert that tells of a cleared log, a minute after beta sent what clears it; and one that nothing explains. */
export const alert = `/messages/${alertDay}/6999002`;
export const unexplained = `/messages/${alertDay}/6999003`;

export async function recordAlerts({ database }: TestPortal, device: string): Promise<void> {
  await database.pool.query(
    `with made(sequence, sender, ago, direction, kind, target, srv, code) as (
       values (6999001, $2::macaddr8, interval '60 seconds', 'southbound', 'service_request', $4::macaddr8, '3.3', 'I99'),
              (6999002, $1, interval '0', 'northbound', 'device_alert', $4, null, '8F52'),
              (6999003, $1, interval '0', 'northbound', 'dcc_alert', '90-B3-D5-1F-30-00-00-02'::macaddr8, null, 'N1')
     )
     insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, command_variant, originator,
                                target, counter, srv, code, size, sha256, repetition)
       select sender, $3, sequence, greatest($3::date::timestamp at time zone 'UTC', now() - ago),
              direction::message_direction, kind::message_kind, 'passed', case when direction = 'southbound' then 1 end,
              sender, target, sequence, srv, code, 1900, sha256(code::bytea), 0
       from made`,
    [alpha, beta, alertDay, device],
  );
}

/** Of alpha: a question that was put to it and one that it asked, both open. */
export async function addQuestions({ database }: TestPortal): Promise<void> {
  await database.pool.query(
    `insert into received_question (user_id, question, day, sequence, asker_role, received_at, words, state, agrees, changed_at)
     values ($1, gen_random_uuid(), $2, 10, 'GS', date_trunc('minute', now()), 'Why was this sent?', 'open', false, now())`,
    [alpha, alertDay],
  );
  await database.pool.query(
    `insert into asked_question (user_id, question, device, title, asked_at, words, state, agrees, changed_at)
     values ($1, gen_random_uuid(), '00-DB-12-34-56-78-00-07', '', now(), 'What was cleared here?', 'open', true, now())`,
    [alpha],
  );
}

/** Of alpha: one that could not be made, one that is made, and one that was cancelled. */
export async function addExports({ database }: TestPortal): Promise<void> {
  await database.pool.query(
    `insert into export (user_id, export, asked_by, author, requested_at, format, conditions, state, first_day, last_day, day,
                         sequence, rows, bytes, failure, turn_at, changed_at, expires_at)
     select $1, repeat(name, 16), 'user', 'ann@supplier.example', now() - ago, format, conditions::jsonb, state,
            current_date - 30, current_date, current_date - 12, 0, rows, bytes, case when state = 'failed' then 'export.too-large' end, now(), now(), now() + interval '7 days' - ago
     from (values ('0a', interval '1 minute', 'csv', '{"kind": "response"}', 'failed', 3120455, 812455000),
                  ('0b', interval '3 hours', 'jsonl', '{"serviceReferenceVariant": "4.1.1"}', 'done', 88120, 52300800),
                  ('0c', interval '26 hours', 'csv', '{}', 'cancelled', 12000, 2400400)
          ) made(name, ago, format, conditions, state, rows, bytes)`,
    [alpha],
  );
}
