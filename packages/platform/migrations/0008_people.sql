-- People: who may sign in, under which roles they act, and what was done about it.
--
-- The schema sign_in is what better-auth keeps: its own names and columns, no key to or from ours, so that it can
-- follow its versions. Nothing in it says what a person may do. Ours is in the tables below, by person_id, which is
-- the id of its user. A person without an invitation that was taken has no row in sign_in.

create schema sign_in;

create table sign_in."user" (
  "id" text primary key,
  "name" text not null,
  "email" text not null unique,
  "emailVerified" boolean not null default false,
  "image" text,
  "createdAt" timestamptz not null default clock_timestamp(),
  "updatedAt" timestamptz not null default clock_timestamp(),
  "twoFactorEnabled" boolean default false
);

create table sign_in."session" (
  "id" text primary key,
  "expiresAt" timestamptz not null,
  "token" text not null unique,
  "createdAt" timestamptz not null default clock_timestamp(),
  "updatedAt" timestamptz not null,
  "ipAddress" text,
  "userAgent" text,
  "userId" text not null references sign_in."user" on delete cascade,
  "method" text not null,         -- how the person proved who it is: only those with a second factor count
  "provider" text,                -- the organisation's provider that made it: it acts only for whom that speaks
  "provenAt" timestamptz          -- when a second factor was given last in it
);
create index session_of_user on sign_in."session" ("userId");
create index session_expires on sign_in."session" ("expiresAt");

create table sign_in."account" (
  "id" text primary key,
  "accountId" text not null,
  "providerId" text not null,
  "userId" text not null references sign_in."user" on delete cascade,
  "accessToken" text,
  "refreshToken" text,
  "idToken" text,
  "accessTokenExpiresAt" timestamptz,
  "refreshTokenExpiresAt" timestamptz,
  "scope" text,
  "password" text,
  "createdAt" timestamptz not null default clock_timestamp(),
  "updatedAt" timestamptz not null
);
create index account_user on sign_in."account" ("userId");
create unique index account_of_provider on sign_in."account" ("providerId", "accountId");

create table sign_in."verification" (
  "id" text primary key,
  "identifier" text not null,
  "value" text not null,
  "expiresAt" timestamptz not null,
  "createdAt" timestamptz not null default clock_timestamp(),
  "updatedAt" timestamptz not null default clock_timestamp()
);
create index verification_identifier on sign_in."verification" ("identifier");

create table sign_in."twoFactor" (
  "id" text primary key,
  "secret" text not null,
  "backupCodes" text not null,
  "userId" text not null references sign_in."user" on delete cascade,
  "verified" boolean default true,
  "failedVerificationCount" integer default 0,
  "lockedUntil" timestamptz
);
create index two_factor_user on sign_in."twoFactor" ("userId");

create table sign_in."passkey" (
  "id" text primary key,
  "name" text,
  "publicKey" text not null,
  "userId" text not null references sign_in."user" on delete cascade,
  "credentialID" text not null unique,
  "counter" integer not null,
  "deviceType" text not null,
  "backedUp" boolean not null,
  "transports" text,
  "createdAt" timestamptz,
  "aaguid" text
);
create index passkey_user on sign_in."passkey" ("userId");

create table sign_in."rateLimit" (
  "id" text primary key,
  "key" text not null unique,
  "count" integer not null,
  "lastRequest" bigint not null
);

-- ---------------------------------------------------------------- ours (reference: a few thousand rows)

-- A Party that is suspended or withdrawn: its User IDs may not act, and its people lose access at once.
alter table party add status text not null default 'active' check (status in ('active', 'suspended', 'withdrawn'));

create table person (
  person_id text primary key,
  email text not null unique check (email = lower(email)),
  name text not null,
  status text not null default 'active' check (status in ('active', 'suspended', 'withdrawn')),
  -- which side set the status: what the Operator's did, a User's does not undo; null: nobody did
  status_by text check (status_by in ('operator', 'user')),
  -- of the demonstration: its password is printed, so it may sign in on loopback only
  is_demonstration boolean not null default false,
  created_at timestamptz not null default clock_timestamp()
);

