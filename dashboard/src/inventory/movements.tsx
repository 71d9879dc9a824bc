import { Button, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { StockMovement } from '../../../src/contracts/inventory.ts';
import { whoIn } from '../order/who.ts';
import { Dialog } from '../parts/dialog.tsx';
import { TextLink } from '../parts/links.tsx';
import { AnsweredList } from '../parts/states.tsx';
import { Ago } from '../parts/times.tsx';
import { useWords } from '../words/languages.tsx';
import { movementsQuery } from './queries.ts';

const signed = (units: number): string => (units > 0 ? `+${units}` : String(units));

function Row({ one }: { readonly one: StockMovement }) {
  const words = useWords();
  return (
    <Table.Tr>
      <Table.Td>
        {words.inventory.movementKind[one.kind] ?? one.kind}
        <Text fz="xs" c="dimmed">
          <span className="only-small">{one.location} · </span>
          <Ago at={one.at} />
        </Text>
      </Table.Td>
      <Table.Td className="hide-small">{one.location}</Table.Td>
      <Table.Td ta="end" className="numbers">
        {signed(one.on_hand_change)}
      </Table.Td>
      <Table.Td ta="end" className="numbers">
        {signed(one.held_change)}
      </Table.Td>
      <Table.Td>
        {one.order === null ? (
          <Text fz="xs" c="dimmed">
            {one.reason} · {whoIn(one.actor, one.actor_name, words)}
          </Text>
        ) : (
          <TextLink to="/orders/$number" params={{ number: one.order }} fz="sm" className="mono">
            {one.order}
          </TextLink>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

/** Where the units of a SKU came from and went, the newest first. */
export function Movements({ sku, close }: { readonly sku: string; readonly close: () => void }) {
  const words = useWords();
  const asked = useInfiniteQuery({
    ...movementsQuery(sku),
    select: ({ pages }) => ({ data: pages.flatMap(({ data }) => data) }),
  });
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = asked;
  const { movements, location, onHand, held, reason } = words.inventory;
  return (
    <Dialog title={`${movements}: ${sku}`} close={close} size="xl">
      <AnsweredList asked={asked} empty={<Text>{words.inventory.noMovements}</Text>}>
        {(rows) => (
          <>
            <Table.ScrollContainer minWidth={0} type="native" tabIndex={0} role="group" aria-label={movements}>
              <Table>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th scope="col">{movements}</Table.Th>
                    <Table.Th scope="col" className="hide-small">
                      {location}
                    </Table.Th>
                    <Table.Th scope="col" ta="end">
                      {onHand}
                    </Table.Th>
                    <Table.Th scope="col" ta="end">
                      {held}
                    </Table.Th>
                    <Table.Th scope="col">{reason}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {rows.map((one) => (
                    <Row key={one.id} one={one} />
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
            {hasNextPage ? (
              <Button variant="default" mt="sm" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                {words.general.showMore}
              </Button>
            ) : null}
          </>
        )}
      </AnsweredList>
    </Dialog>
  );
}
