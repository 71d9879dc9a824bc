-- Up Migration

-- What each line bears of the order's discount, and its tax. Null: the line was placed before lines had a tax, and its units are worth
-- their price, as it was agreed.
alter table order_line
  add column discount_minor bigint not null default 0,
  add column tax_minor bigint,
  add constraint order_line_worth check (discount_minor >= 0 and tax_minor >= 0
    and discount_minor <= unit_price_minor * quantity + coalesce(tax_minor, 0));

-- What the goods that come back had cost when others were sent for them.
alter table order_return add column exchanged_worth_minor bigint check (exchanged_worth_minor >= 0);

-- Down Migration

alter table order_return drop column exchanged_worth_minor;
alter table order_line drop column discount_minor, drop column tax_minor;
