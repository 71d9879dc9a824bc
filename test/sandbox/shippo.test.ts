import type { Shippo } from 'shippo';
import { ResponseValidationError } from 'shippo/models/errors/responsevalidationerror.js';
import { SDKError } from 'shippo/models/errors/sdkerror.js';
import Stripe from 'stripe';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Control, createControl } from '../../sandbox/control.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { shippoAt } from './clients.ts';
import { type Receiver, startReceiver } from './receiver.ts';

const HMAC = 'a-secret-of-the-account';

let receiver: Receiver;
let sandbox: Sandbox;
let shippo: Shippo;
let control: Control;

beforeAll(async () => {
  receiver = await startReceiver();
  sandbox = await startSandbox({
    shippoWebhookUrl: `${receiver.url}/carrier?token=secret-token`,
    shippoWebhookSecret: HMAC,
    settleSeconds: 0.05,
  });
  shippo = shippoAt(sandbox.shippoUrl);
  control = createControl(sandbox.webUrl);
});
afterAll(async () => {
  await sandbox.stop();
  await receiver.stop();
});
beforeEach(async () => {
  await control.reset();
  receiver.clear();
});
afterEach(() => control.autoAdvance(0));

const SHOP = {
  name: 'Shop',
  street1: '965 Mission St',
  city: 'San Francisco',
  state: 'CA',
  zip: '94103',
  country: 'US',
};
const BUYER = { name: 'Ada', street1: '1 Main St', city: 'New York', state: 'NY', zip: '10001', country: 'US' };
const PARCEL = { length: '20', width: '15', height: '10', distanceUnit: 'cm', weight: '900', massUnit: 'g' } as const;

const quote = (to: typeof BUYER = BUYER, from: typeof SHOP = SHOP, parcel: { weight: string } = PARCEL) =>
  shippo.shipments.create({
    addressFrom: from,
    addressTo: to,
    parcels: [{ ...PARCEL, ...parcel }],
    async: false,
    metadata: 'order 1',
  });

async function buy(to: typeof BUYER = BUYER) {
  const { rates } = await quote(to);
  const rate = rates[0];
  if (rate === undefined) throw new Error('No rate.');
  const label = await shippo.transactions.create({ rate: rate.objectId, async: false, metadata: 'ORD-1/1' });
  return { rate, label, number: label.trackingNumber ?? '' };
}

/** The error of a call that must fail, of the SDK's class `kind`. */
async function failure<E>(kind: abstract new (...args: never[]) => E, call: Promise<unknown>): Promise<E> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(kind);
  return error as E;
}

describe('addresses', () => {
  test('a good one is valid, and is remembered', async () => {
    const address = await shippo.addresses.create({ ...BUYER, validate: true });
    expect(address.validationResults).toEqual({ isValid: true, messages: [] });
    const again = await shippo.addresses.get(address.objectId ?? '');
    expect(again).toMatchObject({ street1: '1 Main St', isComplete: true });
  });

  test.each([
    ['the postal code 00000', { zip: '00000' }, 'postal_code_not_found'],
    ['a street that says INVALID', { street1: '1 Invalid St' }, 'unknown_street'],
    ['no city', { city: '' }, 'Invalid City'],
  ])('%s is not', async (_, wrong, code) => {
    const address = await shippo.addresses.create({ ...BUYER, ...wrong, validate: true });
    expect(address.validationResults?.isValid).toBe(false);
    expect(address.validationResults?.messages?.map((message) => message.code)).toContain(code);
  });

  test('a street that says SUGGEST comes back corrected', async () => {
    const address = await shippo.addresses.create({ ...BUYER, street1: '1 Suggest Main St' });
    const checked = await shippo.addresses.validate(address.objectId ?? '');
    expect(checked.street1).toBe('1 Main St');
    expect(checked.validationResults).toMatchObject({ isValid: true, messages: [{ type: 'address_correction' }] });
  });

  test('without a country it is refused, naming the field', async () => {
    const error = await failure(SDKError, shippo.addresses.create({ ...BUYER, country: '' }));
    expect(error.statusCode).toBe(400);
    expect(JSON.parse(error.body)).toEqual({ country: ['This field is required.'] });
  });
});

