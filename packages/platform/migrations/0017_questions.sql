-- Questions about titles: each has a row of the side that asked and one of the side that it was put to.
--
-- Two rows, because each side's holds what that side may know and nothing else: neither names the other User ID until
-- both agreed to be named. What they have in common is the question's random id.

-- ---------------------------------------------------------------- questions (distributed by user_id)

create table asked_question (
  user_id macaddr8 not null,     -- who asks
  question uuid not null,
  device macaddr8 not null,
  title text not null,           -- which title of it: for the platform only
  asked_at timestamptz not null,
  words text not null,
  state text not null check (state in ('open', 'answered', 'declined', 'withdrawn')),
  answer text,
  answered_at timestamptz,       -- to the minute
  agrees boolean not null,
  named_user_id macaddr8,        -- the other side, when both agreed
  changed_at timestamptz not null,
  primary key (user_id, question)
);
create index asked_question_question on asked_question (question);
create index asked_question_asked on asked_question (user_id, asked_at, question);
create index asked_question_changed on asked_question (changed_at);

create table received_question (
  user_id macaddr8 not null,     -- who sent the message
  question uuid not null,
  day date not null,             -- with the sequence: its message in the log
  sequence bigint not null,
  asker_role text not null,
  received_at timestamptz not null, -- to the minute
  words text not null,
  state text not null check (state in ('open', 'answered', 'declined', 'withdrawn')),
  answer text,
  answered_at timestamptz,
  agrees boolean not null,
  named_user_id macaddr8,
  changed_at timestamptz not null,
  primary key (user_id, question)
);
create index received_question_question on received_question (question);
create index received_question_received on received_question (user_id, received_at, question);
create index received_question_changed on received_question (changed_at);
create index received_question_open on received_question (user_id, received_at) where state = 'open';

-- ---------------------------------------------------------------- the second wall

do $$ declare its text; begin
  foreach its in array array['asked_question', 'received_question'] loop
    execute format('alter table %I enable row level security', its);
    execute format('create policy own_record on %I for select to penstock_viewer
                    using (user_id = any ((select visible_user_ids())::macaddr8[]))', its);
  end loop;
end $$;
-- all but which title it is
grant select (user_id, question, device, asked_at, words, state, answer, answered_at, agrees, named_user_id, changed_at)
  on asked_question to penstock_viewer;
grant select on received_question to penstock_viewer;

-- Which title a question of the viewer's is about: for the platform, which looks whether it may be seen still.
create function asked_title(in_question uuid) returns text
language sql stable security definer set search_path from current
return (select q.title from asked_question q
        where q.question = in_question and q.user_id = any (visible_user_ids()));

-- The Party of the other side of a question of this User ID of the viewer's, when both agreed to be named.
create function named_party(in_user macaddr8, in_question uuid) returns text
language sql stable security definer set search_path from current
return (select p.name
        from (select user_id, question, named_user_id from asked_question
              union all
              select user_id, question, named_user_id from received_question) q
        join user_id u on u.user_id = q.named_user_id
        join party p on p.party_id = u.party_id
        where q.question = in_question and q.user_id = in_user and q.user_id = any (visible_user_ids()));
revoke execute on function asked_title, named_party from public;
grant execute on function asked_title, named_party to penstock_viewer;
