-- The spine: who may send, to which devices, what was sent and received, and what waits.
--
-- Three kinds of table (kept true by foundation/database/distribution.ts and its test):
--   reference            small, joined by everything (parties, User IDs, certificates)
--   distributed, device  devices and who is responsible for them, in time
--   distributed, user_id everything about a message belongs to its User, so the transaction that
--                        records a message stays in one place
-- Everything large is partitioned by UTC day and leaves by dropping a partition; there is no default
-- partition, so a day that was not made ahead fails loudly.

create type message_direction as enum ('southbound', 'northbound');
create type message_kind as enum (
  'service_request', 'signed_pre_command',
  'acknowledgement', 'response', 'pre_command', 'device_alert', 'dcc_alert', 'smets1_response');
create type message_verdict as enum ('passed', 'warned', 'held', 'deleted', 'refused');

-- The kind as one letter: equality of enums is not leakproof, so behind row-level security none of their indexes is used.
create function kind_letter(in_kind message_kind) returns "char" language sql immutable strict parallel safe
return (case in_kind
  when 'service_request' then 's' when 'signed_pre_command' then 'c' when 'acknowledgement' then 'k'
  when 'response' then 'r' when 'pre_command' then 'p' when 'device_alert' then 'a' when 'dcc_alert' then 'd'
  when 'smets1_response' then '1' end)::"char";

-- An EUI-64 as people write and look for it.
create function eui_text(in_eui macaddr8) returns text language sql immutable strict parallel safe
  return upper(replace(in_eui::text, ':', '-'));

-- Whether one of these texts contains what somebody looks for, in either case; who looks for nothing finds everything.
create function is_found(in_find text, variadic in_texts text[]) returns boolean language sql immutable parallel safe
  return in_find is null
    or exists (select from unnest(in_texts) as t(text) where position(lower(in_find) in lower(t.text)) > 0);

-- ---------------------------------------------------------------- who (reference)

create table party (
  party_id text primary key,
  name text not null,
  kind text not null check (kind in
    ('large_supplier', 'small_supplier', 'electricity_network_operator', 'gas_network_operator',
     'other', 'registration_data_provider', 'operator')),
  registered_at timestamptz not null default clock_timestamp()
);

create table user_id (
  user_id macaddr8 primary key,
  party_id text not null references party,
  status text not null default 'active' check (status in ('active', 'suspended')),
  delivery text not null default 'pull' check (delivery in ('pull', 'push')),
  receive_url text check (receive_url is null or receive_url like 'https://%'),
  -- a captured request verifies for ever: counters below the highest that left the horizon are refused,
  -- unless this User's counters are known not to rise
  rising_counters boolean not null default true,
  lane smallint not null default 0,
  registered_at timestamptz not null default clock_timestamp(),
  check (delivery = 'pull' or receive_url is not null)
);

create table user_role (
  user_id macaddr8 not null references user_id,
  role text not null check (role in ('IS', 'ES', 'GS', 'ED', 'GT', 'RSA', 'OU', 'OPERATOR', 'COS')),
  valid_from timestamptz not null default '-infinity',
  valid_to timestamptz not null default 'infinity',
  primary key (user_id, role, valid_from),
  check (valid_from < valid_to)
);

-- By what the directory knows a User ID, for whoever looks for it: itself, its Party's identifier and name.
create function user_words(in_user macaddr8) returns text language sql stable
  return (select eui_text(u.user_id) || ' ' || p.party_id || ' ' || p.name
          from user_id u join party p using (party_id) where u.user_id = in_user);

