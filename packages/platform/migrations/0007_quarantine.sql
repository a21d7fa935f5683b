-- After holding: who may decide (officers), the signed files that they decide by, what was decided, and its release.

-- ---------------------------------------------------------------- who decides (reference)

-- Authorised Responsible Officers: the named people of a User ID who sign its files, each with a File Signing certificate.
-- One certificate may act for several User IDs (a party with several, a shared resource provider).
create table officer (
  user_id macaddr8 not null references user_id,
  fingerprint bytea not null,    -- SHA-256 of the DER
  issuer text not null,          -- normalised, RFC 4514 order
  serial text not null,          -- decimal
  der bytea not null,
  key_sha256 bytea,              -- of what is public of its key: who has the key is one person, whatever the certificate
  not_before timestamptz not null,
  not_after timestamptz not null,
  name text not null,
  email text not null,           -- who the person is: two certificates of one address are one officer; never changed
  telephone text,                -- international, such as '+44 1632 960001'
  registered_at timestamptz not null default clock_timestamp(),
  revoked_at timestamptz,
  primary key (user_id, fingerprint)
);

-- The mailbox of an address: what stands behind a plus sign does not make it another one.
create function mailbox_of(in_email text) returns text language sql immutable strict parallel safe
  return regexp_replace(lower(in_email), '\+[^@]*@', '@');

-- Whether a file that could let through what is held waits for a second officer; without a row it does.
create table officer_policy (
  user_id macaddr8 primary key references user_id,
  second_officer boolean not null,
  -- of a file of decisions that lets held messages go
  second_officer_for_release boolean not null default false,
  deputies text[] not null default '{}', -- addresses in lower case, of whom the second is one; none: any other officer
  changed_at timestamptz not null default clock_timestamp()
);

-- ---------------------------------------------------------------- signed files (distributed by user_id)

-- A file for a User ID, as it was received. The SHA-256 of its bytes is its identity: the same file twice is one.
create table submission (
  user_id macaddr8 not null,     -- who delivered it, and for whom it is
  sha256 bytea not null,
  upload uuid,                   -- its bytes, in submission_chunk; null: nobody's signature is valid, they are gone
  unsigned_until timestamptz,    -- nobody's signature is valid, and its bytes are kept so long
  size bigint not null,
  received_at timestamptz not null,
  -- received, or with a new signature -> verified -> checked -> awaiting_second_officer | applied | refused | withdrawn;
  -- needs_operator: every try to work on it failed
  state text not null check (state in
    ('received', 'verified', 'checked', 'awaiting_second_officer', 'needs_operator', 'applied', 'refused', 'withdrawn')),
  -- Where it had come to rest when a new signature came; it rests there again unless a new one is valid.
  resumes_as text check (resumes_as in ('awaiting_second_officer', 'needs_operator', 'refused', 'withdrawn')),
  tries smallint not null default 0, -- that were begun since it last was at rest
  retry_at timestamptz,          -- the last try failed; not before this
  failure text,                  -- of the last try, for the Operator
  withdrawn_at timestamptz,      -- signatures received before do not count
  delivery_count bigint not null default 0,
  changed_at timestamptz not null,
  kind text check (kind in ('adt', 'actions', 'limits')),
  reference text not null,       -- of the service request: the first of the file's, or raised for the User
  named_references text[],       -- all that the file names; null: none, or its lines were not read yet
  code text,                     -- why it is refused
  detail text,
  faults jsonb,                  -- the first thousand
  fault_count bigint not null default 0,
  summary jsonb,                 -- what it changes, in the form of the API
  -- how the release of an action file begins, as it was asked for with the delivery, and by whom
  release_paused_by text,
  release_rate integer check (release_rate > 0),
  release_rate_by text,
  primary key (user_id, sha256)
);
create index submission_changed on submission (changed_at);
create index submission_listed on submission (user_id, received_at, sha256);
create index submission_open on submission (user_id, received_at, sha256) where state in ('received', 'verified', 'checked');
create index submission_needing on submission (changed_at, user_id, sha256) where state = 'needs_operator';
create index submission_waiting on submission (changed_at) where state = 'awaiting_second_officer';
create index submission_unsigned on submission (unsigned_until) where unsigned_until is not null;

