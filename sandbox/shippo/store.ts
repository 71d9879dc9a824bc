import type {
  WireAddress,
  WireRate,
  WireRefund,
  WireShipment,
  WireTrack,
  WireTransaction,
  WireWebhook,
} from './wire.ts';

/** A bought label: the transaction, and what the sandbox knows beside it. */
export interface Label {
  readonly transaction: WireTransaction;
  readonly rateId: string;
  readonly carrier: string;
  /** False once the label has been voided. */
  valid: boolean;
}

/** Everything the imitated Shippo account holds, changed in place by the modules beside this one. */
export class ShippoStore {
  readonly addresses = new Map<string, WireAddress>();
  readonly shipments = new Map<string, WireShipment>();
  readonly rates = new Map<string, WireRate>();
  readonly labels = new Map<string, Label>();
  readonly refunds = new Map<string, WireRefund>();
  readonly webhooks = new Map<string, WireWebhook>();
  /** By `carrier/tracking number`. */
  readonly tracks = new Map<string, WireTrack>();

  clear(): void {
    for (const [, map] of this.#maps()) map.clear();
  }

  dump(): Record<string, [string, unknown][]> {
    return Object.fromEntries(this.#maps().map(([name, map]) => [name, [...map]]));
  }

  load(dump: Record<string, [string, unknown][]>): void {
    for (const [name, map] of this.#maps()) {
      map.clear();
      for (const [key, value] of dump[name] ?? []) map.set(key, value);
    }
  }

  #maps(): [string, Map<string, unknown>][] {
    return Object.entries(this).filter((entry): entry is [string, Map<string, unknown>] => entry[1] instanceof Map);
  }
}
