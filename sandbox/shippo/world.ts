import type { Agenda } from '../agenda.ts';
import type { Message } from '../webhooks.ts';
import type { ShippoStore } from './store.ts';

export interface ShippoSettings {
  /** Seconds between a parcel's steps when parcels move by themselves; 0 is off. Can be changed while running. */
  autoAdvanceSeconds: number;
  /** How long queued purchases and refunds take. */
  readonly settleSeconds: number;
}

/** What the modules of the imitated Shippo work on. */
export interface ShippoWorld {
  readonly store: ShippoStore;
  readonly agenda: Agenda;
  readonly settings: ShippoSettings;
  /** Where this API is served: labels are fetched there. */
  readonly shippoUrl: () => string;
  /** Where people look at parcels. */
  readonly webUrl: () => string;
  readonly webhooks: { send(message: Message): void };
}