-- For whom a person may act, and as what: one role for each User ID, and one for the Operator.
create table person_role (
  person_id text not null references person,
  acting text not null,           -- a User ID as DUIS writes it, or 'operator'
  role text not null check (role in
    ('user_administrator', 'aro', 'analyst', 'read_only',
     'service_desk', 'security', 'change_manager', 'operator_administrator')),
  granted_at timestamptz not null default clock_timestamp(),
  primary key (person_id, acting),
  check ((acting = 'operator') = (role in ('service_desk', 'security', 'change_manager', 'operator_administrator')))
);
create index person_role_acting on person_role (acting, person_id);

-- A code of the second factor counts once: what was tried is kept for as long as it could be right.
create table tried_code (
  person_id text not null,
  code_sha256 bytea not null,
  tried_at timestamptz not null,
  primary key (person_id, code_sha256)
);

-- Passwords that were wrong one after another, by the e-mail address that was tried, whether somebody has it or not.
create table wrong_password (
  email_sha256 bytea primary key,
  failures integer not null,
  first_at timestamptz not null
);

-- Each time that somebody of the Operator read a User's own record, with the reason that was given: written before
-- anything is read. The User's administrator and the Operator's security see it.
create table record_reading (
  user_id macaddr8 not null,      -- whose record
  reading_id uuid not null default gen_random_uuid(),
  read_at timestamptz not null,
  person_id text not null,
  email text not null,
  role text not null,
  reason text not null,
  what text not null,             -- the page of the list, or the one message, that was asked for
  primary key (user_id, reading_id)
);
create index record_reading_time on record_reading (user_id, read_at, reading_id);

-- A link that is good once: for somebody who is invited to act for a User ID or the Operator, or whose password and
-- second factor an administrator took away. The link itself is shown once and not kept.
create table invitation (
  invitation_id uuid primary key default gen_random_uuid(),
  token_sha256 bytea not null unique,
  kind text not null check (kind in ('invitation', 'recovery')),
  email text not null,
  name text not null,
  acting text,
  role text,
  made_by text,                   -- person_id; null: the command line
  made_as text not null,          -- for whom its maker acted: a User ID, or 'operator'
  made_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  withdrawn_at timestamptz,
  check ((kind = 'invitation') = (acting is not null and role is not null))
);
create index invitation_open on invitation (acting, made_at) where used_at is null and withdrawn_at is null;

-- Whether a Party wants a second administrator to approve what gives access; without a row it does.
create table second_administrator (
  party_id text primary key,      -- 'operator': the Operator
  is_wanted boolean not null
);

-- What one administrator asked for and a second one approves or refuses, or nobody within 72 hours.
create table approval (
  approval_id uuid primary key default gen_random_uuid(),
  kind text not null check (kind in ('invitation', 'role', 'reset', 'policy')),
  acting text not null,           -- whose administrators approve it; the Operator's may all
  person_id text,                 -- whom it is about; null: nobody yet, or of the policy
  email text not null,
  name text not null,
  role text,                      -- of an invitation, or the new one
  invitation_id uuid,             -- the link that is good once it is approved
  asked_by text not null,         -- person_id
  asked_by_email text not null,
  asked_as text not null,         -- for whom that person acted
  asked_at timestamptz not null,
  expires_at timestamptz not null,
  decided_at timestamptz,
  decision text check (decision in ('approve', 'refuse', 'dropped')),
  decided_by_email text,
  check ((decided_at is null) = (decision is null))
);
create index approval_open on approval (asked_at, approval_id) where decided_at is null;
create index approval_invitation on approval (invitation_id) where invitation_id is not null;