describe('rates', () => {
  test('come from several services, always at the same price, and more for more weight and distance', async () => {
    const [first, again] = [await quote(), await quote()];
    const prices = ({ rates }: typeof first) => rates.map((rate) => [rate.servicelevel.token, rate.amount]);
    expect(prices(again)).toEqual(prices(first));
    expect(new Set(first.rates.map((rate) => rate.provider))).toEqual(new Set(['USPS', 'UPS']));
    const cheapest = (shipment: typeof first): number =>
      Number(shipment.rates.find((rate) => rate.attributes.includes('CHEAPEST'))?.amount);
    expect(cheapest(await quote(BUYER, SHOP, { weight: '9000' }))).toBeGreaterThan(cheapest(first));
    expect(cheapest(await quote({ ...BUYER, zip: '94110' }))).toBeLessThan(cheapest(first));
    const fastest = first.rates.find((rate) => rate.attributes.includes('FASTEST'));
    expect(fastest?.estimatedDays).toBe(1);
  });

  test('are in the currency of the sender, and other carriers go abroad', async () => {
    const sender = { ...SHOP, city: 'Sao Paulo', state: 'SP', zip: '01310', country: 'BR' };
    const home = await quote({ ...BUYER, city: 'Rio', state: 'RJ', zip: '20040', country: 'BR' }, sender);
    expect(new Set(home.rates.map((rate) => `${rate.provider} ${rate.currency}`))).toEqual(
      new Set(['Correios BR BRL']),
    );
    const abroad = await quote(BUYER, sender);
    expect(abroad.rates.map((rate) => rate.provider)).toEqual(['DHL Express', 'FedEx']);
    const listed = await shippo.rates.listShipmentRatesByCurrencyCode({
      shipmentId: home.objectId,
      currencyCode: 'BRL',
    });
    expect(listed.results?.map((rate) => rate.objectId)).toEqual(home.rates.map((rate) => rate.objectId));
  });

  test('there are none to an unknown place or for too heavy a parcel, and the shipment says why', async () => {
    const nowhere = await quote({ ...BUYER, zip: '00000' });
    expect(nowhere.rates).toEqual([]);
    expect(nowhere.messages[0]?.code).toBe('failed_address_validation');
    expect((await quote(BUYER, SHOP, { weight: '90000' })).rates).toEqual([]);
  });

  test('asked for asynchronously, they are there when the shipment is read again', async () => {
    const shipment = await shippo.shipments.create({
      addressFrom: SHOP,
      addressTo: BUYER,
      parcels: [PARCEL],
      async: true,
    });
    expect(shipment).toMatchObject({ status: 'QUEUED', rates: [] });
    expect((await shippo.shipments.get(shipment.objectId)).rates.length).toBeGreaterThan(1);
  });
});

