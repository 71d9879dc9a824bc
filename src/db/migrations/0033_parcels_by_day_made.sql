-- Up Migration

-- When a parcel was made, which takes up the capacity of that day; what becomes of it later takes up none. A build that still runs
-- counts without the index meanwhile, which is slower and as wrong as before.
alter table fulfilment add column made_at timestamptz not null default now();
update fulfilment f set made_at = e.at
  from order_event e, jsonb_array_elements(e.data->'fulfilments') as made
 where e.type = 'fulfilments_created' and e.order_number = f.order_number and made->>'id' = f.id;
drop index fulfilment_by_day;
create index fulfilment_by_day on fulfilment (location, made_at);

-- Down Migration

drop index fulfilment_by_day;
create index fulfilment_by_day on fulfilment (location, updated_at);
alter table fulfilment drop column made_at;
