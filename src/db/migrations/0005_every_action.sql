-- Up Migration

-- What people have decided about an order, beside its status.
alter table orders
  add column hold jsonb,
  add column review jsonb,
  add column calls jsonb not null default '{"attempts": 0, "nextAt": null, "lastOutcome": null, "reminded": false}',
  add column next_call_at timestamptz,
  add column acknowledgements jsonb not null default '[]',
  add column credit_minor bigint not null default 0 check (credit_minor >= 0);
create index orders_by_next_call on orders (next_call_at, number) where next_call_at is not null;

alter table payment
  add column charged_back_minor bigint not null default 0 check (charged_back_minor >= 0),
  add column card text;

create table refund (
  id text primary key,
  order_number text not null references orders,
  amount_minor bigint not null check (amount_minor > 0),
  reason text not null,
  note text,
  lines jsonb not null,
  status text not null check (status in ('pending', 'succeeded', 'failed')),
  reference text,
  requested_at timestamptz not null,
  updated_at timestamptz not null
);
create index refund_by_order on refund (order_number);
create unique index refund_by_reference on refund (reference) where reference is not null;

create table order_return (
  id text primary key,
  order_number text not null references orders,
  status text not null check (status in ('requested', 'approved', 'refused', 'received')),
  reason text not null,
  note text,
  lines jsonb not null,
  received jsonb not null,
  requested_at timestamptz not null,
  updated_at timestamptz not null
);
create index order_return_by_order on order_return (order_number);
create index order_return_open on order_return (requested_at) where status in ('requested', 'approved');

create table dispute (
  id text primary key,
  order_number text not null references orders,
  status text not null,
  amount_minor bigint not null check (amount_minor >= 0),
  reason text not null,
  evidence_due timestamptz,
  submission text not null check (submission in ('none', 'due', 'sent')),
  acceptance text not null check (acceptance in ('none', 'due', 'sent')),
  updated_at timestamptz not null
);
create index dispute_by_order on dispute (order_number);

-- What buyer, seller and store write to each other. A message is put here first, as it is personal, and sent by its fact.
create table message (
  id uuid primary key,
  order_number text not null references orders,
  author_role text not null,
  author_id text not null,
  recipient text not null check (recipient in ('buyer', 'store', 'seller')),
  body text not null,
  written_at timestamptz not null default now(),
  sent_at timestamptz
);
create index message_by_order on message (order_number, sent_at) where sent_at is not null;

-- What the rule score counts by: who ordered how much, from which card and to which address.
create table risk_observation (
  order_number text primary key references orders,
  at timestamptz not null,
  email text not null,
  address text not null,
  card text,
  amount_minor bigint not null
);
create index risk_observation_by_email on risk_observation (email, at);
create index risk_observation_by_address on risk_observation (address, at);
create index risk_observation_by_card on risk_observation (card, at) where card is not null;

-- A label that was given back is not adopted when another is bought for the same parcel.
alter table label_purchase add column voided_at timestamptz;

-- Down Migration

alter table label_purchase drop column voided_at;
drop table risk_observation, message, dispute, order_return, refund;
alter table payment drop column charged_back_minor, drop column card;
drop index orders_by_next_call;
alter table orders
  drop column hold,
  drop column review,
  drop column calls,
  drop column next_call_at,
  drop column acknowledgements,
  drop column credit_minor;
