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
  not_before timestamptz not null,
  not_after timestamptz not null,
  name text not null,
  email text not null,           -- who the person is: two certificates of one address are one officer
  registered_at timestamptz not null default clock_timestamp(),
  revoked_at timestamptz,
  primary key (user_id, fingerprint)
);

-- Whether a file that could let through what is held waits for a second officer; without a row it does.
create table officer_policy (
  user_id macaddr8 primary key references user_id,
  second_officer boolean not null
);
