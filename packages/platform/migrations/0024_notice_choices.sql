-- How each person wants to be told: in the portal, by e-mail.

-- Of one person, for one of those for whom it acts, of one kind of notice; without a row: in the portal only (reference).
create table notice_choice (
  person_id text not null,
  acting text not null,          -- a User ID as DUIS writes it, or 'operator'
  kind text not null,
  in_portal boolean not null,    -- counts as unread
  by_email boolean not null,
  set_at timestamptz not null,
  primary key (person_id, acting, kind)
);
create index notice_choice_email on notice_choice (acting, kind) where by_email;

-- A notice of which a person is told by e-mail; one mail tells of all that wait (distributed by user_id).
create table notice_mail (
  user_id macaddr8 not null,
  person_id text not null,
  kind text not null,
  about text not null,
  at timestamptz not null,       -- of the notice
  -- queued -> sent | dropped
  state text not null default 'queued' check (state in ('queued', 'sent', 'dropped')),
  queued_at timestamptz not null default clock_timestamp(),
  tries integer not null default 0,
  next_try_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  failure text,
  primary key (user_id, person_id, kind, about, at)
);
create index notice_mail_due on notice_mail (next_try_at) where state = 'queued';
create index notice_mail_ended on notice_mail (user_id, person_id, ended_at) where state = 'sent';

alter table notice_mail enable row level security;
