-- Up Migration

-- How far each comparison of workflows, rows and gateways has come. `finished_at`: when its last whole round ended.
create table comparison (
  name text primary key,
  position text,
  due_at timestamptz not null default now(),
  finished_at timestamptz
);

-- What disagrees: one row for each matter, until it agrees again. `told_at`: its order was asked to open an exception.
create table discrepancy (
  comparison text not null,
  subject text not null,
  order_number text,
  kind text not null,
  summary text not null,
  context jsonb not null,
  first_seen timestamptz not null default now(),
  told_at timestamptz,
  exception text,
  gone_at timestamptz,
  primary key (comparison, subject)
);

-- What is about stock or a queue belongs to no order.
alter table exception
  alter column order_number drop not null,
  add column agrees_since timestamptz;
create sequence exception_of_no_order;

create index payment_by_update on payment using brin (updated_at) with (pages_per_range = 16, autosummarize = on);

-- Down Migration

drop index payment_by_update;
drop sequence exception_of_no_order;
delete from exception where order_number is null;
alter table exception
  alter column order_number set not null,
  drop column agrees_since;
drop table discrepancy, comparison;
