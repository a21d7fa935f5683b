-- Exports: files of any size of a User's own record, or of the titles of a device, made in the background and fetched
-- afterwards.

-- A cell of a CSV file as foundation/csv-lines.ts writes it: what a spreadsheet would run as a formula, whatever stands
-- before it that is no letter or digit, gets an apostrophe. Called only for texts that are not letters, digits and dots.
create function csv_cell(cell text) returns text
language sql immutable strict parallel safe -- strict: most cells that come here are null, and a call takes 5 us
as $$
  select case when s.safe ~ '[^A-Za-z0-9._ ''-]|^ | $' then '"' || replace(s.safe, '"', '""') || '"' else s.safe end
  from (select case when cell ~ '^[^A-Za-z0-9]*[=+@\t\r-]' and cell !~ '^[+-]?[0-9]+([.][0-9]+)?$'
                    then '''' || cell else cell end as safe) s
$$;

-- One row an export: what it has, how far it is, and when it ends.
create table export (
  user_id macaddr8 not null,     -- whose record it is, or who sees the titles
  export text not null,          -- 32 hex digits, drawn
  -- who asked: the User's side, whoever acts for it; the Operator's machines; or one person of the Operator
  asked_by text not null,        -- 'user', 'operator', or the person's id
  author text not null,
  requested_at timestamptz not null,
  format text not null check (format in ('csv', 'jsonl')),
  conditions jsonb not null,
  -- a message that concerns any of them, as they were found when it was asked for; null: whatever it concerns
  devices macaddr8[],
  -- of titles, of the one device in `devices`: what could be seen of it when they were asked for; null: the own record
  sight text,
  state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
  -- days that it reaches over, both inclusive, and the place of the next page: the newest day first
  first_day date not null,
  last_day date not null,
  day date not null,
  sequence bigint not null,      -- rows below it come next
  cursor text,                   -- of titles: after which they come
  rows bigint not null default 0,
  bytes bigint not null default 0,        -- of the file
  stored_bytes bigint not null default 0, -- as they are kept
  failures smallint not null default 0,   -- one after another
  failure text,                  -- a registered error code
  turn_at timestamptz not null,  -- those that are under way take turns
  changed_at timestamptz not null,
  ended_at timestamptz,
  expires_at timestamptz,
  primary key (user_id, export)
);
create index export_turn on export (turn_at) where state in ('waiting', 'running');
create index export_changed on export (changed_at);
create index export_expires on export (expires_at);

-- The bytes of a file, in its order; each compressed by itself, so that any part of the file is found and read by itself.
create table export_chunk (
  user_id macaddr8 not null,
  export text not null,
  from_byte bigint not null,     -- of the file
  bytes integer not null,
  body bytea not null,           -- gzip
  primary key (user_id, export, from_byte)
);
alter table export_chunk alter column body set storage external;

do $$ declare its text; begin
  foreach its in array array['export', 'export_chunk'] loop
    execute format('alter table %I enable row level security', its);
    execute format('create policy own_record on %I for select to penstock_viewer
                    using (user_id = any ((select visible_user_ids())::macaddr8[]))', its);
    execute format('grant select on %I to penstock_viewer', its);
  end loop;
end $$;
