import { describe, expect, test } from 'vitest';
import { judge, place, shortOf } from '../../src/domain/accepting.ts';
import { type ActionRequest, decideAction } from '../../src/domain/decide.ts';
import { BUYER_REASONS, reasonForBuyer } from '../../src/domain/disclosure.ts';
import { begin } from '../../src/domain/draft.ts';
import type { Fact } from '../../src/domain/facts.ts';
import type { ActionFields } from '../../src/domain/guards.ts';
import { decideNews } from '../../src/domain/news.ts';
import type { ExceptionKind, Order, Payment } from '../../src/domain/order.ts';
import { SYSTEM } from '../../src/domain/order.ts';
import { reasonOf } from '../../src/domain/timeline.ts';
import { moneySentence, reasonInLanguage } from '../../src/emails/cancellation.ts';
import { renderEmail } from '../../src/emails/render.ts';
import { sampleOrder } from '../../src/emails/samples/order.ts';
import { en } from '../../src/emails/texts/en.ts';
import { ptBR } from '../../src/emails/texts/pt-BR.ts';
import { PLACED_AT, placementOf } from './orders.ts';

const NUMBER = 'ORD-7Q4M2K9XTC';
const LATER = PLACED_AT + 1000;
const STAFF = { role: 'staff', id: 'ana' } as const;

/** As the rows of the timeline are written (`insertEvents` in src/db/orders.ts). */
const timeline = (facts: readonly Fact[]) =>
  facts.map((fact) => {
    const { seq: _seq, at: _at, actor: _actor, type, ...data } = fact;
    return { type, reason: reasonOf(fact), data };
  });

function placed(): { order: Order; facts: readonly Fact[] } {
  return place({ ...placementOf(NUMBER), paymentMethod: 'bank_transfer' }, SYSTEM, PLACED_AT);
}

function asked(order: Order, action: ActionRequest['action'], fields: ActionFields): readonly Fact[] {
  const decision = decideAction(order, { action, actor: STAFF, fields, expectedVersion: null }, LATER);
  if (!decision.ok) throw new Error(`refused: ${decision.refusal.code}`);
  return decision.facts;
}

describe('the reason the buyer reads', () => {
  test('is that of the action cancel, also when it closed an exception', () => {
    const { order, facts } = placed();
    expect(reasonForBuyer(timeline([...facts, ...asked(order, 'cancel', { reason: 'Changed my mind' })]))).toBe(
      'Changed my mind',
    );
    const failed = decideNews(
      order,
      {
        type: 'duty_failed',
        duty: { do: 'reserve', lane: 'stock' },
        failure: { type: 'Odd', message: 'odd', details: {} },
      },
      LATER,
    );
    const cancelled = asked(failed.order, 'cancel', { reason: 'Changed my mind' });
    expect(cancelled.map(({ type }) => type)).toEqual(['exception_resolved', 'order_cancelled']);
    expect(reasonForBuyer(timeline([...facts, ...failed.facts, ...cancelled]))).toBe('Changed my mind');
  });

  test('never a note that staff wrote when they resolved an exception', () => {
    const { order } = placed();
    const failed = decideNews(
      order,
      {
        type: 'duty_failed',
        duty: { do: 'reserve', lane: 'stock' },
        failure: { type: 'Odd', message: 'odd', details: {} },
      },
      LATER,
    );
    const exception = failed.order.exceptions[0]?.id ?? '';
    const resolved = (fields: ActionFields) =>
      reasonForBuyer(timeline(asked(failed.order, 'resolve_exception', { exception, ...fields })));
    expect(resolved({ resolution: 'cancel_order', note: 'smells of fraud' })).toBeNull();
    expect(resolved({ resolution: 'cancel_order' })).toBeNull();
    expect(resolved({ resolution: 'mark_failed', note: 'smells of fraud' })).toBeNull();
  });

  test("is the system's own in the buyer's language when the money did not come", () => {
    const { order } = placed();
    const { facts } = decideNews(order, { type: 'deadline', kind: 'payment_window', subject: null }, LATER);
    const reason = reasonForBuyer(timeline(facts));
    expect(reasonInLanguage(reason ?? '', ptBR)).toBe('O pagamento não chegou a tempo.');
    expect(reasonInLanguage(reason ?? '', en)).toBe(reason);
  });
});

