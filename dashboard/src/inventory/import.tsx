import { Alert, Button, FileButton, Group, Stack, Table, Text, Textarea } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconFileTypeCsv } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ImportedStock } from '../../../src/contracts/inventory.ts';
import { useOnce } from '../api/once.ts';
import { Dialog } from '../parts/dialog.tsx';
import { fieldErrors } from '../parts/errors.ts';
import { wrongIn } from '../parts/said.ts';
import { ProblemNote } from '../parts/states.tsx';
import { useWords } from '../words/languages.tsx';
import { importStock } from './queries.ts';

const SHOWN = 200;

function Rows({ result }: { readonly result: ImportedStock }) {
  const words = useWords();
  const wrong = new Map<number, string>();
  for (const one of result.errors) {
    const said = `${one.field} ${wrongIn(words, one)}`;
    wrong.set(one.row, wrong.has(one.row) ? `${wrong.get(one.row)}; ${said}` : said);
  }
  const rows = [...new Set([...wrong.keys(), ...result.rows.map(({ row }) => row)])].slice(0, SHOWN);
  const made = new Map(result.rows.map((one) => [one.row, one]));
  return (
    <Table.ScrollContainer
      minWidth={0}
      mah={320}
      type="native"
      tabIndex={0}
      role="group"
      aria-label={words.inventory.import}
    >
      <Table stickyHeader>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{words.inventory.importRow}</Table.Th>
            <Table.Th scope="col">{words.inventory.sku}</Table.Th>
            <Table.Th scope="col" ta="end">
              {words.inventory.importBefore}
            </Table.Th>
            <Table.Th scope="col" ta="end">
              {words.inventory.importAfter}
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row}>
              <Table.Td>{row}</Table.Td>
              <Table.Td>
                {made.has(row) ? `${made.get(row)?.sku} · ${made.get(row)?.location}` : ''}
                {wrong.has(row) ? (
                  <Text fz="sm" className="late wrap-anywhere">
                    {wrong.get(row)}
                  </Text>
                ) : null}
              </Table.Td>
              <Table.Td ta="end" className="numbers">
                {made.get(row)?.before}
              </Table.Td>
              <Table.Td ta="end" className="numbers">
                {made.get(row)?.after}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Result({ result }: { readonly result: ImportedStock }) {
  const { inventory } = useWords();
  const bad = new Set(result.errors.map(({ row }) => row)).size;
  const sentence = result.applied
    ? inventory.importDone(result.rows.length)
    : bad > 0
      ? inventory.importWrong(bad)
      : inventory.importOk(result.rows.length);
  const Icon = bad > 0 ? IconAlertTriangle : IconCircleCheck;
  return (
    <Stack gap="xs">
      <Alert
        color={bad > 0 ? 'red' : 'green'}
        variant="light"
        role="status"
        icon={<Icon aria-hidden />}
        title={sentence}
      />
      <Rows result={result} />
    </Stack>
  );
}

/** A file is first checked, row by row, and only then applied, as a whole. */
export function ImportDialog({ close }: { readonly close: () => void }) {
  const words = useWords();
  const queryClient = useQueryClient();
  const once = useOnce();
  const [csv, setCsv] = useState('');
  const { mutate, data, error, isPending, reset } = useMutation({
    mutationFn: (dryRun: boolean) => importStock(once, csv, dryRun),
    onSuccess: ({ applied }) => {
      if (applied) void queryClient.invalidateQueries({ queryKey: ['inventory'] });
    },
  });
  const take = (text: string) => {
    setCsv(text);
    reset();
  };
  const isReady = data !== undefined && !data.applied && data.errors.length === 0;
  return (
    <Dialog title={words.inventory.importTitle} close={close}>
      <Stack gap="sm">
        <Text fz="sm" c="dimmed">
          {words.inventory.importHint}
        </Text>
        <Group>
          <FileButton accept=".csv,text/csv,text/plain" onChange={(file) => void file?.text().then(take)}>
            {(props) => (
              <Button variant="default" leftSection={<IconFileTypeCsv size={18} aria-hidden />} {...props}>
                {words.inventory.importFile}
              </Button>
            )}
          </FileButton>
        </Group>
        <Textarea
          label={words.inventory.importPaste}
          placeholder={'sku,location,on_hand,reason\nMUG-ENAMEL,WEST,4980,count'}
          minRows={4}
          maxRows={10}
          autosize
          value={csv}
          error={fieldErrors(words, error)['csv']}
          onChange={(event) => take(event.currentTarget.value)}
          classNames={{ input: 'mono' }}
          dir="ltr"
        />
        {error === null ? null : <ProblemNote error={error} shown={['csv']} />}
        {data === undefined ? null : <Result result={data} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {data?.applied === true ? words.general.close : words.general.cancel}
          </Button>
          {data?.applied === true ? null : isReady ? (
            <Button loading={isPending} onClick={() => mutate(false)}>
              {words.inventory.importApply(data.rows.length)}
            </Button>
          ) : (
            <Button disabled={csv.trim() === ''} loading={isPending} onClick={() => mutate(true)}>
              {words.inventory.importCheck}
            </Button>
          )}
        </Group>
      </Stack>
    </Dialog>
  );
}
