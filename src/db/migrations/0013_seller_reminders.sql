-- Up Migration

-- Sellers are reminded once of each order they have not accepted, when half of their time is over.
create table seller_reminder (
  order_number text not null references orders,
  person_id text not null references person on delete cascade,
  seller text not null,
  answer_by timestamptz not null,
  created_at timestamptz not null default now(),
  due_at timestamptz not null default now(),
  attempts integer not null default 0,
  last_error text,
  sent_at timestamptz,
  gave_up_at timestamptz,
  primary key (order_number, person_id)
);
create index seller_reminder_due on seller_reminder (due_at) where sent_at is null and gave_up_at is null;
create index orders_awaiting_sellers on orders (number)
  where closed_at is null and acknowledgements @> '[{"at": null, "escalated": false}]';

-- Down Migration

drop index orders_awaiting_sellers;
drop table seller_reminder;