-- Every state that a file came into, with its receipt where it stays there. Twenty signatures bound how many there are.
create table submission_step (
  user_id macaddr8 not null,
  sha256 bytea not null,
  at timestamptz not null,       -- submission.changed_at
  state text not null,
  given_by text,                 -- null: the platform
  code text,
  detail text,
  receipt bytea,                 -- the document's bytes
  primary key (user_id, sha256, at)
);

-- What a User is uploading, one file at a time. The transaction that makes it a submission deletes the row.
create table submission_upload (
  user_id macaddr8 primary key,
  upload uuid not null,
  stored_at timestamptz not null -- when the last piece came
);

-- The bytes, in pieces of a megabyte, stored while they come; those of an upload that did not end are dropped.
create table submission_chunk (
  user_id macaddr8 not null,
  upload uuid not null,
  number integer not null,
  stored_at timestamptz not null default clock_timestamp(),
  bytes bytea not null,
  primary key (user_id, upload, number)
);
alter table submission_chunk alter column bytes set storage external;

-- The signatures that came with it; each is judged as things stood when it was received.
create table submission_signature (
  user_id macaddr8 not null,
  sha256 bytea not null,
  signature_sha256 bytea not null,
  signature bytea not null,
  received_at timestamptz not null,
  verdict text check (verdict in ('valid', 'refused')),
  code text,
  detail text,
  fingerprint bytea,             -- of the signer's certificate
  name text,                     -- the officer, as registered then
  email text,
  primary key (user_id, sha256, signature_sha256)
);

-- ---------------------------------------------------------------- decisions and release (distributed by user_id)

-- What an officer decided on a held message. One row a message, inserted and never changed: of two files that race one
-- wins. What could not be released is moved to release_refusal, and may be decided on again.
create table held_decision (
  user_id macaddr8 not null,
  day date not null,             -- the held message
  sequence bigint not null,
  event numeric(20) not null,
  action text not null check (action in ('process', 'delete')),
  reason text not null,
  submission bytea,              -- null: it expired
  decided_at timestamptz not null,
  primary key (user_id, day, sequence)
) partition by range (day);
create index held_decision_submission on held_decision (user_id, submission, day, sequence);

-- How many messages of an event each file decided on; under the lane's lock, so that an event is 'decided' exactly when
-- nothing in it is undecided.
create table event_decision (
  user_id macaddr8 not null,
  event numeric(20) not null,
  submission bytea not null,     -- of no bytes: expired
  decided bigint not null,
  primary key (user_id, event, submission)
);

-- The carrying out of one action file. Its row is locked while a chunk is released, by whichever process does it.
create table release (
  user_id macaddr8 not null,
  submission bytea not null,
  state text not null check (state in ('running', 'paused', 'done')),
  paused_by text,                   -- while it is paused: what the Operator paused only the Operator resumes
  rate integer check (rate > 0),    -- messages a second; null: as fast as it goes
  next_at timestamptz not null,     -- not before: pacing
  day date not null default '-infinity',  -- everything up to here is carried out
  sequence bigint not null default 0,
  decided bigint not null,
  sent bigint not null default 0,
  deleted bigint not null default 0,
  refused bigint not null default 0,
  started_at timestamptz not null,
  ended_at timestamptz,
  primary key (user_id, submission)
) with (fillfactor = 50);
create index release_running on release (next_at) where state = 'running';
create index release_going on release (user_id) where state <> 'done';
create index release_ended on release (ended_at);

-- Who paused a release, let it go on or set its rate, and when.
create table release_switch (
  user_id macaddr8 not null,
  submission bytea not null,
  number integer not null,
  switched_at timestamptz not null,
  author text not null,
  change text not null,          -- 'paused', 'resumed', 'rate 50', 'rate none'
  primary key (user_id, submission, number)
);

-- What one chunk put on the streams of a day's held messages: those to be processed after from_sequence up to
-- to_sequence, in their order, got the stream positions (stream_day, stream_sequence) and following. So each message's
-- time of release and its position are found without a row of its own, and from its own day's decisions.
create table release_span (
  user_id macaddr8 not null,
  submission bytea not null,
  day date not null,             -- of the held messages
  from_sequence bigint not null, -- exclusive
  to_sequence bigint not null,
  released_at timestamptz not null,
  stream_day date not null,
  stream_sequence bigint not null,
  primary key (user_id, submission, day, to_sequence)
);

