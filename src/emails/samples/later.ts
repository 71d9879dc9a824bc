import type { OrderRecord } from '../../db/order-reader.ts';
import type { EmailKind } from '../../domain/email-kinds.ts';
import type { Refund, Return, Substitution } from '../../domain/order.ts';
import type { EmailInput } from '../parts.ts';
import type { SampleLanguage } from './order.ts';

/** What may happen to the fictitious order afterwards: units cancelled, money and goods sent back, messages. */

type Later = { readonly title: string; readonly kind: EmailKind; readonly input: Partial<EmailInput> };

const DAY = 86_400_000;

const WORDS = {
  en: {
    cancelled: 'Changed my mind',
    refused: 'The kettle has been used for more than a month.',
    substitute: 'Cotton tea towel',
    howToUse: 'Enter the code in your account, under “Redeem”.',
    message: 'Good news: your guide is ready.\n\nYou find it in your account, under “Downloads”.',
  },
  'pt-BR': {
    cancelled: 'Mudei de ideia',
    refused: 'A chaleira foi usada por mais de um mês.',
    substitute: 'Pano de prato de algodão',
    howToUse: 'Digite o código na sua conta, em “Resgatar”.',
    message: 'Boa notícia: seu guia está pronto.\n\nEle está na sua conta, em “Downloads”.',
  },
} as const satisfies Record<SampleLanguage, object>;

const UNITS = [{ line: 2, quantity: 2 }];

/** One mail of each kind, and the two ways in which money goes back. */
export function laterOf(record: OrderRecord, language: SampleLanguage): Later[] {
  const { order, shippingAddress } = record;
  const { number, placedAt: at } = order;
  const backorder = { since: at, promisedAt: at + 14 * DAY, lines: UNITS, arrived: false, overdue: false };
  const waiting = { record: { ...record, order: { ...order, backorder } } };
  const words = WORDS[language];
  const worth = 2 * (order.lines[1]?.unitPrice ?? 0);
  const refund: Refund = {
    id: `${number}/r9`,
    amount: worth,
    reason: 'returned',
    note: null,
    lines: UNITS,
    status: 'succeeded',
    reference: 're_preview',
    requestedAt: at,
  };
  const back: Return = {
    id: `${number}/b7`,
    status: 'approved',
    reason: 'changed_mind',
    note: null,
    lines: UNITS,
    requestedAt: at,
    sendBy: at + 21 * DAY,
    labelDue: false,
    labels: [],
    received: [],
    exchangedFor: null,
    exchangedWorth: null,
  };
  const substitution: Substitution = {
    id: `${number}/s7`,
    line: 2,
    quantity: 2,
    offer: { sku: 'OTHER', name: words.substitute, kind: 'physical', seller: null, quantity: 2, unitPrice: 990 },
    status: 'proposed',
    note: null,
    proposedAt: at,
    answerBy: at + 2 * DAY,
  };
  const label = {
    transaction: 'preview',
    carrier: 'usps',
    service: 'usps_ground_advantage',
    cost: 490,
    currency: order.currency,
    url: 'https://labels.example/preview.pdf',
    trackingNumber: '9205500000000000000000',
    trackingUrl: null,
    progress: 'unused',
    voided: false,
    location: 'EAST',
    lines: UNITS,
  } as const;
  const pending: Refund = { ...refund, status: 'pending', reference: null };
  const received: Return = { ...back, status: 'received', received: [{ line: 2, quantity: 2, restock: true }] };
  const { line2: _line2, ...place } = shippingAddress;
  const warehouse = { ...place, name: 'Demo Store', line1: '1 Warehouse Way' };
  const message = {
    id: 'preview',
    authorRole: 'staff',
    authorId: 'preview',
    recipient: 'buyer',
    body: words.message,
    sentAt: at,
  } as const;
  return [
    { title: 'backordered', kind: 'backordered', input: waiting },
    { title: 'backorder_overdue', kind: 'backorder_overdue', input: waiting },
    {
      title: 'items_cancelled, paid',
      kind: 'items_cancelled',
      input: { units: UNITS, reason: words.cancelled, refund: { ...pending, reason: 'cancelled' } },
    },
    {
      title: 'items_cancelled, not paid',
      kind: 'items_cancelled',
      input: { units: UNITS, reason: 'We do not have enough of it in stock.', credit: worth },
    },
    {
      title: 'items_changed',
      kind: 'items_changed',
      input: { units: UNITS, removed: [{ line: 2, quantity: 1 }], credit: worth },
    },
    { title: 'substitution_proposed', kind: 'substitution_proposed', input: { substitution } },
    {
      title: 'delivery_instructions',
      kind: 'delivery_instructions',
      input: {
        units: [{ line: 3, quantity: 1 }],
        instructions: [
          { lines: [{ line: 3, quantity: 1 }], redemptionCode: 'KT7Q-2M9X-PREVIEW', notes: words.howToUse },
        ],
      },
    },
    { title: 'exchanged', kind: 'exchanged', input: { units: UNITS } },
    { title: 'refunded', kind: 'refunded', input: { refund } },
    { title: 'refunded by hand', kind: 'refunded', input: { refund: { ...refund, reference: null } } },
    {
      title: 'return_approved',
      kind: 'return_approved',
      input: { return: back, sendTo: [{ address: warehouse, lines: UNITS }] },
    },
    {
      title: 'return_approved, with a label',
      kind: 'return_approved',
      input: { return: { ...back, labels: [label] } },
    },
    {
      title: 'return_approved, with two labels',
      kind: 'return_approved',
      input: { return: { ...back, labels: [label, { ...label, location: 'WEST' }] } },
    },
    {
      title: 'return_refused',
      kind: 'return_refused',
      input: { return: { ...back, status: 'refused' }, reason: words.refused },
    },
    {
      title: 'return_expired',
      kind: 'return_expired',
      input: { return: { ...back, status: 'expired', labels: [label] } },
    },
    { title: 'return_received', kind: 'return_received', input: { return: received, refund: pending } },
    { title: 'message', kind: 'message', input: { message } },
  ];
}
