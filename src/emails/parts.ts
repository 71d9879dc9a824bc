import type { DeliveredInstructions } from '../db/delivery-instructions.ts';
import type { Message } from '../db/messages.ts';
import type { OrderRecord } from '../db/order-reader.ts';
import type { Address } from '../db/orders.ts';
import type { Fulfilment, Line, LineQuantity, Refund, Return, Substitution } from '../domain/order.ts';
import type { Formats } from './formats.ts';
import type { Texts } from './texts/en.ts';

/**
 * What a mail is made of. `stage` is of a delay; `reason` of a cancellation or a refused return; `units` are those that were
 * cancelled, `credit` what need not be paid for them (minor units), and `refund` what is paid back for them or for a return.
 */
export type EmailInput = {
  readonly record: OrderRecord;
  readonly store: { readonly name: string; readonly supportEmail: string };
  /** The parcel that `shipped`, `delay` and `reshipped` are about. */
  readonly fulfilment: Fulfilment | null;
  readonly stage?: DelayStage | null;
  readonly reason?: string | null;
  readonly units?: readonly LineQuantity[];
  /** Of a changed order: `units` are those that came in, `removed` those that left. */
  readonly removed?: readonly LineQuantity[];
  readonly credit?: number;
  readonly refund?: Refund | null;
  readonly return?: Return | null;
  readonly substitution?: Substitution | null;
  /** Where goods are to be sent back to; empty when that is not known. */
  readonly sendTo?: readonly ReturnPlace[];
  readonly message?: Message | null;
  /** Codes and notes of what was delivered. */
  readonly instructions?: readonly Pick<DeliveredInstructions, 'lines' | 'redemptionCode' | 'notes'>[];
  /** Where the buyer follows the order. */
  readonly followUrl?: string | null;
};
export type ReturnPlace = { readonly address: Address; readonly lines: readonly LineQuantity[] };
export type DelayStage = 'ship' | 'stall' | 'deliver';

/** What the contents of every kind are written with. */
export type Setting = EmailInput & { readonly texts: Texts; readonly formats: Formats };

export type Detail = { readonly label: string; readonly value: string };
export type Items = { readonly heading: string; readonly rows: readonly Item[] };
export type Item = { readonly name: string; readonly quantity: string; readonly amount: string };
export type TotalRow = { readonly label: string; readonly amount: string; readonly isGrand: boolean };
export type AddressBlock = { readonly heading: string; readonly lines: readonly string[] };
export type Link = { readonly label: string; readonly url: string };

/** What one kind of mail says; null and empty parts are left out. Everything is text: the templates escape it. */
export type Content = {
  readonly subject: string;
  readonly preheader: string;
  readonly heading: string;
  readonly lead: readonly string[];
  readonly link: Link | null;
  /** Links of the same kind beside it. */
  readonly moreLinks?: readonly Link[];
  readonly details: readonly Detail[];
  readonly items: Items | null;
  readonly totals: readonly TotalRow[];
  readonly addresses: readonly AddressBlock[];
};

export function orderDetails({ record, texts, formats }: Setting): Detail[] {
  return [
    { label: texts.labels.order, value: record.order.number },
    { label: texts.labels.placed, value: formats.date(record.order.placedAt) },
  ];
}

/** One row for each line, with the quantity that `quantityOf` gives it; lines of which nothing is meant are left out. */
export function itemsOf(setting: Setting, heading: string, quantityOf: (line: Line) => number): Items {
  const { record, formats } = setting;
  const names = new Map(record.lines.map(({ no, name }) => [no, name]));
  const rows = record.order.lines.flatMap((line) => {
    const quantity = quantityOf(line);
    if (quantity === 0) return [];
    return [
      {
        name: names.get(line.no) ?? line.sku,
        quantity: `${formats.count(quantity)} × ${formats.money(line.unitPrice)}`,
        amount: formats.money(quantity * line.unitPrice),
      },
    ];
  });
  return { heading, rows };
}

export const itemsOfUnits = (setting: Setting, heading: string, units: readonly LineQuantity[]): Items =>
  itemsOf(setting, heading, ({ no }) =>
    units.reduce((sum, { line, quantity }) => sum + (line === no ? quantity : 0), 0),
  );

export function totalsOf({ record, texts, formats }: Setting): TotalRow[] {
  const { subtotal, discount, shipping, tax, total } = record.order.totals;
  const { credit } = record.order;
  const row = (label: string, minor: number) => ({ label, amount: formats.money(minor), isGrand: false });
  return [
    row(texts.labels.subtotal, subtotal),
    ...(discount === 0 ? [] : [row(texts.labels.discount, -discount)]),
    row(texts.labels.shipping, shipping),
    ...(tax === 0 ? [] : [row(texts.labels.tax, tax)]),
    ...(credit === 0 ? [] : [row(credit > 0 ? texts.labels.cancelledItems : texts.labels.addedItems, -credit)]),
    { ...row(texts.labels.total, total - credit), isGrand: true },
  ];
}

export const addressBlock = ({ formats }: Setting, heading: string, address: Address): AddressBlock => ({
  heading,
  lines: formats.addressLines(address),
});
