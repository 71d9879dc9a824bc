import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { OrderView } from '../../src/contracts/order-view.ts';
import type { PolicyDocument } from '../../src/contracts/policy.ts';
import { workflowIdOf } from '../../src/domain/keys.ts';
import { deskOf } from '../setup/desk.ts';
import { mailAbout } from '../setup/mails.ts';
import { scenario } from '../setup/scenario.ts';
import { deliver, getOrder, orderRequest, type System, startSystem, untilOrder } from '../setup/system.ts';

/** What the bank is told of a disputed payment, and what becomes of it when it cannot be told (seed 5, "Disputes and Chargebacks"). */

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const { act, resolve, openException, untilException } = deskOf(() => system);
const dispute = async (number: string, reason: string): Promise<Stripe.Dispute> => {
  const { payments } = await getOrder(system, number);
  return system.control.dispute(payments[0]?.reference ?? '', { reason });
};
/** The dispute as the bank has it. */
const atBank = async (id: string): Promise<Stripe.Dispute> => {
  const headers = { authorization: 'Bearer sk_test_sandbox' };
  const response = await fetch(`${system.sandbox.stripeUrl}/v1/disputes/${id}`, { headers });
  return (await response.json()) as Stripe.Dispute;
};
/** A disputed order, of which the bank's interface fails the next answers with this status. */
async function disputedAndFailing(number: string, reason: string, status: number, count: number): Promise<string> {
  await deliver(system, number);
  const { id } = await dispute(number, reason);
  await untilException(number, 'dispute');
  const route = 'POST /v1/disputes/:id';
  await system.control.fault({ service: 'stripe', route, kind: 'error', status, count, match: id });
  return id;
}
const untilRefused = (number: string): Promise<OrderView> =>
  untilOrder(system, number, ({ timeline }) => timeline.some(({ type }) => type === 'dispute_answer_refused'));
const isAnswered = ({ disputes }: OrderView): boolean => disputes[0]?.status === 'under_review';

