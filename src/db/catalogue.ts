import { sql } from 'kysely';
import type { LineKind, Order, ShortageRule } from '../domain/order.ts';
import type { Place, RoutingStrategy } from '../domain/routing.ts';
import type { Dimensions, RatePolicy } from '../domain/shipping.ts';
import type { Published } from '../domain/terms.ts';
import { containing, type Db, json, prepared } from './database.ts';
import { type LabelPurchase, labelPurchasesOf } from './fulfilments.ts';
import { nameOfActor } from './names.ts';
import { type Address, destinationOfRow, ordersTable, recipientOfRow } from './orders.ts';

/** Owns store, store_policy, product and location. */

export type Store = {
  readonly code: string;
  readonly name: string;
  readonly supportEmail: string;
  readonly policy: unknown;
};
export type StoreRow = Store & { readonly policyVersion: number };

const storeColumns = sql`code, name, support_email as "supportEmail", policy, policy_version as "policyVersion"`;

/** The code of the store that was made first, as an expression in a statement of another module. */
export const oldestStore = sql`(select code from store order by created_at, code limit 1)`;

/** Its policy, likewise. */
export const oldestPolicy = sql`(select policy from store where code = ${oldestStore})`;

export async function oldestStoreOf(db: Db): Promise<StoreRow | null> {
  const { rows } = await sql<StoreRow>`select ${storeColumns} from store where code = ${oldestStore}`.execute(db);
  return rows[0] ?? null;
}

export async function findStore(db: Db, code: string): Promise<StoreRow | null> {
  const { rows } = await prepared<StoreRow>(
    'find_store',
    sql`select ${storeColumns} from store where code = ${code}`,
  ).execute(db);
  return rows[0] ?? null;
}

/** The name of the store that an order is from. */
export async function storeNameOf(db: Db, order: string): Promise<string | null> {
  const { rows } = await sql<{ name: string }>`
    select name from store where code = (select store from ${ordersTable} where number = ${order})`.execute(db);
  return rows[0]?.name ?? null;
}

export async function listStores(db: Db): Promise<StoreRow[]> {
  const { rows } = await sql<StoreRow>`select ${storeColumns} from store order by code`.execute(db);
  return rows;
}

export type PolicyChange = { readonly by: string; readonly note: string | null };

/** Makes or changes a store. Another policy is its next version, kept with who changed it and why. */
export async function putStore(
  db: Db,
  store: Store,
  { by, note }: PolicyChange = { by: 'system', note: null },
): Promise<void> {
  const policy = sql`${json(store.policy)}::jsonb`;
  await sql`
    with written as (
      insert into store (code, name, support_email, policy)
      values (${store.code}, ${store.name}, ${store.supportEmail}, ${policy})
      on conflict (code) do update
        set name = excluded.name, support_email = excluded.support_email, policy = excluded.policy,
            policy_version = store.policy_version + (store.policy <> excluded.policy)::int
      returning code, policy, policy_version
    )
    insert into store_policy (store, version, policy, changed_by, note)
    select code, policy_version, policy, ${by}, ${note} from written
    on conflict do nothing`.execute(db);
}

/** Changes the policy from this version to the next; null when it is at another version, or there is no such store. */
export async function changePolicy(
  db: Db,
  code: string,
  policy: unknown,
  { version, by, note }: PolicyChange & { readonly version: number },
): Promise<number | null> {
  const { rows } = await sql<{ version: number }>`
    with changed as (
      update store set policy = ${json(policy)}::jsonb, policy_version = policy_version + 1
       where code = ${code} and policy_version = ${version}
      returning code, policy, policy_version
    )
    insert into store_policy (store, version, policy, changed_by, note)
    select code, policy_version, policy, ${by}, ${note} from changed returning version`.execute(db);
  return rows[0]?.version ?? null;
}

export type PolicyVersion = {
  readonly version: number;
  readonly policy: unknown;
  readonly changedAt: Date;
  readonly changedBy: string;
  readonly changedByName: string | null;
  readonly note: string | null;
};

/** Of the document what is read as it was written. */
type WrittenPolicy = { readonly terms?: Published; readonly refund_policy?: Published };

/** Every version of a store's policy, the newest first. */
export async function policyHistory(db: Db, code: string): Promise<PolicyVersion[]> {
  const { rows } = await sql<PolicyVersion>`
    select version, policy, changed_at as "changedAt", changed_by as "changedBy", ${nameOfActor(sql`changed_by`)} as "changedByName",
           note
      from store_policy where store = ${code} order by version desc limit 200`.execute(db);
  return rows;
}

/** The version of a store's policy that an order was placed under. */
export type PlacedUnder = { readonly store: string; readonly version: number };

