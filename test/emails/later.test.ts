import { describe, expect, test } from 'vitest';
import type { OrderRecord } from '../../src/db/order-reader.ts';
import type { EmailKind } from '../../src/domain/email-kinds.ts';
import type { Order, Payment, Refund, RefundReason, Return } from '../../src/domain/order.ts';
import { REFUND_REASONS } from '../../src/domain/order.ts';
import type { EmailInput } from '../../src/emails/parts.ts';
import { renderEmail } from '../../src/emails/render.ts';
import { sampleOrder } from '../../src/emails/samples/order.ts';

/** The mails about what happens to an order that stands. */

const STORE = { name: 'Demo Store', supportEmail: 'support@demo-store.example' };
const sample = sampleOrder('en');
const { number, placedAt } = sample.order;
const UNITS = [{ line: 2, quantity: 2 }];

function mail(kind: EmailKind, input: Partial<EmailInput>, record: OrderRecord = sample) {
  return renderEmail(kind, { record, store: STORE, fulfilment: null, ...input });
}
const withPayment = (payment: Partial<Payment>): OrderRecord => sampleOrder('en', payment);
const withOrder = (change: Partial<Order>): OrderRecord => ({ ...sample, order: { ...sample.order, ...change } });

const refund = (change: Partial<Refund> = {}): Refund => ({
  id: `${number}/r9`,
  amount: 2500,
  reason: 'not_as_described',
  note: 'written among staff',
  lines: [],
  status: 'succeeded',
  reference: 're_1',
  requestedAt: placedAt,
  ...change,
});
const goods = (change: Partial<Return> = {}): Return => ({
  id: `${number}/b9`,
  status: 'approved',
  reason: 'damaged',
  note: null,
  lines: UNITS,
  requestedAt: placedAt,
  sendBy: null,
  labelDue: false,
  labels: [],
  received: [],
  exchangedFor: null,
  exchangedWorth: null,
  ...change,
});

describe('waiting for stock', () => {
  const backorder = {
    since: placedAt,
    promisedAt: Date.UTC(2026, 11, 24, 12),
    lines: UNITS,
    arrived: false,
    overdue: false,
  };
  const waiting = withOrder({ status: 'pending', backorder });

  test('names what is missing and the promised day', () => {
    const { subject, text } = mail('backordered', {}, waiting);
    expect(subject).toBe(`Your order ${number} waits for stock`);
    expect(text).toContain('We expect them by December 24, 2026.');
    expect(text).toContain('Waiting for stock\n- Linen tea towel');
  });

  test('says that the promised day has passed', () => {
    expect(mail('backorder_overdue', {}, waiting).text).toContain('by December 24, 2026, and they have not arrived.');
  });

  test.each(['backordered', 'backorder_overdue'] as const)(
    '%s that goes out late says what has become of it',
    (kind) => {
      expect(mail(kind, {}, withOrder({ status: 'processing', backorder: null })).text).toContain('It is here now');
      expect(mail(kind, {}, withOrder({ status: 'cancelled', backorder: null })).text).toContain('has been closed');
    },
  );
});

describe('refunded', () => {
  const said = (change: Partial<Refund>) => mail('refunded', { refund: refund(change) }).text;

  test('says how much, why, and how long a card takes', () => {
    const text = said({});
    expect(text).toContain('Refund: $25.00');
    expect(text).toContain('Reason: What you got was not as described.');
    expect(text).toMatch(/refunded \$25\.00 to the card .* 5 to 10 business days/);
    expect(text).not.toContain('×'); // an amount pays back no units
  });

  test('names the units that it pays back', () => {
    expect(said({ lines: UNITS })).toContain('Refunded\n- Linen tea towel\n  2 × $12.50 = $25.00');
  });

  test('by hand takes no card', () => {
    const text = said({ reference: null });
    expect(text).toContain('returned $25.00 to you, in cash or by bank transfer');
    expect(text).not.toContain('business days');
  });

  test('that the bank gave back meanwhile is not promised', () => {
    const text = said({ status: 'failed' });
    expect(text).toContain('your bank did not take it');
    expect(text).not.toContain('We have refunded');
  });

  test.each(REFUND_REASONS)('for the reason %s never shows a note, a code or a suspicion', (reason: RefundReason) => {
    const { html, text } = mail('refunded', { refund: refund({ reason }) });
    expect(text.includes('Reason: ')).toBe(reason !== 'fraudulent' && reason !== 'other');
    expect(html + text).not.toMatch(/fraud|among staff|[a-z]_[a-z]+_/i);
  });

  test('without a refund is refused', () => {
    expect(() => mail('refunded', {})).toThrow('names no refund');
  });
});