-- Certificates registered per User ID. A signer is found by (issuer, serial); a TLS peer by fingerprint.
create table certificate (
  user_id macaddr8 not null references user_id,
  purpose text not null check (purpose in ('signing', 'transport')),
  issuer text not null,          -- normalised, RFC 4514 order
  serial text not null,          -- decimal, no leading zeros; real ones have up to 39 digits
  fingerprint bytea not null,    -- SHA-256 of the DER
  der bytea not null,
  not_before timestamptz not null,
  not_after timestamptz not null,
  registered_at timestamptz not null default clock_timestamp(),
  revoked_at timestamptz,
  -- as which a machine with it is known at the API (foundation/rights.ts); null: for the gateway only
  role text check (role in ('user_administrator', 'aro', 'analyst', 'read_only',
                            'service_desk', 'security', 'change_manager', 'operator_administrator')),
  primary key (purpose, issuer, serial),
  unique (purpose, fingerprint),
  check (role is null or purpose = 'transport')
);

-- Whether a machine with a certificate may have this role: one of its side, and only where the certificate is for TLS.
create function is_machine_role(in_user macaddr8, in_purpose text, in_role text) returns boolean language sql stable
  return in_role is null
      or in_purpose = 'transport'
         and (in_role in ('service_desk', 'security', 'change_manager', 'operator_administrator'))
             = exists (select from user_role r
                       where r.user_id = in_user and r.role = 'OPERATOR' and r.valid_from <= now() and r.valid_to > now());

-- Moves in every transaction that changes one of the four tables above. A batch says which version its
-- verdicts rest on; a batch on an older one is judged again, so nothing is recorded on a revoked certificate.
create table directory_version (
  singleton boolean primary key default true check (singleton),
  version bigint not null,
  moved_at timestamptz not null default clock_timestamp()
);
insert into directory_version (version) values (1);

-- ---------------------------------------------------------------- which devices (distributed by device)

create table device (
  device macaddr8 primary key,
  kind text not null check (kind in ('ESME', 'GSME', 'CHF', 'GPF', 'HCALCS', 'PPMID', 'IHD', 'CAD')),
  status text not null check (status in
    ('Pending', 'Whitelisted', 'InstalledNotCommissioned', 'Commissioned', 'Decommissioned',
     'Withdrawn', 'Suspended', 'Recovery', 'Recovered')),
  home macaddr8,                 -- the EUI of the home's communications hub (CHF): devices of one HAN share it
  import_mpan text, export_mpan text, mprn text,
  -- since when it is in this home and at these points; who was registered for them before was not responsible for it
  placed_at timestamptz not null default '-infinity',
  manufacturer text, model text, firmware text, region text,
  -- the rows of responsibility of this device, packed (0005_find_devices.sql): every message asks for them
  responsible bytea not null default '',
  -- of the first generation (SMETS1): no message says it, and a value out of bounds is deleted there, not held
  is_smets1 boolean not null default false,
  updated_at timestamptz not null default clock_timestamp()
);
create index device_home on device (home);

-- When devices or registrations last changed, for those who look at them: no index of updated_at on millions of rows.
create table devices_changed (
  singleton boolean primary key default true check (singleton),
  changed_at timestamptz not null default clock_timestamp()
);
insert into devices_changed default values;

-- Derived from registration when it, or a home, changes: one row a device, role and span, because every
-- message asks by device and a join to registration would leave the device's shard.
create table responsibility (
  device macaddr8 not null,
  role text not null,
  user_id macaddr8 not null,
  valid_from timestamptz not null,
  valid_to timestamptz not null default 'infinity',
  primary key (device, role, valid_from),
  check (valid_from < valid_to)
);
-- What begins and ends by itself, for those who look (changes_since); most spans have no end.
create index responsibility_begins on responsibility (valid_from);
create index responsibility_ends on responsibility (valid_to) where valid_to < 'infinity';

-- What the Registration Data Providers said, by MPxN (distributed by mpxn).
create table registration (
  mpxn text not null,
  role text not null check (role in ('IS', 'ES', 'GS', 'ED', 'GT', 'RSA')),
  user_id macaddr8 not null,
  valid_from timestamptz not null,
  valid_to timestamptz not null default 'infinity',
  received_at timestamptz not null default clock_timestamp(),
  primary key (mpxn, role, valid_from),
  check (valid_from < valid_to)
);
-- Meters of an MPxN, kept beside registration so that the devices of a point are found in its own shard.
create table metering_point_device (
  mpxn text not null,
  device macaddr8 not null,
  primary key (mpxn, device)
);