describe('the evidence', () => {
  scenario(
    () => system,
    'tells the bank who bought what, where it went, that it arrived, and what was written to the buyer',
    async ({ place }) => {
      const number = await place();
      await act(number, 'add_note', { note: 'Between us: a difficult buyer' });
      await act(number, 'hold', { reason: 'the card may be stolen' });
      await act(number, 'release', { note: 'not proven' });
      await act(number, 'send_message', { to: 'seller', body: 'Is this the one who never pays?' });
      const order = await deliver(system, number);
      await act(number, 'send_message', { body: 'Enjoy your mug!' });
      await act(
        number,
        'send_message',
        { to: 'store', body: 'Thank you, it is lovely.' },
        { 'x-acting-for': 'customer' },
      );
      await mailAbout(system, number, /has been delivered$/);
      const { id } = await dispute(number, 'product_not_received');
      await untilException(number, 'dispute');
      expect((await act(number, 'submit_evidence', { evidence: 'The buyer thanked us.' })).status).toBe(200);
      await untilOrder(system, number, isAnswered);
      const { evidence } = await atBank(id);
      expect(evidence).toMatchObject({
        customer_name: 'Ada Lovelace',
        customer_email_address: 'ada@example.com',
        billing_address: expect.stringContaining('1 Market St'),
        shipping_address: expect.stringContaining('94105'),
        product_description: '1 x Product MUG (MUG)',
        shipping_carrier: order.fulfilments[0]?.carrier,
        shipping_tracking_number: order.fulfilments[0]?.tracking_number,
        shipping_date: new Date().toISOString().slice(0, 10),
      });
      const text = evidence.uncategorized_text ?? '';
      for (const told of [
        'The buyer thanked us.',
        'fulfilment delivered',
        'e-mail to the customer: confirmation',
        'e-mail to the customer: shipped',
        'message of the owner to the buyer: Enjoy your mug!',
        'message of the customer to the store: Thank you, it is lovely.',
      ])
        expect(text).toContain(told);
      for (const kept of ['a difficult buyer', 'stolen', 'not proven', 'never pays', 'exception', 'held', 'dispute'])
        expect(text).not.toContain(kept);
    },
  );

  scenario(
    () => system,
    'that is longer than the bank reads tells the newest of it, the delivery first of all',
    async ({ place }) => {
      const number = await place();
      for (const line of ['oldest', 'older', 'old', 'newer', 'newest'])
        await act(number, 'send_message', { body: `${line} ${'words '.repeat(800)}`.trim() });
      await deliver(system, number);
      const { id } = await dispute(number, 'product_not_received');
      await untilException(number, 'dispute');
      await act(number, 'submit_evidence', { evidence: 'It was signed for.' });
      await untilOrder(system, number, isAnswered);
      const text = (await atBank(id)).evidence.uncategorized_text ?? '';
      expect(text.length).toBe(20_000);
      for (const told of ['It was signed for.', 'fulfilment delivered', 'to the buyer: newest'])
        expect(text).toContain(told);
      expect(text).not.toContain('to the buyer: oldest');
    },
  );

  scenario(
    () => system,
    'says under which terms and from where the order was placed, as they were then',
    async ({ place }) => {
      const setPolicy = async (policy: PolicyDocument): Promise<void> => {
        const { body } = await system.call('GET', '/v1/stores/main');
        const change = { version: body.policy_version, policy };
        expect((await system.call('PUT', '/v1/stores/main/policy', { body: change })).status).toBe(200);
      };
      const refunds = `Unworn goods within 30 days. ${'Of every kind. '.repeat(990)}`.slice(0, 15_000);
      await setPolicy({
        terms: { version: '3', url: 'https://shop.example/terms', text: 'Delivery within ten days.' },
        refund_policy: { text: refunds },
      });
      const address = '203.0.113.7';
      const number = await place({
        customer: { ...orderRequest().customer, ip_address: address },
        terms: { accepted_at: '2026-01-31T12:00:00Z', version: '3' },
      });
      await setPolicy({ terms: { version: '4', text: 'No delivery at all.' } });
      await deliver(system, number);
      const { id } = await dispute(number, 'fraudulent');
      await untilException(number, 'dispute');
      await act(number, 'submit_evidence', {});
      await untilOrder(system, number, isAnswered);
      const { evidence } = await atBank(id);
      expect(evidence.customer_purchase_ip).toBe(address);
      const accepted = 'The customer accepted the terms of the store (version 3) on 2026-01-31 12:00 UTC.';
      for (const told of [
        evidence.refund_policy_disclosure,
        evidence.cancellation_policy_disclosure,
        evidence.uncategorized_text,
      ])
        expect(told).toContain(accepted);
      expect(evidence.refund_policy_disclosure).toContain(refunds.trim());
      expect(evidence.cancellation_policy_disclosure).toContain('(version 3), published at https://shop.example/terms');
      expect(evidence.cancellation_policy_disclosure).toContain('Delivery within ten days.');
      expect(JSON.stringify(evidence)).not.toContain('No delivery at all.');
      // Personal data is in the record only.
      const { client } = system.temporal;
      const history = await client.workflow.getHandle(workflowIdOf(number)).fetchHistory();
      const written = historyToJSON(history).replace(/"data": ?"([^"]*)"/g, (_, data: string) =>
        Buffer.from(data, 'base64').toString(),
      );
      expect(written).toContain(`"number":"${number}"`);
      expect(written).not.toContain(address);
    },
  );

  scenario(
    () => system,
    'that the gateway does not take now is kept and goes out when it does, once',
    async ({ place }) => {
      const number = await place();
      const id = await disputedAndFailing(number, 'product_not_received', 500, 2);
      await act(number, 'submit_evidence', { evidence: 'It was signed for.' });
      await untilOrder(system, number, isAnswered);
      const answered = await atBank(id);
      expect(answered.evidence.uncategorized_text).toContain('It was signed for.');
      expect(answered.evidence_details.submission_count).toBe(1);
      expect(await system.control.faults(), 'faults that no call met').toEqual([]);
    },
  );

  scenario(
    () => system,
    'that the gateway refuses comes before a person with what it said, and is sent again; the buyer hears nothing of it',
    async ({ place }) => {
      const number = await place();
      const id = await disputedAndFailing(number, 'product_unacceptable', 400, 1);
      const asked = await openException(number, 'dispute');
      await act(number, 'submit_evidence', { evidence: 'The picture shows no lid.' });
      await untilRefused(number);
      const refused = await openException(number, 'dispute');
      expect(refused).not.toBe(asked);
      const { body } = await system.call('GET', `/v1/exceptions/${encodeURIComponent(refused)}`);
      expect(body).toMatchObject({
        context: { tried: 'submit_evidence' },
        summary: expect.stringMatching(/^Stripe refused/),
      });
      expect((await atBank(id)).status).toBe('needs_response');
      expect((await resolve(refused, { resolution: 'submit_evidence' })).status).toBe(200);
      await untilOrder(system, number, isAnswered);
      expect((await atBank(id)).evidence.uncategorized_text).toContain('The picture shows no lid.');
      const mails = await system.control.mails();
      expect(mails.filter(({ subject }) => subject.includes(number) && /payment/.test(subject))).toEqual([]);
    },
  );
});

