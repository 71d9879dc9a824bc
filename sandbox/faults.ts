export const SERVICES = ['stripe', 'shippo', 'smtp'] as const;
export type Service = (typeof SERVICES)[number];

export const FAULT_KINDS = ['error', 'timeout_after_effect', 'delay', 'drop'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/**
 * What the next `count` fitting calls meet.
 * - `error`: answered with `status` before anything happens.
 * - `timeout_after_effect`: done, but the connection ends after `delay_ms` without an answer.
 * - `delay`: answered rightly, `delay_ms` late.
 * - `drop`: the connection ends before anything happens.
 */
export interface Fault {
  readonly service: Service;
  readonly kind: FaultKind;
  /** A route as the sandbox names it, `POST /v1/payment_intents/:id/capture`; without it every call fits. */
  readonly route?: string | undefined;
  /** Only calls whose path or body holds this text, such as one order's number. */
  readonly match?: string | undefined;
  readonly count: number;
  readonly status?: number | undefined;
  readonly delay_ms?: number | undefined;
  /** Stripe only: keep the error under the idempotency key, as Stripe does with a 500 raised while it was working. */
  readonly remember?: boolean | undefined;
}

interface Armed {
  readonly fault: Fault;
  left: number;
}

const normal = (route: string): string => route.replace(/:[a-z_]+/gi, ':');

/** The faults armed now. The first that fits is taken, in the order they were set. */
export class Faults {
  #armed: Armed[] = [];

  arm(fault: Fault): void {
    this.#armed.push({ fault, left: fault.count });
  }

  /** `text` is asked only when a fault looks for a text, so that calls without faults cost nothing. */
  take(
    service: Service,
    route: string,
    text: () => string,
    kinds: readonly FaultKind[] = FAULT_KINDS,
  ): Fault | undefined {
    if (this.#armed.length === 0) return undefined;
    const armed = this.#armed.find(
      ({ fault }) =>
        fault.service === service &&
        kinds.includes(fault.kind) &&
        (fault.route === undefined || normal(fault.route) === normal(route)) &&
        (fault.match === undefined || text().includes(fault.match)),
    );
    if (armed === undefined) return undefined;
    armed.left -= 1;
    if (armed.left <= 0) this.#armed = this.#armed.filter((other) => other !== armed);
    return armed.fault;
  }

  list(): (Fault & { readonly left: number })[] {
    return this.#armed.map(({ fault, left }) => ({ ...fault, left }));
  }

  clear(): void {
    this.#armed = [];
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