describe('labels', () => {
  test('are bought, fetched as PDF, and found again by their rate', async () => {
    const { label, rate } = await buy();
    expect(label).toMatchObject({ status: 'SUCCESS', metadata: 'ORD-1/1', trackingStatus: 'PRE_TRANSIT', test: true });
    const pdf = await fetch(label.labelUrl ?? '');
    expect(pdf.headers.get('content-type')).toBe('application/pdf');
    expect((await pdf.text()).slice(0, 5)).toBe('%PDF-');
    const found = await shippo.transactions.list({ rate: rate.objectId });
    expect(found.results?.map(({ objectId }) => objectId)).toEqual([label.objectId]);
    expect((await shippo.transactions.list({ rate: 'another' })).results).toEqual([]);
    expect(await shippo.transactions.get(label.objectId ?? '')).toMatchObject({ trackingNumber: label.trackingNumber });
  });

  test('the same rate can be bought twice, and the ledger shows it', async () => {
    const { rate } = await buy();
    await shippo.transactions.create({ rate: rate.objectId, async: false });
    const { labels } = await control.ledger();
    expect(labels.map((label) => label.rate)).toEqual([rate.objectId, rate.objectId]);
    expect(new Set(labels.map((label) => label.tracking_number)).size).toBe(2);
  });

  test('what cannot be delivered is answered 201 with the status ERROR and costs nothing', async () => {
    const { label } = await buy({ ...BUYER, street1: '1 Invalid St' });
    expect(label.status).toBe('ERROR');
    expect(label.messages?.[0]?.code).toBe('failed_address_validation');
    expect((await control.ledger()).labels).toEqual([]);
  });

  test('bought asynchronously, the label comes a moment later', async () => {
    const { rates } = await quote();
    const queued = await shippo.transactions.create({ rate: rates[0]?.objectId ?? '' });
    expect(queued).toMatchObject({ status: 'QUEUED', trackingNumber: '' });
    await control.settle();
    expect((await shippo.transactions.get(queued.objectId ?? '')).status).toBe('SUCCESS');
  });

  test('an unused one can be voided, a used one not', async () => {
    const { label } = await buy();
    const refund = await shippo.refunds.create({ transaction: label.objectId ?? '', async: false });
    expect(refund.status).toBe('PENDING');
    expect((await control.ledger()).labels[0]).toMatchObject({ voided: true, status: 'REFUNDPENDING' });
    await control.settle();
    expect((await shippo.refunds.get(refund.objectId ?? '')).status).toBe('SUCCESS');
    expect((await shippo.transactions.get(label.objectId ?? '')).status).toBe('REFUNDED');
    const twice = await failure(SDKError, shippo.refunds.create({ transaction: label.objectId ?? '' }));
    expect(twice.statusCode).toBe(400);

    const used = await buy();
    await control.advanceParcel(used.number, 'transit');
    const late = await shippo.refunds.create({ transaction: used.label.objectId ?? '' });
    await control.settle();
    expect((await shippo.refunds.get(late.objectId ?? '')).status).toBe('ERROR');
    expect((await control.ledger()).labels[1]).toMatchObject({ voided: false, status: 'REFUNDREJECTED' });
    expect((await shippo.refunds.list({})).results).toHaveLength(2);
  });
});

describe('return labels', () => {
  const goods = { addressFrom: SHOP, addressTo: BUYER, parcels: [PARCEL], async: false, extra: { isReturn: true } };

  test('lead from the buyer to the shop, though the shipment names them as on the way out', async () => {
    const shipment = await shippo.shipments.create(goods);
    expect(shipment.extra).toMatchObject({ isReturn: true });
    expect(shipment.addressFrom).toMatchObject({ city: 'San Francisco' });
    const rate = shipment.rates.find(({ provider }) => provider === 'USPS');
    const label = await shippo.transactions.create({ rate: rate?.objectId ?? '', async: false });
    const pdf = await (await fetch(label.labelUrl ?? '')).text();
    expect(pdf).toContain('965 Mission St');
    expect(pdf).not.toContain('1 Main St');
    await control.advanceParcel(label.trackingNumber ?? '', 'TRANSIT');
    expect(await shippo.trackingStatus.get(label.trackingNumber ?? '', 'usps')).toMatchObject({
      addressFrom: { city: 'New York' },
      addressTo: { city: 'San Francisco' },
    });
  });

  test('are sold of some carriers only, and to an address that the carrier knows', async () => {
    const providers = (await shippo.shipments.create(goods)).rates.map(({ provider }) => provider);
    expect(new Set(providers)).toEqual(new Set(['USPS', 'UPS']));
    const inBrazil = { ...SHOP, city: 'Sao Paulo', state: 'SP', zip: '01310', country: 'BR' };
    const buyer = { ...BUYER, city: 'Rio', state: 'RJ', zip: '20040', country: 'BR' };
    expect((await quote(buyer, inBrazil)).rates.length).toBeGreaterThan(0);
    const abroad = await shippo.shipments.create({ ...goods, addressFrom: inBrazil, addressTo: buyer });
    expect(abroad.rates).toEqual([]);
    const nowhere = await shippo.shipments.create({ ...goods, addressFrom: { ...SHOP, zip: '00000' } });
    expect(nowhere).toMatchObject({ rates: [], messages: [{ code: 'failed_address_validation' }] });
  });
});

