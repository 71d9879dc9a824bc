import { Alert, Button, Card, Checkbox, Group, NumberInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { IconFlask2 } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { ProductView } from '../../../src/contracts/catalogue.ts';
import type { OrderView } from '../../../src/contracts/order-view.ts';
import { ProductSelect, productsQuery } from '../actions/goods.tsx';
import { ask, newKey } from '../api/client.ts';
import { money } from '../api/format.ts';
import { StatusBadge } from '../parts/badges.tsx';
import { fieldErrors } from '../parts/errors.ts';
import { TextLink } from '../parts/links.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { ProblemNote } from '../parts/states.tsx';
import { useSpeech } from '../words/languages.tsx';

/** A small shop for development: places real orders with the test cards of the payment gateway. */

type Basket = {
  readonly product: ProductView;
  readonly quantity: number;
  readonly buyer: string;
  readonly payment: string;
  readonly badAddress: boolean;
};
/** What the form has an input for, as the API names it. */
const SHOWN = ['items[0].sku', 'items[0].quantity', 'customer.name', 'payment.payment_method'];
const SHIPPING = 5;
const BUYERS = [
  'Ada Lovelace',
  'Grace Hopper',
  'Alan Turing',
  'Katherine Johnson',
  'Hedy Lamarr',
  'Radia Perlman',
  'Edith Clarke',
  'Claude Shannon',
];
const PAYMENTS = ['pm_card_visa', 'pm_card_visa', 'pm_card_visa', 'cod', 'bank_transfer', 'pm_card_chargeDeclined'];

const totalOf = ({ product, quantity }: Pick<Basket, 'product' | 'quantity'>): string =>
  (Number(product.price) * quantity + SHIPPING).toFixed(2);

function place(basket: Basket): Promise<OrderView> {
  const { product, quantity, buyer, payment, badAddress } = basket;
  const isCard = payment.startsWith('pm_');
  const address = {
    name: buyer,
    line1: '1 Market St',
    city: 'San Francisco',
    region: 'CA',
    postal_code: badAddress ? '00000' : '94105',
    country: 'US',
  };
  const body = {
    channel: 'simulator',
    currency: product.currency,
    customer: {
      name: buyer,
      email: `${buyer.toLowerCase().replace(/[^a-z]+/g, '.')}@example.com`,
      phone: '+14155550100',
    },
    shipping_address: address,
    payment: isCard ? { method: 'stripe', payment_method: payment } : { method: payment },
    items: [{ sku: product.sku, quantity, unit_price: product.price }],
    shipping: { service: 'standard', amount: SHIPPING.toFixed(2) },
    total: totalOf(basket),
  };
  return ask<OrderView>('/v1/orders', { method: 'POST', body, idempotencyKey: newKey() });
}

const oneOf = <Item,>(items: readonly Item[]): Item | undefined => items[Math.floor(Math.random() * items.length)];

function anyBasket(products: readonly ProductView[]): Basket[] {
  const product = oneOf(products);
  return product === undefined
    ? []
    : [
        {
          product,
          quantity: 1 + Math.floor(Math.random() * 3),
          buyer: oneOf(BUYERS) ?? '',
          payment: oneOf(PAYMENTS) ?? 'cod',
          badAddress: Math.random() < 0.15,
        },
      ];
}

export function SimulatorPage() {
  const { words, language } = useSpeech();
  const { data, error: unread } = useQuery(productsQuery({ q: '' }));
  const products = data?.data ?? [];
  const [chosen, choose] = useState<ProductView | null>(null);
  const product = chosen ?? products[0] ?? null;
  const [quantity, setQuantity] = useState<number | string>(1);
  const [buyer, setBuyer] = useState('Ada Lovelace');
  const [payment, setPayment] = useState<string | null>('pm_card_visa');
  const [badAddress, setBadAddress] = useState(false);
  const [placed, setPlaced] = useState<OrderView[]>([]);
  const { mutate, isPending, error } = useMutation({
    mutationFn: (baskets: readonly Basket[]) => Promise.all(baskets.map(place)),
    onSuccess: (orders) => setPlaced((before) => [...orders, ...before]),
  });
  const wrong = fieldErrors(words, error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (product !== null)
      mutate([{ product, quantity: Number(quantity), buyer, payment: payment ?? 'cod', badAddress }]);
  };
  return (
    <Stack gap="md" maw={640}>
      <PageTitle>{words.simulator.title}</PageTitle>
      <Alert variant="light" color="indigo" icon={<IconFlask2 aria-hidden />} title={words.simulator.intro} />
      {unread === null ? null : <ProblemNote error={unread} />}
      <Card>
        <form onSubmit={submit}>
          <Stack gap="sm">
            <Group grow align="flex-start">
              <ProductSelect
                label={words.simulator.product}
                value={product?.sku ?? null}
                error={wrong['items[0].sku']}
                choose={choose}
              />
              <NumberInput
                label={words.simulator.quantity}
                min={1}
                max={100}
                allowDecimal={false}
                value={quantity}
                error={wrong['items[0].quantity']}
                onChange={setQuantity}
              />
            </Group>
            <Group grow align="flex-start">
              <TextInput
                label={words.simulator.buyer}
                required
                withAsterisk={false}
                value={buyer}
                error={wrong['customer.name']}
                onChange={(event) => setBuyer(event.currentTarget.value)}
              />
              <Select
                label={words.simulator.card}
                data={Object.entries(words.simulator.cards).map(([value, label]) => ({ value, label }))}
                value={payment}
                error={wrong['payment.payment_method']}
                allowDeselect={false}
                onChange={setPayment}
              />
            </Group>
            <Checkbox
              label={words.simulator.badAddress}
              checked={badAddress}
              onChange={(event) => setBadAddress(event.currentTarget.checked)}
            />
            {error === null ? null : <ProblemNote error={error} shown={SHOWN} />}
            <Group justify="space-between">
              <Text fw={600} className="numbers">
                {product === null
                  ? null
                  : `${words.simulator.total}: ${money(totalOf({ product, quantity: Number(quantity) }), product.currency, language)}`}
              </Text>
              <Group gap="xs">
                <Button
                  variant="default"
                  loading={isPending}
                  disabled={products.length === 0}
                  onClick={() => mutate(Array.from({ length: 5 }, () => anyBasket(products)).flat())}
                >
                  {words.simulator.surprise}
                </Button>
                <Button type="submit" loading={isPending} disabled={product === null || buyer.trim() === ''}>
                  {words.simulator.place}
                </Button>
              </Group>
            </Group>
          </Stack>
        </form>
      </Card>
      {placed.length === 0 ? null : (
        <Card role="status">
          <Text fz="sm" c="dimmed" mb="xs">
            {words.simulator.placed}
          </Text>
          {placed.map((order) => (
            <Group key={order.number} gap="sm">
              <TextLink to="/orders/$number" params={{ number: order.number }} className="mono contact">
                {order.number}
              </TextLink>
              <StatusBadge status={order.status} />
              <Text fz="sm">{order.customer.name}</Text>
            </Group>
          ))}
        </Card>
      )}
    </Stack>
  );
}
