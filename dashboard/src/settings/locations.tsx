import { Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { LocationView } from '../../../src/contracts/catalogue.ts';
import { hasScope } from '../api/session.ts';
import { locationsQuery } from '../inventory/queries.ts';
import { Tag } from '../parts/badges.tsx';
import { Answered, Empty } from '../parts/states.tsx';
import { useMe } from '../shell/me.ts';
import { useWords } from '../words/languages.tsx';
import { LocationForm } from './location-form.tsx';
import { PlainTable } from './table.tsx';

function LocationList({ locations }: { readonly locations: readonly LocationView[] }) {
  const words = useWords();
  const mayWrite = hasScope(useMe(), 'catalogue:write');
  const [shown, show] = useState<LocationView | 'new' | null>(null);
  return (
    <Stack gap="md">
      {mayWrite ? (
        <Group>
          <Button onClick={() => show('new')}>{words.settings.newLocation}</Button>
        </Group>
      ) : null}
      {locations.length === 0 ? (
        <Empty title={words.settings.empty} />
      ) : (
        <PlainTable
          label={words.settings.locations}
          head={[
            words.settings.code,
            words.settings.name,
            words.settings.city,
            words.settings.priority,
            words.settings.cutOff,
            words.settings.capacity,
            words.settings.state,
            '',
          ]}
          rows={locations.map((one) => ({
            key: one.code,
            cells: [
              <span key="code" className="mono">
                {one.code}
              </span>,
              <Text key="name" fz="sm">
                {one.name}
              </Text>,
              [one.city, one.region, one.country].filter((part) => part !== '').join(', '),
              one.priority,
              one.cut_off === null ? '—' : `${one.cut_off} ${one.timezone}`,
              one.capacity_per_day ?? '—',
              <Tag key="state" color={one.active ? 'green' : 'gray'}>
                {one.active ? words.settings.active : words.settings.inactive}
              </Tag>,
              mayWrite ? (
                <Button
                  key="edit"
                  size="xs"
                  variant="default"
                  aria-label={words.settings.editLocation(one.code)}
                  onClick={() => show(one)}
                >
                  {words.settings.edit}
                </Button>
              ) : null,
            ],
          }))}
        />
      )}
      {shown === null ? null : <LocationForm location={shown === 'new' ? null : shown} close={() => show(null)} />}
    </Stack>
  );
}

export function Locations() {
  return <Answered asked={useQuery(locationsQuery)}>{({ data }) => <LocationList locations={data} />}</Answered>;
}
