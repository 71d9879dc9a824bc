import { describe, expect, test } from 'vitest';
import { money } from '../../dashboard/src/api/format.ts';
import { saidIn } from '../../dashboard/src/parts/sentences.ts';
import { ar } from '../../dashboard/src/words/ar.ts';
import { en } from '../../dashboard/src/words/en.ts';
import { contextView } from '../../src/api/exception-context.ts';
import { sayingView } from '../../src/api/sayings.ts';
import { BadAmount, exponentOf, isCurrency, toMajor, toMinor } from '../../src/contracts/money.ts';
import { fromStripe, toStripe, whyNotAtStripe } from '../../src/contracts/stripe-amounts.ts';
import { sayingOfException } from '../../src/domain/sayings.ts';
import { formatsFor } from '../../src/emails/formats.ts';

describe('the decimal places of a currency are those of ISO 4217, whatever Intl thinks', () => {
  test.each([
    ['HUF', '5000', 500_000],
    ['IDR', '150000.50', 15_000_050],
    ['COP', '19900', 1_990_000],
    ['PKR', '1.25', 125],
    ['MGA', '1', 100],
    ['ISK', '5', 5],
    ['UGX', '5', 5],
    ['JPY', '500', 500],
    ['IQD', '1.5', 1500],
    ['LYD', '0.005', 5],
    ['KWD', '1.234', 1234],
    ['USD', '29.99', 2999],
  ])('%s: %s is %i', (currency, amount, minor) => {
    expect(toMinor(amount, currency)).toBe(minor);
    expect(toMinor(toMajor(minor, currency), currency)).toBe(minor);
  });

  test('a fraction of the smallest unit is a mistake', () => {
    for (const [amount, currency] of [
      ['5.5', 'ISK'],
      ['1.999', 'HUF'],
      ['0.0001', 'LYD'],
    ] as const)
      expect(() => toMinor(amount, currency), currency).toThrow(BadAmount);
  });

  test.each(['XXX', 'XTS', 'XAU', 'DEM', 'XQZ', 'usd', 'US', ''])('%j is none', (code) => {
    expect(isCurrency(code)).toBe(false);
  });

  test('an amount of an old order in a currency that has ended can still be shown', () => {
    expect(isCurrency('HRK')).toBe(false);
    expect(toMajor(1050, 'HRK')).toBe('10.50');
  });

  test('mails and the dashboard write as many as there are', () => {
    expect(formatsFor('en', 'en', 'HUF').money(500_050)).toBe('HUF\u00a05,000.50');
    expect(formatsFor('en', 'en', 'ISK').money(5)).toBe('ISK\u00a05');
    expect(money(toMajor(500_050, 'HUF'), 'HUF', 'en')).toBe('HUF\u00a05,000.50');
    expect(money(toMajor(1500, 'LYD'), 'LYD', 'en')).toBe('LYD\u00a01.500');
    expect(money(toMajor(5, 'JPY'), 'JPY', 'en')).toBe('¥5');
  });

  test.each([
    ['USD', 450, '$4.50'],
    ['IQD', 1000, 'IQD\u00a01.000'],
    ['HUF', 500_050, 'HUF\u00a05,000.50'],
    ['JPY', 5, '¥5'],
  ])('and so do the sentences of the dashboard: %s', (currency, minor, written) => {
    const saying = sayingOfException(
      { kind: 'refund_failed', fulfilment: null, context: { refund: 'r', amount: minor, why: 'closed' } },
      currency,
    );
    const sent = sayingView(saying);
    expect(sent?.values['amount']).toBe(toMajor(minor, currency));
    expect(saidIn(en, 'en')(sent, '')).toBe(`${written} that was sent back did not arrive: closed`);
    expect(saidIn(ar, 'ar')(sent, '')).toContain(money(toMajor(minor, currency), currency, 'ar'));
  });
});

test('what is written down with an exception has major units and moments in the API', () => {
  const reading = { reference: 'pi_1', amount: 1000, currency: 'iqd', captured: 0, captureBefore: 0, riskScore: 5 };
  expect(contextView({ reading }, 'USD')).toEqual({
    reading: { ...reading, amount: '1.000', captured: '0.000', captureBefore: '1970-01-01T00:00:00.000Z' },
  });
  const dispute = { id: 'dp_1', amount: 450, evidenceDue: null };
  expect(contextView({ dispute, failure: 'EvidenceRefused' }, 'USD')).toEqual({
    dispute: { ...dispute, amount: '4.50' },
    failure: 'EvidenceRefused',
  });
  expect(contextView({ amount: 450, lines: [{ line: 1, quantity: 2 }] }, 'HUF')).toEqual({
    amount: '4.50',
    lines: [{ line: 1, quantity: 2 }],
  });
});

describe('what Stripe is sent', () => {
  test.each([
    ['USD', 2999, 2999],
    ['HUF', 500_000, 500_000],
    ['JPY', 500, 500],
    ['ISK', 5, 500],
    ['UGX', 5, 500],
    ['MGA', 500, 5],
    ['KWD', 5120, 5120],
  ])('%s: %i minor units are %i', (currency, minor, amount) => {
    expect(whyNotAtStripe(minor, currency)).toBeNull();
    expect(toStripe(minor, currency)).toBe(amount);
    expect(fromStripe(amount, currency)).toBe(minor);
  });

  test('says which amounts it cannot be', () => {
    expect(whyNotAtStripe(5124, 'KWD')).toBe('Stripe takes KWD in steps of 0.010 only');
    expect(whyNotAtStripe(550, 'MGA')).toBe('Stripe takes MGA in steps of 1.00 only');
    for (const currency of ['ISK', 'UGX', 'JPY', 'HUF', 'USD']) expect(whyNotAtStripe(1, currency)).toBeNull();
  });

  test('every currency is sent with the decimals that Stripe counts it with', () => {
    // A whole unit of each, as docs.stripe.com/currencies counts it.
    const zero = 'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' ');
    const three = 'BHD IQD JOD KWD LYD OMR TND'.split(' ');
    for (const currency of ['ISK', 'UGX', 'USD', 'EUR', 'HUF', 'TWD', 'COP', ...zero, ...three]) {
      const one = zero.includes(currency) ? 1 : three.includes(currency) ? 1000 : 100;
      expect(toStripe(10 ** exponentOf(currency), currency), currency).toBe(one);
    }
  });
});