describe('what the system suspects or knows is said politely', () => {
  const inReview = () =>
    judge(begin(placed().order), { score: 90, reasons: ['A throw-away address'], signs: [], review: true }, LATER)
      .order;
  const calling = () => {
    const { order } = placed();
    return { ...order, confirmationGiven: false, policy: { ...order.policy, confirmation: 'call' as const } };
  };
  const short = (policy: Partial<Order['policy']>) => {
    const { order } = placed();
    const shortage = { line: 1, sku: 'KETTLE', wanted: 2, available: 1 };
    return shortOf(begin({ ...order, policy: { ...order.policy, ...policy } }), [shortage], [], LATER).facts;
  };

  test.each<[string, () => readonly Fact[], string, string]>([
    [
      'a rejection',
      () => asked(inReview(), 'reject', {}),
      BUYER_REASONS.notAccepted,
      'Não foi possível aceitar o pedido.',
    ],
    [
      'a rejection with a note',
      () => asked(inReview(), 'reject', { note: 'a stolen card' }),
      BUYER_REASONS.notAccepted,
      'Não foi possível aceitar o pedido.',
    ],
    [
      'a rejection by the exception',
      () => {
        const order = inReview();
        const exception = order.exceptions[0]?.id ?? '';
        return asked(order, 'resolve_exception', { exception, resolution: 'reject', note: 'a stolen card' });
      },
      BUYER_REASONS.notAccepted,
      'Não foi possível aceitar o pedido.',
    ],
    [
      'a fake call',
      () => asked(calling(), 'log_call', { outcome: 'fake' }),
      BUYER_REASONS.notConfirmed,
      'Não foi possível confirmar o pedido.',
    ],
    [
      'a fake call with a note',
      () => asked(calling(), 'log_call', { outcome: 'fake', note: 'a swindler' }),
      BUYER_REASONS.notConfirmed,
      'Não foi possível confirmar o pedido.',
    ],
    ['a shortage', () => short({ shortage: 'cancel_order' }), BUYER_REASONS.soldOut, 'Não temos estoque suficiente.'],
    [
      'a call that never came',
      () => decideNews(calling(), { type: 'deadline', kind: 'confirm_by', subject: null }, LATER).facts,
      BUYER_REASONS.notConfirmedInTime,
      'O pedido não foi confirmado a tempo.',
    ],
  ])('%s', (_name, story, english, portuguese) => {
    const facts = story();
    expect(facts.at(-1)?.type).toBe('order_cancelled');
    const reason = reasonForBuyer(timeline(facts));
    expect(reason).toBe(english);
    expect(reasonInLanguage(english, en)).toBe(english);
    expect(reasonInLanguage(english, ptBR)).toBe(portuguese);
    const { record, ...input } = {
      record: sampleOrder('en'),
      store: { name: 'Store', supportEmail: 'help@store.example' },
      fulfilment: null,
    };
    const cancelled = { ...record, order: { ...record.order, status: 'cancelled' as const } };
    const { html, text } = renderEmail('cancelled', { ...input, record: cancelled, reason });
    expect(text).toContain(`Reason: ${english}`);
    expect(html + text).not.toMatch(/fraud|fake|stolen|swindler|KETTLE|wanted/);
  });
});

describe('what happens with the money', () => {
  const money = (minor: number): string => `${minor}`;
  const said = (payment: Partial<Payment>, exception?: ExceptionKind): string => {
    const { order } = sampleOrder('en', { amount: 900, authorized: 900, captured: 900, refunded: 0, ...payment });
    const exceptions = exception === undefined ? [] : [{ id: 'x', kind: exception, lane: 'payment' }];
    return moneySentence({ ...order, status: 'cancelled', exceptions }, en, money);
  };
  const say = en.cancelled.money;

  test.each<[string, Partial<Payment>, string]>([
    ['never paid', { status: 'pending', authorized: 0, captured: 0 }, say.nothingCharged],
    ['declined', { status: 'failed', authorized: 0, captured: 0 }, say.nothingCharged],
    ['closed before it was paid', { status: 'voided', authorized: 0, captured: 0 }, say.nothingCharged],
    ['cash on delivery', { method: 'cod', status: 'pending', authorized: 0, captured: 0 }, say.nothingCharged],
    ['still held', { status: 'authorized', captured: 0 }, say.willBeVoided('900')],
    ['released', { status: 'voided', captured: 0 }, say.voided('900')],
    ['captured', { status: 'paid' }, say.willBeRefunded('900')],
    ['refunded in part', { status: 'partially_refunded', refunded: 300 }, say.willBeRefunded('600')],
    ['refunded', { status: 'refunded', refunded: 900 }, say.refunded('900')],
    ['transferred', { method: 'bank_transfer', status: 'paid', authorized: 0 }, say.byTransfer('900')],
    [
      'sent back by hand',
      { method: 'bank_transfer', status: 'refunded', refunded: 900 },
      say.returnedByTransfer('900'),
    ],
  ])('%s', (_name, payment, sentence) => {
    expect(said(payment)).toBe(sentence);
  });

  test('a refund the gateway could not make comes by transfer', () => {
    expect(said({ status: 'paid' }, 'refund_due')).toBe(say.byTransfer('900'));
  });

  test('the mail says it, with the reason, and calls a failed order what it is', () => {
    const record = sampleOrder('en');
    const input = { store: { name: 'Store', supportEmail: 'help@store.example' }, fulfilment: null };
    const cancelled = { ...record, order: { ...record.order, status: 'cancelled' as const } };
    const mail = renderEmail('cancelled', { ...input, record: cancelled, reason: 'Changed my mind' });
    expect(mail.text).toContain('We are refunding $104.70');
    expect(mail.text).toContain('Reason: Changed my mind');
    expect(renderEmail('cancelled', { ...input, record: cancelled }).text).not.toContain('Reason');
    const failed = { ...record, order: { ...record.order, status: 'failed' as const } };
    expect(renderEmail('cancelled', { ...input, record: failed }).subject).toContain('could not be completed');
  });
});
