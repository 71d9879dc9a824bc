import { Anchor, Stack, Text } from '@mantine/core';
import type { OrderView } from '../../../src/contracts/order-view.ts';
import { TextLink } from '../parts/links.tsx';
import { useWords } from '../words/languages.tsx';
import { Block } from './block.tsx';

type Address = OrderView['shipping_address'];

export function AddressLines({ address }: { readonly address: Address }) {
  const { name, line1, line2, city, region, postal_code, country } = address;
  const lines = [name, line1, line2, `${city}${region === '' ? '' : `, ${region}`} ${postal_code}`, country];
  return (
    <Text fz="sm" component="address" className="address">
      {lines
        .filter((line) => line !== undefined && line !== '')
        .map((line) => (
          <span key={line}>{line}</span>
        ))}
    </Text>
  );
}

const isSame = (a: Address, b: Address): boolean =>
  [...new Set([...Object.keys(a), ...Object.keys(b)] as (keyof Address)[])].every(
    (part) => (a[part] ?? '') === (b[part] ?? ''),
  );

export function People({ order, isStaff }: { readonly order: OrderView; readonly isStaff: boolean }) {
  const words = useWords();
  const { name, email, phone } = order.customer;
  return (
    <Block title={words.order.customer}>
      <Stack gap="sm">
        <div>
          <Text fz="sm" fw={600}>
            {name}
          </Text>
          {email === '' ? null : (
            <Anchor href={`mailto:${email}`} fz="sm" display="block" className="wrap-anywhere contact">
              {email}
            </Anchor>
          )}
          {phone === null ? null : (
            <Anchor href={`tel:${phone}`} fz="sm" display="block" className="contact">
              <bdi dir="ltr">{phone}</bdi>
            </Anchor>
          )}
          {isStaff && email !== '' ? (
            <TextLink to="/orders" search={{ q: email }} fz="xs" display="block" className="contact">
              {words.order.otherOrders}
            </TextLink>
          ) : null}
        </div>
        <div>
          <Text fz="xs" c="dimmed">
            {words.order.shippingAddress}
          </Text>
          <AddressLines address={order.shipping_address} />
        </div>
        <div>
          <Text fz="xs" c="dimmed">
            {words.order.billingAddress}
          </Text>
          {isSame(order.billing_address, order.shipping_address) ? (
            <Text fz="sm">{words.order.sameAddress}</Text>
          ) : (
            <AddressLines address={order.billing_address} />
          )}
        </div>
        {order.instructions === null ? null : (
          <div>
            <Text fz="xs" c="dimmed">
              {words.order.instructions}
            </Text>
            <Text fz="sm" className="prewrap">
              {order.instructions}
            </Text>
          </div>
        )}
      </Stack>
    </Block>
  );
}