describe('an answer that was refused', () => {
  scenario(
    () => system,
    'can be given up: nothing more is sent, and the dispute can still be accepted',
    async ({ place }) => {
      const number = await place();
      const id = await disputedAndFailing(number, 'product_unacceptable', 400, 1);
      await act(number, 'submit_evidence', {});
      await untilRefused(number);
      expect((await resolve(await openException(number, 'dispute'), { resolution: 'close' })).status).toBe(200);
      const left = await getOrder(system, number);
      expect(left.exceptions.filter(({ status }) => status === 'open')).toEqual([]);
      expect((await atBank(id)).evidence_details.submission_count).toBe(0);
      expect((await act(number, 'accept_dispute', {})).status).toBe(200);
      await untilOrder(system, number, ({ disputes }) => disputes[0]?.status === 'accepted');
    },
  );
});

describe('an inquiry', () => {
  const inquire = async (number: string): Promise<string> => {
    const { payments } = await getOrder(system, number);
    const asked = await system.control.dispute(payments[0]?.reference ?? '', { inquiry: true });
    await untilException(number, 'dispute');
    return asked.id;
  };

  scenario(
    () => system,
    'that was answered and becomes a dispute all the same is asked about once more, and answered',
    async ({ place }) => {
      const number = await place();
      await deliver(system, number);
      const id = await inquire(number);
      await act(number, 'submit_evidence', { evidence: 'It was signed for.' });
      await untilOrder(system, number, isAnswered);
      await system.control.escalateInquiry(id);
      const asked = await untilException(number, 'dispute');
      expect(asked.disputes[0]).toMatchObject({ status: 'needs_response', evidence: 'none' });
      expect(await openException(number, 'dispute')).toBeTruthy();
      expect((await act(number, 'submit_evidence', { evidence: 'The neighbour took it.' })).status).toBe(200);
      await untilOrder(system, number, isAnswered);
      const { evidence, evidence_details: details } = await atBank(id);
      expect(evidence.uncategorized_text).toContain('The neighbour took it.');
      expect(details.submission_count).toBe(2);
      const order = await getOrder(system, number);
      expect(order.exceptions.filter(({ status }) => status === 'open')).toEqual([]);
    },
  );

  scenario(
    () => system,
    'takes no money, so the buyer can be paid back, which a dispute forbids',
    async ({ place }) => {
      const number = await place();
      await deliver(system, number);
      const id = await inquire(number);
      const refund = { refund_reason: 'requested_by_customer', amount: '5.00' };
      expect((await act(number, 'refund', refund)).status).toBe(200);
      await untilOrder(system, number, (order) => order.payment_status === 'partially_refunded');
      await system.control.escalateInquiry(id);
      await untilOrder(system, number, ({ disputes }) => disputes[0]?.status === 'needs_response');
      expect((await act(number, 'refund', refund)).body).toMatchObject({ code: 'dispute_open' });
    },
  );
});

