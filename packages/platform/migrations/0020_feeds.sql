-- Calendar links of the forward schedule: who may fetch it without a session, and what each reader was given last.

-- ---------------------------------------------------------------- links (distributed by user_id, for whom their makers act)

-- A link is good until it is revoked, or until whoever made it may not see changes any more. Of its token only the
-- SHA-256 is kept.
create table change_feed (
  user_id macaddr8 not null,     -- of the Operator its own
  feed uuid not null,
  token_sha256 bytea not null,
  side text not null check (side in ('user', 'operator')),
  person_id text,                -- who made it; null: a machine, known by its certificate
  certificate text,              -- SHA-256, in hex
  name text not null,
  service text,                  -- only what is about this one; null: all
  made_at timestamptz not null,
  made_by text not null,
  revoked_at timestamptz,
  revoked_by text,
  used_at timestamptz,
  uses bigint not null default 0,
  hour_from timestamptz,         -- an hour of fetches, and how many there were in it
  hour_uses integer not null default 0,
  primary key (user_id, feed),
  check ((person_id is null) = (certificate is not null))
);
create index change_feed_token on change_feed (token_sha256);

-- What a reader's calendars were given of a change last: when it differs, the entries have the next number (SEQUENCE). It is
-- made from what was given alone, so that the number says nothing of edits that the reader does not see.
create table feed_item (
  user_id macaddr8 not null,     -- the reader; of the Operator its own
  change uuid not null,
  digest bytea not null,
  sequence integer not null,
  given_at timestamptz not null,
  last_at timestamptz not null,  -- when the change ends
  primary key (user_id, change)
);
create index feed_item_last on feed_item (last_at);

alter table change_feed enable row level security;
alter table feed_item enable row level security;
