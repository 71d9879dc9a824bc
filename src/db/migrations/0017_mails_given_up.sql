-- Up Migration

-- Mails that were given up come before a person; they are few among very many.
create index email_given_up on email (order_number) where gave_up_at is not null;

-- Down Migration

drop index email_given_up;
