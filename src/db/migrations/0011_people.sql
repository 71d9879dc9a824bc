-- Up Migration

-- People who sign in. E-mail addresses in lower case; `scopes` are those that staff were given, others have the scopes of their role.
create table person (
  id text primary key,
  name text not null,
  email text not null unique check (email = lower(email)),
  email_verified boolean not null default false,
  image text,
  two_factor_enabled boolean not null default false,
  role text not null check (role in ('owner', 'staff', 'seller')),
  scopes text[] not null default '{}',
  seller text,
  disabled boolean not null default false,
  locale text not null default 'en',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((role = 'seller') = (seller is not null))
);

-- A session is opened by a cookie that holds its token and a signature; the token alone opens nothing.
create table person_session (
  id text primary key,
  token text not null unique,
  person_id text not null references person on delete cascade,
  expires_at timestamptz not null,
  ip_address text,
  user_agent text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index person_session_by_person on person_session (person_id);

-- How a person proves who they are: provider 'credential' with a hashed password, or 'oidc'.
create table person_account (
  id text primary key,
  person_id text not null references person on delete cascade,
  provider text not null,
  account_id text not null,
  password text,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (provider, account_id)
);
create index person_account_by_person on person_account (person_id);

-- Short-lived proofs: a password's reset (by the hash of its token), the second step of a sign-in, the way to an OIDC provider.
create table person_verification (
  id text primary key,
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index person_verification_by_identifier on person_verification (identifier);

-- Secret and backup codes are encrypted.
create table person_two_factor (
  id text primary key,
  person_id text not null references person on delete cascade,
  secret text not null,
  backup_codes text not null,
  verified boolean not null default true,
  failed_verification_count integer not null default 0,
  locked_until timestamptz
);
create index person_two_factor_by_person on person_two_factor (person_id);

create table invitation (
  id text primary key,
  token_hash text not null unique,
  email text not null check (email = lower(email)),
  role text not null check (role in ('owner', 'staff', 'seller')),
  scopes text[] not null default '{}',
  seller text,
  locale text not null default 'en',
  invited_role text not null,
  invited_by text not null,
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz not null,
  accepted_at timestamptz,
  accepted_by text references person,
  revoked_at timestamptz,
  check ((role = 'seller') = (seller is not null))
);
create index invitation_by_time on invitation (created_at desc, id desc);
create index invitation_open on invitation (email) where accepted_at is null and revoked_at is null;

-- Wrong passwords, counted for an address and a network whether or not there is such a person; keyed hashes only.
create table sign_in_failure (
  subject text primary key,
  count integer not null,
  since timestamptz not null
);

-- Mails to people. The link lets in whoever has it: it is encrypted, and taken away when the mail has gone out.
create table person_email (
  id text primary key,
  kind text not null,
  address text not null,
  locale text not null,
  link text,
  created_at timestamptz not null default now(),
  due_at timestamptz not null default now(),
  attempts integer not null default 0,
  last_error text,
  sent_at timestamptz,
  gave_up_at timestamptz
);
create index person_email_due on person_email (due_at) where sent_at is null and gave_up_at is null;

-- Buyers' links of an earlier epoch are not valid any more. An order without a row is in epoch 0.
create table order_link (
  order_number text primary key references orders,
  epoch integer not null
);

-- Down Migration

drop table order_link, person_email, sign_in_failure, invitation, person_two_factor, person_verification, person_account,
  person_session, person;
