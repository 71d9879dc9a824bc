import type Stripe from 'stripe';
import { type Control, createControl } from '../../../sandbox/control.ts';
import { type Exchange, type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts';
import { stripeAt } from '../clients.ts';
import { type Receiver, startReceiver } from '../receiver.ts';

export const SECRET = 'whsec_contract';

/** A sandbox, the SDK pointed at it, its control, a webhook address, and everything the SDK and it said to each other. */
export interface Bench {
  readonly sandbox: Sandbox;
  readonly stripe: Stripe;
  readonly control: Control;
  readonly receiver: Receiver;
  readonly exchanges: readonly Exchange[];
  stop(): Promise<void>;
}

export async function startBench(): Promise<Bench> {
  const receiver = await startReceiver();
  const exchanges: Exchange[] = [];
  const sandbox = await startSandbox({
    stripeWebhookUrl: `${receiver.url}/stripe`,
    stripeWebhookSecret: SECRET,
    settleSeconds: 0.05,
    onExchange: (exchange) => exchanges.push(exchange),
  });
  return {
    sandbox,
    receiver,
    exchanges,
    stripe: stripeAt(sandbox.stripeUrl),
    control: createControl(sandbox.webUrl),
    stop: async () => {
      await sandbox.stop();
      await receiver.stop();
    },
  };
}
