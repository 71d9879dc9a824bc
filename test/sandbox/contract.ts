import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { Exchange } from '../../sandbox/sandbox.ts';
import type { OpenApi } from './stripe-mock.ts';

/**
 * Holds recorded exchanges with the sandbox against Stripe's own description of its API: the requests by giving them to
 * stripe-mock, the answers by JSON Schema. stripe-mock's description is one version older than the SDK's (dahlia, endive);
 * what the newer one added is listed here, and nothing else is let through.
 */

/** Parameters the SDK's version has and stripe-mock's has not, by path pattern. */
const NEWER_PARAMETERS: readonly (readonly [route: string, parameter: RegExp])[] = [
  ['POST /v1/disputes/:id', /^intended_submission_method=/],
  ['POST /v1/checkout/sessions', /^allowed_payment_method_types(%5B|\[)/],
];

/** Fields the SDK's version has and stripe-mock's has not, by the type of the object they are in. Each must be met in a run. */
export const NEWER_FIELDS: readonly (readonly [object: string, field: string])[] = [
  ['payment_intent', 'payment_record'],
  ['payment_intent', 'source'],
  ['charge', 'source'],
  ['charge', 'payment_method_details.card.electronic_commerce_indicator'],
  ['dispute', 'intended_submission_method'],
  ['dispute', 'evidence_details.submission_method'],
  ['checkout.session', 'allowed_payment_method_types'],
];

/** Codes with which the sandbox refuses a request for its shape; stripe-mock must refuse it too. */
const SHAPE_CODES = new Set(['parameter_unknown', 'parameter_missing']);
/** The same code also says that a number is too small, which stripe-mock does not look at. */
const NOT_A_NUMBER = /^Invalid integer/;

interface ErrorAnswer {
  readonly error?: { readonly code?: string; readonly message?: string };
}

const withoutNewer = (exchange: Exchange): string => {
  const patterns = NEWER_PARAMETERS.filter(([route]) => route === exchange.route).map(([, pattern]) => pattern);
  const parts = exchange.requestBody.split('&');
  return parts.filter((part) => !patterns.some((pattern) => pattern.test(part))).join('&');
};

/** Whether the sandbox itself found fault with the request's shape rather than with the state of things. */
function refusedForShape(exchange: Exchange): boolean {
  if (exchange.status !== 400) return false;
  const { code = '', message = '' } = (JSON.parse(exchange.responseBody) as ErrorAnswer).error ?? {};
  return SHAPE_CODES.has(code) || NOT_A_NUMBER.test(message);
}

/** What stripe-mock says against the requests; empty when it agrees with the sandbox about every one. */
export async function requestProblems(mockUrl: string, exchanges: readonly Exchange[]): Promise<string[]> {
  const problems: string[] = [];
  for (const exchange of exchanges) {
    if (exchange.service !== 'stripe') continue;
    const body = withoutNewer(exchange);
    const response = await fetch(new URL(exchange.path, mockUrl), {
      method: exchange.method,
      headers: { authorization: 'Bearer sk_test_contract', 'content-type': 'application/x-www-form-urlencoded' },
      ...(exchange.method === 'POST' ? { body } : {}),
    });
    const answer = (await response.json()) as ErrorAnswer;
    const accepted = response.status < 300;
    if (accepted === refusedForShape(exchange)) {
      const verdict = accepted ? 'accepts what the sandbox refuses' : `refuses it: ${answer.error?.message}`;
      problems.push(`${exchange.method} ${exchange.path} ${exchange.requestBody}: stripe-mock ${verdict}`);
    }
  }
  return problems;
}

type Schema = Record<string, unknown>;

const DROPPED = new Set(['nullable', 'description', 'maxLength', 'format', 'title', 'discriminator']);
const nameOf = (component: string): string => component.replaceAll('.', '_dot_');

/** OpenAPI 3.0 to JSON Schema: `nullable`, references by name, and no fields beyond those described. */
function toJsonSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(toJsonSchema);
  if (typeof schema !== 'object' || schema === null) return schema;
  const result: Schema = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key.startsWith('x-') || DROPPED.has(key)) continue;
    if (key === 'properties') {
      const properties = Object.entries(value as Schema).map(([name, property]) => [name, toJsonSchema(property)]);
      result[key] = Object.fromEntries(properties);
    } else if (key === '$ref') {
      result[key] = nameOf(String(value).replace('#/components/schemas/', 'stripe#/definitions/'));
    } else {
      result[key] = key === 'enum' || key === 'required' ? value : toJsonSchema(value);
    }
  }
  if (result['properties'] !== undefined && result['additionalProperties'] === undefined) {
    result['additionalProperties'] = false;
  }
  return (schema as { nullable?: boolean }).nullable === true ? { anyOf: [result, { type: 'null' }] } : result;
}