describe('cancelled units', () => {
  const cut = (input: Partial<EmailInput>, record?: OrderRecord) =>
    mail('items_cancelled', { units: UNITS, ...input }, record).text;

  test('are named, with the reason; what was not taken is not charged', () => {
    const text = cut({ credit: 2500, reason: 'We do not have enough of it in stock.' });
    expect(text).toContain('Cancelled\n- Linen tea towel\n  2 × $12.50 = $25.00');
    expect(text).toContain('Reason: We do not have enough of it in stock.');
    expect(text).toContain('You pay $25.00 less.');
    expect(text).not.toMatch(/kettle|refund/i);
  });

  test.each<[string, Partial<Refund>, Partial<Payment>, string]>([
    ['on its way', { status: 'pending', reference: null }, {}, 'We are refunding $25.00'],
    ['back', {}, {}, 'We have refunded $25.00'],
    ['for a transfer', { status: 'pending', reference: null }, { method: 'bank_transfer' }, 'We will return $25.00'],
    ['sent by hand', { reference: null }, { method: 'cod' }, 'We have returned $25.00'],
  ])('that are paid: money %s', (_name, change, payment, sentence) => {
    const text = cut({ refund: refund({ reason: 'cancelled', ...change }) }, withPayment(payment));
    expect(text).toContain(sentence);
    expect(text).not.toContain('less.');
  });

  test('make the total of a later confirmation smaller', () => {
    const { text } = mail('confirmation', {}, withOrder({ credit: 2500 }));
    expect(text).toContain('Cancelled items: -$25.00\nTotal: $79.70');
    expect(mail('confirmation', {}).text).not.toContain('Cancelled items');
  });
});