-- What was decided to be sent and could not be: it stays held. `round` counts such decisions on one message.
create table release_refusal (
  user_id macaddr8 not null,
  day date not null,
  sequence bigint not null,
  round integer not null,
  event numeric(20) not null,
  submission bytea not null,
  decision_reason text not null,
  decided_at timestamptz not null,
  refused_at timestamptz not null,
  code text not null,
  detail text not null,
  primary key (user_id, day, sequence, round)
);

-- ---------------------------------------------------------------- telling

-- How far the alerts about held messages were written, a row a lane.
create table alert_cursor (
  user_id macaddr8 not null,     -- the lane's anchor
  lane smallint not null,
  day date not null default '-infinity',
  sequence bigint not null default 0,
  primary key (user_id, lane)
);
create index held_message_position on held_message (day, sequence) where direction = 'southbound';

create table quarantine_note (
  user_id macaddr8 not null,
  event numeric(20) not null,
  number integer not null,
  noted_at timestamptz not null,
  author text not null,
  note text not null,
  primary key (user_id, event, number)
);

-- What the officers of a User ID are told, grouped.
create table notice (
  user_id macaddr8 not null,
  noticed_at timestamptz not null,
  kind text not null check (kind in ('held', 'warning', 'submission', 'release', 'way', 'delivery', 'export', 'question', 'access', 'change', 'webhook', 'incident')),
  about text not null,           -- the event, the threshold, the SHA-256 of the file, the way (also by which one was not taken in), the incident, or nothing that is shown
  words text not null,
  count bigint not null,         -- messages that it stands for
  begun_outage uuid,             -- that its words say is there
  primary key (user_id, noticed_at, kind, about)
);
create index notice_about on notice (user_id, kind, about, noticed_at);
create index notice_time on notice (noticed_at);

-- What somebody has read of a User ID's notices: all until an instant, and single ones after it.
create table notice_reader (
  user_id macaddr8 not null,
  reader text not null,          -- the person; 'machine' of the User, 'operator' of the Operator
  read_until timestamptz not null,
  primary key (user_id, reader)
);
create table notice_read (
  user_id macaddr8 not null,
  reader text not null,
  noticed_at timestamptz not null,
  kind text not null,
  about text not null,
  primary key (user_id, reader, noticed_at, kind, about)
);

-- ---------------------------------------------------------------- the second wall

