-- SharePoint: what the platform knows of its document library.

-- ---------------------------------------------------------------- the library and its folders (reference)

-- One row: the library of the settings. Of another library nothing is kept.
create table sharepoint_library (
  drive text primary key,
  changes_link text              -- where its changes are asked for next; null: from now on, after a look into each folder
);

-- A User's folders, by their ids: a name leads to whatever has it, an id does not.
create table sharepoint_folder (
  user_id macaddr8 not null,
  kind text not null check (kind in ('home', 'incoming', 'receipts', 'reports')),
  item text not null unique,     -- no folder is of two Users
  must_look boolean not null default true, -- of `incoming`: something changed there, or is not done with
  primary key (user_id, kind)
);

-- ---------------------------------------------------------------- what lies in them (distributed by user_id)

-- Files of `incoming`, as they were at the last look.
create table sharepoint_file (
  user_id macaddr8 not null,
  item text not null,
  name text not null,
  version text not null,         -- the cTag: another one says that the bytes are others
  is_settled boolean not null default false, -- two looks found the same version
  is_taken boolean not null default false,   -- it is a submission, and is still to be deleted in the library
  unfit integer not null default 0, -- how often the bytes of this version were not what the library says
  refusal_code text,
  refusal_detail text,
  changed_at timestamptz not null default clock_timestamp(),
  primary key (user_id, item)
);

-- What the platform put into `receipts` and `reports`, or is about to.
create table sharepoint_document (
  user_id macaddr8 not null,
  kind text not null check (kind in ('receipts', 'reports')),
  name text not null,
  stamp text,                    -- what the document that lies there was made from; null: it is not put yet
  item text,
  put_at timestamptz,
  -- an upload that was begun and may go on
  upload_address text,
  upload_sha256 bytea,
  primary key (user_id, kind, name)
);
