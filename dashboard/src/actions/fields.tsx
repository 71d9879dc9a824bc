import {
  Checkbox,
  Fieldset,
  Group,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import type { ComponentType } from 'react';
import type { OrderView } from '../../../src/contracts/order-view.ts';
import { goodsOf } from '../order/goods.tsx';
import { useSaid } from '../parts/said.ts';
import type { Words } from '../words/en.ts';
import { useWords } from '../words/languages.tsx';
import { type Good, Goods, ProductSelect } from './goods.tsx';
import type { Field } from './schema.ts';
import { mostOf, openExceptions, openSubstitutions, returnsFor, type Unit, type Values } from './values.ts';

/** One input for each field of an action, by its schema and, where the order has something to choose from, by the order. */

type Place = {
  readonly action: string;
  readonly order: OrderView;
  readonly values: Values;
  readonly errors: Readonly<Record<string, string>>;
};
type FieldProps = Place & { readonly field: Field; readonly set: (name: string, value: unknown) => void };

/** Chosen from what the order has. */
const OF_THE_ORDER = new Set(['fulfilment', 'exception', 'return', 'substitution', 'line', 'seller', 'resolution']);
const LONG = new Set(['note', 'reason', 'evidence', 'delivery_notes', 'body']);

function optionsOf(
  { field, action, order, values }: FieldProps,
  words: Words,
  said: ReturnType<typeof useSaid>,
): { value: string; label: string }[] | null {
  const named: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    outcome: words.callOutcome,
    resolution: words.resolution,
    severity: words.severity,
    claim_outcome: words.claimStatus,
  };
  switch (field.name) {
    case 'fulfilment':
      return order.fulfilments.map((one, index) => ({
        value: one.id,
        label: `${words.order.parcel(index + 1)} · ${words.parcelStatus[one.status]}${one.tracking_number === null ? '' : ` · ${one.tracking_number}`}`,
      }));
    case 'exception':
      return openExceptions(order).map((one) => ({
        value: one.id,
        label: `${words.exceptionKind[one.kind] ?? one.kind}: ${said(one.saying, one.summary)}`,
      }));
    case 'return':
      return returnsFor(order, action).map((one) => ({
        value: one.id,
        label: `${goodsOf(order.items, one.lines)} · ${words.returnStatus[one.status]}`,
      }));
    case 'substitution':
      return openSubstitutions(order).map(({ id, offer }) => ({
        value: id,
        label: `${offer.quantity} × ${offer.name}`,
      }));
    case 'line':
      return order.items.map(({ line, name, sku }) => ({ value: String(line), label: `${name} · ${sku}` }));
    case 'seller':
      return [...new Set(order.items.flatMap(({ seller }) => seller ?? []))].map((seller) => ({
        value: seller,
        label: seller,
      }));
    case 'resolution': {
      const chosen = openExceptions(order).find(({ id }) => id === values['exception']);
      const names: Readonly<Record<string, string>> = words.resolution;
      return (chosen?.resolutions ?? field.schema.enum ?? []).map((value) => ({ value, label: names[value] ?? value }));
    }
    default:
      return (
        field.schema.enum?.map((value) => ({
          value,
          label: named[field.name]?.[value] ?? words.value[value] ?? value,
        })) ?? null
      );
  }
}

/** What is meant when no units are chosen. */
const NOTHING_CHOSEN: Readonly<Record<string, (words: Words) => string>> = {
  cancel: ({ hint }) => hint.cancelLines,
  request_cancellation: ({ hint }) => hint.cancelOwnLines,
  mark_delivered: ({ hint }) => hint.deliverLines,
};

