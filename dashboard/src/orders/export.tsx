import { Button, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDownload, IconFileSpreadsheet, IconFileTypeCsv } from '@tabler/icons-react';
import { useState } from 'react';
import { ApiProblem, queryOf } from '../api/client.ts';
import { refusedIn } from '../parts/errors.ts';
import { wrongIn } from '../parts/said.ts';
import { useWords } from '../words/languages.tsx';
import type { OrdersSearch } from './filters.ts';
import { apiFilters } from './queries.ts';

const addressOf = (search: OrdersSearch, format: 'csv' | 'xlsx'): string =>
  `/v1/orders/export${queryOf({ ...apiFilters(search), format })}`;

/** Hands a file of bytes to the browser under a name. */
function save(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** A CSV of any length goes from the server to the disk; an Excel file is asked for first, as it may be refused for its length. */
export function ExportMenu({ search }: { readonly search: OrdersSearch }) {
  const words = useWords();
  const [busy, setBusy] = useState(false);
  const excel = async () => {
    setBusy(true);
    try {
      const response = await fetch(addressOf(search, 'xlsx'), { credentials: 'same-origin' });
      if (!response.ok) throw new ApiProblem((await response.json()) as ApiProblem['problem']);
      save(await response.blob(), `orders-${new Date().toISOString().slice(0, 10)}.xlsx`);
    } catch (error) {
      const problem = error instanceof ApiProblem ? error.problem : null;
      notifications.show({
        color: 'red',
        title: words.problem.title,
        message:
          problem === null
            ? words.problem.offline
            : (problem.errors?.map((one) => wrongIn(words, one)).join('; ') ?? refusedIn(words, problem)),
        autoClose: 15_000,
      });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Menu position="bottom-end" withArrow>
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />} loading={busy}>
          {words.orders.export}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          component="a"
          href={addressOf(search, 'csv')}
          download
          leftSection={<IconFileTypeCsv size={18} aria-hidden />}
        >
          {words.orders.exportCsv}
        </Menu.Item>
        <Menu.Item leftSection={<IconFileSpreadsheet size={18} aria-hidden />} onClick={() => void excel()}>
          {words.orders.exportXlsx}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
