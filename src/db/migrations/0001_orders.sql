-- Up Migration

create extension if not exists pg_trgm;

create table store (
  code text primary key,
  name text not null,
  support_email text not null,
  policy jsonb not null default '{}',
  created_at timestamptz not null default now()
);

create table product (
  sku text primary key,
  name text not null,
  kind text not null check (kind in ('physical', 'digital', 'service')),
  price_minor bigint not null check (price_minor >= 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  seller text,
  weight_g integer not null default 0 check (weight_g >= 0),
  length_cm integer not null default 0 check (length_cm >= 0),
  width_cm integer not null default 0 check (width_cm >= 0),
  height_cm integer not null default 0 check (height_cm >= 0),
  active boolean not null default true,
  updated_at timestamptz not null default now()
);

create table location (
  code text primary key,
  name text not null,
  line1 text not null,
  city text not null,
  region text not null default '',
  postal_code text not null,
  country text not null check (country ~ '^[A-Z]{2}$'),
  seller text,
  priority integer not null default 100,
  handling_minor bigint not null default 0 check (handling_minor >= 0),
  capacity_per_day integer check (capacity_per_day > 0),
  cut_off time,
  timezone text not null default 'UTC',
  active boolean not null default true,
  updated_at timestamptz not null default now()
);

-- Stock. The constraints are the net under the statements in src/db/stock.ts: no interleaving can hold more than there is.
create table stock_level (
  sku text not null references product,
  location text not null references location,
  on_hand integer not null default 0 check (on_hand >= 0),
  held integer not null default 0 check (held >= 0),
  safety_stock integer not null default 0 check (safety_stock >= 0),
  reorder_point integer not null default 0 check (reorder_point >= 0),
  primary key (sku, location),
  constraint never_oversold check (held <= on_hand)
);

create table stock_hold (
  order_number text not null,
  line integer not null,
  sku text not null,
  location text not null,
  quantity integer not null check (quantity > 0),
  held_at timestamptz not null default now(),
  primary key (order_number, line, location),
  foreign key (sku, location) references stock_level (sku, location)
);
create index stock_hold_by_level on stock_hold (sku, location);

-- Append-only: the sums of a level's movements are its on_hand and its held.
create table stock_movement (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  sku text not null,
  location text not null,
  kind text not null check (kind in ('receipt', 'adjustment', 'hold', 'release', 'shipment', 'return')),
  on_hand_change integer not null,
  held_change integer not null,
  order_number text,
  reason text,
  actor text not null
);
create index stock_movement_by_level on stock_movement (sku, location, id);
create index stock_movement_by_order on stock_movement (order_number) where order_number is not null;

create table stock_alert (
  sku text not null,
  location text not null,
  raised_at timestamptz not null default now(),
  available integer not null,
  cleared_at timestamptz,
  primary key (sku, location, raised_at)
);
create unique index stock_alert_open on stock_alert (sku, location) where cleared_at is null;

-- What a checkout sent, durably, before the engine is asked: the number, the body, and the key that makes it once.
create table order_intake (
  number text primary key,
  api_key text not null,
  idempotency_key text not null,
  request_hash text not null,
  store text not null references store,
  placement jsonb not null,
  buyer jsonb not null,
  received_at timestamptz not null default now(),
  recorded_at timestamptz,
  -- json, not jsonb: a repeated answer is the same text, in the same order of fields.
  response json,
  unique (api_key, idempotency_key)
);
create index order_intake_unrecorded on order_intake (received_at) where recorded_at is null;

create table orders (
  number text primary key,
  store text not null references store,
  channel text not null,
  status text not null,
  payment_status text not null,
  payment_method text not null,
  payment_reference text,
  version integer not null,
  currency text not null,
  subtotal_minor bigint not null,
  discount_minor bigint not null,
  shipping_minor bigint not null,
  tax_minor bigint not null,
  total_minor bigint not null,
  shipping_service text not null,
  customer_name text not null,
  customer_email text not null,
  customer_phone text,
  locale text not null,
  billing_address jsonb not null,
  shipping_address jsonb not null,
  confirmation_given boolean not null,
  waiting_for text not null,
  waiting_until timestamptz,
  exceptions_open integer not null default 0,
  policy jsonb not null,
  placed_at timestamptz not null,
  closed_at timestamptz,
  updated_at timestamptz not null
);

create table order_line (
  order_number text not null references orders,
  no integer not null,
  sku text not null,
  name text not null,
  kind text not null,
  seller text,
  quantity integer not null check (quantity > 0),
  unit_price_minor bigint not null check (unit_price_minor >= 0),
  custom_fields jsonb not null default '{}',
  delivery_status text not null,
  reserved integer not null check (reserved >= 0),
  shipped integer not null check (shipped >= 0),
  delivered integer not null check (delivered >= 0),
  cancelled integer not null check (cancelled >= 0),
  returned integer not null check (returned >= 0),
  refunded integer not null check (refunded >= 0),
  primary key (order_number, no),
  check (reserved + shipped + cancelled <= quantity),
  check (delivered + cancelled <= quantity)
);
create index order_line_by_seller on order_line (seller, order_number) where seller is not null;

create table payment (
  order_number text primary key references orders,
  method text not null,
  status text not null,
  amount_minor bigint not null check (amount_minor >= 0),
  authorized_minor bigint not null check (authorized_minor >= 0),
  captured_minor bigint not null check (captured_minor >= 0),
  refunded_minor bigint not null check (refunded_minor >= 0),
  reference text,
  checked boolean not null,
  next_action jsonb,
  capture_before timestamptz,
  expiring boolean not null,
  risk_level text,
  risk_score integer,
  failure jsonb,
  updated_at timestamptz not null,
  constraint never_captured_beyond_the_order check (captured_minor <= amount_minor),
  constraint never_refunded_beyond_the_capture check (refunded_minor <= captured_minor)
);
create index payment_by_reference on payment (reference) where reference is not null;

-- One payment at the gateway pays one order.
create table payment_claim (
  reference text primary key,
  order_number text not null,
  claimed_at timestamptz not null default now()
);

create table fulfilment (
  id text primary key,
  order_number text not null references orders,
  no integer not null,
  location text,
  seller text,
  kind text not null,
  status text not null,
  lines jsonb not null,
  carrier text,
  tracking_number text,
  tracking_url text,
  followed boolean not null default false,
  label jsonb,
  ship_by timestamptz not null,
  shipped_at timestamptz,
  delivered_at timestamptz,
  delays jsonb not null default '[]',
  tracking_asked_at timestamptz,
  updated_at timestamptz not null,
  unique (order_number, no)
);
create index fulfilment_by_tracking on fulfilment (tracking_number) where tracking_number is not null;
create index fulfilment_underway on fulfilment (coalesce(tracking_asked_at, updated_at))
  where status in ('labelled', 'shipped') and tracking_number is not null;
create index fulfilment_by_day on fulfilment (location, updated_at);

-- The rate is written down before it is bought, so that a lost answer is looked up and never bought twice.
create table label_purchase (
  fulfilment text not null,
  attempt integer not null,
  rate jsonb not null,
  transaction_id text,
  chosen_at timestamptz not null default now(),
  primary key (fulfilment, attempt)
);

create table exception (
  id text primary key,
  order_number text not null references orders,
  kind text not null,
  severity text not null,
  lane text not null,
  fulfilment text,
  status text not null check (status in ('open', 'resolved')),
  summary text not null,
  context jsonb not null,
  proposal text not null,
  resolutions jsonb not null,
  opened_at timestamptz not null,
  claimed_by text,
  claimed_until timestamptz,
  resolved_at timestamptz,
  resolved_by text,
  resolution text,
  note text
);
create index exception_by_order on exception (order_number);
create index exception_open on exception (kind, opened_at) where status = 'open';

-- The timeline: append-only, the facts of each order in order. It is also the outgoing event of the same transaction.
create table order_event (
  order_number text not null references orders,
  seq integer not null,
  at timestamptz not null,
  actor_role text not null,
  actor_id text not null,
  type text not null,
  from_status text not null,
  to_status text not null,
  reason text,
  data jsonb not null,
  primary key (order_number, seq)
);

-- A new address on its way into an order: personal data goes through the database, not through the engine's history.
create table staged_address (
  id uuid primary key,
  order_number text not null references orders,
  address jsonb not null,
  staged_at timestamptz not null default now()
);

create table email (
  key text primary key,
  kind text not null,
  order_number text not null,
  fulfilment text,
  created_at timestamptz not null default now(),
  due_at timestamptz not null default now(),
  attempts integer not null default 0,
  last_error text,
  sent_at timestamptz,
  gave_up_at timestamptz
);
create index email_due on email (due_at) where sent_at is null and gave_up_at is null;
create index email_by_order on email (order_number);

create table inbox (
  provider text not null,
  event_id text not null,
  type text not null,
  object_id text,
  body jsonb not null,
  received_at timestamptz not null default now(),
  deliveries integer not null default 1,
  due_at timestamptz not null default now(),
  attempts integer not null default 0,
  last_error text,
  outcome text,
  processed_at timestamptz,
  primary key (provider, event_id)
);
create index inbox_due on inbox (due_at) where processed_at is null;

create table api_key (
  id text primary key,
  name text not null,
  role text not null,
  scopes text[] not null,
  key_hash text not null unique,
  seller text,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);

-- The answer given to an action under an Idempotency-Key; the same key gives the same answer once more.
create table idempotent_answer (
  api_key text not null,
  idempotency_key text not null,
  request_hash text not null,
  begun_at timestamptz not null default now(),
  body json,
  answered_at timestamptz,
  primary key (api_key, idempotency_key)
);

-- Lists: newest first, the common filters, each sort with the number as tie-break so that a cursor is exact.
create index orders_by_created on orders (placed_at desc, number desc);
create index orders_by_status on orders (status, placed_at desc, number desc);
create index orders_by_payment_status on orders (payment_status, placed_at desc, number desc);
create index orders_by_payment_method on orders (payment_method, placed_at desc, number desc);
create index orders_by_total on orders (total_minor, number);
create index orders_by_payment_reference on orders (payment_reference) where payment_reference is not null;
create index orders_search on orders using gin (number gin_trgm_ops, lower(customer_email) gin_trgm_ops, lower(customer_name) gin_trgm_ops);

-- Down Migration

drop table idempotent_answer, api_key, inbox, email, staged_address, order_event, exception, label_purchase, fulfilment,
  payment_claim, payment, order_line, orders, order_intake, stock_alert, stock_movement, stock_hold, stock_level, location,
  product, store;