-- ---------------------------------------------------------------- messages (distributed by user_id)

-- One row orders everything of a lane: whoever writes requests, responses or alerts first locks it and
-- holds it to commit, so sequence order is commit order and lane time never runs back.
-- The anchor is a User ID of the lane's shard group (one server: one lane).
create table lane (
  user_id macaddr8 not null,     -- the anchor
  lane smallint not null,
  time timestamptz not null default '-infinity',
  sequence bigint not null default 0,
  primary key (user_id, lane)
);
insert into lane (user_id, lane) values ('00:00:00:00:00:00:00:00', 0);

-- Columns stand in the order of their alignment: in the order of reading, each row would be 8 bytes longer.
create table message_log (
  sequence bigint not null,
  recorded_at timestamptz not null,
  -- 0 for a request that took its RequestID: the key below lets it in once a day, and the probe of the horizon's
  -- other days does the rest. For everything else (what comes back, many messages to one RequestID; refused requests,
  -- which take nothing) the first 63 bits of its SHA-256, so that the same bytes sent again are found by the same key.
  repetition bigint not null,
  responded_at timestamptz,      -- ResponseDateTime; null also for one that is no instant
  user_id macaddr8 not null,
  originator macaddr8,           -- of the RequestID; null for an alert that has none
  target macaddr8 not null,      -- of the RequestID; for alerts the device, or the Operator
  day date not null,             -- UTC day of lane time
  direction message_direction not null,
  kind message_kind not null,
  verdict message_verdict not null,
  size integer not null,         -- bytes of the message
  command_variant smallint,
  kind_letter "char" not null generated always as (kind_letter(kind)) stored,
  first_in_sequence boolean,
  counter numeric(20) not null,  -- of the RequestID; an alert without one: the first 64 bits of its SHA-256
  srv text,
  code text,                     -- what was answered (southbound), or the response or alert code (northbound)
  sha256 bytea not null,
  reason text,                   -- why it was refused: a registered error code
  -- The rest of the header. What follows from other columns is not kept: null costs no byte.
  schema_version text,
  service_reference text,        -- null: the first two numbers of the SRV, as the schema has it
  preceding text,                -- PrecedingServiceRequestID
  response_id text,              -- '': TARGET:USER:COUNTER, the RequestID with its EUIs exchanged; null: it has none
  primary key (user_id, day, sequence),
  -- by the target first: what concerns a device as its target is found by this key too
  unique (target, day, user_id, counter, repetition)
) partition by range (day);
-- A page of a User's record by SRV, code or kind where those are seldom (record_page). The day is the partition; rows
-- that share a key share its entry, so each of these takes 7 to 9 bytes a row. The User ID comes second: led by it, they
-- were taken for the primary key on a young day without statistics, and each look-up read all of the User's day.
create index message_log_srv on message_log (srv, user_id);
create index message_log_code on message_log (code, user_id);
create index message_log_kind on message_log (kind_letter, user_id);

-- The devices that a message names in its body besides its target: devices that it concerns too. Keyed with its User,
-- found by device.
create table named_device (
  user_id macaddr8 not null,
  day date not null,
  sequence bigint not null,
  device macaddr8 not null
) partition by range (day);
create index named_device_device on named_device (device, day, sequence);

-- Every device that a message concerns: its target and those named in its body. Whoever reads it sees what it may of both.
create view message_device with (security_invoker = true) as
select user_id, day, sequence, target as device from message_log
union all
select user_id, day, sequence, device from named_device;

