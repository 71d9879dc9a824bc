import {
  confirmPartWith,
  confirmWith,
  judge,
  missingOf,
  needsAssessment,
  place,
  restToSend,
  shortOf,
} from '../../src/domain/accepting.ts';
import { type ActionRequest, type Decision, decideAction } from '../../src/domain/decide.ts';
import { isInquiry, isOpen } from '../../src/domain/disputes.ts';
import { begin, type Draft } from '../../src/domain/draft.ts';
import { type Duty, demandOf, dutiesOf, waitOf } from '../../src/domain/duties.ts';
import { evolve, evolveAll } from '../../src/domain/evolve.ts';
import type { DisputeReading, Fact, PaymentReading, Placement } from '../../src/domain/facts.ts';
import { allocationsHeld, type HeldUnits, unitsGivenBack, unitsHeld } from '../../src/domain/fulfilment.ts';
import { decideNews, type Failure, type News } from '../../src/domain/news.ts';
import {
  type Allocation,
  type Fulfilment,
  fulfilmentOf,
  isPending,
  type Label,
  type Line,
  type LineQuantity,
  type Order,
  type Refund,
} from '../../src/domain/order.ts';
import { reroute } from '../../src/domain/parcels.ts';
import { amountDue } from '../../src/domain/payment.ts';
import { unlabelledParts, uselessLabels } from '../../src/domain/returns.ts';
import { planRoute, type RoutingPlan } from '../../src/domain/routing.ts';

/**
 * The order and the world around it, in memory: a gateway, a carrier and a stock that do what the real ones do, and answers that
 * travel as long as the test likes. It does with duties what the workflow does, and nothing more.
 */

export type Stock = Map<string, number>;
export const stockKey = (sku: string, location: string): string => `${sku}@${location}`;

/** How a step at a partner ends. `lost`: it was done, and the step gave up without knowing. */
export type Outcome = 'done' | 'refused' | 'unreachable' | 'lost';

type Step = {
  readonly duty: Duty;
  /** The order when the step began. */
  readonly order: Order;
  /** The partner's answer, once the partner has done it. */
  answer: News | null;
};

/** What the buyer's card does when it is charged; the last three only in a checkout that charges by itself. */
export type Card = 'good' | 'declined' | 'slow' | 'captured' | 'wrong_amount' | 'captured_wrong_amount';

const LOCATIONS = ['EAST', 'WEST'].map((code, index) => ({
  code,
  seller: null,
  country: 'US',
  region: code,
  postalCode: `1000${index}`,
  priority: index,
  handling: 100,
  capacityLeft: null,
  cutOffPassed: false,
}));

const REFUSAL_OF: Readonly<Record<Duty['do'], string>> = {
  check_payment: 'PaymentRefused',
  capture: 'PaymentRefused',
  give_back: 'RefundByHand',
  buy_label: 'LabelRefused',
  buy_return_label: 'LabelRefused',
  void_label: 'Timeout',
  void_return_label: 'Timeout',
  follow_parcel: 'LabelRefused',
  send_refund: 'RefundByHand',
  submit_evidence: 'EvidenceRefused',
  accept_dispute: 'EvidenceRefused',
  reserve: 'Unrecordable',
};

/** What the catalogue has in place of whatever is short. */
const OTHER = { sku: 'B', name: 'Other goods', kind: 'physical', seller: null, unitPrice: 1 } as const;

const WEEK = 7 * 86_400_000;
const WRONG = 1;

export const GATEWAY_EVENTS = [
  'pays',
  'lapses',
  'refunded_there',
  'inquires',
  'disputes',
  'decides',
  'warns',
  'refund_fails',
] as const;
export type GatewayEvent = (typeof GATEWAY_EVENTS)[number];

export class World {
  order: Order;
  at: number;
  readonly facts: Fact[];
  readonly stock: Stock;
  readonly steps: Step[] = [];
  /** Everything the order was told, for telling it again. */
  readonly told: News[] = [];
  readonly labels = new Map<string, { fulfilment: string; voided: boolean }>();
  readonly refunds = new Map<string, number>();
  dispute: DisputeReading | null = null;
  /** The signs of fraud call for a review. */
  suspicious = false;
  intent: PaymentReading | null = null;
  /** A step gave up although its partner had done it: only a person can find out. */
  lost = false;
  readonly #card: Card;
  /** Others wait for one of the goods. */
  readonly #queues = new Map([['A', 2]]);
  /** On which coast the buyer lives; every new address is on the other. */
  #east = true;
  #held: { key: string; line: number; location: string; quantity: number }[] = [];

