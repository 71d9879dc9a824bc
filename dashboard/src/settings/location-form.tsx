import { Autocomplete, Button, Group, NumberInput, SimpleGrid, Stack, Switch, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { LocationView } from '../../../src/contracts/catalogue.ts';
import { ApiProblem, ask, problemOf } from '../api/client.ts';
import { Dialog } from '../parts/dialog.tsx';
import { fieldErrors } from '../parts/errors.ts';
import { ProblemNote } from '../parts/states.tsx';
import { useWords } from '../words/languages.tsx';

/** Making a location, and changing one. What the API says of a field stands beside it. */

type Values = { readonly [Name in keyof LocationView]: LocationView[Name] | '' };

const EMPTY: Values = {
  code: '',
  name: '',
  line1: '',
  city: '',
  region: '',
  postal_code: '',
  country: '',
  seller: null,
  priority: 100,
  handling_minor: 0,
  capacity_per_day: null,
  cut_off: null,
  timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  active: true,
};

const TEXTS = ['name', 'line1', 'city', 'region', 'postal_code', 'country'] as const;
const NUMBERS = ['priority', 'handling_minor', 'capacity_per_day'] as const;
const MAY_BE_EMPTY: ReadonlySet<string> = new Set(['region', 'seller', 'capacity_per_day', 'cut_off']);
const path = (code: string): string => `/v1/locations/${encodeURIComponent(code)}`;

/** An empty field is left out where the API has a word for it, and sent as it is where it must not be empty. */
function bodyOf({ code: _code, ...values }: Values): object {
  const text = (value: string): string | null => (value.trim() === '' ? null : value.trim());
  return {
    ...values,
    ...Object.fromEntries(TEXTS.map((name) => [name, values[name].trim()])),
    seller: text(values.seller ?? ''),
    cut_off: text(values.cut_off ?? ''),
    capacity_per_day: values.capacity_per_day === '' ? null : values.capacity_per_day,
  };
}

/** A code that is taken is refused here: the API would change the location of that code. */
async function save(values: Values, isNew: boolean, taken: string): Promise<LocationView> {
  const code = values.code.trim();
  if (isNew) {
    const found = await ask<LocationView>(path(code)).catch((error: unknown) => {
      if (problemOf(error).status === 404) return null;
      throw error;
    });
    if (found !== null)
      throw new ApiProblem({
        type: 'about:blank',
        code: 'invalid_fields',
        title: taken,
        status: 422,
        errors: [{ field: 'code', message: taken }],
      });
  }
  return ask<LocationView>(path(code), { method: 'PUT', body: bodyOf(values) });
}

export function LocationForm({
  location,
  close,
}: {
  readonly location: LocationView | null;
  readonly close: () => void;
}) {
  const words = useWords();
  const queryClient = useQueryClient();
  const [values, setValues] = useState<Values>(location ?? EMPTY);
  const set = (changes: Partial<Values>) => setValues((before) => ({ ...before, ...changes }));
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => save(values, location === null, words.settings.codeTaken),
    onSuccess: ({ code }) => {
      notifications.show({ color: 'green', message: words.settings.locationSaved(code) });
      void queryClient.invalidateQueries({ queryKey: ['locations'] });
      close();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    mutate();
  };
  const wrong = fieldErrors(words, error);
  const names = words.settings.locationField;
  const text = (name: (typeof TEXTS)[number]) => (
    <TextInput
      key={name}
      label={names[name]}
      required={!MAY_BE_EMPTY.has(name)}
      maxLength={name === 'country' ? 2 : 200}
      value={values[name]}
      error={wrong[name]}
      onChange={(event) => {
        const { value } = event.currentTarget;
        set({ [name]: name === 'country' ? value.toUpperCase() : value });
      }}
    />
  );
  const number = (name: (typeof NUMBERS)[number]) => (
    <NumberInput
      key={name}
      label={names[name]}
      description={name === 'handling_minor' ? words.settings.handlingHint : undefined}
      required={!MAY_BE_EMPTY.has(name)}
      allowDecimal={false}
      allowNegative={false}
      value={values[name] ?? ''}
      error={wrong[name]}
      onChange={(value) => set({ [name]: value === '' ? '' : Number(value) })}
    />
  );
  return (
    <Dialog
      title={location === null ? words.settings.newLocation : words.settings.editLocation(location.code)}
      close={close}
      size="lg"
    >
      <form onSubmit={submit} noValidate>
        <Stack gap="sm">
          {location === null ? (
            <TextInput
              label={words.settings.code}
              description={words.settings.codeHint}
              required
              maxLength={50}
              classNames={{ input: 'mono' }}
              value={values.code}
              error={wrong['code']}
              onChange={(event) => set({ code: event.currentTarget.value })}
            />
          ) : null}
          {text('name')}
          {text('line1')}
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            {text('city')}
            {text('region')}
            {text('postal_code')}
            {text('country')}
            {number('priority')}
            {number('capacity_per_day')}
            <TextInput
              type="time"
              label={names.cut_off}
              value={values.cut_off ?? ''}
              error={wrong['cut_off']}
              onChange={(event) => set({ cut_off: event.currentTarget.value })}
            />
            <Autocomplete
              label={names.timezone}
              required
              data={Intl.supportedValuesOf('timeZone')}
              limit={20}
              value={values.timezone}
              error={wrong['timezone']}
              onChange={(timezone) => set({ timezone })}
            />
            {number('handling_minor')}
            <TextInput
              label={names.seller}
              value={values.seller ?? ''}
              error={wrong['seller']}
              onChange={(event) => set({ seller: event.currentTarget.value })}
            />
          </SimpleGrid>
          <Switch
            label={words.settings.locationActive}
            checked={values.active === true}
            onChange={(event) => set({ active: event.currentTarget.checked })}
          />
          {error === null ? null : <ProblemNote error={error} shown={Object.keys(EMPTY)} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {words.general.cancel}
            </Button>
            <Button type="submit" loading={isPending} disabled={values.code.trim() === ''}>
              {words.general.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
