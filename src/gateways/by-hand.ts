import type { PaymentGateway } from '../activities/ports.ts';
import { Refused } from '../domain/failures.ts';

/**
 * Cash on delivery and bank transfer have no gateway to ask: people record the money (SPEC.md §3, step 2), and money that
 * must go back goes back by a person's hand.
 */
export function createByHandGateway(name: string): PaymentGateway {
  const byHand = (what: string) => async (): Promise<never> => {
    throw new Refused('RefundByHand', `${name}: ${what} is done by a person and recorded on the order.`);
  };
  return {
    authorize: byHand('the payment'),
    capture: byHand('the payment'),
    giveBack: byHand('giving the money back'),
    read: byHand('the payment'),
    refund: byHand('giving money back'),
    readRefund: byHand('giving money back'),
    readFraudWarning: byHand('a warning'),
    readDispute: byHand('a dispute'),
    listDisputes: byHand('a dispute'),
    listFraudWarnings: byHand('a warning'),
    submitEvidence: byHand('a dispute'),
    acceptDispute: byHand('a dispute'),
  };
}