function Units({ field, action, order, values, set, errors }: FieldProps) {
  const words = useWords();
  const chosen = (values[field.name] as readonly Unit[] | undefined) ?? [];
  const isReceipt = field.schema.items?.properties?.['restock'] !== undefined;
  const of = (line: number): Unit | undefined => chosen.find((one) => one.line === line);
  const change = (line: number, changes: Partial<Unit>) => {
    const before = of(line) ?? { line, quantity: 0, ...(isReceipt ? { restock: true } : {}) };
    set(field.name, [...chosen.filter((one) => one.line !== line), { ...before, ...changes }]);
  };
  const announced = returnsFor(order, action).find(({ id }) => id === values['return']);
  const rows = order.items
    .map((item) => ({
      item,
      most: isReceipt
        ? (announced?.lines.find(({ line }) => line === item.line)?.quantity ?? 0)
        : mostOf(order, action, item.line),
    }))
    .filter(({ most }) => most > 0);
  if (rows.length === 0) return null;
  const none = NOTHING_CHOSEN[action]?.(words);
  return (
    <Fieldset legend={words.field[field.name] ?? field.name} variant="filled">
      <Stack gap="xs">
        {none === undefined ? null : (
          <Text fz="xs" c="dimmed">
            {none}
          </Text>
        )}
        {rows.map(({ item, most }) => (
          <Group key={item.line} justify="space-between" wrap="wrap" gap="xs">
            <Text fz="sm" flex="1 1 160px">
              {item.name}
            </Text>
            <Group gap="xs" wrap="nowrap">
              {isReceipt ? (
                <Checkbox
                  label={words.field['restock']}
                  checked={of(item.line)?.restock ?? true}
                  onChange={(event) => change(item.line, { restock: event.currentTarget.checked })}
                />
              ) : null}
              <NumberInput
                aria-label={`${item.name}: ${words.order.quantity}`}
                w={90}
                min={0}
                max={most}
                clampBehavior="strict"
                allowDecimal={false}
                value={of(item.line)?.quantity ?? 0}
                onChange={(value) => change(item.line, { quantity: Number(value) })}
              />
              <Text fz="sm" c="dimmed" className="nowrap">
                {words.form.of(most)}
              </Text>
            </Group>
          </Group>
        ))}
        {errors[field.name] === undefined ? null : (
          <Text fz="sm" className="late">
            {errors[field.name]}
          </Text>
        )}
      </Stack>
    </Fieldset>
  );
}

function Address({ field, values, set, errors }: FieldProps) {
  const words = useWords();
  const address = (values[field.name] ?? {}) as Readonly<Record<string, string>>;
  const names = Object.keys(field.schema.properties ?? {});
  const input = (name: string) => (
    <TextInput
      key={name}
      label={words.field[name] ?? name}
      required={field.schema.required?.includes(name) ?? false}
      value={address[name] ?? ''}
      maxLength={name === 'country' ? 2 : field.schema.properties?.[name]?.maxLength}
      error={errors[`${field.name}.${name}`]}
      onChange={(event) => {
        const text = event.currentTarget.value;
        set(field.name, { ...address, [name]: name === 'country' ? text.toUpperCase() : text });
      }}
    />
  );
  const wide = names.filter((name) => name === 'name' || name.startsWith('line'));
  return (
    <Fieldset legend={words.field[field.name] ?? field.name} variant="filled">
      <Stack gap="xs">
        {wide.map(input)}
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs">
          {names.filter((name) => !wide.includes(name)).map(input)}
        </SimpleGrid>
      </Stack>
    </Fieldset>
  );
}

/** What every input of a form has, and what stands in it. */
function useInput({ field, values, errors, set }: FieldProps) {
  const words = useWords();
  const { name, required } = field;
  const text = (values[name] as string | undefined) ?? '';
  const change = (event: { currentTarget: { value: string } }) => set(name, event.currentTarget.value);
  const shared = { label: words.field[name] ?? name, required, withAsterisk: required, error: errors[name] };
  return { words, shared, text: { ...shared, value: text, maxLength: field.schema.maxLength, onChange: change } };
}

