import { renderDigest } from './exception-digest.ts';
import { renderLowStock } from './low-stock.ts';
import { renderOrderNotice } from './order-notice.ts';
import { renderPersonEmail } from './person-email.ts';
import { type RenderedEmail, renderEmail } from './render.ts';
import { samplesIn } from './samples/mails.ts';
import { SAMPLE_LANGUAGES, type SampleLanguage, sampleOrder } from './samples/order.ts';
import { renderSellerReminder } from './seller-reminder.ts';

/** Every mail as it would be sent, of a fictitious order: for people who want to see what buyers and colleagues read. */

export type Preview = {
  /** `confirmation`, `delay-not-shipped`: the kind, and which case of it. */
  readonly name: string;
  readonly for: 'buyer' | 'person' | 'staff' | 'seller';
  readonly render: () => RenderedEmail;
};
export const PREVIEW_LANGUAGES = SAMPLE_LANGUAGES;

export type PreviewSetting = {
  readonly language: SampleLanguage;
  readonly store: { readonly name: string; readonly supportEmail: string };
  /** Where the links of the mails lead; what they open is not there. */
  readonly publicUrl: URL;
};

const DUE = new Date('2026-11-18T09:00:00Z');
const nameOf = (title: string): string => title.replaceAll(/[^a-z_]+/g, '-');
const linkTo = ({ publicUrl }: PreviewSetting, path: string): string => new URL(path, publicUrl).href;

const forBuyers = (setting: PreviewSetting): Preview[] =>
  samplesIn(setting.language, setting.store).map(({ title, kind, input }) => ({
    name: nameOf(title),
    for: 'buyer',
    render: () => renderEmail(kind, { ...input, followUrl: linkTo(setting, '/track/preview') }),
  }));

const forPeople = (setting: PreviewSetting): Preview[] =>
  (['invitation', 'password_reset'] as const).map((kind) => ({
    name: kind,
    for: 'person',
    render: () => {
      const { name: store, supportEmail } = setting.store;
      const link = linkTo(setting, kind === 'invitation' ? '/invitation/preview' : '/reset-password/preview');
      return renderPersonEmail({ kind, locale: setting.language, store, supportEmail, link });
    },
  }));

function forStaff({ language, store, publicUrl }: PreviewSetting): Preview[] {
  const { order } = sampleOrder(language);
  const entry = {
    claimed: false,
    dueAt: DUE,
    totalMinor: order.totals.total,
    currency: order.currency,
    severity: 'high',
  };
  const entries = [
    {
      ...entry,
      id: `${order.number}/x4`,
      kind: 'bad_address',
      summary: 'The carrier does not know the street.',
      late: true,
    },
    { ...entry, id: `${order.number}/x7`, kind: 'stock_out', summary: 'SKU-2: 3 wanted, 1 left.', late: false },
  ];
  const noticed = {
    number: order.number,
    placedAt: DUE,
    status: order.status,
    paymentMethod: order.payment.method,
    paymentStatus: order.payment.status,
    totalMinor: order.totals.total,
    currency: order.currency,
  };
  const alert = {
    sku: 'SKU-1',
    location: 'NORTH',
    raisedAt: DUE.toISOString(),
    available: 2,
    reorderPoint: 5,
    attempts: 0,
  };
  return [
    { name: 'exception_digest', for: 'staff', render: () => renderDigest(store.name, entries, language) },
    { name: 'order_notice', for: 'staff', render: () => renderOrderNotice(store.name, [noticed], publicUrl, language) },
    { name: 'low_stock', for: 'staff', render: () => renderLowStock([alert], language) },
  ];
}

function forSellers({ language, store }: PreviewSetting): Preview[] {
  const { order, lines, customer } = sampleOrder(language);
  const reminder = {
    orderNumber: order.number,
    personId: 'preview',
    address: customer.email,
    locale: language,
    store: store.name,
    answerBy: DUE,
    isWanted: true,
    items: lines.slice(0, 2).map(({ name }) => ({ name, quantity: 1 })),
    attempts: 0,
  };
  return [{ name: 'seller_reminder', for: 'seller', render: () => renderSellerReminder(reminder) }];
}

export const previewsOf = (setting: PreviewSetting): Preview[] => [
  ...forBuyers(setting),
  ...forPeople(setting),
  ...forStaff(setting),
  ...forSellers(setting),
];
