-- Up Migration

-- The rows of a plan are numbered from 1, so any two plans for an order meet in the key, wherever their goods would come from.
alter table stock_hold add column no integer;
update stock_hold h set no = numbered.no
  from (select order_number, line, location, row_number() over (partition by order_number order by line, location) as no
          from stock_hold) numbered
 where h.order_number = numbered.order_number and h.line = numbered.line and h.location = numbered.location;
alter table stock_hold
  alter column no set not null,
  drop constraint stock_hold_pkey,
  add primary key (order_number, no);

-- Down Migration

alter table stock_hold
  drop constraint stock_hold_pkey,
  add primary key (order_number, line, location),
  drop column no;
