-- Up Migration

-- Every hold writes its movements, so each index here is paid with every order. Movements are read by SKU, newest first; what an
-- order holds is read by its number.
alter table stock_movement
  drop constraint stock_movement_pkey,
  add primary key (sku, id);
drop index stock_movement_by_level;
drop index stock_movement_by_order;
drop index stock_hold_by_level;

-- Down Migration

create index stock_hold_by_level on stock_hold (sku, location);
create index stock_movement_by_order on stock_movement (order_number) where order_number is not null;
create index stock_movement_by_level on stock_movement (sku, location, id);
alter table stock_movement
  drop constraint stock_movement_pkey,
  add primary key (id);
