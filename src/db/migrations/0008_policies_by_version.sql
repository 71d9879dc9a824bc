-- Up Migration

-- Each version of a store's policy is kept: an order names the one it was placed under.
alter table store add column policy_version integer not null default 1;
create table store_policy (
  store text not null references store,
  version integer not null,
  policy jsonb not null,
  changed_at timestamptz not null default now(),
  changed_by text not null,
  note text,
  primary key (store, version)
);
insert into store_policy (store, version, policy, changed_by) select code, 1, policy, 'migration' from store;

-- Down Migration

drop table store_policy;
alter table store drop column policy_version;
