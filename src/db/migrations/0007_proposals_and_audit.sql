-- Up Migration

-- An action that was prepared, mostly by a program, and waits for a person to confirm it. `fields` may hold personal data, as the
-- order itself does. `confirmed_by` of an open proposal: its confirmation has begun, and is finished in this person's name.
create table proposal (
  id text primary key,
  order_number text not null references orders,
  order_version integer not null,
  action text not null,
  fields jsonb not null,
  reason text not null,
  would_change jsonb not null,
  status text not null check (status in ('open', 'confirmed', 'declined', 'void')),
  prepared_role text not null,
  prepared_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  confirmed_role text,
  confirmed_by text,
  declined_role text,
  declined_by text,
  note text,
  decided_at timestamptz
);
create index proposal_by_time on proposal (created_at desc, id desc);
create index proposal_by_order on proposal (order_number, created_at desc, id desc);

-- Who did or tried what, for good: rows are added and never changed. No personal data, no secrets.
create table audit (
  id bigint generated always as identity primary key,
  at timestamptz(3) not null default now(),
  actor_role text not null,
  actor_id text not null,
  request_id text,
  what text not null,
  object text collate "C",
  outcome text not null check (outcome in ('taken', 'repeated', 'refused', 'failed')),
  code text,
  before jsonb,
  after jsonb,
  detail jsonb
);
create index audit_by_object on audit (object, id desc);
create index audit_by_actor on audit (actor_id, id desc);
create index audit_by_what on audit (what, id desc);

create function audit_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'The audit log is append-only: % is refused.', tg_op using errcode = 'restrict_violation';
end $$;
create trigger audit_rows_stay before update or delete on audit
  for each row execute function audit_is_append_only();
create trigger audit_table_stays before truncate on audit
  for each statement execute function audit_is_append_only();

-- Down Migration

drop table audit;
drop function audit_is_append_only();
drop table proposal;
