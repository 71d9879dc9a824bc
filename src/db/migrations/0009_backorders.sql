-- Up Migration

-- What orders wait for, first come, first served by SKU.
alter table orders add column backorder jsonb;
create table backorder (
  order_number text not null references orders,
  line integer not null,
  sku text not null,
  quantity integer not null check (quantity > 0),
  since timestamptz not null,
  told_at timestamptz,
  primary key (order_number, line)
);
create index backorder_queue on backorder (sku, since, order_number);

-- Down Migration

drop table backorder;
alter table orders drop column backorder;