describe('tracking', () => {
  test('follows a parcel to the door, and the carrier says so each time', async () => {
    const { number } = await buy();
    await receiver.until((received) => received.length === 1);
    expect((await control.advanceParcel(number)).status).toBe('TRANSIT');
    await receiver.until((received) => received.length === 2);
    expect((await control.advanceParcel(number)).status).toBe('DELIVERED');
    await receiver.until((received) => received.length === 3);
    await expect(control.advanceParcel(number)).rejects.toThrow('has no next step');
    const track = await shippo.trackingStatus.get(number, 'usps');
    expect(track.trackingStatus).toMatchObject({ status: 'DELIVERED', location: { city: 'New York' } });
    expect(track.trackingHistory.map(({ status }) => status)).toEqual(['PRE_TRANSIT', 'TRANSIT', 'DELIVERED']);
    expect(track.metadata).toBe('ORD-1/1');
    const events = receiver.received.map(
      ({ body }) => JSON.parse(body) as { event: string; data: { tracking_status: { status: string } } },
    );
    expect(events.map(({ event, data }) => `${event} ${data.tracking_status.status}`)).toEqual([
      'track_updated PRE_TRANSIT',
      'track_updated TRANSIT',
      'track_updated DELIVERED',
    ]);
    const one = receiver.received[0];
    expect(one?.path).toBe('/carrier?token=secret-token');
    const header = String(one?.headers['shippo-auth-signature']);
    // Stripe's scheme is the same, so its verification serves for Shippo's header.
    const { signature } = new Stripe('sk_test_x').webhooks;
    expect(signature?.verifyHeader(one?.body ?? '', header, HMAC)).toBe(true);
    expect(() => signature?.verifyHeader(`${one?.body} `, header, HMAC)).toThrow();
  });

  test('trouble and words the SDK does not know reach the caller', async () => {
    const { number } = await buy();
    expect((await control.advanceParcel(number, 'failure', { details: 'Nobody home' })).status_details).toBe(
      'Nobody home',
    );
    expect((await shippo.trackingStatus.get(number, 'usps')).trackingStatus).toMatchObject({ status: 'FAILURE' });
    await control.advanceParcel(number, 'CUSTOMS_HOLD');
    const error = await failure(ResponseValidationError, shippo.trackingStatus.get(number, 'usps'));
    expect(error.statusCode).toBe(200);
    expect(error.rawValue).toMatchObject({ tracking_status: { status: 'CUSTOMS_HOLD' } });
  });

  test.each(['PRE_TRANSIT', 'TRANSIT', 'DELIVERED', 'RETURNED', 'FAILURE', 'UNKNOWN'])(
    'the test number SHIPPO_%s stands still at its status',
    async (status) => {
      await control.autoAdvance(0.01);
      const track = await shippo.trackingStatus.create({ carrier: 'shippo', trackingNumber: `SHIPPO_${status}` });
      expect(track.trackingStatus?.status).toBe(status);
      await receiver.until((received) => received.length === 1);
      await control.settle();
      expect((await shippo.trackingStatus.get(`SHIPPO_${status}`, 'shippo')).trackingStatus?.status).toBe(status);
    },
  );

  test('a number of our own can be registered; one nobody knows has no status', async () => {
    const track = await shippo.trackingStatus.create({ carrier: 'ups', trackingNumber: '1Z999', metadata: 'ORD-2' });
    expect(track.trackingStatus?.status).toBe('UNKNOWN');
    await control.advanceParcel('1Z999', 'transit', { carrier: 'ups' });
    const again = await shippo.trackingStatus.create({ carrier: 'ups', trackingNumber: '1Z999' });
    expect(again).toMatchObject({ metadata: 'ORD-2', trackingStatus: { status: 'TRANSIT' } });
    expect((await shippo.trackingStatus.get('1Z000', 'ups')).trackingStatus).toBeUndefined();
  });

  test("a rate's provider is not a carrier token, and the refusal names the right one", async () => {
    const error = await failure(SDKError, shippo.trackingStatus.get('94001', 'USPS'));
    expect(error.statusCode).toBe(400);
    expect(error.body).toContain('Did you mean \\"usps\\"?');
  });

  test('parcels move by themselves when told to, but not those whose label was voided', async () => {
    const kept = await buy();
    const voided = await buy();
    await shippo.refunds.create({ transaction: voided.label.objectId ?? '' });
    await control.autoAdvance(0.02);
    await receiver.until((received) => received.some(({ body }) => body.includes('DELIVERED')));
    const statuses = Object.fromEntries(
      (await control.parcels()).map((parcel) => [parcel.tracking_number, parcel.status]),
    );
    expect(statuses).toEqual({ [kept.number]: 'DELIVERED', [voided.number]: 'PRE_TRANSIT' });
    expect((await control.ledger()).labels[0]?.tracking_status).toBe('DELIVERED');
  });
});