describe('money that was promised while the bank has the payment', () => {
  /** Goods on their way, a warning of fraud, and then the dispute that it warned of: whoever rejects promises the money back. */
  async function promised(number: string): Promise<string> {
    await deliver(system, number);
    const { payments } = await getOrder(system, number);
    const reference = payments[0]?.reference ?? '';
    await system.control.earlyFraudWarning(reference);
    const warned = await openException(number, 'fraud');
    const { id } = await system.control.dispute(reference, { reason: 'fraudulent' });
    await untilException(number, 'dispute');
    expect((await resolve(warned, { resolution: 'reject', note: 'The card was stolen.' })).status).toBe(200);
    const { refunds } = await untilOrder(system, number, (order) => order.refunds.length > 0);
    expect(refunds[0]).toMatchObject({ status: 'pending', amount: '20.00' });
    return id;
  }

  scenario(
    () => system,
    'waits for the bank, and is asked of the gateway when that has decided for the store',
    async ({ place }) => {
      const number = await place();
      const id = await promised(number);
      // Whatever the order does after the promise it has done when it has taken a note.
      await act(number, 'add_note', { note: 'We wait.' });
      expect((await getOrder(system, number)).exceptions.map(({ kind }) => kind)).not.toContain('refund_due');
      await system.control.endDispute(id, 'won');
      // The sandbox refuses a payment that was ever disputed: now, and not before, a person may send the money.
      const due = await openException(number, 'refund_due');
      expect((await resolve(due, { resolution: 'refunded_by_hand', note: 'by transfer' })).status).toBe(200);
      await untilOrder(system, number, ({ refunds }) => refunds[0]?.status === 'succeeded');
    },
  );

  scenario(
    () => system,
    'is not paid a second time when the bank decides for the buyer',
    async ({ place }) => {
      const number = await place();
      await system.control.endDispute(await promised(number), 'lost');
      const order = await untilOrder(system, number, ({ refunds }) => refunds[0]?.status === 'failed');
      expect(order.exceptions.map(({ kind }) => kind)).not.toContain('refund_due');
      expect(order.timeline.find(({ type }) => type === 'refund_settled')?.reason).toMatch(
        /given this money to the buyer/,
      );
      const ledger = await system.control.ledger();
      expect(ledger.payments.find(({ metadata }) => metadata['order_number'] === number)?.refunded).toBe(0);
    },
  );
});

describe('a dispute', () => {
  scenario(
    () => system,
    'says why the buyer disputes, when the answer is due, and is told on the bell',
    async ({ place }) => {
      const reasons = ['unrecognized', 'product_unacceptable', 'fraudulent', 'duplicate'];
      const numbers: string[] = [];
      for (const reason of reasons) {
        const number = await place();
        await deliver(system, number);
        await dispute(number, reason);
        numbers.push(number);
      }
      for (const [index, number] of numbers.entries()) {
        const { disputes, waiting } = await untilException(number, 'dispute');
        expect(disputes[0]).toMatchObject({ reason: reasons[index], amount: '20.00', status: 'needs_response' });
        const days = (Date.parse(disputes[0]?.evidence_due ?? '') - Date.now()) / 86_400_000;
        expect(days).toBeGreaterThan(6);
        expect(days).toBeLessThan(21);
        expect(waiting.code).toBe('exception');
      }
      const { data } = (await system.call('GET', '/v1/notifications?limit=100')).body;
      const told = data.filter(({ type }: { type: string }) => type === 'dispute_read');
      expect(told.map(({ order }: { order: string }) => order)).toEqual(expect.arrayContaining(numbers));
    },
  );
});
