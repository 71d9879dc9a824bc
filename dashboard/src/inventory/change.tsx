import { Autocomplete, Button, Group, NumberInput, SegmentedControl, Select, Stack, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { AdjustStock } from '../../../src/contracts/catalogue.ts';
import type { StockLevel } from '../../../src/contracts/inventory.ts';
import { useOnce } from '../api/once.ts';
import { Dialog } from '../parts/dialog.tsx';
import { fieldErrors } from '../parts/errors.ts';
import { ProblemNote } from '../parts/states.tsx';
import { useWords } from '../words/languages.tsx';
import { adjustStock, locationsQuery, setThresholds } from './queries.ts';

/** Receiving goods, correcting a count, and the thresholds of a level. */

type FrameProps = {
  readonly error: unknown;
  readonly fields: readonly string[];
  readonly busy: boolean;
  readonly complete: boolean;
  readonly close: () => void;
  readonly save: () => void;
  readonly children: ReactNode;
};

function Frame({ error, fields, busy, complete, close, save, children }: FrameProps) {
  const words = useWords();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {children}
        {error === null ? null : <ProblemNote error={error} shown={fields} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {words.general.cancel}
          </Button>
          <Button type="submit" disabled={!complete} loading={busy}>
            {words.general.save}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

export function ChangeStock({ level, close }: { readonly level: StockLevel | null; readonly close: () => void }) {
  const words = useWords();
  const queryClient = useQueryClient();
  const { data: places } = useQuery(locationsQuery);
  const once = useOnce();
  const [kind, setKind] = useState<AdjustStock['kind']>('receipt');
  const [sku, setSku] = useState(level?.sku ?? '');
  const [location, setLocation] = useState<string | null>(level?.location ?? null);
  const [units, setUnits] = useState<number | string>('');
  const [reason, setReason] = useState('');
  const { mutate, isPending, error } = useMutation({
    mutationFn: () =>
      adjustStock(once, {
        sku: sku.trim(),
        location: location ?? '',
        kind,
        change: Number(units),
        reason: reason.trim(),
      }),
    onSuccess: ({ on_hand }) => {
      notifications.show({ color: 'green', message: words.inventory.adjusted(sku, on_hand) });
      void queryClient.invalidateQueries({ queryKey: ['inventory'] });
      void queryClient.invalidateQueries({ queryKey: ['movements', sku] });
      close();
    },
  });
  const wrong = fieldErrors(words, error);
  const fields = [...(level === null ? ['sku', 'location'] : []), 'change', 'reason'];
  const complete =
    sku.trim() !== '' && location !== null && units !== '' && Number(units) !== 0 && reason.trim() !== '';
  return (
    <Dialog
      title={level === null ? words.inventory.receive : `${level.sku} · ${level.location}`}
      close={close}
      size="md"
    >
      <Frame error={error} fields={fields} busy={isPending} complete={complete} close={close} save={mutate}>
        <SegmentedControl
          value={kind}
          onChange={(value) => setKind(value === 'receipt' ? value : 'adjustment')}
          aria-label={words.inventory.adjust}
          data={[
            { value: 'receipt', label: words.inventory.receive },
            { value: 'adjustment', label: words.inventory.adjust },
          ]}
        />
        {level === null ? (
          <Group grow align="flex-start">
            <TextInput
              label={words.inventory.sku}
              required
              data-autofocus
              value={sku}
              error={wrong['sku']}
              onChange={(event) => setSku(event.currentTarget.value)}
            />
            <Select
              label={words.inventory.location}
              required
              data={(places?.data ?? []).map(({ code, name }) => ({ value: code, label: `${code} · ${name}` }))}
              value={location}
              error={wrong['location']}
              onChange={setLocation}
            />
          </Group>
        ) : null}
        <NumberInput
          label={kind === 'receipt' ? words.inventory.units : words.inventory.change}
          description={kind === 'receipt' ? undefined : words.inventory.changeHint}
          required
          data-autofocus={level === null ? undefined : true}
          allowDecimal={false}
          allowNegative={kind !== 'receipt'}
          value={units}
          error={wrong['change']}
          onChange={setUnits}
        />
        <Autocomplete
          label={words.inventory.reason}
          required
          data={[...words.inventory.reasons]}
          value={reason}
          error={wrong['reason']}
          onChange={setReason}
          maxLength={500}
        />
      </Frame>
    </Dialog>
  );
}

export function Thresholds({ level, close }: { readonly level: StockLevel; readonly close: () => void }) {
  const words = useWords();
  const queryClient = useQueryClient();
  const [safety, setSafety] = useState<number | string>(level.safety_stock);
  const [reorder, setReorder] = useState<number | string>(level.reorder_point);
  const { mutate, isPending, error } = useMutation({
    mutationFn: () =>
      setThresholds(level.sku, level.location, { safety_stock: Number(safety), reorder_point: Number(reorder) }),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ['inventory'] });
      close();
    },
  });
  const wrong = fieldErrors(words, error);
  return (
    <Dialog title={`${words.inventory.thresholds}: ${level.sku} · ${level.location}`} close={close} size="md">
      <Frame
        error={error}
        fields={['safety_stock', 'reorder_point']}
        busy={isPending}
        complete
        close={close}
        save={mutate}
      >
        <NumberInput
          label={words.inventory.safety}
          min={0}
          allowDecimal={false}
          value={safety}
          error={wrong['safety_stock']}
          onChange={setSafety}
        />
        <NumberInput
          label={words.inventory.reorder}
          min={0}
          allowDecimal={false}
          value={reorder}
          error={wrong['reorder_point']}
          onChange={setReorder}
        />
      </Frame>
    </Dialog>
  );
}
