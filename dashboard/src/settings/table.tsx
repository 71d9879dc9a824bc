import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

/** A plain table: names of its columns, and for each row a key and its cells. */
export function PlainTable({
  label,
  head,
  rows,
}: {
  readonly label: string;
  readonly head: readonly string[];
  readonly rows: readonly { readonly key: string; readonly cells: readonly ReactNode[] }[];
}) {
  return (
    <div className="list-card">
      <Table.ScrollContainer minWidth={head.length * 120} type="native" tabIndex={0} role="group" aria-label={label}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              {head.map((name) =>
                name === '' ? (
                  <Table.Td key="actions" />
                ) : (
                  <Table.Th key={name} scope="col">
                    {name}
                  </Table.Th>
                ),
              )}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ key, cells }) => (
              <Table.Tr key={key}>
                {cells.map((cell, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a cell is known by its column.
                  <Table.Td key={index}>{cell}</Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </div>
  );
}
