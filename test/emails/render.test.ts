import { describe, expect, test } from 'vitest';
import type { OrderRecord } from '../../src/db/order-reader.ts';
import { EMAIL_KINDS, type EmailKind } from '../../src/domain/email-kinds.ts';
import type { Fulfilment, Order, Payment } from '../../src/domain/order.ts';
import type { EmailInput } from '../../src/emails/parts.ts';
import { type RenderedEmail, renderEmail } from '../../src/emails/render.ts';
import { samplesIn } from '../../src/emails/samples/mails.ts';
import { SAMPLE_LANGUAGES, sampleOrder } from '../../src/emails/samples/order.ts';
import { LANGUAGES } from '../../src/emails/texts/languages.ts';

const STORE = { name: 'Demo Store', supportEmail: 'support@demo-store.example' };

/** What people read of the HTML. */
const visible = (html: string): string =>
  html
    .replace(/<style>[^]*?<\/style>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&#x27;', "'")
    .replaceAll('&#x3D;', '=')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ');
/** Intl keeps an amount on one line by spaces that do not break. */
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

const hrefs = (html: string): string[] =>
  [...html.matchAll(/href="([^"]*)"/g)].map(([, url = '']) => url.replaceAll('&#x3D;', '=').replaceAll('&amp;', '&'));

function render(kind: EmailKind, record: OrderRecord, rest: Partial<EmailInput> = {}): RenderedEmail {
  const rendered = renderEmail(kind, { record, store: STORE, fulfilment: null, ...rest });
  return { ...rendered, text: plain(rendered.text) };
}

const withOrder = (record: OrderRecord, change: Partial<Order>): OrderRecord => ({
  ...record,
  order: { ...record.order, ...change },
});

function parcelOf(record: OrderRecord, index = 0): Fulfilment {
  const parcel = record.order.fulfilments[index];
  if (parcel === undefined) throw new Error('the sample order has no such parcel');
  return parcel;
}

const AMOUNTS = {
  en: {
    total: '$104.70',
    line: '3 × $12.50',
    sum: '$37.50',
    single: '1 × $12.50',
    parcelLine: '2 × $12.50',
    parcelSum: '$25.00',
  },
  'pt-BR': {
    total: 'R$ 1.498,50',
    line: '3 × R$ 69,90',
    sum: 'R$ 209,70',
    single: '1 × R$ 69,90',
    parcelLine: '2 × R$ 69,90',
    parcelSum: 'R$ 139,80',
  },
};
const ALL = SAMPLE_LANGUAGES.flatMap((language) =>
  samplesIn(language, STORE).map((sample) => ({ language, ...sample })),
);
const ABOUT_A_PARCEL: readonly EmailKind[] = ['shipped', 'delay', 'reshipped'];
const ABOUT_UNITS: readonly EmailKind[] = [
  'backordered',
  'backorder_overdue',
  'items_cancelled',
  'items_changed',
  'substitution_proposed',
  'exchanged',
  'refunded',
  'return_approved',
  'return_refused',
  'return_expired',
  'return_received',
];

/** The lines that a mail must show: those of its parcel, the second when it is about units of that, or all. */
function linesMeant(kind: EmailKind, parcel: Fulfilment | null): number[] {
  if (kind === 'message') return [];
  if (kind === 'delivery_instructions') return [3];
  if (ABOUT_UNITS.includes(kind)) return [2];
  return parcel === null ? [1, 2, 3] : parcel.lines.map(({ line }) => line);
}

/** Amounts that a mail must show: those of the second line, which is in two parcels, and the total where money is the matter. */
function amountsMeant(kind: EmailKind, language: keyof typeof AMOUNTS, parcel: Fulfilment | null): string[] {
  const { total, line, sum, single, parcelLine, parcelSum } = AMOUNTS[language];
  if (kind === 'message' || kind === 'delivery_instructions') return [];
  if (ABOUT_UNITS.includes(kind)) return [parcelLine, parcelSum];
  if (parcel !== null) return parcel.lines.length === 2 ? [parcelLine, parcelSum] : [single];
  return kind === 'delivered' ? [line, sum] : [line, sum, total];
}

test('the previews show every kind in every language', () => {
  expect(SAMPLE_LANGUAGES).toEqual(Object.keys(LANGUAGES));
  for (const language of SAMPLE_LANGUAGES) {
    expect(new Set(samplesIn(language, STORE).map(({ kind }) => kind))).toEqual(new Set(EMAIL_KINDS));
  }
});

describe.each(ALL)('$language, $title', ({ language, kind, input }) => {
  const { subject, html, text } = renderEmail(kind, input);
  const { order, customer, lines } = input.record;
  const bothBodies = [visible(html), plain(text)];

  test('names the order, the buyer and the way to support', () => {
    expect(subject).toContain(order.number);
    for (const body of bothBodies) {
      expect(body).toContain(order.number);
      expect(body).toContain(customer.name);
      expect(body).toContain(STORE.supportEmail);
      expect(body).toContain(STORE.name);
    }
    expect(hrefs(html)).toContainEqual(
      expect.stringMatching(new RegExp(`^mailto:support@demo-store\\.example\\?subject=\\w+%20${order.number}$`)),
    );
  });

  test('lists what it is about, with amounts in the currency and manner of the buyer', () => {
    const parcel = input.fulfilment;
    expect(parcel !== null).toBe(ABOUT_A_PARCEL.includes(kind));
    for (const body of bothBodies) {
      const shown = lines.filter(({ name }) => body.includes(name)).map(({ no }) => no);
      expect(shown).toEqual(linesMeant(kind, parcel));
      expect(amountsMeant(kind, language, parcel).filter((amount) => !body.includes(amount))).toEqual([]);
    }
  });

  test('text is text', () => {
    expect(text).not.toMatch(/<[a-z/!]|&[a-z#0-9]+;|\{\{|undefined|\[object|null/i);
    expect(text).not.toMatch(/\n{3}|[ \t]\n/);
  });

  test('HTML stands alone, in one language, with a preheader', () => {
    expect(html).toMatch(new RegExp(`^<!doctype html>\\s<html lang="${language}">`));
    expect(html).not.toMatch(/<img|<link|<script|src=|url\(|@import|undefined|\[object|\{\{/i);
    for (const url of hrefs(html)) expect(url).toMatch(/^(mailto:|https:\/\/)/);
    const [, preheader = ''] = /<div class="preheader"[^>]*>([^<]+)<\/div>/.exec(html) ?? [];
    expect(preheader.length).toBeGreaterThan(10);
    // Each opened element is closed.
    for (const element of ['div', 'p', 'table', 'tr', 'th', 'td', 'span', 'a', 'h1', 'h2', 'address']) {
      const count = (pattern: string) => html.match(new RegExp(pattern, 'g'))?.length ?? 0;
      expect([element, count(`<${element}[ >]`)]).toEqual([element, count(`</${element}>`)]);
    }
  });
});

describe('what people typed', () => {
  const nasty = '<script>alert(1)</script>';
  const sample = sampleOrder('en');
  const record: OrderRecord = {
    ...sample,
    customer: { ...sample.customer, name: nasty },
    shippingAddress: { ...sample.shippingAddress, line1: `"><img src=x onerror=alert(1)>` },
    lines: sample.lines.map((line) => ({ ...line, name: `{{constructor}} & ${nasty}` })),
  };

  test.each(ALL.filter(({ language }) => language === 'en'))('is escaped in $title', ({ kind, input }) => {
    const store = { name: nasty, supportEmail: 'a"b<c@store.example' };
    const { html, text } = renderEmail(kind, {
      ...input,
      record: { ...record, order: input.record.order },
      store,
      reason: nasty,
      ...(input.message == null ? {} : { message: { ...input.message, body: `{{constructor}} & ${nasty}` } }),
    });
    expect(html).not.toMatch(/<script|<img|a"b/);
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).toContain('{{constructor}} &amp; &lt;script');
    expect(text).toContain(`Hello ${nasty},`);
  });

  test.each(['javascript:alert(1)', 'data:text/html,x', 'carrier.example/track', ''])('%s is no link', (url) => {
    const order = sampleOrder('en');
    const { html, text } = render('shipped', order, { fulfilment: { ...parcelOf(order), trackingUrl: url } });
    expect(hrefs(html).filter((href) => !href.startsWith('mailto:'))).toEqual([]);
    expect(text).not.toContain('Track the parcel');
    const failed = sampleOrder('en', { status: 'failed', nextAction: { type: 'redirect', url } });
    const mail = render('payment_failed', withOrder(failed, { status: 'pending' }));
    expect(hrefs(mail.html).filter((href) => !href.startsWith('mailto:'))).toEqual([]);
    expect(mail.text).toContain('write to the address below');
  });
});

describe('locale', () => {
  const inLocale = (locale: string, currency?: string) => {
    const record = sampleOrder('en');
    return render('confirmation', {
      ...record,
      customer: { ...record.customer, locale },
      order: { ...record.order, currency: currency ?? record.order.currency },
    });
  };

  test.each([
    ['pt-PT', 'Seu pedido', '104,70'],
    ['PT-br', 'Seu pedido', 'US$ 104,70'],
    ['en-GB', 'Your order', 'US$104.70'],
    ['de-DE', 'Your order', '104,70 $'],
    ['x-nonsense-!', 'Your order', '$104.70'],
    ['', 'Your order', '$104.70'],
  ])('%s', (locale, subject, total) => {
    const mail = inLocale(locale);
    expect(mail.subject).toContain(subject);
    expect(mail.text).toContain(total);
  });

  test('a currency without and one with three decimal places', () => {
    expect(inLocale('en', 'JPY').text).toContain('Total: ¥10,470\n');
    expect(inLocale('en', 'KWD').text).toContain('Total: KWD 10.470\n');
  });

  test('dates are days of UTC, countries are named', () => {
    expect(inLocale('en-US').text).toContain('Placed on: November 16, 2026');
    expect(inLocale('pt-BR').text).toContain('Feito em: 16 de novembro de 2026');
    expect(inLocale('pt-BR').text).toContain('Estados Unidos');
    expect(inLocale('en-GB').text).toContain('Placed on: 16 November 2026');
    expect(inLocale('de-DE').text).toMatch(/November 16, 2026[^]*United States/); // the words of an English mail
  });

  test('Portuguese says everything, and in Portuguese', () => {
    const unsaid: string[] = [];
    const compare = (path: string, english: unknown, other: unknown): void => {
      if (typeof english === 'object' && english !== null) {
        for (const [name, value] of Object.entries(english)) {
          compare(`${path}.${name}`, value, (other as Record<string, unknown>)[name]);
        }
        return;
      }
      const said = (text: unknown) => (typeof text === 'function' ? String(text('1', '2')) : String(text));
      if (said(english) === said(other) || said(other) === '') unsaid.push(path);
    };
    compare('', LANGUAGES['en'], LANGUAGES['pt-BR']);
    expect(unsaid).toEqual(['.labels.subtotal', '.labels.total']);
  });
});

describe('a link to follow the order', () => {
  const followUrl = 'https://orders.shop.example/track/dol_a.b-c._d';

  test.each(EMAIL_KINDS)('is in the mail %s, in the language of the buyer', (kind) => {
    for (const [language, label] of [
      ['en', 'Follow your order'],
      ['pt-BR', 'Acompanhar o pedido'],
    ] as const) {
      const found = samplesIn(language, STORE).find((sample) => sample.kind === kind);
      if (found === undefined) throw new Error(`there is no preview of ${kind}`);
      const mail = renderEmail(kind, { ...found.input, followUrl });
      expect(hrefs(mail.html)).toContain(followUrl);
      expect(mail.html).toContain(`>${label}</a>`);
      expect(mail.text).toContain(`\n${label}: ${followUrl}\n`);
    }
  });
});

describe('confirmation', () => {
  const says = (payment: Partial<Payment>) => render('confirmation', sampleOrder('en', payment)).text;
  test('says how the order is paid', () => {
    expect(says({ status: 'paid' })).toContain('We have received your payment of $104.70.');
    expect(says({ status: 'authorized', captured: 0 })).toContain('Your payment of $104.70 is approved.');
    expect(says({ method: 'cod', status: 'pending', captured: 0 })).toContain('Please have $104.70 ready');
  });

  test('of downloads alone needs no delivery address', () => {
    const record = sampleOrder('en');
    const lines = record.order.lines.map((line) => ({ ...line, kind: 'digital' as const }));
    expect(render('confirmation', record).text).toContain('Delivery address');
    const { text } = render('confirmation', withOrder(record, { lines }));
    expect(text).not.toContain('Delivery address');
    expect(text).toContain('Billing address');
  });
});

describe('payment failed', () => {
  const failed = (payment: Partial<Payment>, status: Order['status'] = 'pending') => {
    const record = sampleOrder('en', { status: 'failed', captured: 0, ...payment });
    return render('payment_failed', withOrder(record, { status }));
  };
  const link = { type: 'redirect', url: 'https://pay.example/now?a=1&b=2' } as const;
  const declinedAs = (code: string) => failed({ failure: { code, message: 'in the words of the gateway' } }).text;

  test('shows where to pay again', () => {
    const { html, text } = failed({ nextAction: link });
    expect(hrefs(html)).toContain(link.url);
    expect(text).toContain(`Pay now: ${link.url}`);
  });

  test('says why, in our words, and not that a card may be stolen', () => {
    expect(declinedAs('expired_card')).toContain('The card has expired.');
    expect(declinedAs('stolen_card')).toContain('The payment was declined.');
    expect(declinedAs('stolen_card')).not.toMatch(/stolen|gateway/);
    expect(failed({ status: 'voided' }).text).toContain('has lapsed or was withdrawn');
  });

  test('asks for nothing when the order was paid or closed meanwhile', () => {
    const paid = failed({ status: 'authorized', nextAction: link });
    expect(paid.text).toContain('You have paid since then');
    const closed = failed({ nextAction: link }, 'cancelled');
    expect(closed.text).toContain('nothing left to pay');
    for (const { html } of [paid, closed]) expect(hrefs(html)).toHaveLength(1);
  });
});

describe('shipped', () => {
  test('tells which parcel, by which carrier, under which number and where to look', () => {
    const record = sampleOrder('en');
    const parcel = parcelOf(record);
    const { subject, html, text } = render('shipped', record, { fulfilment: parcel });
    expect(subject).toBe(`Parcel 1 of 2 of your order ${record.order.number} is on its way`);
    for (const body of [visible(html), text]) {
      expect(body).toContain('USPS');
      expect(body).toContain(parcel.trackingNumber);
      expect(body).toContain('November 18, 2026');
      expect(body).toContain('12 Garden Street');
    }
    expect(hrefs(html)).toContain(parcel.trackingUrl);
    expect(text).toContain(`Track the parcel: ${parcel.trackingUrl}`);
  });

  test('a parcel without carrier or number says so', () => {
    const record = sampleOrder('en');
    const parcel = { ...parcelOf(record), carrier: null, trackingNumber: null, trackingUrl: null };
    const alone = withOrder(record, { fulfilments: [parcel] });
    const { subject, text } = render('shipped', alone, { fulfilment: parcel });
    expect(subject).toBe(`Your order ${record.order.number} is on its way`);
    expect(text).toContain('without a tracking number');
    expect(text).not.toMatch(/Carrier:|other parcels/);
  });

  test.each(ABOUT_A_PARCEL)('%s without a parcel is refused', (kind) => {
    expect(() => render(kind, sampleOrder('en'))).toThrow('names no parcel');
  });
});

describe('delay', () => {
  const delayed = (change: Partial<Fulfilment>, stage: 'ship' | 'deliver') => {
    const record = sampleOrder('en');
    return render('delay', record, { fulfilment: { ...parcelOf(record, 1), ...change }, stage }).text;
  };
  test.each([
    ['ship', { status: 'pending' }, 'send your parcel by November 19, 2026', 'as soon as it leaves'],
    ['ship', { status: 'labelled' }, 'send your parcel by November 19, 2026', 'as soon as it leaves'],
    ['ship', { status: 'shipped' }, 'send your parcel by', 'on its way to you'],
    ['ship', { status: 'delivered' }, 'send your parcel by', 'It has arrived since then'],
    ['ship', { status: 'cancelled' }, 'send your parcel by', 'will not be sent'],
    ['ship', { kind: 'digital' }, 'this part of your order ready by', 'still working on it'],
    ['deliver', { status: 'shipped', shippedAt: Date.UTC(2026, 10, 20) }, 'left on November 20, 2026', 'tracking'],
    ['deliver', { status: 'delivered', shippedAt: Date.UTC(2026, 10, 20) }, 'left on November 20', 'has arrived since'],
  ] as const)('%s, %o', (stage, change, happened, next) => {
    const text = delayed(change, stage);
    expect(text).toContain(happened);
    expect(text).toContain(next);
  });
});
