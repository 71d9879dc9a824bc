-- Up Migration

-- Units of a part of an order that reached the buyer before the rest of it.
alter table fulfilment add column delivered jsonb not null default '[]';
alter table fulfilment add column has_instructions boolean not null default false;

-- What a buyer needs to use what was delivered. A code is money to whoever reads it, so it stands here and nowhere else; the fact of its
-- delivery names it by its id.
create table delivery_instruction (
  id uuid primary key,
  order_number text not null references orders,
  redemption_code text,
  notes text,
  staged_at timestamptz not null default now(),
  fulfilment text,
  lines jsonb,
  delivered_at timestamptz,
  check (redemption_code is not null or notes is not null)
);
create index delivery_instruction_by_order on delivery_instruction (order_number, delivered_at) where delivered_at is not null;

-- Down Migration

drop table delivery_instruction;
alter table fulfilment drop column has_instructions;
alter table fulfilment drop column delivered;