interface StripeObject {
  readonly object?: string;
  readonly data?: unknown;
}

const describeError = (error: ErrorObject): string => {
  const extra = (error.params as { additionalProperty?: string }).additionalProperty;
  return `${error.instancePath.replaceAll('/', '.')}${extra === undefined ? '' : `.${extra}`} ${error.message ?? ''}`;
};

/** Says what is wrong with answers and events. */
export class AnswerChecker {
  readonly #ajv = new Ajv({ strict: false, allErrors: true, inlineRefs: false, validateFormats: false });
  readonly #validators = new Map<string, ValidateFunction>();
  readonly #seenNewer = new Set<string>();

  constructor(api: OpenApi) {
    const definitions = Object.entries(api.components.schemas).map(([name, schema]) => [
      nameOf(name),
      toJsonSchema(schema),
    ]);
    this.#ajv.addSchema({ $id: 'stripe', definitions: Object.fromEntries(definitions) });
  }

  /** Problems of one JSON answer: an object, a list of objects, an event with its object, or an error. */
  problems(answer: unknown): string[] {
    const body = structuredClone(answer);
    this.#dropNewer(body);
    return this.#problemsOf(body as StripeObject);
  }

  /** Entries of {@link NEWER_FIELDS} that no answer had: they excuse nothing and should go. */
  unmetNewerFields(): string[] {
    return NEWER_FIELDS.map(([object, field]) => `${object}.${field}`).filter((name) => !this.#seenNewer.has(name));
  }

  #problemsOf(body: StripeObject): string[] {
    if (body.object === 'list') return (body.data as StripeObject[]).flatMap((item) => this.#problemsOf(item));
    const inner = body.object === 'event' ? this.#problemsOf((body.data as { object: StripeObject }).object) : [];
    const name = body.object ?? 'error';
    const validate = this.#validator(name);
    if (validate(body)) return inner;
    const errors = (validate.errors ?? []).filter((error) => error.keyword !== 'anyOf');
    return [...errors.map((error) => `${name}${describeError(error)}`), ...inner];
  }

  /** Takes the newer fields out, wherever an object of their type stands. */
  #dropNewer(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    for (const child of Object.values(value)) this.#dropNewer(child);
    for (const [object, field] of NEWER_FIELDS) {
      if ((value as StripeObject).object !== object) continue;
      const names = field.split('.');
      const last = names.pop() ?? '';
      const owner = names.reduce<unknown>((at, name) => (at as Schema | null | undefined)?.[name], value);
      if (typeof owner !== 'object' || owner === null || !(last in owner)) continue;
      delete (owner as Schema)[last];
      this.#seenNewer.add(`${object}.${field}`);
    }
  }

  #validator(name: string): ValidateFunction {
    const known = this.#validators.get(name);
    if (known !== undefined) return known;
    const made = this.#ajv.compile({ $ref: `stripe#/definitions/${nameOf(name)}` });
    this.#validators.set(name, made);
    return made;
  }
}

/** What the schemas say against the answers in these exchanges. */
export function answerProblems(checker: AnswerChecker, exchanges: readonly Exchange[]): string[] {
  return exchanges
    .filter((exchange) => exchange.service === 'stripe')
    .flatMap((exchange) =>
      checker.problems(JSON.parse(exchange.responseBody)).map((problem) => `${exchange.route}: ${problem}`),
    );
}
