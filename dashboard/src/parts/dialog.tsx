import { CloseButton, Group, Modal } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { useWords } from '../words/languages.tsx';

/** A dialog over the page, the whole screen of a telephone. Its title is a heading and no second banner of the page. */
export function Dialog({
  title,
  close,
  size = 'lg',
  children,
}: {
  readonly title: ReactNode;
  readonly close: () => void;
  readonly size?: string;
  readonly children: ReactNode;
}) {
  const words = useWords();
  const isSmall = useMediaQuery('(max-width: 36em)') ?? false;
  return (
    <Modal.Root opened onClose={close} size={size} fullScreen={isSmall}>
      <Modal.Overlay />
      <Modal.Content>
        <Group justify="space-between" wrap="nowrap" px="md" pt="md">
          <Modal.Title fw={650} fz="lg">
            {title}
          </Modal.Title>
          <CloseButton aria-label={words.general.close} onClick={close} />
        </Group>
        <Modal.Body pt="xs">{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
