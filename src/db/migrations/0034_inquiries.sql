-- Up Migration

-- A bank that only asks has taken nothing yet; an answer that the gateway refused is a person's to give again.
alter table dispute add column inquiry boolean not null default false;
alter table dispute add column refused boolean not null default false;

-- Down Migration

alter table dispute drop column refused;
alter table dispute drop column inquiry;
