-- Up Migration

-- How often a start was tried again in vain and when it is next, so that one that cannot be recorded stands in nobody's way.
alter table order_intake
  add column attempts integer not null default 0,
  add column due_at timestamptz,
  add column last_error text;

-- Down Migration

alter table order_intake drop column attempts, drop column due_at, drop column last_error;
