import { ActionIcon, Button, Fieldset, Group, NumberInput, Select, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconPlus, IconX } from '@tabler/icons-react';
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ProductPage, ProductView } from '../../../src/contracts/catalogue.ts';
import { ask, queryOf } from '../api/client.ts';
import { money } from '../api/format.ts';
import { useSpeech } from '../words/languages.tsx';

/** Products of the catalogue that are to come into an order. */

/** An item of the form; `sku` null: not chosen yet. */
export type Good = { readonly sku: string | null; readonly quantity: number };

const AT_ONCE = 50;

/** The first of those with this text in SKU or name; a catalogue may have more than a list can show. */
export const productsQuery = (filter: { readonly q?: string; readonly currency?: string }) =>
  queryOptions({
    queryKey: ['products', filter],
    queryFn: ({ signal }) =>
      ask<ProductPage>(`/v1/products${queryOf({ ...filter, active: true, limit: AT_ONCE })}`, { signal }),
    placeholderData: keepPreviousData,
  });

type Choice = {
  readonly label: string;
  /** Only what is sold in it. */
  readonly currency?: string;
  readonly value: string | null;
  readonly error?: string | undefined;
  readonly choose: (product: ProductView | null) => void;
};

/** Asks the catalogue while one types: it may be larger than any list. */
export function ProductSelect({ label, currency, value, error, choose }: Choice) {
  const { words, language } = useSpeech();
  const labelOf = ({ name, sku, price, currency: of }: ProductView) =>
    `${name} · ${sku} · ${money(price, of, language)}`;
  const [chosen, keep] = useState<ProductView | null>(null);
  const [typed, type] = useState('');
  const [q] = useDebouncedValue(typed.trim(), 250);
  const { data } = useQuery(productsQuery({ q, ...(currency === undefined ? {} : { currency }) }));
  const found = data?.data ?? [];
  const offered = chosen === null || found.some(({ sku }) => sku === chosen.sku) ? found : [chosen, ...found];
  return (
    <Select
      label={label}
      flex="1 1 180px"
      searchable
      withAsterisk
      placeholder={words.form.choose}
      data={offered.map((one) => ({ value: one.sku, label: labelOf(one) }))}
      filter={({ options }) => options}
      nothingFoundMessage={words.form.noProduct}
      value={value}
      error={error}
      // What somebody types, and not the name of what was chosen, which comes to stand there too.
      onInput={(event) => type(event.currentTarget.value)}
      onDropdownClose={() => type('')}
      onChange={(sku) => {
        const product = offered.find((one) => one.sku === sku) ?? null;
        keep(product);
        choose(product);
      }}
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
              choose={(product) => change(index, { sku: product?.sku ?? null })}
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
