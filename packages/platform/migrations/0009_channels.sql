-- Ways by which signed files come in beside the API: keys of machines, files that lie in a folder, and what came by which
-- way.

-- ---------------------------------------------------------------- who may come in by SFTP (reference)

-- The SSH keys of a User ID's machines. One key may act for several User IDs, as an officer may.
create table ssh_key (
  user_id macaddr8 not null references user_id,
  fingerprint bytea not null,    -- SHA-256 of the key's bytes, as OpenSSH counts it
  algorithm text not null,       -- ssh-ed25519, ecdsa-sha2-nistp256, ...
  key bytea not null,            -- in the form of RFC 4253
  name text not null,
  registered_at timestamptz not null default clock_timestamp(),
  revoked_at timestamptz,
  used_at timestamptz,           -- signed in by it last, to the minute
  primary key (user_id, fingerprint)
);

-- ---------------------------------------------------------------- the folder `incoming` (distributed by user_id)

-- A file that a User put there. Once it is whole and its signature lies beside it, both become a submission and go.
create table incoming_file (
  user_id macaddr8 not null,
  file uuid not null,            -- anew for each writing of the same name
  name text not null,
  size bigint not null default 0,
  is_whole boolean not null default false, -- closed by who wrote it
  given_by text,                 -- who closed it
  changed_at timestamptz not null default clock_timestamp(),
  -- why it was not taken in; the file stays until it is written anew or removed
  refusal_code text,
  refusal_detail text,
  primary key (user_id, file),
  unique (user_id, name)
);
create index incoming_file_whole on incoming_file (changed_at) where is_whole and refusal_code is null;

create table incoming_chunk (
  user_id macaddr8 not null,
  file uuid not null,
  number integer not null,
  bytes bytea not null,
  primary key (user_id, file, number)
);
alter table incoming_chunk alter column bytes set storage external;

-- ---------------------------------------------------------------- by which way a file came (distributed by user_id)

create table submission_delivery (
  user_id macaddr8 not null,
  sha256 bytea not null,
  signature_sha256 bytea not null,
  way text not null check (way in ('https', 'sftp', 'email', 'sharepoint')),
  name text,                     -- of the file, where the way gives it one
  given_by text,
  received_at timestamptz not null,
  primary key (user_id, sha256, signature_sha256, received_at)
);
-- The last delivery of a User ID by a way.
create index submission_delivery_way on submission_delivery (user_id, way, received_at);
alter table submission_delivery enable row level security;
create policy own_record on submission_delivery for select to penstock_viewer
  using (user_id = any ((select visible_user_ids())::macaddr8[]));
grant select on submission_delivery to penstock_viewer;
