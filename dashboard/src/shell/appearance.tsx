import { ActionIcon, Menu, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconMoon, IconSun, IconWorld } from '@tabler/icons-react';
import { LANGUAGES, type Language, useSpeech } from '../words/languages.tsx';

/** Light or dark, and the language. */
export function Appearance() {
  const { words, language, choose } = useSpeech();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const shown = useComputedColorScheme('light');
  const schemes = [
    ['light', words.header.light, IconSun],
    ['dark', words.header.dark, IconMoon],
    ['auto', words.header.system, IconDeviceDesktop],
  ] as const;
  return (
    <Menu position="bottom-end" withArrow>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={words.header.appearance}>
          {shown === 'dark' ? <IconMoon size={20} aria-hidden /> : <IconSun size={20} aria-hidden />}
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{words.header.appearance}</Menu.Label>
        {schemes.map(([scheme, name, Icon]) => (
          <Menu.Item
            key={scheme}
            role="menuitemradio"
            aria-checked={colorScheme === scheme}
            leftSection={<Icon size={16} aria-hidden />}
            fw={colorScheme === scheme ? 700 : 400}
            onClick={() => setColorScheme(scheme)}
          >
            {name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{words.header.language}</Menu.Label>
        {(Object.keys(LANGUAGES) as Language[]).map((code) => (
          <Menu.Item
            key={code}
            role="menuitemradio"
            aria-checked={language === code}
            leftSection={<IconWorld size={16} aria-hidden />}
            fw={language === code ? 700 : 400}
            lang={code}
            onClick={() => choose(code)}
          >
            {LANGUAGES[code].name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
