import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Control, createControl } from '../../sandbox/control.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { shippoAt, stripeAt } from './clients.ts';
import { startReceiver } from './receiver.ts';

let sandbox: Sandbox;
let control: Control;

beforeAll(async () => {
  sandbox = await startSandbox();
  control = createControl(sandbox.webUrl);
});
afterAll(() => sandbox.stop());

const page = async (path: string): Promise<string> => {
  const response = await fetch(new URL(path, sandbox.webUrl));
  expect(response.status).toBe(200);
  return response.text();
};

const press = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(new URL(path, sandbox.webUrl), {
    method: 'POST',
    body: new URLSearchParams(fields),
    redirect: 'manual',
    headers: { referer: `${sandbox.webUrl}/parcels`, ...headers },
  });

/** The forms of a page as a browser would send them: where to, and the fields it would fill in by itself. */
function formsOf(text: string): { readonly path: string; readonly fields: Record<string, string> }[] {
  return [...text.matchAll(/<form[^>]*method="post" action="([^"]+)">([^]*?)<\/form>/g)].map(
    ([, path = '', inner = '']) => {
      const inputs = inner.matchAll(/name="([^"]+)"[^>]*?value="([^"]*)"/g);
      return { path, fields: Object.fromEntries([...inputs].map(([, name = '', value = '']) => [name, value])) };
    },
  );
}

describe('the pages', () => {
  test('show a payment and do what their buttons say', async () => {
    const stripe = stripeAt(sandbox.stripeUrl);
    const paid = await stripe.paymentIntents.create({
      amount: 1_234_500,
      currency: 'jpy',
      confirm: true,
      payment_method: 'pm_card_visa',
      return_url: 'https://shop.example/',
      metadata: { order: '<b>ORD-1</b>' },
    });
    expect(await page('/payments')).toContain('order: &lt;b&gt;ORD-1&lt;/b&gt;');
    const detail = await page(`/payments/${paid.id}`);
    expect(detail).toContain('¥1,234,500');
    const [dispute] = formsOf(detail).filter(({ path }) => path.endsWith('/dispute'));
    expect((await press(dispute?.path ?? '', dispute?.fields ?? {})).status).toBe(303);
    const disputes = (await stripe.disputes.list()).data;
    expect(disputes).toMatchObject([{ payment_intent: paid.id, reason: 'fraudulent' }]);
    const [won] = formsOf(await page(`/payments/${paid.id}`)).filter(({ fields }) => fields['status'] === 'won');
    await press(won?.path ?? '', won?.fields ?? {});
    expect((await stripe.disputes.retrieve(disputes[0]?.id ?? '')).status).toBe('won');
  });

  test('move a parcel, and come back to where the button was', async () => {
    await shippoAt(sandbox.shippoUrl).trackingStatus.create({ carrier: 'ups', trackingNumber: '1Z 9/9' });
    const [next] = formsOf(await page('/parcels')).filter(({ fields }) => fields['tracking_number'] === '1Z 9/9');
    const moved = await press(next?.path ?? '', next?.fields ?? {});
    expect(moved.headers.get('location')).toBe('/parcels');
    expect(await page(`/parcels/ups/${encodeURIComponent('1Z 9/9')}`)).toContain('TRANSIT');
  });

  test.each(['/', '/payments', '/parcels', '/mail', '/webhooks', '/faults'])(
    '%s is there and names itself',
    async (path) => {
      const text = await page(path);
      expect(text).toContain('<html lang="en">');
      expect(text).toContain(`<a href="${path}" aria-current="page">`);
      expect(text).toMatch(/<h1>[^<]+<\/h1>/);
    },
  );

  test('every form of the lists leads to a control call that exists', async () => {
    const forms = (await Promise.all(['/', '/webhooks', '/faults', '/parcels'].map(page))).flatMap(formsOf);
    expect(forms.length).toBeGreaterThan(5);
    for (const { path } of forms) {
      const answer = await press(path, { nonsense: 'x' });
      expect([400, 303]).toContain(answer.status);
    }
  });

  test('what is wrong is said on a page to a form, and as JSON to a program', async () => {
    const form = await press('/_sandbox/faults', { service: 'stripe', kind: 'bang' });
    expect(form.status).toBe(400);
    expect(await form.text()).toContain('kind: ');
    await expect(control.fault({ service: 'stripe', kind: 'error', count: 0 })).rejects.toThrow('count: ');
    expect((await fetch(`${sandbox.webUrl}/_sandbox/nonsense`)).status).toBe(404);
    expect((await fetch(`${sandbox.webUrl}/nonsense`)).status).toBe(404);
  });

  test('a page elsewhere cannot drive the sandbox through the browser', async () => {
    const foreign = await press('/_sandbox/reset', {}, { origin: 'https://evil.example' });
    expect(foreign.status).toBe(403);
    const { hostname, port } = new URL(sandbox.webUrl);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      request({ hostname, port, path: '/', headers: { host: 'evil.example' } }, (response) =>
        resolve(response.statusCode),
      )
        .on('error', reject)
        .end();
    });
    expect(status).toBe(403);
  });
});

describe('a sandbox in process', () => {
  test('sends only the events its address asked for, to the address given later', async () => {
    const receiver = await startReceiver();
    const other = await startSandbox({ stripeWebhookEvents: ['payment_intent.*', 'charge.refunded'] });
    other.setWebhooks({ stripeWebhookUrl: `${receiver.url}/stripe`, stripeWebhookSecret: 'whsec_later' });
    const stripe = stripeAt(other.stripeUrl);
    await stripe.paymentIntents.create({
      amount: 900,
      currency: 'usd',
      confirm: true,
      payment_method: 'pm_card_visa',
      return_url: 'https://shop.example/',
    });
    await createControl(other.webUrl).webhooksDelivered();
    const types = receiver.received.map(({ body }) => (JSON.parse(body) as { type: string }).type);
    expect(types.sort()).toEqual(['payment_intent.created', 'payment_intent.succeeded']);
    expect((await stripe.events.list()).data.map(({ type }) => type)).toContain('charge.succeeded');
    await other.stop();
    await receiver.stop();
  });

  test('forgets everything when told to', async () => {
    const stripe = stripeAt(sandbox.stripeUrl);
    await stripe.paymentIntents.create({ amount: 900, currency: 'usd' });
    await control.fault({ service: 'shippo', kind: 'drop' });
    await control.reset();
    expect(await control.ledger()).toEqual({ payments: [], labels: [], mails: [] });
    expect(await control.faults()).toEqual([]);
    expect((await stripe.events.list()).data).toEqual([]);
    expect(await control.parcels()).toEqual([]);
  });

  test('lets an authorisation lapse, at the latest when somebody tries to capture it', async () => {
    const other = await startSandbox({ authorisationSeconds: 0 });
    const stripe = stripeAt(other.stripeUrl);
    const hold = () =>
      stripe.paymentIntents.create({
        amount: 900,
        currency: 'usd',
        capture_method: 'manual',
        confirm: true,
        payment_method: 'pm_card_visa',
        return_url: 'https://shop.example/',
      });
    const tried = await hold();
    await expect(stripe.paymentIntents.capture(tried.id)).rejects.toMatchObject({ code: 'charge_expired_for_capture' });
    expect((await stripe.paymentIntents.retrieve(tried.id)).status).toBe('canceled');
    const left = await hold();
    const deadline = Date.now() + 10_000;
    while ((await stripe.paymentIntents.retrieve(left.id)).status !== 'canceled') {
      if (Date.now() > deadline) throw new Error('Not canceled within 10 s.');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await other.stop();
  });
});
