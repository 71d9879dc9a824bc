import type { OrderRecord } from '../../db/order-reader.ts';
import { newLine } from '../../domain/evolve.ts';
import type { Fulfilment, Line, Payment } from '../../domain/order.ts';
import { DEFAULT_POLICY } from '../../domain/policy.ts';

/** A fictitious order, for the preview of mails and for tests: two parcels from two places, and a download. */

const DAY = 86_400_000;
const PLACED_AT = Date.UTC(2026, 10, 16, 14, 5);

type Sample = {
  readonly number: string;
  readonly locale: string;
  readonly currency: string;
  readonly customer: { readonly name: string; readonly email: string };
  readonly address: OrderRecord['shippingAddress'];
  readonly names: readonly [string, string, string];
  /** Minor units, one for each of the names. */
  readonly prices: readonly [number, number, number];
  readonly carrier: string;
  readonly tracking: string;
};

const SAMPLES = {
  en: {
    number: 'ORD-7Q4M2K9XTC',
    locale: 'en-US',
    currency: 'USD',
    customer: { name: 'Ada Example', email: 'ada@example.com' },
    address: {
      name: 'Ada Example',
      line1: '12 Garden Street',
      line2: 'Apt 4',
      city: 'Portland',
      region: 'OR',
      postal_code: '97205',
      country: 'US',
    },
    names: ['Enamel kettle, 1.5 l', 'Linen tea towel', 'Brewing guide (PDF)'],
    prices: [4890, 1250, 900],
    carrier: 'usps',
    tracking: '92055901755477000271990251',
  },
  'pt-BR': {
    number: 'ORD-3H8V5N1RWE',
    locale: 'pt-BR',
    currency: 'BRL',
    customer: { name: 'João Exemplo', email: 'joao@example.com' },
    address: {
      name: 'João Exemplo',
      line1: 'Rua das Laranjeiras, 210',
      city: 'São Paulo',
      region: 'SP',
      postal_code: '01310-100',
      country: 'BR',
    },
    names: ['Chaleira esmaltada, 1,5 l', 'Pano de prato de linho', 'Guia de preparo (PDF)'],
    prices: [123_450, 6990, 4500],
    carrier: 'correios',
    tracking: 'QB123456785BR',
  },
} as const satisfies Record<string, Sample>;

export type SampleLanguage = keyof typeof SAMPLES;
export const SAMPLE_LANGUAGES = Object.keys(SAMPLES) as SampleLanguage[];

const QUANTITIES = [1, 3, 1] as const;

function linesOf(sample: Sample): Line[] {
  return sample.names.map((_name, index) =>
    newLine({
      no: index + 1,
      sku: `SKU-${index + 1}`,
      kind: index === 2 ? 'digital' : 'physical',
      seller: null,
      quantity: QUANTITIES[index] ?? 1,
      unitPrice: sample.prices[index] ?? 0,
    }),
  );
}

function parcelsOf(sample: Sample): Fulfilment[] {
  const tracking = { carrier: sample.carrier, trackingNumber: sample.tracking };
  const trackingUrl = `https://carrier.example/track?number=${sample.tracking}`;
  const parcel = {
    seller: null,
    delivered: [],
    hasInstructions: false,
    label: null,
    followed: false,
    shipBy: PLACED_AT + 3 * DAY,
    deliveredAt: null,
    delays: [],
    claim: null,
  };
  const id = (no: number) => ({ id: `${sample.number}/${no}`, no });
  return [
    {
      ...parcel,
      ...id(1),
      ...tracking,
      location: 'north',
      kind: 'physical',
      status: 'shipped',
      lines: [
        { line: 1, quantity: 1 },
        { line: 2, quantity: 2 },
      ],
      trackingUrl,
      shippedAt: PLACED_AT + 2 * DAY,
    },
    {
      ...parcel,
      ...id(2),
      location: 'south',
      kind: 'physical',
      status: 'pending',
      lines: [{ line: 2, quantity: 1 }],
      carrier: null,
      trackingNumber: null,
      trackingUrl: null,
      shippedAt: null,
    },
  ];
}

/** The order after its payment and with its first parcel on the way; `payment` changes the payment. */
export function sampleOrder(language: SampleLanguage, payment: Partial<Payment> = {}): OrderRecord {
  const sample: Sample = SAMPLES[language];
  const lines = linesOf(sample);
  const subtotal = lines.reduce((sum, line) => sum + line.quantity * line.unitPrice, 0);
  const [discount, shipping, tax] = [500, 790, 640];
  const total = subtotal - discount + shipping + tax;
  return {
    order: {
      number: sample.number,
      store: 'main',
      channel: 'web',
      currency: sample.currency,
      status: 'processing',
      version: 5,
      placedAt: PLACED_AT,
      closedAt: null,
      confirmationGiven: true,
      lines,
      totals: { subtotal, discount, shipping, tax, total },
      shippingService: 'standard',
      payment: {
        method: 'stripe',
        status: 'paid',
        amount: total,
        authorized: total,
        captured: total,
        refunded: 0,
        returnedByHand: 0,
        chargedBack: 0,
        card: null,
        reference: 'pi_preview',
        checked: true,
        nextAction: null,
        captureBefore: null,
        expiring: false,
        riskLevel: null,
        riskScore: null,
        failure: null,
        ...payment,
      },
      allocations: [],
      rerouting: false,
      fulfilments: parcelsOf(sample),
      exceptions: [],
      backorder: null,
      hold: null,
      review: null,
      calls: { attempts: 0, nextAt: null, lastOutcome: null, reminded: false },
      acknowledgements: [],
      substitutions: [],
      credit: 0,
      refunds: [],
      returns: [],
      disputes: [],
      policy: DEFAULT_POLICY.order,
    },
    customer: { ...sample.customer, phone: null, locale: sample.locale },
    billingAddress: sample.address,
    shippingAddress: sample.address,
    instructions: null,
    customerIp: null,
    terms: null,
    lines: sample.names.map((name, index) => ({ no: index + 1, name, customFields: {} })),
    exceptions: [],
    messages: [],
    linkEpoch: 0,
    waitingFor: 'labels',
    waitingUntil: null,
    updatedAt: new Date(PLACED_AT + 2 * DAY),
  };
}
