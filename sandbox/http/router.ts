export interface Route<H> {
  /** As faults name it: `POST /v1/payment_intents/:id/capture`. */
  readonly name: string;
  readonly handler: H;
}

export interface Match<H> {
  readonly route: Route<H>;
  /** Values of the `:parameters`, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
}

interface Pattern<H> extends Route<H> {
  readonly segments: readonly string[];
}

const decode = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

/** Finds the handler for `METHOD /path/:with/:parameters`; a trailing slash makes no difference. */
export class Router<H> {
  readonly #bySize = new Map<string, Pattern<H>[]>();

  on(name: string, handler: H): this {
    const [method = '', path = ''] = name.split(' ');
    const segments = path.split('/').slice(1);
    const key = `${method} ${segments.length}`;
    const patterns = this.#bySize.get(key) ?? [];
    patterns.push({ name, handler, segments });
    this.#bySize.set(key, patterns);
    return this;
  }

  match(method: string, path: string): Match<H> | undefined {
    const trimmed = path.length > 1 && path.endsWith('/') ? path.slice(1, -1) : path.slice(1);
    const segments = trimmed.split('/');
    for (const route of this.#bySize.get(`${method} ${segments.length}`) ?? []) {
      const params: Record<string, string> = {};
      const fits = route.segments.every((wanted, index) => {
        const given = segments[index] ?? '';
        if (!wanted.startsWith(':')) return wanted === given;
        params[wanted.slice(1)] = decode(given);
        return given !== '';
      });
      if (fits) return { route, params };
    }
    return undefined;
  }

  /** Every route's name, sorted; the answer to a fault set on a route that does not exist. */
  names(): string[] {
    return [...this.#bySize.values()].flatMap((patterns) => patterns.map((pattern) => pattern.name)).sort();
  }
}
