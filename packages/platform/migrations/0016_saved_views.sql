-- Saved views: a person's own searches of the portal's pages, by name, for one of those for whom it acts.
create table saved_view (
  person_id text not null references person,
  acting text not null,          -- a User ID as DUIS writes it, or 'operator'
  view uuid not null,
  name text not null,
  page text not null,
  search jsonb not null,
  saved_at timestamptz not null,
  primary key (person_id, acting, view)
);

-- Reports of the inventory ask which devices a User is responsible for.
create index responsibility_user on responsibility (user_id, device);