-- What was done about sign-in and rights, and about all by which somebody or something may act: append only, in the
-- transaction that did it.
create table people_activity (
  activity_id uuid primary key default gen_random_uuid(),
  at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
  what text not null,
  person_id text,                 -- whom it is about; null: nobody, or of an invitation that nobody took yet
  email text,                     -- of that person
  acting text,                    -- of which User ID, or of the Operator; null: of the person itself, or of a Party
  party_id text,                  -- of which Party as a whole
  subject text,                   -- the fingerprint of what was registered or revoked, as its list has it
  author text not null,           -- who did it: an address of a person, the SHA-256 of a machine's certificate, ...
  author_role text,               -- ... a user of the operating system; null: what the person did about itself
  author_acting text,             -- for whom: a User ID, or 'operator'
  detail text,
  address text
);
-- As user_words, for whom somebody acts: a User ID as text, or the Operator.
create function acting_words(in_acting text) returns text language sql stable
  return case when in_acting = 'operator' then 'the Operator' else user_words(in_acting::macaddr8) end;

-- By what somebody looks for a Party.
create function party_words(in_party text) returns text language sql stable
  return (select p.party_id || ' ' || p.name from party p where p.party_id = in_party);

create index people_activity_time on people_activity (at, activity_id);
create index people_activity_person on people_activity (person_id, at, activity_id);
create index people_activity_acting on people_activity (acting, at, activity_id);
create index people_activity_party on people_activity (party_id, at, activity_id) where party_id is not null;
create index people_activity_subject on people_activity (subject, at) where subject is not null;

-- Who did one of these to something of a User ID last, as an author is written down elsewhere; null: it is not known.
create function author_of(in_user macaddr8, in_subject text, variadic in_what text[]) returns text language sql stable
  return (select case when author_acting = 'operator' then 'Operator' else author_acting end
                 || ' (' || case author_role when 'machine' then 'machine ' || left(author, 16) when 'console' then 'console ' || author
                      else author end || ')'
          from people_activity
          where subject = in_subject and acting = eui_text(in_user) and what = any (in_what)
          order by at desc limit 1);

-- ---------------------------------------------------------------- what changed

