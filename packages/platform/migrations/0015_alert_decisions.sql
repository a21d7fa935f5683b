-- What a User decided about its alerts: to ignore one, or to act on it.

-- ---------------------------------------------------------------- decisions on alerts (distributed by user_id)

-- Each decision is kept; the newest counts.
create table alert_decision (
  user_id macaddr8 not null,
  day date not null,             -- with the sequence: the alert in the log
  sequence bigint not null,
  decided_at timestamptz not null,
  decision text not null check (decision in ('ignore', 'act')),
  note text not null,
  author text not null,
  primary key (user_id, day, sequence, decided_at)
) partition by range (day);

alter table alert_decision enable row level security;
create policy own_record on alert_decision for select to penstock_viewer
  using (user_id = any ((select visible_user_ids())::macaddr8[]));
grant select on alert_decision to penstock_viewer;
