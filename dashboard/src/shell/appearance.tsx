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
          <Menu.RadioItem
            key={scheme}
            value={scheme}
            checked={colorScheme === scheme}
            closeMenuOnClick
            onChange={() => setColorScheme(scheme)}
            rightSection={<Icon size={16} aria-hidden />}
          >
            {name}
          </Menu.RadioItem>
        ))}
        <Menu.Divider />
        <Menu.Label>{words.header.language}</Menu.Label>
        {(Object.keys(LANGUAGES) as Language[]).map((code) => (
          <Menu.RadioItem
            key={code}
            value={code}
            checked={language === code}
            closeMenuOnClick
            onChange={() => choose(code)}
            rightSection={<IconWorld size={16} aria-hidden />}
            lang={code}
          >
            {LANGUAGES[code].name}
          </Menu.RadioItem>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
