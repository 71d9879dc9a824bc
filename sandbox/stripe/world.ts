import type { Agenda } from '../agenda.ts';
import type { Message } from '../webhooks.ts';
import type { StripeStore } from './store.ts';

/** The request being worked on; events carry it. Handlers are synchronous, so there is never more than one. */
export interface RequestRef {
  readonly id: string;
  readonly idempotencyKey: string | null;
}

export interface StripeSettings {
  /** How long an authorisation holds, in seconds; Stripe gives most cards seven days. */
  readonly authorisationSeconds: number;
  /** How long pending refunds and submitted evidence take to come to a result. */
  readonly settleSeconds: number;
}

/** What the modules of the imitated Stripe work on. */
export interface StripeWorld {
  readonly store: StripeStore;
  readonly agenda: Agenda;
  readonly settings: StripeSettings;
  /** Where the pages a buyer sees are served. */
  readonly webUrl: () => string;
  readonly webhooks: { send(message: Message): void; wants(type: string): boolean };
  request: RequestRef | null;
}
