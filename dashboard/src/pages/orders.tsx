import { Group, Stack } from '@mantine/core';
import { useLocalStorage, useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo, useRef } from 'react';
import { COLUMN_NAMES, type ColumnName, USUAL } from '../orders/columns.tsx';
import { ExportMenu } from '../orders/export.tsx';
import { filtersOf, type OrdersSearch } from '../orders/filters.ts';
import { useListKeys } from '../orders/keyboard.ts';
import { useKeepList } from '../orders/last-list.ts';
import { ordersQuery } from '../orders/queries.ts';
import { OrderCards, OrdersTable } from '../orders/table.tsx';
import { ColumnChoice, Filters, Presets, SearchField, ToolbarRow } from '../orders/toolbar.tsx';
import { SavedViews } from '../orders/views.tsx';
import { usePageKeys } from '../parts/keys.ts';
import { PageTitle } from '../parts/page-title.tsx';
import { Pager } from '../parts/pager.tsx';
import { AnsweredList, Empty, LoadingRows } from '../parts/states.tsx';
import { useMe } from '../shell/me.ts';
import { useWords } from '../words/languages.tsx';

const route = getRouteApi('/desk/orders');

/** Of the buyer's money and what the store waits for, sellers are told nothing. */
const FOR_SELLERS: readonly ColumnName[] = ['number', 'created', 'customer', 'status', 'total'];

export function OrdersPage() {
  const words = useWords();
  const search: OrdersSearch = route.useSearch();
  const me = useMe();
  const navigate = route.useNavigate();
  const field = useRef<HTMLInputElement>(null);
  const [kept, setColumns] = useLocalStorage<ColumnName[]>({
    key: 'order-columns',
    defaultValue: [...USUAL],
    getInitialValueInEffect: false,
  });
  const isSeller = me.role === 'seller';
  const columns = useMemo(
    () =>
      COLUMN_NAMES.filter((name) => name === 'number' || (isSeller ? FOR_SELLERS.includes(name) : kept.includes(name))),
    [isSeller, kept],
  );
  const isWide = useMediaQuery('(min-width: 62.01em)', true, { getInitialValueInEffect: false });
  const asked = useQuery(ordersQuery(search));
  const orders = asked.data?.data ?? [];

  useKeepList(search);
  const show = (filters: OrdersSearch) => void navigate({ search: filters });
  const narrow = (changes: OrdersSearch) =>
    void navigate({
      search: { ...filtersOf(search), ...changes },
      replace: changes.q !== undefined && search.q !== undefined,
    });
  const { current } = useListKeys(
    orders.map(({ number }) => number),
    (number) => void navigate({ to: '/orders/$number', params: { number } }),
  );
  usePageKeys([['/', () => field.current?.focus()]]);

  const page = Number(search.page ?? '1');
  const caption = words.orders.caption(orders.length, page);
  const isFiltered = Object.keys(filtersOf(search)).some((name) => name !== 'sort');
  const fitsHint = isSeller ? words.seller.nothingFitsHint : words.orders.nothingFitsHint;
  const nothingHint = isFiltered ? fitsHint : words.orders.emptyHint;
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <PageTitle>{isSeller ? words.seller.title : words.orders.title}</PageTitle>
      </Group>
      <Presets search={search} show={(preset) => show({ ...preset, sort: search.sort })} plain={isSeller} />
      <ToolbarRow>
        <SearchField search={search} narrow={narrow} field={field} plain={isSeller} />
        <Filters search={search} narrow={narrow} plain={isSeller} />
        {isSeller ? null : (
          <>
            <SavedViews search={search} show={show} />
            <ExportMenu search={search} />
            <ColumnChoice columns={columns} choose={setColumns} />
          </>
        )}
      </ToolbarRow>
      <div id="orders-list" role="region" aria-label={words.orders.title} aria-busy={asked.isPlaceholderData}>
        <AnsweredList
          asked={asked}
          loading={<LoadingRows rows={12} height={44} />}
          empty={
            <Empty
              title={isFiltered ? words.orders.nothingFits : isSeller ? words.seller.empty : words.orders.empty}
              hint={nothingHint}
            />
          }
        >
          {() =>
            isWide ? (
              <OrdersTable
                orders={orders}
                current={current}
                caption={caption}
                columns={columns}
                sort={search.sort ?? '-created'}
                plain={isSeller}
                onSort={(sort) => narrow({ sort })}
              />
            ) : (
              <OrderCards orders={orders} caption={caption} plain={isSeller} />
            )
          }
        </AnsweredList>
      </div>
      <Pager next={asked.data?.next_cursor ?? null} page={page} go={(to) => show({ ...filtersOf(search), ...to })} />
    </Stack>
  );
}
