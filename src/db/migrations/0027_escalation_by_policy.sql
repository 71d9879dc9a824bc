-- Up Migration

-- How far an exception has come in the steps of its store's policy: the moment of the last one that was told. It counts only beside
-- reminded_at or escalated_at, which a build that does not know it also sets and clears.
alter table exception add column told_until timestamptz;
-- To whom; null is the address of staff, as all were before.
alter table exception_digest
  add column address text,
  add column locale text;

-- Down Migration

alter table exception_digest drop column locale, drop column address;
alter table exception drop column told_until;