  constructor(placement: Placement, stock: Stock, card: Card, at: number) {
    this.at = at;
    this.stock = stock;
    this.#card = card;
    const { order, facts } = place(placement, { role: 'service', id: 'checkout' }, at);
    this.order = order;
    this.facts = [...facts];
    if (placement.paymentReference !== null) this.#charge(placement.paymentReference);
    this.begin();
  }

  get held(): number {
    return this.#held.reduce((sum, hold) => sum + hold.quantity, 0);
  }

  /** Begins every duty whose lane is free, as the workflow's loop does. */
  begin(): void {
    for (const duty of dutiesOf(this.order)) {
      if (this.steps.some((step) => step.duty.lane === duty.lane)) continue;
      this.steps.push({ duty, order: this.order, answer: null });
    }
  }

  /** Another worker takes over: it has the facts alone, and what was under way at partners goes on. */
  restart(): void {
    this.order = evolveAll(undefined, this.facts);
    this.begin();
  }

  act(request: ActionRequest): Decision {
    const decision = decideAction(this.order, request, this.at);
    if (decision.ok) this.#record(decision);
    if (decision.ok && request.fields.staged_address !== undefined) this.#east = !this.#east;
    return decision;
  }

  tell(news: News): readonly Fact[] {
    this.told.push(news);
    const draft = decideNews(this.order, news, this.at);
    this.#record(draft);
    return draft.facts;
  }

  /** The partner does what a step asked for; the answer is still under way. */
  effect(step: Step): void {
    if (step.answer === null && step.duty.do !== 'reserve') step.answer = this.#answerTo(step.duty, step.order);
  }

  /** Ends a step; answers whether the order knows more than before, or owes the step no longer. */
  finish(step: Step, outcome: Outcome): boolean {
    const { duty } = step;
    const owedBefore = this.order.version;
    if (outcome === 'lost') this.effect(step);
    if (outcome !== 'done' && step.answer !== null) this.lost = true;
    if (outcome === 'done') {
      this.effect(step);
      if (step.answer === null) this.#reserve();
      else this.tell(step.answer);
    } else {
      const type = outcome === 'refused' && step.answer === null ? REFUSAL_OF[duty.do] : 'Timeout';
      this.tell({ type: 'duty_failed', duty, failure: failure(type) });
    }
    this.steps.splice(this.steps.indexOf(step), 1);
    const owed = dutiesOf(this.order).some((one) => one.do === duty.do && one.lane === duty.lane);
    const noticed = this.order.version > owedBefore || !owed;
    this.begin();
    return noticed;
  }

  /** Passes to the next deadline, if the order would wake for it now; answers whether it then waits for something else. */
  wait(): boolean {
    const { until } = waitOf(this.order);
    if (until === null || this.steps.length > 0) return true;
    this.at = Math.max(this.at, until.at);
    if (until.kind === 'reachable_until') return true;
    this.tell({ type: 'deadline', kind: until.kind, subject: until.subject });
    this.begin();
    return JSON.stringify(waitOf(this.order).until) !== JSON.stringify(until);
  }

  /** The payment as the gateway has it: what a webhook leads to. */
  reading(): News | null {
    return this.intent === null ? null : { type: 'payment_read', reading: { ...this.intent } };
  }

  /** What happens at the gateway without us. */
  atGateway(event: GatewayEvent): void {
    const { intent } = this;
    if (intent === null) return;
    if (event === 'inquires' && intent.captured > intent.refunded && this.dispute === null)
      this.#dispute(intent, { status: 'warning', inquiry: true });
    // Of nothing, or of what the bank has only asked about before.
    if (event === 'disputes' && intent.captured > intent.refunded && !this.#isDecided && !this.isWithTheBank)
      this.#dispute(intent, { status: 'needs_response' });
    if (event === 'decides' && this.dispute !== null) this.#decide(this.dispute);
    if (event === 'warns') this.tell({ type: 'fraud_warning', warning: 'issfr_1', kind: 'card_lost' });
    if (event === 'refund_fails') this.#failRefund(intent);
    if (event === 'pays' && (intent.state === 'awaiting_buyer' || intent.state === 'failed')) this.#authorize();
    if (event === 'lapses' && intent.state === 'authorized') this.intent = { ...intent, state: 'voided' };
    // What the bank has taken back cannot be refunded as well (Stripe: `charge_disputed`).
    if (event === 'refunded_there' && intent.state === 'captured' && !this.isWithTheBank) {
      // Nor does anybody refund what was sent by hand before (who does so is found by comparing).
      const left = Math.max(0, intent.captured - intent.refunded - this.order.payment.returnedByHand);
      this.intent = { ...intent, refunded: intent.refunded + Math.ceil(left / 2) };
    }
  }

  /** The bank has taken the money, or kept it. */
  get isWithTheBank(): boolean {
    return this.dispute !== null && !isInquiry(this.dispute) && this.dispute.status !== 'won';
  }

  get #isDecided(): boolean {
    return this.dispute?.status === 'won' || this.dispute?.status === 'lost';
  }