describe('returns', () => {
  const { billingAddress: address } = sample;
  const place = (line1: string, line: number) => ({
    address: { ...address, name: 'Warehouse', line1 },
    lines: [{ line, quantity: 1 }],
  });

  test('that are approved tell what to send where', () => {
    const { text } = mail('return_approved', { return: goods(), sendTo: [place('1 Dock Road', 2)] });
    expect(text).toContain('To send back\n- Linen tea towel\n  2 ×');
    expect(text).toContain('Send back to\nWarehouse\n1 Dock Road');
    expect(text).toContain(`your order number, ${number}`);
    expect(text).not.toContain('12 Garden Street');
  });

  test('with a label of the store have it as a link, and need no address', () => {
    const label = {
      transaction: 'trx_1',
      carrier: 'USPS',
      service: 'usps_ground_advantage',
      cost: 490,
      currency: 'USD',
      url: 'https://labels.example/trx_1.pdf',
      trackingNumber: '92055123',
      trackingUrl: null,
      progress: 'unused',
      voided: false,
      location: 'EAST',
      lines: UNITS,
    } as const;
    const { text, html } = mail('return_approved', { return: goods({ labels: [label] }) });
    expect(text).toContain('Print the label: https://labels.example/trx_1.pdf');
    expect(html).toContain('href="https://labels.example/trx_1.pdf"');
    expect(text).toContain('Tracking number: 92055123');
    expect(text).toContain('You pay nothing for the way back.');
    expect(text).not.toMatch(/Dock Road|4\.90/);
    const other = { ...label, url: 'https://labels.example/trx_2.pdf', trackingNumber: '92055124', location: 'WEST' };
    const two = [label, { ...other, lines: [{ line: 1, quantity: 1 }] }];
    const both = mail('return_approved', { return: goods({ labels: two }) });
    expect(both.text).toContain('Print the label: Linen tea towel: https://labels.example/trx_1.pdf');
    expect(both.text).toMatch(/Print the label: Enamel kettle.*: https:..labels.example.trx_2.pdf/);
    expect(both.html).toContain('href="https://labels.example/trx_2.pdf"');
    expect(both.text).toContain('in one parcel for each label');
    expect(both.text).toContain('92055124');
    const mixed = mail('return_approved', { return: goods({ labels: [label] }), sendTo: [place('1 Dock Road', 1)] });
    expect(mixed.text).toContain('Send the others to the address below.');
    expect(mixed.text).toMatch(/Send back to: Enamel kettle, 1.5 l\nWarehouse\n1 Dock Road/);
  });

  test('from two places name the goods beside each', () => {
    const { text } = mail('return_approved', {
      return: goods({ lines: [...UNITS, { line: 1, quantity: 1 }] }),
      sendTo: [place('1 Dock Road', 2), place('2 Pier Lane', 1)],
    });
    expect(text).toMatch(/Send back to: Linen tea towel\nWarehouse\n1 Dock Road/);
    expect(text).toMatch(/Send back to: Enamel kettle, 1.5 l\nWarehouse\n2 Pier Lane/);
  });

  test('from an unknown place ask the buyer to write', () => {
    const { text } = mail('return_approved', { return: goods() });
    expect(text).toContain('we will tell you where to send them');
    expect(text).not.toContain('Send back to');
  });

  test('that are refused say why', () => {
    const { text } = mail('return_refused', {
      return: goods({ status: 'refused' }),
      reason: 'It was used for a month.',
    });
    expect(text).toContain('Reason: It was used for a month.');
    expect(text).toContain('Please do not send them');
  });

  test('that arrived list what did, not what was announced', () => {
    const received = [
      { line: 2, quantity: 1, restock: true },
      { line: 2, quantity: 1, restock: false },
    ];
    const back = goods({ status: 'received', lines: [{ line: 2, quantity: 3 }], received });
    const pending = refund({ status: 'pending', reference: null });
    const { text } = mail('return_received', { return: back, refund: pending });
    expect(text).toContain('Received\n- Linen tea towel\n  2 × $12.50 = $25.00');
    expect(text).toContain('We are refunding $25.00');
    expect(mail('return_received', { return: back }).text).not.toContain('refund');
  });

  test.each(['return_approved', 'return_refused', 'return_received'] as const)('%s without one is refused', (kind) => {
    expect(() => mail(kind, {})).toThrow('names no return');
  });
});

describe('a message', () => {
  const written = (body: string, authorRole = 'staff') =>
    mail('message', {
      message: { id: 'm1', authorRole, authorId: 'ana', recipient: 'buyer', body, sentAt: placedAt },
    });

  test('is told word by word, paragraph by paragraph, and who wrote it', () => {
    const { subject, html, text } = written('It is ready.\r\n\r\nCome & see <us>!\n');
    expect(subject).toBe(`A message about your order ${number}`);
    expect(text).toContain('Demo Store writes:\n\nIt is ready.\n\nCome & see <us>!\n');
    expect(html).toMatch(/<p [^>]*>It is ready\.<\/p>\s*<p [^>]*>Come &amp; see &lt;us&gt;!<\/p>/);
    expect(written('Hello', 'seller').text).toContain('The seller of your items writes:');
    expect(text).not.toContain('ana');
  });

  test('without words is refused', () => {
    expect(() => mail('message', {})).toThrow('names no message');
  });
});

test('a parcel that is sent again names its goods and where they go', () => {
  const [parcel = null] = sample.order.fulfilments;
  const { subject, text } = mail('reshipped', { fulfilment: parcel });
  expect(subject).toBe(`We are sending your order ${number} again`);
  expect(text).toContain('We are sorry');
  expect(text).toContain('2 × $12.50');
  expect(text).toContain('12 Garden Street');
  expect(text).not.toContain('Tracking number');
});
