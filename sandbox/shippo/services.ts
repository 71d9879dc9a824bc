/** One service of one carrier, priced in minor units of the origin's currency. */
export interface CarrierService {
  /** As rates show it; the name in tracking is the same in snake case, `USPS` → `usps`. */
  readonly provider: string;
  readonly token: string;
  readonly name: string;
  readonly base: number;
  readonly perKilogram: number;
  readonly perZone: number;
  /** Fastest delivery in days; far zones add to it. */
  readonly days: number;
  readonly maxKilograms: number;
  readonly international: boolean;
}

type Row = readonly [
  provider: string,
  token: string,
  name: string,
  base: number,
  perKilogram: number,
  perZone: number,
  days: number,
  maxKilograms: number,
];

const service = (row: Row, international: boolean): CarrierService => {
  const [provider, token, name, base, perKilogram, perZone, days, maxKilograms] = row;
  return { provider, token, name, base, perKilogram, perZone, days, maxKilograms, international };
};

const DOMESTIC: Readonly<Record<string, readonly Row[]>> = {
  US: [
    ['USPS', 'usps_ground_advantage', 'Ground Advantage', 430, 120, 45, 3, 31],
    ['USPS', 'usps_priority', 'Priority Mail', 780, 150, 60, 2, 31],
    ['UPS', 'ups_ground', 'Ground', 890, 90, 70, 3, 68],
    ['UPS', 'ups_next_day_air', 'Next Day Air', 3900, 420, 260, 1, 68],
  ],
  BR: [
    ['Correios BR', 'correios_br_pac', 'PAC', 1490, 310, 180, 5, 30],
    ['Correios BR', 'correios_br_sedex', 'SEDEX', 2290, 520, 390, 2, 30],
  ],
  GB: [
    ['Royal Mail', 'royal_mail_tracked_48', 'Tracked 48', 330, 90, 10, 2, 20],
    ['DPD UK', 'dpd_uk_next_day', 'Next Day', 680, 110, 20, 1, 30],
  ],
  DE: [
    ['DHL Germany', 'dhl_germany_paket', 'Paket', 549, 60, 10, 2, 31],
    ['DPD DE', 'dpd_de_classic', 'Classic', 499, 80, 15, 2, 31],
  ],
  FR: [['Colissimo', 'colissimo_home', 'Domicile', 595, 110, 20, 2, 30]],
  ES: [['Correos Espana', 'correos_espana_paq', 'Paq Estandar', 520, 100, 20, 3, 30]],
  IT: [['Poste Italiane', 'poste_italiane_standard', 'Standard', 560, 100, 20, 3, 30]],
  CA: [['Canada Post', 'canada_post_expedited', 'Expedited Parcel', 980, 160, 80, 4, 30]],
  AU: [['Australia Post', 'australia_post_parcel', 'Parcel Post', 890, 150, 90, 4, 22]],
};

const EVERYWHERE: readonly Row[] = [
  ['DHL Express', 'dhl_express_domestic', 'Express Domestic', 1490, 260, 120, 1, 70],
  ['DHL Express', 'dhl_express_easy', 'Express Easy', 1190, 210, 110, 3, 70],
];

const ABROAD: readonly Row[] = [
  ['DHL Express', 'dhl_express_worldwide', 'Express Worldwide', 3890, 880, 60, 3, 70],
  ['FedEx', 'fedex_international_economy', 'International Economy', 2990, 760, 70, 5, 68],
];

/** What carries a parcel from one country to another. Every country has at least two services. */
export function servicesBetween(from: string, to: string): CarrierService[] {
  if (from !== to) return ABROAD.map((row) => service(row, true));
  const own = DOMESTIC[from] ?? [];
  return [...own, ...(own.length >= 2 ? [] : EVERYWHERE)].map((row) => service(row, false));
}

const EURO = new Set('AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK'.split(' '));
const CURRENCIES: Readonly<Record<string, string>> = {
  BR: 'BRL',
  GB: 'GBP',
  CA: 'CAD',
  AU: 'AUD',
  CH: 'CHF',
  PL: 'PLN',
};

export const currencyOf = (country: string): string => (EURO.has(country) ? 'EUR' : (CURRENCIES[country] ?? 'USD'));

const GRAMS: Readonly<Record<string, number>> = { g: 1, kg: 1000, lb: 453.59237, oz: 28.349523125 };
const CENTIMETRES: Readonly<Record<string, number>> = { cm: 1, mm: 0.1, m: 100, in: 2.54, ft: 30.48, yd: 91.44 };

export interface Measures {
  readonly weight: string;
  readonly mass_unit: string;
  readonly length: string;
  readonly width: string;
  readonly height: string;
  readonly distance_unit: string;
}

/** What the scale says: a carrier's limit is on this. */
export const weighedKilograms = (parcel: Measures): number =>
  (Number(parcel.weight) * (GRAMS[parcel.mass_unit] ?? Number.NaN)) / 1000;

/** What a carrier charges for: the weight, or the room it takes if that is more (5,000 cm³ to the kilogram). */
export function chargedKilograms(parcel: Measures): number {
  const scale = CENTIMETRES[parcel.distance_unit] ?? Number.NaN;
  const volume = Number(parcel.length) * Number(parcel.width) * Number(parcel.height) * scale ** 3;
  return Math.max(weighedKilograms(parcel), volume / 5000);
}

/** 1 (next door) to 9 (far), from the leading digits of the postal codes; letters give 1 or 4. */
export function zoneBetween(from: string, to: string): number {
  const [a, b] = [from.slice(0, 3), to.slice(0, 3)];
  if (/^\d{3}$/.test(a) && /^\d{3}$/.test(b)) return 1 + Math.floor((8 * Math.abs(Number(a) - Number(b))) / 999);
  return a.slice(0, 2).toUpperCase() === b.slice(0, 2).toUpperCase() ? 1 : 4;
}
