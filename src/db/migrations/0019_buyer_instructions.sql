-- Up Migration

-- What the buyer asks of whoever packs and brings the order.
alter table orders add column instructions text;

-- Down Migration

alter table orders drop column instructions;
