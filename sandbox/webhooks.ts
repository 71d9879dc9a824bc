import http from 'node:http';
import https from 'node:https';
import { seeded } from './random.ts';

export const WEBHOOK_MODES = ['normal', 'hold', 'drop', 'duplicate'] as const;
export type WebhookMode = (typeof WEBHOOK_MODES)[number];

export const RELEASE_ORDERS = ['sent', 'reverse', 'shuffle'] as const;
export type ReleaseOrder = (typeof RELEASE_ORDERS)[number];

/** One notification: what it is about, and the bytes to send. */
export interface Message {
  readonly id: string;
  readonly type: string;
  readonly objectId: string;
  readonly body: string;
}

export type DeliveryState = 'pending' | 'held' | 'dropped' | 'delivered' | 'failed';

/** A message on its way to one address. */
export interface Delivery {
  readonly message_id: string;
  readonly type: string;
  readonly object_id: string;
  readonly url: string;
  /** ISO 8601. */
  readonly created: string;
  state: DeliveryState;
  attempts: number;
  /** HTTP status of the last answer, 0 when none came. */
  last_status: number;
  last_error: string;
}

export interface DispatcherOptions {
  readonly urls: (type: string) => readonly string[];
  /** Headers to sign the body with; asked again for every attempt, because signatures carry the time. */
  readonly sign: (body: string) => Record<string, string>;
  /** Seconds to wait before each further attempt. When they are used up the message has failed. */
  readonly retryAfterSeconds: readonly number[];
  /** Whether this answer is worth another attempt; a missing answer (status 0) always is. */
  readonly retriesOn: (status: number) => boolean;
  readonly timeoutMs: number;
}

const KEPT = 5_000;

function ordered<T>(items: readonly T[], order: ReleaseOrder, seed: number): T[] {
  const list = [...items];
  if (order === 'reverse') return list.reverse();
  if (order === 'sent') return list;
  const next = seeded(seed);
  for (let i = list.length - 1; i > 0; i -= 1) {
    const j = Math.floor(next() * (i + 1));
    [list[i], list[j]] = [list[j] as T, list[i] as T];
  }
  return list;
}

/** Sends notifications as the vendor does: at once, side by side, tried again later when they are not answered 2xx. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #agents = {
    'http:': new http.Agent({ keepAlive: true, maxSockets: 32 }),
    'https:': new https.Agent({ keepAlive: true, maxSockets: 32 }),
  };
  readonly #timers = new Set<NodeJS.Timeout>();
  #deliveries: Delivery[] = [];
  #held: { readonly message: Message; readonly delivery: Delivery }[] = [];
  #mode: WebhookMode = 'normal';
  #copies = 2;
  /** Sent or waiting for the next attempt. */
  readonly #pending = new Set<Delivery>();
  #stopped = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  send(message: Message): void {
    for (const url of this.#options.urls(message.type)) {
      const copies = this.#mode === 'duplicate' ? this.#copies : 1;
      for (let copy = 0; copy < copies; copy += 1) this.#sendTo(url, message);
    }
  }

  /** Sends once more whatever the mode is, as the vendor's dashboard can. */
  resend(message: Message): void {
    for (const url of this.#options.urls(message.type))
      void this.#attempt(message, this.#note(message, url, 'pending'), 0);
  }

  setMode(mode: WebhookMode, copies = 2): void {
    this.#mode = mode;
    this.#copies = copies;
  }

  /** Sends what was held, one after the other, so that they arrive in this order; answers how many. */
  async release(order: ReleaseOrder, seed: number): Promise<number> {
    const held = ordered(this.#held, order, seed);
    this.#held = [];
    for (const { message, delivery } of held) await this.#attempt(message, delivery, 0);
    return held.length;
  }

  status(): { mode: WebhookMode; copies: number; held: number; pending: number } {
    return { mode: this.#mode, copies: this.#copies, held: this.#held.length, pending: this.#pending.size };
  }

  /** Newest first. */
  deliveries(): Delivery[] {
    return this.#deliveries.toReversed();
  }

  reset(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#held = [];
    this.#deliveries = [];
    this.#pending.clear();
    this.setMode('normal');
  }

  stop(): void {
    this.#stopped = true;
    this.reset();
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  #sendTo(url: string, message: Message): void {
    if (this.#mode === 'drop') {
      this.#note(message, url, 'dropped');
    } else if (this.#mode === 'hold') {
      this.#held.push({ message, delivery: this.#note(message, url, 'held') });
    } else {
      void this.#attempt(message, this.#note(message, url, 'pending'), 0);
    }
  }

  #note(message: Message, url: string, state: DeliveryState): Delivery {
    const delivery: Delivery = {
      message_id: message.id,
      type: message.type,
      object_id: message.objectId,
      url,
      created: new Date().toISOString(),
      state,
      attempts: 0,
      last_status: 0,
      last_error: '',
    };
    this.#deliveries.push(delivery);
    if (this.#deliveries.length >= 2 * KEPT) this.#deliveries = this.#deliveries.slice(-KEPT);
    return delivery;
  }

  async #attempt(message: Message, delivery: Delivery, tries: number): Promise<void> {
    if (this.#stopped) return;
    this.#pending.add(delivery);
    delivery.state = 'pending';
    delivery.attempts += 1;
    const outcome = await this.#post(delivery.url, message.body);
    delivery.last_status = outcome.status;
    delivery.last_error = outcome.error;
    if (!this.#pending.has(delivery)) return; // reset or stopped meanwhile
    if (outcome.status >= 200 && outcome.status < 300) {
      return this.#end(delivery, 'delivered');
    }
    const wait = this.#options.retryAfterSeconds[tries];
    if (wait === undefined || (outcome.status !== 0 && !this.#options.retriesOn(outcome.status))) {
      return this.#end(delivery, 'failed');
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#attempt(message, delivery, tries + 1);
    }, wait * 1000);
    this.#timers.add(timer);
  }

  #end(delivery: Delivery, state: 'delivered' | 'failed'): void {
    delivery.state = state;
    this.#pending.delete(delivery);
  }

  #post(address: string, body: string): Promise<{ status: number; error: string }> {
    const url = new URL(address);
    const secure = url.protocol === 'https:';
    return new Promise((resolve) => {
      const request = (secure ? https : http).request(
        url,
        {
          method: 'POST',
          agent: this.#agents[secure ? 'https:' : 'http:'],
          timeout: this.#options.timeoutMs,
          headers: {
            'content-type': 'application/json; charset=utf-8',
            'content-length': Buffer.byteLength(body),
            ...this.#options.sign(body),
          },
        },
        (response) => {
          response.resume();
          response.on('end', () => resolve({ status: response.statusCode ?? 0, error: '' }));
          response.on('error', (error) => resolve({ status: 0, error: error.message }));
        },
      );
      request.on('timeout', () => request.destroy(new Error(`no answer within ${this.#options.timeoutMs} ms`)));
      request.on('error', (error) => resolve({ status: 0, error: error.message }));
      request.end(body);
    });
  }
}
