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

-- ---------------------------------------------------------------- the second wall of reports of the inventory

-- penstock_inventory owns the views below. It sees, by row-level security, responsibilities of the viewer's User IDs, and
-- devices that have any; of a device nothing but what the reports have. Viewers read the views: what a device is now is
-- shown to whom is responsible for it now, of one that was lost its kind.
do $$ begin
  if not exists (select from pg_roles where rolname = 'penstock_inventory') then
    create role penstock_inventory nologin;
  end if;
end $$;
grant penstock_inventory to current_user;
grant usage on schema penstock to penstock_inventory;
grant select on responsibility to penstock_inventory;
grant select (device, kind, status, manufacturer, model, firmware, region, is_smets1) on device to penstock_inventory;

alter table responsibility enable row level security;
create policy own_record on responsibility for select to penstock_inventory
  using (user_id = any ((select visible_user_ids())::macaddr8[]));
create policy titles on responsibility for select to penstock_titles using (true);
alter table device enable row level security;
create policy own_record on device for select to penstock_inventory
  using (exists (select from responsibility r where r.device = device.device));
create policy titles on device for select to penstock_titles using (true);

-- Devices for which the viewer is responsible now, once for each of its User IDs whatever their roles.
create view own_device with (security_barrier) as
select r.user_id, d.kind, d.status, d.manufacturer, d.model, d.firmware, d.region, d.is_smets1
from (select distinct user_id, device from responsibility
      where valid_from <= viewed_at() and viewed_at() < valid_to) r
join device d using (device);

-- When the viewer became responsible for a device, and ceased to be, up to now.
create view own_responsibility_change with (security_barrier) as
select r.user_id, r.role, r.device, d.kind, c.change, c.at
from responsibility r
join device d using (device)
cross join lateral (values ('gained', r.valid_from), ('lost', r.valid_to)) as c(change, at)
where c.at <= viewed_at();

grant create on schema penstock to penstock_inventory;
alter view own_device owner to penstock_inventory;
alter view own_responsibility_change owner to penstock_inventory;
revoke create on schema penstock from penstock_inventory;
grant select on own_device, own_responsibility_change to penstock_viewer;
