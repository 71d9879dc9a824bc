-- Up Migration

-- Goods that came from several places go back with a label for each. A return that was labelled before has its label in the column
-- "label", which is read where this list is empty, and which a later release removes.
alter table order_return add column labels jsonb not null default '[]';

create index order_return_by_labels on order_return using gin (labels jsonb_path_ops);
drop index order_return_underway;
create index order_return_underway on order_return (coalesce(tracking_asked_at, updated_at))
  where status = 'approved' and (label is not null or labels <> '[]');

-- Down Migration

drop index order_return_underway;
create index order_return_underway on order_return (coalesce(tracking_asked_at, updated_at))
  where status = 'approved' and label is not null;
drop index order_return_by_labels;
alter table order_return drop column labels;
