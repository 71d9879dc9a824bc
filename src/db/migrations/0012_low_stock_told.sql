-- Up Migration

-- Staff are told once of each time a level falls to its reorder point. Of what fell before this version they know.
alter table stock_alert
  add column told_at timestamptz,
  add column mail_due_at timestamptz not null default now(),
  add column mail_attempts integer not null default 0,
  add column mail_error text;
update stock_alert set told_at = now();
create index stock_alert_untold on stock_alert (mail_due_at) where told_at is null and cleared_at is null;

-- Down Migration

drop index stock_alert_untold;
alter table stock_alert drop column told_at, drop column mail_due_at, drop column mail_attempts, drop column mail_error;
