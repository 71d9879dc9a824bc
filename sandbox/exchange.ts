/** What was asked of an imitated vendor and what it answered; tests hold it against the vendor's own description. */
export interface Exchange {
  readonly service: 'stripe' | 'shippo';
  readonly method: string;
  /** With the query string. */
  readonly path: string;
  /** The route as the sandbox names it. */
  readonly route: string;
  readonly requestBody: string;
  readonly status: number;
  readonly responseBody: string;
}

export type Observer = (exchange: Exchange) => void;