export const placedUnder = ({ store, policy }: Pick<Order, 'store' | 'policy'>): PlacedUnder => ({
  store,
  version: policy.version,
});

const writtenPolicy = ({ store, version }: PlacedUnder) =>
  sql`select policy from store_policy where store = ${store} and version = ${version}`;

/** A version of a store's policy as it was written; null when there is none of this number. */
export async function policyAt(db: Db, wanted: PlacedUnder): Promise<WrittenPolicy | null> {
  const { rows } = await sql<{ policy: WrittenPolicy }>`${writtenPolicy(wanted)}`.execute(db);
  return rows[0]?.policy ?? null;
}

export type Product = {
  readonly sku: string;
  readonly name: string;
  readonly kind: LineKind;
  readonly priceMinor: number;
  readonly currency: string;
  readonly seller: string | null;
  readonly active: boolean;
  /** Null, or none: as the policy of the store says. */
  readonly shortage?: ShortageRule | null;
  /** SKUs that may take its place where it is short, the best first. */
  readonly substitutes?: readonly string[];
} & Dimensions;

const productColumns = sql`
  sku, name, kind, price_minor as "priceMinor", currency, seller, active, shortage, substitutes, weight_g as "weightG", length_cm as "lengthCm",
  width_cm as "widthCm", height_cm as "heightCm"`;

export async function findProducts(db: Db, skus: readonly string[]): Promise<Map<string, Product>> {
  const { rows } = await prepared<Product>(
    'find_products',
    sql`select ${productColumns} from product where sku = any(${skus as string[]})`,
  ).execute(db);
  return new Map(rows.map((row) => [row.sku, row]));
}

/** What an order is held against, in one round trip: its products by SKU, and which version the policy of its store has; null without one. */
export async function catalogueFor(
  db: Db,
  store: string | null,
  skus: readonly string[],
): Promise<{ readonly products: ReadonlyMap<string, Product>; readonly policyVersion: number | null }> {
  const { rows } = await prepared<{ products: readonly Product[]; policyVersion: number | null }>(
    'catalogue_for',
    sql`
    select (select coalesce(jsonb_agg(p), '[]')
              from (select ${productColumns} from product where sku = any(${skus as string[]})) p) as products,
           (select policy_version from store where code = ${store}) as "policyVersion"`,
  ).execute(db);
  const { products = [], policyVersion = null } = rows[0] ?? {};
  return { products: new Map(products.map((row) => [row.sku, row])), policyVersion };
}

export type ProductFilter = {
  /** A part of the SKU or of the name. */
  readonly q?: string | undefined;
  readonly currency?: string | undefined;
  readonly active?: boolean | undefined;
  /** Only theirs and those of no seller; null: of all. */
  readonly seller: string | null;
};

/** By SKU, after the given one. */
export async function listProducts(
  db: Db,
  { q, currency, active, seller, after, limit }: ProductFilter & { after: string | undefined; limit: number },
): Promise<Product[]> {
  const conditions = [sql`true`];
  // As its index product_by_terms has it.
  if (q !== undefined) conditions.push(sql`lower(sku || E'\\n' || name) like ${containing(q)}`);
  if (currency !== undefined) conditions.push(sql`currency = ${currency}`);
  if (active !== undefined) conditions.push(sql`active = ${active}`);
  if (seller !== null) conditions.push(sql`(seller is null or seller = ${seller})`);
  if (after !== undefined) conditions.push(sql`sku > ${after}`);
  const { rows } = await sql<Product>`
    select ${productColumns} from product where ${sql.join(conditions, sql` and `)} order by sku limit ${limit}`.execute(
    db,
  );
  return rows;
}

export async function putProduct(db: Db, p: Product): Promise<void> {
  await sql`
    insert into product (sku, name, kind, price_minor, currency, seller, active, shortage, substitutes, weight_g, length_cm, width_cm, height_cm)
    values (${p.sku}, ${p.name}, ${p.kind}, ${p.priceMinor}, ${p.currency}, ${p.seller}, ${p.active}, ${p.shortage ?? null}, ${[...(p.substitutes ?? [])]}, ${p.weightG}, ${p.lengthCm},
            ${p.widthCm}, ${p.heightCm})
    on conflict (sku) do update
      set name = excluded.name, kind = excluded.kind, price_minor = excluded.price_minor, currency = excluded.currency,
          seller = excluded.seller, active = excluded.active, shortage = excluded.shortage, substitutes = excluded.substitutes,
          weight_g = excluded.weight_g, length_cm = excluded.length_cm,
          width_cm = excluded.width_cm, height_cm = excluded.height_cm, updated_at = now()`.execute(db);
}

