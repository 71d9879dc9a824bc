import {
  ActionIcon,
  Button,
  Checkbox,
  Code,
  Fieldset,
  Group,
  MultiSelect,
  NumberInput,
  Select,
  Stack,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { FieldSchema } from '../actions/schema.ts';
import type { Words } from '../words/en.ts';
import { useWords } from '../words/languages.tsx';

/** One input for each part of a policy, by its JSON schema. What is left empty is not written, and follows the default. */

type Value = unknown;
type Entries = Readonly<Record<string, Value>>;
type Props = {
  readonly name: string;
  /** `policy.fraud.window`: as the API names it in errors. */
  readonly path: string;
  readonly schema: FieldSchema;
  readonly value: Value;
  readonly set: (value: Value) => void;
  readonly disabled: boolean;
  readonly wrong: Readonly<Record<string, string>>;
};

/** `policy.fraud.window` is `fraud.window` to the words; a new field has its API's name and explanation until it has words of its own. */
const wordsFor = (path: string): string => path.replace(/^policy\./, '').replace(/\[\d+\]/g, '');
/** What the API has in other places as well is called as there. */
const NAMED: Readonly<Record<string, (words: Words) => Readonly<Record<string, string>>>> = {
  exception_due: ({ exceptionKind }) => exceptionKind,
  emails_left_out: ({ emailName }) => emailName,
  'escalation.kinds': ({ exceptionKind }) => exceptionKind,
};
const labelIn = (words: Words, path: string, name: string): string =>
  words.policyName[wordsFor(path)] ??
  Object.entries(NAMED).find(([group]) => wordsFor(path).startsWith(`${group}.`))?.[1](words)[name] ??
  name.replaceAll('_', ' ');
const hintIn = ({ policyHint }: Words, path: string, { description }: FieldSchema): string | undefined =>
  policyHint[wordsFor(path)] ?? description;
const choicesIn = (words: Words, path: string, values: readonly string[]) =>
  values.map((value) => ({ value, label: labelIn(words, `${path}.${value}`, value) }));
const entriesOf = (value: Value): Entries => (typeof value === 'object' && value !== null ? (value as Entries) : {});

function Explained({ text }: { readonly text: string }) {
  return text.split('`').map((part, index) => (index % 2 === 1 ? <Code key={`${index} ${part}`}>{part}</Code> : part));
}

/** What a required part is when nothing was written of it. */
const emptyOf = ({ type }: FieldSchema): Value => (type === 'array' ? [] : type === 'object' ? {} : undefined);

/** Without what is left empty; undefined when nothing is written. Parts that must be there are there, if the whole is. */
export function written(schema: FieldSchema, value: Value): Value {
  const { items } = schema;
  if (items?.properties !== undefined && Array.isArray(value))
    return value.length === 0 ? undefined : value.map((one) => written(items, one) ?? {});
  if (schema.properties === undefined)
    return value === '' ? undefined : typeof value === 'string' ? value.trim() : value;
  const parts = Object.entries(schema.properties).map(
    ([name, part]) => [name, written(part, entriesOf(value)[name])] as const,
  );
  if (parts.every(([, part]) => part === undefined)) return undefined;
  return Object.fromEntries(
    parts.flatMap(([name, part]) => {
      const needed = schema.required?.includes(name) === true ? emptyOf(schema.properties?.[name] ?? {}) : undefined;
      return part === undefined && needed === undefined ? [] : [[name, part === undefined ? needed : part]];
    }),
  );
}

function Part({
  legend,
  description,
  children,
}: {
  readonly legend: string;
  readonly description?: string;
  readonly children: ReactNode;
}) {
  return (
    <Fieldset legend={legend} variant="filled">
      <Stack gap="sm">
        {description === undefined ? null : (
          <Text fz="xs" c="dimmed">
            <Explained text={description} />
          </Text>
        )}
        {children}
      </Stack>
    </Fieldset>
  );
}

function Properties({ name, path, schema, value, set, disabled, wrong }: Props) {
  const words = useWords();
  const entries = entriesOf(value);
  return (
    <Part legend={labelIn(words, path, name)} description={hintIn(words, path, schema)}>
      {Object.entries(schema.properties ?? {}).map(([part, partSchema]) => (
        <PolicyField
          key={part}
          name={part}
          path={`${path}.${part}`}
          schema={partSchema}
          value={entries[part]}
          set={(changed) => set({ ...entries, [part]: changed })}
          disabled={disabled}
          wrong={wrong}
        />
      ))}
    </Part>
  );
}

/** Values under names: those of the schema, or whatever the store calls them. */
function Named({ name, path, schema, value, set, disabled, wrong, of }: Props & { readonly of: FieldSchema }) {
  const words = useWords();
  const [added, setAdded] = useState('');
  const entries = entriesOf(value);
  const names = schema.propertyNames?.enum?.filter((one) => !(one in entries));
  const empty = of.anyOf?.some(({ type }) => type === 'null') === true ? null : '';
  const add = () => {
    set({ ...entries, [added.trim()]: entries[added.trim()] ?? empty });
    setAdded('');
  };
  const label = words.settings.policyNewName(labelIn(words, path, name));
  const without = (gone: string) => Object.fromEntries(Object.entries(entries).filter(([key]) => key !== gone));
  return (
    <Part legend={labelIn(words, path, name)} description={hintIn(words, path, schema)}>
      {Object.entries(entries).map(([key, one]) => (
        <Group key={key} align="flex-start" wrap="nowrap">
          <div className="grow">
            <PolicyField
              name={key}
              path={`${path}.${key}`}
              schema={of}
              value={one}
              set={(changed) => set({ ...entries, [key]: changed })}
              disabled={disabled}
              wrong={wrong}
            />
          </div>
          {disabled ? null : (
            <ActionIcon
              variant="subtle"
              color="gray"
              mt={26}
              aria-label={`${words.general.remove}: ${key}`}
              onClick={() => set(without(key))}
            >
              <IconX size={16} aria-hidden />
            </ActionIcon>
          )}
        </Group>
      ))}
      {disabled ? null : (
        <Group align="flex-end">
          {names === undefined ? (
            <TextInput label={label} value={added} onChange={(event) => setAdded(event.currentTarget.value)} />
          ) : (
            <Select
              label={label}
              data={choicesIn(words, path, names)}
              searchable
              value={added === '' ? null : added}
              onChange={(chosen) => setAdded(chosen ?? '')}
            />
          )}
          <Button variant="default" disabled={added.trim() === ''} onClick={add}>
            {words.settings.policyAdd}
          </Button>
        </Group>
      )}
    </Part>
  );
}

/** Entries in an order of their own, each with the same parts. */
function Listed({ name, path, schema, value, set, disabled, wrong, of }: Props & { readonly of: FieldSchema }) {
  const words = useWords();
  const list = (value as readonly Value[] | undefined) ?? [];
  const label = labelIn(words, path, name);
  return (
    <Part legend={label} description={hintIn(words, path, schema)}>
      {list.map((one, index) => {
        const named = `${label} ${index + 1}`;
        const place = `${path}[${index}]`;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: an entry is known by its place.
          <Stack key={index} gap={6}>
            {wrong[place] === undefined ? null : (
              <Text role="alert" className="late" fz="sm">
                {wrong[place]}
              </Text>
            )}
            <PolicyField
              name={named}
              path={place}
              schema={of}
              value={one}
              set={(changed) => set(list.with(index, changed))}
              disabled={disabled}
              wrong={wrong}
            />
            {disabled ? null : (
              <Group justify="flex-end">
                <Button variant="subtle" color="gray" onClick={() => set(list.toSpliced(index, 1))}>
                  {`${words.general.remove}: ${named}`}
                </Button>
              </Group>
            )}
          </Stack>
        );
      })}
      {disabled ? null : (
        <Group>
          <Button variant="default" onClick={() => set([...list, {}])}>
            {words.settings.policyAddTo(label)}
          </Button>
        </Group>
      )}
    </Part>
  );
}

