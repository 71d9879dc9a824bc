-- Up Migration

-- What people have sent back past the gateway, so that its next reading does not undo it.
alter table payment add column returned_by_hand_minor bigint not null default 0 check (returned_by_hand_minor >= 0);
update payment p set returned_by_hand_minor = e.amount
  from (select order_number, sum((data->>'amount')::bigint) as amount
          from order_event where type = 'money_returned_by_hand' group by order_number) e
 where e.order_number = p.order_number;

-- Down Migration

alter table payment drop column returned_by_hand_minor;