export type LocationRow = {
  readonly code: string;
  readonly name: string;
  readonly line1: string;
  readonly city: string;
  readonly region: string;
  readonly postalCode: string;
  readonly country: string;
  readonly seller: string | null;
  readonly priority: number;
  readonly handlingMinor: number;
  readonly capacityPerDay: number | null;
  /** HH:MM or HH:MM:SS on the location's own clock. */
  readonly cutOff: string | null;
  readonly timezone: string;
  readonly active: boolean;
};

const locationColumns = sql`
  code, name, line1, city, region, postal_code as "postalCode", country, seller, priority, handling_minor as "handlingMinor",
  capacity_per_day as "capacityPerDay", cut_off::text as "cutOff", timezone, active`;

export async function findLocation(db: Db, code: string): Promise<LocationRow | null> {
  const { rows } = await sql<LocationRow>`select ${locationColumns} from location where code = ${code}`.execute(db);
  return rows[0] ?? null;
}

export async function listLocations(db: Db, after: string | null, limit: number): Promise<LocationRow[]> {
  const { rows } = await sql<LocationRow>`
    select ${locationColumns} from location where ${after}::text is null or code > ${after} order by code limit ${limit}`.execute(
    db,
  );
  return rows;
}

export async function putLocation(db: Db, l: LocationRow): Promise<void> {
  await sql`
    insert into location (code, name, line1, city, region, postal_code, country, seller, priority, handling_minor,
                          capacity_per_day, cut_off, timezone, active)
    values (${l.code}, ${l.name}, ${l.line1}, ${l.city}, ${l.region}, ${l.postalCode}, ${l.country}, ${l.seller}, ${l.priority},
            ${l.handlingMinor}, ${l.capacityPerDay}, ${l.cutOff}::time, ${l.timezone}, ${l.active})
    on conflict (code) do update
      set name = excluded.name, line1 = excluded.line1, city = excluded.city, region = excluded.region,
          postal_code = excluded.postal_code, country = excluded.country, seller = excluded.seller, priority = excluded.priority,
          handling_minor = excluded.handling_minor, capacity_per_day = excluded.capacity_per_day, cut_off = excluded.cut_off,
          timezone = excluded.timezone, active = excluded.active, updated_at = now()`.execute(db);
}

/** The part `rate` of a policy as it was written. */
export type WrittenRate = {
  readonly prefer: RatePolicy['prefer'];
  readonly max_days: RatePolicy['maxDays'];
  readonly carriers: readonly string[];
};

export type ParcelContext = {
  readonly from: LocationRow | null;
  readonly products: readonly Product[];
  readonly rate: WrittenRate | null;
  readonly recipient: {
    readonly address: Address;
    readonly email: string;
    readonly phone: string | null;
  };
  readonly purchases: readonly LabelPurchase[];
};

/** What the label of a parcel needs: where it leaves, its goods, which rate its policy wants, whom it is for, and what was bought for it. */
export async function parcelContextOf(
  db: Db,
  { number, ...order }: Pick<Order, 'number' | 'store' | 'policy'>,
  parcel: { readonly id: string; readonly location: string | null; readonly skus: readonly string[] },
): Promise<ParcelContext> {
  const { rows } = await prepared<ParcelContext>(
    'parcel_context',
    sql`
    select (select to_jsonb(l) from (select ${locationColumns} from location where code = ${parcel.location}) l) as "from",
           (select coalesce(jsonb_agg(p), '[]')
              from (select ${productColumns} from product where sku = any(${parcel.skus as string[]})) p) as products,
           (select policy->'rate' from (${writtenPolicy(placedUnder(order))}) p) as rate,
           ${recipientOfRow} as recipient, ${labelPurchasesOf(parcel.id)} as purchases
      from ${ordersTable} o where o.number = ${number}`,
  ).execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error(`${number} is not recorded`);
  return row;
}

export type RoutingContext = {
  readonly locations: readonly LocationRow[];
  readonly destination: Place;
  readonly strategies: readonly RoutingStrategy[] | null;
};

/** What routing needs of an order: the locations among `codes`, where it goes, and the strategies of its policy. */
export async function routingContextOf(
  db: Db,
  { number, ...order }: Pick<Order, 'number' | 'store' | 'policy'>,
  codes: readonly string[],
): Promise<RoutingContext> {
  const { rows } = await prepared<RoutingContext>(
    'routing_context',
    sql`
    select (select coalesce(jsonb_agg(l), '[]') from
             (select ${locationColumns} from location where code = any(${codes as string[]}) and active) l) as locations,
           ${destinationOfRow} as destination,
           (select policy->'routing' from (${writtenPolicy(placedUnder(order))}) p) as strategies
      from ${ordersTable} o where o.number = ${number}`,
  ).execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error(`${number} is not recorded`);
  return row;
}
