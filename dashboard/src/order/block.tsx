import { Card, Group, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** One part of an order's page, under its own heading. */
export function Block({
  title,
  aside,
  children,
}: {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <Card component="section" aria-label={title}>
      <Group justify="space-between" mb="xs" wrap="nowrap">
        <Title order={2} size="h5">
          {title}
        </Title>
        {aside}
      </Group>
      {children}
    </Card>
  );
}

/** A name and its value, as a line of a description list. */
export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <Group justify="space-between" gap="md" wrap="nowrap" align="flex-start" className="fact">
      <Text component="dt" fz="sm" c="dimmed" className="nowrap">
        {name}
      </Text>
      <Text component="dd" fz="sm" ta="end" m={0} className="wrap-anywhere">
        {children}
      </Text>
    </Group>
  );
}

export const Facts = ({ children }: { readonly children: ReactNode }) => <dl className="facts">{children}</dl>;