function GoodsOfCatalogue(props: FieldProps) {
  const { field, order, values, errors, set } = props;
  const { shared } = useInput(props);
  return (
    <Goods
      legend={shared.label}
      name={field.name}
      currency={order.currency}
      goods={(values[field.name] as readonly Good[] | undefined) ?? []}
      errors={errors}
      set={(goods) => set(field.name, goods)}
    />
  );
}

function Product(props: FieldProps) {
  const { field, order, values, set } = props;
  const { label, error } = useInput(props).shared;
  return (
    <ProductSelect
      label={label}
      currency={order.currency}
      value={(values[field.name] as string | undefined) ?? null}
      error={error}
      choose={(product) => set(field.name, product?.sku ?? null)}
    />
  );
}

function YesOrNo(props: FieldProps) {
  const { field, values, set } = props;
  const { label, error } = useInput(props).shared;
  return (
    <Switch
      label={label}
      checked={values[field.name] === true}
      onChange={(event) => set(field.name, event.currentTarget.checked)}
      error={error}
    />
  );
}

function Choice(props: FieldProps) {
  const { field, values, set } = props;
  const { words, shared } = useInput(props);
  const options = optionsOf(props, words, useSaid()) ?? [];
  const value = values[field.name];
  if (options.length === 0 && !field.required) return null;
  return (
    <Select
      {...shared}
      data={options}
      value={value === undefined ? null : `${value as string | number}`}
      placeholder={words.form.choose}
      clearable={!field.required}
      allowDeselect={!field.required}
      searchable={options.length > 8}
      onChange={(chosen) =>
        set(field.name, field.schema.type === 'integer' && chosen !== null ? Number(chosen) : (chosen ?? undefined))
      }
      comboboxProps={{ withinPortal: true }}
    />
  );
}

function WholeNumber(props: FieldProps) {
  const { field, values, set } = props;
  return (
    <NumberInput
      {...useInput(props).shared}
      min={1}
      allowDecimal={false}
      value={(values[field.name] as number | undefined) ?? ''}
      onChange={(given) => set(field.name, given === '' ? undefined : Number(given))}
    />
  );
}

function Amount(props: FieldProps) {
  const { action, order } = props;
  const { words, text } = useInput(props);
  return (
    <TextInput
      {...text}
      inputMode="decimal"
      description={action === 'refund' ? words.hint.refundAmount(`${order.refundable} ${order.currency}`) : undefined}
      rightSection={<Text fz="xs">{order.currency}</Text>}
      rightSectionWidth={52}
    />
  );
}

function Moment(props: FieldProps) {
  return <TextInput {...useInput(props).text} type="datetime-local" />;
}
function Sentences(props: FieldProps) {
  return <Textarea {...useInput(props).text} autosize minRows={2} maxRows={8} />;
}
function Line(props: FieldProps) {
  return <TextInput {...useInput(props).text} type={props.field.schema.format === 'uri' ? 'url' : 'text'} />;
}

/** Which input a field has: the first that fits. */
const INPUTS: readonly (readonly [(field: Field) => boolean, ComponentType<FieldProps>])[] = [
  [({ schema }) => schema.items?.properties?.['sku'] !== undefined, GoodsOfCatalogue],
  [({ schema }) => schema.type === 'array', Units],
  [({ schema }) => schema.type === 'object', Address],
  [({ name }) => name === 'sku', Product],
  [({ schema }) => schema.type === 'boolean', YesOrNo],
  [({ name, schema }) => OF_THE_ORDER.has(name) || schema.enum !== undefined, Choice],
  [({ schema }) => schema.format === 'date-time', Moment],
  [({ name }) => LONG.has(name), Sentences],
  [({ schema }) => schema.type === 'integer', WholeNumber],
  [({ name }) => name === 'amount' || name === 'unit_price', Amount],
];

export function ActionField(props: FieldProps) {
  const [, Input] = INPUTS.find(([fits]) => fits(props.field)) ?? [null, Line];
  return <Input {...props} />;
}
