-- Up Migration

-- Substitutes offered to the buyer, with their answers.
alter table orders add column substitutions jsonb not null default '[]';
-- Below nothing when goods that came in later cost more than those they replace.
alter table orders drop constraint orders_credit_minor_check;
-- What the goods cost that were sent in exchange for this return.
alter table order_return add column exchanged_for_minor bigint check (exchanged_for_minor >= 0);

-- Down Migration

alter table order_return drop column exchanged_for_minor;
alter table orders add constraint orders_credit_minor_check check (credit_minor >= 0) not valid;
alter table orders drop column substitutions;
