-- Up Migration

-- When the carrier was last asked about the parcel of a return, as no event had come.
alter table order_return add column tracking_asked_at timestamptz;

create index order_return_underway on order_return (coalesce(tracking_asked_at, updated_at))
  where status = 'approved' and label is not null;

-- Down Migration

drop index order_return_underway;
alter table order_return drop column tracking_asked_at;
