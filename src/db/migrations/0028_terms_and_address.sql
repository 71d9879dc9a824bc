-- Up Migration

-- Of a dispute it counts from where the order was placed, and what the buyer had accepted.
alter table orders
  add column customer_ip text,
  add column terms jsonb;

-- Down Migration

alter table orders drop column terms, drop column customer_ip;