do $$ declare its text; begin
  foreach its in array array['submission', 'submission_step', 'submission_chunk', 'submission_signature', 'held_decision', 'event_decision', 'release',
                             'release_switch', 'release_span', 'release_refusal', 'quarantine_note', 'notice', 'notice_reader',
                             'notice_read'] loop
    execute format('alter table %I enable row level security', its);
    execute format('create policy own_record on %I for select to penstock_viewer
                    using (user_id = any ((select visible_user_ids())::macaddr8[]))', its);
    execute format('grant select on %I to penstock_viewer', its);
  end loop;
end $$;

-- ---------------------------------------------------------------- release

-- The next decisions of a file after (in_day, in_sequence), in order of position, with what their rights are judged by.
--
-- A function for the settings, as below: a young day has no statistics, and a plan made then must stay a descent of the
-- keys when the day holds millions.
create function next_decisions(
  in_user macaddr8, in_submission bytea, in_day date, in_sequence bigint, in_most integer
) returns table (
  day date, sequence bigint, action text, held_at timestamptz, direction message_direction, command_variant smallint,
  srv text, target macaddr8, signer bigint, size integer
)
language plpgsql stable
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_column
begin
  return query
  select d.day, d.sequence, d.action, h.held_at, h.direction, h.command_variant, h.srv, h.target, h.signer, h.size
  from (
    select c.day, c.sequence, c.action from held_decision c
    where c.user_id = in_user and c.submission = in_submission
      and c.day >= in_day and (c.day, c.sequence) > (in_day, in_sequence)
    order by c.day, c.sequence limit in_most
  ) d
  cross join lateral (
    select m.held_at, m.direction, m.command_variant, m.srv, m.target, m.signer, m.size from held_message m
    where m.user_id = in_user and m.day = d.day and m.sequence = d.sequence
    offset 0) h;
end
$$;

-- Carries out the decisions of a file after its cursor up to (in_to_day, in_to_sequence), in one transaction under the
-- lane's lock: what is to be processed goes on its stream with the next sequences of the lane and the bytes that were
-- held, what cannot be is moved to release_refusal, and the cursor moves. The caller holds the lock of the release's row
-- and found it running.
--
-- in_refused_*: decisions whose rights no longer hold, as judged on the directory of this version; refused as well is a
-- message whose bytes are not those that were verified. Raises PS001 when the directory has moved.
create function release_batch(
  in_anchor macaddr8, in_lane smallint, in_directory_version bigint, in_now timestamptz,
  in_user macaddr8, in_submission bytea, in_to_day date, in_to_sequence bigint,
  in_refused_day date[], in_refused_sequence bigint[], in_refused_code text[], in_refused_detail text[],
  out sent bigint, out refused bigint, out is_done boolean, out directions message_direction[]
)
language plpgsql
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
set work_mem = '32MB'
as $$
declare
  last record;
  progress record;
  lane_time timestamptz;
  today date;
  dropped bigint;
begin
  select l.time, l.sequence into strict last from lane l
    where l.user_id = in_anchor and l.lane = in_lane for update;
  if (select v.version from directory_version v) is distinct from in_directory_version then
    raise exception 'the directory has moved' using errcode = 'PS001';
  end if;
  lane_time := greatest(coalesce(in_now, clock_timestamp()), last.time);
  today := (lane_time at time zone 'UTC')::date;
  select r.day, r.sequence, r.rate, r.next_at into strict progress from release r
    where r.user_id = in_user and r.submission = in_submission;

  -- The bytes are fetched once (|| makes them part of the row): a reference to them would be followed twice.
  with chunk as materialized (
    select d.day, d.sequence, d.event, d.action, d.reason, d.decided_at, h.direction, h.kind, h.body, h.sha256
    from held_decision d
    cross join lateral (
      select m.direction, m.kind, m.sha256, case d.action when 'process' then m.body || ''::bytea end as body
      from held_message m
      where m.user_id = in_user and m.day = d.day and m.sequence = d.sequence
      offset 0) h
    where d.user_id = in_user and d.submission = in_submission
      and d.day >= progress.day and (d.day, d.sequence) > (progress.day, progress.sequence)
      and d.day <= in_to_day and (d.day, d.sequence) <= (in_to_day, in_to_sequence)
  ), judged as materialized (
    select c.*, case when r.code is not null then r.code
                     when c.action = 'process' and sha256(c.body) is distinct from c.sha256
                       then 'quarantine.bytes-changed' end as code,
           coalesce(r.detail, 'the bytes that were held are not those that were verified') as detail
    from chunk c
    left join unnest(in_refused_day, in_refused_sequence, in_refused_code, in_refused_detail)
                as r(day, sequence, code, detail)
           on r.day = c.day and r.sequence = c.sequence and c.action = 'process'
  ), put as (
    insert into stream (user_id, direction, day, sequence, message_day, message_sequence, kind, body)
    select in_user, j.direction, today, last.sequence + row_number() over (order by j.day, j.sequence), j.day,
           j.sequence, j.kind, j.body
    from judged j where j.action = 'process' and j.code is null
    returning stream.direction, stream.message_day, stream.message_sequence, stream.sequence
  ), spans as (
    insert into release_span (user_id, submission, day, from_sequence, to_sequence, released_at, stream_day,
                              stream_sequence)
    select in_user, in_submission, p.message_day, case p.message_day when progress.day then progress.sequence else 0 end,
           max(p.message_sequence), lane_time, today, min(p.sequence)
    from put p group by p.message_day
  ), told as (
    insert into release_refusal (user_id, day, sequence, round, event, submission, decision_reason, decided_at,
                                 refused_at, code, detail)
    select in_user, j.day, j.sequence,
           (select count(*) from release_refusal f
            where f.user_id = in_user and f.day = j.day and f.sequence = j.sequence),
           j.event, in_submission, j.reason, j.decided_at, lane_time, j.code, j.detail
    from judged j where j.code is not null
    returning event
  ), freed as (
    delete from held_decision d using judged j
    where j.code is not null and d.user_id = in_user and d.day = j.day and d.sequence = j.sequence
  ), undecided as (
    update event_decision e set decided = e.decided - t.refused
    from (select event, count(*) as refused from told group by event) t
    where e.user_id = in_user and e.event = t.event and e.submission = in_submission
  ), reopened as (
    update quarantine_event q set state = 'investigating', changed_at = lane_time
    from (select distinct event from told) t
    where q.user_id = in_user and q.event = t.event and q.state = 'decided'
  )
  select (select count(*) from put), (select array_agg(distinct p.direction) from put p), (select count(*) from told),
         (select count(*) from judged where action = 'delete')
    into release_batch.sent, release_batch.directions, release_batch.refused, dropped;

  is_done := not exists (
    select from held_decision d
    where d.user_id = in_user and d.submission = in_submission
      and d.day >= in_to_day and (d.day, d.sequence) > (in_to_day, in_to_sequence));
  update lane l set time = lane_time, sequence = last.sequence + release_batch.sent
    where l.user_id = in_anchor and l.lane = in_lane;
  -- A release that fell behind its rate does not catch up by a burst of more than a second.
  update release r
    set day = in_to_day, sequence = in_to_sequence, sent = r.sent + release_batch.sent,
        deleted = r.deleted + dropped, refused = r.refused + release_batch.refused,
        next_at = case when r.rate is null then clock_timestamp()
                       else greatest(r.next_at, clock_timestamp() - interval '1 second')
                            + make_interval(secs => release_batch.sent::double precision / r.rate) end,
        state = case when is_done then 'done' else r.state end,
        ended_at = case when is_done then lane_time end
    where r.user_id = in_user and r.submission = in_submission;
end
$$;

-- ---------------------------------------------------------------- alerts

-- Writes alerts about the held messages up to (in_to_day, in_to_sequence) of a lane: log and northbound stream. The
-- caller holds the lock of the lane's alert_cursor row and found it at what precedes them, so each is written once.
-- Their reason, which no other message that passed has, keeps them out of the counts made from the log.
create function append_alerts(
  in_anchor macaddr8, in_lane smallint, in_now timestamptz, in_to_day date, in_to_sequence bigint,
  in_user macaddr8[], in_target macaddr8, in_counter numeric[], in_code text, in_digest bigint[], in_sha256 bytea[],
  in_body bytea[], in_device macaddr8[], in_schema_version text, in_responded_at timestamptz[]
) returns void
language plpgsql
as $$
declare
  last record;
  lane_time timestamptz;
  today date;
begin
  select l.time, l.sequence into strict last from lane l
    where l.user_id = in_anchor and l.lane = in_lane for update;
  lane_time := greatest(coalesce(in_now, clock_timestamp()), last.time);
  today := (lane_time at time zone 'UTC')::date;
  insert into message_log (user_id, day, sequence, recorded_at, direction, kind, verdict, target, counter, code, reason,
                           size, sha256, repetition, schema_version, response_id, responded_at)
  select i.user_id, today, last.sequence + i.item, lane_time, 'northbound', 'dcc_alert', 'passed', in_target, i.counter,
         in_code, 'quarantine.held', octet_length(i.body), i.sha256, i.digest, in_schema_version, '', i.responded_at
  from unnest(in_user, in_counter, in_digest, in_sha256, in_body, in_responded_at) with ordinality
         as i(user_id, counter, digest, sha256, body, responded_at, item);
  insert into named_device (user_id, day, sequence, device)
  select i.user_id, today, last.sequence + i.item, i.device
  from unnest(in_user, in_device) with ordinality as i(user_id, device, item) where i.device is not null;
  insert into stream (user_id, direction, day, sequence, message_day, message_sequence, kind, body)
  select i.user_id, 'northbound', today, last.sequence + i.item, today, last.sequence + i.item, 'dcc_alert', i.body
  from unnest(in_user, in_body) with ordinality as i(user_id, body, item);
  update lane l set time = lane_time, sequence = last.sequence + cardinality(in_user)
    where l.user_id = in_anchor and l.lane = in_lane;
  update alert_cursor c set day = in_to_day, sequence = in_to_sequence
    where c.user_id = in_anchor and c.lane = in_lane;
end
$$;
