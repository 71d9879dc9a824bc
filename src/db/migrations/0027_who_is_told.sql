-- Up Migration

-- How far an exception has come in the steps of its store's policy: the moment of the last one that was told. It counts only beside
-- reminded_at or escalated_at, which a build that does not know it also sets and clears.
alter table exception add column told_until timestamptz;
-- To whom; null is the address of staff, as all were before.
alter table exception_digest
  add column address text,
  add column locale text;

-- Up to which transaction the orders of a store were told of, for stores that tell of them.
create table order_notice_watch (
  store text primary key references store,
  written bigint not null
);
-- Mails about new orders, written by the statement that moves the watch on.
create table order_notice (
  id bigint generated always as identity primary key,
  store text not null references store,
  address text,
  locale text,
  orders text[] not null,
  created_at timestamptz not null default now(),
  due_at timestamptz not null default now(),
  attempts integer not null default 0,
  last_error text,
  sent_at timestamptz,
  gave_up_at timestamptz
);
create index order_notice_due on order_notice (due_at) where sent_at is null and gave_up_at is null;
create index order_notice_by_store on order_notice (store, created_at);

-- Down Migration

drop table order_notice, order_notice_watch;
alter table exception_digest drop column locale, drop column address;
alter table exception drop column told_until;
