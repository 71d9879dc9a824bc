import { Group, Kbd, Stack, Text, Title } from '@mantine/core';
import { Dialog } from '../parts/dialog.tsx';
import { useWords } from '../words/languages.tsx';

/** Every key there is, page by page. */
export function Shortcuts({ close }: { readonly close: () => void }) {
  const words = useWords();
  const { keys } = words;
  const sections = [
    {
      title: keys.everywhere,
      rows: [
        ['?', keys.help],
        ['Esc', keys.close],
      ],
    },
    {
      title: words.nav.orders,
      rows: [
        ['/', keys.search],
        ['j k', keys.move],
        ['Enter', keys.open],
      ],
    },
    {
      title: words.nav.exceptions,
      rows: [
        ['j k', keys.move],
        ['1–9', words.exceptions.keys.resolve],
        ['c', words.exceptions.keys.claim],
        ['x', words.exceptions.keys.select],
        ['o', words.exceptions.keys.open],
        ['Esc', keys.back],
      ],
    },
    {
      title: words.nav.calls,
      rows: [
        ['j k', keys.move],
        ['1–7', keys.outcome],
        ['o', words.exceptions.keys.open],
        ['Esc', keys.back],
      ],
    },
  ] as const;
  return (
    <Dialog title={words.header.shortcuts} close={close} size="md">
      <Stack gap="md">
        {sections.map(({ title, rows }) => (
          <section key={title}>
            <Title order={3} size="h6" mb={4}>
              {title}
            </Title>
            <dl className="keys">
              {rows.map(([key, text]) => (
                <Group key={key} component="div" gap="sm" wrap="nowrap">
                  <dt dir="ltr">
                    {key.split(' ').map((one) => (
                      <Kbd key={one} size="xs" me={4}>
                        {one}
                      </Kbd>
                    ))}
                  </dt>
                  <Text component="dd" fz="sm">
                    {text}
                  </Text>
                </Group>
              ))}
            </dl>
          </section>
        ))}
      </Stack>
    </Dialog>
  );
}
