import {
  type ActionRequest,
  confirmWith,
  type Decision,
  decideAction,
  decideNews,
  type Failure,
  type News,
  place,
  shortOf,
} from '../../src/domain/decide.ts';
import type { Draft } from '../../src/domain/draft.ts';
import { type Duty, dutiesOf, waitOf } from '../../src/domain/duties.ts';
import type { Fact, PaymentReading, Placement } from '../../src/domain/facts.ts';
import { fulfilmentOf, type Label, type Order } from '../../src/domain/order.ts';
import { planRoute } from '../../src/domain/routing.ts';

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
  void_label: 'LabelRefused',
  follow_parcel: 'LabelRefused',
  reserve: 'Unrecordable',
};

const WEEK = 7 * 86_400_000;
const WRONG = 1;

export class World {
  order: Order;
  at: number;
  readonly facts: Fact[];
  readonly stock: Stock;
  readonly steps: Step[] = [];
  /** Everything the order was told, for telling it again. */
  readonly told: News[] = [];
  readonly labels = new Map<string, { fulfilment: string; voided: boolean }>();
  intent: PaymentReading | null = null;
  /** A step gave up although its partner had done it: only a person can find out. */
  lost = false;
  readonly #card: Card;
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

  act(request: ActionRequest): Decision {
    const decision = decideAction(this.order, request, this.at);
    if (decision.ok) this.#record(decision);
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
    this.tell({ type: 'deadline', kind: until.kind, fulfilment: until.fulfilment });
    this.begin();
    return JSON.stringify(waitOf(this.order).until) !== JSON.stringify(until);
  }

  /** The payment as the gateway has it: what a webhook leads to. */
  reading(): News | null {
    return this.intent === null ? null : { type: 'payment_read', reading: { ...this.intent } };
  }

  /** What happens at the gateway without us. */
  atGateway(event: 'pays' | 'lapses' | 'refunded_there'): void {
    const { intent } = this;
    if (intent === null) return;
    if (event === 'pays' && (intent.state === 'awaiting_buyer' || intent.state === 'failed')) this.#authorize();
    if (event === 'lapses' && intent.state === 'authorized') this.intent = { ...intent, state: 'voided' };
    if (event === 'refunded_there' && intent.state === 'captured') {
      this.intent = { ...intent, refunded: intent.refunded + Math.ceil((intent.captured - intent.refunded) / 2) };
    }
  }

  #record({ order, facts }: Draft): void {
    for (const fact of facts) this.#moveStock(fact);
    this.facts.push(...facts);
    this.order = order;
    this.begin();
  }

  #moveStock(fact: Fact): void {
    if (fact.type === 'order_cancelled' || fact.type === 'order_failed') {
      for (const { key, quantity } of this.#held) this.stock.set(key, (this.stock.get(key) ?? 0) + quantity);
      this.#held = [];
    }
    if (fact.type !== 'parcel_shipped') return;
    const parcel = fulfilmentOf(this.order, fact.fulfilment) ?? null;
    const lines = parcel?.lines.map((one) => one.line) ?? [];
    this.#held = this.#held.filter((hold) => hold.location !== parcel?.location || !lines.includes(hold.line));
  }

  #reserve(): void {
    if (!dutiesOf(this.order).some((duty) => duty.do === 'reserve')) return;
    const demands = this.order.lines
      .filter((line) => line.kind === 'physical')
      .map(({ no, sku, seller, quantity, cancelled }) => ({ line: no, sku, seller, quantity: quantity - cancelled }));
    const available = [...this.stock].map(([key, quantity]) => {
      const [sku = '', location = ''] = key.split('@');
      return { sku, location, quantity };
    });
    const destination = { country: 'US', region: 'EAST', postalCode: '10001' };
    const plan = planRoute({
      demands,
      locations: LOCATIONS,
      available,
      destination,
      strategies: ['fewest_parcels', 'cheapest'],
    });
    if (!plan.ok) {
      this.#record(shortOf(this.order, plan.shortages, plan.explanation, this.at));
      return;
    }
    for (const { sku, location, line, quantity } of plan.allocations) {
      const key = stockKey(sku, location);
      this.stock.set(key, (this.stock.get(key) ?? 0) - quantity);
      this.#held.push({ key, line, location, quantity });
    }
    this.#record(confirmWith(this.order, plan.allocations, plan.explanation, this.at));
  }

  #answerTo(duty: Exclude<Duty, { do: 'reserve' }>, order: Order): News {
    const byHand = order.payment.method !== 'stripe';
    switch (duty.do) {
      case 'check_payment':
      case 'capture':
      case 'give_back':
        if (byHand) return { type: 'duty_failed', duty, failure: failure('RefundByHand') };
        if (duty.do === 'check_payment') this.#charge(order.payment.reference ?? `pi_${order.version}`);
        if (duty.do === 'capture') this.#capture();
        if (duty.do === 'give_back') this.#giveBack();
        return { type: 'payment_read', reading: { ...(this.intent as PaymentReading) } };
      case 'buy_label':
        return this.#buyLabel(duty.lane);
      case 'void_label': {
        const label = this.labels.get(fulfilmentOf(order, duty.lane)?.label?.transaction ?? '');
        if (label !== undefined) label.voided = true;
        return { type: 'label_voided', fulfilment: duty.lane, outcome: 'accepted' };
      }
      case 'follow_parcel':
        return { type: 'parcel_followed', fulfilment: duty.lane, outcome: 'The carrier tells us of the parcel.' };
      default:
        return duty satisfies never;
    }
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
    this.intent = { ...this.intent, state: 'captured', captured: this.intent.amount };
  }

  #giveBack(): void {
    const { intent } = this;
    if (intent === null) return;
    this.intent =
      intent.state === 'captured' ? { ...intent, refunded: intent.captured } : { ...intent, state: 'voided' };
  }

  /** A label that was bought before is adopted. */
  #buyLabel(fulfilment: string): News {
    const known = [...this.labels].find(([, label]) => label.fulfilment === fulfilment && !label.voided);
    const transaction = known?.[0] ?? `label-${this.labels.size + 1}`;
    this.labels.set(transaction, { fulfilment, voided: false });
    const label: Label = {
      transaction,
      carrier: 'usps',
      service: 'Priority',
      cost: 500,
      currency: this.order.currency,
      url: null,
      voided: false,
    };
    return { type: 'label_bought', fulfilment, label, trackingNumber: `T-${transaction}`, trackingUrl: null };
  }
}

const failure = (type: string): Failure => ({ type, message: `${type}.`, details: {} });