-- What changed after in_since, by what it is about and whose it is (null: everybody's), for the live pages: of in_users
-- only, or of all (null). `key` and `mark` tell two changes of the same thing apart, and nothing more. It is asked once a
-- second by each process that has live pages open, so each part is a descent of an index or reads a table that stays
-- small; generic plans, since planning for the day partitions took longer than reading them.
create function changes_since(in_since timestamptz, in_users macaddr8[], in_operator macaddr8)
returns table (topic text, user_id macaddr8, key text, mark text)
language plpgsql stable
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_column
begin
  return query
  select c.topic, c.user_id, c.key, c.mark from (
    select 'messages' as topic, u.user_id, '' as key, m.day || '/' || m.sequence as mark
    from user_id u
    cross join lateral (
      select l.day, l.sequence, l.recorded_at from message_log l
      where l.user_id = u.user_id and l.day >= (in_since at time zone 'UTC')::date
      order by l.day desc, l.sequence desc limit 1) m
    where (in_users is null or u.user_id = any (in_users)) and m.recorded_at > in_since
    union all
    select 'streams', s.user_id, s.direction::text, concat_ws('/', s.day, s.sequence, s.failures, s.failing_since)
    from stream_cursor s
    where (in_users is null or s.user_id = any (in_users)) and (s.moved_at > in_since or s.retry_at > in_since)
    union all
    select 'streams', e.user_id, concat_ws('/', e.direction, e.kind, e.since), coalesce(e.ended_at::text, '')
    from service_event e where e.raised_at > in_since or e.ended_at > in_since
    union all
    select 'quarantine', q.user_id, q.event::text, concat_ws('/', q.held, q.deleted, q.changed_at, n.number)
    from quarantine_event q
    left join lateral (
      select a.number, a.noted_at from quarantine_note a
      where a.user_id = q.user_id and a.event = q.event order by a.number desc limit 1) n on true
    where q.state <> 'resolved' and (in_users is null or q.user_id = any (in_users))
      and greatest(q.last_at, q.changed_at, n.noted_at) > in_since
    union all
    select 'quarantine', q.user_id, q.event::text, 'resolved'
    from quarantine_event q where q.state = 'resolved' and q.changed_at > in_since
    union all
    select 'notices', n.user_id, n.kind || n.about, n.noticed_at::text from notice n where n.noticed_at > in_since
    union all
    select case n.kind when 'warning' then 'thresholds' when 'way' then 'ways' when 'export' then 'exports' when 'question' then 'questions' when 'access' then 'officers' when 'change' then 'changes' when 'webhook' then 'notices' when 'incident' then 'incidents' else 'quarantine' end, n.user_id, n.kind || n.about,
           n.noticed_at::text
    from notice n where n.noticed_at > in_since
    union all
    select 'questions', q.user_id, q.question::text, q.changed_at::text
    from asked_question q where q.changed_at > in_since
    union all
    select 'questions', q.user_id, q.question::text, q.changed_at::text
    from received_question q where q.changed_at > in_since
    union all
    -- a draft is its owner's alone; of what is shared, everybody looks again
    select 'changes', case when c.sharing = 'operator' then c.user_id end, c.change::text, c.version::text
    from change c where c.changed_at > in_since and c.state not in ('template', 'draft')
    union all
    select 'changes', null, 'limits ' || l.version, '' from change_limits l where l.set_at > in_since
    union all
    select 'changes', null, 'event ' || k.event, coalesce(k.withdrawn_at::text, '')
    from change_calendar k where k.set_at > in_since or k.withdrawn_at > in_since
    union all
    select 'thresholds', nullif(t.user_id, macaddr8 '00:00:00:00:00:00:00:00'), t.threshold_id || '/' || v.version,
           coalesce(v.ended_at::text, '')
    from threshold_version v join threshold t on t.threshold_id = v.threshold_id
    where v.set_at > in_since or v.ended_at > in_since
    union all
    select 'thresholds', null, 'limit ' || l.limit_id, coalesce(l.ended_at::text, '')
    from attribute_limit l where l.set_at > in_since or l.ended_at > in_since
    union all
    select 'submissions', s.user_id, encode(s.sha256, 'hex'), s.state || s.changed_at
    from submission s where s.changed_at > in_since
    union all
    select 'releases', r.user_id, encode(r.submission, 'hex'),
           concat_ws('/', r.state, r.paused_by, r.rate, r.sent, r.deleted, r.refused)
    from release r where r.state <> 'done' or r.ended_at > in_since
    union all
    select 'exports', x.user_id, x.export, concat_ws('/', x.state, x.rows)
    from export x where x.changed_at > in_since
    union all
    select 'incidents', r.reader, i.incident, i.changed_at::text
    from incident i, unnest(array_append(i.readers, i.user_id)) r (reader) where i.changed_at > in_since
    union all
    select 'status', null, s.entry::text, s.changed_at::text from status_entry s where s.changed_at > in_since
    union all
    -- what begins by itself changes something, too
    select 'ways', null, 'version ' || v.version, concat_ws('/', v.effective_from <= statement_timestamp(), v.withdrawn_at)
    from way_version v
    where greatest(v.set_at, v.withdrawn_at) > in_since
      or v.effective_from > in_since and v.effective_from <= statement_timestamp()
    union all
    select 'ways', null, 'outage ' || o.outage, concat_ws('/', o.from_at <= statement_timestamp(), o.changed_at)
    from way_outage o
    where o.changed_at > in_since or o.ended_at is null and o.from_at > in_since and o.from_at <= statement_timestamp()
    union all
    select 'ways', p.user_id, 'report ' || p.report, p.changed_at::text
    from way_report p where p.changed_at > in_since
    union all
    select 'directory', null, '', d.version::text from directory_version d where d.moved_at > in_since
    union all
    select 'devices', null, '', d.changed_at::text from devices_changed d where d.changed_at > in_since
    union all
    -- so do devices that change hands: however many do at midnight, the newest of each kind says it
    select 'devices', null, s.what, s.at::text
    from (
      (select 'responsible from' as what, valid_from as at from responsibility
       where valid_from > in_since and valid_from <= statement_timestamp() order by valid_from desc limit 1)
      union all
      (select 'responsible to' as what, valid_to as at from responsibility
       where valid_to < 'infinity' and valid_to > in_since and valid_to <= statement_timestamp() order by valid_to desc limit 1)
      union all
      (select 'network from' as what, valid_from as at from home_network
       where valid_from > in_since and valid_from <= statement_timestamp() order by valid_from desc limit 1)
      union all
      (select 'network to' as what, valid_to as at from home_network
       where valid_to < 'infinity' and valid_to > in_since and valid_to <= statement_timestamp() order by valid_to desc limit 1)
    ) s
    union all
    select 'directory', null, concat_ws(' ', 'role', o.user_id, o.role, o.valid_from), (o.valid_to <= statement_timestamp())::text
    from user_role o
    where o.valid_from > in_since and o.valid_from <= statement_timestamp()
      or o.valid_to > in_since and o.valid_to <= statement_timestamp()
    union all
    select 'officers', o.user_id, encode(o.fingerprint, 'hex'), coalesce(o.revoked_at::text, '')
    from officer o
    where (in_users is null or o.user_id = any (in_users)) and (o.registered_at > in_since or o.revoked_at > in_since)
    union all
    select 'officers', p.user_id, 'policy', p.changed_at::text from officer_policy p where p.changed_at > in_since
    union all
    select 'directory', e.user_id, 'mail ' || encode(e.fingerprint, 'hex'), coalesce(e.revoked_at::text, '')
    from email_recipient e
    where (in_users is null or e.user_id = any (in_users)) and (e.registered_at > in_since or e.revoked_at > in_since)
    union all
    select 'ssh-keys', k.user_id, encode(k.fingerprint, 'hex'), concat_ws('/', k.used_at, k.revoked_at)
    from ssh_key k
    where (in_users is null or k.user_id = any (in_users))
      and greatest(k.registered_at, k.used_at, k.revoked_at) > in_since
    union all
    select 'readings', u.user_id, '', r.read_at || '/' || r.reading_id
    from user_id u
    cross join lateral (
      select g.read_at, g.reading_id from record_reading g
      where g.user_id = u.user_id and g.read_at > in_since
      order by g.read_at desc, g.reading_id desc limit 1) r
    where in_users is null or u.user_id = any (in_users)
    union all
    -- a look of the Operator as a User is the Operator's to know of
    select 'looks', case s.side when 'user' then u.user_id else in_operator end,
           case s.side when 'user' then '' else eui_text(u.user_id) end, r.read_at || '/' || r.reading_id
    from user_id u
    cross join (values ('user'), ('operator')) s (side)
    cross join lateral (
      select g.read_at, g.reading_id from title_reading g
      where g.user_id = u.user_id and g.side = s.side and g.day >= (in_since at time zone 'UTC')::date
        and g.read_at > in_since
      order by g.read_at desc, g.reading_id desc limit 1) r
    where in_users is null or u.user_id = any (in_users)
    union all
    select 'switches', null, s.switch || s.valid_from, concat_ws('/', s.value, s.set_at, s.valid_from <= statement_timestamp())
    from title_switch s
    where s.set_at > in_since or s.valid_from > in_since and s.valid_from <= statement_timestamp()
    union all
    -- of a person itself: whoever administers one that it acts for
    select 'people', case o.acting when 'operator' then in_operator else o.acting::macaddr8 end, a.activity_id::text, ''
    from people_activity a
    cross join lateral (
      select a.acting where a.acting is not null
      union select eui_text(u.user_id) from user_id u where u.party_id = a.party_id
      union select r.acting from person_role r where r.person_id = a.person_id) o
    where a.at > in_since
  ) c
  where in_users is null or c.user_id is null or c.user_id = any (in_users);
end
$$;
