-- Up Migration

-- Orders whose address has changed since their parcels were planned.
alter table orders add column rerouting boolean not null default false;

-- Down Migration

alter table orders drop column rerouting;