-- What waits to be taken, with its bytes. Append only: a cursor moves, nothing is updated, old days go.
create table stream (
  user_id macaddr8 not null,
  direction message_direction not null,
  day date not null,
  sequence bigint not null,
  message_day date not null,     -- the log row this is the body of
  message_sequence bigint not null,
  kind message_kind not null,
  body bytea not null,
  primary key (user_id, direction, day, sequence)
) partition by range (day);
-- Bodies are signed XML that must come out byte for byte. Compressing them costs more CPU than the bytes
-- are worth for two days; most fit a page, so they stay in line (see partitions: toast_tuple_target 8160).
alter table stream alter column body set storage external;

-- How far each stream was taken, and who is taking it now.
create table stream_cursor (
  user_id macaddr8 not null,
  direction message_direction not null,
  day date not null default '-infinity',
  sequence bigint not null default 0,
  moved_at timestamptz not null default clock_timestamp(),
  leased_by text,
  leased_until timestamptz,
  failing_since timestamptz,     -- first failure since the last success
  failures integer not null default 0,
  retry_at timestamptz,
  last_error text,
  primary key (user_id, direction)
);

-- When a span of a stream was taken: the time of delivery of any message without touching its row.
create table delivery (
  user_id macaddr8 not null,
  day date not null,             -- UTC day of delivery
  direction message_direction not null,
  to_day date not null,
  to_sequence bigint not null,
  from_day date not null,        -- exclusive
  from_sequence bigint not null, -- exclusive
  delivered_at timestamptz not null,
  primary key (user_id, direction, day, to_sequence)
) partition by range (day);

-- What is kept of a day of RequestIDs when it leaves the replay horizon.
create table highest_counter (
  user_id macaddr8 not null,
  device macaddr8 not null,
  counter numeric(20) not null,
  primary key (user_id, device)
);
-- The last day whose counters were folded into highest_counter (at the lane's first message: the day before). Every
-- later day is probed, so a day is covered by its rows until, in one transaction, it is covered by its highest counters.
create table replay_horizon (
  user_id macaddr8 not null,     -- the lane's anchor
  lane smallint not null,
  folded_to date not null default '-infinity',
  primary key (user_id, lane)
);
insert into replay_horizon (user_id, lane) values ('00:00:00:00:00:00:00:00', 0);

-- ---------------------------------------------------------------- the second wall

-- Viewers read as this role, in a transaction that names the User IDs they may see in penstock.user_ids
-- (comma separated). The first wall is the store, which takes the viewer.
do $$ begin
  if not exists (select from pg_roles where rolname = 'penstock_viewer') then
    create role penstock_viewer nologin;
  end if;
end $$;
grant penstock_viewer to current_user;
grant usage on schema penstock to penstock_viewer;
grant select on message_log, named_device, message_device, delivery to penstock_viewer;

create function visible_user_ids() returns macaddr8[]
language sql stable parallel safe
return string_to_array(coalesce(current_setting('penstock.user_ids', true), ''), ',')::macaddr8[];

alter table message_log enable row level security;
create policy own_record on message_log for select to penstock_viewer
  using (user_id = any ((select visible_user_ids())::macaddr8[]));
alter table named_device enable row level security;
create policy own_record on named_device for select to penstock_viewer
  using (user_id = any ((select visible_user_ids())::macaddr8[]));
alter table delivery enable row level security;
create policy own_record on delivery for select to penstock_viewer
  using (user_id = any ((select visible_user_ids())::macaddr8[]));
-- its own User IDs and their Parties, for what looks for them by name (user_words)
alter table user_id enable row level security;
create policy own_record on user_id for select to penstock_viewer
  using (user_id = any ((select visible_user_ids())::macaddr8[]));
alter table party enable row level security;
create policy own_record on party for select to penstock_viewer
  using (exists (select from user_id u where u.party_id = party.party_id));
grant select (user_id, party_id) on user_id to penstock_viewer;
grant select (party_id, name) on party to penstock_viewer;
