-- Up Migration

-- Orders whose address has changed since their parcels were planned.
alter table orders add column rerouting boolean not null default false;

-- What is done when there is not enough of a product, or for a line; without it the policy of the store holds.
alter table product add column shortage text check (shortage in ('ask', 'backorder', 'cancel_line', 'cancel_order'));
alter table order_line add column shortage text;

-- Down Migration

alter table order_line drop column shortage;
alter table product drop column shortage;
alter table orders drop column rerouting;
