-- Up Migration

-- Goods that may take the place of others, and the rule by which they are offered.
alter table product add column substitutes text[] not null default '{}';
alter table product drop constraint product_shortage_check;
alter table product add constraint product_shortage_check
  check (shortage in ('ask', 'backorder', 'substitute', 'cancel_line', 'cancel_order'));

-- Down Migration

update product set shortage = 'ask' where shortage = 'substitute';
alter table product drop constraint product_shortage_check;
alter table product add constraint product_shortage_check
  check (shortage in ('ask', 'backorder', 'cancel_line', 'cancel_order'));
alter table product drop column substitutes;
