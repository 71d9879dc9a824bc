-- Up Migration

-- By when goods are to be sent back; null: at any time.
alter table order_return add column send_by timestamptz;
alter table order_return drop constraint order_return_status_check;
alter table order_return add constraint order_return_status_check
  check (status in ('requested', 'approved', 'refused', 'received', 'expired'));

-- What the carrier is asked to pay for a parcel that was lost or came damaged.
alter table fulfilment add column claim jsonb;

-- Down Migration

alter table fulfilment drop column claim;
update order_return set status = 'refused' where status = 'expired';
alter table order_return drop constraint order_return_status_check;
alter table order_return add constraint order_return_status_check
  check (status in ('requested', 'approved', 'refused', 'received'));
alter table order_return drop column send_by;
