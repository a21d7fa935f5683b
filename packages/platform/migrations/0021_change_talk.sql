-- What is said about changes: comments of a consultation, who joins testing, mediation of clashes; and attachments.

-- ---------------------------------------------------------------- of one change (distributed by user_id, its owner's)

create table change_comment (
  user_id macaddr8 not null,
  change uuid not null,
  comment uuid not null,
  writer macaddr8 not null,
  version integer not null,      -- of the change, as it was commented on
  at timestamptz not null,
  author text not null,
  sharing text not null check (sharing in ('operator', 'everybody')),
  words text not null,
  answer text,
  answered_at timestamptz,
  answered_by text,
  primary key (user_id, change, comment)
);
create index change_comment_at on change_comment (user_id, change, at, comment);

-- Each time that a User said that it joins testing, or does not after all; the last counts.
create table change_tester (
  user_id macaddr8 not null,
  change uuid not null,
  tester macaddr8 not null,
  number integer not null,
  at timestamptz not null,
  joins boolean not null,
  words text,
  author text not null,
  primary key (user_id, change, tester, number)
);

-- Of what those who see the whole of a change were told, that they may do.
create table change_asked (
  user_id macaddr8 not null,
  change uuid not null,
  what text not null check (what in ('consultation', 'testing')),
  told_at timestamptz not null,
  primary key (user_id, change, what)
);

create table change_attachment (
  user_id macaddr8 not null,
  change uuid not null,
  attachment uuid not null,
  name text not null,
  type text not null,
  bytes integer not null,
  sha256 bytea not null,
  version integer not null,      -- of the change, when it was attached
  attached_at timestamptz not null,
  attached_by text not null,
  removed_at timestamptz,        -- its bytes are gone
  removed_by text,
  removed_from text,             -- the state of the change then: what was removed from a draft is its owner's
  primary key (user_id, change, attachment)
);
create table change_attachment_chunk (
  user_id macaddr8 not null,
  change uuid not null,
  attachment uuid not null,
  number integer not null,
  bytes bytea not null,
  primary key (user_id, change, attachment, number)
);
-- of files that are compressed already
alter table change_attachment_chunk alter column bytes set storage external;

-- ---------------------------------------------------------------- mediation (distributed by user_id)

-- The Operator's: which two changes it is about. Under its own User ID.
create table change_mediation (
  user_id macaddr8 not null,
  mediation uuid not null,
  opened_at timestamptz not null,
  opened_by text not null,
  closed_at timestamptz,
  closed_by text,
  outcome text,
  primary key (user_id, mediation)
);
create index change_mediation_opened on change_mediation (user_id, opened_at, mediation);

-- What one side has: nothing of it is of the other side. Each has another id, and only the Operator knows which two are one.
create table change_mediation_side (
  user_id macaddr8 not null,
  thread uuid not null,
  mediation uuid not null,       -- not the side's to read
  change uuid not null,
  is_first boolean not null,     -- not the side's to read
  reasons jsonb not null,
  opened_at timestamptz not null,
  closed_at timestamptz,
  outcome text,
  primary key (user_id, thread)
);
create index change_mediation_side_mediation on change_mediation_side (mediation);
create index change_mediation_side_opened on change_mediation_side (user_id, opened_at, thread);

-- The messages that each of the three has, counted in its own order. The Operator's copy is under its User ID, by the mediation.
create table change_mediation_message (
  user_id macaddr8 not null,
  thread uuid not null,
  number integer not null,
  at timestamptz not null,
  sender text not null,
  party text,
  author text,
  words text not null,
  shown_to text,
  is_named boolean,
  primary key (user_id, thread, number)
);

-- ---------------------------------------------------------------- the second wall

alter table change_comment enable row level security;
create policy own_record on change_comment for select to penstock_viewer
  using ((writer = any ((select visible_user_ids())::macaddr8[]) or sharing = 'everybody')
         and exists (select from change c where c.user_id = change_comment.user_id and c.change = change_comment.change));
grant select (user_id, change, comment, writer, version, at, sharing, words, answer, answered_at) on change_comment to penstock_viewer;

alter table change_asked enable row level security;
alter table change_tester enable row level security;
create policy own_record on change_tester for select to penstock_viewer
  using (tester = any ((select visible_user_ids())::macaddr8[])
         and exists (select from change c where c.user_id = change_tester.user_id and c.change = change_tester.change));
grant select (user_id, change, tester, number, at, joins, words) on change_tester to penstock_viewer;

-- an attachment goes with the whole of its change, and what was removed is its owner's
alter table change_attachment enable row level security;
create policy own_record on change_attachment for select to penstock_viewer
  using ((removed_at is null or user_id = any ((select visible_user_ids())::macaddr8[]))
         and exists (select from change c where c.user_id = change_attachment.user_id and c.change = change_attachment.change));
alter table change_attachment_chunk enable row level security;
create policy own_record on change_attachment_chunk for select to penstock_viewer
  using (exists (select from change c where c.user_id = change_attachment_chunk.user_id and c.change = change_attachment_chunk.change));
grant select on change_attachment, change_attachment_chunk to penstock_viewer;

do $$ declare its text; begin
  foreach its in array array['change_mediation_side', 'change_mediation_message'] loop
    execute format('alter table %I enable row level security', its);
    execute format('create policy own_record on %I for select to penstock_viewer
                    using (user_id = any ((select visible_user_ids())::macaddr8[]))', its);
  end loop;
end $$;
grant select (user_id, thread, change, reasons, opened_at, closed_at, outcome) on change_mediation_side to penstock_viewer;
grant select on change_mediation_message to penstock_viewer;