describe('webhooks', () => {
  const hook = { event: 'track_updated', active: true, isTest: true } as const;

  test('registered twice are sent twice, until they are turned off', async () => {
    const url = `${receiver.url}/registered`;
    const one = await shippo.webhooks.createWebhook({ ...hook, url });
    const two = await shippo.webhooks.createWebhook({ ...hook, url });
    await shippo.trackingStatus.create({ carrier: 'shippo', trackingNumber: 'SHIPPO_TRANSIT' });
    await receiver.until((received) => received.length === 3);
    expect(receiver.received.map(({ path }) => path).sort()).toEqual([
      '/carrier?token=secret-token',
      '/registered',
      '/registered',
    ]);
    await shippo.webhooks.deleteWebhook(one.objectId ?? '');
    const off = { ...hook, url, active: false };
    expect(await shippo.webhooks.updateWebhook(off, two.objectId ?? '')).toMatchObject({ active: false });
    receiver.clear();
    await shippo.trackingStatus.create({ carrier: 'shippo', trackingNumber: 'SHIPPO_DELIVERED' });
    await control.webhooksDelivered();
    expect(receiver.received).toHaveLength(1);
  });

  test('are given up after a client error, and tried twice more after a server error', async () => {
    receiver.answerWith(() => 404);
    await shippo.trackingStatus.create({ carrier: 'shippo', trackingNumber: 'SHIPPO_TRANSIT' });
    await control.webhooksDelivered();
    expect(receiver.received).toHaveLength(1);
    receiver.clear();
    receiver.answerWith(() => 503);
    await shippo.trackingStatus.create({ carrier: 'shippo', trackingNumber: 'SHIPPO_DELIVERED' });
    await control.webhooksDelivered();
    expect(receiver.received).toHaveLength(3);
    expect((await control.webhooks()).deliveries[0]).toMatchObject({ state: 'failed', attempts: 3, last_status: 503 });
  });

  test('a parcel can be told about again', async () => {
    const { number } = await buy();
    await receiver.until((received) => received.length === 1);
    await control.resend(`usps/${number}`);
    await receiver.until((received) => received.length === 2);
    expect(receiver.received[1]?.body).toBe(receiver.received[0]?.body);
  });
});

describe('faults', () => {
  test('an error buys nothing, a lost answer buys the label all the same', async () => {
    const { rates } = await quote();
    const rate = rates[0]?.objectId ?? '';
    await control.fault({ service: 'shippo', kind: 'error', route: 'POST /transactions', status: 503 });
    expect((await failure(SDKError, shippo.transactions.create({ rate, async: false }))).statusCode).toBe(503);
    expect((await shippo.transactions.list({ rate })).results).toEqual([]);
    await control.fault({ service: 'shippo', kind: 'timeout_after_effect', route: 'POST /transactions' });
    await expect(shippo.transactions.create({ rate, async: false })).rejects.toThrow();
    expect((await shippo.transactions.list({ rate })).results).toHaveLength(1);
    await control.fault({ service: 'shippo', kind: 'drop', route: 'POST /transactions' });
    await expect(shippo.transactions.create({ rate, async: false })).rejects.toThrow();
    expect((await shippo.transactions.list({ rate })).results).toHaveLength(1);
  });

  test('status 201 is a purchase that the carrier refuses', async () => {
    const { rates } = await quote();
    await control.fault({ service: 'shippo', kind: 'error', route: 'POST /transactions', status: 201 });
    const label = await shippo.transactions.create({ rate: rates[0]?.objectId ?? '', async: false });
    expect(label).toMatchObject({ status: 'ERROR', messages: [{ code: 'carrier_unavailable' }] });
    expect((await control.ledger()).labels).toEqual([]);
  });
});

test('a token that is missing, wrong or live is refused', async () => {
  for (const key of ['nonsense', 'shippo_live_abc']) {
    const error = await failure(SDKError, shippoAt(sandbox.shippoUrl, key).transactions.list({}));
    expect(error.statusCode).toBe(401);
  }
});
