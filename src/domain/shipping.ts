/** Choosing a rate and measuring a parcel: pure, so that every choice can be explained and tested. */

export type RatePolicy = {
  readonly prefer: 'cheapest' | 'fastest';
  /** For each shipping service of the checkout, the most days the carrier may take; null: any. */
  readonly maxDays: Readonly<Record<string, number | null>>;
  /** Only these carriers, lower case; empty: any. */
  readonly carriers: readonly string[];
};

/** `amount` in minor units; `days` as the carrier estimates them, null when it does not say. */
export type Rate = {
  readonly id: string;
  readonly carrier: string;
  readonly service: string;
  readonly amount: number;
  readonly currency: string;
  readonly days: number | null;
};

const byPrice = (a: Rate, b: Rate): number => a.amount - b.amount;
const bySpeed = (a: Rate, b: Rate): number => (a.days ?? Number.MAX_SAFE_INTEGER) - (b.days ?? Number.MAX_SAFE_INTEGER);

/**
 * The rate to buy for a service, or null when the policy leaves none. When no carrier keeps the service's time, the fastest
 * is taken: a late parcel is better than none.
 */
export function chooseRate(rates: readonly Rate[], service: string, policy: RatePolicy): Rate | null {
  const allowed = rates.filter(
    (rate) => policy.carriers.length === 0 || policy.carriers.includes(rate.carrier.toLowerCase()),
  );
  const limit = Object.hasOwn(policy.maxDays, service) ? (policy.maxDays[service] ?? null) : null;
  const inTime = limit === null ? allowed : allowed.filter((rate) => rate.days !== null && rate.days <= limit);
  // By code point: the order of a language differs between machines.
  const ties = (a: Rate, b: Rate): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
  const cheapest = (a: Rate, b: Rate): number => byPrice(a, b) || bySpeed(a, b) || ties(a, b);
  const fastest = (a: Rate, b: Rate): number => bySpeed(a, b) || byPrice(a, b) || ties(a, b);
  const order = inTime.length === 0 || policy.prefer === 'fastest' ? fastest : cheapest;
  return [...(inTime.length > 0 ? inTime : allowed)].sort(order)[0] ?? null;
}

/** Grams and centimetres of one unit. */
export type Dimensions = {
  readonly weightG: number;
  readonly lengthCm: number;
  readonly widthCm: number;
  readonly heightCm: number;
};

/** One parcel for all units: weights add up, units are stacked by height. A parcel is never nothing: at least 1 g and 1 cm. */
export function parcelOf(units: readonly { readonly quantity: number; readonly size: Dimensions }[]): Dimensions {
  const parcel = { weightG: 0, lengthCm: 0, widthCm: 0, heightCm: 0 };
  for (const { quantity, size } of units) {
    if (quantity === 0) continue;
    parcel.weightG += quantity * size.weightG;
    parcel.heightCm += quantity * size.heightCm;
    parcel.lengthCm = Math.max(parcel.lengthCm, size.lengthCm);
    parcel.widthCm = Math.max(parcel.widthCm, size.widthCm);
  }
  return {
    weightG: Math.max(1, Math.round(parcel.weightG)),
    lengthCm: Math.max(1, parcel.lengthCm),
    widthCm: Math.max(1, parcel.widthCm),
    heightCm: Math.max(1, parcel.heightCm),
  };
}
