-- Up Migration

-- The list of all orders by status, the number as tie-break so that a cursor is exact.
create index orders_by_status on orders (status, number);

-- Down Migration

drop index orders_by_status;
