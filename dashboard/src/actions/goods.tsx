import { ActionIcon, Button, Fieldset, Group, NumberInput, Select, Stack, Text } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { ask } from '../api/client.ts';
import { money } from '../api/format.ts';
import { useSpeech } from '../words/languages.tsx';

/** Products of the catalogue that are to come into an order. */

export type Product = {
  readonly sku: string;
  readonly name: string;
  readonly price: string;
  readonly currency: string;
  readonly active: boolean;
};
/** An item of the form; `sku` null: not chosen yet. */
export type Good = { readonly sku: string | null; readonly quantity: number };

export const productsQuery = queryOptions({
  queryKey: ['products'],
  queryFn: ({ signal }) => ask<{ data: Product[] }>('/v1/products?limit=200', { signal }),
});

type Choice = {
  readonly label: string;
  readonly currency: string;
  readonly value: string | null;
  readonly error?: string | undefined;
  readonly choose: (sku: string | null) => void;
};

/** Only what is sold in the currency of the order. */
export function ProductSelect({ label, currency, value, error, choose }: Choice) {
  const { words, language } = useSpeech();
  const { data } = useQuery(productsQuery);
  const sold = (data?.data ?? []).filter((one) => one.active && one.currency === currency);
  return (
    <Select
      label={label}
      flex="1 1 180px"
      searchable
      withAsterisk
      placeholder={words.form.choose}
      data={sold.map(({ sku, name, price }) => ({
        value: sku,
        label: `${name} · ${money(price, currency, language)}`,
      }))}
      value={value}
      error={error}
      onChange={choose}
      comboboxProps={{ withinPortal: true }}
    />
  );
}

type Props = {
  readonly legend: string;
  readonly name: string;
  readonly currency: string;
  readonly goods: readonly Good[];
  readonly errors: Readonly<Record<string, string>>;
  readonly set: (goods: readonly Good[]) => void;
};

export function Goods({ legend, name, currency, goods, errors, set }: Props) {
  const { words } = useSpeech();
  const change = (at: number, changes: Partial<Good>) =>
    set(goods.map((one, index) => (index === at ? { ...one, ...changes } : one)));
  return (
    <Fieldset legend={legend} variant="filled">
      <Stack gap="xs">
        {goods.map((one, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the place in the list is all that tells two empty rows apart
          <Group key={index} align="flex-end" gap="xs">
            <ProductSelect
              label={words.order.product}
              currency={currency}
              value={one.sku}
              error={errors[`${name}[${index}].sku`]}
              choose={(sku) => change(index, { sku })}
            />
            <NumberInput
              label={words.order.quantity}
              w={90}
              min={1}
              allowDecimal={false}
              value={one.quantity}
              error={errors[`${name}[${index}].quantity`]}
              onChange={(value) => change(index, { quantity: Number(value) })}
            />
            <ActionIcon
              variant="default"
              size="lg"
              aria-label={words.form.removeGood}
              onClick={() => set(goods.filter((_, at) => at !== index))}
            >
              <IconX size={16} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        <Button
          variant="default"
          size="xs"
          w="fit-content"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => set([...goods, { sku: null, quantity: 1 }])}
        >
          {words.form.addGood}
        </Button>
        {errors[name] === undefined ? null : (
          <Text fz="sm" className="late">
            {errors[name]}
          </Text>
        )}
      </Stack>
    </Fieldset>
  );
}