/** A value that may also be said not to be: never, or no limit. */
function OrNone(props: Props & { readonly of: FieldSchema }) {
  const words = useWords();
  const { name, path, schema, value, set, disabled, of } = props;
  const isNone = value === null;
  return (
    <Stack gap={6}>
      <PolicyField
        {...props}
        schema={{ ...of, description: schema.description }}
        value={isNone ? undefined : value}
        disabled={disabled || isNone}
      />
      <Checkbox
        size="xs"
        label={words.settings.policyNone(labelIn(words, path, name))}
        checked={isNone}
        disabled={disabled}
        onChange={(event) => set(event.currentTarget.checked ? null : undefined)}
      />
    </Stack>
  );
}

/** Letters; an address of the web may have as many. */
const ONE_LINE = 2000;

export function PolicyField(props: Props) {
  const words = useWords();
  const { name, path, schema, value, set, disabled, wrong } = props;
  const either = schema.anyOf?.find(({ type }) => type !== 'null');
  if (either !== undefined) return <OrNone {...props} of={either} />;
  if (schema.properties !== undefined) return <Properties {...props} />;
  if (typeof schema.additionalProperties === 'object') return <Named {...props} of={schema.additionalProperties} />;
  if (schema.items?.properties !== undefined) return <Listed {...props} of={schema.items} />;
  const hint = hintIn(words, path, schema);
  const shared = {
    label: labelIn(words, path, name),
    description: hint === undefined ? undefined : <Explained text={hint} />,
    disabled,
    error: wrong[path],
  };
  if (schema.type === 'boolean')
    return (
      <Select
        {...shared}
        data={[
          { value: 'true', label: words.general.yes },
          { value: 'false', label: words.general.no },
        ]}
        value={value === undefined ? null : value === true ? 'true' : 'false'}
        placeholder={words.settings.policyUnset}
        clearable
        onChange={(chosen) => set(chosen === null ? undefined : chosen === 'true')}
      />
    );
  if (schema.enum !== undefined)
    return (
      <Select
        {...shared}
        data={choicesIn(words, path, schema.enum)}
        value={(value as string | undefined) ?? null}
        placeholder={words.settings.policyUnset}
        clearable
        onChange={(chosen) => set(chosen ?? undefined)}
      />
    );
  if (schema.type === 'array') {
    const list = (value as readonly string[] | undefined) ?? [];
    const change = (chosen: string[]) => set(chosen.length === 0 ? undefined : chosen);
    const placeholder = list.length === 0 ? words.settings.policyUnset : undefined;
    const choices = schema.items?.enum;
    return choices === undefined ? (
      <TagsInput {...shared} value={[...list]} placeholder={placeholder} onChange={change} />
    ) : (
      <MultiSelect
        {...shared}
        data={choicesIn(words, path, choices)}
        value={[...list]}
        placeholder={placeholder}
        onChange={change}
      />
    );
  }
  if (schema.type === 'integer' || schema.type === 'number')
    return (
      <NumberInput
        {...shared}
        allowDecimal={schema.type === 'number'}
        min={schema.minimum}
        max={schema.maximum}
        clampBehavior="none"
        value={(value as number | undefined) ?? ''}
        placeholder={words.settings.policyUnset}
        onChange={(number) => set(number === '' ? undefined : number)}
      />
    );
  if ((schema.maxLength ?? 0) > ONE_LINE)
    return (
      <Textarea
        {...shared}
        autosize
        minRows={2}
        maxRows={12}
        value={(value as string | undefined) ?? ''}
        placeholder={words.settings.policyUnset}
        onChange={(event) => set(event.currentTarget.value === '' ? undefined : event.currentTarget.value)}
      />
    );
  return (
    <TextInput
      {...shared}
      classNames={{ input: 'mono' }}
      value={(value as string | undefined) ?? ''}
      placeholder={
        schema.example === undefined ? words.settings.policyUnset : words.settings.policyExample(schema.example)
      }
      onChange={(event) => set(event.currentTarget.value === '' ? undefined : event.currentTarget.value)}
    />
  );
}
