-- Up Migration

-- In which transaction a fact was written. Times do not tell what is new: facts are committed in another order than they are
-- dated. Summaries of ranges (BRIN) cost the writing statement next to nothing, and rows lie in the order they are written.
alter table order_event add column written bigint;
alter table order_event alter column written set default (pg_current_xact_id()::text::bigint);
create index order_event_written on order_event using brin (written) with (pages_per_range = 16, autosummarize = on);

-- What people are told of by the bell: src/db/notifications.ts names the same types.
create index order_event_noted on order_event (at desc, order_number, seq)
  where type in ('order_placed', 'exception_opened', 'message_sent', 'return_requested', 'dispute_read');

-- Up to which moment a person has read their notifications.
create table notification_mark (
  person text primary key,
  read_to timestamptz not null
);

-- Filters of a list under a name, for oneself or for everybody of the store.
create table saved_view (
  id text primary key,
  list text not null check (list in ('orders', 'exceptions')),
  name text not null check (length(name) between 1 and 80),
  filters jsonb not null,
  owner text not null,
  owner_name text not null,
  shared boolean not null default false,
  created_at timestamptz not null default now()
);
create index saved_view_by_owner on saved_view (owner, list);
create index saved_view_shared on saved_view (list) where shared;

-- Down Migration

drop table saved_view;
drop table notification_mark;
drop index order_event_noted, order_event_written;
alter table order_event drop column written;
