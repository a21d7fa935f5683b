-- Webhooks: where a User's machines are told of changes and incidents, and what they were sent.

-- ---------------------------------------------------------------- where, and what of it (distributed by user_id)

-- Failing, it rests until retry_at; failing for days, it is turned off and its User told.
create table webhook (
  user_id macaddr8 not null,     -- of the Operator its own
  webhook uuid not null,
  side text not null check (side in ('user', 'operator')),
  name text not null,
  url text not null,
  types text[] not null,
  service text,                  -- only changes that affect this one; null: all
  secret text not null,          -- sealed (foundation/sealed.ts): what is sent is signed with it
  old_secret text,               -- the one before, good beside it until old_until
  old_until timestamptz,
  made_at timestamptz not null,
  made_by text not null,
  is_on boolean not null default true,
  off_why text,                  -- why the platform turned it off
  failures integer not null default 0,
  failing_since timestamptz,
  retry_at timestamptz,
  tried_at timestamptz,
  leased_until timestamptz,      -- until when one process sends to it
  removed_at timestamptz,
  primary key (user_id, webhook)
);

-- One thing that one webhook is told. What it says is made when it is sent; written by the transaction that does what it tells of.
create table webhook_delivery (
  user_id macaddr8 not null,
  webhook uuid not null,
  message uuid not null,
  type text not null,
  about text not null,           -- the change, the month, the incident
  at timestamptz not null,
  -- queued -> sent | dropped
  state text not null default 'queued' check (state in ('queued', 'sent', 'dropped')),
  tries integer not null default 0,
  tried_at timestamptz,
  ended_at timestamptz,
  status integer,                -- of the last answer
  failure text,                  -- of the last try, or why it was dropped
  primary key (user_id, webhook, message)
);
create index webhook_delivery_due on webhook_delivery (user_id, webhook, at, message) where state = 'queued';
create index webhook_delivery_listed on webhook_delivery (user_id, webhook, at, message);
create index webhook_delivery_ended on webhook_delivery (ended_at) where state <> 'queued';

alter table webhook enable row level security;
alter table webhook_delivery enable row level security;