  #dispute(intent: PaymentReading, how: Pick<DisputeReading, 'status' | 'inquiry'>): void {
    const evidenceDue = this.at + WEEK;
    this.dispute = {
      id: 'du_1',
      amount: intent.captured - intent.refunded,
      reason: 'fraudulent',
      evidenceDue,
      ...how,
    };
    this.tell({ type: 'dispute_read', dispute: { ...this.dispute } });
  }

  #decide(dispute: DisputeReading): void {
    if (!isOpen({ ...dispute, submission: 'none', acceptance: 'none' })) return;
    if (isInquiry(dispute)) this.dispute = { ...dispute, status: 'warning_closed' };
    else this.dispute = { ...dispute, status: dispute.status === 'under_review' ? 'won' : 'lost' };
    this.tell({ type: 'dispute_read', dispute: { ...this.dispute } });
  }

  #failRefund(intent: PaymentReading): void {
    const refund = this.order.refunds.find(({ status, reference }) => status === 'succeeded' && reference !== null);
    if (refund === undefined) return;
    this.intent = { ...intent, refunded: Math.max(0, intent.refunded - refund.amount) };
    this.tell({ type: 'refund_failed', reference: refund.reference ?? '', why: 'account closed' });
    this.tell({ type: 'payment_read', reading: { ...this.intent } });
  }

  #record({ order, facts }: Draft): void {
    for (const fact of facts) {
      const before = this.order;
      this.order = evolve(before, fact);
      this.#moveStock(before, fact);
    }
    this.facts.push(...facts);
    this.order = order;
    this.begin();
  }

  #moveStock(before: Order, fact: Fact): void {
    switch (fact.type) {
      case 'order_cancelled':
      case 'order_failed':
      case 'order_refunded':
        for (const { key, quantity } of this.#held) this.#putBack(key, quantity);
        this.#held = [];
        return;
      case 'lines_cancelled':
      case 'lines_replaced':
        for (const { key, quantity } of this.#end(unitsGivenBack(before, this.order))) this.#putBack(key, quantity);
        return;
      case 'parcel_returned': {
        const { location, lines } = fulfilmentOf(before, fact.fulfilment) as Fulfilment;
        for (const { line, quantity } of fact.goods === 'restock' ? lines : [])
          this.#putBack(stockKey(before.lines.find(({ no }) => no === line)?.sku ?? '', location ?? ''), quantity);
        return;
      }
      case 'parcel_shipped': {
        const parcel = fulfilmentOf(before, fact.fulfilment);
        const location = parcel?.location ?? '';
        this.#end(parcel?.lines.map((one) => ({ ...one, location })) ?? []);
        return;
      }
      default:
    }
  }

  #putBack(key: string, quantity: number): void {
    this.stock.set(key, (this.stock.get(key) ?? 0) + quantity);
  }

  /** Takes units out of the holds, and says which. */
  #end(units: readonly HeldUnits[]): { key: string; quantity: number }[] {
    const ended: { key: string; quantity: number }[] = [];
    const left = new Map(units.map(({ line, location, quantity }) => [`${line}@${location}`, quantity]));
    this.#held = this.#held.flatMap((hold) => {
      const of = `${hold.line}@${hold.location}`;
      const taken = Math.min(hold.quantity, left.get(of) ?? 0);
      left.set(of, (left.get(of) ?? 0) - taken);
      if (taken > 0) ended.push({ key: hold.key, quantity: taken });
      return taken === hold.quantity ? [] : [{ ...hold, quantity: hold.quantity - taken }];
    });
    return ended;
  }

  #reserve(): void {
    if (!dutiesOf(this.order).some((duty) => duty.do === 'reserve')) return;
    const draft = this.#assessed();
    if (draft.order.review?.status === 'due') {
      this.#record(draft);
      return;
    }
    if (this.order.rerouting) {
      this.#reroute(draft);
      return;
    }
    const plan = this.#plan(demandOf(this.order));
    if (plan.ok) {
      this.#take(plan.allocations);
      this.#record(confirmWith(draft, plan.allocations, plan.explanation, this.at));
      return;
    }
    const missing = missingOf(plan.shortages);
    const rest = restToSend(this.order, missing, this.#queues);
    const part = rest.length === 0 ? null : this.#plan(rest);
    if (part?.ok !== true) {
      const offers = new Map(missing.map(({ line, quantity }) => [line, { ...OTHER, quantity }]));
      this.#record(shortOf(draft, plan.shortages, plan.explanation, this.at, this.#queues, offers));
      return;
    }
    this.#take(part.allocations);
    this.#record(confirmPartWith(draft, part, missing, this.at));
  }

  #reroute(draft: Draft): void {
    const [own, units] = [allocationsHeld(this.order), unitsHeld(this.order)];
    for (const { key, quantity } of this.#end(own)) this.#putBack(key, quantity);
    const plan = this.#plan(units);
    const allocations = plan.ok ? plan.allocations : own;
    this.#take(allocations);
    this.#record(reroute(draft, allocations, plan.explanation, this.at));
  }

  #plan(wanted: readonly LineQuantity[]): RoutingPlan {
    const demands = wanted.map(({ line, quantity }) => {
      const { sku, seller } = this.order.lines.find(({ no }) => no === line) as Line;
      return { line, sku, seller, quantity };
    });
    const available = [...this.stock].map(([key, quantity]) => {
      const [sku = '', location = ''] = key.split('@');
      return { sku, location, quantity };
    });
    const destination = {
      country: 'US',
      region: this.#east ? 'EAST' : 'WEST',
      postalCode: this.#east ? '10000' : '10001',
    };
    return planRoute({
      demands,
      locations: LOCATIONS,
      available,
      destination,
      strategies: ['fewest_parcels', 'cheapest'],
    });
  }

  #take(allocations: readonly Allocation[]): void {
    for (const { sku, location, line, quantity } of allocations) {
      const key = stockKey(sku, location);
      this.stock.set(key, (this.stock.get(key) ?? 0) - quantity);
      this.#held.push({ key, line, location, quantity });
    }
  }

  #assessed(): Draft {
    if (!needsAssessment(this.order)) return begin(this.order);
    const score = this.suspicious ? 100 : 0;
    return judge(begin(this.order), { score, reasons: [], signs: [], review: this.suspicious }, this.at);
  }

  #answerTo(duty: Exclude<Duty, { do: 'reserve' }>, order: Order): News {
    const byHand = order.payment.method !== 'stripe';
    switch (duty.do) {
      case 'check_payment':
      case 'capture':
      case 'give_back':
        if (byHand) return { type: 'duty_failed', duty, failure: failure('RefundByHand') };
        // A gateway gives nothing back of a payment that the bank is asking back.
        if (duty.do === 'give_back' && this.isWithTheBank)
          return { type: 'duty_failed', duty, failure: failure('RefundByHand') };
        if (duty.do === 'check_payment') this.#charge(order.payment.reference ?? `pi_${order.version}`);
        if (duty.do === 'capture') this.#capture();
        if (duty.do === 'give_back') this.#giveBack(order.payment.returnedByHand);
        return { type: 'payment_read', reading: { ...(this.intent as PaymentReading) } };
      case 'send_refund': {
        const refund = order.refunds.find(isPending);
        if (byHand || this.isWithTheBank || refund === undefined)
          return { type: 'duty_failed', duty, failure: failure('RefundByHand') };
        return { type: 'refund_sent', refund: refund.id, reference: `re_${refund.id}`, reading: this.#refund(refund) };
      }
      case 'submit_evidence':
      case 'accept_dispute': {
        const answered = duty.do === 'accept_dispute' ? 'accept' : 'submit';
        if (this.dispute !== null && isOpen({ ...this.dispute, submission: 'none', acceptance: 'none' })) {
          const given = isInquiry(this.dispute) ? 'warning_closed' : 'lost';
          this.dispute = { ...this.dispute, status: answered === 'accept' ? given : 'under_review' };
        }
        return { type: 'dispute_read', dispute: { ...(this.dispute as DisputeReading) }, answered };
      }
      case 'buy_label':
        return this.#buyLabel(duty.lane);
      case 'buy_return_label':
        return this.#buyReturnLabel(duty.lane);
      case 'void_label': {
        const label = this.labels.get(fulfilmentOf(order, duty.lane)?.label?.transaction ?? '');
        if (label !== undefined) label.voided = true;
        return { type: 'label_voided', fulfilment: duty.lane, outcome: 'accepted' };
      }
      case 'void_return_label':
        return this.#voidReturnLabel(order, duty.lane);
      case 'follow_parcel':
        return { type: 'parcel_followed', fulfilment: duty.lane, outcome: 'The carrier tells us of the parcel.' };
      default:
        return duty satisfies never;
    }
  }

  /** A refund that was made before is not made again. */
  #refund({ id, amount }: Refund): PaymentReading {
    const intent = this.intent as PaymentReading;
    if (!this.refunds.has(id)) {
      this.refunds.set(id, amount);
      this.intent = { ...intent, refunded: Math.min(intent.captured, intent.refunded + amount) };
    }
    return { ...(this.intent as PaymentReading) };
  }

  #charge(reference: string): void {
    if (this.intent !== null) return;
    const amount = this.order.totals.total + (this.#card.endsWith('wrong_amount') ? WRONG : 0);
    this.intent = {
      reference,
      replaces: null,
      state: 'awaiting_buyer',
      amount,
      currency: this.order.currency,
      captured: 0,
      refunded: 0,
      orderNumber: null,
      captureBefore: null,
      nextAction: null,
      riskLevel: null,
      riskScore: null,
      failure: null,
    };
    if (this.#card === 'declined')
      this.intent = { ...this.intent, state: 'failed', failure: { code: 'card_declined', message: 'Declined.' } };
    else if (this.#card !== 'slow') this.#authorize();
    if (this.#card.startsWith('captured')) this.#capture();
  }

  #authorize(): void {
    if (this.intent === null) return;
    this.intent = { ...this.intent, state: 'authorized', captureBefore: this.at + WEEK, failure: null };
  }

  #capture(): void {
    if (this.intent?.state !== 'authorized') return;
    // What was cancelled before is not captured.
    const captured = Math.min(
      this.intent.amount,
      this.#card.startsWith('captured') ? this.intent.amount : amountDue(this.order),
    );
    this.intent = { ...this.intent, state: 'captured', captured };
  }

  /** All that is left, but what a person has sent back already. */
  #giveBack(byHand: number): void {
    const { intent } = this;
    if (intent === null) return;
    const refunded = Math.max(intent.refunded, intent.captured - byHand);
    this.intent = intent.state === 'captured' ? { ...intent, refunded } : { ...intent, state: 'voided' };
  }

  /** A label that was bought before is adopted. */
  #bought(parcel: string): string {
    const known = [...this.labels].find(([, label]) => label.fulfilment === parcel && !label.voided);
    const transaction = known?.[0] ?? `label-${this.labels.size + 1}`;
    this.labels.set(transaction, { fulfilment: parcel, voided: false });
    return transaction;
  }

  #buyReturnLabel(id: string): News {
    const returned = this.order.returns.find((one) => one.id === id);
    const [part] = returned === undefined ? [] : unlabelledParts(this.order, returned);
    if (part === undefined) {
      const duty = { do: 'buy_return_label', lane: id } as const;
      return { type: 'duty_failed', duty, failure: failure('LabelRefused') };
    }
    const { location, lines } = part;
    const transaction = this.#bought(`${id}@${location}`);
    const label = { ...paperOf(transaction, this.order.currency), trackingNumber: `T-${transaction}`, voided: false };
    return {
      type: 'return_label_bought',
      return: id,
      label: { ...label, trackingUrl: null, progress: 'unused', location, lines },
    };
  }

  /** The carrier has seen every third parcel after all, and pays every third label not back. */
  #voidReturnLabel(order: Order, id: string): News {
    const returned = order.returns.find((one) => one.id === id);
    const { transaction = '', trackingNumber = '' } = (returned === undefined ? [] : uselessLabels(returned))[0] ?? {};
    const turn = Number(transaction.slice('label-'.length)) % 3;
    const details = 'seen';
    if (turn === 0) {
      const tracking = { return: id, trackingNumber, carrier: 'usps', status: 'returned', details } as const;
      return { type: 'return_tracking', tracking };
    }
    const label = this.labels.get(transaction);
    if (label !== undefined) label.voided = true;
    return { type: 'return_label_voided', return: id, label: transaction, outcome: 'answered', refused: turn === 1 };
  }

  #buyLabel(fulfilment: string): News {
    const transaction = this.#bought(fulfilment);
    const label: Label = { ...paperOf(transaction, this.order.currency), voided: false };
    return { type: 'label_bought', fulfilment, label, trackingNumber: `T-${transaction}`, trackingUrl: null };
  }
}

const paperOf = (transaction: string, currency: string) => ({
  transaction,
  carrier: 'usps',
  service: 'Priority',
  cost: 500,
  currency,
  url: null,
});

const failure = (type: string): Failure => ({ type, message: `${type}.`, details: {} });
