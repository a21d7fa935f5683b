-- E-mail: addresses to which receipts and reports go, and what waits to go there.

-- ---------------------------------------------------------------- to whom it goes (reference)

-- An address of a User ID and the certificate to which what goes there is encrypted. One certificate has one address.
create table email_recipient (
  user_id macaddr8 not null references user_id,
  fingerprint bytea not null,    -- SHA-256 of the certificate's DER
  address text not null,
  der bytea not null,
  issuer text not null,
  serial text not null,
  not_before timestamptz not null,
  not_after timestamptz not null,
  registered_at timestamptz not null default clock_timestamp(),
  revoked_at timestamptz,
  primary key (user_id, fingerprint)
);

-- ---------------------------------------------------------------- what goes out (distributed by user_id)

-- One mail: a receipt of one state of a file, a report of an event, or a notice of the ways, for one address. What it says
-- is made when it is sent; that there is one row is why there is one mail.
create table email_outbox (
  user_id macaddr8 not null,
  kind text not null check (kind in ('receipt', 'report', 'notice')),
  about text not null,           -- the file's SHA-256, the event, or the way
  at timestamptz not null,       -- of the state, when the report was queued, or of the notice
  fingerprint bytea not null,    -- of email_recipient
  -- of a report: during which outage (null: by no outage), and from which numbers it was made
  outage uuid,
  stamp text,
  queued_at timestamptz not null default clock_timestamp(),
  -- queued -> sent | dropped
  state text not null default 'queued' check (state in ('queued', 'sent', 'dropped')),
  tries integer not null default 0,
  next_try_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  failure text,                  -- of the last try, or why it was dropped
  primary key (user_id, kind, about, at, fingerprint)
);
create index email_outbox_due on email_outbox (next_try_at) where state = 'queued';
create index email_outbox_ended on email_outbox (ended_at) where state <> 'queued';
alter table email_outbox enable row level security;
create policy own_record on email_outbox for select to penstock_viewer
  using (user_id = any ((select visible_user_ids())::macaddr8[]));
grant select on email_outbox to penstock_viewer;

-- Whose receipts are due.
create index submission_delivery_email on submission_delivery (received_at) where way = 'email';
