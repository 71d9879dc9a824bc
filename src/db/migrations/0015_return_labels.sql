-- Up Migration

-- Labels for the way back, which the store pays. A return without a word about it needs none.
alter table order_return
  add column label_due boolean not null default false,
  add column label jsonb;

create index order_return_by_tracking on order_return ((label->>'trackingNumber')) where label is not null;

-- Down Migration

drop index order_return_by_tracking;
alter table order_return drop column label_due, drop column label;
