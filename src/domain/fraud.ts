import type { FraudPolicy, Payment } from './order.ts';
import type { Saying, SayingCode } from './saying-codes.ts';

/** The rule score of an order (SPEC.md §3, step 3): points for each sign, added up, each with its sentence for people. */

/** What the record knows about this buyer; counts and sums are those of the policy's window, this order included. */
export type RiskSignals = {
  readonly ordersOfCustomer: number;
  readonly ordersOfCard: number;
  readonly ordersOfAddress: number;
  /** Minor units of this customer's orders. */
  readonly amountOfCustomer: number;
  readonly isFirstOrder: boolean;
  readonly emailDomain: string;
  /** Billing and shipping are in different countries. */
  readonly countriesDiffer: boolean;
};

export type RiskAssessment = {
  readonly score: number;
  readonly reasons: readonly string[];
  /** The reasons for translations. */
  readonly signs: readonly Saying[];
  readonly review: boolean;
};

type Sign = {
  readonly points: number;
  readonly code: SayingCode;
  readonly values?: Saying['values'];
  readonly reason: string;
};

const RISK_FROM_GATEWAY: Readonly<Record<string, number>> = { highest: 100, elevated: 50 };
/** Scores of the gateway go from 0 to 99; from here on it calls a payment risky (docs.stripe.com/radar/risk-evaluation). */
const GATEWAY_SCORE_FROM = 65;

function signsOf(signals: RiskSignals, payment: Payment, total: number, policy: FraudPolicy): Sign[] {
  const { riskLevel, riskScore } = payment;
  const hours = Math.round(policy.window / 3_600_000);
  const over = (count: number, limit: number): boolean => count > limit;
  const signs: (Sign | false)[] = [
    riskLevel !== null &&
      riskLevel in RISK_FROM_GATEWAY && {
        points: RISK_FROM_GATEWAY[riskLevel] ?? 0,
        code: 'sign_gateway_level',
        values: { risk_level: riskLevel },
        reason: `The gateway calls the risk ${riskLevel}.`,
      },
    riskScore !== null &&
      riskScore >= GATEWAY_SCORE_FROM && {
        points: 30,
        code: 'sign_gateway_score',
        values: { score: riskScore },
        reason: `The gateway's risk score is ${riskScore} of 99.`,
      },
    over(signals.ordersOfCustomer, policy.ordersPerCustomer) && {
      points: 30,
      code: 'sign_orders_of_customer',
      values: { orders: signals.ordersOfCustomer, hours },
      reason: `${signals.ordersOfCustomer} orders of this e-mail address in ${hours} hours.`,
    },
    over(signals.ordersOfCard, policy.ordersPerCard) && {
      points: 20,
      code: 'sign_orders_of_card',
      values: { orders: signals.ordersOfCard, hours },
      reason: `${signals.ordersOfCard} orders with this card in ${hours} hours.`,
    },
    over(signals.ordersOfAddress, policy.ordersPerAddress) && {
      points: 15,
      code: 'sign_orders_of_address',
      values: { orders: signals.ordersOfAddress, hours },
      reason: `${signals.ordersOfAddress} orders to this address in ${hours} hours.`,
    },
    policy.cumulativeAmount !== null &&
      over(signals.amountOfCustomer, policy.cumulativeAmount) && {
        points: 40,
        code: 'sign_amount_of_customer',
        values: { hours },
        reason: `This customer's orders of ${hours} hours exceed the store's limit.`,
      },
    policy.firstOrderOver !== null &&
      signals.isFirstOrder &&
      over(total, policy.firstOrderOver) && {
        points: 40,
        code: 'sign_first_order',
        reason: 'A first order, over the limit the store has for those.',
      },
    policy.disposableDomains.includes(signals.emailDomain) && {
      points: 40,
      code: 'sign_disposable_domain',
      values: { domain: signals.emailDomain },
      reason: `${signals.emailDomain} gives out e-mail addresses to throw away.`,
    },
    signals.countriesDiffer && {
      points: 20,
      code: 'sign_countries_differ',
      reason: 'Billing and shipping address are in different countries.',
    },
  ];
  return signs.filter((sign) => sign !== false);
}

/** `total` in minor units. */
export function assessRisk(signals: RiskSignals, payment: Payment, total: number, policy: FraudPolicy): RiskAssessment {
  const signs = signsOf(signals, payment, total, policy);
  const score = signs.reduce((sum, { points }) => sum + points, 0);
  const reasons = signs.map(({ points, reason }) => `${reason} (+${points})`);
  const said = signs.map(({ code, values, points }): Saying => ({ code, values: { ...values, points } }));
  return { score, reasons, signs: said, review: policy.reviewFrom !== null && score >= policy.reviewFrom };
}
