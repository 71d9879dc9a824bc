import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Exchange } from '../../sandbox/sandbox.ts';
import { stripeAt } from './clients.ts';
import { AnswerChecker, answerProblems, requestProblems } from './contract.ts';
import { type Bench, startBench } from './stripe/bench.ts';
import { checkoutTests } from './stripe/checkout.ts';
import { faultTests } from './stripe/faults.ts';
import { ledgerTests } from './stripe/ledger.ts';
import { SCENARIO } from './stripe/scenario.ts';
import { webhookTests } from './stripe/webhooks.ts';
import { openApi, type StripeMock, startStripeMock } from './stripe-mock.ts';

let running: Bench | undefined;
const bench = (): Bench => {
  if (running === undefined) throw new Error('The sandbox did not start.');
  return running;
};

beforeAll(async () => {
  running = await startBench();
});
afterAll(() => running?.stop());

describe('what Stripe and the sandbox have in common, on the sandbox', () => {
  for (const { name, run } of SCENARIO) test(name, () => run(bench().stripe));
});

const testKey = process.env['STRIPE_TEST_KEY'] ?? '';
const isGiven = testKey !== '';
const realStripe = 'what Stripe and the sandbox have in common, on Stripe';
const unlessGiven = isGiven ? realStripe : `${realStripe}: NOT RUN, because STRIPE_TEST_KEY is not set`;
describe.skipIf(!isGiven)(unlessGiven, () => {
  test('the key is a test key', () => expect(testKey).toMatch(/^(sk|rk)_test_/));
  for (const { name, run } of SCENARIO) test(name, () => run(stripeAt('https://api.stripe.com', testKey)), 90_000);
});

checkoutTests(bench);
webhookTests(bench);
faultTests(bench);
ledgerTests(bench);

// Last, because it looks at everything that was said in the tests above.
describe('the contract with Stripe', () => {
  let mock: StripeMock | undefined;
  let checker: AnswerChecker;
  beforeAll(async () => {
    mock = await startStripeMock();
    checker = new AnswerChecker(await openApi());
  }, 600_000);
  afterAll(() => mock?.stop());

  /** Faults answer what Stripe's description does not promise, so those exchanges are no part of the contract. */
  const exchanges = (): Exchange[] => bench().exchanges.filter(({ responseBody }) => !/Injected by/.test(responseBody));

  test('there is something to look at', () => {
    const routes = new Set(exchanges().map(({ route }) => route));
    expect(routes.size).toBeGreaterThan(25);
  });

  test('stripe-mock accepts every request, and refuses those the sandbox refuses for their shape', async () => {
    expect(await requestProblems(mock?.url ?? '', exchanges())).toEqual([]);
  });

  test('stripe-mock would have refused a wrong one', async () => {
    const [good] = exchanges().filter(({ route }) => route === 'POST /v1/payment_intents');
    if (good === undefined) throw new Error('No payment was made.');
    const wrong = { ...good, requestBody: `${good.requestBody}&payment_method_types[]=card&colour=red` };
    expect(await requestProblems(mock?.url ?? '', [wrong])).toEqual([expect.stringContaining('refuses it')]);
  });

  test("every answer fits Stripe's schemas", () => {
    expect([...new Set(answerProblems(checker, exchanges()))]).toEqual([]);
  });

  test('so does every event sent', () => {
    const bodies = bench().receiver.received.map(({ body }) => JSON.parse(body) as unknown);
    expect(bodies.length).toBeGreaterThan(0);
    expect([...new Set(bodies.flatMap((body) => checker.problems(body)))]).toEqual([]);
  });

  test('the schemas would have found a wrong one', async () => {
    const intent = await bench().stripe.paymentIntents.create({ amount: 900, currency: 'usd' });
    const problems = checker.problems({ ...intent, status: 'captured', amount: '9', statuss: 'x' });
    expect(problems.join('\n')).toMatch(/amount must be integer/);
    expect(problems.join('\n')).toMatch(/status must be equal to one of the allowed values/);
    expect(problems.join('\n')).toMatch(/statuss must NOT have additional properties/);
  });

  test('no excuse is left for a field that is not there', () => {
    expect(checker.unmetNewerFields()).toEqual([]);
  });

  test('the SDK speaks the version the events carry', () =>
    expect(Stripe.API_VERSION).toMatch(/^\d{4}-\d\d-\d\d\.\w+$/));
});
