-- Up Migration

-- By when a person should have decided, and what staff were told. The default is for rows of a build that does not know the column;
-- milliseconds, as cursors have them.
alter table exception
  add column due_at timestamptz not null default date_trunc('milliseconds', now() + interval '24 hours'),
  add column reminded_at timestamptz,
  add column escalated_at timestamptz;

update exception e
   set due_at = e.opened_at + make_interval(hours => coalesce(
     (select k.hours from (values
    ('payment_failed', 24),
    ('payment_mismatch', 4),
    ('authorization_expiring', 4),
    ('refund_due', 24),
    ('stock_out', 24),
    ('bad_address', 12),
    ('label_failed', 8),
    ('delivery_failed', 24),
    ('fraud', 8),
    ('parcel_late', 24),
    ('parcel_lost', 24),
    ('overdue_acknowledgement', 24),
    ('refund_failed', 24),
    ('dispute', 72),
    ('unforeseen', 4)
     ) as k(kind, hours) where k.kind = e.kind), 24));

create index exception_open_by_opened on exception (opened_at, id) where status = 'open';
create index exception_open_by_due on exception (due_at, id) where status = 'open';
create index exception_resolved on exception (resolved_at) where status = 'resolved';

-- Mails to staff about many exceptions at once, written by the statement that marks them as told.
create table exception_digest (
  id bigint generated always as identity primary key,
  store text not null references store,
  reminders text[] not null,
  escalations text[] not null,
  created_at timestamptz not null default now(),
  due_at timestamptz not null default now(),
  attempts integer not null default 0,
  last_error text,
  sent_at timestamptz,
  gave_up_at timestamptz
);
create index exception_digest_due on exception_digest (due_at) where sent_at is null and gave_up_at is null;
create index exception_digest_by_store on exception_digest (store, created_at);

-- Down Migration

drop table exception_digest;
drop index exception_open_by_opened, exception_open_by_due, exception_resolved;
alter table exception drop column due_at, drop column reminded_at, drop column escalated_at;
